//! A card that ends soon is said to, and nobody is frightened without need.

use access::decide::{ENDS_SOON_S, ends_soon};
use access::time::{ClockTrust, UtcS, Window};

use crate::case::{Case, NOW, from, needs_employment, needs_right, until};

fn window(from_s: i64, until_s: i64) -> Window {
    Window::new(UtcS(NOW.0 + from_s), UtcS(NOW.0 + until_s))
}

#[test]
fn every_condition_that_is_over_within_a_fortnight_is_told_and_none_that_lasts_longer() {
    let ends: [fn(&mut Case, Window); 5] = [
        |case, window| case.listed().card = window,
        |case, window| case.listed().certificate = window,
        |case, window| case.term().holding = window,
        |case, window| needs_right(case, &[window]),
        |case, window| needs_employment(case, &[window]),
    ];
    for (which, end) in ends.into_iter().enumerate() {
        let soon = |window| {
            let mut case = Case::good();
            end(&mut case, window);
            ends_soon(&case.question())
        };
        assert!(soon(until(ENDS_SOON_S)), "{which}");
        assert!(!soon(until(ENDS_SOON_S + 1)), "{which}");
        assert!(!soon(from(0)), "{which}: no end");
        assert!(!soon(until(0)), "{which}: that is over, which is another thing");
        assert!(!soon(window(1, 2)), "{which}: that is to come");
    }
}

#[test]
fn an_employment_that_is_followed_by_another_does_not_end_with_the_first() {
    let mut case = Case::good();
    needs_employment(&mut case, &[window(100, 200 * 86_400), window(-100, 100)]);
    assert!(!ends_soon(&case.question()));
    needs_employment(&mut case, &[window(100, 200), window(-100, 100)]);
    assert!(ends_soon(&case.question()));
    needs_employment(&mut case, &[window(101, 200 * 86_400), window(-100, 100)]);
    assert!(ends_soon(&case.question()), "a second without one is an end");
}

#[test]
fn an_unlisted_card_and_a_door_without_a_clock_say_nothing() {
    let mut case = Case::good();
    case.listed().card = until(1);
    assert!(ends_soon(&case.question()));
    assert!(!ends_soon(&Case { trust: ClockTrust::Unknown, ..case.clone() }.question()));
    assert!(!ends_soon(&Case { entry: None, ..case }.question()));
}
