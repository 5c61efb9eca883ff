//! Certificates of cards, and what revocation lists do to them.

use access::entry::Block;
use access::time::{UtcMs, UtcS};
use db::site::{
    Actor, CertificateRecord, CertificateState, IssuerId, ListApplied, ListOutcome, RevocationReason, RevokedSerial,
    SiteError, SourceView,
};

use crate::support::{ACTOR, Bench, NOW, problem, uid, window};

const ISSUER: IssuerId = [1; 32];
const OTHER: IssuerId = [2; 32];

fn at(second: i64) -> Actor<'static> {
    Actor { operator: "kulku", at: UtcMs(NOW.0 + second * 1000) }
}

fn record(serial: u8) -> CertificateRecord {
    CertificateRecord {
        serial: vec![0, 7, serial],
        issuer: ISSUER,
        issuer_text: "CN=Test CA".to_owned(),
        subject_text: "CN=Aino".to_owned(),
        window: window(0, 4_000_000_000),
        usage: "digital-signature".to_owned(),
        fingerprint: [serial; 32],
    }
}

fn revoked(serial: u8, reason: RevocationReason) -> RevokedSerial {
    RevokedSerial { serial: vec![7, serial], at: UtcS(5), reason }
}

fn list<'a>(number: &'a [u8], revoked: &'a [RevokedSerial]) -> ListApplied<'a> {
    ListApplied {
        issuer: ISSUER,
        issuer_text: "CN=Test CA",
        scope: None,
        number,
        digest: [0; 32],
        this_update: NOW.second(),
        next_update: Some(UtcS(NOW.second().0 + 1_000)),
        entries: 1_000_000,
        revoked,
    }
}

/// Cards 1 to 3, each with a certificate of its number.
fn filled() -> Bench {
    let bench = Bench::new();
    for number in 1..=3 {
        let card = bench.add_card(number);
        bench.site.attach_certificate(&ACTOR, &card, &record(number)).unwrap();
    }
    bench
}

fn state(bench: &Bench, number: u8) -> CertificateState {
    bench.site.certificates(&uid(number)).unwrap()[0].state
}

#[test]
fn a_certificate_is_of_one_card_and_a_card_has_few() {
    let bench = filled();
    let before = bench.latest();
    bench.site.attach_certificate(&ACTOR, &uid(1), &record(1)).unwrap();
    assert_eq!(bench.latest(), before, "attached already");
    let taken = bench.site.attach_certificate(&ACTOR, &uid(2), &record(1));
    assert!(matches!(taken, Err(SiteError::Conflict { what: "certificate", .. })));
    let elsewhere = CertificateRecord { issuer: OTHER, ..record(1) };
    bench.site.attach_certificate(&ACTOR, &uid(2), &elsewhere).unwrap();
    for serial in 10..13 {
        bench.site.attach_certificate(&ACTOR, &uid(3), &record(serial)).unwrap();
    }
    let fifth = bench.site.attach_certificate(&ACTOR, &uid(3), &record(13));
    assert!(matches!(fifth, Err(SiteError::Refused { problem: "too-many", .. })));
    let long = CertificateRecord { serial: vec![1; 21], ..record(1) };
    assert_eq!(problem(bench.site.attach_certificate(&ACTOR, &uid(1), &long)), ("serial", "out-of-range"));
    bench.site.detach_certificate(&ACTOR, &uid(3), &ISSUER, &[7, 12]).unwrap();
    assert_eq!(bench.site.known_serials(&ISSUER).unwrap(), [[7, 1], [7, 2], [7, 3], [7, 10], [7, 11]]);
}

#[test]
fn a_list_revokes_holds_and_restores_in_one_change() {
    let bench = filled();
    let before = bench.latest().0;
    let entries = [revoked(1, RevocationReason::KeyCompromise), revoked(2, RevocationReason::CertificateHold)];
    let outcome = bench.site.apply_list(&at(1), &list(&[1, 0], &entries)).unwrap();
    assert_eq!(outcome, ListOutcome { revoked: 1, held: 1, ..ListOutcome::default() });
    assert_eq!(bench.latest().0, before + 1);
    let card = bench.site.card(&uid(1)).unwrap();
    assert!(card.blocks.contains(Block::Revoked));
    assert_eq!(card.certificates[0].list_number.as_deref(), Some("256"));
    assert_eq!(card.certificates[0].reason, Some(RevocationReason::KeyCompromise));
    assert!(bench.site.card(&uid(2)).unwrap().blocks.contains(Block::Suspended));
    let same = bench.site.apply_list(&at(2), &list(&[0, 1, 0], &entries)).unwrap();
    assert_eq!(same, ListOutcome { unchanged: 2, ..ListOutcome::default() });
    assert_eq!(bench.latest().0, before + 1, "the same list again is no change");
    let later = bench.site.apply_list(&at(3), &list(&[1, 1], &[])).unwrap();
    assert_eq!(later, ListOutcome { restored: 1, ..ListOutcome::default() });
    assert_eq!(
        [1, 2, 3].map(|n| state(&bench, n)),
        [CertificateState::Revoked, CertificateState::Good, CertificateState::Good]
    );
}

#[test]
fn an_older_list_changes_nothing() {
    let bench = filled();
    bench.site.apply_list(&at(1), &list(&[1, 0], &[])).unwrap();
    let (lists, before) = (bench.site.revocation_lists().unwrap(), bench.latest());
    let entries = [revoked(1, RevocationReason::Unspecified)];
    let older = bench.site.apply_list(&at(2), &list(&[255], &entries));
    assert!(matches!(older, Err(SiteError::Refused { problem: "older-list", .. })));
    assert_eq!((bench.site.revocation_lists().unwrap(), bench.latest()), (lists, before));
    assert_eq!(state(&bench, 1), CertificateState::Good);
}

#[test]
fn a_certificate_that_is_attached_later_is_matched_when_the_list_is_read_again() {
    let bench = filled();
    let entries = [revoked(9, RevocationReason::Superseded)];
    bench.site.apply_list(&at(1), &list(&[5], &entries)).unwrap();
    assert!(!bench.site.revocation_lists().unwrap()[0].read_again);
    bench.site.attach_certificate(&at(2), &uid(3), &record(9)).unwrap();
    assert!(bench.site.revocation_lists().unwrap()[0].read_again);
    assert_eq!(bench.site.apply_list(&at(3), &list(&[5], &entries)).unwrap().revoked, 1);
    assert!(!bench.site.revocation_lists().unwrap()[0].read_again);
}

#[test]
fn a_list_that_is_too_old_makes_its_good_certificates_unknown_until_a_newer_one_comes() {
    let bench = filled();
    let entries = [revoked(1, RevocationReason::CessationOfOperation), revoked(2, RevocationReason::CertificateHold)];
    bench.site.apply_list(&at(1), &list(&[5], &entries)).unwrap();
    assert_eq!(bench.site.set_stale(&at(2), &ISSUER, true).unwrap(), 1);
    assert_eq!(bench.site.set_stale(&at(2), &OTHER, true).unwrap(), 0);
    assert!(bench.site.card(&uid(3)).unwrap().blocks.contains(Block::RevocationUnknown));
    let late = bench.site.attach_certificate(&at(3), &uid(3), &record(9)).unwrap();
    assert_eq!(late.state, CertificateState::Unknown);
    let outcome = bench.site.apply_list(&at(4), &list(&[6], &entries[..1])).unwrap();
    assert_eq!(outcome.restored, 3, "two that were unknown and one on hold");
    assert_eq!(
        [1, 2, 3].map(|n| state(&bench, n)),
        [CertificateState::Revoked, CertificateState::Good, CertificateState::Good]
    );
    assert!(!bench.site.revocation_lists().unwrap()[0].stale);
}

#[test]
fn a_source_keeps_how_its_last_attempt_ended() {
    let bench = Bench::new();
    let source = SourceView {
        location: "http://ca.example/list.crl".to_owned(),
        issuer: Some(ISSUER),
        tried: NOW,
        fault: None,
        etag: Some("\"1\"".to_owned()),
        modified: None,
    };
    bench.site.note_source(&source).unwrap();
    let failed = SourceView { issuer: None, fault: Some("timed-out".to_owned()), ..source.clone() };
    bench.site.note_source(&failed).unwrap();
    assert_eq!(bench.site.revocation_sources().unwrap(), [SourceView { issuer: Some(ISSUER), ..failed }]);
    bench.site.forget_source(&source.location).unwrap();
    assert!(bench.site.revocation_sources().unwrap().is_empty());
    assert_eq!(bench.latest().0, 0);
}

#[test]
fn two_lists_of_one_number_are_not_the_same() {
    let bench = filled();
    bench.site.apply_list(&at(1), &list(&[5], &[])).unwrap();
    let entries = [revoked(1, RevocationReason::Unspecified)];
    let other = bench.site.apply_list(&at(2), &ListApplied { digest: [9; 32], ..list(&[5], &entries) });
    assert!(matches!(other, Err(SiteError::Refused { problem: "other-list", .. })));
    assert_eq!(state(&bench, 1), CertificateState::Good);
}

#[test]
fn a_list_for_one_scope_says_nothing_of_what_another_one_holds() {
    let bench = filled();
    let hold = |serial| [revoked(serial, RevocationReason::CertificateHold)];
    let of = |scope: u8| Some([scope; 32]);
    bench.site.apply_list(&at(1), &ListApplied { scope: of(1), ..list(&[50], &hold(1)) }).unwrap();
    // The numbers of each scope grow by themselves.
    bench.site.apply_list(&at(2), &ListApplied { scope: of(2), ..list(&[5], &hold(2)) }).unwrap();
    assert_eq!([1, 2].map(|n| state(&bench, n)), [CertificateState::Held; 2]);
    bench.site.apply_list(&at(3), &ListApplied { scope: of(2), ..list(&[6], &[]) }).unwrap();
    assert_eq!([1, 2].map(|n| state(&bench, n)), [CertificateState::Held, CertificateState::Good]);
    bench.site.apply_list(&at(4), &list(&[1], &[])).unwrap();
    assert_eq!(state(&bench, 1), CertificateState::Good, "a list of all certificates speaks of this one, too");
    assert_eq!(bench.site.revocation_lists().unwrap().len(), 3);
}

#[test]
fn certificates_are_known_again_only_when_the_lists_of_all_scopes_are_fresh() {
    let bench = filled();
    let past = Some(UtcS(NOW.second().0 + 2));
    let of = |scope: u8| Some([scope; 32]);
    bench.site.apply_list(&at(1), &ListApplied { scope: of(1), next_update: past, ..list(&[5], &[]) }).unwrap();
    bench.site.apply_list(&at(1), &ListApplied { scope: of(2), ..list(&[5], &[]) }).unwrap();
    bench.site.set_stale(&at(3), &ISSUER, true).unwrap();
    bench.site.apply_list(&at(4), &ListApplied { scope: of(2), ..list(&[6], &[]) }).unwrap();
    assert_eq!(state(&bench, 1), CertificateState::Unknown, "it may be of the other scope");
    bench.site.apply_list(&at(5), &ListApplied { scope: of(1), ..list(&[6], &[]) }).unwrap();
    assert_eq!(state(&bench, 1), CertificateState::Good);
}

#[test]
fn a_fresh_list_of_everything_stands_for_scopes_that_the_issuer_has_given_up() {
    let bench = filled();
    let past = Some(UtcS(NOW.second().0 + 2));
    let scope = Some([1; 32]);
    bench.site.apply_list(&at(1), &ListApplied { scope, next_update: past, ..list(&[5], &[]) }).unwrap();
    bench.site.set_stale(&at(3), &ISSUER, true).unwrap();
    assert_eq!(state(&bench, 1), CertificateState::Unknown);
    bench.site.apply_list(&at(4), &list(&[1], &[])).unwrap();
    assert_eq!(state(&bench, 1), CertificateState::Good, "its own list is fresh");
    bench.site.set_stale(&at(5), &ISSUER, true).unwrap();
    bench.site.apply_list(&at(6), &ListApplied { scope: Some([2; 32]), ..list(&[1], &[]) }).unwrap();
    assert_eq!(state(&bench, 1), CertificateState::Good, "that of another scope is not the only fresh one");
}
