//! Reports on their way into the database: one thread, many reports in one transaction.
//!
//! The thread takes what is there and commits it, so a quiet site pays one commit for each report and a
//! busy one many reports for each commit, without a timer. Only what has been committed is acknowledged.

use std::io;
use std::thread::JoinHandle;

use access::confirm::LogHead;
use access::message::REPORT_EVENTS_MAX;
use db::site::{Outcome, Report, Site, SiteError};
use link::AckToken;
use tokio::sync::mpsc;

/// Reports that may wait for the thread. With the longest reports that is some 16 MB; beyond it the
/// controller stops reading, and the broker keeps the rest.
pub(crate) const QUEUE: usize = 64;

/// Events in one transaction. More would gain little and keep pages from writing.
const TRANSACTION_EVENTS_MAX: usize = 2 * REPORT_EVENTS_MAX;

/// A report that has been verified.
pub(crate) struct Delivered {
    pub(crate) report: Report,
    pub(crate) ack: Option<AckToken>,
}

/// What became of the reports of one transaction.
pub(crate) struct Stored {
    pub(crate) acks: Vec<AckToken>,
    /// What the doors may be told, with the head of the central log; or why nothing was stored.
    pub(crate) outcome: Result<(Vec<Outcome>, LogHead), SiteError>,
}

/// The thread and the way to it. It ends when `reports` is dropped and everything in it is stored.
pub(crate) struct Intake {
    pub(crate) reports: mpsc::Sender<Delivered>,
    pub(crate) stored: mpsc::Receiver<Stored>,
    pub(crate) thread: JoinHandle<()>,
}

/// Starts the thread.
pub(crate) fn start(site: Site) -> io::Result<Intake> {
    let (reports, waiting) = mpsc::channel(QUEUE);
    let (done, stored) = mpsc::channel(QUEUE);
    let thread = std::thread::Builder::new().name("intake".to_owned()).spawn(move || run(&site, waiting, &done))?;
    Ok(Intake { reports, stored, thread })
}

fn run(site: &Site, mut waiting: mpsc::Receiver<Delivered>, done: &mpsc::Sender<Stored>) {
    while let Some(first) = waiting.blocking_recv() {
        let (reports, acks) = gather(first, &mut waiting);
        let stored = Stored { acks, outcome: store(site, &reports) };
        if done.blocking_send(stored).is_err() {
            return;
        }
    }
}

pub(crate) fn gather(first: Delivered, waiting: &mut mpsc::Receiver<Delivered>) -> (Vec<Report>, Vec<AckToken>) {
    let (mut reports, mut acks, mut events) = (Vec::new(), Vec::new(), 0);
    let mut next = Some(first);
    while let Some(Delivered { report, ack }) = next {
        events += report.events.len();
        reports.push(report);
        acks.extend(ack);
        let room = events + REPORT_EVENTS_MAX <= TRANSACTION_EVENTS_MAX;
        next = room.then(|| waiting.try_recv().ok()).flatten();
    }
    (reports, acks)
}

pub(crate) fn store(site: &Site, reports: &[Report]) -> Result<(Vec<Outcome>, LogHead), SiteError> {
    let outcomes = site.intake(reports)?;
    Ok((outcomes, site.log_head()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivered(events: usize) -> Delivered {
        let event = access::event::Event {
            sequence: 1,
            boot: 1,
            mono: access::time::MonoMs(0),
            utc: access::time::UtcMs(0),
            trust: access::time::ClockTrust::Kept,
            generation: access::whitelist::Generation(0),
            state_generation: access::whitelist::Generation(0),
            mode: access::mode::Mode::Normal,
            kind: access::event::EventKind::ExitPressed,
            subject: None,
        };
        let report = Report {
            door: "ward".parse().unwrap(),
            epoch: 1,
            boot: 1,
            previous: access::chain::Link::START,
            events: vec![event; events],
            received: access::time::UtcMs(0),
        };
        Delivered { report, ack: None }
    }

    #[test]
    fn what_waits_is_stored_together_and_a_transaction_is_bounded() {
        let (sender, mut waiting) = mpsc::channel(QUEUE);
        for _ in 0..4 {
            sender.try_send(delivered(1)).ok().unwrap();
        }
        assert_eq!(gather(delivered(1), &mut waiting).0.len(), 5);
        for _ in 0..4 {
            sender.try_send(delivered(REPORT_EVENTS_MAX)).ok().unwrap();
        }
        let (reports, _) = gather(delivered(REPORT_EVENTS_MAX), &mut waiting);
        let events: usize = reports.iter().map(|report| report.events.len()).sum();
        assert_eq!(events, TRANSACTION_EVENTS_MAX);
    }
}
