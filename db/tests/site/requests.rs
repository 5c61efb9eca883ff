//! Access that somebody asks for: who decides, what that does, and what is refused.

use std::sync::Arc;

use access::time::{UtcMs, UtcS, Window};
use db::site::{
    Actor, GroupId, Limit, NewEmployment, NewRequest, PersonId, REQUESTS_OPEN_MAX, RequestState, RuleEdit, Site,
    SiteError, Within,
};

use crate::support::{ACTOR, Bench, NOW, door, problem};

const MANAGER: Actor<'static> = Actor { operator: "ward", at: NOW };

/// Somebody of a ward, somebody of another, and a group that opens a door of neither.
fn wards() -> (Bench, PersonId, PersonId, GroupId) {
    let bench = Bench::with_doors(&["pharmacy"]);
    let add = |name: &str, unit: &str| {
        let person = bench.add_person(name);
        bench.site.add_employment(&ACTOR, person, &NewEmployment::always(unit, "Nurse")).unwrap();
        person
    };
    let (own, foreign) = (add("Aino", "Ward 3"), add("Eero", "Pharmacy"));
    let area = bench.site.add_area(&ACTOR, "Pharmacy", &[door("pharmacy")]).unwrap();
    let group = bench.site.add_group(&ACTOR, "Chemists").unwrap();
    let rule = db::site::NewRule {
        group,
        area,
        schedule: access::entry::ScheduleId::ALWAYS,
        effect: db::site::Effect::Allow,
        window: Window::ALWAYS,
        note: String::new(),
    };
    bench.site.add_rule(&ACTOR, rule).unwrap();
    (bench, own, foreign, group)
}

fn ward(bench: &Bench) -> Site {
    let limit = Limit { units: vec!["Ward 3".to_owned()], areas: Vec::new() };
    bench.site.within(Arc::new(Within::new(limit, NOW).unwrap()))
}

fn asked(person: PersonId, group: GroupId) -> NewRequest {
    NewRequest { person, group, window: Window::ALWAYS, reason: "Fetches medicines at night".to_owned() }
}

fn refusal<T: std::fmt::Debug>(result: Result<T, SiteError>) -> (&'static str, &'static str) {
    match result {
        Err(SiteError::Refused { what, problem }) => (what, problem),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_a_manager_asks_for_is_given_by_somebody_else_in_one_transaction_and_both_are_told_of() {
    let (bench, own, _, group) = wards();
    let (site, narrow) = (&bench.site, ward(&bench));
    let window = Window { from: None, until: Some(UtcS(NOW.second().0 + 1_000)) };
    let id = narrow.ask_access(&MANAGER, &NewRequest { window, ..asked(own, group) }).unwrap();
    assert_eq!((site.access_requests_open().unwrap(), site.groups_of(own).unwrap().len()), (1, 0));
    let before = bench.latest();
    assert_eq!(refusal(site.approve_access(&MANAGER, id)), ("request", "asked-by-you"));
    assert!(narrow.approve_access(&ACTOR, id).is_err(), "a group that opens a door outside is not theirs to give");
    assert_eq!((bench.latest(), site.groups_of(own).unwrap().len()), (before, 0), "all or nothing");
    let given = site.approve_access(&ACTOR, id).unwrap();
    assert_eq!((given.state, given.asked.0.as_str()), (RequestState::Approved, "ward"));
    assert_eq!(given.decided.unwrap().0, "maija");
    assert_eq!(site.groups_of(own).unwrap(), [(group, "Chemists".to_owned(), window)]);
    let log = site.change_log(None, 2).unwrap();
    assert_eq!(log.iter().map(|change| change.action.as_str()).collect::<Vec<_>>(), ["access-approve", "group-member"]);
    assert!(log[0].operator == "maija" && log[0].detail.contains("ward"), "{}", log[0].detail);
    assert_eq!(refusal(site.approve_access(&ACTOR, id)), ("request", "is-decided"));
    assert_eq!(refusal(site.refuse_access(&ACTOR, id, "Late")), ("request", "is-decided"));
    assert_eq!(refusal(narrow.withdraw_access(&MANAGER, id)), ("request", "is-decided"));
    assert_eq!(site.access_requests_open().unwrap(), 0);
}

#[test]
fn a_request_is_refused_with_words_or_withdrawn_by_whoever_asked_and_gives_nothing() {
    let (bench, own, _, group) = wards();
    let (site, narrow) = (&bench.site, ward(&bench));
    let first = narrow.ask_access(&MANAGER, &asked(own, group)).unwrap();
    assert_eq!(problem(site.refuse_access(&ACTOR, first, " ")), ("answer", "empty"));
    assert_eq!(refusal(site.withdraw_access(&ACTOR, first)), ("request", "asked-by-another"));
    let refused = site.refuse_access(&ACTOR, first, "The night shift has a key").unwrap();
    assert_eq!((refused.state, refused.answer.as_str()), (RequestState::Refused, "The night shift has a key"));
    let second = narrow.ask_access(&MANAGER, &asked(own, group)).unwrap();
    assert_eq!(narrow.withdraw_access(&MANAGER, second).unwrap().state, RequestState::Withdrawn);
    assert!(site.groups_of(own).unwrap().is_empty());
    let ids = |state| -> Vec<i64> {
        let found = site.access_requests((state, Some(own)), None, 9).unwrap();
        found.into_iter().map(|request| request.id).collect()
    };
    assert_eq!((ids(None), ids(Some(RequestState::Refused))), (vec![second, first], vec![first]));
    assert!(ids(Some(RequestState::Open)).is_empty());
    assert!(matches!(site.access_request(99), Err(SiteError::NotFound { .. })));
}

#[test]
fn nothing_is_asked_for_people_outside_for_what_is_so_already_or_without_end() {
    let (bench, own, foreign, group) = wards();
    let (site, narrow) = (&bench.site, ward(&bench));
    let ask = |new: &NewRequest| narrow.ask_access(&MANAGER, new);
    assert_eq!(problem(ask(&asked(foreign, group))), ("person", "unknown-person"));
    assert_eq!(problem(ask(&NewRequest { reason: String::new(), ..asked(own, group) })), ("reason", "empty"));
    assert_eq!(problem(ask(&NewRequest { reason: "x".repeat(501), ..asked(own, group) })), ("reason", "too-long"));
    let over = Window { from: None, until: Some(NOW.second()) };
    assert_eq!(problem(ask(&NewRequest { window: over, ..asked(own, group) })), ("until", "past"));
    assert!(matches!(ask(&asked(own, GroupId(99))), Err(SiteError::NotFound { .. })));
    ask(&asked(own, group)).unwrap();
    assert!(matches!(ask(&asked(own, group)), Err(SiteError::Conflict { what: "group", .. })));
    let foreign = site.ask_access(&ACTOR, &asked(foreign, group)).unwrap();
    assert!(matches!(narrow.access_request(foreign), Err(SiteError::NotFound { .. })));
    assert_eq!(narrow.access_requests((None, None), None, 9).unwrap().len(), 1);
    assert!(narrow.refuse_access(&MANAGER, foreign, "Mine").is_err());
    for number in 1..REQUESTS_OPEN_MAX {
        let group = site.add_group(&ACTOR, &format!("Group {number}")).unwrap();
        ask(&asked(own, group)).unwrap();
    }
    let one_more = site.add_group(&ACTOR, "One more").unwrap();
    assert_eq!(problem(ask(&asked(own, one_more))), ("request", "too-many"));
    site.ask_access(&ACTOR, &asked(own, one_more)).unwrap();
}

#[test]
fn what_is_over_or_gone_when_it_is_decided_is_not_given() {
    let (bench, own, _, group) = wards();
    let site = &bench.site;
    let window = Window { from: None, until: Some(UtcS(NOW.second().0 + 10)) };
    let late = site.ask_access(&MANAGER, &NewRequest { window, ..asked(own, group) }).unwrap();
    let later = Actor { operator: "maija", at: UtcMs(NOW.0 + 10_000) };
    assert_eq!(refusal(site.approve_access(&later, late)), ("request", "is-over"));
    let empty = site.add_group(&ACTOR, "Empty").unwrap();
    let gone = site.ask_access(&MANAGER, &asked(own, empty)).unwrap();
    site.edit_rules(&ACTOR, &RuleEdit::RemoveGroup(empty)).unwrap();
    assert_eq!(refusal(site.approve_access(&ACTOR, gone)), ("request", "gone"));
    assert_eq!(site.access_request(gone).unwrap().group_name, "Empty");
    let kept = site.ask_access(&MANAGER, &asked(own, site.add_group(&ACTOR, "Other").unwrap())).unwrap();
    let member = RuleEdit::SetMember { group: site.access_request(kept).unwrap().wanted.group, person: own, window };
    site.edit_rules(&ACTOR, &member).unwrap();
    site.approve_access(&ACTOR, kept).unwrap();
    assert_eq!(site.groups_of(own).unwrap()[0].2, Window::ALWAYS, "what was asked for counts");
}
