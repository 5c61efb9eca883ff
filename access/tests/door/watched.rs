//! What is watched is raised once and cleared once.

use access::door::{EXIT_STUCK_MS, Input};
use access::event::{Faults, Watched};
use access::time::MonoMs;

use crate::bench::Bench;

#[test]
fn every_input_is_raised_and_cleared_once_however_often_it_is_told() {
    for watched in Watched::ALL {
        let mut bench = Bench::new();
        let codes = |wrong, bench: &mut Bench| [(); 2].map(|()| bench.hear(Input::Watched(watched, wrong)).len());
        assert_eq!(codes(false, &mut bench), [0, 0]);
        assert_eq!(codes(true, &mut bench), [1, 0]);
        assert_eq!(bench.door.faults().iter().collect::<Vec<_>>(), [watched]);
        assert_eq!(codes(false, &mut bench), [1, 0]);
        assert_eq!(bench.door.faults(), Faults::NONE);
    }
}

#[test]
fn a_fire_drives_no_lock() {
    let mut bench = Bench::new();
    assert_eq!(bench.hear(Input::Watched(Watched::Fire, true)), ["fire"]);
    assert!(!bench.is_released());
    assert_eq!(bench.hear(Input::Watched(Watched::Fire, false)), ["fire-cleared"]);
}

#[test]
fn an_exit_button_that_stays_down_is_stuck_and_is_freed_when_it_comes_up() {
    let mut bench = Bench::shunting();
    let _ = bench.hear(Input::Exit(true));
    assert_eq!(bench.wait(EXIT_STUCK_MS - 1), [""; 0]);
    assert_eq!(bench.wait(1), ["exit-button-stuck"]);
    assert_eq!(bench.wait(3_600_000), [""; 0]);
    assert_eq!(bench.hear(Input::Exit(false)), ["exit-button-freed"]);
    let _ = bench.hear(Input::Exit(true));
    let _ = bench.wait(EXIT_STUCK_MS - 1);
    assert_eq!(bench.hear(Input::Exit(false)), [""; 0]);
}

#[test]
fn an_exit_button_that_is_down_at_the_start_is_no_press_but_may_be_stuck() {
    let mut bench = Bench::new();
    bench.door.hold_exit(MonoMs(bench.now));
    assert_eq!(bench.wait(EXIT_STUCK_MS - 1), [""; 0]);
    assert!(!bench.is_released());
    assert_eq!(bench.wait(1), ["exit-button-stuck"]);
    assert_eq!(bench.hear(Input::Exit(false)), ["exit-button-freed"]);
    assert_eq!(bench.hear(Input::Exit(true)), ["RELEASE 5000", "exit-pressed"]);
    assert!(bench.is_released());
}
