//! Grants, refusals and schedules together, one holder after the other, and a door without a clock.

use access::calendar::{Calendar, HolidayPlan, HolidaySet, Holidays};
use access::decide::{Credential, could_pass, decide, judge};
use access::entry::{Grant, ScheduleId, Term};
use access::reason::Reason;
use access::settings::Reading;
use access::time::{ClockTrust, UtcS, Window};

use crate::case::{Case, HOURS, NEVER, NOW, at, calendar, from, granted_in, refused_in, until};

#[test]
fn a_schedule_opens_with_its_first_second_and_closes_before_its_last_minute_is_over() {
    for (offset_s, open) in [(-1, false), (0, true), (3_599, true), (3_600, false), (86_400, true), (86_399, false)] {
        let mut case = Case::good();
        granted_in(&mut case, Window::ALWAYS, HOURS);
        at(&mut case, offset_s);
        assert_eq!(case.reasons(), if open { vec![] } else { vec![Reason::OutsideSchedule] }, "{offset_s}");
        let mut case = Case::good();
        refused_in(&mut case, Window::ALWAYS, HOURS);
        at(&mut case, offset_s);
        assert_eq!(case.reasons(), if open { vec![Reason::RefusedByRule] } else { vec![] }, "{offset_s}");
    }
}

#[test]
fn a_holiday_closes_a_door_that_its_weekday_would_open() {
    let mut case = Case::good();
    granted_in(&mut case, Window::ALWAYS, HOURS);
    case.calendar.schedules[0].1.holiday = HolidayPlan::Closed;
    assert_eq!(case.reasons(), []);
    let today = case.calendar.zone.local(NOW).date;
    case.calendar.holidays = Holidays { set: HolidaySet::None, changed: vec![(today, true)] };
    assert_eq!(case.reasons(), [Reason::OutsideSchedule]);
}

#[test]
fn grants_give_the_reason_of_the_one_that_came_closest() {
    let always = |window| Grant { window, schedule: ScheduleId::ALWAYS };
    let hours = |schedule| Grant { window: Window::ALWAYS, schedule };
    for (grants, reason) in [
        (vec![always(until(0)), always(from(1))], Some(Reason::GrantNotBegun)),
        (vec![always(from(1)), always(until(0))], Some(Reason::GrantNotBegun)),
        (vec![always(until(0)), hours(NEVER), always(from(1))], Some(Reason::OutsideSchedule)),
        (vec![always(until(0)), hours(NEVER), always(from(0))], None),
        (vec![hours(NEVER), hours(HOURS)], None),
    ] {
        let mut case = Case::good();
        case.term().grants = grants;
        assert_eq!(case.reasons(), Vec::from_iter(reason));
    }
}

#[test]
fn a_refusal_beats_every_grant_and_one_of_several_is_enough() {
    let mut case = Case::good();
    case.term().grants.push(Grant { window: Window::ALWAYS, schedule: HOURS });
    let refusals = [(until(0), ScheduleId::ALWAYS), (Window::ALWAYS, NEVER), (until(1), HOURS)];
    case.term().refusals = refusals.map(|(window, schedule)| Grant { window, schedule }).to_vec();
    assert_eq!(case.reasons(), [Reason::RefusedByRule]);
    case.term().refusals.pop();
    assert_eq!(case.reasons(), []);
}

/// Holders of one card: yesterday's without limits, tomorrow's refused by rule; between them nobody.
#[test]
fn what_one_holder_may_is_nothing_to_the_next() {
    let mut case = Case::good();
    let always = Grant { window: Window::ALWAYS, schedule: ScheduleId::ALWAYS };
    let first = Term { holding: Window::new(UtcS(NOW.0 - 10), UtcS(NOW.0)), grants: vec![always], ..Term::always() };
    let second = Term { holding: Window::new(UtcS(NOW.0 + 10), UtcS(NOW.0 + 20)), ..first.clone() };
    let second = Term { refusals: vec![always], ..second };
    for terms in [vec![first.clone(), second.clone()], vec![second, first]] {
        case.listed().terms = terms;
        for (offset_s, expected) in [
            (-11, vec![Reason::HoldingNotBegun]),
            (-10, vec![]),
            (-1, vec![]),
            (0, vec![Reason::HoldingNotBegun, Reason::RefusedByRule]),
            (9, vec![Reason::HoldingNotBegun, Reason::RefusedByRule]),
            (10, vec![Reason::RefusedByRule]),
            (20, vec![Reason::HoldingEnded, Reason::RefusedByRule]),
        ] {
            at(&mut case, offset_s);
            assert_eq!(case.reasons(), expected, "{offset_s}");
        }
    }
}

/// A door that has lost its clock keeps who needs no clock, and nobody by hours.
#[test]
fn without_a_trusted_clock_hours_grant_nothing_and_refuse_still() {
    let unknown = || Case { trust: ClockTrust::Unknown, ..Case::good() };
    assert_eq!(unknown().reasons(), []);
    let mut case = unknown();
    granted_in(&mut case, from(1), ScheduleId::ALWAYS);
    assert_eq!(case.reasons(), [Reason::GrantNotBegun, Reason::TimeUnknown]);
    granted_in(&mut case, until(0), ScheduleId::ALWAYS);
    assert_eq!(case.reasons(), [Reason::GrantEnded], "what is over is over");
    granted_in(&mut case, until(0), HOURS);
    assert_eq!(case.reasons(), [Reason::GrantEnded], "also by hours");
    case.term().grants = vec![
        Grant { window: Window::ALWAYS, schedule: HOURS },
        Grant { window: Window::ALWAYS, schedule: ScheduleId::ALWAYS },
    ];
    assert_eq!(case.reasons(), [], "one that needs no clock is enough");
    refused_in(&mut case, Window::ALWAYS, ScheduleId::ALWAYS);
    assert_eq!(case.reasons(), [Reason::RefusedByRule], "this one needs no clock");
    refused_in(&mut case, from(1), ScheduleId::ALWAYS);
    assert_eq!(case.reasons(), [Reason::TimeUnknown, Reason::RefusedByRule], "it may have begun");
    refused_in(&mut case, until(0), ScheduleId::ALWAYS);
    assert_eq!(case.reasons(), [], "what is over is over");
}

#[test]
fn a_door_without_a_calendar_grants_no_hours_and_lifts_no_refusal_by_hours() {
    let mut case = Case { calendar: Calendar::empty(), ..Case::good() };
    granted_in(&mut case, Window::ALWAYS, HOURS);
    assert_eq!(case.reasons(), [Reason::OutsideSchedule]);
    refused_in(&mut case, Window::ALWAYS, HOURS);
    assert_eq!(case.reasons(), [Reason::OutsideSchedule, Reason::RefusedByRule]);
    case.calendar = calendar();
    case.term().refusals.clear();
    assert_eq!(case.reasons(), []);
}

#[test]
fn a_credential_that_was_not_read_is_a_reason_only_if_nothing_else_is() {
    let mut case = Case::good();
    case.door.settings.reading = Reading::Sector;
    let reasons = |case: &Case| judge(&case.question()).reasons.iter().collect::<Vec<_>>();
    assert_eq!(reasons(&case), [Reason::CredentialUnreadable], "it could pass, so it had to be read");
    case.listed().card = until(0);
    assert_eq!(reasons(&case), [Reason::CardExpired]);
    for credential in [Credential::Unreadable, Credential::Invalid, Credential::Verified] {
        case.credential = credential;
        assert_eq!(judge(&case.question()), decide(&case.question()), "what was read counts: {credential:?}");
    }
}

#[test]
fn only_the_credential_of_a_card_that_could_pass_is_read() {
    for reading in [Reading::Sector, Reading::RollingLenient, Reading::RollingStrict] {
        let mut case = Case::good();
        case.door.settings.reading = reading;
        assert_eq!(case.reasons(), [Reason::CredentialUnreadable]);
        assert!(could_pass(&case.question()));
        refused_in(&mut case, Window::ALWAYS, HOURS);
        assert!(!could_pass(&case.question()));
    }
}
