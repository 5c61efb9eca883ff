//! Questions to the database that the loop does not wait for. The answers come back as messages.

use std::time::Duration;

use access::id::DoorId;
use access::whitelist::{Generation, WhitelistId, WhitelistPart};
use db::site::{Begun, CommandView, EncodeView, Site, SiteError};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::confirm::{Asked as StatusAsked, Receipts};
use crate::distribute::Stream;
use crate::scan::{Found, States};
use crate::stream::{Asked, Moved, Piece};

/// Answers that may wait for the loop. Whoever has one waits, holding one.
pub(crate) const QUEUE: usize = 64;

/// How long looks may fail before what they last saw is called the newest no more. A database that is busy has its turn
/// by then, and it is far below every limit of a list's age.
pub(crate) const STUCK_AFTER: Duration = Duration::from_secs(10);

/// What came of a question.
pub(crate) enum Answer {
    /// Which doors shall be otherwise, if any.
    States(Result<Option<States>, SiteError>),
    /// What has changed, if anything.
    Found(Result<Option<Found>, SiteError>),
    /// Commands that wait to be sent.
    Requested(Result<Vec<CommandView>, SiteError>),
    /// Encodings that wait to be sent.
    Encodings(Result<Vec<EncodeView>, SiteError>),
    /// An encoding whose credential has been noted, unless it has ended meanwhile.
    Begun { id: u64, begun: Result<Option<Begun>, SiteError> },
    /// What has come in of the journals of doors whose statuses are to be answered.
    Receipts { asked: Vec<(DoorId, StatusAsked)>, receipts: Result<Receipts, SiteError> },
    /// How far a stream has come, and whom it concerns.
    StreamMoved(Stream, Result<Moved, SiteError>),
    /// What a door is told next of a stream, if anything.
    StreamRead(Asked, Result<Option<Piece>, SiteError>),
    /// A delta for a door, if the history leads from its list.
    Delta { door: DoorId, ticket: u64, part: Result<Option<WhitelistPart>, SiteError> },
    /// Whether the whole list was sent to a door.
    Whole { door: DoorId, ticket: u64, to: WhitelistId, sent: bool },
}

/// How far changes have been looked at, one look at a time.
#[derive(Debug, Default)]
pub(crate) struct Looking {
    /// Everything through this change has been seen.
    pub(crate) through: Generation,
    /// What came after this one is to be looked at once more.
    pub(crate) behind: Option<Generation>,
    pub(crate) running: Once,
    /// Since when every look has failed.
    pub(crate) failing: Option<Instant>,
}

impl Looking {
    /// A look has ended; `well` if it could be done.
    pub(crate) fn ended(&mut self, well: bool, now: Instant) {
        self.failing = if well { None } else { self.failing.or(Some(now)) };
    }

    /// Whether nobody knows any more what is newest.
    pub(crate) fn is_stuck(&self, now: Instant) -> bool {
        self.failing.is_some_and(|since| now.saturating_duration_since(since) >= STUCK_AFTER)
    }

    /// What is new has come after this change.
    pub(crate) fn begin_from(&mut self) -> Generation {
        self.behind.take().map_or(self.through, |behind| behind.min(self.through))
    }
}

/// One question at a time; if it is asked again meanwhile, once more afterwards.
#[derive(Debug, Default)]
pub(crate) struct Once {
    running: bool,
    again: bool,
}

impl Once {
    /// Whether to ask now.
    pub(crate) fn begin(&mut self) -> bool {
        self.again = self.running;
        !std::mem::replace(&mut self.running, true)
    }

    /// Whether to ask once more.
    pub(crate) fn end(&mut self) -> bool {
        self.running = false;
        std::mem::take(&mut self.again)
    }
}

/// Asks on a blocking thread. A question that panics is answered as if the database were busy, so that
/// nobody waits for it for ever.
pub(crate) fn ask<T: Send + 'static>(
    site: &Site,
    answers: &mpsc::Sender<Answer>,
    question: impl FnOnce(&Site) -> Result<T, SiteError> + Send + 'static,
    answer: impl FnOnce(Result<T, SiteError>) -> Answer + Send + 'static,
) -> tokio::task::AbortHandle {
    let (site, answers) = (site.clone(), answers.clone());
    let task = tokio::spawn(async move {
        let asked = beside(move || question(&site)).await;
        // The loop is gone only when the controller stops.
        let _ = answers.send(answer(asked.unwrap_or(Err(SiteError::Busy)))).await;
    });
    task.abort_handle()
}

/// What blocks, on a thread of its own.
pub(crate) fn beside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    // A simulation has no second thread: whatever two threads did at once could not be done again.
    #[cfg(feature = "trial")]
    if crate::trial::pretended().is_some() {
        return tokio::spawn(async move { work() });
    }
    tokio::task::spawn_blocking(work)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_that_go_on_failing_are_stuck_until_one_does_not() {
        let (start, mut looking) = (Instant::now(), Looking::default());
        looking.ended(false, start);
        looking.ended(false, start + STUCK_AFTER / 2);
        assert!(!looking.is_stuck(start + STUCK_AFTER / 2));
        assert!(looking.is_stuck(start + STUCK_AFTER));
        looking.ended(true, start + STUCK_AFTER);
        assert!(!looking.is_stuck(start + 2 * STUCK_AFTER));
    }

    #[test]
    fn a_question_asked_meanwhile_is_asked_once_more_and_not_twice() {
        let mut once = Once::default();
        assert!(once.begin());
        assert!(!once.begin());
        assert!(!once.begin());
        assert!(once.end());
        assert!(once.begin());
        assert!(!once.end());
        assert!(once.begin());
    }
}
