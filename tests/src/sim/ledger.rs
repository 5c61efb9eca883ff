//! What really happened, and whether what the programs say of it is true.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use access::decide::Decision;
use access::event::{Event, EventKind};
use access::uid::Uid;
use anyhow::Result;
use db::site::{EventFilter, EventView, Seek, Site};

/// An event whatever journal and number it stands under: what it says, with its random salt.
type Key = Vec<u8>;

#[derive(Debug, Default)]
struct Written {
    /// How often in one epoch; that is once unless two events say the same.
    by_epoch: BTreeMap<u64, u32>,
    /// Where it stands last.
    at: (u64, u64),
    /// Some disk still has it, or the controller said that it has: it must be in the central log in the end.
    required: bool,
    /// Its disk is gone, so that only the central log has it.
    only_there: bool,
    /// How often a disk was put back that has it, after another one had taken it into a new epoch.
    copies: u32,
}

#[derive(Debug, Default)]
struct DoorPage {
    written: BTreeMap<Key, Written>,
    /// When which generation was in force, by the true time.
    marks: Vec<(u64, u64)>,
    /// When its program was started.
    started_ms: u64,
    taps: BTreeMap<Uid, u32>,
}

#[derive(Debug, Clone, Default)]
struct Wanted {
    blocked: bool,
    /// Since this generation.
    since: u64,
    /// After a backup was put back: the doors that know of it by themselves.
    known_by: Option<BTreeSet<String>>,
}

#[derive(Debug, Default)]
struct Pages {
    doors: BTreeMap<String, DoorPage>,
    /// What was blocked as of which generation.
    timeline: Vec<(u64, BTreeSet<Uid>)>,
    /// What the operator wants of each card.
    wanted: BTreeMap<Uid, Wanted>,
    /// A backup was put back, so that generations say less than they did.
    restored: bool,
    /// When each command was asked for, and how often it was followed.
    commands: BTreeMap<u64, (u64, u32)>,
    violations: Vec<String>,
    events: usize,
    /// Taps after everything has calmed down, and what became of them.
    last: BTreeMap<(String, Uid), Option<Decision>>,
}

/// What really happened.
#[derive(Debug, Default)]
pub struct Ledger(RefCell<Pages>);

impl Ledger {
    /// Something that must never be has been.
    pub fn violated(&self, what: String) {
        self.0.borrow_mut().violations.push(what);
    }

    /// Everything that must never be and has been.
    #[must_use]
    pub fn violations(&self) -> Vec<String> {
        self.0.borrow().violations.clone()
    }

    /// How many events were on a disk.
    #[must_use]
    pub fn events(&self) -> usize {
        self.0.borrow().events
    }

    /// A door's program has been started.
    pub fn started(&self, door: &str, now_ms: u64) {
        let mut pages = self.0.borrow_mut();
        let page = pages.doors.entry(door.to_owned()).or_default();
        page.started_ms = now_ms;
        page.taps.clear();
    }

    /// A card is held to a reader.
    pub fn tapped(&self, door: &str, uid: Uid) {
        let mut pages = self.0.borrow_mut();
        *pages.doors.entry(door.to_owned()).or_default().taps.entry(uid).or_default() += 1;
    }

    /// A card is held to a reader when everything is as it should be.
    pub fn last_tap(&self, door: &str, uid: Uid) {
        self.0.borrow_mut().last.insert((door.to_owned(), uid), None);
    }

    /// What became of those taps is what the operator wants.
    pub fn last_taps_done(&self) {
        let last = std::mem::take(&mut self.0.borrow_mut().last);
        for ((door, uid), decision) in last {
            let blocked = self.is_blocked(&uid);
            match decision {
                None => self.violated(format!("{door}: {uid:?} had no answer in the end")),
                Some(decision) if decision.granted() == blocked => {
                    self.violated(format!("{door}: {uid:?}, blocked: {blocked}, had {decision:?} in the end"));
                }
                Some(_) => {}
            }
        }
    }

    /// What was blocked or not is blocked or not from this generation on.
    pub fn decided(&self, generation: u64, uid: Uid, blocked: bool) {
        let mut pages = self.0.borrow_mut();
        pages.wanted.insert(uid, Wanted { blocked, since: generation, known_by: None });
        let mut set = pages.timeline.last().map(|(_, set)| set.clone()).unwrap_or_default();
        if blocked {
            set.insert(uid)
        } else {
            set.remove(&uid)
        };
        pages.timeline.push((generation, set));
    }

    /// A command was asked for.
    pub fn commanded(&self, id: u64, now_ms: u64) {
        self.0.borrow_mut().commands.insert(id, (now_ms, 0));
    }

    /// A list is in force at a door: it is on the disk.
    pub fn in_force(&self, door: &str, generation: u64, now_ms: u64) {
        let mut pages = self.0.borrow_mut();
        let marks = &mut pages.doors.entry(door.to_owned()).or_default().marks;
        let newest = marks.last().map_or(0, |(_, newest)| *newest);
        if generation < newest {
            let line = format!("{door}: list {generation} is in force after list {newest}");
            pages.violations.push(line);
        } else if generation > newest {
            marks.push((now_ms, generation));
        }
    }

    /// Whether an event has been on some disk of the door before, in whatever epoch.
    #[must_use]
    pub fn knows(&self, door: &str, event: &Event) -> bool {
        self.0.borrow().doors.get(door).is_some_and(|page| page.written.contains_key(&key(event)))
    }

    /// These events are on a door's disk, as they stand in this epoch.
    pub fn written(&self, door: &str, epoch: u64, events: &[Event]) {
        for event in events {
            // A new epoch repeats what happened in the one before.
            if !self.knows(door, event) {
                self.judge(door, event);
            }
            let mut pages = self.0.borrow_mut();
            pages.events += 1;
            let page = pages.doors.entry(door.to_owned()).or_default();
            let written = page.written.entry(key(event)).or_default();
            *written.by_epoch.entry(epoch).or_default() += 1;
            written.at = (epoch, event.sequence);
            written.required = true;
            written.only_there = false;
        }
    }

    fn judge(&self, door: &str, event: &Event) {
        match event.kind {
            EventKind::Tap { decision, .. } => {
                let Some(uid) = event.subject.map(|subject| subject.uid) else { return };
                self.answered(door, uid);
                if let Some(last) = self.0.borrow_mut().last.get_mut(&(door.to_owned(), uid)) {
                    *last = Some(decision);
                }
                if decision.granted() {
                    self.granted(door, uid, decision.generation.0, event);
                }
            }
            EventKind::Command { id, refused: None, .. } => self.followed(door, id, event),
            _ => {}
        }
    }

    fn answered(&self, door: &str, uid: Uid) {
        let mut pages = self.0.borrow_mut();
        if let Some(taps) = pages.doors.get_mut(door).and_then(|page| page.taps.get_mut(&uid)) {
            *taps = taps.saturating_sub(1);
        }
    }

    fn granted(&self, door: &str, uid: Uid, generation: u64, event: &Event) {
        let pages = self.0.borrow();
        let Some(page) = pages.doors.get(door) else { return };
        let at_ms = page.started_ms + event.mono.0;
        // What came into force in the same instant may have come after it.
        let mark = page.marks.iter().rev().find(|(since, _)| *since < at_ms).map_or(0, |(_, mark)| *mark);
        let blocked_then = blocked(&pages.timeline, generation, uid);
        let wanted = pages.wanted.get(&uid).cloned().unwrap_or_default();
        let knows = wanted.known_by.as_ref().map_or(wanted.since <= mark, |doors| doors.contains(door));
        let mut wrong = None;
        if blocked_then && !pages.restored {
            wrong = Some(format!("{door}: {uid:?} was granted by list {generation}, in which it is blocked"));
        } else if generation < mark {
            wrong = Some(format!("{door}: {uid:?} was granted by list {generation} when {mark} was in force"));
        } else if wanted.blocked && knows {
            wrong = Some(format!("{door}: {uid:?} was granted though {} had blocked it there", wanted.since));
        }
        drop(pages);
        if let Some(wrong) = wrong {
            self.violated(wrong);
        }
    }

    fn followed(&self, door: &str, id: u64, event: &Event) {
        let mut pages = self.0.borrow_mut();
        let started = pages.doors.get(door).map_or(0, |page| page.started_ms);
        let Some((asked, times)) = pages.commands.get_mut(&id) else {
            pages.violations.push(format!("{door}: a command was followed that nobody has asked for"));
            return;
        };
        *times += 1;
        let late = (started + event.mono.0).saturating_sub(*asked);
        let (times, line) = (*times, format!("{door}: a command was followed {late} ms after it was asked for"));
        if times > 1 {
            pages.violations.push(format!("{line}, for the {times}. time"));
        } else if late > 10_000 {
            pages.violations.push(line);
        }
    }

    /// The disk of a door is gone, with everything after event `kept` of the epoch that it was in. What had been
    /// acknowledged is owed all the same.
    pub fn disk_lost(&self, door: &str, epoch: u64, acknowledged: u64, kept: u64) {
        let mut pages = self.0.borrow_mut();
        let Some(page) = pages.doors.get_mut(door) else { return };
        for written in page.written.values_mut() {
            let (of, sequence) = written.at;
            if of != epoch || sequence > kept {
                written.only_there = true;
                written.required &= of != epoch || sequence <= acknowledged;
            }
        }
    }

    /// A copy of a disk that was in this epoch is put back. What another disk has taken into a new one since goes into one
    /// more from there: no two disks know of each other.
    pub fn copied_back(&self, door: &str, epoch: u64) {
        let mut pages = self.0.borrow_mut();
        let Some(page) = pages.doors.get_mut(door) else { return };
        let twice = |written: &&mut Written| written.by_epoch.len() > 1 && written.by_epoch.contains_key(&epoch);
        page.written.values_mut().filter(twice).for_each(|written| written.copies += 1);
    }

    /// What a door had in force when its image was taken is what counts from now on.
    pub fn marks_back(&self, door: &str, marks: &[(u64, u64)]) {
        if let Some(page) = self.0.borrow_mut().doors.get_mut(door) {
            page.marks = marks.to_vec();
        }
    }

    /// What a door has had in force.
    #[must_use]
    pub fn marks(&self, door: &str) -> Vec<(u64, u64)> {
        self.0.borrow().doors.get(door).map(|page| page.marks.clone()).unwrap_or_default()
    }

    /// A backup was put back, in which these cards are blocked. What some door had in force is wanted all the same; what
    /// no door had heard of is lost with the disk, and so is every event of which no door has a copy.
    pub fn put_back(&self, generation: u64, cards: &[Uid], blocked: &BTreeSet<Uid>) {
        let mut pages = self.0.borrow_mut();
        let Pages { doors, wanted, restored, .. } = &mut *pages;
        *restored = true;
        for uid in cards {
            let entry = wanted.entry(*uid).or_default();
            let knows = |page: &&DoorPage| page.marks.last().is_some_and(|(_, mark)| *mark >= entry.since);
            let known_by = doors.iter().filter(|(_, page)| knows(page)).map(|(door, _)| door.clone());
            let known_by: BTreeSet<String> = known_by.collect();
            *entry = if entry.blocked && !known_by.is_empty() {
                Wanted { known_by: Some(known_by), ..entry.clone() }
            } else {
                Wanted { blocked: blocked.contains(uid), since: generation, known_by: None }
            };
        }
        for page in doors.values_mut() {
            page.written.values_mut().filter(|written| written.only_there).for_each(|written| written.required = false);
        }
    }

    /// After a backup was put back and everything is decided: what some door kept out is kept out.
    pub fn settled(&self, cards: &[Uid], blocked: &BTreeSet<Uid>) {
        for uid in cards {
            let is_blocked = blocked.contains(uid);
            if self.is_blocked(uid) && !is_blocked {
                self.violated(format!("{uid:?} was blocked before the backup was put back, and is not any more"));
            }
            self.0.borrow_mut().wanted.entry(*uid).or_default().blocked = is_blocked;
        }
    }

    /// When a door's program was started.
    #[must_use]
    pub fn started_ms(&self, door: &str) -> u64 {
        self.0.borrow().doors.get(door).map_or(0, |page| page.started_ms)
    }

    /// Whether the operator wants this card blocked.
    #[must_use]
    pub fn is_blocked(&self, uid: &Uid) -> bool {
        self.0.borrow().wanted.get(uid).is_some_and(|wanted| wanted.blocked)
    }

    /// Compares the central log with what really happened.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn compare(&self, site: &Site) -> Result<()> {
        let rows = read_all(site)?;
        self.order(&rows);
        let mut stored: BTreeMap<(&str, Key), u32> = BTreeMap::new();
        for row in &rows {
            *stored.entry((row.door.as_str(), key(&row.event))).or_default() += 1;
        }
        let mut pages = self.0.borrow_mut();
        let mut wrong = Vec::new();
        for (door, page) in &pages.doors {
            for (key, written) in &page.written {
                let times = stored.get(&(door.as_str(), key.clone())).copied().unwrap_or(0);
                let once = written.by_epoch.values().copied().max().unwrap_or(0);
                if times > once + written.copies {
                    wrong.push(format!("{door}: an event is in the log {times} times: {}", tell(key)));
                }
                if written.required && times < once {
                    wrong.push(format!("{door}: an event is missing from the log: {}", tell(key)));
                }
            }
        }
        for row in &rows {
            let known =
                pages.doors.get(row.door.as_str()).is_some_and(|page| page.written.contains_key(&key(&row.event)));
            if !known {
                wrong.push(format!("{}: the log has an event that never was: {:?}", row.door, row.event));
            }
        }
        for (door, page) in &pages.doors {
            let open: u32 = page.taps.values().sum();
            if open > 0 {
                wrong.push(format!("{door}: {open} taps have no event"));
            }
        }
        pages.violations.extend(wrong);
        Ok(())
    }

    /// In each epoch one after the other, and each linked to the one before.
    fn order(&self, rows: &[EventView]) {
        let mut last: BTreeMap<(&str, u64), u64> = BTreeMap::new();
        for row in rows {
            let before = last.insert((row.door.as_str(), row.epoch), row.sequence).unwrap_or(0);
            if row.sequence != before + 1 {
                self.violated(format!("{}: event {} follows event {before}", row.door, row.sequence));
            }
            if !row.link_ok {
                self.violated(format!("{}: event {} does not fit the chain", row.door, row.sequence));
            }
        }
    }
}

fn read_all(site: &Site) -> Result<Vec<EventView>> {
    let (mut rows, mut after) = (Vec::new(), 0);
    loop {
        let page = site.events(&EventFilter::default(), Seek::After(after), 500)?;
        let Some(last) = page.last() else { return Ok(rows) };
        after = last.id;
        rows.extend(page);
    }
}

fn blocked(timeline: &[(u64, BTreeSet<Uid>)], generation: u64, uid: Uid) -> bool {
    timeline.iter().rev().find(|(since, _)| *since <= generation).is_some_and(|(_, set)| set.contains(&uid))
}

/// Everything of an event but its place.
fn key(event: &Event) -> Key {
    Event { sequence: 0, ..event.clone() }.to_bytes()
}

fn tell(key: &[u8]) -> String {
    Event::from_bytes(key).map_or_else(
        |_| "unreadable".to_owned(),
        |event| format!("boot {}, {} ms, {:?}", event.boot, event.mono.0, event.kind),
    )
}
