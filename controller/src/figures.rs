//! How long things take, as they happen: from a tap to its decision, and from a change to the doors.
//!
//! ```text
//! doors ── Figures, since the agent began ──▶ what is new of them ──▶ tap
//! a look finds a change ──▶ Pending of each touched door
//!                              │ in force as the door's status says, and it was there all the while ──▶ change,
//!                              │                                   and revoke if it takes a card away
//!                              └─────────── it was away in between ──────────────────────────────────▶ late
//! ```
//!
//! The loop counts; whoever wants to know asks it. Nothing is kept over a restart, and nothing of a card or a person is here.

use std::collections::BTreeMap;
use std::time::Duration;

use access::id::DoorId;
use access::latency::Latencies;
use access::message::Figures as TapFigures;
use access::time::UtcMs;
use dashboard::figures::{Answer, DoorFigures, Figures as Told, Measure, PerMeasure};
use tokio::time::Instant;

use crate::clock::utc_now;
use crate::desk::Desk;

pub(crate) mod pending;
mod window;

use pending::Reached;
use window::{DAY, HOUR, Window};

/// All that is counted.
#[derive(Debug)]
pub(crate) struct Figures {
    began: Instant,
    /// Since then.
    totals: PerMeasure<Latencies>,
    doors: BTreeMap<DoorId, OfDoor>,
}

/// What is counted of one door: some 17 KB at most, and nothing while nothing happens there.
#[derive(Debug, Default)]
struct OfDoor {
    /// The boot of its agent, and all that it has counted in it.
    told: Option<(u64, Latencies)>,
    windows: PerMeasure<Windows>,
}

#[derive(Debug, Clone, Default)]
struct Windows {
    hour: Window,
    day: Window,
}

impl Figures {
    pub(crate) fn new() -> Self {
        Self { began: Instant::now(), totals: PerMeasure::default(), doors: BTreeMap::new() }
    }

    /// A door tells how long its taps took. What an agent counted before this controller began is of a time that nobody
    /// knows, and does not count.
    pub(crate) fn tapped(&mut self, door: &DoorId, boot: u64, figures: &TapFigures, now: Instant) {
        let since = now.saturating_duration_since(self.began);
        let of = self.doors.entry(door.clone()).or_default();
        let before = of.told.replace((boot, figures.taps));
        let news = match before {
            Some((known, before)) if known == boot => figures.taps.since(&before),
            _ => (Duration::from_secs(figures.for_s.into()) <= since).then_some(figures.taps),
        };
        if let Some(news) = news.filter(|news| news.count() > 0) {
            self.count(door, Measure::Tap, &news, since);
        }
    }

    /// What was changed is in force at a door.
    pub(crate) fn reached(&mut self, door: &DoorId, reached: &[Reached], now: Instant) {
        let since = now.saturating_duration_since(self.began);
        for Reached { took, takes, late } in reached {
            let mut one = Latencies::default();
            one.record(*took);
            if *late {
                self.count(door, Measure::Late, &one, since);
                continue;
            }
            self.count(door, Measure::Change, &one, since);
            if *takes {
                self.count(door, Measure::Revoke, &one, since);
            }
        }
    }

    fn count(&mut self, door: &DoorId, measure: Measure, news: &Latencies, since: Duration) {
        self.totals.of_mut(measure).add(news);
        let of = self.doors.entry(door.clone()).or_default();
        let windows = of.windows.of_mut(measure);
        windows.hour.add(HOUR, since, news);
        windows.day.add(DAY, since, news);
    }

    fn of_door(&self, door: &DoorId, since: Duration) -> DoorFigures {
        let Some(of) = self.doors.get(door) else { return DoorFigures::default() };
        let windows = |measure| of.windows.of(measure);
        DoorFigures {
            hour: PerMeasure::each(|measure| windows(measure).hour.within(HOUR, since)),
            day: PerMeasure::each(|measure| windows(measure).day.within(DAY, since)),
            tells_taps: of.told.is_some(),
            waiting_since: None,
        }
    }
}

impl Desk {
    /// Everything, for whoever has asked.
    pub(crate) fn tell_figures(&self, answer: Answer) {
        let (now, utc) = (Instant::now(), utc_now());
        let since = now.saturating_duration_since(self.figures.began);
        let at = |moment: Duration| before(utc, since.saturating_sub(moment));
        let doors = self.lines.values().filter(|line| line.wanted().is_some()).map(|line| {
            let waiting_since = line.pending.oldest().map(|oldest| before(utc, now.saturating_duration_since(oldest)));
            (line.door.clone(), DoorFigures { waiting_since, ..self.figures.of_door(&line.door, since) })
        });
        let told = Told {
            since: at(Duration::ZERO),
            hour: at(HOUR.begins(since)),
            day: at(DAY.begins(since)),
            totals: self.figures.totals.clone(),
            doors: doors.collect(),
        };
        // Whoever has asked may have gone.
        let _ = answer.send(told);
    }

    /// A door tells how long its taps took. What overtook the status that says which journal is the door's is told again.
    pub(crate) fn tapped(&mut self, door: &DoorId, boot: u64, figures: &TapFigures) {
        if self.lines.get(door).is_some_and(|line| line.wanted().is_some()) {
            self.figures.tapped(door, boot, figures, Instant::now());
        }
    }
}

/// When a change was made, by the loop's own clock; now, if nobody knows.
pub(crate) fn moment(at: Option<UtcMs>) -> Instant {
    let now = Instant::now();
    let age = at.map_or(0, |at| utc_now().0.saturating_sub(at.0));
    now.checked_sub(Duration::from_millis(u64::try_from(age).unwrap_or(0))).unwrap_or(now)
}

fn before(utc: UtcMs, by: Duration) -> UtcMs {
    UtcMs(utc.0.saturating_sub(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)))
}

#[cfg(test)]
mod tests;
