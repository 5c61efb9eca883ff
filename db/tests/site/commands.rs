//! Commands move forward only, and the door has the last word.

use access::command::{Action, Refusal};
use access::event::EventKind;
use access::time::UtcMs;
use db::site::{Actor, CommandState, SiteError};

use crate::support::{ACTOR, Bench, Journal, NOW, door, event, problem};

const LATER: UtcMs = UtcMs(NOW.0 + 9);

/// What the ward says about a command, as the only event of a new epoch.
fn answer(bench: &Bench, name: &str, epoch: u64, id: u64, refused: Option<Refusal>) {
    let mut journal = Journal::of(name, epoch, 0);
    let action = Action::UnlockOnce;
    journal.events = vec![event(1, EventKind::Command { id, action, refused })];
    bench.site.intake(&[journal.report(1, 1)]).unwrap();
}

fn request(bench: &Bench) -> u64 {
    let asked = bench.site.request_command(&ACTOR, &door("ward"), Action::UnlockOnce, "a porter is out");
    asked.unwrap().id
}

#[test]
fn a_command_is_kept_with_its_operator_and_stands_in_the_log() {
    let bench = Bench::with_doors(&["ward"]);
    let id = request(&bench);
    let view = bench.site.command(id).unwrap();
    assert_eq!((view.door.as_str(), view.action), ("ward", Action::UnlockOnce));
    assert_eq!((view.operator.as_str(), view.reason.as_str(), view.requested), ("maija", "a porter is out", NOW));
    assert_eq!(view.state, CommandState::Requested);
    assert_eq!(bench.site.commands_requested().unwrap(), [view]);
    let log = bench.site.change_log(None, 1).unwrap();
    assert_eq!((log[0].operator.as_str(), log[0].action.as_str()), ("maija", "door-command"));
    assert_eq!(log[0].detail, "ward unlock-once a porter is out");
}

#[test]
fn a_command_moves_forward_only() {
    let bench = Bench::with_doors(&["ward"]);
    let set = |id, state| bench.site.set_command_state(id, state, LATER).unwrap();
    let id = request(&bench);
    assert!(set(id, CommandState::Sent));
    assert!(!set(id, CommandState::Sent) && !set(id, CommandState::Requested));
    assert!(bench.site.commands_requested().unwrap().is_empty());
    assert!(set(id, CommandState::Expired));
    assert!(!set(id, CommandState::Sent) && !set(id, CommandState::Followed));
    assert_eq!(bench.site.command(id).unwrap().state, CommandState::Expired);
    let away = request(&bench);
    assert!(set(away, CommandState::DoorAway) && !set(away, CommandState::Sent));
    let refused = request(&bench);
    assert!(set(refused, CommandState::Refused("other-boot".to_owned())));
    let state = bench.site.command(refused).unwrap().state;
    assert_eq!(state, CommandState::Refused("other-boot".to_owned()));
}

#[test]
fn the_doors_event_decides_even_over_a_command_that_was_given_up() {
    let bench = Bench::with_doors(&["ward", "attic"]);
    let id = request(&bench);
    answer(&bench, "attic", 1, id, None);
    let state = || bench.site.command(id).unwrap().state;
    assert_eq!(state(), CommandState::Requested, "another door's word does not count");
    bench.site.set_command_state(id, CommandState::Expired, LATER).unwrap();
    answer(&bench, "ward", 2, id, None);
    assert_eq!(state(), CommandState::Followed);
    answer(&bench, "ward", 3, id, Some(Refusal::Repeated));
    assert_eq!(state(), CommandState::Followed, "a repetition was refused, the first was followed");
    let second = request(&bench);
    answer(&bench, "ward", 4, second, Some(Refusal::OtherSession));
    let state = bench.site.command(second).unwrap().state;
    assert_eq!(state, CommandState::Refused("other-session".to_owned()));
    answer(&bench, "ward", 5, 12_345, None);
}

#[test]
fn what_cannot_be_asked_is_refused() {
    let bench = Bench::with_doors(&["ward"]);
    let ask =
        |actor: &Actor<'_>, name: &str| bench.site.request_command(actor, &door(name), Action::TestSignal, "a test");
    assert!(matches!(ask(&ACTOR, "attic"), Err(SiteError::NotFound { what: "door", .. })));
    let long = "o".repeat(65);
    let nobody = Actor { operator: &long, at: NOW };
    assert_eq!(problem(ask(&nobody, "ward")), ("operator", "too-long"));
    for _ in 0..100 {
        ask(&ACTOR, "ward").unwrap();
    }
    assert_eq!(problem(ask(&ACTOR, "ward")), ("command", "too-many"));
    assert!(matches!(bench.site.command(1), Err(SiteError::NotFound { what: "command", .. })));
    let unknown = bench.site.set_command_state(1, CommandState::Sent, LATER);
    assert!(matches!(unknown, Err(SiteError::NotFound { what: "command", .. })));
}
