//! A row for every reason, on both sides of every boundary.

use access::decide::{Credential, Presented};
use access::entry::{Block, Blocks, Entry, ScheduleId};
use access::passage::Side;
use access::reason::Reason;
use access::time::{ClockTrust, Window};
use access::whitelist::Generation;

use crate::case::{
    Case, HOURS, NEVER, UNLISTED, asks, exempted_in, from, granted_in, hours_count, locked_down, needs_employment,
    needs_right, refused_in, until,
};

/// What fails, what else is said with it, how to come to it, and the nearest that passes.
type Row = (Reason, &'static [Reason], fn(&mut Case), fn(&mut Case));

fn nothing(_: &mut Case) {}

fn verified(case: &mut Case) {
    asks(case, Credential::Verified);
}

const OF_THE_TAP: &[Row] = &[
    (Reason::NoWhitelist, &[], |c| c.generation = Generation(0), |c| c.generation = Generation(1)),
    (Reason::NoWhitelist, &[], |c| c.door.generation = Generation(0), |c| c.door.generation = Generation(1)),
    (Reason::UnknownCard, &[], |c| c.entry = None, nothing),
    (Reason::SeveralCards, &[], |c| c.presented = Presented::Several, nothing),
    (Reason::UnsupportedCard, &[], |c| c.presented = Presented::Unsupported { sak: 9 }, nothing),
    (Reason::ReadFailed, &[], |c| c.presented = Presented::Unreadable, nothing),
    (Reason::CredentialUnreadable, &[], |c| asks(c, Credential::NotAsked), verified),
    (Reason::CredentialUnreadable, &[], |c| asks(c, Credential::Unreadable), verified),
    (Reason::CredentialInvalid, &[], |c| asks(c, Credential::Invalid), verified),
    (Reason::CredentialDamaged, &[], |c| asks(c, Credential::Damaged), verified),
    (Reason::CredentialNotWritten, &[], |c| asks(c, Credential::NotWritten), verified),
    (Reason::CardNotEncoded, &[], |c| asks(c, Credential::NotEncoded), verified),
    (Reason::CardCloned, &[], |c| asks(c, Credential::Cloned), verified),
];

const OF_THE_LOCKDOWN: &[Row] = &[
    (Reason::LockedDown, &[], |c| locked_down(c, None), nothing),
    (Reason::LockedDown, &[], |c| locked_down(c, Some(1)), |c| locked_down(c, Some(0))),
    (Reason::LockedDown, &[], |c| locked_down(c, None), |c| (locked_down(c, None), c.side = Side::Out).1),
    (
        Reason::LockedDown,
        &[],
        |c| (locked_down(c, None), exempted_in(c, until(0), ScheduleId::ALWAYS)).1,
        |c| (locked_down(c, None), exempted_in(c, until(1), ScheduleId::ALWAYS)).1,
    ),
    (
        Reason::LockedDown,
        &[],
        |c| (locked_down(c, None), exempted_in(c, from(1), ScheduleId::ALWAYS)).1,
        |c| (locked_down(c, None), exempted_in(c, from(0), ScheduleId::ALWAYS)).1,
    ),
    (
        Reason::LockedDown,
        &[],
        |c| (locked_down(c, None), exempted_in(c, Window::ALWAYS, NEVER)).1,
        |c| (locked_down(c, None), exempted_in(c, Window::ALWAYS, HOURS)).1,
    ),
    (
        Reason::LockedDown,
        &[],
        |c| (locked_down(c, None), exempted_in(c, Window::ALWAYS, UNLISTED)).1,
        |c| (locked_down(c, None), exempted_in(c, Window::ALWAYS, ScheduleId::ALWAYS)).1,
    ),
    // Hours mean nothing to a door that does not know the time, so they exempt nobody.
    (
        Reason::LockedDown,
        &[],
        |c| (locked_down(c, None), exempted_in(c, Window::ALWAYS, HOURS), c.trust = ClockTrust::Kept).2,
        |c| (locked_down(c, None), exempted_in(c, Window::ALWAYS, HOURS)).1,
    ),
    // An exemption alone lets nobody in.
    (
        Reason::NoGrant,
        &[],
        |c| (locked_down(c, None), exempted_in(c, Window::ALWAYS, ScheduleId::ALWAYS), c.term().grants.clear()).2,
        |c| (locked_down(c, None), exempted_in(c, Window::ALWAYS, ScheduleId::ALWAYS)).1,
    ),
];

const OF_THE_CARD: &[Row] = &[
    (Reason::CardBlocked, &[], |c| c.block(Block::Blocked), nothing),
    (Reason::CardSuspended, &[], |c| c.block(Block::Suspended), nothing),
    (Reason::CertificateRevoked, &[], |c| c.block(Block::Revoked), nothing),
    (Reason::CardRetired, &[], |c| c.block(Block::Retired), nothing),
    (Reason::CardReturned, &[], |c| c.block(Block::Returned), nothing),
    (Reason::CardNotDelivered, &[], |c| c.block(Block::NotDelivered), nothing),
    (Reason::CardCloned, &[], |c| c.block(Block::Cloned), nothing),
    (Reason::RevocationUnknown, &[], |c| c.block(Block::RevocationUnknown), nothing),
    (Reason::CardInactive, &[], |c| c.block(Block::Inactive), nothing),
    (Reason::BlockedOtherwise, &[], |c| c.listed().blocks = Blocks::from_bits(1 << 9), nothing),
    (Reason::BlockedOtherwise, &[], |c| c.listed().blocks = Blocks::from_bits(1 << 15), nothing),
    (Reason::CardNotYetValid, &[], |c| c.listed().card = from(1), |c| c.listed().card = from(0)),
    (Reason::CardExpired, &[], |c| c.listed().card = until(0), |c| c.listed().card = until(1)),
    (Reason::CertificateNotYetValid, &[], |c| c.listed().certificate = from(1), |c| c.listed().certificate = from(0)),
    (Reason::CertificateExpired, &[], |c| c.listed().certificate = until(0), |c| c.listed().certificate = until(1)),
];

const OF_THE_HOLDER: &[Row] = &[
    (Reason::HoldingNotBegun, &[], |c| c.term().holding = from(1), |c| c.term().holding = from(0)),
    (Reason::HoldingEnded, &[], |c| c.term().holding = until(0), |c| c.term().holding = until(1)),
    (Reason::RightToPractiseMissing, &[], |c| needs_right(c, &[]), nothing),
    (Reason::RightToPractiseNotBegun, &[], |c| needs_right(c, &[from(1)]), |c| needs_right(c, &[from(0)])),
    (Reason::RightToPractiseEnded, &[], |c| needs_right(c, &[until(0)]), |c| needs_right(c, &[until(1)])),
    (Reason::EmploymentMissing, &[], |c| needs_employment(c, &[]), nothing),
    (Reason::EmploymentNotBegun, &[], |c| needs_employment(c, &[from(1)]), |c| needs_employment(c, &[from(0)])),
    (Reason::EmploymentEnded, &[], |c| needs_employment(c, &[until(0)]), |c| needs_employment(c, &[until(1)])),
    // Between two: the one to come is what matters to whoever stands there.
    (
        Reason::EmploymentNotBegun,
        &[],
        |c| needs_employment(c, &[until(0), from(1)]),
        |c| needs_employment(c, &[until(0), from(0)]),
    ),
    (
        Reason::RightToPractiseNotBegun,
        &[],
        |c| needs_right(c, &[from(1), until(0)]),
        |c| needs_right(c, &[from(1), until(1)]),
    ),
];

const OF_THE_RULES: &[Row] = &[
    (Reason::NoGrant, &[], |c| c.term().grants.clear(), nothing),
    (Reason::NoGrant, &[], |c| c.listed().terms.clear(), nothing),
    (
        Reason::GrantNotBegun,
        &[],
        |c| granted_in(c, from(1), ScheduleId::ALWAYS),
        |c| granted_in(c, from(0), ScheduleId::ALWAYS),
    ),
    (
        Reason::GrantEnded,
        &[],
        |c| granted_in(c, until(0), ScheduleId::ALWAYS),
        |c| granted_in(c, until(1), ScheduleId::ALWAYS),
    ),
    (Reason::OutsideSchedule, &[], |c| granted_in(c, Window::ALWAYS, NEVER), |c| granted_in(c, Window::ALWAYS, HOURS)),
    (
        Reason::OutsideSchedule,
        &[],
        |c| granted_in(c, Window::ALWAYS, UNLISTED),
        |c| granted_in(c, Window::ALWAYS, ScheduleId::ALWAYS),
    ),
    (
        Reason::TimeUnknown,
        &[Reason::OutsideSchedule],
        |c| (granted_in(c, Window::ALWAYS, HOURS), c.trust = ClockTrust::Kept).1,
        |c| granted_in(c, Window::ALWAYS, HOURS),
    ),
    // A door that lets hours count while it does not know the time has no hours where there are none.
    (
        Reason::TimeUnknown,
        &[Reason::OutsideSchedule],
        |c| (hours_count(c), granted_in(c, Window::ALWAYS, NEVER)).1,
        |c| (hours_count(c), granted_in(c, Window::ALWAYS, HOURS)).1,
    ),
    (
        Reason::TimeUnknown,
        &[Reason::OutsideSchedule],
        |c| (hours_count(c), granted_in(c, Window::ALWAYS, UNLISTED)).1,
        |c| (hours_count(c), granted_in(c, Window::ALWAYS, HOURS)).1,
    ),
    (
        Reason::TimeUnknown,
        &[Reason::CardNotYetValid],
        |c| (c.listed().card = from(1), c.trust = ClockTrust::Unknown).1,
        |c| (c.listed().card = from(0), c.trust = ClockTrust::Unknown).1,
    ),
    (
        Reason::TimeUnknown,
        &[Reason::RefusedByRule],
        |c| (refused_in(c, Window::ALWAYS, NEVER), c.trust = ClockTrust::Kept).1,
        |c| refused_in(c, Window::ALWAYS, NEVER),
    ),
    (
        Reason::RefusedByRule,
        &[],
        |c| refused_in(c, until(1), ScheduleId::ALWAYS),
        |c| refused_in(c, until(0), ScheduleId::ALWAYS),
    ),
    (
        Reason::RefusedByRule,
        &[],
        |c| refused_in(c, from(0), ScheduleId::ALWAYS),
        |c| refused_in(c, from(1), ScheduleId::ALWAYS),
    ),
    (Reason::RefusedByRule, &[], |c| refused_in(c, Window::ALWAYS, HOURS), |c| refused_in(c, Window::ALWAYS, NEVER)),
    (Reason::RefusedByRule, &[], |c| refused_in(c, until(1), UNLISTED), |c| refused_in(c, until(0), UNLISTED)),
];

fn rows() -> impl Iterator<Item = &'static Row> {
    [OF_THE_TAP, OF_THE_LOCKDOWN, OF_THE_CARD, OF_THE_HOLDER, OF_THE_RULES].into_iter().flatten()
}

#[test]
fn every_row_is_denied_for_its_reason_alone_and_its_nearest_neighbour_passes() {
    for (row, (reason, besides, fails, passes)) in rows().enumerate() {
        let mut case = Case::good();
        fails(&mut case);
        let mut expected = [&[*reason], *besides].concat();
        expected.sort_by_key(|reason| Reason::ALL.iter().position(|other| other == reason));
        assert_eq!(case.reasons(), expected, "row {row}");
        let mut case = Case::good();
        passes(&mut case);
        assert_eq!(case.reasons(), [], "row {row}, {}", reason.code());
        assert_eq!(case.decision().generation, case.generation);
    }
}

#[test]
fn every_reason_has_a_row() {
    let decided = Reason::ALL.iter().filter(|reason| !reason.is_local());
    let missing = decided.filter(|reason| !rows().any(|(of_row, ..)| of_row == *reason));
    assert_eq!(missing.map(|reason| reason.code()).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn a_denial_names_all_that_fails_and_not_only_the_first() {
    let mut case = Case::good();
    case.entry = Some(Entry { card: until(0), certificate: from(1), ..Entry::granting(case.listed().uid, [from(5)]) });
    case.block(Block::Suspended);
    case.block(Block::Revoked);
    locked_down(&mut case, None);
    needs_right(&mut case, &[]);
    needs_employment(&mut case, &[until(0)]);
    refused_in(&mut case, Window::ALWAYS, HOURS);
    let mut reasons = case.reasons();
    reasons.sort_by_key(|reason| *reason as u8);
    assert_eq!(
        reasons,
        [
            Reason::CardSuspended,
            Reason::CardExpired,
            Reason::CertificateNotYetValid,
            Reason::CertificateRevoked,
            Reason::EmploymentEnded,
            Reason::GrantNotBegun,
            Reason::LockedDown,
            Reason::RightToPractiseMissing,
            Reason::RefusedByRule,
        ]
    );
}
