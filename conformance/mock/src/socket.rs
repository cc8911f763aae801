//! A WebSocket: the session begins with an authentication task; then every frame is a batch, and results come back as
//! they finish.

use super::front_axum::Desk;
use super::log::Served;
use super::protocol::{Incoming, Note, Passage, envelope};
use super::session::{Frame, Session, Work};
use super::switch::Switch;
use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use serde_json::Value;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Why a socket is left.
enum End {
    /// It is gone, or silent for too long, or another one has taken its place.
    Gone,
    /// The server stops.
    Stopped,
    /// The weather takes it.
    Dropped,
}

/// Serves one socket to its end.
pub(super) async fn run(desk: Desk, mut socket: WebSocket, greeting: Incoming, switch: Switch) {
    let Some((session, rest)) = greet(&desk, &mut socket, &greeting).await else { return };
    let turn = session.connection.borrow().wrapping_add(1);
    session.connection.send_replace(turn);
    if send(&desk, &mut socket, session.welcome()).await.is_err() {
        return;
    }
    if !rest.is_empty() {
        let started = Instant::now();
        let work = desk.engine.work(&session, &greeting, &rest);
        start(&desk, &session, work, started).await;
    }
    match converse(&desk, &mut socket, &session, &greeting, turn).await {
        End::Dropped => switch.cut(),
        End::Stopped => close(&mut socket, close_code::AWAY, "the mock stops").await,
        End::Gone => close(&mut socket, close_code::NORMAL, "").await,
    }
}

/// Waits for the authentication task; `None` where the socket is done with.
async fn greet(
    desk: &Desk,
    socket: &mut WebSocket,
    greeting: &Incoming,
) -> Option<(Arc<Session>, Vec<Value>)> {
    let mut ending = desk.ending.clone();
    let text = tokio::select! {
        text = tokio::time::timeout(desk.engine.settings().idle, listen(socket)) => text.ok()??,
        () = until(&mut ending, |ending| *ending) => return None,
    };
    let started = Instant::now();
    let admitted = desk.engine.authenticate(greeting, &text);
    let problem = match admitted {
        Ok((session, rest)) => {
            tell(
                desk,
                Note { route: super::ENDPOINT, tasks: 1, ..Note::default() },
                started,
                Passage::Normal,
            );
            return Some((session, rest));
        }
        Err(problem) => problem,
    };
    let errors = vec![problem.code().to_owned()];
    tell(desk, Note { route: super::ENDPOINT, tasks: 1, results: 0, errors }, started, Passage::Normal);
    let refusal =
        envelope(Vec::new(), vec![Value::Object(problem.object)], desk.engine.settings().empty_data);
    // Whoever is gone already does not mind.
    let _ = socket.send(Message::text(refusal.to_string())).await;
    close(socket, close_code::POLICY, "not authenticated").await;
    None
}

/// The next frame that says something; `None` at the end.
async fn listen(socket: &mut WebSocket) -> Option<Vec<u8>> {
    loop {
        match socket.recv().await?.ok()? {
            Message::Text(text) => return Some(text.as_bytes().to_vec()),
            Message::Binary(bytes) => return Some(bytes.to_vec()),
            Message::Close(_) => return None,
            Message::Ping(_) | Message::Pong(_) => {}
        }
    }
}

async fn converse(
    desk: &Desk,
    socket: &mut WebSocket,
    session: &Arc<Session>,
    greeting: &Incoming,
    turn: u64,
) -> End {
    let mut ending = desk.ending.clone();
    let mut connection = session.connection.subscribe();
    let idle = desk.engine.settings().idle;
    let mut silent_at = tokio::time::Instant::now() + idle;
    loop {
        while let Some(frame) = session.next() {
            if let Err(frame) = send(desk, socket, frame).await {
                session.unsent(*frame);
                return End::Gone;
            }
        }
        tokio::select! {
            text = listen(socket) => {
                let Some(text) = text else { return End::Gone };
                let started = Instant::now();
                silent_at = tokio::time::Instant::now() + idle;
                let work = desk.engine.frame(session, greeting, &text);
                if work.dropped {
                    tell(desk, Note { route: super::ENDPOINT, ..Note::default() }, started, Passage::Dropped);
                    return End::Dropped;
                }
                start(desk, session, work, started).await;
            }
            () = session.bell.notified() => {}
            () = until(&mut connection, |latest| *latest != turn) => {
                // Another connection may wait for the bell that woke this one.
                session.bell.notify_one();
                return End::Gone;
            }
            () = until(&mut ending, |ending| *ending) => return End::Stopped,
            () = tokio::time::sleep_until(silent_at) => return End::Gone,
        }
    }
}

/// Waits until a value is so; an error says that who would change it is gone, which ends the wait as well.
async fn until<T>(value: &mut watch::Receiver<T>, is_so: impl FnMut(&T) -> bool) {
    drop(value.wait_for(is_so).await);
}

/// Hands the frames of some work over when they are due, also after the socket is gone.
async fn start(desk: &Desk, session: &Arc<Session>, work: Work, started: Instant) {
    let Work { mut frames, note, .. } = work;
    frames.sort_by_key(|(due, _)| *due);
    if frames.last().is_none_or(|(due, _)| due.is_zero()) {
        session.push(frames.into_iter().map(|(_, frame)| frame));
        tell(desk, note, started, Passage::Normal);
        return;
    }
    // Never closed, so there is always a permit in the end.
    let permit = Arc::clone(&session.room).acquire_owned().await.ok();
    let (desk, session) = (desk.clone(), Arc::clone(session));
    tokio::spawn(async move {
        let clock = desk.engine.clock();
        let began = clock.now();
        for (due, frame) in frames {
            clock.reach(began.saturating_add(due)).await;
            session.push([frame]);
        }
        tell(&desk, note, started, Passage::Normal);
        drop(permit);
    });
}

/// Sends a frame, or gives it back.
async fn send(desk: &Desk, socket: &mut WebSocket, frame: Frame) -> Result<(), Box<Frame>> {
    let kept = frame.clone();
    let text = if frame.is_ready() {
        frame.text()
    } else {
        let permit = Arc::clone(&desk.drawing).acquire_owned().await.ok();
        let drawn = tokio::task::spawn_blocking(move || frame.text()).await;
        drop(permit);
        match drawn {
            Ok(text) => text,
            // Drawing came to grief: there is nothing to send, now or later.
            Err(_) => return Ok(()),
        }
    };
    socket.send(Message::text(text)).await.map_err(|_| Box::new(kept))
}

async fn close(socket: &mut WebSocket, code: u16, reason: &'static str) {
    // Whoever is gone already does not mind.
    let _ = socket.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await;
}

fn tell(desk: &Desk, note: Note, started: Instant, passage: Passage) {
    let took: Duration = started.elapsed();
    (desk.log)(&Served { method: "WS", status: None, note, took, passage });
}
