//! Reads the messages out of the bytes of one direction of a WebSocket, which pass elsewhere.

use super::MAX_BODY;
use airspec_mock::serving::{Budget, Held};
use std::collections::VecDeque;
use std::io::{self, Read, Write};
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocket, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};

/// How much is read at a time: most messages are small, and there are many connections.
const READ_BUFFER: usize = 4 << 10;
/// Why nothing more of a connection is read.
const NO_ROOM: &str = "the rest of a WebSocket: a message came when others took all room for copies";
const TOO_LARGE: &str = "the rest of a WebSocket: a message is larger than what is judged";
const NO_FRAMES: &str = "the rest of a WebSocket: its frames break RFC 6455";

/// A message with the room that its copy takes.
pub(super) type Copied = (Vec<u8>, Option<Held>);

/// One direction of a connection.
pub(super) struct Sniffer {
    socket: WebSocket<Bytes>,
    room: Budget,
    /// For the bytes of the message that is not whole yet.
    held: Option<Held>,
    /// Whether frames are masked: those of clients are.
    is_masked: bool,
    is_closed: bool,
}

impl Sniffer {
    /// Of the bytes that a client sends, or that a server does.
    pub(super) fn new(role: Role, room: Budget) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .max_message_size(Some(MAX_BODY))
            .max_frame_size(Some(MAX_BODY));
        let socket = WebSocket::from_raw_socket(Bytes::default(), role, Some(config));
        Self { socket, room, held: None, is_masked: role == Role::Server, is_closed: false }
    }

    /// Gives the messages that end in these bytes, or why nothing more is read.
    pub(super) fn feed(&mut self, bytes: &[u8], mut take: impl FnMut(Copied)) -> Result<(), &'static str> {
        if self.is_closed {
            return Ok(());
        }
        let more = self.room.take_now(bytes.len()).ok_or(NO_ROOM)?;
        match &mut self.held {
            Some(held) => held.add(more),
            None => self.held = Some(more),
        }
        self.socket.get_mut().0.extend(bytes);
        loop {
            match self.socket.read() {
                Ok(Message::Text(text)) => take((text.as_bytes().to_vec(), self.held.take())),
                Ok(Message::Binary(bytes)) => take((bytes.to_vec(), self.held.take())),
                Ok(Message::Close(_)) => self.is_closed = true,
                Ok(Message::Ping(payload) | Message::Pong(payload)) => self.give_back(payload.len()),
                Ok(Message::Frame(_)) => {}
                Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(Error::ConnectionClosed | Error::AlreadyClosed) => {
                    self.is_closed = true;
                    return Ok(());
                }
                Err(Error::Capacity(_)) => return Err(TOO_LARGE),
                Err(_) => return Err(NO_FRAMES),
            }
            if self.is_closed {
                return Ok(());
            }
        }
    }
}

impl Sniffer {
    /// A control frame is no part of the message that is awaited: pings take no room.
    fn give_back(&mut self, payload: usize) {
        let mask = if self.is_masked { 4 } else { 0 };
        if let Some(held) = &mut self.held {
            held.give_back(2 + mask + payload);
        }
    }
}

/// Bytes that have passed. What the reader wants to answer is not sent: the ends of the connection answer each other.
#[derive(Debug, Default)]
struct Bytes(VecDeque<u8>);

impl Read for Bytes {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer)? {
            0 if !buffer.is_empty() => Err(io::ErrorKind::WouldBlock.into()),
            read => Ok(read),
        }
    }
}

impl Write for Bytes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame of a server.
    fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
        let length = u8::try_from(payload.len()).unwrap();
        assert!(length < 126);
        [&[first, length], payload].concat()
    }

    fn sniffer() -> Sniffer {
        Sniffer::new(Role::Client, Budget::new(1 << 20))
    }

    #[test]
    fn messages_are_put_together_whatever_their_frames_and_pieces_are() {
        let stream = [
            frame(0x01, b"one "),
            // A ping between the fragments of a message.
            frame(0x89, b"ping"),
            frame(0x80, b"message"),
            frame(0x82, b"two"),
            frame(0x88, &[0x03, 0xE8]),
        ]
        .concat();
        for size in [1, 2, 3, 7, stream.len()] {
            let (mut sniffer, mut seen) = (sniffer(), Vec::new());
            for piece in stream.chunks(size) {
                sniffer.feed(piece, |(bytes, _)| seen.push(String::from_utf8(bytes).unwrap())).unwrap();
            }
            assert_eq!(seen, ["one message", "two"], "pieces of {size}");
            // Nothing is read behind the end.
            sniffer.feed(b"\xFF\xFF\xFF", |_| panic!("a message behind the end")).unwrap();
        }
    }

    #[test]
    fn pings_take_no_room() {
        let mut poor = Sniffer::new(Role::Client, Budget::new(100));
        for _ in 0..100 {
            poor.feed(&frame(0x89, b"ping"), |_| panic!("a ping is no message")).unwrap();
        }
        poor.feed(&frame(0x01, b"one "), |_| ()).unwrap();
        poor.feed(&frame(0x8A, b"pong"), |_| ()).unwrap();
        // What is awaited still counts.
        assert!(poor.room.take_now(95).is_none() && poor.room.take_now(94).is_some());
        let mut seen = Vec::new();
        poor.feed(&frame(0x80, b"more"), |(bytes, _)| seen = bytes).unwrap();
        assert_eq!(seen, b"one more");
        assert!(poor.room.take_now(100).is_some());
    }

    #[test]
    fn what_is_no_frame_or_finds_no_room_is_given_up_with_a_reason() {
        assert!(sniffer().feed(b"GET / HTTP/1.1\r\n", |_| ()).is_err());
        // A server masks nothing.
        assert!(sniffer().feed(&[0x81, 0x81, 1, 2, 3, 4, 5], |_| ()).is_err());
        let large = [&[0x82, 127][..], &(1_u64 << 40).to_be_bytes()].concat();
        assert_eq!(sniffer().feed(&large, |_| ()), Err(TOO_LARGE));
        let mut poor = Sniffer::new(Role::Client, Budget::new(10));
        let held: Vec<_> = poor.room.take_now(10).into_iter().collect();
        assert!(poor.feed(&frame(0x82, b"two"), |_| ()).unwrap_err().contains("room"));
        drop(held);
    }
}
