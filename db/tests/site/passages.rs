//! Who went where, as doors tell it, and who went in twice.

use access::event::{Event, EventKind, Subject};
use access::passage::{AreaId as WireAreaId, Passage, Side, Step};
use access::reason::{Reason, Reasons};
use access::time::UtcMs;
use access::uid::Uid;
use access::whitelist::Generation;
use db::site::{AreaId, PassbackRule};

use crate::support::{ACTOR, Bench, Journal, NOW, door, event, problem, tap, uid};

/// Two doors into a store, one of them into the street as well, and a rule.
struct Store {
    bench: Bench,
    area: AreaId,
    epoch: u64,
}

impl Store {
    fn new(rule: Option<PassbackRule>) -> Self {
        let bench = Bench::with_doors(&["front", "back", "far"]);
        let area = bench.site.add_area(&ACTOR, "Store", &[]).unwrap();
        for name in ["front", "back"] {
            let mut settings = bench.site.door(&door(name)).unwrap().settings;
            settings.leads_into = Some(WireAreaId(u32::try_from(area.0).unwrap()));
            bench.site.set_settings(&ACTOR, &door(name), settings).unwrap();
        }
        bench.site.set_passback(&ACTOR, area, rule).unwrap();
        bench.add_card(1);
        Self { bench, area, epoch: 0 }
    }

    /// What a door tells of card 1, so many seconds ago.
    fn told(&mut self, name: &str, side: Side, ago_s: i64) {
        self.tell(name, EventKind::Entered { side }, ago_s);
    }

    fn tell(&mut self, name: &str, kind: EventKind, ago_s: i64) {
        self.epoch += 1;
        let mut journal = Journal::of(name, self.epoch, 0);
        let subject = Some(Subject { uid: uid(1), salt: [1; 16] });
        let state_generation = self.bench.site.door_state(&door(name), self.bench.latest()).unwrap().generation;
        let utc = UtcMs(NOW.0 - ago_s * 1_000);
        journal.events = vec![Event { subject, utc, state_generation, ..event(1, kind) }];
        self.bench.site.intake(&[journal.report(1, 1)]).unwrap();
    }

    /// How often the alarm was raised.
    fn alarms(&self) -> u32 {
        let all = self.bench.site.alarms(&db::site::AlarmFilter::default(), NOW, 50).unwrap();
        all.iter().filter(|alarm| alarm.kind == "passback").map(|alarm| alarm.count).sum()
    }

    fn inside(&self) -> Vec<Uid> {
        self.bench.site.presence(self.area, None, 50).unwrap().into_iter().map(|view| view.uid).collect()
    }
}

const HARD: PassbackRule = PassbackRule { hard: true, within_s: None, forgiven_at: None };

#[test]
fn who_went_in_is_inside_until_going_out_whatever_comes_first() {
    let mut store = Store::new(None);
    store.told("front", Side::In, 60);
    assert_eq!(store.inside(), [uid(1)]);
    store.told("back", Side::Out, 30);
    assert!(store.inside().is_empty());
    store.told("far", Side::In, 20);
    assert!(store.inside().is_empty(), "that door leads nowhere");
    store.told("front", Side::In, 45);
    assert!(store.inside().is_empty(), "it is told late, and was before going out");
    assert_eq!(store.alarms(), 0, "there is no rule");
}

#[test]
fn going_in_twice_is_an_alarm_in_whatever_order_doors_tell() {
    for (first, second) in [(60, 30), (30, 60)] {
        let mut store = Store::new(Some(HARD));
        store.told("front", Side::In, first);
        assert_eq!(store.alarms(), 0);
        store.told("back", Side::In, second);
        assert_eq!(store.alarms(), 1, "{first} s ago is told first");
        store.told("back", Side::Out, 10);
        store.told("front", Side::In, 5);
        assert_eq!(store.alarms(), 1, "it went out in between");
    }
}

#[test]
fn what_comes_late_between_two_that_are_told_already_raises_one_alarm() {
    let mut store = Store::new(Some(HARD));
    store.told("front", Side::In, 60);
    store.told("back", Side::In, 20);
    assert_eq!(store.alarms(), 1);
    store.told("back", Side::In, 40);
    assert_eq!(store.alarms(), 2, "the third is one more, and the one after it has its alarm");
}

#[test]
fn the_rules_time_and_its_daily_hour_forgive_and_soft_counts_as_hard() {
    let soft = PassbackRule { hard: false, within_s: Some(60), forgiven_at: None };
    let mut store = Store::new(Some(soft));
    store.told("front", Side::In, 100);
    store.told("back", Side::In, 40);
    assert_eq!(store.alarms(), 0, "60 s are over");
    store.told("front", Side::In, 1);
    assert_eq!(store.alarms(), 1);
    // NOW is 10:00 in Helsinki, in January.
    let daily = PassbackRule { forgiven_at: Some(10 * 60), ..HARD };
    let mut store = Store::new(Some(daily));
    store.told("front", Side::In, 3_600);
    store.told("back", Side::In, 0);
    assert_eq!(store.alarms(), 0);
}

#[test]
fn a_tap_that_a_door_noted_is_one_alarm_with_the_passage_that_follows() {
    let mut store = Store::new(Some(PassbackRule { hard: false, ..HARD }));
    store.told("front", Side::In, 60);
    let mut granted = tap(1, Some(uid(1)), None).kind;
    if let EventKind::Tap { noted, .. } = &mut granted {
        *noted = Reasons::from(Reason::Passback);
    }
    store.tell("back", granted, 31);
    assert_eq!(store.alarms(), 1);
    store.told("back", Side::In, 30);
    assert_eq!(store.alarms(), 1);
}

#[test]
fn the_stream_tells_doors_under_a_rule_what_concerns_them_and_again_what_a_new_rule_concerns() {
    let mut store = Store::new(None);
    store.told("front", Side::In, 60);
    let site = store.bench.site.clone();
    let (through, doors) = site.passages_moved(Generation(0)).unwrap();
    assert!(doors.is_empty() && through == site.passages_newest().unwrap());
    site.set_passback(&ACTOR, store.area, Some(HARD)).unwrap();
    let (newest, doors) = site.passages_moved(through).unwrap();
    let names: Vec<_> = doors.iter().map(|(door, generation)| (door.as_str(), *generation)).collect();
    assert_eq!(names, [("back", newest), ("front", newest)]);
    let area = WireAreaId(u32::try_from(store.area.0).unwrap());
    let entered = Passage { uid: uid(1), area, step: Step::Entered, at: UtcMs(NOW.0 - 60_000) };
    for name in ["front", "back"] {
        let told = site.passages_after(through, &door(name), 9).unwrap();
        assert_eq!((told.generation, told.passages.as_slice()), (newest, &[entered][..]));
    }
    let far = site.passages_after(Generation(0), &door("far"), 9).unwrap();
    assert_eq!((far.generation, far.passages.len()), (Generation(0), 0));
    assert!(site.passages_moved(newest).unwrap().1.is_empty());
}

#[test]
fn an_operator_forgives_with_a_reason_and_doors_hear_of_it() {
    let mut store = Store::new(Some(HARD));
    store.told("front", Side::In, 60);
    let (site, area) = (store.bench.site.clone(), store.area);
    assert_eq!(problem(site.forgive(&ACTOR, &uid(1), None, "")), ("reason", "empty"));
    let before = site.passages_newest().unwrap();
    assert_eq!(site.forgive(&ACTOR, &uid(1), Some(area), "the alarm drill").unwrap(), 1);
    let told = site.passages_after(before, &door("back"), 9).unwrap();
    assert_eq!(told.passages[0].step, Step::Forgiven);
    assert!(store.inside().is_empty());
    let log = site.change_log(None, 1).unwrap().remove(0);
    assert_eq!((log.action.as_str(), log.operator.as_str()), ("passback-forgive", "maija"));
    assert!(log.detail.ends_with("the alarm drill"));
    assert_eq!(site.forgive(&ACTOR, &uid(1), None, "once more").unwrap(), 0);
    store.told("back", Side::In, 0);
    assert_eq!(store.alarms(), 0);
}

/// What a door is told next, after a generation of the stream.
fn next(store: &Store, after: Generation, name: &str) -> Passage {
    store.bench.site.passages_after(after, &door(name), 9).unwrap().passages[0]
}

#[test]
fn what_comes_after_a_step_of_a_door_whose_clock_is_ahead_is_news_to_that_door_too() {
    let site = |store: &Store| store.bench.site.clone();
    // The front door is ten minutes ahead.
    let its_own = UtcMs(NOW.0 + 600_000);
    for left in [true, false] {
        let mut store = Store::new(Some(HARD));
        store.told("front", Side::In, -600);
        assert_eq!(store.inside(), [uid(1)]);
        let before = site(&store).passages_newest().unwrap();
        assert_eq!(next(&store, Generation(0), "back").at, NOW, "no other door hears of tomorrow");
        if left {
            store.told("back", Side::Out, 0);
        } else {
            site(&store).forgive(&ACTOR, &uid(1), None, "a drill").unwrap();
        }
        assert!(store.inside().is_empty());
        let told = next(&store, before, "front");
        assert_eq!(told.step, if left { Step::Left } else { Step::Forgiven });
        assert!(told.at > its_own, "{told:?}");
        let before = site(&store).passages_newest().unwrap();
        store.told("back", Side::In, 0);
        assert_eq!(store.inside(), [uid(1)], "the centre goes on by its own clock");
        assert!(next(&store, before, "front").at > told.at);
        assert_eq!(store.alarms(), 0);
    }
}

#[test]
fn the_steps_of_one_door_are_in_its_own_order_whatever_its_clock_says() {
    // Two in one message of a door that is ahead; and one whose clock was set back between them.
    for (entered, left) in [(-600, -590), (0, 60)] {
        let mut store = Store::new(Some(HARD));
        store.told("front", Side::In, entered);
        store.told("front", Side::Out, left);
        assert!(store.inside().is_empty(), "entered {entered} s ago, left {left} s ago");
    }
}
