//! What is known of people ends with its time, unless a hold keeps it; the logs stay whole. Looks are recorded, and names
//! that are kept back are nowhere.

use access::event::Event;
use access::time::{UtcMs, Window};
use access::uid::Uid;
use db::site::{
    Actor, AlarmFilter, CardFilter, CardKind, CardPage, ChangeView, Checked, EventFilter, HoldSubject, ImportOptions,
    ImportRows, NewCard, NewHold, NewPerson, NewRequest, Page, PeopleFilter, PersonId, PersonRow, Retained,
    SearchFilter, Searched, Seek, SiteError, neutral_name,
};
use rusqlite::Connection;

use crate::support::{ACTOR, Bench, Journal, NOW, door, problem, tap, uid};

const DAY_MS: i64 = 86_400_000;
const ASKER: [u8; 32] = [1; 32];

fn days(days: i64) -> UtcMs {
    UtcMs(NOW.0 + days * DAY_MS)
}

fn at(days_from_now: i64) -> Actor<'static> {
    Actor { operator: "housekeeping", at: days(days_from_now) }
}

/// Four known cards and a stranger's at one door: tapped 400 days ago, 100 days ago and now, fifteen taps in all.
fn tapped() -> Bench {
    let bench = Bench::with_doors(&["ward"]);
    for number in 1..=4 {
        bench.add_card(number);
    }
    let mut journal = Journal::of("ward", 1, 0);
    for (turn, back) in [-400, -100, 0].into_iter().enumerate() {
        let first = turn * 5 + 1;
        let events = (0..5).map(|number| {
            let card = if number == 4 { uid(99) } else { uid(u8::try_from(number + 1).unwrap()) };
            let sequence = u64::try_from(first + number).unwrap();
            Event { utc: days(back), ..tap(sequence, Some(card), None) }
        });
        journal.events.extend(events);
        let (first, last) = (u64::try_from(first).unwrap(), u64::try_from(first + 4).unwrap());
        let mut report = journal.report(first, last);
        report.received = days(back);
        bench.site.intake(&[report]).unwrap();
    }
    bench
}

/// Erases what is due, `limit` rows at a time, and says how many rows forgot somebody, and in how many steps.
fn erase(bench: &Bench, kind: Retained, limit: u32, when: i64) -> (u32, u32) {
    let (mut rows, mut steps) = (0, 0);
    loop {
        let erased = bench.site.erase_due(&at(when), kind, limit).unwrap();
        assert!(erased.rows <= limit * 3, "{erased:?}");
        rows += erased.rows;
        steps += 1;
        assert!(steps < 1_000, "it never ends");
        if !erased.more {
            return (rows, steps);
        }
    }
}

/// The numbers of the rows that still have their card, and how many there are in all.
fn named(bench: &Bench) -> (Vec<i64>, usize) {
    let all = bench.site.events(&EventFilter::default(), Seek::After(0), 1_000).unwrap();
    let named = all.iter().filter(|view| view.event.subject.is_some()).map(|view| view.id).collect();
    (named, all.len())
}

fn whole(bench: &Bench) -> Checked {
    let mut check = bench.site.check_log().unwrap();
    loop {
        match bench.site.check_log_on(&mut check, 3, &|_| true).unwrap() {
            Checked::More { .. } => {}
            end => return end,
        }
    }
}

fn assert_whole(bench: &Bench) {
    let end = whole(bench);
    assert!(matches!(end, Checked::Whole(_)), "{end:?}");
}

fn raw(bench: &Bench) -> Connection {
    let db = Connection::open(bench.folder.path().join("site.db")).unwrap();
    db.busy_timeout(std::time::Duration::from_secs(60)).unwrap();
    db
}

fn hold(subject: HoldSubject) -> NewHold {
    NewHold { subject, from: None, until: None, reason: "Police 5500/R/1/27".to_owned(), ends: days(30) }
}

#[test]
fn cards_leave_the_log_when_their_time_is_over_and_the_chain_holds() {
    let bench = tapped();
    assert_eq!(named(&bench), ((1..=15).collect(), 15));
    assert_eq!(erase(&bench, Retained::UnknownCards, 2, 0).0, 2, "strangers' after three months");
    assert_eq!(named(&bench).0, [1, 2, 3, 4, 6, 7, 8, 9, 11, 12, 13, 14, 15]);
    assert_whole(&bench);
    let (rows, steps) = erase(&bench, Retained::Events, 2, 0);
    assert_eq!(rows, 4, "the others' after twelve");
    assert!(steps >= 4, "two rows at a time: {steps}");
    assert_eq!(named(&bench), ((6..=9).chain(11..=15).collect(), 15), "and every row is still counted");
    assert_whole(&bench);
    let left: i64 = raw(&bench)
        .query_row(
            "SELECT COUNT(*) FROM event WHERE uid IS NULL AND (salt IS NOT NULL OR commitment IS NULL)",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(left, 0, "without the salt nobody can try card numbers against the commitment, which stays");
    let changes = bench.site.latest().unwrap();
    assert_eq!(erase(&bench, Retained::Events, 2, 0), (0, 1));
    assert_eq!(bench.site.latest().unwrap(), changes, "what is done writes nothing");
}

#[test]
fn a_longer_or_shorter_time_counts_from_then_on() {
    let bench = tapped();
    assert_eq!(problem(bench.site.set_retention(&ACTOR, Retained::Events, 25)), ("months", "out-of-range"));
    assert_eq!(problem(bench.site.set_retention(&ACTOR, Retained::Audit, 11)), ("months", "out-of-range"));
    bench.site.set_retention(&ACTOR, Retained::Events, 24).unwrap();
    let changes = bench.site.latest().unwrap();
    bench.site.set_retention(&ACTOR, Retained::Events, 24).unwrap();
    assert_eq!(bench.site.latest().unwrap(), changes, "so already");
    assert_eq!(erase(&bench, Retained::Events, 2_000, 0).0, 0);
    bench.site.set_retention(&ACTOR, Retained::Events, 2).unwrap();
    assert_eq!(erase(&bench, Retained::Events, 2_000, 0).0, 10, "strangers' too");
    let set = bench.site.retention(NOW).unwrap().remove(0);
    assert_eq!((set.kind, set.months, set.set), (Retained::Events, 2, Some(("maija".to_owned(), NOW))));
    assert!(set.before.0 > days(-64).0 && set.before.0 < days(-58).0, "{:?}", set.before);
}

#[test]
fn what_was_erased_behind_our_back_is_damage() {
    let bench = tapped();
    erase(&bench, Retained::Events, 2_000, 0);
    assert_whole(&bench);
    raw(&bench).execute("UPDATE event SET uid = NULL, salt = NULL WHERE id = 8", []).unwrap();
    let Checked::Damaged(damage) = whole(&bench) else { panic!("nobody noticed") };
    assert_eq!((damage.row, damage.to_string().contains("uid")), (8, true), "{damage}");
    // Moving the mark does not help: how far it goes stands in the operator log.
    raw(&bench).execute("UPDATE retention_progress SET through = 15", []).unwrap();
    assert!(matches!(whole(&bench), Checked::Damaged(_)));
    raw(&bench).execute("UPDATE change SET detail = '15' WHERE action = 'events-erased'", []).unwrap();
    let Checked::Damaged(damage) = whole(&bench) else { panic!("nobody noticed") };
    assert_eq!(damage.part.to_string(), "change", "{damage}");
}

#[test]
fn a_hold_keeps_what_it_covers_and_no_more_until_it_is_lifted() {
    let bench = tapped();
    let person = bench.add_person("Maija");
    bench.site.give_card(&ACTOR, &uid(2), person, Window::ALWAYS).unwrap();
    let of_card = bench.site.add_hold(&at(0), &hold(HoldSubject::Card(uid(1)))).unwrap();
    let of_person = bench.site.add_hold(&at(0), &hold(HoldSubject::Person(person))).unwrap();
    // What happened later is none of this one.
    let late = NewHold { from: Some(days(-50)), ..hold(HoldSubject::Door(door("ward"))) };
    bench.site.add_hold(&at(0), &late).unwrap();
    assert_eq!(erase(&bench, Retained::UnknownCards, 2_000, 0).0, 2);
    assert_eq!(erase(&bench, Retained::Events, 1, 0).0, 2);
    assert_eq!(named(&bench).0[..3], [1, 2, 6], "both are kept");
    assert_whole(&bench);
    bench.site.lift_hold(&at(1), of_card, "Settled").unwrap();
    assert_eq!(erase(&bench, Retained::Events, 1, 1).0, 1, "what was passed over is taken up");
    assert_eq!(named(&bench).0[..2], [2, 6]);
    assert_whole(&bench);
    assert!(matches!(
        bench.site.lift_hold(&at(1), of_card, "Again"),
        Err(SiteError::Refused { what: "hold", problem: "is-over" })
    ));
    assert!(matches!(bench.site.lift_hold(&at(1), 77, "None"), Err(SiteError::NotFound { .. })));
    let listed = bench.site.legal_holds(10).unwrap();
    assert_eq!(listed.iter().filter(|hold| hold.is_on(days(1))).count(), 2);
    let lifted = listed.iter().find(|hold| hold.id == of_card).unwrap();
    assert_eq!(lifted.lifted, Some(("housekeeping".to_owned(), days(1), "Settled".to_owned())));
    let kept = listed.iter().find(|hold| hold.id == of_person).unwrap();
    assert_eq!((kept.name.as_str(), kept.hold.ends), ("Maija", days(30)));
}

#[test]
fn a_hold_ends_by_itself_and_one_of_all_keeps_all() {
    let bench = tapped();
    bench.site.add_hold(&at(0), &hold(HoldSubject::All)).unwrap();
    assert_eq!(erase(&bench, Retained::Events, 2_000, 0).0, 0);
    assert_eq!(erase(&bench, Retained::UnknownCards, 2_000, 29).0, 0);
    assert_eq!(named(&bench).0.len(), 15);
    assert_eq!(erase(&bench, Retained::Events, 2_000, 31).0, 5);
    assert_eq!(erase(&bench, Retained::UnknownCards, 2_000, 31).0, 1);
    assert_whole(&bench);
    let too_long = NewHold { ends: days(2_000), ..hold(HoldSubject::All) };
    assert_eq!(problem(bench.site.add_hold(&at(0), &too_long)), ("ends", "out-of-range"));
    assert_eq!(problem(bench.site.add_hold(&at(31), &hold(HoldSubject::All))), ("ends", "out-of-range"));
    let reversed = NewHold { from: Some(days(1)), until: Some(days(1)), ..hold(HoldSubject::All) };
    assert_eq!(problem(bench.site.add_hold(&at(0), &reversed)), ("until", "reversed-window"));
    let nobody = hold(HoldSubject::Person(PersonId(9)));
    assert_eq!(problem(bench.site.add_hold(&at(0), &nobody)), ("person", "unknown-person"));
    let unsaid = NewHold { reason: " ".to_owned(), ..hold(HoldSubject::All) };
    assert_eq!(problem(bench.site.add_hold(&at(0), &unsaid)), ("reason", "empty"));
}

#[test]
fn the_operator_log_forgets_details_and_stays_whole() {
    let bench = tapped();
    let details = |bench: &Bench| {
        let log = bench.site.change_log(None, 100).unwrap();
        let says = |change: &ChangeView| !change.detail.is_empty() || !change.differences.is_empty();
        log.into_iter().filter(says).map(|change| change.action).collect::<Vec<_>>()
    };
    let before = bench.site.change_log(None, 100).unwrap().len();
    assert_eq!(erase(&bench, Retained::Audit, 2, 700).0, 0, "not yet");
    assert_eq!(erase(&bench, Retained::Events, 2_000, 800).0, 15);
    let (rows, steps) = erase(&bench, Retained::Audit, 2, 800);
    assert_eq!(rows, u32::try_from(before).unwrap());
    assert!(steps > rows / 2);
    assert_eq!(details(&bench), ["audit-erased", "events-erased"], "what says how far is never forgotten");
    let sql = "SELECT COUNT(*) FROM change WHERE salt IS NULL AND (before IS NOT NULL OR after IS NOT NULL)";
    let left: i64 = raw(&bench).query_row(sql, [], |row| row.get(0)).unwrap();
    assert_eq!(left, 0, "nor what a change found and left");
    assert_eq!(erase(&bench, Retained::Audit, 2_000, 1_700).0, 0, "not even when its own time is over");
    assert_eq!(bench.site.change_log(None, 100).unwrap().len(), before + 3);
    assert_whole(&bench);
    bench.add_card(50);
    raw(&bench)
        .execute("UPDATE change SET detail = '', salt = NULL WHERE action = 'card-add' AND salt IS NOT NULL", [])
        .unwrap();
    let Checked::Damaged(damage) = whole(&bench) else { panic!("nobody noticed") };
    assert_eq!(damage.part.to_string(), "change");
}

#[test]
fn a_closed_alarm_forgets_its_card_and_who_had_it() {
    let bench = tapped();
    let card = uid(1);
    raw(&bench)
        .execute(
            "INSERT INTO alarm (kind, uid, first_ms, last_ms, count, owner, closed_ms, closed_by, closed_comment)
             VALUES ('clone-suspected', $1, $2, $2, 3, 'maija', $2, 'maija', 'It was Matti')",
            (card.as_bytes(), NOW.0),
        )
        .unwrap();
    raw(&bench)
        .execute(
            "INSERT INTO alarm_step (alarm, at_ms, what, who, comment) SELECT id, $1, 'closed', 'maija', 'Matti' FROM alarm",
            [NOW.0],
        )
        .unwrap();
    assert_eq!(erase(&bench, Retained::Alarms, 10, 700).0, 0);
    let held = bench.site.add_hold(&at(740), &NewHold { ends: days(800), ..hold(HoldSubject::Card(card)) }).unwrap();
    assert_eq!(erase(&bench, Retained::Alarms, 10, 740).0, 0);
    bench.site.lift_hold(&at(741), held, "Settled").unwrap();
    assert_eq!(erase(&bench, Retained::Alarms, 10, 741).0, 1);
    let kept = bench.site.alarms(&AlarmFilter { closed_too: true, ..AlarmFilter::default() }, days(741), 10).unwrap();
    assert_eq!(kept.len(), 1, "it is still counted");
    let said: String = raw(&bench)
        .query_row(
            "SELECT COALESCE(hex(a.uid), '') || a.owner || a.closed_by || COALESCE(a.closed_comment, '') || s.who
                 || COALESCE(s.comment, '') FROM alarm a JOIN alarm_step s ON s.alarm = a.id",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(said, "–––");
    assert_eq!(erase(&bench, Retained::Alarms, 10, 741).0, 0);
}

#[test]
fn a_reason_counts_for_an_hour_for_its_session_and_its_person_only() {
    let bench = tapped();
    let (maija, matti) = (bench.add_person("Maija"), bench.add_person("Matti"));
    for card in [1, 2] {
        bench.site.give_card(&ACTOR, &uid(card), maija, Window::ALWAYS).unwrap();
    }
    bench.site.give_card(&ACTOR, &uid(2), matti, Window::ALWAYS).unwrap();
    let look = |asker: &[u8; 32], searched: Searched, ms: i64| {
        bench.site.look_at_movements(asker, &[searched], UtcMs(NOW.0 + ms)).unwrap()
    };
    let of_maija = Searched::Person(maija);
    assert!(!look(&ASKER, of_maija, 0));
    assert_eq!(problem(bench.site.state_search(&ACTOR, &ASKER, &[of_maija], " ")), ("reason", "empty"));
    bench.site.state_search(&ACTOR, &ASKER, &[of_maija], "Theft in ward 3").unwrap();
    assert!(look(&ASKER, of_maija, 0));
    assert!(look(&ASKER, Searched::Card(uid(1)), 3_599_999), "a card that she alone has held");
    assert!(!look(&ASKER, Searched::Card(uid(2)), 1), "another has held that one");
    assert!(!look(&ASKER, Searched::Card(uid(99)), 1));
    assert!(!look(&ASKER, Searched::Person(matti), 1));
    assert!(!look(&[2; 32], of_maija, 1), "another session");
    assert!(!look(&ASKER, of_maija, 3_600_000), "an hour later");
    bench.site.state_search(&ACTOR, &ASKER, &[Searched::Card(uid(99))], "Stranger at the pharmacy").unwrap();
    let kept = bench.site.searches(&SearchFilter::default(), 10).unwrap();
    let short: Vec<_> =
        kept.iter().map(|one| (one.operator.as_str(), one.name.as_str(), one.reason.as_str(), one.looks)).collect();
    assert_eq!(short, [("maija", "", "Stranger at the pharmacy", 0), ("maija", "Maija", "Theft in ward 3", 2)]);
    assert_eq!(kept[1].last, UtcMs(NOW.0 + 3_599_999));
    let about = bench.site.searches_about(maija, 10).unwrap();
    assert_eq!(about.len(), 1);
    let logged = bench.site.change_log(None, 2).unwrap();
    assert!(logged.iter().all(|change| change.action == "movements-search"));
    let group = bench.site.add_group(&ACTOR, "Nurses").unwrap();
    let reason = "Night shift".to_owned();
    let wanted = NewRequest { person: maija, group, window: Window::ALWAYS, reason };
    let decided = bench.site.ask_access(&ACTOR, &wanted).unwrap();
    bench.site.refuse_access(&ACTOR, decided, "Not at night").unwrap();
    let open = bench.site.ask_access(&ACTOR, &wanted).unwrap();
    assert_eq!(logged[1].detail, format!("person {}: Theft in ward 3", maija.0));
    let nobody = bench.site.state_search(&ACTOR, &ASKER, &[Searched::Person(PersonId(77))], "x");
    assert_eq!(problem(nobody), ("person", "unknown-person"));
    assert!(erase(&bench, Retained::Audit, 2_000, 800).0 > 2);
    assert_eq!(bench.site.searches(&SearchFilter::default(), 10).unwrap(), [], "searches are forgotten too");
    let requests = bench.site.access_requests((None, None), None, 10).unwrap();
    assert_eq!(requests.iter().map(|one| one.id).collect::<Vec<_>>(), [open], "and requests that were decided");
}

/// All that the site says of people, as text.
fn said(bench: &Bench) -> String {
    let site = &bench.site;
    let people = site.people(&PeopleFilter::default(), Page { after: None, limit: 100 }).unwrap();
    let people: Vec<_> = people.iter().map(|person| (&person.name, &person.external_id)).collect();
    let cards = site.cards(&CardFilter::default(), CardPage { after: None, limit: 100 }).unwrap();
    let cards: Vec<_> = cards.iter().map(|card| &card.holder).collect();
    let events = site.events(&EventFilter::default(), Seek::Newest, 100).unwrap();
    let events: Vec<_> = events.iter().map(|event| &event.holder).collect();
    format!("{people:?} {cards:?} {events:?}")
}

#[test]
fn a_name_that_is_kept_back_is_nowhere_but_with_those_who_are_named() {
    let bench = tapped();
    let operator = |name: &str| bench.site.add_operator(&ACTOR, name, "hash").unwrap().id;
    let (named, other) = (operator("aino"), operator("otso"));
    let new = NewPerson { name: "Salla Salainen".to_owned(), external_id: Some("E77".to_owned()) };
    let person = bench.site.add_person(&ACTOR, new.clone()).unwrap().id;
    bench.site.give_card(&ACTOR, &uid(1), person, Window::ALWAYS).unwrap();
    assert!(said(&bench).contains("Salla") && said(&bench).contains("E77"));
    let readers = ["aino".to_owned()];
    bench.site.keep_name_secret(&ACTOR, person, "Turvakielto", &readers).unwrap();
    let text = said(&bench);
    assert!(!text.contains("Salla") && !text.contains("E77"), "{text}");
    assert!(text.contains(&neutral_name(person)));
    let find = |text: &str| {
        let filter = PeopleFilter { text: Some(text.to_owned()) };
        bench.site.people(&filter, Page { after: None, limit: 10 }).unwrap().len()
    };
    assert_eq!((find("salla"), find("E77")), (0, 0), "nor does a search give it away");
    assert_eq!(bench.site.names_shown_to(named).unwrap().get(&person.0).map(String::as_str), Some("Salla Salainen"));
    assert!(bench.site.names_shown_to(other).unwrap().is_empty());
    assert!(matches!(bench.site.add_person(&ACTOR, new), Err(SiteError::Conflict { .. })), "its id is taken still");
    let reserved = NewPerson { name: neutral_name(person), external_id: None };
    assert_eq!(problem(bench.site.add_person(&ACTOR, reserved)), ("name", "reserved"));
    let kept = bench.site.secret_name(person).unwrap().unwrap();
    assert_eq!((kept.readers, kept.reason), (vec!["aino".to_owned()], "Turvakielto".to_owned()));
    let unknown = bench.site.keep_name_secret(&ACTOR, person, "x", &["nobody".to_owned()]);
    assert_eq!(problem(unknown), ("readers", "unknown-operator"));
    bench.site.show_name_again(&ACTOR, person, "Ended").unwrap();
    assert!(said(&bench).contains("Salla") && said(&bench).contains("E77") && find("salla") == 1);
    assert!(matches!(bench.site.show_name_again(&ACTOR, person, "x"), Err(SiteError::NotFound { .. })));
}

#[test]
fn a_register_renames_who_is_kept_back_without_showing_them() {
    let bench = Bench::new();
    let new = NewPerson { name: "Salla Salainen".to_owned(), external_id: Some("E77".to_owned()) };
    let person = bench.site.add_person(&ACTOR, new).unwrap().id;
    bench.site.keep_name_secret(&ACTOR, person, "Turvakielto", &[]).unwrap();
    let import = |name: &str| {
        let person = PersonRow { row: 1, external_id: "E77".to_owned(), name: name.to_owned() };
        let rows = ImportRows { people: vec![person], ..ImportRows::default() };
        bench.site.apply_import(&ACTOR, &rows, ImportOptions::default()).unwrap();
    };
    import("Salla Salainen");
    import("Salla Uusinimi");
    let everybody = bench.site.people(&PeopleFilter::default(), Page { after: None, limit: 10 }).unwrap();
    assert_eq!(everybody.len(), 1, "the register found them");
    assert_eq!(everybody[0].name, neutral_name(person));
    bench.site.show_name_again(&ACTOR, person, "Ended").unwrap();
    assert_eq!(bench.site.person(person).unwrap().name, "Salla Uusinimi");
}

#[test]
fn the_steps_of_a_card_go_with_its_taps() {
    let bench = tapped();
    let card = NewCard::new(Uid::new(&[9, 9, 9, 9]).unwrap(), CardKind::Visitor, Window::ALWAYS);
    bench.site.add_card(&ACTOR, card).unwrap();
    let db = raw(&bench);
    for event in [1, 11] {
        db.execute(
            "INSERT INTO step (uid, issue, from_counter, from_nonce, to_counter, to_nonce, stepped_in, event)
             VALUES ($1, 1, $2, 1, 2, 2, 0, $2)",
            (uid(1).as_bytes(), event),
        )
        .unwrap();
    }
    erase(&bench, Retained::Events, 2_000, 0);
    let left: Vec<i64> = db
        .prepare("SELECT event FROM step")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(left, [11]);
}
