//! Who has gone into which area, as the doors of this agent know it.
//!
//! ```text
//!   granted at a door ──▶ counts at once ──▶ somebody passed: certain, and on its way to the disk
//!                               └──────────▶ nobody did: as if it had not been
//!   told by the controller ────────────────▶ certain
//! ```
//!
//! A grant counts before anybody has passed, so that the same card at the next door a moment later is noticed. It is
//! kept beside what is certain, so that taking it back loses nothing that was heard meanwhile. Only what is certain
//! goes to the disk: after a restart a grant that nobody followed keeps nobody out.

use std::collections::BTreeMap;

use access::passage::{AreaId, Passage, Side, Step};
use access::time::UtcMs;
use access::uid::Uid;
use db::door::PASSAGES_ROWS_MAX;

/// How many are forgotten at once when there is no more room, so that it is not done at every tap.
const FORGOTTEN_AT_ONCE: usize = 1_000;

/// What is known of all cards.
#[derive(Debug, Default)]
pub(crate) struct PassageMemory {
    known: BTreeMap<(Uid, AreaId), Known>,
    /// Certain since it was last asked.
    certain: Vec<Passage>,
}

/// What is known of one card in one area.
#[derive(Debug, Default)]
struct Known {
    certain: Option<Passage>,
    /// At most one of each reader of the agent.
    granted: Vec<Granted>,
}

#[derive(Debug, Clone, Copy)]
struct Granted {
    at: Gateway,
    passage: Passage,
}

/// A reader of the agent: the number of its door, and on which side of it.
pub(crate) type Gateway = (usize, Side);

impl Known {
    fn latest(&self) -> Option<Passage> {
        let granted = self.granted.iter().map(|granted| granted.passage);
        granted.chain(self.certain).max_by_key(|passage| passage.at)
    }
}

impl PassageMemory {
    /// The latest of a card in an area, also if nobody has followed it yet.
    pub(crate) fn latest(&self, uid: &Uid, area: AreaId) -> Option<Passage> {
        self.known.get(&(*uid, area)).and_then(Known::latest)
    }

    /// Something that is certain, from the disk or from elsewhere. What is older than what is known is left.
    pub(crate) fn learn(&mut self, passage: Passage) {
        let known = self.entry(&passage.uid, passage.area);
        if known.certain.is_none_or(|known| passage.at > known.at) {
            known.certain = Some(passage);
        }
    }

    /// An operator has forgiven a card. That counts after everything that is certain, also if this door's clock was
    /// ahead when it happened; returns what is known now.
    pub(crate) fn forgive(&mut self, forgiven: Passage) -> Passage {
        let known = self.entry(&forgiven.uid, forgiven.area);
        let after = |certain: Passage| forgiven.at.max(UtcMs(certain.at.0.saturating_add(1)));
        let at = match known.certain {
            Some(certain) if certain.step != Step::Forgiven => after(certain),
            Some(certain) => forgiven.at.max(certain.at),
            None => forgiven.at,
        };
        *known.certain.insert(Passage { at, ..forgiven })
    }

    /// A card was granted at a reader. It counts as gone through at once, after everything that was known of it.
    pub(crate) fn grant(&mut self, uid: Uid, at: Gateway, steps: &[(AreaId, Step)], now: UtcMs) {
        for (area, step) in steps {
            let known = self.entry(&uid, *area);
            known.granted.retain(|granted| granted.at != at);
            let after = known.latest().map_or(now, |latest| now.max(UtcMs(latest.at.0.saturating_add(1))));
            let passage = Passage { uid, area: *area, step: *step, at: after };
            known.granted.push(Granted { at, passage });
        }
    }

    /// Whoever had this card granted at this reader has passed.
    pub(crate) fn passed(&mut self, uid: &Uid, at: Gateway) {
        for passage in self.take_granted(uid, at) {
            self.learn(passage);
            self.certain.push(passage);
        }
    }

    /// Nobody has.
    pub(crate) fn not_passed(&mut self, uid: &Uid, at: Gateway) {
        for passage in self.take_granted(uid, at) {
            let key = (passage.uid, passage.area);
            if self.known.get(&key).is_some_and(|known| known.latest().is_none()) {
                self.known.remove(&key);
            }
        }
    }

    /// What has become certain here, for the disks of the doors.
    pub(crate) fn take_certain(&mut self) -> Vec<Passage> {
        std::mem::take(&mut self.certain)
    }

    /// Of how many cards and areas something is known.
    pub(crate) fn count(&self) -> usize {
        self.known.len()
    }

    fn take_granted(&mut self, uid: &Uid, at: Gateway) -> Vec<Passage> {
        let mut taken = Vec::new();
        for (_, known) in self.known.range_mut((*uid, AreaId(0))..=(*uid, AreaId(u32::MAX))) {
            taken.extend(known.granted.extract_if(.., |granted| granted.at == at).map(|granted| granted.passage));
        }
        taken
    }

    fn entry(&mut self, uid: &Uid, area: AreaId) -> &mut Known {
        let room = usize::try_from(PASSAGES_ROWS_MAX).unwrap_or(usize::MAX);
        if self.known.len() >= room && !self.known.contains_key(&(*uid, area)) {
            self.forget();
        }
        self.known.entry((*uid, area)).or_default()
    }

    /// The oldest of cards that are outside go first, as on the disk.
    fn forget(&mut self) {
        let rank = |known: &Known| known.latest().map(|latest| (latest.step == Step::Entered, latest.at));
        let mut ranks: Vec<_> = self.known.values().map(rank).collect();
        ranks.sort_unstable();
        if let Some(last) = ranks.get(FORGOTTEN_AT_ONCE.min(ranks.len() / 2)) {
            self.known.retain(|_, known| rank(known) > *last);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AREA: AreaId = AreaId(1);
    const HERE: Gateway = (0, Side::In);
    const ENTER: [(AreaId, Step); 1] = [(AREA, Step::Entered)];

    fn uid(number: u32) -> Uid {
        Uid::new(&number.to_be_bytes()).unwrap()
    }

    fn passage(step: Step, at: i64) -> Passage {
        Passage { uid: uid(1), area: AREA, step, at: UtcMs(at) }
    }

    fn step(memory: &PassageMemory) -> Option<(Step, i64)> {
        memory.latest(&uid(1), AREA).map(|latest| (latest.step, latest.at.0))
    }

    #[test]
    fn a_grant_counts_at_once_and_not_at_all_if_nobody_follows_it() {
        let mut memory = PassageMemory::default();
        memory.grant(uid(1), HERE, &ENTER, UtcMs(5));
        assert_eq!(step(&memory), Some((Step::Entered, 5)));
        memory.learn(passage(Step::Left, 3));
        memory.not_passed(&uid(1), HERE);
        assert_eq!(step(&memory), Some((Step::Left, 3)), "what was heard meanwhile is not lost");
        assert_eq!(memory.take_certain(), []);
    }

    #[test]
    fn what_was_passed_is_certain_once() {
        let mut memory = PassageMemory::default();
        memory.grant(uid(1), HERE, &ENTER, UtcMs(5));
        memory.passed(&uid(1), HERE);
        memory.passed(&uid(1), HERE);
        assert_eq!(memory.take_certain(), [passage(Step::Entered, 5)]);
        memory.not_passed(&uid(1), HERE);
        assert_eq!(step(&memory), Some((Step::Entered, 5)));
    }

    #[test]
    fn a_step_of_ones_own_is_after_everything_that_was_known_also_behind_a_clock_that_is_ahead() {
        let mut memory = PassageMemory::default();
        memory.learn(passage(Step::Left, 1_000));
        memory.grant(uid(1), HERE, &ENTER, UtcMs(5));
        assert_eq!(step(&memory), Some((Step::Entered, 1_001)));
    }

    #[test]
    fn a_forgiven_card_is_forgiven_also_behind_a_clock_that_is_ahead() {
        let mut memory = PassageMemory::default();
        memory.learn(passage(Step::Entered, 1_000));
        for _ in 0..2 {
            assert_eq!(memory.forgive(passage(Step::Forgiven, 5)), passage(Step::Forgiven, 1_001));
        }
        assert_eq!(step(&memory), Some((Step::Forgiven, 1_001)));
    }

    #[test]
    fn another_reader_does_not_take_back_what_this_one_granted() {
        let mut memory = PassageMemory::default();
        memory.grant(uid(1), HERE, &ENTER, UtcMs(5));
        memory.grant(uid(1), (1, Side::In), &ENTER, UtcMs(6));
        memory.not_passed(&uid(1), (1, Side::In));
        assert_eq!((step(&memory), memory.count()), (Some((Step::Entered, 5)), 1));
        memory.not_passed(&uid(1), HERE);
        assert_eq!((step(&memory), memory.count()), (None, 0));
    }

    #[test]
    fn memory_is_bounded_and_whoever_is_inside_is_remembered() {
        let mut memory = PassageMemory::default();
        memory.learn(passage(Step::Entered, 0));
        for number in 2..=PASSAGES_ROWS_MAX + 1 {
            memory.learn(Passage { uid: uid(number), step: Step::Left, ..passage(Step::Left, i64::from(number)) });
        }
        assert!(memory.count() <= PASSAGES_ROWS_MAX as usize);
        assert_eq!(step(&memory), Some((Step::Entered, 0)));
        assert_eq!(memory.latest(&uid(2), AREA), None);
    }
}
