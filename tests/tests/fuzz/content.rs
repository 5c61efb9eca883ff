//! What messages and files are made of: entries, calendars, events, states. What is accepted is used as a door uses it,
//! at times from one end of the numbers to the other.

use access::calendar::Calendar;
use access::decide::{Credential, Presented, Question, could_pass, decide, ends_soon};
use access::entry::{Entry, ScheduleId};
use access::event::Event;
use access::mode::Moment;
use access::passage::Side;
use access::state::DoorState;
use access::time::{ClockTrust, UtcMs, UtcS};
use access::whitelist::Generation;

use super::fuzz::{MANY, alone, run, within};
use super::mutate::Chance;
use super::samples::{bytes_of, calendar, entries, events, state};

/// What an entry, an event or a state may take, whatever lengths it claims.
const SMALL_MAX: usize = 8 * 1024 * 1024;
/// A calendar has lists in lists in lists.
const CALENDAR_MAX: usize = 24 * 1024 * 1024;

fn time(chance: &mut Chance) -> UtcMs {
    let near = 1_764_000_000_000 + chance.below(400 * 86_400_000) as i64;
    UtcMs(*chance.pick(&[i64::MIN, i64::MIN + 1, -1, 0, near, near, near, near, i64::MAX - 1, i64::MAX]))
}

fn trust(chance: &mut Chance) -> ClockTrust {
    *chance.pick(&[ClockTrust::Unknown, ClockTrust::Kept, ClockTrust::Synchronised])
}

#[test]
fn entries_are_read_or_refused_and_decide_at_any_time() {
    let alone = alone();
    let (calendar, door) = (calendar(), state(5));
    run(&alone, &entries().iter().map(Entry::to_bytes).collect::<Vec<_>>(), MANY, |bytes, chance| {
        let Ok(entry) = within(SMALL_MAX, || Entry::from_bytes(bytes)) else { return false };
        assert!(entry.to_bytes().len() <= access::entry::ENTRY_LENGTH_MAX);
        let question = Question {
            presented: Presented::Classic1k,
            entry: Some(&entry),
            credential: Credential::Verified,
            calendar: &calendar,
            door: &door,
            side: *chance.pick(&[Side::In, Side::Out]),
            generation: Generation(1),
            utc: time(chance),
            trust: trust(chance),
        };
        let granted = decide(&question).granted();
        assert!(!granted || entry.blocks.is_empty(), "a card that is blocked has been granted");
        let _ = (could_pass(&question), ends_soon(&question));
        true
    });
}

#[test]
fn calendars_are_read_or_refused_and_hold_or_not_at_any_time() {
    let alone = alone();
    run(&alone, &[calendar().to_bytes(), Calendar::empty().to_bytes()], MANY, |bytes, chance| {
        let Ok(calendar) = within(CALENDAR_MAX, || Calendar::from_bytes(bytes)) else { return false };
        assert_eq!(calendar.to_bytes(), bytes, "one calendar has two spellings");
        for schedule in [0, 7, 300] {
            let _ = calendar.holds(ScheduleId(schedule), time(chance).second());
        }
        let since = time(chance).second();
        let _ = calendar.held_since(ScheduleId(7), since, UtcS(since.0.saturating_add(600)));
        true
    });
}

#[test]
fn events_are_read_or_refused() {
    let alone = alone();
    run(&alone, &events().iter().map(Event::to_bytes).collect::<Vec<_>>(), MANY, |bytes, _| {
        let Ok(event) = within(SMALL_MAX, || Event::from_bytes(bytes)) else { return false };
        assert_eq!(Event::from_bytes(&event.to_bytes()), Ok(event.clone()));
        assert!(!event.kind.code().is_empty());
        true
    });
}

#[test]
fn states_are_read_or_refused_and_have_a_mode_at_any_time() {
    let alone = alone();
    let calendar = calendar();
    run(&alone, &bytes_of(&[state(5), DoorState::default()]), MANY, |bytes, chance| {
        let Ok(state) = within(SMALL_MAX, || postcard::from_bytes::<DoorState>(bytes)) else { return false };
        if state.check().is_err() {
            return false;
        }
        let at = time(chance).second();
        let moment = Moment { at, trust: trust(chance), sure: true, calendar: &calendar, first_person_is_in: true };
        let _ = (state.mode_at(&moment), state.is_locked_down(at), state.zone.local(at));
        true
    });
}
