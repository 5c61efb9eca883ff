//! The loop that owns all state. Everything else sends it messages.
//!
//! ```text
//! link ────── messages of doors ──▶┐                    ┌──▶ intake thread ──▶ database
//! database ── changes, requests ──▶│        loop        │──▶ clerk thread ───▶ database
//! threads ─── stored, answers ────▶│ (Desk: doors, what │──▶ questions ──────▶ answers
//! clock ───── tick ───────────────▶┘  is on its way)    └──▶ link ──▶ doors
//! ```

use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::ask::Answer;
use crate::desk::Desk;
use crate::intake::Stored;
use crate::observe::Pulse;

/// How often time is looked at. Nothing that waits for it needs to be more exact.
const TICK: Duration = Duration::from_millis(500);

/// How often changes of another process are looked for, such as a door that was just added.
const LOOK_EVERY_TICKS: u32 = 2;

/// Longest wait for the last reports to be stored when the controller stops.
const FLUSH_WAIT: Duration = Duration::from_secs(5);

/// What the loop hears.
pub(crate) struct Ears {
    pub(crate) link: mpsc::Receiver<link::Event>,
    pub(crate) stored: mpsc::Receiver<Stored>,
    pub(crate) answers: mpsc::Receiver<Answer>,
    pub(crate) changes: watch::Receiver<u64>,
    pub(crate) requests: watch::Receiver<u64>,
    /// Who wants to know the figures.
    pub(crate) asked: mpsc::Receiver<dashboard::figures::Answer>,
    pub(crate) stop: watch::Receiver<bool>,
}

/// Runs until it is told to stop; then stores and acknowledges what has come in, and says goodbye. Signs of life
/// are given here and nowhere else, at least once a [`TICK`].
pub(crate) async fn run(mut desk: Desk, mut ears: Ears, mut pulse: Pulse) {
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut ticks = 0_u32;
    desk.look();
    desk.look_for_commands();
    desk.look_for_encodings();
    loop {
        pulse.beat();
        // What the loop itself has begun is ended first, and nobody new is heard before that. What comes is bounded by what
        // was heard, so the link has its turn.
        tokio::select! {
            biased;
            _ = ears.stop.wait_for(|stop| *stop) => break,
            stored = ears.stored.recv() => match stored {
                Some(stored) => desk.stored(stored),
                None => {
                    tracing::error!("the intake thread has ended");
                    break;
                }
            },
            Some(answer) = ears.answers.recv() => answered(&mut desk, answer),
            _ = tick.tick() => {
                desk.tick();
                ticks = ticks.wrapping_add(1);
                if ticks.is_multiple_of(LOOK_EVERY_TICKS) {
                    desk.look();
                    // One that could not be begun because the database was busy is tried again.
                    desk.look_for_encodings();
                }
            }
            Ok(()) = ears.changes.changed() => desk.look(),
            Ok(()) = ears.requests.changed() => {
                desk.look_for_commands();
                desk.look_for_encodings();
            }
            // Few may wait at a time, and each waits for its answer before it asks again.
            Some(answer) = ears.asked.recv() => desk.tell_figures(answer),
            event = ears.link.recv(), if desk.has_room() => match event {
                Some(event) => desk.link_event(event),
                None => break,
            },
        }
    }
    finish(desk, ears.stored).await;
}

fn answered(desk: &mut Desk, answer: Answer) {
    match answer {
        Answer::States(states) => desk.states_found(states),
        Answer::Found(found) => desk.found(found),
        Answer::Requested(requested) => desk.requested(requested),
        Answer::Encodings(requested) => desk.encodings_requested(requested),
        Answer::Begun { id, begun } => desk.encoding_begun(id, begun),
        Answer::Receipts { asked, receipts } => desk.receipts_read(asked, receipts),
        Answer::StreamMoved(stream, moved) => desk.stream_moved(stream, moved),
        Answer::StreamRead(asked, piece) => desk.stream_read(&asked, piece),
        Answer::Delta { door, ticket, part } => desk.delta_read(&door, ticket, part),
        Answer::Whole { door, ticket, to, sent } => desk.whole_sent(&door, ticket, to, sent),
    }
}

async fn finish(mut desk: Desk, mut stored: mpsc::Receiver<Stored>) {
    // The thread ends once the last sender is gone and all is stored.
    let (closed, _) = mpsc::channel(1);
    desk.reports = closed;
    let flush = async {
        while let Some(stored) = stored.recv().await {
            desk.stored(stored);
        }
    };
    if timeout(FLUSH_WAIT, flush).await.is_err() {
        tracing::warn!("the last reports were not stored in time; the doors keep them");
    }
    desk.link.close().await;
}
