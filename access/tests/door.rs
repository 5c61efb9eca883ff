//! The door machine: what must and what must never happen.
#![expect(clippy::unwrap_used, reason = "a test that cannot set up its case has failed")]

use access::command::{Action, Refusal};
use access::decide::{Credential, Decision, Presented};
use access::door::{Door, Drive, Effect, Input, JOURNAL_WAIT_MS, PENDING_MAX, Signal, Ticket};
use access::event::EventKind;
use access::reason::{Reason, Reasons};
use access::state::{DoorSettings, Reading};
use access::time::MonoMs;
use access::whitelist::Generation;
use proptest::prelude::*;

const RELEASE_MS: u64 = 5_000;

fn door() -> Door {
    Door::new(DoorSettings { release_ms: 5_000, reading: Reading::UidOnly }, false)
}

fn tap(reasons: Reasons) -> Input {
    let decision = Decision { reasons, generation: Generation(1) };
    Input::Tap { presented: Presented::Classic1k, uid: None, credential: Credential::NotAsked, decision, rolling: None }
}

fn granted() -> Input {
    tap(Reasons::NONE)
}

fn unlock(refused: Option<Refusal>) -> Input {
    Input::Command { id: 1, action: Action::UnlockOnce, refused }
}

fn ticket(effects: &[Effect]) -> Ticket {
    effects.iter().find_map(|e| if let Effect::Record { ticket, .. } = e { Some(*ticket) } else { None }).unwrap()
}

fn recorded_kinds(effects: &[Effect]) -> Vec<&'static str> {
    effects.iter().filter_map(|e| if let Effect::Record { kind, .. } = e { Some(kind.code()) } else { None }).collect()
}

const RELEASED: [Effect; 2] = [Effect::Lock(Drive::Release), Effect::Show(Signal::Granted)];

#[test]
fn a_grant_is_on_disk_before_the_lock_is_released_and_rests_when_its_time_is_over() {
    let mut door = door();
    let effects = door.handle(granted(), MonoMs(0));
    assert_eq!(recorded_kinds(&effects), ["granted"]);
    assert_eq!(effects.len(), 1, "nothing but the record yet");
    assert_eq!(door.handle(Input::Recorded(ticket(&effects)), MonoMs(3)), RELEASED);
    assert_eq!(door.deadline(), Some(MonoMs(3 + RELEASE_MS)));
    assert_eq!(door.handle(Input::Tick, MonoMs(2 + RELEASE_MS)), []);
    assert_eq!(door.handle(Input::Tick, MonoMs(3 + RELEASE_MS)), [Effect::Lock(Drive::Rest)]);
    assert_eq!(door.deadline(), None);
}

#[test]
fn a_silent_disk_does_not_keep_the_lock_shut_and_is_reported() {
    let mut door = door();
    let first = ticket(&door.handle(granted(), MonoMs(0)));
    assert_eq!(door.deadline(), Some(MonoMs(JOURNAL_WAIT_MS)));
    assert_eq!(door.handle(Input::Tick, MonoMs(JOURNAL_WAIT_MS - 1)), []);
    let effects = door.handle(Input::Tick, MonoMs(JOURNAL_WAIT_MS));
    assert_eq!(effects[..2], RELEASED);
    assert!(matches!(effects[2], Effect::Record { kind: EventKind::JournalSlow { waited_ms: 50 }, .. }));
    assert_eq!(door.handle(Input::Recorded(first), MonoMs(900)), [], "the late answer releases nothing again");
}

#[test]
fn a_denied_card_shows_red_and_touches_no_lock() {
    let effects = door().handle(tap(Reason::CardBlocked.into()), MonoMs(0));
    assert_eq!(recorded_kinds(&effects), ["denied"]);
    assert_eq!(effects[1..], [Effect::Show(Signal::Denied)]);
}

#[test]
fn the_exit_button_waits_for_no_disk() {
    let effects = door().handle(Input::Exit, MonoMs(0));
    assert_eq!(effects[0], Effect::Lock(Drive::Release));
    assert_eq!(recorded_kinds(&effects), ["exit-pressed"]);
}

#[test]
fn a_refused_command_is_recorded_and_not_followed() {
    let mut door = door();
    let effects = door.handle(unlock(Some(Refusal::Expired)), MonoMs(0));
    assert_eq!(recorded_kinds(&effects), ["command-refused"]);
    assert_eq!(door.handle(Input::Recorded(ticket(&effects)), MonoMs(1)), []);
    let effects = door.handle(unlock(None), MonoMs(2));
    assert_eq!(door.handle(Input::Recorded(ticket(&effects)), MonoMs(3)), RELEASED);
}

#[test]
fn closing_the_door_locks_it_and_an_opening_says_whether_the_lock_was_released() {
    let mut door = door();
    let _ = door.handle(Input::Exit, MonoMs(0));
    assert_eq!(recorded_kinds(&door.handle(Input::Opened, MonoMs(10))), ["opened"]);
    let effects = door.handle(Input::Closed, MonoMs(20));
    assert_eq!(effects[0], Effect::Lock(Drive::Rest));
    assert_eq!(recorded_kinds(&effects), ["closed"]);
    assert_eq!(recorded_kinds(&door.handle(Input::Opened, MonoMs(30))), ["opened-unreleased"]);
    assert_eq!(door.handle(Input::Opened, MonoMs(31)), [], "a contact that says it twice is heard once");
}

#[test]
fn a_second_grant_makes_the_release_longer_without_moving_the_lock() {
    let mut door = door();
    let first = ticket(&door.handle(granted(), MonoMs(0)));
    let _ = door.handle(Input::Recorded(first), MonoMs(0));
    let second = ticket(&door.handle(granted(), MonoMs(4_000)));
    assert_eq!(door.handle(Input::Recorded(second), MonoMs(4_000)), [Effect::Show(Signal::Granted)]);
    assert_eq!(door.handle(Input::Tick, MonoMs(RELEASE_MS)), []);
    assert_eq!(door.handle(Input::Tick, MonoMs(4_000 + RELEASE_MS)), [Effect::Lock(Drive::Rest)]);
}

#[test]
fn a_flood_of_grants_is_bounded_and_none_is_forgotten() {
    let mut door = door();
    let shown: usize = (0..PENDING_MAX + 10)
        .map(|_| door.handle(granted(), MonoMs(0)).iter().filter(|e| **e == Effect::Show(Signal::Granted)).count())
        .sum();
    assert_eq!(shown, 10);
}

#[derive(Debug, Clone)]
enum Step {
    Grant,
    Deny,
    Exit,
    Unlock,
    Refused,
    Open,
    Close,
    Answer(usize),
    Wait(u64),
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        Just(Step::Grant),
        Just(Step::Deny),
        Just(Step::Exit),
        Just(Step::Unlock),
        Just(Step::Refused),
        Just(Step::Open),
        Just(Step::Close),
        any::<usize>().prop_map(Step::Answer),
        (0_u64..6_000).prop_map(Step::Wait),
    ]
}

proptest! {
    /// The two wrong directions at once: a release always has a cause, and no cause waits for ever.
    #[test]
    fn every_release_has_a_cause_and_every_release_ends(steps in proptest::collection::vec(any_step(), 0..60)) {
        let mut door = door();
        let mut now = 0;
        let mut tickets = Vec::new();
        let mut causes = 0_usize;
        let mut released = false;
        let mut releases = 0_usize;
        for step in steps {
            let input = match step {
                Step::Grant => granted(),
                Step::Deny => tap(Reason::UnknownCard.into()),
                Step::Exit => Input::Exit,
                Step::Unlock => unlock(None),
                Step::Refused => unlock(Some(Refusal::Repeated)),
                Step::Open => Input::Opened,
                Step::Close => Input::Closed,
                Step::Answer(which) if tickets.is_empty() => { let _ = which; Input::Tick }
                Step::Answer(which) => Input::Recorded(tickets[which % tickets.len()]),
                Step::Wait(ms) => { now += ms; Input::Tick }
            };
            causes += usize::from(matches!(step, Step::Grant | Step::Exit | Step::Unlock));
            for effect in door.handle(input, MonoMs(now)) {
                match effect {
                    Effect::Record { ticket, .. } => tickets.push(ticket),
                    Effect::Lock(Drive::Release) => { prop_assert!(!released); released = true; releases += 1; }
                    Effect::Lock(Drive::Rest) => { prop_assert!(released); released = false; }
                    Effect::Show(_) => {}
                }
            }
            prop_assert!(releases <= causes, "the lock was released without a grant, an exit press or a command");
            prop_assert_eq!(released, door.is_released());
            prop_assert!(door.deadline().is_none_or(|at| at.0 > now), "a deadline that has passed was not acted on");
        }
        let _ = door.handle(Input::Tick, MonoMs(now + JOURNAL_WAIT_MS));
        let _ = door.handle(Input::Tick, MonoMs(now + JOURNAL_WAIT_MS + 2 * RELEASE_MS));
        prop_assert!(!door.is_released() && door.deadline().is_none());
    }
}
