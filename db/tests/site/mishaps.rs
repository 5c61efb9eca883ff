//! What must not open a door again: blocked originals, cards that came back, exceptions of earlier holders.

use access::entry::Block;
use access::time::{UtcMs, Window};
use access::uid::Uid;
use db::site::{
    Actor, CardKind, CardRow, Cause, CertificateRecord, CertificateState, Document, HandOut, HandOutCause, HandOutEnd,
    ImportOptions, ImportRows, Life, ListApplied, NewCard, NewPerson, PersonId, RevocationReason, RevokedSerial,
    SiteError, Transition,
};

use crate::support::{ACTOR, Bench, NOW, door, problem, uid, window};

const BACKUP: u8 = 100;
const DAY: i64 = 86_400;

fn at(second: i64) -> Actor<'static> {
    Actor { operator: "desk", at: UtcMs(NOW.0 + second * 1000) }
}

fn refusal<T: std::fmt::Debug>(result: Result<T, SiteError>) -> (&'static str, &'static str) {
    match result {
        Err(SiteError::Refused { what, problem }) => (what, problem),
        other => panic!("{other:?}"),
    }
}

fn request(number: u8, cause: HandOutCause) -> HandOut {
    HandOut {
        backup: uid(BACKUP),
        person: PersonId(i64::from(number)),
        original: Some(uid(number)),
        kind: None,
        cause,
        document: Document::Passport,
        place: "Main desk".to_owned(),
        until: None,
    }
}

/// People 1 and 2, each with a staff card of their number, and two backup cards.
fn hospital() -> Bench {
    let bench = Bench::with_doors(&["ward"]);
    for (number, name) in [(1, "Aino"), (2, "Eero")] {
        let new = NewPerson { name: name.to_owned(), external_id: Some(format!("p{number}")) };
        let person = bench.site.add_person(&ACTOR, new).unwrap().id;
        bench.site.add_card(&ACTOR, NewCard::new(uid(number), CardKind::Staff, Window::ALWAYS)).unwrap();
        bench.site.give_card(&ACTOR, &uid(number), person, Window::ALWAYS).unwrap();
    }
    for number in [BACKUP, BACKUP + 1] {
        bench.site.add_card(&ACTOR, NewCard::new(uid(number), CardKind::Backup, Window::ALWAYS)).unwrap();
    }
    bench
}

fn go(bench: &Bench, second: i64, card: u8, transition: Transition, cause: Cause) {
    bench.site.transit(&at(second), &uid(card), transition, cause).unwrap();
}

fn life(bench: &Bench, number: u8) -> (Life, Cause) {
    let card = bench.site.card(&uid(number)).unwrap();
    (card.life, card.cause)
}

fn certificate() -> CertificateRecord {
    CertificateRecord {
        serial: vec![7],
        issuer: [1; 32],
        issuer_text: "CN=Test CA".to_owned(),
        subject_text: "CN=Aino".to_owned(),
        window: window(0, 4_000_000_000),
        usage: "digital-signature".to_owned(),
        fingerprint: [7; 32],
    }
}

fn revoke(bench: &Bench, reason: RevocationReason) {
    let revoked = [RevokedSerial { serial: vec![7], at: NOW.second(), reason }];
    let list = ListApplied {
        issuer: [1; 32],
        issuer_text: "CN=Test CA",
        scope: None,
        number: &[1],
        digest: [0; 32],
        this_update: NOW.second(),
        next_update: None,
        entries: 1,
        revoked: &revoked,
    };
    bench.site.apply_list(&ACTOR, &list).unwrap();
}

#[test]
fn an_original_that_something_is_in_the_way_of_gets_no_backup() {
    let moves: [(Transition, Cause, &str); 3] = [
        (Transition::Suspend, Cause::EmploymentEnded, "is-suspended"),
        (Transition::Block, Cause::Misuse, "is-blocked"),
        (Transition::Retire, Cause::RightEnded, "is-retired"),
    ];
    for (transition, cause, code) in moves {
        let bench = hospital();
        go(&bench, 1, 1, transition, cause);
        for why in HandOutCause::ALL {
            assert_eq!(refusal(bench.site.hand_out(&at(2), &request(1, why))), ("original", code), "{why:?}");
        }
    }
    let bench = hospital();
    bench.site.block_card(&at(1), &uid(1), Block::Cloned).unwrap();
    assert_eq!(refusal(bench.site.hand_out(&at(2), &request(1, HandOutCause::Broken))), ("original", "is-cloned"));
    bench.site.attach_certificate(&ACTOR, &uid(2), &certificate()).unwrap();
    revoke(&bench, RevocationReason::PrivilegeWithdrawn);
    assert_eq!(refusal(bench.site.hand_out(&at(2), &request(2, HandOutCause::Lost))), ("original", "is-revoked"));
}

#[test]
fn a_stolen_original_gets_a_backup_and_stays_an_alarm() {
    let bench = hospital();
    go(&bench, 1, 1, Transition::Block, Cause::Stolen);
    bench.site.hand_out(&at(2), &request(1, HandOutCause::Broken)).unwrap();
    assert_eq!(life(&bench, 1).1, Cause::Stolen);
}

#[test]
fn an_import_does_not_put_a_card_back_into_use_that_came_back() {
    for (transition, cause, code) in [
        (Transition::Return, Cause::Returned, "is-returned"),
        (Transition::Block, Cause::Stolen, "is-blocked"),
        (Transition::Retire, Cause::Broken, "is-retired"),
    ] {
        let bench = hospital();
        go(&bench, 1, 1, transition, cause);
        let card = |person: &str| CardRow {
            row: 4,
            uid: uid(1),
            kind: CardKind::Staff,
            person: Some(person.to_owned()),
            window: bench.site.card(&uid(1)).unwrap().window,
        };
        let rows = ImportRows { cards: vec![card("p2")], ..ImportRows::default() };
        let imported = bench.site.apply_import(&at(9), &rows, ImportOptions::default()).unwrap();
        assert_eq!(imported.generation, None);
        let error = &imported.plan.errors[0];
        assert_eq!((error.row, error.column, error.problem), (4, "person", code));
    }
}

#[test]
fn a_card_that_came_back_and_is_given_to_the_same_person_was_with_nobody_meanwhile() {
    let bench = hospital();
    go(&bench, 10, 1, Transition::Return, Cause::Returned);
    bench.site.give_card(&at(20), &uid(1), PersonId(1), Window::ALWAYS).unwrap();
    let holder = |second| bench.site.holder_at(&uid(1), at(second).at).unwrap().map(|(id, _)| id);
    assert_eq!([holder(9), holder(15), holder(20)], [Some(PersonId(1)), None, Some(PersonId(1))]);
}

#[test]
fn exceptions_of_one_holder_are_not_those_of_the_next() {
    let bench = hospital();
    for card in [1, BACKUP] {
        bench.site.list_card(&at(1), &uid(card), &door("ward"), Window::ALWAYS).unwrap();
    }
    let given = bench.site.give_card(&at(2), &uid(1), PersonId(1), Window { until: None, ..window(0, 9) }).unwrap();
    assert_eq!(given.listings.len(), 1, "the same holder keeps them");
    assert!(bench.site.give_card(&at(3), &uid(1), PersonId(2), Window::ALWAYS).unwrap().listings.is_empty());
    bench.site.hand_out(&at(4), &request(2, HandOutCause::Forgotten)).unwrap();
    assert!(bench.site.card(&uid(BACKUP)).unwrap().listings.is_empty());
}

#[test]
fn a_backup_stands_in_for_the_strictest_card_that_its_holder_has_now() {
    let bench = hospital();
    let lend = |second: i64| {
        let free = bench.site.add_person(&ACTOR, NewPerson { name: "x".to_owned(), external_id: None }).unwrap().id;
        bench.site.give_card(&at(second), &uid(BACKUP), free, Window::ALWAYS).unwrap();
        bench.site.give_card(&at(second + 1), &uid(BACKUP), PersonId(1), Window::ALWAYS).unwrap().as_kind
    };
    let own = |number: u8, kind| {
        bench.site.add_card(&ACTOR, NewCard::new(uid(number), kind, Window::ALWAYS)).unwrap();
        let from = Window { from: Some(at(0).at.second()), until: None };
        bench.site.give_card(&ACTOR, &uid(number), PersonId(1), from).unwrap();
    };
    own(10, CardKind::Professional);
    own(11, CardKind::Visitor);
    assert_eq!(lend(10), Some(CardKind::Professional));
    go(&bench, 20, 10, Transition::Retire, Cause::Ended);
    assert_eq!(lend(21), Some(CardKind::Staff));
    go(&bench, 30, 1, Transition::Return, Cause::Returned);
    assert_eq!(lend(31), Some(CardKind::Visitor));
    go(&bench, 40, 11, Transition::Return, Cause::Returned);
    assert_eq!(lend(41), Some(CardKind::Staff), "with none");
}

#[test]
fn a_hand_out_that_has_ended_does_not_end_again() {
    let bench = hospital();
    let until = Some(at(10).at.second());
    bench.site.hand_out(&at(0), &HandOut { until, ..request(1, HandOutCause::Forgotten) }).unwrap();
    bench.site.end_due(&at(10), at(10).at).unwrap();
    go(&bench, 20, 1, Transition::Suspend, Cause::Forgotten);
    let back = bench.site.give_back(&at(30), &uid(BACKUP), "Desk").unwrap();
    assert_eq!(back.ended, Some(HandOutEnd::Ended));
    assert_eq!(life(&bench, 1), (Life::Suspended, Cause::Forgotten), "a pause of its own");
}

#[test]
fn an_overdue_card_can_go_missing_and_stays_missing_when_it_is_retired() {
    let bench = hospital();
    let until = Some(at(10).at.second());
    let out = bench.site.hand_out(&at(0), &HandOut { until, ..request(1, HandOutCause::Forgotten) }).unwrap();
    bench.site.end_due(&at(10), at(10).at).unwrap();
    let missing = bench.site.report_missing(&at(20), &uid(BACKUP), Cause::Stolen).unwrap();
    assert_eq!(missing.ended, Some(HandOutEnd::Missing));
    go(&bench, 30, BACKUP, Transition::Retire, Cause::Other);
    assert_eq!(bench.site.handout(out.id).unwrap().ended, Some(HandOutEnd::Missing));
    assert_eq!(life(&bench, BACKUP), (Life::Retired, Cause::Stolen));
}

#[test]
fn a_backup_that_is_given_anew_came_back_first() {
    let bench = hospital();
    let until = Some(at(10).at.second());
    let out = bench.site.hand_out(&at(0), &HandOut { until, ..request(1, HandOutCause::Forgotten) }).unwrap();
    bench.site.end_due(&at(10), at(10).at).unwrap();
    bench.site.give_card(&at(20), &uid(BACKUP), PersonId(2), Window::ALWAYS).unwrap();
    assert!(bench.site.handout(out.id).unwrap().returned.is_some());
}

#[test]
fn a_lost_card_that_retires_stays_an_alarm() {
    let bench = hospital();
    go(&bench, 1, 1, Transition::Block, Cause::Lost);
    go(&bench, 2, 1, Transition::Retire, Cause::Ended);
    assert_eq!(life(&bench, 1), (Life::Retired, Cause::Lost));
    go(&bench, 1, 2, Transition::Block, Cause::Stolen);
    bench.site.block_card(&at(2), &uid(2), Block::Retired).unwrap();
    assert_eq!(life(&bench, 2), (Life::Retired, Cause::Stolen));
}

#[test]
fn a_block_that_was_a_mistake_leads_back_to_where_the_card_was() {
    let bench = hospital();
    go(&bench, 1, 1, Transition::Suspend, Cause::Absence);
    go(&bench, 2, 1, Transition::Block, Cause::Lost);
    bench.site.block_card(&at(3), &uid(1), Block::Cloned).unwrap();
    go(&bench, 4, 1, Transition::Reinstate, Cause::Mistake);
    assert_eq!(life(&bench, 1), (Life::Suspended, Cause::Absence));
    go(&bench, 2, 2, Transition::Block, Cause::Lost);
    go(&bench, 4, 2, Transition::Reinstate, Cause::Mistake);
    assert_eq!(life(&bench, 2), (Life::Active, Cause::Added));
}

#[test]
fn a_certificate_that_is_not_good_stays_on_its_card() {
    for (reason, code) in
        [(RevocationReason::KeyCompromise, "is-revoked"), (RevocationReason::CertificateHold, "is-held")]
    {
        let bench = hospital();
        bench.site.attach_certificate(&ACTOR, &uid(1), &certificate()).unwrap();
        revoke(&bench, reason);
        let detached = bench.site.detach_certificate(&at(1), &uid(1), &[1; 32], &[7]);
        assert_eq!(refusal(detached), ("certificate", code));
    }
    let bench = hospital();
    bench.site.attach_certificate(&ACTOR, &uid(1), &certificate()).unwrap();
    bench.site.set_stale(&ACTOR, &[1; 32], true).unwrap();
    let detached = bench.site.detach_certificate(&at(1), &uid(1), &[1; 32], &[7]);
    assert_eq!(refusal(detached), ("certificate", "is-unknown"));
    assert_eq!(bench.site.certificates(&uid(1)).unwrap()[0].state, CertificateState::Unknown);
}

#[test]
fn giving_a_backup_again_does_not_lengthen_three_months() {
    let bench = hospital();
    let give = |second, held| bench.site.give_card(&at(second), &uid(BACKUP), PersonId(1), held);
    let first: db::site::CardView = give(0, Window::ALWAYS).unwrap();
    assert_eq!(first.held.from, Some(NOW.second()), "from now");
    let until = first.held.until.unwrap();
    let again = give(60 * DAY, Window::ALWAYS);
    assert_eq!(again.unwrap().held.until, Some(until));
    let longer = Window { from: None, until: Some(at(120 * DAY).at.second()) };
    assert_eq!(problem(give(60 * DAY, longer)), ("held", "longer-than-3-months"));
    let anew = give(120 * DAY, Window::ALWAYS).unwrap().held;
    assert_eq!(anew.from, Some(at(120 * DAY).at.second()), "after a gap");
}

#[test]
fn a_card_that_is_ordered_gets_a_backup_without_a_cause() {
    let bench = hospital();
    let card: Uid = uid(10);
    let ordered = NewCard { life: Life::Ordered, ..NewCard::new(card, CardKind::Staff, Window::ALWAYS) };
    bench.site.add_card(&ACTOR, ordered).unwrap();
    bench.site.give_card(&ACTOR, &card, PersonId(1), Window::ALWAYS).unwrap();
    let wanted = HandOut { original: Some(card), ..request(1, HandOutCause::None) };
    let lost = HandOut { cause: HandOutCause::Broken, ..wanted.clone() };
    assert_eq!(refusal(bench.site.hand_out(&at(1), &lost)), ("original", "is-ordered"));
    bench.site.hand_out(&at(1), &wanted).unwrap();
}
