//! One thing done to many, as one change, and taken back.

use access::entry::{Block, ScheduleId};
use access::time::{UtcS, Window};
use db::site::{
    BulkAct, BulkSelection, CardFilter, Cause, Effect, GroupId, Life, NewPerson, NewRule, Page, PeopleFilter, PersonId,
    RuleEdit, SiteError, Transition,
};

use crate::support::{ACTOR, Bench, NOW, door, problem, uid, window};

const ALL: Page = Page { after: None, limit: 100 };

/// Five people with a visitor card each, a group, and a rule that lets it into the ward.
struct Crowd {
    bench: Bench,
    people: Vec<PersonId>,
    group: GroupId,
}

impl Crowd {
    fn new() -> Self {
        let bench = Bench::with_doors(&["attic", "ward"]);
        let people = (1..=5)
            .map(|number| {
                let (name, external_id) = (format!("Person {number}"), Some(format!("100{number}")));
                let person = bench.site.add_person(&ACTOR, NewPerson { name, external_id }).unwrap().id;
                let card = bench.add_card(number);
                bench.site.give_card(&ACTOR, &card, person, Window::ALWAYS).unwrap();
                person
            })
            .collect();
        let group = bench.site.add_group(&ACTOR, "Nurses").unwrap();
        let area = bench.site.add_area(&ACTOR, "Wards", &[door("ward")]).unwrap();
        let (schedule, effect) = (ScheduleId::ALWAYS, Effect::Allow);
        let rule = NewRule { group, area, schedule, effect, window: Window::ALWAYS, note: String::new() };
        bench.site.add_rule(&ACTOR, rule).unwrap();
        Self { bench, people, group }
    }

    fn member(&self, person: usize, window: Window) {
        let edit = RuleEdit::SetMember { group: self.group, person: self.people[person], window };
        self.bench.site.edit_rules(&ACTOR, &edit).unwrap();
    }

    fn members(&self) -> Vec<(PersonId, Window)> {
        let members = self.bench.site.group_members(self.group, ALL).unwrap();
        members.into_iter().map(|member| (member.person, member.window)).collect()
    }

    fn make(&self, selection: &BulkSelection, act: &BulkAct) -> u64 {
        let seen = self.bench.site.latest().unwrap();
        self.bench.site.make_bulk(&ACTOR, selection, act, seen).unwrap().unwrap()
    }

    /// Who is on the ward's list, and how.
    fn list(&self) -> Vec<Vec<u8>> {
        let mut entries = Vec::new();
        let as_of = self.bench.site.latest().unwrap();
        self.bench.site.for_each_entry(&door("ward"), as_of, |entry| entries.push(entry.to_bytes())).unwrap();
        entries
    }

    fn lives(&self) -> Vec<Life> {
        (1..=5).map(|number| self.bench.site.card(&uid(number)).unwrap().life).collect()
    }

    fn cards(&self) -> BulkSelection {
        BulkSelection::Cards((1..=5).map(uid).collect())
    }
}

#[test]
fn many_become_members_by_one_change_and_are_as_before_when_it_is_taken_back() {
    let crowd = Crowd::new();
    let site = &crowd.bench.site;
    crowd.member(0, Window::ALWAYS);
    crowd.member(1, window(5, 9));
    let (before, list) = (crowd.members(), crowd.list());
    let act = BulkAct::AddToGroup { group: crowd.group, window: Window::ALWAYS };
    let selection = BulkSelection::People(crowd.people.clone());
    let latest = site.latest().unwrap();
    let plan = site.plan_bulk(&ACTOR, &selection, &act).unwrap();
    assert_eq!((site.latest().unwrap(), crowd.members()), (latest, before.clone()), "a plan changes nothing");
    let left_out: Vec<_> = plan.targets.iter().map(|target| target.left_out).collect();
    assert_eq!(left_out, [Some("already-so"), None, None, None, None]);
    let preview = plan.preview.unwrap();
    assert_eq!((preview.gain_count, preview.lose_count, preview.other_times_count), (3, 0, 1));
    let change = crowd.make(&selection, &act);
    assert_eq!(change, latest.0 + 1);
    assert_eq!(crowd.members().len(), 5);
    let done = site.bulk(change).unwrap();
    assert_eq!((done.act.as_str(), done.count, done.unchanged, done.undone), ("add-to-group", 4, 4, None));
    assert_eq!(done.group, Some((crowd.group, "Nurses".to_owned())));
    let undo = site.undo_bulk(&ACTOR, change).unwrap();
    assert_eq!((undo.change, undo.count, undo.left), (change + 1, 4, 0));
    assert_eq!((crowd.members(), crowd.list()), (before, list), "rights and the door's list are what they were");
    assert_eq!(site.bulk(change).unwrap().undone, Some(undo.change));
    assert!(matches!(site.undo_bulk(&ACTOR, change), Err(SiteError::Refused { problem: "is-undone", .. })));
    assert_eq!(site.bulks(9).unwrap().len(), 1);
}

#[test]
fn what_somebody_changed_since_is_not_taken_back() {
    let crowd = Crowd::new();
    let site = &crowd.bench.site;
    let act = BulkAct::AddToGroup { group: crowd.group, window: Window::ALWAYS };
    let change = crowd.make(&BulkSelection::People(crowd.people.clone()), &act);
    crowd.member(2, window(1, 2));
    let remove = RuleEdit::RemoveMember { group: crowd.group, person: crowd.people[3] };
    site.edit_rules(&ACTOR, &remove).unwrap();
    assert_eq!(site.bulk(change).unwrap().unchanged, 3);
    let undo = site.undo_bulk(&ACTOR, change).unwrap();
    assert_eq!((undo.count, undo.left), (3, 2));
    assert_eq!(crowd.members(), [(crowd.people[2], window(1, 2))]);
}

#[test]
fn who_was_removed_from_a_group_that_is_gone_is_not_brought_back() {
    let crowd = Crowd::new();
    let site = &crowd.bench.site;
    let team = site.add_group(&ACTOR, "Team").unwrap();
    let all = BulkSelection::People(crowd.people.clone());
    crowd.make(&all, &BulkAct::AddToGroup { group: team, window: Window::ALWAYS });
    let change = crowd.make(&all, &BulkAct::RemoveFromGroup { group: team });
    assert_eq!(site.bulk(change).unwrap().unchanged, 5);
    site.edit_rules(&ACTOR, &RuleEdit::RemoveGroup(team)).unwrap();
    assert_eq!(site.bulk(change).unwrap().unchanged, 0);
    assert!(matches!(site.undo_bulk(&ACTOR, change), Err(SiteError::Refused { problem: "changed-meanwhile", .. })));
}

#[test]
fn taking_back_a_pause_does_not_let_in_a_card_that_was_lost_meanwhile() {
    use Life::{Active, Blocked, Retired, Suspended};
    let crowd = Crowd::new();
    let site = &crowd.bench.site;
    site.transit(&ACTOR, &uid(5), Transition::Retire, Cause::Broken).unwrap();
    let act = BulkAct::Suspend { cause: Cause::Absence };
    let change = crowd.make(&crowd.cards(), &act);
    assert_eq!(crowd.lives(), [Suspended, Suspended, Suspended, Suspended, Retired]);
    site.transit(&ACTOR, &uid(2), Transition::Block, Cause::Lost).unwrap();
    assert_eq!(site.undo_bulk(&ACTOR, change).unwrap().left, 1);
    assert_eq!(crowd.lives(), [Active, Blocked, Active, Active, Retired]);
    let card = site.card(&uid(1)).unwrap();
    assert_eq!(card.cause, Cause::Added, "as it was, and not as if somebody had ended a pause");
}

#[test]
fn a_pause_ends_for_many_and_other_blocks_stay() {
    let crowd = Crowd::new();
    let site = &crowd.bench.site;
    site.block_card(&ACTOR, &uid(1), Block::Cloned).unwrap();
    crowd.make(&crowd.cards(), &BulkAct::Suspend { cause: Cause::Absence });
    let people = BulkSelection::People(crowd.people.clone());
    crowd.make(&people, &BulkAct::Resume { cause: Cause::Ended });
    assert_eq!(crowd.lives(), [Life::Active; 5], "of people, their cards are meant");
    assert!(site.card(&uid(1)).unwrap().blocks.contains(Block::Cloned));
    let wrong = site.plan_bulk(&ACTOR, &people, &BulkAct::Resume { cause: Cause::Lost });
    assert_eq!(problem(wrong), ("cause", "cause-not-possible"));
}

#[test]
fn an_end_is_kept_within_what_the_kind_of_card_may_have() {
    let crowd = Crowd::new();
    let site = &crowd.bench.site;
    let now = NOW.second().0;
    let far = BulkAct::SetEnd { until: Some(UtcS(now + 40_000_000)) };
    let plan = site.plan_bulk(&ACTOR, &crowd.cards(), &far).unwrap();
    assert!(plan.targets.iter().all(|target| target.left_out == Some("longer-than-12-months")));
    let before: Vec<_> = (1..=5).map(|number| site.card(&uid(number)).unwrap().window).collect();
    let change = crowd.make(&crowd.cards(), &BulkAct::SetEnd { until: Some(UtcS(now + 1_000)) });
    assert!((1..=5).all(|number| site.card(&uid(number)).unwrap().window.until == Some(UtcS(now + 1_000))));
    site.undo_bulk(&ACTOR, change).unwrap();
    let after: Vec<_> = (1..=5).map(|number| site.card(&uid(number)).unwrap().window).collect();
    assert_eq!(after, before);
}

#[test]
fn a_selection_is_ticked_or_matches_or_is_pasted() {
    let crowd = Crowd::new();
    let site = &crowd.bench.site;
    let count = |selection: &BulkSelection| site.bulk_targets(selection).map(|(all, unknown)| (all.len(), unknown));
    let text = |text: &str| Some(text.to_owned());
    let numbered = |numbers: &[&str]| numbers.iter().map(|&number| number.to_owned()).collect::<Vec<_>>();
    let people = |wanted| BulkSelection::PeopleMatching(PeopleFilter { text: wanted });
    assert_eq!(count(&people(None)).unwrap(), (5, vec![]));
    assert_eq!(count(&people(text("son 3"))).unwrap(), (1, vec![]));
    let cards = CardFilter { text: text("person"), ..CardFilter::default() };
    assert_eq!(count(&BulkSelection::CardsMatching(cards)).unwrap(), (5, vec![]));
    let pasted = BulkSelection::PeopleNumbered(numbered(&["1001", "1003", "1001", "7"]));
    assert_eq!(count(&pasted).unwrap(), (2, numbered(&["7"])));
    let hex = uid(1).hex();
    let pasted = BulkSelection::CardsNumbered(numbered(&[&hex, "not a card"]));
    assert_eq!(count(&pasted).unwrap(), (1, numbered(&["not a card"])));
    assert_eq!(problem(count(&people(text("nobody")))), ("selection", "empty"));
    assert_eq!(problem(count(&BulkSelection::People(vec![PersonId(99)]))), ("selection", "unknown-person"));
    let many = BulkSelection::CardsNumbered(vec![String::new(); db::site::BULK_MAX + 1]);
    assert_eq!(problem(count(&many)), ("selection", "too-many"));
    // The holders of cards become members.
    let act = BulkAct::AddToGroup { group: crowd.group, window: Window::ALWAYS };
    crowd.make(&crowd.cards(), &act);
    assert_eq!(crowd.members().len(), 5);
}

#[test]
fn what_was_planned_is_done_only_if_nothing_has_changed_since() {
    let crowd = Crowd::new();
    let site = &crowd.bench.site;
    let act = BulkAct::Suspend { cause: Cause::Absence };
    let plan = site.plan_bulk(&ACTOR, &crowd.cards(), &act).unwrap();
    crowd.bench.add_card(9);
    let late = site.make_bulk(&ACTOR, &crowd.cards(), &act, plan.seen);
    assert_eq!(problem(late), ("seen", "changed-meanwhile"));
    assert_eq!(crowd.lives(), [Life::Active; 5]);
    crowd.make(&crowd.cards(), &act);
    let seen = site.latest().unwrap();
    assert_eq!(site.make_bulk(&ACTOR, &crowd.cards(), &act, seen).unwrap(), None, "what is so already is no change");
    assert_eq!(site.latest().unwrap(), seen);
}
