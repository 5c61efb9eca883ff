//! The decision: every reason, both sides of every boundary, and what can never turn a denial into a grant.
#![expect(clippy::unwrap_used, reason = "a test that cannot set up its case has failed")]

use access::decide::{Credential, Presented, Question, could_pass, decide};
use access::entry::{Block, Blocks, Entry, Grant, ScheduleId};
use access::reason::Reason;
use access::state::{DoorSettings, DoorState, Mode, Reading};
use access::time::{ClockTrust, Position, UtcMs, UtcS, Window};
use access::uid::Uid;
use access::whitelist::Generation;
use proptest::prelude::*;

const NOW: UtcS = UtcS(1_800_000_000);

fn good_entry() -> Entry {
    let mut entry = Entry::new(Uid::new(&[1, 2, 3, 4]).unwrap());
    entry.grants.push(Grant { window: Window::ALWAYS, schedule: ScheduleId::ALWAYS });
    entry
}

fn ask(entry: Option<&Entry>) -> Vec<Reason> {
    reasons_of(&Question { entry, ..question(&DoorState::default()) })
}

fn question(door: &DoorState) -> Question<'_> {
    Question {
        presented: Presented::Classic1k,
        entry: None,
        credential: Credential::NotAsked,
        door,
        generation: Generation(7),
        utc: UtcMs(NOW.0 * 1000),
        trust: ClockTrust::Synchronised,
    }
}

fn reasons_of(question: &Question<'_>) -> Vec<Reason> {
    decide(question).reasons.iter().collect()
}

fn until(offset_s: i64) -> Window {
    Window { from: None, until: Some(UtcS(NOW.0 + offset_s)) }
}

fn from(offset_s: i64) -> Window {
    Window { from: Some(UtcS(NOW.0 + offset_s)), until: None }
}

#[test]
fn a_listed_card_with_a_grant_passes_and_the_decision_names_its_generation() {
    let (door, entry) = (DoorState::default(), good_entry());
    let decision = decide(&Question { entry: Some(&entry), ..question(&door) });
    assert!(decision.granted());
    assert_eq!(decision.generation, Generation(7));
}

#[test]
fn every_window_has_its_own_reason_on_both_sides_of_both_ends() {
    type Field = fn(&mut Entry) -> &mut Window;
    let table: [(Field, Reason, Reason); 5] = [
        (|e| &mut e.card, Reason::CardNotYetValid, Reason::CardExpired),
        (|e| &mut e.certificate, Reason::CertificateNotYetValid, Reason::CertificateExpired),
        (|e| &mut e.right_to_practise, Reason::RightToPractiseNotBegun, Reason::RightToPractiseEnded),
        (|e| &mut e.employment, Reason::EmploymentNotBegun, Reason::EmploymentEnded),
        (|e| &mut e.holding, Reason::HoldingNotBegun, Reason::HoldingEnded),
    ];
    for (field, before, after) in table {
        let with = |window| {
            let mut entry = good_entry();
            *field(&mut entry) = window;
            ask(Some(&entry))
        };
        assert_eq!(with(from(0)), []);
        assert_eq!(with(from(1)), [before]);
        assert_eq!(with(until(1)), []);
        assert_eq!(with(until(0)), [after]);
    }
}

#[test]
fn every_block_has_its_own_reason_and_an_unknown_one_denies_too() {
    for block in Block::ALL {
        let entry = Entry { blocks: Blocks::NONE.with(block), ..good_entry() };
        assert_eq!(ask(Some(&entry)), [block.reason()]);
    }
    let entry = Entry { blocks: Blocks::from_bits(1 << 15), ..good_entry() };
    assert_eq!(ask(Some(&entry)), [Reason::BlockedOtherwise]);
}

#[test]
fn grants_give_the_reason_of_the_one_that_came_closest() {
    let with = |windows: &[(Window, u16)]| {
        let grants = windows.iter().map(|(window, id)| Grant { window: *window, schedule: ScheduleId(*id) });
        ask(Some(&Entry { grants: grants.collect(), ..good_entry() }))
    };
    assert_eq!(with(&[]), [Reason::NoGrant]);
    assert_eq!(with(&[(from(1), 0)]), [Reason::GrantNotBegun]);
    assert_eq!(with(&[(from(0), 0)]), []);
    assert_eq!(with(&[(until(0), 0)]), [Reason::GrantEnded]);
    assert_eq!(with(&[(until(1), 0)]), []);
    assert_eq!(with(&[(until(0), 0), (from(1), 0)]), [Reason::GrantNotBegun]);
    assert_eq!(with(&[(until(0), 0), (Window::ALWAYS, 9)]), [Reason::OutsideSchedule]);
    assert_eq!(with(&[(until(0), 0), (Window::ALWAYS, 9), (Window::ALWAYS, 0)]), []);
}

#[test]
fn whatever_is_not_one_readable_1k_is_denied_even_with_an_entry() {
    let (door, entry) = (DoorState::default(), good_entry());
    for (presented, reason) in [
        (Presented::Several, Reason::SeveralCards),
        (Presented::Unsupported { sak: 9 }, Reason::UnsupportedCard),
        (Presented::Unreadable, Reason::ReadFailed),
    ] {
        assert_eq!(reasons_of(&Question { presented, entry: Some(&entry), ..question(&door) }), [reason]);
    }
}

#[test]
fn a_door_without_a_whitelist_grants_nothing() {
    let (door, entry) = (DoorState::default(), good_entry());
    let none = Generation(0);
    assert_eq!(
        reasons_of(&Question { generation: none, ..question(&door) }),
        [Reason::NoWhitelist, Reason::UnknownCard]
    );
    assert_eq!(
        reasons_of(&Question { generation: none, entry: Some(&entry), ..question(&door) }),
        [Reason::NoWhitelist]
    );
}

#[test]
fn a_lockdown_beats_a_good_card_until_it_ends() {
    let entry = good_entry();
    let locked = |mode_until| DoorState { mode: Mode::LockedDown, mode_until, ..DoorState::default() };
    let asked = |door| reasons_of(&Question { entry: Some(&entry), ..question(&door) });
    assert_eq!(asked(locked(None)), [Reason::LockedDown]);
    assert_eq!(asked(locked(Some(UtcS(NOW.0 + 1)))), [Reason::LockedDown]);
    assert_eq!(asked(locked(Some(NOW))), []);
}

#[test]
fn a_door_that_asks_for_the_credential_denies_without_it_but_reads_only_who_could_pass() {
    let denied = [
        (Credential::NotAsked, Reason::CredentialUnreadable),
        (Credential::Unreadable, Reason::CredentialUnreadable),
        (Credential::Invalid, Reason::CredentialInvalid),
        (Credential::Damaged, Reason::CredentialDamaged),
        (Credential::Cloned, Reason::CardCloned),
        (Credential::NotWritten, Reason::CredentialNotWritten),
        (Credential::NotEncoded, Reason::CardNotEncoded),
    ];
    for reading in [Reading::Sector, Reading::RollingLenient, Reading::RollingStrict] {
        let settings = DoorSettings { release_ms: 5_000, reading };
        let (door, entry) = (DoorState { settings, ..DoorState::default() }, good_entry());
        let with = |credential| Question { credential, entry: Some(&entry), ..question(&door) };
        for (credential, reason) in denied {
            assert_eq!(reasons_of(&with(credential)), [reason]);
        }
        assert_eq!(reasons_of(&with(Credential::Verified)), []);
        assert!(could_pass(&with(Credential::NotAsked)));
        let blocked = Entry { blocks: Blocks::NONE.with(Block::Blocked), ..good_entry() };
        assert!(!could_pass(&Question { entry: Some(&blocked), ..question(&door) }));
    }
}

#[test]
fn without_a_trusted_clock_what_is_over_is_over_and_what_is_to_come_says_so() {
    let door = DoorState::default();
    let asked = |card| {
        let entry = Entry { card, ..good_entry() };
        let trust = ClockTrust::Unknown;
        reasons_of(&Question { entry: Some(&entry), trust, ..question(&door) })
    };
    assert_eq!(asked(Window::ALWAYS), []);
    assert_eq!(asked(until(0)), [Reason::CardExpired]);
    assert_eq!(asked(from(1)), [Reason::CardNotYetValid, Reason::TimeUnknown]);
}

fn any_window() -> impl Strategy<Value = Window> {
    let end = || proptest::option::of((-5_i64..5).prop_map(|s| UtcS(NOW.0 + s)));
    (end(), end()).prop_map(|(from, until)| Window { from, until })
}

fn any_entry() -> impl Strategy<Value = Entry> {
    let grant = (any_window(), 0_u16..3).prop_map(|(window, id)| Grant { window, schedule: ScheduleId(id) });
    (
        [any_window(), any_window(), any_window(), any_window(), any_window()],
        prop_oneof![3 => Just(0_u16), 1 => any::<u16>()],
        proptest::collection::vec(grant, 0..4),
    )
        .prop_map(|(windows, bits, grants)| {
            let [card, certificate, right_to_practise, employment, holding] = windows;
            let blocks = Blocks::from_bits(bits);
            Entry { card, certificate, right_to_practise, employment, holding, blocks, grants, ..good_entry() }
        })
}

fn granted(entry: &Entry) -> bool {
    ask(Some(entry)).is_empty()
}

proptest! {
    #[test]
    fn a_block_more_never_turns_a_denial_into_a_grant(entry in any_entry(), bit in 0_u16..16) {
        let blocked = Entry { blocks: Blocks::from_bits(entry.blocks.bits() | 1 << bit), ..entry };
        prop_assert!(!granted(&blocked));
    }

    #[test]
    fn a_shorter_window_never_turns_a_denial_into_a_grant(entry in any_entry(), which in 0..6_usize, cut in any_window()) {
        let mut shorter = entry.clone();
        let window = match which {
            0 => &mut shorter.card,
            1 => &mut shorter.certificate,
            2 => &mut shorter.right_to_practise,
            3 => &mut shorter.employment,
            4 => &mut shorter.holding,
            _ => match shorter.grants.first_mut() { Some(grant) => &mut grant.window, None => return Ok(()) },
        };
        window.from = window.from.max(cut.from);
        window.until = [window.until, cut.until].into_iter().flatten().min();
        prop_assert!(granted(&entry) || !granted(&shorter));
    }

    #[test]
    fn a_grant_less_never_turns_a_denial_into_a_grant(entry in any_entry(), which in any::<usize>()) {
        prop_assume!(!entry.grants.is_empty());
        let mut fewer = entry.clone();
        fewer.grants.remove(which % entry.grants.len());
        prop_assert!(granted(&entry) || !granted(&fewer));
    }

    #[test]
    fn granted_means_that_every_condition_holds(entry in any_entry()) {
        let within = |w: &Window| w.position(NOW) == Position::Within;
        let all = [&entry.card, &entry.certificate, &entry.right_to_practise, &entry.employment, &entry.holding];
        let expected = all.into_iter().all(within)
            && entry.blocks.is_empty()
            && entry.grants.iter().any(|g| g.schedule == ScheduleId::ALWAYS && within(&g.window));
        prop_assert_eq!(granted(&entry), expected);
    }
}
