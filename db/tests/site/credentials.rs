//! What stands on a card is versioned, and a change of it or of what a door reads touches the right pairs.

use access::encode::Outcome;
use access::settings::{DoorSettings, Reading};
use access::time::Window;
use access::whitelist::Generation;
use db::site::{CredentialState, EncodeWork, LockdownScope};

use crate::support::{ACTOR, Bench, NOW, door, plan, problem};

fn settings(reading: Reading) -> DoorSettings {
    DoorSettings { reading, ..DoorSettings::default() }
}

#[test]
fn any_past_generation_says_what_stood_on_the_card_then() {
    let bench = Bench::with_doors(&["ward"]);
    let (card, desk) = (bench.add_card(1), bench.add_encoder("desk"));
    let nothing = bench.latest();
    bench.encode(&desk, 1, card);
    let first = bench.latest();
    bench.encode(&desk, 2, card);
    let second = bench.latest();
    let issues = |as_of: Generation| -> Vec<(u8, CredentialState)> {
        let records = bench.site.credentials(Some(&[card]), as_of).unwrap();
        assert_eq!(records, bench.site.credentials(None, as_of).unwrap());
        records.iter().map(|record| (record.issue, record.state)).collect()
    };
    use CredentialState::{Active, Pending};
    assert_eq!(issues(nothing), []);
    assert_eq!(issues(Generation(first.0 - 1)), [(1, Pending)]);
    assert_eq!(issues(first), [(1, Active)]);
    assert_eq!(issues(Generation(second.0 - 1)), [(1, Active), (2, Pending)]);
    assert_eq!(issues(second), [(2, Active)]);
}

#[test]
fn a_new_credential_touches_the_doors_that_list_the_card() {
    let bench = Bench::with_doors(&["attic", "ward"]);
    let (card, desk) = (bench.add_card(1), bench.add_encoder("desk"));
    bench.site.list_card(&ACTOR, &card, &door("ward"), Window::ALWAYS).unwrap();
    let before = bench.latest();
    bench.encode(&desk, 1, card);
    assert_eq!(bench.site.touched(before, bench.latest()).unwrap().pairs, [(door("ward"), card)]);
    let encoded = bench.latest();
    let job = bench.site.request_encoding(&ACTOR, &card, &desk, EncodeWork::Wipe).unwrap().id;
    bench.site.begin_encoding(job, &plan(1), NOW).unwrap();
    bench.encoded("desk", 2, card, job, Outcome::Done);
    assert_eq!(bench.site.touched(encoded, bench.latest()).unwrap().pairs, [(door("ward"), card)]);
}

#[test]
fn a_door_that_begins_or_ceases_to_ask_for_credentials_touches_its_list_and_a_lockdown_does_not() {
    let bench = Bench::with_doors(&["attic", "ward"]);
    let ward = door("ward");
    for number in 1..4 {
        let card = bench.add_card(number);
        bench.site.list_card(&ACTOR, &card, &ward, Window::ALWAYS).unwrap();
        bench.site.list_card(&ACTOR, &card, &door("attic"), Window::ALWAYS).unwrap();
    }
    let touched_by = |act: &dyn Fn()| {
        let before = bench.latest();
        act();
        assert!(bench.latest() > before);
        bench.site.touched(before, bench.latest()).unwrap().pairs
    };
    let asks = touched_by(&|| bench.site.set_settings(&ACTOR, &ward, settings(Reading::Sector)).unwrap());
    assert_eq!(asks.len(), 3);
    assert!(asks.iter().all(|(id, _)| *id == ward));
    for reading in [Reading::RollingLenient, Reading::RollingStrict] {
        let rolls = touched_by(&|| bench.site.set_settings(&ACTOR, &ward, settings(reading)).unwrap());
        assert!(rolls.is_empty(), "the keys are the same");
        assert_eq!(bench.site.door(&ward).unwrap().settings.reading, reading);
    }
    let mode = touched_by(&|| assert!(bench.site.lock_down(&ACTOR, &LockdownScope::Site, None, "a threat").is_ok()));
    assert!(mode.is_empty());
    let ceases = touched_by(&|| bench.site.set_settings(&ACTOR, &ward, settings(Reading::UidOnly)).unwrap());
    assert_eq!(ceases.len(), 3);
}

#[test]
fn a_card_cannot_be_listed_at_an_encoder() {
    let bench = Bench::new();
    let (card, desk) = (bench.add_card(1), bench.add_encoder("desk"));
    let listed = bench.site.list_card(&ACTOR, &card, &desk, Window::ALWAYS);
    assert_eq!(problem(listed), ("door", "is-encoder"));
    assert_eq!(bench.site.door(&desk).unwrap().kind, db::site::DoorKind::Encoder);
}
