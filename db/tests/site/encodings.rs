//! A job for an encoder from the request to the event, and what is known of the card at each point.

use access::encode::{ChipClass, JOB_LIFE_MS_MAX, Outcome, Stage};
use access::time::UtcMs;
use access::uid::Uid;
use db::site::{Actor, Begun, CredentialRecord, CredentialState, EncodeState, EncodeWork, SiteError};

use crate::support::{ACTOR, Bench, NOW, door, plan, problem};

fn begin(bench: &Bench, card: Uid, work: EncodeWork, version: u8) -> Begun {
    let job = bench.site.request_encoding(&ACTOR, &card, &door("desk"), work).unwrap();
    assert_eq!(job.state, EncodeState::Requested);
    bench.site.begin_encoding(job.id, &plan(version), NOW).unwrap().unwrap()
}

fn records(bench: &Bench, card: Uid) -> Vec<CredentialRecord> {
    bench.site.credentials(Some(&[card]), bench.latest()).unwrap()
}

fn versions(bench: &Bench, card: Uid) -> Vec<(u8, CredentialState)> {
    records(bench, card).iter().map(|record| (record.version.number(), record.state)).collect()
}

fn bench() -> (Bench, Uid) {
    let bench = Bench::with_doors(&["ward"]);
    bench.add_encoder("desk");
    let card = bench.add_card(1);
    (bench, card)
}

use CredentialState::{Active, Pending};

#[test]
fn a_card_is_pending_until_the_encoder_says_that_it_is_done() {
    let (bench, card) = bench();
    let begun = begin(&bench, card, EncodeWork::Encode, 1);
    assert!(begun.known.is_empty());
    let pending = begun.record.unwrap();
    assert_eq!((pending.issue, pending.state, begun.sector.number()), (1, Pending, 5));
    assert_eq!(records(&bench, card), [pending]);
    for stage in [Stage::Waiting, Stage::Probing, Stage::Writing, Stage::Locking] {
        assert!(bench.site.set_encoding_stage(begun.job.id, stage.into(), NOW).unwrap());
    }
    bench.encoded("desk", 1, card, begun.job.id, Outcome::Done);
    let view = bench.site.encoding(begun.job.id).unwrap();
    assert_eq!((view.state, view.chip), (EncodeState::Done, Some(ChipClass::Plain)));
    let active = records(&bench, card);
    assert_eq!(versions(&bench, card), [(1, Active)]);
    assert_eq!((active[0].issue, active[0].credential, active[0].chip), (1, pending.credential, ChipClass::Plain));
    assert_eq!(bench.site.encodings_of(&card).unwrap(), [view]);
    let log = bench.site.change_log(None, 2).unwrap();
    assert_eq!([&log[0].action, &log[1].action], ["card-encode", "card-encode-begin"]);
    assert!(log.iter().all(|change| change.operator == "maija"));
}

#[test]
fn a_torn_encoding_leaves_both_sets_of_keys_known() {
    for outcome in [Outcome::Interrupted, Outcome::InDoubt] {
        let (bench, card) = bench();
        let first = begin(&bench, card, EncodeWork::Encode, 1);
        bench.encoded("desk", 1, card, first.job.id, Outcome::Done);
        let torn = begin(&bench, card, EncodeWork::Encode, 2);
        assert_eq!(torn.record.unwrap().issue, 2);
        bench.encoded("desk", 2, card, torn.job.id, outcome);
        assert_eq!(bench.site.encoding(torn.job.id).unwrap().state, outcome.into());
        assert_eq!(versions(&bench, card), [(1, Active), (2, Pending)]);
        let again = begin(&bench, card, EncodeWork::Encode, 3);
        let known: Vec<u8> = again.known.iter().map(|record| record.version.number()).collect();
        assert_eq!(known, [1, 2]);
        assert_eq!(again.record.unwrap().issue, 3);
        bench.encoded("desk", 3, card, again.job.id, Outcome::Done);
        assert_eq!(versions(&bench, card), [(3, Active)]);
    }
}

#[test]
fn a_card_that_was_not_changed_is_as_it_was() {
    for outcome in [Outcome::Untouched, Outcome::Foreign, Outcome::ChipRefused, Outcome::Refused] {
        let (bench, card) = bench();
        let first = begin(&bench, card, EncodeWork::Encode, 1);
        bench.encoded("desk", 1, card, first.job.id, Outcome::Done);
        let second = begin(&bench, card, EncodeWork::Encode, 2);
        bench.encoded("desk", 2, card, second.job.id, outcome);
        assert_eq!(versions(&bench, card), [(1, Active)], "{outcome:?}");
        assert_eq!(bench.site.encoding(second.job.id).unwrap().chip, Some(ChipClass::Plain));
    }
}

#[test]
fn tries_under_the_same_masters_do_not_pile_up() {
    let (bench, card) = bench();
    for epoch in 1..20 {
        let torn = begin(&bench, card, EncodeWork::Encode, 1);
        bench.encoded("desk", epoch, card, torn.job.id, Outcome::Interrupted);
    }
    assert_eq!(versions(&bench, card), [(1, Pending)]);
}

#[test]
fn a_wiped_card_bears_nothing_and_its_next_encoding_has_a_new_issue() {
    let (bench, card) = bench();
    bench.encode(&door("desk"), 1, card);
    let wipe = begin(&bench, card, EncodeWork::Wipe, 1);
    assert_eq!((wipe.record, wipe.known.len(), wipe.sector.number()), (None, 1, 5));
    bench.encoded("desk", 2, card, wipe.job.id, Outcome::Interrupted);
    assert_eq!(versions(&bench, card), [(1, Active)], "its keys may still be on it");
    let again = begin(&bench, card, EncodeWork::Wipe, 1);
    bench.encoded("desk", 3, card, again.job.id, Outcome::Done);
    assert!(records(&bench, card).is_empty());
    assert_eq!(bench.encode(&door("desk"), 4, card), 2);
}

#[test]
fn another_sector_is_one_that_was_never_tried_and_the_card_stays_there() {
    let (bench, card) = bench();
    let lost = begin(&bench, card, EncodeWork::Encode, 1);
    bench.encoded("desk", 1, card, lost.job.id, Outcome::InDoubt);
    let elsewhere = begin(&bench, card, EncodeWork::EncodeElsewhere, 1);
    assert_eq!(elsewhere.sector.number(), 6);
    bench.encoded("desk", 2, card, elsewhere.job.id, Outcome::Done);
    let again = begin(&bench, card, EncodeWork::Encode, 1);
    assert_eq!(again.sector.number(), 6);
}

#[test]
fn the_encoders_event_has_the_last_word_and_the_first_such_event_stays() {
    let (bench, card) = bench();
    let given_up = begin(&bench, card, EncodeWork::Encode, 1);
    let id = given_up.job.id;
    assert!(bench.site.set_encoding_stage(id, EncodeState::EncoderAway, NOW).unwrap());
    assert!(!bench.site.set_encoding_stage(id, EncodeState::Writing, NOW).unwrap());
    bench.encoded("desk", 1, card, id, Outcome::Done);
    bench.encoded("desk", 2, card, id, Outcome::Foreign);
    assert_eq!(bench.site.encoding(id).unwrap().state, EncodeState::Done);
    assert_eq!(versions(&bench, card), [(1, Active)]);
}

#[test]
fn nobody_else_ends_a_job() {
    let (bench, card) = bench();
    bench.add_encoder("other");
    let (job, wrong) = (begin(&bench, card, EncodeWork::Encode, 1).job.id, bench.add_card(2));
    bench.encoded("other", 1, card, job, Outcome::Done);
    bench.encoded("desk", 1, wrong, job, Outcome::Done);
    bench.encoded("desk", 2, card, job ^ 1, Outcome::Done);
    assert_eq!(versions(&bench, card), [(1, Pending)]);
    assert_eq!(bench.site.encoding(job).unwrap().state, EncodeState::Requested);
}

#[test]
fn one_job_at_a_time_and_encoder_until_its_life_is_over() {
    let (bench, card) = bench();
    let ask = |card: &Uid, at: i64| {
        let actor = Actor { at: UtcMs(NOW.0 + at), ..ACTOR };
        bench.site.request_encoding(&actor, card, &door("desk"), EncodeWork::Encode)
    };
    let first = ask(&card, 0).unwrap();
    assert_eq!(problem(ask(&card, 5)), ("encoder", "busy"));
    assert!(ask(&card, i64::try_from(JOB_LIFE_MS_MAX).unwrap()).is_ok());
    assert_eq!(bench.site.encodings_requested().unwrap()[0], first);
    let nowhere = bench.site.request_encoding(&ACTOR, &card, &door("ward"), EncodeWork::Encode);
    assert_eq!(problem(nowhere), ("encoder", "unknown-encoder"));
    let unknown = bench.site.request_encoding(&ACTOR, &crate::support::uid(9), &door("desk"), EncodeWork::Encode);
    assert!(matches!(unknown, Err(SiteError::NotFound { what: "card", .. })));
}

#[test]
fn what_a_stopped_controller_left_open_is_given_up() {
    let (bench, card) = bench();
    let begun = begin(&bench, card, EncodeWork::Encode, 1);
    bench.site.set_encoding_stage(begun.job.id, EncodeState::Writing, NOW).unwrap();
    bench.site.give_up_encodings(NOW).unwrap();
    assert_eq!(bench.site.encoding(begun.job.id).unwrap().state, EncodeState::Expired);
    assert_eq!(bench.site.begin_encoding(begun.job.id, &plan(1), NOW).unwrap(), None);
    assert_eq!(versions(&bench, card), [(1, Pending)], "it may be on the card");
}

#[test]
fn every_state_is_found_again_by_its_code() {
    for state in EncodeState::ALL {
        assert_eq!(EncodeState::from_code(state.code()), Some(state));
    }
}
