//! What can be chosen in forms: code and text.

use access::event::EventKind;
use access::mode::Mode;
use access::reason::Reason;
use access::settings::{Age, Beyond, ExitButton, Reading, UnknownTime};
use db::site::{CardKind, Document, HandOutCause};

use super::views;
use crate::page::Page;

type Choices = Vec<(String, String)>;

pub(super) fn event_codes(page: &Page) -> Choices {
    all(page, "event", EventKind::CODES.iter().copied())
}

/// How a tap may have ended.
pub(super) fn decisions(page: &Page) -> Choices {
    with_any(page, "event", ["granted", "denied"].into_iter())
}

pub(super) fn reasons(page: &Page) -> Choices {
    all(page, "reason", Reason::ALL.iter().map(|reason| reason.code()))
}

pub(super) fn kinds(page: &Page) -> Choices {
    all(page, "kind", CardKind::ALL.iter().map(|kind| kind.code()))
}

/// The weakest first.
pub(super) fn readings(page: &Page) -> Choices {
    let readings = [Reading::UidOnly, Reading::Sector, Reading::RollingLenient, Reading::RollingStrict];
    all(page, "reading", readings.map(Reading::code).into_iter())
}

/// The modes of a door.
pub(super) fn modes(page: &Page) -> Choices {
    with_any(page, "mode", Mode::ALL.map(Mode::code).into_iter())
}

/// What an operator may order of a door.
pub(super) fn orders(page: &Page) -> Choices {
    all(page, "order-choice", [Mode::Unlocked, Mode::Locked].map(Mode::code).into_iter())
}

/// What the list of doors may be cut to.
pub(super) fn of_doors(page: &Page, shows: &[&str]) -> Choices {
    with_any(page, "doors-show", shows.iter().copied())
}

/// What the exit button may do.
pub(super) fn exit_buttons(page: &Page) -> Choices {
    all(page, "exit-button", [ExitButton::Releases, ExitButton::Shunts].map(ExitButton::code).into_iter())
}

/// How old lists may become, in seconds: a pharmacy's, a ward's and an outer door's among them. Programs may set others.
const AGES_S: [u32; 7] = [15 * 60, 3_600, 4 * 3_600, 8 * 3_600, 24 * 3_600, 72 * 3_600, 7 * 86_400];

/// How old a door's list may become; with what it is set to, and with no limit.
pub(super) fn ages(page: &Page, set: Option<Age>) -> Choices {
    let mut ages: Vec<u32> = AGES_S.into_iter().chain(set.map(|age| age.limit_s)).collect();
    ages.sort_unstable();
    ages.dedup();
    let name = |limit_s: u32| {
        let span = views::limit(page, limit_s);
        let of = page.lang.try_say(&format!("age-of-{limit_s}"));
        of.map_or_else(|| span.clone(), |of| format!("{span} ({of})"))
    };
    let none = (String::new(), page.tr("age-none"));
    ages.into_iter().map(|limit_s| (limit_s.to_string(), name(limit_s))).chain([none]).collect()
}

/// What holds of a list that is too old.
pub(super) fn beyond(page: &Page) -> Choices {
    all(page, "age-beyond", Beyond::ALL.map(Beyond::code).into_iter())
}

/// What a grant of hours is worth while the door does not know the time.
pub(super) fn unknown_time(page: &Page) -> Choices {
    all(page, "unknown-time", [UnknownTime::Denies, UnknownTime::Allows].map(UnknownTime::code).into_iter())
}

/// Whether a schedule unlocks by itself, or waits for somebody.
pub(super) fn first_person(page: &Page) -> Choices {
    all(page, "first-person-in", ["no", "yes"].into_iter())
}

/// Why a backup card is given out.
pub(super) fn hand_out_causes(page: &Page) -> Choices {
    all(page, "handout", HandOutCause::ALL.iter().map(|cause| cause.code()))
}

/// What is looked at when a card is given out.
pub(super) fn documents(page: &Page) -> Choices {
    all(page, "document", Document::ALL.iter().map(|document| document.code()))
}

/// What a backup card may stand in for where there is no original.
pub(super) fn original_kinds(page: &Page) -> Choices {
    let kinds = [CardKind::Professional, CardKind::Staff, CardKind::Actor];
    all(page, "kind", kinds.map(CardKind::code).into_iter())
}

fn with_any<'a>(page: &Page, prefix: &str, codes: impl Iterator<Item = &'a str>) -> Choices {
    let mut choices = vec![(String::new(), page.tr("any"))];
    choices.extend(all(page, prefix, codes));
    choices
}

fn all<'a>(page: &Page, prefix: &str, codes: impl Iterator<Item = &'a str>) -> Choices {
    codes.map(|code| (code.to_owned(), page.code(prefix, code))).collect()
}
