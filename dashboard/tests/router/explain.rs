//! Why an event ended as it did, would somebody pass, who can pass, and where can somebody go.

use crate::rules::whole;
use crate::support::{Bench, NOW, actor, door, tapped, uid};
use access::chain::Link;
use access::decide::{Credential, Decision, Presented};
use access::event::{Event, EventKind, Subject};
use access::mode::Mode;
use access::passage::Side;
use access::reason::{Reason, Reasons};
use access::settings::{DoorSettings, Reading};
use access::time::{ClockTrust, MonoMs, UtcMs, UtcS, Window};
use access::uid::Uid;
use access::whitelist::Generation;
use axum::http::{Method, StatusCode};
use db::site::{CardKind, Effect, LockdownScope, NewCard, NewPerson, NewRight, NewRule, PersonId, Report, RuleEdit};
use serde_json::{Value, json};

/// The first person is in a group that may enter ward 3 at all times.
fn fill(bench: &Bench) -> Generation {
    let site = &bench.site;
    let group = site.add_group(&actor(), "Salainen ryhmä").unwrap();
    let window = Window::ALWAYS;
    site.edit_rules(&actor(), &RuleEdit::SetMember { group, person: PersonId(1), window }).unwrap();
    let area = site.add_area(&actor(), "Salainen alue", &[door(1)]).unwrap();
    let schedule = access::entry::ScheduleId::ALWAYS;
    let note = "salainen syy".to_owned();
    site.add_rule(&actor(), NewRule { group, area, schedule, effect: Effect::Allow, window, note }).unwrap();
    site.latest().unwrap()
}

/// A tap at ward 3, decided by this generation as the door would, and what came of it.
fn tap(bench: &Bench, generation: Generation, reasons: Reasons) {
    tap_of(bench, uid(1), generation, reasons);
}

fn tap_of(bench: &Bench, card: Uid, generation: Generation, reasons: Reasons) {
    let decision = Decision { reasons, generation };
    let kind = EventKind::Tap {
        side: Side::In,
        presented: Presented::Classic1k,
        credential: Credential::NotAsked,
        decision,
        noted: Reasons::NONE,
        rolling: None,
    };
    let event = Event {
        sequence: 1,
        boot: 1,
        mono: MonoMs(0),
        utc: UtcMs(NOW),
        trust: ClockTrust::Synchronised,
        generation,
        state_generation: generation,
        mode: Mode::Normal,
        kind,
        subject: Some(Subject { uid: card, salt: [7; 16] }),
    };
    let previous = Link::START;
    let report = Report { door: door(1), epoch: 1, boot: 1, previous, events: vec![event], received: bench.now() };
    bench.site.intake(&[report]).unwrap();
}

/// What the site itself decides about that card at ward 3.
async fn reasons_now(bench: &Bench) -> Reasons {
    let answer = bench.api(Method::GET, "/explain/would?card=04A1B201&door=ward-3", "").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let codes = answer.json()["items"][0]["decision"]["reasons"].as_array().unwrap().clone();
    codes.iter().map(|code| Reason::from_code(code.as_str().unwrap()).unwrap()).collect()
}

#[tokio::test]
async fn an_event_is_one_click_away_and_is_decided_again_by_the_rules_of_then() {
    let bench = Bench::new().await;
    let generation = fill(&bench);
    let reasons = reasons_now(&bench).await;
    tap(&bench, generation, reasons);
    // What is changed afterwards changes nothing about what was.
    bench.site.edit_rules(&actor(), &RuleEdit::RemoveRule(db::site::RuleId(1))).unwrap();
    bench.site.block_card(&actor(), &uid(1), access::entry::Block::Blocked).unwrap();
    let mut browser = bench.signed_in().await;
    assert!(browser.get("/events").await.text().contains("href=\"/events/1\""));
    for (language, said) in [("en", "came out the same"), ("fi", "tulos oli sama"), ("sv", "blev detsamma")] {
        browser.language = language;
        let text = browser.get("/events/1").await.text();
        whole("/events/1", &text);
        assert!(text.contains(said), "{language}: {text}");
        assert!(text.contains("Salainen ryhmä") && text.contains("salainen syy"), "operators see the rule");
    }
    let told = bench.api(Method::GET, "/explain/event/1", "").await.json();
    assert_eq!(told["equal"], true, "{told}");
    assert_eq!(told["recorded"], told["recomputed"]);
    assert_eq!(told["conditions"].as_array().unwrap().len(), 16);
    assert_eq!(told["rules"][0]["held"], true);
}

#[tokio::test]
async fn a_credential_that_the_door_did_not_read_is_no_reason_in_the_explanation_either() {
    let bench = Bench::new().await;
    fill(&bench);
    let settings = DoorSettings { reading: Reading::Sector, ..DoorSettings::default() };
    bench.site.set_settings(&actor(), &door(1), settings).unwrap();
    let ended = Window { from: None, until: Some(UtcMs(NOW).second()) };
    bench.site.add_card(&actor(), NewCard::new(uid(7), CardKind::Visitor, ended)).unwrap();
    bench.site.give_card(&actor(), &uid(7), PersonId(1), Window::ALWAYS).unwrap();
    let generation = bench.site.latest().unwrap();
    tap_of(&bench, uid(7), generation, Reasons::from(Reason::CardExpired));
    let told = bench.api(Method::GET, "/explain/event/1", "").await.json();
    assert_eq!((&told["equal"], &told["recorded"]), (&json!(true), &told["recomputed"]), "{told}");
}

#[tokio::test]
async fn a_card_that_was_never_possible_is_not_told_of_its_credential() {
    let bench = Bench::new().await;
    fill(&bench);
    let settings = DoorSettings { reading: Reading::Sector, ..DoorSettings::default() };
    bench.site.set_settings(&actor(), &door(1), settings).unwrap();
    // No time is both before the card's end and after it came to its holder.
    let ended = Window { from: None, until: Some(UtcMs(NOW).second()) };
    let later = Window { from: ended.until, until: None };
    bench.site.add_card(&actor(), NewCard::new(uid(8), CardKind::Visitor, ended)).unwrap();
    bench.site.give_card(&actor(), &uid(8), PersonId(1), later).unwrap();
    tap_of(&bench, uid(8), bench.site.latest().unwrap(), Reasons::from(Reason::UnknownCard));
    let told = bench.api(Method::GET, "/explain/event/1", "").await.json();
    assert_eq!(told["equal"], true, "{told}");
    let said = told["say"]["en"].as_str().unwrap();
    assert!(told.to_string().contains("card-expired") && !told.to_string().contains("credential-unreadable"), "{told}");
    assert!(!said.contains("could not be verified"), "{said}");
}

#[tokio::test]
async fn what_is_read_out_gives_away_no_rule_no_group_and_no_area() {
    let mut bench = Bench::new().await;
    let generation = fill(&bench);
    tap(&bench, generation, Reasons::from(Reason::RefusedByRule));
    for reason in Reason::ALL {
        bench.tap(0, uid(1), Some(*reason));
    }
    for id in 1..=Reason::ALL.len() + 1 {
        let told = bench.api(Method::GET, &format!("/explain/event/{id}"), "").await.json();
        for language in ["fi", "sv", "en"] {
            let said = told["say"][language].as_str().unwrap();
            assert!(said.contains(if id == 1 { "Osasto 3" } else { "Apteekki" }) && said.len() > 60, "{said}");
            for secret in ["alainen", "Unknown localization", "say-do", "reason-"] {
                assert!(!said.contains(secret), "{secret}: {said}");
            }
        }
    }
}

#[tokio::test]
async fn a_decision_that_comes_out_otherwise_is_said_and_not_hidden() {
    let bench = Bench::new().await;
    let generation = fill(&bench);
    tap(&bench, generation, Reasons::from(Reason::CardExpired));
    let mut browser = bench.signed_in().await;
    assert!(browser.get("/events/1").await.text().contains("came out otherwise"));
    assert_eq!(bench.api(Method::GET, "/explain/event/1", "").await.json()["equal"], false);
}

#[tokio::test]
async fn an_event_without_a_card_is_shown_without_conditions() {
    let mut bench = Bench::new().await;
    bench.happen(0, EventKind::ExitPressed, None);
    let mut browser = bench.signed_in().await;
    let text = browser.get("/events/1").await.text();
    whole("/events/1", &text);
    assert!(text.contains("Apteekki") && !text.contains("id=\"why\""));
    let told = bench.api(Method::GET, "/explain/event/1", "").await.json();
    assert_eq!((&told["recorded"], &told["say"]), (&Value::Null, &Value::Null));
    for path in ["/events/99", "/events/x"] {
        assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn the_three_questions_are_answered() {
    let bench = Bench::new().await;
    fill(&bench);
    // Whoever gets a card of a profession needs the right to practise it.
    let card = NewCard::new(uid(9), CardKind::Professional, Window::ALWAYS);
    bench.site.add_card(&actor(), card).unwrap();
    bench.site.give_card(&actor(), &uid(9), PersonId(1), Window::ALWAYS).unwrap();
    let mut browser = bench.signed_in().await;
    for (path, parts) in [
        ("/explain?ask=would&door=ward-3&subject=04A1B201&at=", vec!["Would pass on 24 Nov 2026", "Salainen ryhmä"]),
        ("/explain?ask=would&door=ward-3&subject=04A1B209&at=", vec!["Would not pass", "right-to-practise-missing"]),
        ("/explain?ask=would&door=main&subject=04A1B201&at=", vec!["Would not pass", "unknown-card"]),
        ("/explain?ask=would&door=ward-3&subject=maija&at=2027-01-01T00%3A00", vec!["04A1B209", "04A1B201"]),
        ("/explain?ask=would&door=ward-3&subject=a&at=", vec!["Whom do you mean?", "person=1"]),
        ("/explain?ask=would&door=ward-3&subject=a&person=1&at=", vec!["04A1B209"]),
        ("/explain?ask=who&door=ward-3&subject=&at=", vec!["1 card<", "04A1B201", "Maija Meik"]),
        ("/explain?ask=where&subject=maija&at=", vec!["Osasto 3", "2 doors<"]),
        ("/explain?ask=where&subject=04A1B209&at=", vec!["No door opens"]),
    ] {
        let answer = browser.get(path).await;
        let text = answer.text();
        assert_eq!(answer.status, StatusCode::OK, "{path}: {text}");
        whole(path, &text);
        for part in parts {
            assert!(text.contains(part), "{path}: {part}: {text}");
        }
    }
    let who = bench.api(Method::GET, "/explain/who?door=ward-3", "").await.json();
    assert_eq!(who["items"], json!([{"card": "04A1B201", "holder": {"id": 1, "name": "Maija Meikäläinen"}}]));
    let places = bench.api(Method::GET, "/explain/where?person=1", "").await.json();
    assert_eq!(
        places["items"],
        json!([{"card": "04A1B201", "door": "pharmacy"}, {"card": "04A1B201", "door": "ward-3"}])
    );
    let would = bench.api(Method::GET, "/explain/would?person=1&door=ward-3", "").await.json();
    assert_eq!(would["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_question_about_a_person_is_about_the_cards_that_the_person_holds_then() {
    let bench = Bench::new().await;
    fill(&bench);
    let handed_on = UtcS(NOW / 1_000 + 10 * 24 * 60 * 60);
    let other = NewPerson { name: "Pekka Pouta".to_owned(), external_id: None };
    let pekka = bench.site.add_person(&actor(), other).unwrap().id;
    bench.site.give_card(&actor(), &uid(1), pekka, Window { from: Some(handed_on), until: None }).unwrap();
    let ask = async |person: i64, at: &str| {
        let path = format!("/explain/would?person={person}&door=ward-3&at={at}");
        let answer = bench.api(Method::GET, &path, "").await.json();
        let cards = answer["items"].as_array().unwrap().iter().map(|item| item["card"].clone());
        cards.collect::<Vec<_>>().contains(&json!("04A1B201"))
    };
    let (before, after) = ("2026-11-25T10:00:00Z", "2026-12-24T10:00:00Z");
    assert_eq!([ask(1, before).await, ask(1, after).await], [true, false]);
    assert_eq!([ask(pekka.0, before).await, ask(pekka.0, after).await], [false, true]);
}

#[tokio::test]
async fn a_right_to_practise_is_told_with_its_source_and_its_last_check() {
    let bench = Bench::new().await;
    fill(&bench);
    bench.site.add_card(&actor(), NewCard::new(uid(9), CardKind::Professional, Window::ALWAYS)).unwrap();
    bench.site.give_card(&actor(), &uid(9), PersonId(1), Window::ALWAYS).unwrap();
    let right = NewRight::always("Sairaanhoitaja", "Terhikki", UtcMs(NOW));
    bench.site.add_right(&actor(), PersonId(1), &right).unwrap();
    let mut browser = bench.signed_in().await;
    let text = browser.get("/explain?ask=would&door=ward-3&subject=04A1B209").await.text();
    assert!(text.contains("Sairaanhoitaja, by Terhikki, last checked 24 Nov 2026, 15:00:00"), "{text}");
    assert!(text.contains("Would pass on"), "{text}");
}

#[tokio::test]
async fn many_who_can_pass_are_counted_and_shown_in_pages() {
    let bench = Bench::new().await;
    fill(&bench);
    for number in 10..80 {
        let card = NewCard::new(uid(number), CardKind::Visitor, Window::ALWAYS);
        bench.site.add_card(&actor(), card).unwrap();
        bench.site.give_card(&actor(), &uid(number), PersonId(1), Window::ALWAYS).unwrap();
    }
    let mut browser = bench.signed_in().await;
    let text = browser.get("/explain?ask=who&door=ward-3").await.text();
    assert!(text.contains("71 cards") && text.contains("after=04A1B23A"), "{text}");
    let next = browser.get("/explain?ask=who&door=ward-3&after=04A1B23A").await.text();
    assert!(next.contains("04A1B24F") && !next.contains("04A1B23A</a>"), "{next}");
}

#[tokio::test]
async fn what_is_no_question_is_named() {
    let bench = Bench::new().await;
    let mut browser = bench.signed_in().await;
    for (path, said) in [
        ("/explain?ask=would&door=ward-3&subject=&at=", "Enter a value"),
        ("/explain?ask=would&door=ward-3&subject=nobody&at=", "nobody of that name"),
        ("/explain?ask=would&door=&subject=maija&at=", "Enter a value"),
        ("/explain?ask=would&door=none&subject=maija&at=", "no such door"),
        ("/explain?ask=who&door=ward-3&at=tomorrow", "Enter a date"),
        ("/explain?ask=where&subject=maija&at=2027-03-28T03%3A30", "clocks go forward"),
    ] {
        let answer = browser.get(path).await;
        if path.contains("door=none") {
            assert!([StatusCode::NOT_FOUND, StatusCode::UNPROCESSABLE_ENTITY].contains(&answer.status), "{path}");
            continue;
        }
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}: {}", answer.text());
        assert!(answer.text().contains(said), "{path}: {said}: {}", answer.text());
    }
    for (path, field, code) in [
        ("/explain/would?door=ward-3", "card", "empty"),
        ("/explain/would?door=ward-3&card=04A1B201&person=1", "card", "too-many"),
        ("/explain/would?card=04A1B201", "door", "empty"),
        ("/explain/who?door=ward-3&at=now", "at", "not-a-time"),
        ("/explain/who?door=ward-3&limit=0", "limit", "out-of-range"),
        ("/explain/where?card=x", "card", "not-a-uid"),
        ("/explain/event/1?language=xx", "language", "unknown-code"),
    ] {
        let problem = bench.api(Method::GET, path, "").await.json();
        assert_eq!((&problem["field"], &problem["code"]), (&json!(field), &json!(code)), "{path}: {problem}");
    }
}

#[tokio::test]
async fn what_only_the_door_knew_is_told_with_what_the_log_says_of_it() {
    let mut bench = Bench::new().await;
    bench.happen(0, EventKind::Entered { side: Side::In }, Some(uid(1)));
    bench.wait_ms(60_000);
    bench.tap(0, uid(1), Some(Reason::Passback));
    bench.wait_ms(1_000);
    for _ in 0..3 {
        bench.tap(0, uid(2), Some(Reason::CardExpired));
    }
    bench.tap(0, uid(2), Some(Reason::LockedOut));
    let mut browser = bench.signed_in().await;
    let text = browser.get("/events/2").await.text();
    assert!(text.contains("Maija Meikäläinen went in at Apteekki on 24 Nov 2026, 15:00:00."), "{text}");
    let explained = bench.api(Method::GET, "/explain/event/6", "").await.json();
    let conditions = explained["conditions"].as_array().unwrap();
    let attempts = conditions.iter().find(|one| one["code"] == "attempts").unwrap();
    assert_eq!(attempts["finding"], "fails");
    assert_eq!(attempts["sentences"].as_array().unwrap().len(), 4, "the reason and three denials: {attempts}");
    assert!(explained["recomputed"]["reasons"].as_array().unwrap().iter().any(|reason| reason == "locked-out"));
    for language in ["fi", "sv", "en"] {
        let said = explained["say"][language].as_str().unwrap();
        assert!(!said.contains("Maija") && !said.contains(crate::support::EVIL), "{said}");
    }
}

#[tokio::test]
async fn a_refusal_for_the_age_of_the_list_tells_since_when_it_is_too_old() {
    let mut bench = Bench::new().await;
    bench.happen(0, EventKind::ListTooOld, None);
    bench.wait_ms(60_000);
    bench.tap(0, uid(1), Some(Reason::ListTooOld));
    let explained = bench.api(Method::GET, "/explain/event/2", "").await.json();
    let conditions = explained["conditions"].as_array().unwrap();
    let age = conditions.iter().find(|one| one["code"] == "age").unwrap();
    assert_eq!(age["finding"], "fails");
    let sentences = age["sentences"].to_string();
    assert!(sentences.contains("The whitelist of Apteekki became too old on 24 Nov 2026, 15:00:00."), "{sentences}");
    assert!(explained["recomputed"]["reasons"].as_array().unwrap().iter().any(|reason| reason == "list-too-old"));
    assert!(explained["say"]["en"].as_str().unwrap().contains("key"), "{}", explained["say"]);
}

#[tokio::test]
async fn a_refusal_in_a_lockdown_names_who_ordered_it_and_why_but_not_to_the_person() {
    let mut bench = Bench::new().await;
    bench.site.lock_down(&actor(), &LockdownScope::Site, None, "Threat at the main door").unwrap();
    bench.wait_ms(1_000);
    bench.tap(0, uid(1), Some(Reason::LockedDown));
    let explained = bench.api(Method::GET, "/explain/event/1", "").await.json();
    let conditions = explained["conditions"].as_array().unwrap();
    let mode = conditions.iter().find(|one| one["code"] == "mode").unwrap();
    let text = mode["sentences"].to_string();
    assert!(text.contains("Threat at the main door") && text.contains("setup"), "{text}");
    assert!(!explained["say"].to_string().contains("Threat"));
}

#[tokio::test]
async fn a_tap_right_after_the_end_of_a_lockdown_is_judged_by_its_own_time() {
    let mut bench = Bench::new().await;
    let until = UtcS(bench.now().second().0 + 2);
    bench.site.lock_down(&actor(), &LockdownScope::Site, Some(until), "A drill").unwrap();
    let state = bench.site.latest().unwrap();
    let mode_held = async |bench: &Bench, event: u32| {
        let explained = bench.api(Method::GET, &format!("/explain/event/{event}"), "").await.json();
        let conditions = explained["conditions"].as_array().unwrap();
        conditions.iter().find(|one| one["code"] == "mode").unwrap()["finding"] == "holds"
    };
    // The door tells the mode that it last looked at, up to a second ago.
    bench.wait_ms(1_999);
    bench.happen_in(0, (state, Mode::LockedDown), tapped(Some(Reason::LockedDown)), Some(uid(1)));
    bench.wait_ms(1);
    bench.happen_in(0, (state, Mode::LockedDown), tapped(None), Some(uid(1)));
    assert_eq!((mode_held(&bench, 1).await, mode_held(&bench, 2).await), (false, true));
}
