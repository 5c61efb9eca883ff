//! Reports on their way into the database: one thread, many reports in one transaction.
//!
//! The thread takes what is there and commits it, so a quiet site pays one commit for each report and a
//! busy one many reports for each commit, without a timer. Only what has been committed is acknowledged.

use std::collections::BTreeMap;
use std::io;
use std::thread::JoinHandle;

use access::confirm::LogHead;
use access::id::DoorId;
use access::message::REPORT_EVENTS_MAX;
use db::site::{Outcome, Report, Site, SiteError};
use link::AckToken;
use tokio::sync::mpsc;

/// Reports that may wait for the thread. With the longest reports that is some 16 MB; beyond it the
/// controller stops reading, and the broker keeps the rest.
pub(crate) const QUEUE: usize = 64;

/// Reports of one door that may wait. A door sends the next one when it has heard of the one before, so more is a door
/// that says them again and again; what it says beyond is dropped, so that others have their turn.
const OF_ONE_DOOR_MAX: u32 = 8;

/// Events in one transaction. More would gain little and keep pages from writing.
const TRANSACTION_EVENTS_MAX: usize = 2 * REPORT_EVENTS_MAX;

/// A report that has been verified.
pub(crate) struct Delivered {
    pub(crate) report: Report,
    pub(crate) ack: Option<AckToken>,
}

/// What became of the reports of one transaction.
pub(crate) struct Stored {
    /// Whose they were, one for each.
    pub(crate) doors: Vec<DoorId>,
    pub(crate) acks: Vec<AckToken>,
    /// What the doors may be told, with the head of the central log; or why nothing was stored.
    pub(crate) outcome: Result<(Vec<Outcome>, LogHead), SiteError>,
}

/// How many reports of each door wait.
#[derive(Default)]
pub(crate) struct Waiting {
    of: BTreeMap<DoorId, u32>,
    /// Reports that were dropped since the start.
    dropped: u64,
}

impl Waiting {
    /// Whether one more of this door may wait; then it does.
    pub(crate) fn begin(&mut self, door: &DoorId) -> bool {
        let of = self.of.entry(door.clone()).or_default();
        if *of < OF_ONE_DOOR_MAX {
            *of += 1;
            return true;
        }
        self.dropped = self.dropped.saturating_add(1);
        // Whoever sends thousands a second must not fill the log as well.
        if self.dropped.is_power_of_two() {
            tracing::warn!(%door, dropped = self.dropped, "a door sends more reports than it may; the excess is dropped");
        }
        false
    }

    /// These wait no more.
    pub(crate) fn end(&mut self, doors: &[DoorId]) {
        for door in doors {
            if let Some(of) = self.of.get_mut(door) {
                *of -= 1;
                if *of == 0 {
                    self.of.remove(door);
                }
            }
        }
    }
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
        let outcome = store(site, &reports);
        let stored = Stored { doors: doors(&reports), acks, outcome };
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

/// Whose they are, one for each.
pub(crate) fn doors(reports: &[Report]) -> Vec<DoorId> {
    reports.iter().map(|report| report.door.clone()).collect()
}

/// In one transaction. If that fails each by itself: one that cannot be stored comes again and again, and must not take
/// those of other doors with it for ever.
pub(crate) fn store(site: &Site, reports: &[Report]) -> Result<(Vec<Outcome>, LogHead), SiteError> {
    let outcomes = match site.intake(reports) {
        // Each would wait as long once more.
        Err(error) if reports.len() < 2 || matches!(error, SiteError::Busy) => return Err(error),
        Err(_) => apart(site, reports),
        Ok(outcomes) => outcomes,
    };
    Ok((outcomes, site.log_head()?))
}

fn apart(site: &Site, reports: &[Report]) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for report in reports {
        match site.intake(std::slice::from_ref(report)) {
            Ok(stored) => outcomes.extend(stored),
            Err(error) => {
                let door = &report.door;
                tracing::error!(%door, %error, "a report could not be stored; the door will send it again");
            }
        }
    }
    outcomes
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
    fn a_door_that_goes_on_and_on_leaves_room_for_others() {
        let (loud, quiet): (DoorId, DoorId) = ("loud".parse().unwrap(), "quiet".parse().unwrap());
        let mut waiting = Waiting::default();
        let taken = (0..1_000).filter(|_| waiting.begin(&loud)).count();
        assert_eq!((taken, waiting.dropped), (8, 992));
        assert!(waiting.begin(&quiet));
        waiting.end(&[loud.clone(), quiet]);
        assert_eq!(waiting.of.len(), 1);
        assert!(waiting.begin(&loud) && !waiting.begin(&loud));
    }

    #[test]
    fn a_report_that_cannot_be_stored_keeps_no_other_out() {
        let folder = tempfile::tempdir().unwrap();
        let site = Site::open(&folder.path().join("site.db"), &"hospital".parse().unwrap()).unwrap();
        let actor = db::site::Actor { operator: "tester", at: access::time::UtcMs(0) };
        let door = db::site::NewDoor {
            id: "ward".parse().unwrap(),
            name: "Ward".to_owned(),
            key: access::envelope::DoorKey::new([7; 32]),
            settings: access::settings::DoorSettings::default(),
        };
        site.add_door(&actor, door).unwrap();
        let (good, mut bad) = (delivered(1).report, delivered(1).report);
        bad.door = "nowhere".parse().unwrap();
        let (outcomes, head) = store(&site, &[bad.clone(), good, bad.clone()]).unwrap();
        assert_eq!(outcomes.iter().map(|outcome| outcome.inserted).collect::<Vec<_>>(), [1]);
        assert_eq!(head.row, 1);
        assert!(store(&site, &[bad]).is_err());
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
