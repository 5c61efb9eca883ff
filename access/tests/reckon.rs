//! What time it is at a door whose clocks are set, wrong, or a thief's.

use access::event::ClockSource;
use access::reckon::{FIRST_UTC, Reading, Reckoner, STEP_MS, Step};
use access::time::{ClockTrust, MonoMs, UtcMs};
use proptest::prelude::*;

/// 2026-05-28T20:26:40Z.
const MAY: i64 = 1_780_000_000_000;
const HOUR: i64 = 3_600_000;
const YEAR: i64 = 365 * 24 * HOUR;
/// One part in so many is what a crystal errs.
const DRIFT: i64 = 2_000;

fn reading(mono: i64, system: i64) -> Reading {
    Reading { mono: MonoMs(mono.cast_unsigned()), system: UtcMs(system), synchronised: false }
}

fn synchronised(mono: i64, system: i64) -> Reading {
    Reading { synchronised: true, ..reading(mono, system) }
}

fn board(floor: i64) -> Reckoner {
    Reckoner::new(UtcMs(floor), false)
}

fn told(reckoner: &Reckoner, reading: &Reading) -> (i64, ClockTrust) {
    let at = reckoner.at(reading);
    (at.utc.0, at.trust)
}

#[test]
fn a_clock_at_or_after_the_floor_is_kept_and_one_before_it_is_not_believed() {
    assert_eq!(told(&board(MAY), &reading(10, MAY)), (MAY, ClockTrust::Kept));
    assert_eq!(told(&board(MAY), &reading(10, MAY - HOUR)), (MAY + 10, ClockTrust::Unknown));
    assert_eq!(told(&board(0), &reading(10, 1_000)), (FIRST_UTC.0 + 10, ClockTrust::Unknown));
}

#[test]
fn the_network_or_a_battery_confirms_a_clock_but_never_sets_it_back() {
    assert_eq!(told(&board(MAY), &synchronised(10, MAY + HOUR)), (MAY + HOUR, ClockTrust::Synchronised));
    assert_eq!(told(&board(MAY), &synchronised(10, MAY - HOUR)), (MAY + 10, ClockTrust::Unknown));
    let battery = Reckoner::new(UtcMs(MAY), true);
    assert_eq!(told(&battery, &reading(10, MAY)), (MAY, ClockTrust::Synchronised));
    assert_eq!(told(&battery, &reading(10, MAY - HOUR)), (MAY + 10, ClockTrust::Unknown), "its battery is empty");
    assert_eq!(told(&board(0), &synchronised(10, 1_000)).1, ClockTrust::Unknown);
}

#[test]
fn a_floor_that_a_jump_into_the_future_has_poisoned_is_repaired_by_signed_time_alone() {
    let mut clock = board(MAY);
    clock.look(&synchronised(0, MAY));
    let jump = clock.look(&synchronised(1_000, MAY + YEAR));
    assert_eq!(jump, Some(Step { by_ms: YEAR - 1_000, by: ClockSource::System }));
    let back = synchronised(2_000, MAY + 2_000);
    assert!(clock.look(&back).is_some_and(|step| step.by_ms < 0 && step.by == ClockSource::System));
    assert_eq!(told(&clock, &back), (MAY + YEAR + 1_000, ClockTrust::Unknown));
    let repaired = clock.signed(&synchronised(3_000, MAY + 3_000), MonoMs(2_990), UtcMs(MAY + 2_995));
    assert_eq!(repaired, Some(Step { by_ms: 1_000 - YEAR, by: ClockSource::Controller }));
    assert_eq!(told(&clock, &synchronised(3_000, MAY + 3_000)), (MAY + 3_000, ClockTrust::Synchronised));
}

#[test]
fn signed_time_gives_the_time_to_a_board_that_has_none_and_holds_against_the_system_clock() {
    let mut clock = board(MAY);
    let now = MAY + 5 * HOUR;
    let step = clock.signed(&reading(1_000, MAY - YEAR), MonoMs(980), UtcMs(now));
    assert_eq!(step, Some(Step { by_ms: now - MAY - 1_000, by: ClockSource::Controller }));
    for system in [MAY - YEAR, now + YEAR, now - 2 * STEP_MS] {
        let (utc, trust) = told(&clock, &reading(61_000, system));
        assert_eq!(trust, ClockTrust::Synchronised);
        assert!((utc - now - 60_000).abs() <= 60, "{utc}");
    }
    assert_eq!(clock.signed(&reading(62_000, MAY), MonoMs(61_990), UtcMs(1_000)), None, "a controller without a clock");
}

#[test]
fn an_answer_that_a_broker_holds_back_moves_nothing_that_it_does_not_contradict() {
    let mut clock = board(MAY);
    clock.look(&synchronised(0, MAY));
    let held_ms = 10 * 60_000;
    let set_back = synchronised(held_ms, MAY + 60_000);
    assert!(clock.look(&set_back).is_some());
    assert_eq!(clock.signed(&set_back, MonoMs(0), UtcMs(MAY)), None);
    assert_eq!(told(&clock, &set_back).0, MAY + held_ms, "the answer is of some time within these ten minutes");
}

#[test]
fn a_clock_that_is_set_is_told_once_and_one_that_is_slewed_is_not() {
    let mut clock = board(MAY);
    let (mut system, mut steps) = (MAY, Vec::new());
    for second in 0..10_000_i64 {
        system += match second {
            5_000 => 1_000 + 7_000,
            6_000 => 1_000 - 3_000,
            second if second % 3 == 0 => 1_001,
            _ => 1_000,
        };
        steps.extend(clock.look(&reading(second * 1_000, system)).map(|step| (second, step.by_ms)));
    }
    assert_eq!(steps, [(5_000, 7_000), (6_000, -3_000)]);
}

#[test]
fn a_clock_that_drifts_away_from_signed_time_is_told_once_and_set_aside_until_it_is_close_again() {
    let mut clock = board(MAY);
    let mut steps = Vec::new();
    // 100 parts in a million slow, and asked every 30 seconds, for a day.
    for second in (0..86_400_i64).step_by(30) {
        let at = reading(second * 1_000, MAY + second * 1_000 - second / 10);
        steps.extend(clock.look(&at));
        steps.extend(clock.signed(
            &at,
            MonoMs((second * 1_000 - 5).max(0).cast_unsigned()),
            UtcMs(MAY + second * 1_000),
        ));
        assert!((clock.at(&at).utc.0 - MAY - second * 1_000).abs() <= STEP_MS + 20);
    }
    assert_eq!(steps.len(), 1, "{steps:?}");
    assert_eq!(steps.first().map(|step| step.by), Some(ClockSource::Controller));
}

/// What may happen to the clocks of a door between two looks.
#[derive(Debug, Clone, Copy)]
enum Turn {
    /// So much time passes.
    Pass(i64),
    /// The system clock is set to so much beside the truth, perhaps by something that is called the network.
    Set(i64, bool),
    /// The controller answers; its answer was on the way for so long, of which the second part is back.
    Signed(i64, i64),
}

fn any_turn() -> impl Strategy<Value = Turn> {
    prop_oneof![
        4 => (1_i64..120_000).prop_map(Turn::Pass),
        2 => (-2 * YEAR..2 * YEAR, any::<bool>()).prop_map(|(off, network)| Turn::Set(off, network)),
        2 => (-3 * STEP_MS..3 * STEP_MS, any::<bool>()).prop_map(|(off, network)| Turn::Set(off, network)),
        1 => (0_i64..300_000, 0_i64..300_000).prop_map(|(there, back)| Turn::Signed(there, back)),
    ]
}

/// A door in a world whose true time is known.
struct World {
    clock: Reckoner,
    mono: i64,
    /// What the system clock is beside the truth.
    off: i64,
    network: bool,
    /// The least that signed time has ever been unsure by, and when; none before the first.
    unsure: Option<(i64, i64)>,
}

impl World {
    fn new(floor: i64) -> Self {
        Self { clock: board(floor), mono: 0, off: 0, network: false, unsure: None }
    }

    fn truth(&self) -> i64 {
        MAY + self.mono
    }

    fn reading(&self) -> Reading {
        Reading { synchronised: self.network, ..reading(self.mono, self.truth() + self.off) }
    }

    fn turn(&mut self, turn: Turn) {
        match turn {
            Turn::Pass(ms) => self.mono += ms,
            Turn::Set(off, network) => (self.off, self.network) = (off, network),
            Turn::Signed(there, back) => {
                let sent = MonoMs(self.mono.cast_unsigned());
                let issued = UtcMs(self.truth() + there);
                self.mono += there + back;
                self.clock.signed(&self.reading(), sent, issued);
                self.unsure = Some((there + back, self.mono));
            }
        }
        self.clock.look(&self.reading());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// The thief's direction: without the controller no setting of any clock brings back time that is over.
    #[test]
    fn no_setting_of_a_clock_makes_time_slower_than_it_passes(turns in proptest::collection::vec(any_turn(), 1..60)) {
        let mut world = World::new(MAY);
        let mut latest = (0, MAY);
        for turn in turns.into_iter().filter(|turn| !matches!(turn, Turn::Signed(..))) {
            world.turn(turn);
            let at = world.clock.at(&world.reading());
            let passed = world.mono - latest.0;
            prop_assert!(at.utc.0 >= latest.1, "back from {} to {}", latest.1, at.utc.0);
            prop_assert!(at.utc.0 >= latest.1 + passed - passed / DRIFT - STEP_MS);
            prop_assert!(at.utc.0 >= world.truth() - world.mono / DRIFT - STEP_MS, "behind the floor that was right");
            latest = (world.mono, at.utc.0);
        }
    }

    /// Both directions: once the controller has answered, no setting of the system clock moves the door's time.
    #[test]
    fn after_signed_time_no_setting_of_a_clock_moves_the_doors_time(
        floor in -YEAR..YEAR,
        before in proptest::collection::vec(any_turn(), 0..20),
        turns in proptest::collection::vec(any_turn(), 1..60),
    ) {
        let mut world = World::new(MAY + floor);
        before.into_iter().for_each(|turn| world.turn(turn));
        world.turn(Turn::Signed(20, 20));
        for turn in turns {
            world.turn(turn);
            let at = world.clock.at(&world.reading());
            let Some((way, asked)) = world.unsure else { return Ok(()) };
            // An answer in the middle of its way says as much as the one before it.
            let _ = way;
            let leeway = 600_000 + STEP_MS + 2 * (world.mono - asked) / DRIFT;
            prop_assert_eq!(at.trust, ClockTrust::Synchronised);
            prop_assert!((at.utc.0 - world.truth()).abs() <= leeway, "{} beside the truth", at.utc.0 - world.truth());
        }
    }

    /// What a quick answer has told stays as exact as a crystal, whatever slow ones follow.
    #[test]
    fn a_slow_answer_does_not_make_the_time_less_exact(there in 0_i64..300_000, back in 0_i64..300_000, off in -YEAR..YEAR) {
        let mut world = World::new(MAY - HOUR);
        world.turn(Turn::Set(off, true));
        world.turn(Turn::Signed(5, 5));
        world.turn(Turn::Signed(there, back));
        let at = world.clock.at(&world.reading());
        let leeway = 10 + STEP_MS + world.mono / DRIFT + 1;
        prop_assert!((at.utc.0 - world.truth()).abs() <= leeway, "{} beside the truth", at.utc.0 - world.truth());
    }
}
