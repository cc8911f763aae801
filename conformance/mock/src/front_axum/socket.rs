//! A WebSocket: the session begins with an authentication task; then every frame is a batch, and results come back as
//! they finish. A client that does not read is not read either, so that nothing piles up for it.

use super::{AppState, CAPACITY_WAIT, LARGE, draw};
use crate::capacity::reading_work;
use crate::engine::Engine;
use crate::engine::session::Work;
use crate::log::Served;
use crate::protocol::{Incoming, Note, Passage, envelope};
use crate::serving::{Connection, Held, UNCOUNTED};
use crate::state::sessions::{Frame, Session};
use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use futures_util::SinkExt as _;
use serde_json::Value;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How long a client may take to authenticate.
const GREETING: Duration = Duration::from_secs(30);

/// Why a socket is left.
enum End {
    /// It is gone, or silent for too long, or another one has taken its place.
    Gone,
    /// The server stops.
    Stopped,
    /// Network conditions close it.
    Dropped,
    /// There is no memory for what it asks for.
    Overloaded,
}

/// Serves one socket to its end.
pub(crate) async fn run(app: AppState, mut socket: WebSocket, greeting: Incoming, connection: Connection) {
    connection.meter(&app.engine.capacity.bodies);
    let greeting = Arc::new(greeting);
    let Some((session, rest)) = greet(&app, &mut socket, &greeting, &connection).await else { return };
    connection.keep();
    let turn = session.connection.borrow().wrapping_add(1);
    session.connection.send_replace(turn);
    if send(&app, &mut socket, session.welcome()).await.is_err() {
        return;
    }
    if !rest.is_empty() {
        let started = Instant::now();
        let work = app.engine.work(&session, &greeting, Ok(rest));
        // What is not started is not answered, and the socket is closed by its next frame at the latest.
        let _ = start(&app, &session, work, started).await;
    }
    match converse(&app, &mut socket, &session, &greeting, turn, &connection).await {
        End::Dropped => connection.cut(),
        End::Overloaded => close(&mut socket, close_code::AGAIN, "the mock is busy").await,
        End::Stopped => close(&mut socket, close_code::AWAY, "the mock stops").await,
        End::Gone => close(&mut socket, close_code::NORMAL, "").await,
    }
}

/// Waits for the authentication task; `None` where the socket is done with.
async fn greet(
    app: &AppState,
    socket: &mut WebSocket,
    greeting: &Arc<Incoming>,
    connection: &Connection,
) -> Option<(Arc<Session>, Vec<Value>)> {
    let mut ending = app.ending.clone();
    let time_limit = app.engine.settings().idle.min(GREETING);
    let text = tokio::select! {
        text = tokio::time::timeout(time_limit, listen(socket)) => text.ok()??,
        () = until(&mut ending, |ending| *ending) => return None,
        () = connection.asked_to_end() => return None,
    };
    let started = Instant::now();
    let asked = Arc::clone(greeting);
    let admitted = compute(app, text, move |engine, text| engine.authenticate(&asked, text)).await?;
    connection.taken();
    let problem = match admitted {
        Ok((session, rest)) => {
            log(app, Note { route: crate::ENDPOINT, tasks: 1, ..Note::default() }, started, Passage::Normal);
            return Some((session, rest));
        }
        Err(problem) => problem,
    };
    let errors = vec![problem.code().to_owned()];
    log(app, Note { route: crate::ENDPOINT, tasks: 1, results: 0, errors }, started, Passage::Normal);
    let refusal = envelope(Vec::new(), vec![Value::Object(problem.object)], app.engine.settings().empty_data);
    // A closed socket needs no answer.
    let _ = socket.send(Message::text(refusal.to_string())).await;
    close(socket, close_code::POLICY, "not authenticated").await;
    None
}

/// The next frame that says something; `None` at the end.
async fn listen(socket: &mut WebSocket) -> Option<Bytes> {
    loop {
        match socket.recv().await?.ok()? {
            Message::Text(text) => return Some(text.into()),
            Message::Binary(bytes) => return Some(bytes),
            Message::Close(_) => return None,
            // The reply is written before more is read: a client that does not read has nothing pile up for it.
            Message::Ping(_) | Message::Pong(_) => socket.flush().await.ok()?,
        }
    }
}

/// Asks the engine; on a thread of its own where others would wait for long. `None` where it fails.
async fn compute<T: Send + 'static>(
    app: &AppState,
    text: Bytes,
    ask: impl FnOnce(&Engine, &[u8]) -> T + Send + 'static,
) -> Option<T> {
    if text.len() <= LARGE {
        return Some(ask(&app.engine, &text));
    }
    let time_limit = app.engine.settings().body_timeout;
    let work = app.engine.capacity.work.take(reading_work(text.len()), time_limit).await?;
    let engine = Arc::clone(&app.engine);
    let asked = tokio::task::spawn_blocking(move || {
        let answer = ask(&engine, &text);
        drop(text);
        drop(work);
        answer
    });
    asked.await.ok()
}

async fn converse(
    app: &AppState,
    socket: &mut WebSocket,
    session: &Arc<Session>,
    greeting: &Arc<Incoming>,
    turn: u64,
    connection: &Connection,
) -> End {
    let mut ending = app.ending.clone();
    let mut latest = session.connection.subscribe();
    let idle = app.engine.settings().idle;
    let mut silent_at = tokio::time::Instant::now() + idle;
    loop {
        while let Some(frame) = session.next() {
            if let Err(frame) = send(app, socket, frame).await {
                session.unsent(*frame);
                return End::Gone;
            }
        }
        tokio::select! {
            text = listen(socket) => {
                let Some(text) = text else { return End::Gone };
                let started = Instant::now();
                silent_at = tokio::time::Instant::now() + idle;
                let (of, asked) = (Arc::clone(session), Arc::clone(greeting));
                let work = compute(app, text, move |engine, text| engine.frame(&of, &asked, text)).await;
                connection.taken();
                let Some(work) = work else { return End::Overloaded };
                if work.dropped {
                    log(app, Note { route: crate::ENDPOINT, ..Note::default() }, started, Passage::Dropped);
                    return End::Dropped;
                }
                let lost = work.lost;
                if start(app, session, work, started).await.is_none() {
                    return End::Overloaded;
                }
                if lost {
                    return End::Dropped;
                }
            }
            () = session.bell.notified() => {}
            () = until(&mut latest, |latest| *latest != turn) => {
                // Another connection may wait for the bell that woke this one.
                session.bell.notify_one();
                return End::Gone;
            }
            () = until(&mut ending, |ending| *ending) => return End::Stopped,
            () = tokio::time::sleep_until(silent_at) => return End::Gone,
        }
    }
}

/// Waits until a value is so; an error, when the sender is gone, ends the wait as well.
async fn until<T>(value: &mut watch::Receiver<T>, is_so: impl FnMut(&T) -> bool) {
    drop(value.wait_for(is_so).await);
}

/// Hands the frames of some work over when they are due, also after the socket is gone. `None` where there is no memory
/// to keep them until then.
async fn start(app: &AppState, session: &Arc<Session>, work: Work, started: Instant) -> Option<()> {
    let weight = work.weight();
    let Work { mut frames, note, .. } = work;
    frames.sort_by_key(|(due, _)| *due);
    if frames.last().is_none_or(|(due, _)| due.is_zero()) {
        session.push(frames.into_iter().map(|(_, frame)| frame));
        log(app, note, started, Passage::Normal);
        return Some(());
    }
    let held = room(app, weight).await?;
    // Never closed, so there is always a permit in the end.
    let permit = Arc::clone(&session.room).acquire_owned().await.ok();
    let (app, session) = (app.clone(), Arc::clone(session));
    tokio::spawn(async move {
        let clock = app.engine.clock();
        let began = clock.now();
        for (due, frame) in frames {
            clock.reach(began.saturating_add(due)).await;
            session.push([frame]);
        }
        log(&app, note, started, Passage::Normal);
        drop(permit);
        drop(held);
    });
    Some(())
}

/// A part of the bytes of all answers; nothing for small ones, and `None` where others hold them.
async fn room(app: &AppState, bytes: usize) -> Option<Option<Held>> {
    if bytes <= UNCOUNTED {
        return Some(None);
    }
    app.engine.capacity.answers.take(bytes, CAPACITY_WAIT).await.map(Some)
}

/// Sends a frame, or gives it back.
async fn send(app: &AppState, socket: &mut WebSocket, frame: Frame) -> Result<(), Box<Frame>> {
    let kept = frame.clone();
    // The text is copied once on its way out.
    let (pixels, bytes) = (frame.inline_pixels(), 2 * (frame.outcome.weight() + frame.inline_bytes()));
    let Some(_held) = room(app, bytes).await else { return Err(Box::new(kept)) };
    let text = if frame.is_ready() {
        frame.text()
    } else {
        match draw(&app.engine, pixels, move || frame.text()).await {
            Some(text) => text,
            // Drawing came to grief: there is nothing to send, now or later.
            None => return Ok(()),
        }
    };
    socket.send(Message::text(text)).await.map_err(|_| Box::new(kept))
}

async fn close(socket: &mut WebSocket, code: u16, reason: &'static str) {
    // A closed socket needs no answer.
    let _ = socket.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await;
}

fn log(app: &AppState, note: Note, started: Instant, passage: Passage) {
    let took: Duration = started.elapsed();
    (app.log)(&Served { method: "WS", status: None, note, took, passage });
}
