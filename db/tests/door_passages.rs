//! What cards did in areas: the later step counts, the rows are bounded, and all of it outlives the agent.
#![expect(clippy::unwrap_used, reason = "a test that cannot set up its case has failed")]

use access::passage::{AreaId, Passage, Passages, Step};
use access::time::UtcMs;
use access::uid::Uid;
use access::whitelist::Generation;
use db::door::{PASSAGES_ROWS_MAX, WhitelistStore};
use proptest::prelude::*;

fn store(folder: &tempfile::TempDir) -> WhitelistStore {
    WhitelistStore::open(&folder.path().join("whitelist.db")).unwrap()
}

fn passage(card: u32, step: Step, at: i64) -> Passage {
    Passage { uid: Uid::new(&card.to_be_bytes()).unwrap(), area: AreaId(1), step, at: UtcMs(at) }
}

fn message(generation: u64, passages: Vec<Passage>) -> Passages {
    Passages { generation: Generation(generation), passages }
}

#[test]
fn what_is_known_outlives_the_agent() {
    let folder = tempfile::tempdir().unwrap();
    let (here, there) = (passage(1, Step::Entered, 10), passage(2, Step::Forgiven, 11));
    let mut door = store(&folder);
    door.note_passages(&[here]).unwrap();
    door.take_passages(&message(5, vec![there])).unwrap();
    assert_eq!(door.first_person().unwrap(), None);
    door.note_first_person(UtcMs(7)).unwrap();
    door.note_first_person(UtcMs(8)).unwrap();
    drop(door);
    let mut door = store(&folder);
    assert_eq!(door.passages().unwrap(), [here, there]);
    assert_eq!(door.passages_generation().unwrap(), Generation(5));
    assert_eq!(door.first_person().unwrap(), Some(UtcMs(8)));
}

#[test]
fn only_what_is_newer_is_told_as_taken_and_the_generation_never_goes_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut door = store(&folder);
    door.note_passages(&[passage(1, Step::Entered, 10)]).unwrap();
    let (same, newer) = (passage(1, Step::Left, 10), passage(1, Step::Forgiven, 11));
    assert_eq!(door.take_passages(&message(5, vec![same])).unwrap().newer, []);
    let taken = door.take_passages(&message(4, vec![same, newer, newer])).unwrap();
    assert_eq!((taken.newer, taken.generation), (vec![newer], Generation(5)));
    assert_eq!(door.passages().unwrap(), [newer]);
}

#[test]
fn a_newer_message_forgives_also_what_was_noted_by_a_clock_that_is_ahead() {
    let folder = tempfile::tempdir().unwrap();
    let mut door = store(&folder);
    door.note_passages(&[passage(1, Step::Entered, 1_000)]).unwrap();
    let (forgiven, kept) = (passage(1, Step::Forgiven, 10), passage(1, Step::Forgiven, 1_001));
    assert_eq!(door.take_passages(&message(5, vec![forgiven])).unwrap().newer, [kept]);
    assert_eq!(door.take_passages(&message(6, vec![forgiven])).unwrap().newer, [], "it is forgiven already");
    let again = passage(1, Step::Entered, 1_002);
    door.note_passages(&[again]).unwrap();
    assert_eq!(door.take_passages(&message(6, vec![forgiven])).unwrap().newer, [], "old news");
    assert_eq!(door.passages().unwrap(), [again]);
}

#[test]
fn the_oldest_of_those_outside_make_room() {
    let folder = tempfile::tempdir().unwrap();
    let mut door = store(&folder);
    let inside = passage(0, Step::Entered, 0);
    let outside = (1..PASSAGES_ROWS_MAX).map(|card| passage(card, Step::Left, i64::from(card)));
    let all: Vec<Passage> = std::iter::once(inside).chain(outside).collect();
    door.note_passages(&all).unwrap();
    door.note_passages(&[passage(PASSAGES_ROWS_MAX, Step::Left, 1_000_000)]).unwrap();
    let kept = door.passages().unwrap();
    assert_eq!(kept.len(), PASSAGES_ROWS_MAX as usize);
    assert!(kept.contains(&inside), "the oldest, but inside");
    assert!(!kept.contains(&passage(1, Step::Left, 1)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    /// In whatever order and however often they come, as long as no newer message forgives.
    #[test]
    fn the_order_of_news_does_not_matter(news in prop::collection::vec((0_u32..4, 0_u8..20), 1..30)) {
        let steps = [Step::Entered, Step::Left, Step::Forgiven];
        // One time has one step: a door never gives out a time twice.
        let step = |at: u8| steps[usize::from(at) % steps.len()];
        let news: Vec<Passage> =
            news.into_iter().map(|(card, at)| passage(card, step(at), i64::from(at))).collect();
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (mut one, mut two) = (store(&one), store(&two));
        one.take_passages(&message(0, news.clone())).unwrap();
        for passage in news.iter().rev().chain(&news) {
            two.note_passages(&[*passage]).unwrap();
        }
        prop_assert_eq!(one.passages().unwrap(), two.passages().unwrap());
    }
}
