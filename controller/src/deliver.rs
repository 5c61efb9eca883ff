//! What is due goes on its way.

use std::sync::Arc;
use std::time::Duration;

use access::id::DoorId;
use access::message::Down;
use access::whitelist::{WhitelistId, WhitelistPart};
use db::site::{DoorKind, Site, SiteError};
use link::Qos;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::{Instant, sleep};

use crate::ask::{Answer, ask, beside};
use crate::compile;
use crate::desk::{Desk, publish};
use crate::distribute::{Cutter, Stream, Way, chunk_count};
use crate::keys::Keyring;
use crate::line::Sealer;
use crate::scan;

/// Pause between two chunks of a list: a door writes each to its disk, and a broker must not have to keep
/// a whole list of a million for it.
const CHUNK_PACE: Duration = Duration::from_millis(20);

/// The same for the first chunks, which a broker has room for whatever the door's disk takes: somebody stands in front of a
/// door that has just been put up.
const FIRST_CHUNK_PACE: Duration = Duration::from_millis(4);

/// How many these are: half of what may pile up at the embedded broker for one door, and more than a list of 100,000.
const FIRST_CHUNKS: u32 = 500;

/// Chunks that are read ahead.
const CHUNKS_AHEAD: usize = 2;

impl Desk {
    /// Sends what is due to a door that is connected.
    pub(crate) fn advance(&mut self, door: &DoorId) {
        let Some(line) = self.lines.get_mut(door).filter(|line| !line.held) else { return };
        let Some(session) = line.session else { return };
        let Some(sealer) = line.sealer(&self.sender) else { return };
        let due = line.flight.due(&line.desired, &session.reported);
        if due.state && publish(&self.link, &sealer, &Down::State(line.state.clone()), Qos::AtLeastOnce) {
            line.flight.sent_state(line.desired.state, Instant::now());
        }
        if line.kind == DoorKind::Encoder {
            return;
        }
        let to = line.desired.whitelist;
        for stream in Stream::ALL.into_iter().filter(|stream| *due.streams.of(*stream)) {
            self.read_stream(stream, door);
        }
        match due.whitelist {
            Way::Nothing => {}
            Way::Delta { from } => self.read_delta(door, from, to),
            Way::Whole => self.send_whole(door, to, sealer),
        }
    }

    /// A delta has been read.
    pub(crate) fn delta_read(&mut self, door: &DoorId, ticket: u64, part: Result<Option<WhitelistPart>, SiteError>) {
        let Some(line) = self.lines.get_mut(door).filter(|line| line.flight.awaits(ticket)) else {
            return;
        };
        match (part, line.sealer(&self.sender)) {
            (Ok(Some(part)), Some(sealer)) => {
                line.flight.idle();
                let WhitelistPart::Delta { to, .. } = part else { return };
                if publish(&self.link, &sealer, &Down::Whitelist(part), Qos::AtLeastOnce) {
                    line.flight.sent_whitelist(to, false, Instant::now());
                }
            }
            (Ok(_), _) => {
                line.flight.no_delta();
                self.advance(door);
                return;
            }
            (Err(error), _) => {
                tracing::error!(%door, %error, "a delta could not be read; trying again");
                line.flight.idle();
                return;
            }
        }
        // What changed while the task was at it follows now.
        self.advance(door);
    }

    /// The whole list has been sent, or not.
    pub(crate) fn whole_sent(&mut self, door: &DoorId, ticket: u64, to: WhitelistId, sent: bool) {
        let Some(line) = self.lines.get_mut(door).filter(|line| line.flight.awaits(ticket)) else {
            return;
        };
        if sent {
            line.flight.sent_whitelist(to, true, Instant::now());
            self.advance(door);
        } else {
            // The next tick tries again.
            line.flight.idle();
        }
    }

    /// The short way: a door that has the list before, or is about to, gets the changes without another
    /// look into the database.
    pub(crate) fn send_at_once(&mut self, door: &DoorId, before: WhitelistId, to: WhitelistId, part: WhitelistPart) {
        let Some(line) = self.lines.get_mut(door).filter(|line| !line.held) else { return };
        let Some(session) = line.session else { return };
        let leads = before != to && line.flight.reached(&session.reported) == Some(before);
        if leads
            && let Some(sealer) = line.sealer(&self.sender)
            && publish(&self.link, &sealer, &Down::Whitelist(part), Qos::AtLeastOnce)
        {
            line.flight.sent_whitelist(to, false, Instant::now());
        }
    }

    fn read_delta(&mut self, door: &DoorId, from: WhitelistId, to: WhitelistId) {
        let ticket = self.ticket();
        let (asked, answered) = (door.clone(), door.clone());
        let secrets = self.secrets.clone();
        let task = ask(
            &self.site,
            &self.answers,
            move |site| scan::delta(site, secrets.as_deref(), &asked, from, to),
            move |part| Answer::Delta { door: answered, ticket, part },
        );
        if let Some(line) = self.lines.get_mut(door) {
            line.flight.busy(ticket, task);
        }
    }

    fn send_whole(&mut self, door: &DoorId, to: WhitelistId, sealer: Sealer) {
        let ticket = self.ticket();
        let transfer = Transfer {
            site: self.site.clone(),
            secrets: self.secrets.clone(),
            link: self.link.clone(),
            door: door.clone(),
            to,
            sealer,
        };
        let (turns, answers) = (Arc::clone(&self.transfers), self.answers.clone());
        tracing::info!(%door, entries = to.entries, "sending the whole list");
        let task = tokio::spawn(async move {
            let door = transfer.door.clone();
            let sent = transfer.run(&turns).await;
            let answer = Answer::Whole { door, ticket, to, sent };
            // The loop is gone only when the controller stops.
            let _ = answers.send(answer).await;
        });
        if let Some(line) = self.lines.get_mut(door) {
            line.flight.busy(ticket, task.abort_handle());
        }
    }

    fn ticket(&mut self) -> u64 {
        self.tickets += 1;
        self.tickets
    }
}

/// A whole list on its way to one door.
struct Transfer {
    site: Site,
    secrets: Option<Arc<Keyring>>,
    link: link::Handle,
    door: DoorId,
    to: WhitelistId,
    sealer: Sealer,
}

impl Transfer {
    /// Says whether every chunk was handed to the broker.
    async fn run(self, turns: &Semaphore) -> bool {
        // The semaphore is never closed.
        let Ok(_turn) = turns.acquire().await else { return false };
        let Self { site, secrets, link, door, to, sealer } = self;
        let (ahead, mut parts) = mpsc::channel(CHUNKS_AHEAD);
        let reading = beside(move || read(&site, secrets.as_deref(), &door, to, &ahead));
        let mut sent = 0_u32;
        while let Some(part) = parts.recv().await {
            sleep(if sent < FIRST_CHUNKS { FIRST_CHUNK_PACE } else { CHUNK_PACE }).await;
            let message = Down::Whitelist(part);
            let published = link.publish(&sealer.topic(&message), sealer.seal(&message), Qos::AtLeastOnce).await;
            if let Err(error) = published {
                tracing::debug!(%error, "a list was not sent to its end");
                return false;
            }
            sent += 1;
        }
        matches!(reading.await, Ok(Ok(()))) && sent == chunk_count(to.entries)
    }
}

/// If nobody takes the chunks any more the rest is read for nothing, which ends by itself.
fn read(
    site: &Site,
    secrets: Option<&Keyring>,
    door: &DoorId,
    to: WhitelistId,
    ahead: &mpsc::Sender<WhitelistPart>,
) -> Result<(), SiteError> {
    let (mut cutter, first) = Cutter::new(to, site.calendar(door, to.generation)?);
    give(ahead, first);
    compile::of_door(site, secrets, door, to.generation, |entry| {
        if let Some(part) = cutter.push(entry) {
            give(ahead, part);
        }
    })?;
    if let Some(part) = cutter.finish() {
        give(ahead, part);
    }
    Ok(())
}

/// Waits only if it must.
fn give(ahead: &mpsc::Sender<WhitelistPart>, part: WhitelistPart) {
    if let Err(TrySendError::Full(part)) = ahead.try_send(part) {
        let _ = ahead.blocking_send(part);
    }
}
