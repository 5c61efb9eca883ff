//! The decision over random entries: what can never turn a denial into a grant, and what a grant means.
use access::entry::{Block, Blocks, Condition, Entry, Grant, ScheduleId, Term};
use access::reason::Reason;
use access::settings::UnknownTime;
use access::time::{ClockTrust, Position, UtcS, Window};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use crate::case::{Case, HOURS, NEVER, NOW, UNLISTED, from, until};

/// Holds more often than not, so that whole entries do now and then.
fn any_window() -> impl Strategy<Value = Window> {
    let end =
        |offsets: std::ops::Range<i64>| prop_oneof![1 => Just(None), 2 => offsets.prop_map(|s| Some(UtcS(NOW.0 + s)))];
    (end(-9..2), end(-1..12)).prop_map(|(from, until)| Window { from, until })
}

fn any_condition() -> impl Strategy<Value = Condition> {
    prop_oneof![
        1 => Just(Condition::NotNeeded),
        2 => proptest::collection::vec(any_window(), 0..4).prop_map(Condition::Needed),
    ]
}

fn any_grant() -> impl Strategy<Value = Grant> {
    let schedule = prop_oneof![3 => Just(ScheduleId::ALWAYS), 3 => Just(HOURS), 1 => Just(NEVER), 1 => Just(UNLISTED)];
    (any_window(), schedule).prop_map(|(window, schedule)| Grant { window, schedule })
}

fn any_term() -> impl Strategy<Value = Term> {
    let refusals = prop_oneof![3 => Just(Vec::new()), 1 => proptest::collection::vec(any_grant(), 1..3)];
    let grants = proptest::collection::vec(any_grant(), 0..6);
    (any_condition(), any_condition(), grants, refusals).prop_map(
        |(right_to_practise, employment, grants, refusals)| Term {
            holding: Window::ALWAYS,
            right_to_practise,
            employment,
            grants,
            refusals,
            ..Term::always()
        },
    )
}

/// Holders one after the other, with or without a gap: as [`Entry::terms`] has them.
fn any_terms() -> impl Strategy<Value = Vec<Term>> {
    (proptest::collection::vec(any_term(), 0..4), proptest::collection::vec(1_i64..6, 8)).prop_map(|(terms, steps)| {
        let mut edge = -8;
        let mut next = |step: &i64| {
            edge += step - 1;
            UtcS(NOW.0 + edge)
        };
        let edges: Vec<UtcS> = steps.iter().map(&mut next).collect();
        let holdings =
            edges.chunks_exact(2).map(|edges| Window { from: edges.first().copied(), until: edges.get(1).copied() });
        terms.into_iter().zip(holdings).map(|(term, holding)| Term { holding, ..term }).collect()
    })
}

fn any_case() -> impl Strategy<Value = Case> {
    let blocks = prop_oneof![6 => Just(0_u16), 1 => any::<u16>()];
    let trust = prop_oneof![
        2 => Just(ClockTrust::Synchronised),
        1 => Just(ClockTrust::Kept),
        1 => Just(ClockTrust::Unknown),
    ];
    let terms = prop_oneof![
        1 => any_terms(),
        1 => any_term().prop_map(|term| vec![term]),
    ];
    let unknown = prop_oneof![Just(UnknownTime::Denies), Just(UnknownTime::Allows)];
    (any_window(), any_window(), blocks, terms, trust, unknown).prop_map(
        |(card, certificate, bits, terms, trust, unknown)| {
            let mut case = Case { trust, ..Case::good() };
            case.door.settings.unknown_time = unknown;
            let entry = case.listed();
            *entry = Entry { card, certificate, blocks: Blocks::from_bits(bits), terms, ..Entry::new(entry.uid) };
            case
        },
    )
}

fn granted(case: &Case) -> bool {
    case.decision().granted()
}

/// The window of an entry that is to be cut, by a number; none if it has no such one.
fn window_of(entry: &mut Entry, which: usize) -> Option<&mut Window> {
    let mut all: Vec<&mut Window> = vec![&mut entry.card, &mut entry.certificate];
    for term in &mut entry.terms {
        all.push(&mut term.holding);
        for condition in [&mut term.right_to_practise, &mut term.employment] {
            if let Condition::Needed(windows) = condition {
                all.extend(windows);
            }
        }
        all.extend(term.grants.iter_mut().map(|grant| &mut grant.window));
    }
    let count = all.len();
    all.into_iter().nth(which % count)
}

/// A term, by a number; none if there is none.
fn term_of(entry: &mut Entry, which: usize) -> Option<&mut Term> {
    let count = entry.terms.len().max(1);
    entry.terms.get_mut(which % count)
}

/// The conditions written out once more, without the order and the reasons of `decide`.
fn should_pass(case: &Case) -> bool {
    let entry = case.entry.as_ref().unwrap();
    let within = |window: &Window| window.position(NOW) == Position::Within;
    let condition = |condition: &Condition| match condition {
        Condition::NotNeeded => true,
        Condition::Needed(windows) => windows.iter().any(within),
    };
    let clock = case.trust == ClockTrust::Synchronised;
    let hours = clock || case.door.settings.unknown_time == UnknownTime::Allows;
    let lets_in = |grant: &Grant| match grant.schedule {
        ScheduleId::ALWAYS => within(&grant.window),
        HOURS => within(&grant.window) && hours,
        _ => false,
    };
    let keeps_out = |refusal: &Grant| match refusal.window.position(NOW) {
        Position::Within => refusal.schedule != NEVER || !clock,
        Position::Before => !clock,
        Position::After => false,
    };
    within(&entry.card)
        && within(&entry.certificate)
        && entry.blocks.is_empty()
        && entry.terms.iter().any(|term| {
            within(&term.holding)
                && condition(&term.right_to_practise)
                && condition(&term.employment)
                && term.grants.iter().any(lets_in)
                && !term.refusals.iter().any(keeps_out)
        })
}

#[test]
fn the_random_entries_are_granted_and_denied_often_enough_to_tell() {
    let mut runner = TestRunner::deterministic();
    let cases = (0..2_000).map(|_| any_case().new_tree(&mut runner).unwrap().current());
    let granted = cases.filter(granted).count();
    assert!((150..1_850).contains(&granted), "{granted} of 2000");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn granted_means_that_every_condition_holds(case in any_case()) {
        prop_assert_eq!(granted(&case), should_pass(&case));
    }

    #[test]
    fn a_block_more_denies(mut case in any_case(), bit in 0_u16..16) {
        let entry = case.listed();
        entry.blocks = Blocks::from_bits(entry.blocks.bits() | 1 << bit);
        prop_assert!(!granted(&case));
        let named = Block::ALL.into_iter().find(|block| *block as u16 == bit).map_or(Reason::BlockedOtherwise, Block::reason);
        prop_assert!(case.decision().reasons.contains(named));
    }

    #[test]
    fn a_shorter_window_never_turns_a_denial_into_a_grant(case in any_case(), which in any::<usize>(), cut in any_window()) {
        let mut shorter = case.clone();
        let Some(window) = window_of(shorter.listed(), which) else { return Ok(()) };
        window.from = window.from.max(cut.from);
        window.until = [window.until, cut.until].into_iter().flatten().min();
        prop_assert!(granted(&case) || !granted(&shorter));
    }

    #[test]
    fn a_grant_less_never_turns_a_denial_into_a_grant(case in any_case(), of in any::<usize>(), which in any::<usize>()) {
        let mut fewer = case.clone();
        let Some(term) = term_of(fewer.listed(), of) else { return Ok(()) };
        prop_assume!(!term.grants.is_empty());
        let which = which % term.grants.len();
        term.grants.remove(which);
        prop_assert!(granted(&case) || !granted(&fewer));
    }

    #[test]
    fn a_refusal_more_never_turns_a_denial_into_a_grant(case in any_case(), of in any::<usize>(), refusal in any_grant()) {
        let mut more = case.clone();
        let Some(term) = term_of(more.listed(), of) else { return Ok(()) };
        term.refusals.push(refusal);
        prop_assert!(granted(&case) || !granted(&more));
    }

    #[test]
    fn hours_instead_of_always_never_turn_a_denial_into_a_grant(case in any_case(), of in any::<usize>(), which in any::<usize>()) {
        let mut hours = case.clone();
        let Some(term) = term_of(hours.listed(), of) else { return Ok(()) };
        prop_assume!(!term.grants.is_empty());
        let which = which % term.grants.len();
        term.grants.iter_mut().skip(which).take(1).for_each(|grant| {
            if grant.schedule == ScheduleId::ALWAYS {
                grant.schedule = HOURS;
            }
        });
        prop_assert!(granted(&case) || !granted(&hours));
    }

    #[test]
    fn a_condition_that_is_asked_for_never_turns_a_denial_into_a_grant(case in any_case(), windows in proptest::collection::vec(any_window(), 0..3), of in any::<usize>()) {
        let mut asked = case.clone();
        let Some(term) = term_of(asked.listed(), of) else { return Ok(()) };
        if term.employment != Condition::NotNeeded {
 return Ok(());
 }
        term.employment = Condition::Needed(windows);
        prop_assert!(granted(&case) || !granted(&asked));
    }

    #[test]
    fn less_trust_in_the_clock_never_turns_a_denial_into_a_grant(mut case in any_case()) {
        case.door.settings.unknown_time = UnknownTime::Denies;
        for trust in [ClockTrust::Unknown, ClockTrust::Kept] {
            let unknown = Case { trust, ..case.clone() };
            prop_assert!(granted(&case) || !granted(&unknown));
        }
    }

    /// A door whose settings let hours count while it does not know the time admits whoever it admits at a good hour.
    #[test]
    fn where_hours_count_less_trust_keeps_out_only_whom_a_refusal_does(mut case in any_case()) {
        case.door.settings.unknown_time = UnknownTime::Allows;
        case.trust = ClockTrust::Synchronised;
        case.listed().terms.iter_mut().for_each(|term| term.refusals.clear());
        for trust in [ClockTrust::Unknown, ClockTrust::Kept] {
            prop_assert_eq!(granted(&case), granted(&Case { trust, ..case.clone() }));
        }
    }

    #[test]
    fn an_entry_comes_back_from_its_bytes(mut case in any_case()) {
        let entry = case.listed();
        prop_assert_eq!(&Entry::from_bytes(&entry.to_bytes()).unwrap(), entry);
    }
}

#[test]
fn a_window_that_was_cut_to_nothing_holds_at_no_time() {
    let mut case = Case::good();
    case.term().grants = vec![Grant { window: Window { from: from(1).from, until: until(0).until }, schedule: HOURS }];
    assert_eq!(case.reasons(), [Reason::GrantEnded]);
}
