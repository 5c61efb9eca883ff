//! The loop: it owns everything that decides at the doors of an agent, and others send it messages.
//!
//! ```text
//!   reader threads ─reports──▶┌──────┐──verdicts──▶ reader threads
//!   wires ────────inputs─────▶│      │──drive, lamps──▶ wires
//!   journal threads recorded─▶│ loop │──append, acknowledge──▶ journal threads
//!   store threads ─in force──▶│      │──pieces──▶ store threads
//!   links ────────messages───▶│      │──reports, status──▶ links
//!   controls ─────requests───▶└──────┘──answers──▶ controls (emulated doors only)
//! ```
//!
//! One loop owns all doors of the agent, so that what one of them decides the next one knows, without a lock on
//! anything: `DoorLoop` is one door, `Shared` is what they know together.
//!
//! The whitelist is looked up in the loop itself: one indexed read of a file that is mostly in memory takes
//! some tens of microseconds, handing it to another thread would take as long, and nothing in the
//! loop is more urgent than the person at the door. Whatever waits for a disk or for the network is
//! outside.

mod confirmed;
mod desk;
mod disk;
mod door;
mod figures;
mod gate;
mod inboxes;
mod listed;
mod memory;
mod messages;
mod mode;
mod passages;
mod reconcile;
mod requests;
mod shared;
mod show;
mod status;
mod tap;

use service::notify::Watchdog;
use tokio::time::Instant;

pub(crate) use confirmed::Confirmed;
pub(crate) use desk::Desk;
pub(crate) use door::{DoorLoop, Facts, Found};
pub(crate) use figures::TapFigures;
pub(crate) use gate::Gate;
pub(crate) use inboxes::{Ears, Inboxes};
pub(crate) use listed::Telling;
pub(crate) use memory::Memory;
pub(crate) use mode::FirstPerson;
pub(crate) use passages::PassageMemory;
pub(crate) use shared::Shared;
pub(crate) use show::Show;

use inboxes::Message;

/// A part of the agent has ended by itself.
#[derive(Debug, thiserror::Error)]
#[error("the {0} of a door has ended unexpectedly; the agent stops, so that it is started anew")]
pub struct PartDied(&'static str);

impl PartDied {
    /// The loop itself.
    pub(crate) const LOOP: Self = Self("loop");
    /// Whoever writes the whitelist.
    const STORE: Self = Self("whitelist");
}

/// All doors of an agent.
pub(crate) struct AgentLoop {
    /// In the order of their numbers, from 0.
    pub(crate) doors: Vec<DoorLoop>,
    pub(crate) shared: Shared,
    /// Fed here and nowhere else.
    pub(crate) watchdog: Watchdog,
}

impl AgentLoop {
    /// Runs until it is told to stop. The locks are at rest before and after.
    pub(crate) async fn run(mut self, mut ears: Ears) -> Result<(), PartDied> {
        for door in &mut self.doors {
            door.begin(&mut self.shared);
        }
        self.settle();
        let ended = self.serve(&mut ears).await;
        for door in &mut self.doors {
            door.end(&mut self.shared);
        }
        self.stop(ears).await;
        ended
    }

    async fn serve(&mut self, ears: &mut Ears) -> Result<(), PartDied> {
        let mut alarm = Box::pin(tokio::time::sleep_until(Instant::now()));
        loop {
            for door in &mut self.doors {
                ears.deafen(door.number, !door.feed_store()?);
            }
            if let Some(due) = self.doors.iter().map(DoorLoop::deadline).chain(self.watchdog.due()).min() {
                alarm.as_mut().reset(Instant::from_std(due));
            }
            match ears.next(alarm.as_mut()).await? {
                Message::Stop => return Ok(()),
                Message::Time => self.doors.iter_mut().for_each(|door| door.on_time(&mut self.shared)),
                Message::Of(number, said) => {
                    if let Some(door) = self.doors.get_mut(number) {
                        door.on_said(said, &mut self.shared);
                    }
                }
            }
            self.settle();
            self.watchdog.feed();
        }
    }

    /// What one door has done is known to the others before anything else happens.
    fn settle(&mut self) {
        for passage in self.shared.passages.take_certain() {
            self.doors.iter_mut().for_each(|door| door.keep_passage(&passage));
        }
        for door in &mut self.doors {
            self.shared.passable(door.number, door.is_passable());
            door.settle();
        }
    }

    /// The threads end once nobody speaks to them. Their last answers need nobody.
    async fn stop(self, ears: Ears) {
        drop(ears);
        let stop = move || self.doors.into_iter().for_each(DoorLoop::stop);
        if tokio::task::spawn_blocking(stop).await.is_err() {
            tracing::error!("a thread of a door ended badly");
        }
    }
}
