//! Doors that were copied back, sites that were restored, and whether their logs come together again.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot set up its case has failed"
)]

use std::collections::BTreeMap;

use access::chain::{Link, link_parts};
use access::confirm::Receipt;
use access::event::EpochCause;
use access::reconcile::{Held, ROUNDS_MAX, Reconcile, Verdict};
use proptest::prelude::*;

/// Stands for [`access::reconcile::KEEP_ACKNOWLEDGED`]: so few that tests see them go.
const KEPT: u64 = 6;

/// What happened, by a number that nothing else has. What begins an epoch has none.
type What = Option<u64>;

fn chained(previous: Link, epoch: u64, what: What) -> Link {
    link_parts(previous, epoch, &what.map_or([0xFF; 8], u64::to_le_bytes), &[0; 32])
}

/// One epoch as the controller has it, from event 1.
type Log = Vec<(What, Option<Link>)>;

#[derive(Clone, Default)]
struct Site(BTreeMap<u64, Log>);

impl Site {
    fn receipt(&self, epoch: u64, probe: u64) -> Receipt {
        let log = self.0.get(&epoch).map_or(&[][..], |log| log);
        let at = usize::try_from(probe).unwrap();
        let link = at.checked_sub(1).and_then(|at| log.get(at)).and_then(|(_, link)| *link);
        Receipt { epoch, through: log.len() as u64, probe, link }
    }

    /// As the intake: what is there already must be the same. What a door does not hold any more is left out of the log,
    /// as the intake does when a status has told it so.
    fn take(&mut self, door: &Door, after: u64) {
        let log = self.0.entry(door.epoch).or_default();
        for sequence in after.max(door.held.before) + 1..=door.held.head {
            while (log.len() as u64) < door.held.before.min(sequence - 1) {
                log.push((None, None));
            }
            let entry = door.all[usize::try_from(sequence).unwrap() - 1];
            match log.get(usize::try_from(sequence).unwrap() - 1) {
                Some(known) => assert_eq!(*known, entry, "event {sequence}: a fork reached the intake"),
                None => {
                    assert_eq!(log.len() as u64 + 1, sequence, "a gap reached the intake");
                    log.push(entry);
                }
            }
        }
    }

    fn count(&self, what: u64) -> usize {
        self.0.values().flatten().filter(|(there, _)| *there == Some(what)).count()
    }
}

#[derive(Clone)]
struct Door {
    epoch: u64,
    /// From event 1, though only those after `held.before` may be looked at.
    all: Log,
    held: Held,
}

impl Door {
    fn append(&mut self, what: What) {
        let previous = self.all.last().and_then(|(_, link)| *link).unwrap_or(Link::START);
        self.all.push((what, Some(chained(previous, self.epoch, what))));
        self.held.head += 1;
    }

    fn own(&self, sequence: u64) -> Option<Link> {
        let at = usize::try_from(sequence).unwrap();
        match at {
            0 => (self.held.before == 0).then_some(Link::START),
            _ => (self.held.before..=self.held.head).contains(&sequence).then(|| self.all[at - 1].1).flatten(),
        }
    }

    fn acknowledged(&mut self, through: u64) {
        self.held.acknowledged = through;
        self.held.before = self.held.before.max(through.saturating_sub(KEPT));
    }

    fn begin(&mut self, common: u64, epoch: u64) {
        let beyond: Vec<What> =
            self.all.drain(..).skip(usize::try_from(common).unwrap()).map(|(what, _)| what).collect();
        *self = Self { epoch, all: Vec::new(), held: Held::default() };
        self.append(None);
        beyond.into_iter().for_each(|what| self.append(what));
    }
}

struct World {
    site: Site,
    door: Door,
    next: u64,
    epochs: u64,
    causes: Vec<EpochCause>,
}

impl World {
    fn new() -> Self {
        let door = Door { epoch: 1, all: Vec::new(), held: Held::default() };
        Self { site: Site::default(), door, next: 0, epochs: 1, causes: Vec::new() }
    }

    fn tap(&mut self) {
        self.next += 1;
        self.door.append(Some(self.next));
    }

    /// Events may happen between the rounds. Returns from where the door sends.
    fn agree(&mut self, busy: bool) -> u64 {
        let mut reconcile = Reconcile::new(false);
        reconcile.connected(&self.door.held);
        for _ in 0..2 * ROUNDS_MAX {
            let probe = reconcile.probe(&self.door.held);
            let receipt = self.site.receipt(self.door.epoch, probe);
            if busy {
                self.tap();
            }
            assert!(!reconcile.is_agreed());
            match reconcile.answer(&receipt, &self.door.held, self.door.own(probe)) {
                Verdict::Agreed { through } => return through,
                Verdict::Ask => {}
                Verdict::Nothing => panic!("the answer to the newest question says nothing"),
                Verdict::Begin { common, cause } => {
                    self.epochs += 1;
                    self.causes.push(cause);
                    self.door.begin(common, self.epochs);
                    reconcile.begun(&self.door.held);
                }
            }
        }
        panic!("the two never agree");
    }

    /// A connection, whose last report or whose last acknowledgement may be lost.
    fn connect(&mut self, busy: bool, reported: bool, acknowledged: bool) {
        let through = self.agree(busy);
        self.door.acknowledged(through.max(self.door.held.before));
        if reported {
            self.site.take(&self.door, through);
            if acknowledged {
                self.door.acknowledged(self.door.held.head);
            }
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Taps(u8),
    Connect { busy: bool, reported: bool, acknowledged: bool },
    CopyCard,
    CopyCardBack,
    BackUp,
    Restore,
}

fn steps(images: bool, backups: bool) -> impl Strategy<Value = Vec<Step>> {
    let connect = any::<(bool, bool, bool)>().prop_map(|(busy, reported, acknowledged)| Step::Connect {
        busy,
        reported,
        acknowledged,
    });
    let image = if images { vec![Step::CopyCard, Step::CopyCardBack] } else { Vec::new() };
    let backup = if backups { vec![Step::BackUp, Step::Restore] } else { Vec::new() };
    let rare: Vec<Step> = image.into_iter().chain(backup).chain([Step::Taps(1)]).collect();
    let step = prop_oneof![3 => (0_u8..5).prop_map(Step::Taps), 3 => connect, 2 => prop::sample::select(rare)];
    prop::collection::vec(step, 1..60)
}

/// Plays the steps, and what a card that was copied back once holds of what happened.
fn play(steps: &[Step]) -> World {
    let mut world = World::new();
    let (mut image, mut backup, mut copied_back) = (world.door.clone(), world.site.clone(), false);
    for step in steps {
        match *step {
            Step::Taps(count) => (0..count).for_each(|_| world.tap()),
            Step::Connect { busy, reported, acknowledged } => world.connect(busy, reported, acknowledged),
            Step::CopyCard => image = world.door.clone(),
            // Once: what two copies of one card tell cannot be told apart.
            Step::CopyCardBack if copied_back => {}
            Step::CopyCardBack => {
                world.door = image.clone();
                copied_back = true;
                // Whoever starts says so.
                world.tap();
            }
            Step::BackUp => backup = world.site.clone(),
            Step::Restore => world.site = backup.clone(),
        }
    }
    world.connect(false, true, true);
    world
}

fn everything_held_has_arrived(world: &World) {
    let log = &world.site.0[&world.door.epoch];
    let before = usize::try_from(world.door.held.before).unwrap();
    assert_eq!(log[before..], world.door.all[before..]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_door_that_nobody_touched_never_begins_an_epoch(steps in steps(false, false)) {
        let world = play(&steps);
        prop_assert_eq!(world.epochs, 1);
        prop_assert_eq!(&world.site.0[&1], &world.door.all);
        for what in 1..=world.next {
            prop_assert_eq!(world.site.count(what), 1);
        }
    }

    #[test]
    fn a_card_that_is_copied_back_loses_nothing_it_holds_and_doubles_nothing(steps in steps(true, false)) {
        let world = play(&steps);
        everything_held_has_arrived(&world);
        for what in 1..=world.next {
            prop_assert!(world.site.count(what) <= 1, "event {} is there twice", what);
        }
    }

    #[test]
    fn a_site_that_is_restored_hears_again_what_doors_hold(steps in steps(false, true)) {
        let world = play(&steps);
        prop_assert_eq!(world.epochs, 1, "the door's journal is as good as ever");
        everything_held_has_arrived(&world);
    }

    #[test]
    fn both_at_once_come_to_an_end(steps in steps(true, true)) {
        everything_held_has_arrived(&play(&steps));
    }
}

fn delivered(taps: u64) -> World {
    let mut world = World::new();
    (0..taps).for_each(|_| world.tap());
    world.connect(false, true, true);
    world
}

#[test]
fn a_card_that_is_behind_keeps_what_both_have_and_takes_over_nothing() {
    let mut world = delivered(3);
    let image = world.door.clone();
    (0..4).for_each(|_| world.tap());
    world.connect(false, true, true);
    world.door = image;
    world.connect(false, true, true);
    assert_eq!(world.causes, [EpochCause::Behind]);
    assert_eq!(world.door.all.len(), 1, "only the beginning");
}

#[test]
fn a_card_that_has_gone_on_otherwise_takes_over_only_that_also_when_it_has_more_than_the_log() {
    let mut world = delivered(4);
    let image = world.door.clone();
    (0..2).for_each(|_| world.tap());
    world.connect(false, true, true);
    world.door = image;
    (0..9).for_each(|_| world.tap());
    world.connect(false, true, true);
    assert_eq!(world.causes, [EpochCause::Forked]);
    let taken: Vec<What> = world.door.all.iter().map(|(what, _)| *what).collect();
    assert_eq!(taken, std::iter::once(None).chain((7..=15).map(Some)).collect::<Vec<_>>());
}

#[test]
fn a_search_takes_as_many_rounds_as_a_journal_has_halves() {
    let mut world = World::new();
    (0..40_000).for_each(|_| world.tap());
    world.site.take(&world.door, 0);
    let image = world.door.clone();
    world.door.all.truncate(12_345);
    world.door.held.head = 12_345;
    (0..30_000).for_each(|_| world.tap());
    let mut reconcile = Reconcile::new(false);
    reconcile.connected(&world.door.held);
    let mut rounds = 0;
    loop {
        rounds += 1;
        let probe = reconcile.probe(&world.door.held);
        let receipt = world.site.receipt(1, probe);
        match reconcile.answer(&receipt, &world.door.held, world.door.own(probe)) {
            Verdict::Begin { common, cause } => {
                assert_eq!((common, cause), (12_345, EpochCause::Forked));
                break;
            }
            verdict => assert_eq!(verdict, Verdict::Ask),
        }
    }
    assert!(rounds <= 19, "{rounds} rounds");
    assert_eq!(image.held.head, 40_000);
}

#[test]
fn an_answer_to_an_older_question_decides_nothing() {
    let held = Held { before: 0, acknowledged: 5, head: 9 };
    let mut reconcile = Reconcile::new(false);
    reconcile.connected(&held);
    let receipt = |through, probe, link| Receipt { epoch: 1, through, probe, link };
    let own = Some(Link([1; 32]));
    assert_eq!(reconcile.answer(&receipt(9, 4, Some(Link([2; 32]))), &held, own), Verdict::Nothing);
    assert_eq!(reconcile.answer(&receipt(7, 5, own), &held, own), Verdict::Ask);
    assert_eq!(reconcile.probe(&held), 7);
    assert_eq!(reconcile.answer(&receipt(7, 5, own), &held, own), Verdict::Nothing, "repeated");
    assert_eq!(reconcile.answer(&receipt(7, 7, own), &held, own), Verdict::Agreed { through: 7 });
}

#[test]
fn while_two_agree_a_controller_that_was_restored_is_noticed_and_one_that_lags_is_not() {
    let held = Held { before: 2, acknowledged: 5, head: 9 };
    let receipt = |through, probe, link| Receipt { epoch: 1, through, probe, link };
    let own = Some(Link([1; 32]));
    let agreed = || {
        let mut reconcile = Reconcile::new(false);
        reconcile.connected(&held);
        assert_eq!(reconcile.answer(&receipt(5, 5, own), &held, own), Verdict::Agreed { through: 5 });
        reconcile
    };
    // The status was sent when 3 had been acknowledged, and answered before 5 was.
    let mut reconcile = agreed();
    assert_eq!(reconcile.answer(&receipt(4, 3, own), &held, own), Verdict::Nothing);
    assert!(reconcile.is_agreed());
    assert_eq!(reconcile.answer(&receipt(3, 5, None), &held, own), Verdict::Ask);
    assert!(!reconcile.is_agreed(), "nothing is sent before the two agree again");
    assert_eq!(reconcile.answer(&receipt(3, 3, own), &held, own), Verdict::Agreed { through: 3 });
    // What the door does not hold any more it cannot compare.
    assert_eq!(agreed().answer(&receipt(1, 5, None), &held, own), Verdict::Agreed { through: 1 });
    assert_eq!(agreed().answer(&receipt(0, 5, None), &held, own), Verdict::Agreed { through: 0 });
    // Another box writes under this epoch.
    assert_eq!(agreed().answer(&receipt(10, 5, own), &held, own), Verdict::Ask);
    assert_eq!(agreed().answer(&receipt(6, 5, Some(Link([3; 32]))), &held, own), Verdict::Ask);
}

#[test]
fn while_an_epoch_begins_no_answer_counts_not_even_after_another_connection() {
    let held = Held { before: 0, acknowledged: 0, head: 4 };
    let mut reconcile = Reconcile::new(true);
    reconcile.connected(&held);
    let receipt = Receipt { epoch: 1, through: 0, probe: 0, link: None };
    assert_eq!(reconcile.answer(&receipt, &held, None), Verdict::Nothing);
    reconcile.begun(&held);
    assert_eq!(reconcile.answer(&receipt, &held, None), Verdict::Agreed { through: 0 });
}

#[test]
fn a_new_epoch_that_could_not_be_ordered_is_found_out_again() {
    let held = Held { before: 0, acknowledged: 5, head: 9 };
    let mut reconcile = Reconcile::new(false);
    reconcile.connected(&held);
    let receipt = Receipt { epoch: 1, through: 12, probe: 5, link: Some(Link([1; 32])) };
    let ask = |reconcile: &mut Reconcile| {
        let mut rounds = 0;
        loop {
            let probe = reconcile.probe(&held);
            let receipt = Receipt { probe, ..receipt };
            let verdict = reconcile.answer(&receipt, &held, Some(Link([2; 32])));
            rounds += 1;
            if verdict != Verdict::Ask || rounds > ROUNDS_MAX {
                return verdict;
            }
        }
    };
    let ordered = ask(&mut reconcile);
    assert!(matches!(ordered, Verdict::Begin { .. }), "{ordered:?}");
    reconcile.connected(&held);
    assert_eq!(ask(&mut reconcile), Verdict::Nothing, "it has been ordered");
    reconcile.not_begun(&held);
    assert_eq!(ask(&mut reconcile), ordered);
}
