//! For tests of other crates: the controller's loop without a machine under it.
//!
//! The loop is the real one ([`crate::run`]), and so is everything that it owns. The network is the caller's
//! ([`link::trial`]), and so are the threads beside it: the caller says when a transaction is made and when its outcome is
//! told, and what is in between when the machine dies. Time is tokio's, which the caller may have paused, and
//! [`pretend`]'s.

use std::cell::Cell;
use std::future::Future;

use access::confirm::LogHead;
use access::time::UtcMs;
use db::site::{Outcome, Report, Site, SiteError};
use link::{AckToken, Event, Handle};
use service::notify::Watchdog;
use tokio::sync::{mpsc, watch};

use crate::ask::{self, Looking};
use crate::clerk::{self, Note};
use crate::config::Badge;
use crate::desk::{Desk, Parts};
use crate::hold::{self, Piece};
use crate::intake::{self, Delivered, Stored};
use crate::observe::Pulse;
use crate::run::{self, Ears};
use crate::start::read::{Read, read};

thread_local! {
    static PRETENDED: Cell<Option<fn() -> UtcMs>> = const { Cell::new(None) };
}

/// From now on this is the civil time of this thread, and nothing is done on another one.
pub fn pretend(clock: fn() -> UtcMs) {
    PRETENDED.set(Some(clock));
}

pub(crate) fn pretended() -> Option<UtcMs> {
    PRETENDED.get().map(|clock| clock())
}

/// Whoever stores reports in the place of the intake's thread.
pub struct Storing {
    site: Site,
    waiting: mpsc::Receiver<Delivered>,
    done: mpsc::Sender<Stored>,
}

/// Reports of one transaction.
pub struct Gathered {
    /// What is to be stored.
    pub reports: Vec<Report>,
    acks: Vec<AckToken>,
}

/// Whoever writes notes in the place of the clerk's thread.
pub struct Noting {
    site: Site,
    notes: mpsc::Receiver<Note>,
}

/// Whoever compares what doors tell of their lists.
pub struct Comparing {
    site: Site,
    pieces: mpsc::Receiver<Piece>,
}

/// A controller that has just been started: its loop, and whoever works beside it.
pub struct Started<F> {
    /// Dropped, the controller is as if the power had gone.
    pub looped: F,
    /// In the place of the intake's thread.
    pub storing: Storing,
    /// In the place of the clerk's.
    pub noting: Noting,
    /// In the place of the one that compares.
    pub comparing: Comparing,
}

/// Starts a controller.
///
/// # Errors
/// If the site's database cannot be read.
pub fn start(
    site: &Site,
    link: Handle,
    events: mpsc::Receiver<Event>,
    badge: Badge,
) -> Result<Started<impl Future<Output = ()> + use<>>, SiteError> {
    let Read { sender, found, lines, streams, holds } = read(site, None)?;
    let (pieces_in, pieces) = mpsc::channel(hold::QUEUE);
    let (reports, waiting) = mpsc::channel(intake::QUEUE);
    let (done, stored) = mpsc::channel(intake::QUEUE);
    let (notes_in, notes) = mpsc::channel(clerk::QUEUE);
    let (answers, answered) = mpsc::channel(ask::QUEUE);
    let (stop_in, stop) = watch::channel(false);
    let (figures, asked) = dashboard::figures::ask();
    let (changes, requests) = (site.changes(), site.requests());
    let ears = Ears { link: events, stored, answers: answered, changes, requests, asked, stop };
    let mut desk = Desk::new(Parts {
        site: site.clone(),
        sender,
        link,
        notes: notes_in,
        reports,
        answers,
        looking: Looking { through: found, ..Looking::default() },
        lines,
        streams,
        secrets: None,
        badge,
        pieces: pieces_in,
    });
    desk.take_holds(holds);
    desk.note(Note::Wanted(desk.wanted()));
    let looped = async move {
        let _held = (stop_in, figures);
        run::run(desk, ears, Pulse::new(Watchdog::default())).await;
    };
    Ok(Started {
        looped,
        storing: Storing { site: site.clone(), waiting, done },
        noting: Noting { site: site.clone(), notes },
        comparing: Comparing { site: site.clone(), pieces },
    })
}

impl Storing {
    /// What is to be stored next; none once the loop has gone.
    pub async fn next(&mut self) -> Option<Gathered> {
        let first = self.waiting.recv().await?;
        let (reports, acks) = intake::gather(first, &mut self.waiting);
        Some(Gathered { reports, acks })
    }

    /// Stores it: one transaction that is on disk afterwards.
    ///
    /// # Errors
    /// If it could not be stored.
    pub fn store(&self, reports: &[Report]) -> Result<(Vec<Outcome>, LogHead), SiteError> {
        intake::store(&self.site, reports)
    }

    /// Tells the loop.
    pub async fn tell(&self, gathered: Gathered, outcome: Result<(Vec<Outcome>, LogHead), SiteError>) {
        let doors = intake::doors(&gathered.reports);
        // The loop is gone only when the controller is.
        let _ = self.done.send(Stored { doors, acks: gathered.acks, outcome }).await;
    }
}

impl Noting {
    /// Writes the next note; `false` once the loop has gone.
    ///
    /// # Errors
    /// If it could not be written.
    pub async fn next(&mut self) -> Result<bool, SiteError> {
        let Some(note) = self.notes.recv().await else { return Ok(false) };
        clerk::write(&self.site, note).map(|()| true)
    }
}

impl Comparing {
    /// Compares the next piece; `false` once the loop has gone.
    ///
    /// # Errors
    /// If it could not be compared.
    pub async fn next(&mut self) -> Result<bool, SiteError> {
        let Some(piece) = self.pieces.recv().await else { return Ok(false) };
        hold::compare(&self.site, piece).map(|_| true)
    }
}
