//! Who doors are: codes that are good once, certificates that count until they are revoked, keys that end with them.

use access::envelope::DoorKey;
use access::time::{UtcMs, UtcS};
use access::whitelist::Generation;
use db::site::{Actor, DOOR_CERTIFICATES_MAX, NewCertificate, SiteError};

use super::support::{ACTOR, Bench, NOW, door};

const YEAR_S: i64 = 365 * 24 * 3_600;

/// A certificate of a year from now.
fn certificate(number: u8) -> NewCertificate<'static> {
    const SERIALS: &[u8; 16] = b"0123456789abcdef";
    let serial = usize::from(number);
    let now = NOW.second();
    NewCertificate {
        fingerprint: [number; 32],
        serial: &SERIALS[serial..=serial],
        not_before: now,
        not_after: UtcS(now.0 + YEAR_S),
    }
}

fn actor_at(at: UtcMs) -> Actor<'static> {
    Actor { at, ..ACTOR }
}

fn is_missing<T>(result: &Result<T, SiteError>) -> bool {
    matches!(result, Err(SiteError::NotFound { .. }))
}

impl Bench {
    fn counts(&self, number: u8) -> bool {
        self.site.certificate_holder([number; 32], NOW.second()).unwrap().is_some()
    }
}

#[test]
fn a_code_is_good_once_and_ends_what_was_before() {
    let bench = Bench::with_doors(&["ward", "pharmacy"]);
    let (ward, until) = (door("ward"), UtcMs(NOW.0 + 1_000));
    assert!(is_missing(&bench.site.issue_enrol_code(&ACTOR, &door("attic"), [1; 32], until)));
    bench.site.issue_enrol_code(&ACTOR, &ward, [1; 32], until).unwrap();
    bench.site.issue_enrol_code(&ACTOR, &ward, [2; 32], until).unwrap();
    assert_eq!(bench.site.enrol_codes(NOW).unwrap(), [(ward.clone(), [2; 32])]);
    let enrol = |code, number, at| {
        bench.site.enrol(&actor_at(at), &ward, code, &certificate(number), &DoorKey::new([number; 32]))
    };
    let before = bench.latest();
    assert!(is_missing(&enrol([1; 32], 1, NOW)), "the next code ended it");
    assert!(is_missing(&enrol([2; 32], 1, until)), "it is over");
    assert_eq!((bench.latest(), bench.counts(1)), (before, false), "nothing has changed");
    assert_eq!(enrol([2; 32], 1, NOW).unwrap(), 2);
    assert!(is_missing(&enrol([2; 32], 2, NOW)), "it has been used");
    assert!(bench.counts(1) && !bench.counts(2));
    assert!(bench.site.enrol_codes(NOW).unwrap().is_empty());
    let (key_id, key) = bench.site.newest_door_key(&ward).unwrap();
    assert_eq!((key_id, key.expose()), (2, &[1; 32]));
    assert!(bench.site.door_key(&ward, 1).unwrap().is_none(), "what was sealed with it is believed no more");

    bench.site.issue_enrol_code(&ACTOR, &ward, [3; 32], until).unwrap();
    assert!(bench.counts(1), "until the code is used the box that is there goes on");
    assert_eq!(enrol([3; 32], 3, NOW).unwrap(), 3);
    assert!(!bench.counts(1) && bench.counts(3));
}

#[test]
fn a_revoked_door_has_nothing_left_and_the_list_says_so() {
    let bench = Bench::with_doors(&["ward", "pharmacy"]);
    let (ward, until) = (door("ward"), UtcMs(NOW.0 + 1_000));
    for (name, number) in [("ward", 1), ("pharmacy", 2)] {
        bench.site.issue_enrol_code(&ACTOR, &door(name), [number; 32], until).unwrap();
        let key = DoorKey::new([number; 32]);
        bench.site.enrol(&ACTOR, &door(name), [number; 32], &certificate(number), &key).unwrap();
    }
    bench.site.renew_certificate(&ACTOR, [1; 32], &certificate(3)).unwrap();
    bench.site.issue_enrol_code(&ACTOR, &ward, [9; 32], until).unwrap();
    let first = bench.site.next_revocation_list(NOW.second()).unwrap();
    assert_eq!((first.number, first.serials.len()), (1, 0));

    let before = bench.latest();
    assert_eq!(bench.site.revoke_identity(&ACTOR, &ward, &DoorKey::new([77; 32])).unwrap(), 2);
    assert!(!bench.counts(1) && !bench.counts(3) && bench.counts(2));
    assert!(bench.site.enrol_codes(NOW).unwrap().is_empty());
    assert_eq!(bench.site.newest_door_key(&ward).unwrap().1.expose(), &[77; 32]);
    assert_eq!(bench.site.keys_changed(before, bench.latest()).unwrap(), std::slice::from_ref(&ward));
    assert!(bench.site.keys_changed(bench.latest(), Generation(u64::MAX)).unwrap().is_empty());
    assert_eq!(bench.site.certificate_door([1; 32]).unwrap(), Some(ward), "whose it was is known");
    assert!(is_missing(&bench.site.renew_certificate(&ACTOR, [1; 32], &certificate(4))));

    let second = bench.site.next_revocation_list(NOW.second()).unwrap();
    assert_eq!((second.number, second.serials.len()), (2, 2));
    assert!(second.this_update > first.this_update && second.this_update <= NOW.second());
    let later = UtcS(NOW.second().0 + YEAR_S + 1);
    assert!(bench.site.next_revocation_list(later).unwrap().serials.is_empty(), "they are over anyway");
    let views = bench.site.identities(NOW).unwrap();
    let of = |name: &str| views.iter().find(|view| view.door == door(name)).unwrap();
    assert_eq!((of("ward").certificate, of("ward").revoked), (None, 2));
    assert_eq!(of("pharmacy").certificate.unwrap().fingerprint, [2; 32]);
}

#[test]
fn a_door_has_a_bounded_number_of_certificates_and_none_that_is_over_counts() {
    let bench = Bench::with_doors(&["ward"]);
    bench.site.issue_enrol_code(&ACTOR, &door("ward"), [1; 32], UtcMs(NOW.0 + 1)).unwrap();
    bench.site.enrol(&ACTOR, &door("ward"), [1; 32], &certificate(1), &DoorKey::new([1; 32])).unwrap();
    for number in 2..=u8::try_from(DOOR_CERTIFICATES_MAX).unwrap() {
        bench.site.renew_certificate(&ACTOR, [1; 32], &certificate(number)).unwrap();
        bench.site.certificate_shown([number; 32], NOW.second()).unwrap();
    }
    let refused = bench.site.renew_certificate(&ACTOR, [1; 32], &certificate(12));
    assert!(matches!(refused, Err(SiteError::Refused { problem: "too-many", .. })), "{refused:?}");
    let holder = |at| bench.site.certificate_holder([1; 32], at).unwrap();
    let last = certificate(1).not_after;
    assert!(holder(last).is_some() && holder(UtcS(last.0 + 1)).is_none());
    assert!(holder(UtcS(NOW.second().0 - 1)).is_none());
}

/// The answers are lost, or the door's disk takes none of them: it may go on asking for as long as its own counts.
#[test]
fn a_renewal_whose_answer_was_lost_takes_no_room_and_the_last_one_shown_is_known() {
    let bench = Bench::with_doors(&["ward"]);
    bench.site.issue_enrol_code(&ACTOR, &door("ward"), [1; 32], UtcMs(NOW.0 + 1)).unwrap();
    bench.site.enrol(&ACTOR, &door("ward"), [1; 32], &certificate(1), &DoorKey::new([1; 32])).unwrap();
    let view = || bench.site.identities(NOW).unwrap().remove(0);
    assert_eq!((view().certificate.unwrap().fingerprint, view().shown), ([1; 32], None));
    for number in 2..=15 {
        bench.site.renew_certificate(&ACTOR, [1; 32], &certificate(number)).unwrap();
        assert!(bench.counts(1) && bench.counts(number));
        assert!(number == 2 || !bench.counts(number - 1), "the door has never had it");
        assert_eq!(view().shown.unwrap().fingerprint, [1; 32]);
    }
    bench.site.certificate_shown([15; 32], NOW.second()).unwrap();
    assert_eq!(view().shown.unwrap().fingerprint, [15; 32]);
    // A box that was copied from an older image shows the first again: what the other one uses counts on.
    bench.site.certificate_shown([1; 32], NOW.second()).unwrap();
    assert_eq!(view().shown.unwrap().fingerprint, [1; 32]);
    bench.site.renew_certificate(&ACTOR, [1; 32], &certificate(0)).unwrap();
    assert!(bench.counts(15) && bench.counts(0) && bench.counts(1));
}

#[test]
fn a_backup_that_is_put_back_learns_what_was_issued_and_revoked_after_it() {
    let (now, before) = (Bench::with_doors(&["ward", "pharmacy"]), Bench::with_doors(&["ward", "pharmacy"]));
    for bench in [&now, &before] {
        for (name, number) in [("ward", 1), ("pharmacy", 2)] {
            bench.site.issue_enrol_code(&ACTOR, &door(name), [number; 32], UtcMs(NOW.0 + 1)).unwrap();
            let key = DoorKey::new([number; 32]);
            bench.site.enrol(&ACTOR, &door(name), [number; 32], &certificate(number), &key).unwrap();
        }
    }
    // After the backup the pharmacy renews, and the box of the ward is stolen.
    now.site.renew_certificate(&ACTOR, [2; 32], &certificate(3)).unwrap();
    now.site.revoke_identity(&ACTOR, &door("ward"), &DoorKey::new([9; 32])).unwrap();
    let mut kept = now.site.kept_certificates(NOW.second()).unwrap();
    assert_eq!(kept.len(), 3);
    assert_eq!(before.site.revoked_elsewhere(&kept).unwrap(), [door("ward")]);
    before.site.revoke_identity(&ACTOR, &door("ward"), &DoorKey::new([8; 32])).unwrap();
    assert!(before.site.revoked_elsewhere(&kept).unwrap().is_empty());
    assert_eq!(before.site.adopt_certificates(&ACTOR, &kept).unwrap(), 1);
    assert_eq!(before.site.adopt_certificates(&ACTOR, &kept).unwrap(), 0);
    assert!(!before.counts(1) && before.counts(2) && before.counts(3));
    // Of a door that the backup does not have nothing can be known.
    kept.truncate(1);
    kept[0].door = door("attic");
    kept[0].fingerprint = [77; 32];
    assert_eq!(before.site.adopt_certificates(&ACTOR, &kept).unwrap(), 0);
}
