use super::*;

fn door() -> DoorId {
    "ward".parse().unwrap()
}

fn taps(count: u64, for_s: u32) -> TapFigures {
    let mut taps = Latencies::default();
    (0..count).for_each(|_| taps.record(Duration::from_millis(3)));
    TapFigures { for_s, taps }
}

fn counted(figures: &Figures, now: Instant) -> (u64, u64) {
    let of = figures.of_door(&door(), now - figures.began);
    (of.hour.of(Measure::Tap).count(), of.day.of(Measure::Tap).count())
}

#[test]
fn what_is_lost_on_the_way_is_made_up_for_and_what_is_said_twice_counts_once() {
    let mut figures = Figures::new();
    let now = figures.began + Duration::from_secs(100);
    figures.tapped(&door(), 1, &taps(2, 60), now);
    figures.tapped(&door(), 1, &taps(2, 60), now);
    // The message with four was lost.
    figures.tapped(&door(), 1, &taps(5, 90), now);
    assert_eq!(counted(&figures, now), (5, 5));
    // Fewer than before cannot be; from there it goes on.
    figures.tapped(&door(), 1, &taps(3, 91), now);
    figures.tapped(&door(), 1, &taps(4, 92), now);
    assert_eq!(counted(&figures, now), (6, 6));
}

#[test]
fn an_agent_that_begins_anew_is_counted_anew_and_one_from_before_counts_from_here() {
    let mut figures = Figures::new();
    let now = figures.began + Duration::from_secs(100);
    figures.tapped(&door(), 1, &taps(1_000, 86_400), now);
    assert_eq!(counted(&figures, now), (0, 0), "when that was nobody knows");
    figures.tapped(&door(), 1, &taps(1_001, 86_401), now);
    figures.tapped(&door(), 2, &taps(3, 5), now);
    assert_eq!(counted(&figures, now), (4, 4));
    assert!(figures.of_door(&door(), Duration::ZERO).tells_taps);
    assert!(!figures.of_door(&"old".parse().unwrap(), Duration::ZERO).tells_taps, "an older agent tells nothing");
}

#[test]
fn hours_and_days_go_by_and_totals_stay() {
    let mut figures = Figures::new();
    let began = figures.began;
    let hours = |count: u64| began + Duration::from_secs(count * 60 * 60);
    figures.tapped(&door(), 1, &taps(1, 0), hours(0));
    figures.tapped(&door(), 1, &taps(3, 7_200), hours(2));
    assert_eq!(counted(&figures, hours(2)), (2, 3));
    assert_eq!(counted(&figures, hours(32)), (0, 0));
    assert_eq!(figures.totals.of(Measure::Tap).count(), 3);
}

#[test]
fn what_comes_late_is_in_no_other_figure() {
    let mut figures = Figures::new();
    let reached = |takes, late| Reached { took: Duration::from_millis(8), takes, late };
    figures.reached(&door(), &[reached(true, true), reached(true, false), reached(false, false)], figures.began);
    let of = figures.of_door(&door(), Duration::ZERO).hour;
    let counts = [Measure::Change, Measure::Revoke, Measure::Late].map(|measure| of.of(measure).count());
    assert_eq!(counts, [2, 1, 1]);
}
