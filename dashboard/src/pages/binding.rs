//! What must hold for a card to open anything, and whether it does now: each with where it comes from.

use access::time::{Position, UtcS, Window};
use db::site::{CardKind, CardView, CertificateState, EmploymentView, Life, PersonId, RightView, Site, SiteError};

use super::views::Mark;
use crate::page::Page;

/// A line of the card's page.
pub(super) struct Condition {
    pub(super) name: String,
    pub(super) state: Mark,
    pub(super) detail: String,
}

/// What the database says of the holder.
#[derive(Default)]
pub(super) struct Holder {
    pub(super) employments: Vec<EmploymentView>,
    pub(super) rights: Vec<RightView>,
}

/// What a kind of card needs of its holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    RightToPractise,
    Employment,
    Nothing,
}

impl Need {
    /// Of the kind whose conditions bind.
    pub(super) fn of(card: &CardView) -> Self {
        match card.as_kind.unwrap_or(card.kind) {
            CardKind::Professional => Self::RightToPractise,
            CardKind::Staff | CardKind::Actor => Self::Employment,
            CardKind::Backup | CardKind::Visitor => Self::Nothing,
        }
    }
}

impl Holder {
    pub(super) fn find(site: &Site, person: Option<PersonId>) -> Result<Self, SiteError> {
        person.map_or(Ok(Self::default()), |person| {
            Ok(Self { employments: site.employments(person)?, rights: site.rights(person)? })
        })
    }

    /// The code of what the person lacks now that one of their cards needs.
    pub(super) fn lacks(&self, page: &Page, card: &CardView) -> Option<&'static str> {
        let now = page.now.second();
        match Need::of(card) {
            Need::RightToPractise if !self.rights.iter().any(|right| holds(right.window, now)) => {
                Some("lacks-right-to-practise")
            }
            Need::Employment if !self.employments.iter().any(|job| holds(job.window, now)) => Some("lacks-employment"),
            _ => None,
        }
    }
}

/// Whether a window holds at a second.
pub(super) fn holds(window: Window, at: UtcS) -> bool {
    window.position(at) == Position::Within
}

/// All that bind.
pub(super) fn conditions(page: &Page, card: &CardView, holder: &Holder) -> Vec<Condition> {
    let mut all = vec![of_life(page, card), of_window(page, "condition-card", card.window)];
    if let Some(certificate) = certificate(page, card) {
        all.push(certificate);
    }
    if card.holder.is_some() {
        all.push(of_window(page, "condition-holding", card.held));
        all.extend(of_holder(page, card, holder));
    } else {
        all.push(Condition {
            name: page.tr("condition-holding"),
            state: Mark::plain(page.tr("condition-nobody")),
            detail: String::new(),
        });
    }
    all
}

fn of_life(page: &Page, card: &CardView) -> Condition {
    let state = match card.life {
        Life::Active => Mark::good(page.tr("condition-holds")),
        life => Mark::bad(page.code("life", life.code())),
    };
    let detail = page.code("cause", card.cause.code());
    Condition { name: page.tr("condition-life"), state, detail }
}

fn of_holder(page: &Page, card: &CardView, holder: &Holder) -> Option<Condition> {
    let windows = |windows: Vec<(Window, String)>| best(page, windows);
    let (key, (state, detail)) = match Need::of(card) {
        Need::Nothing => return None,
        Need::RightToPractise => (
            "condition-right",
            windows(holder.rights.iter().map(|right| (right.window, right_text(page, right))).collect()),
        ),
        Need::Employment => (
            "condition-employment",
            windows(holder.employments.iter().map(|job| (job.window, employment_text(page, job))).collect()),
        ),
    };
    Some(Condition { name: page.tr(key), state, detail })
}

/// What holds now, and the one that says so; else that none does.
fn best(page: &Page, windows: Vec<(Window, String)>) -> (Mark, String) {
    let now = page.now.second();
    if windows.is_empty() {
        return (Mark::bad(page.tr("condition-missing")), String::new());
    }
    match windows.iter().find(|(window, _)| holds(*window, now)) {
        Some((_, text)) => (Mark::good(page.tr("condition-holds")), text.clone()),
        None => {
            let text = windows.into_iter().next().map_or_else(String::new, |(_, text)| text);
            (Mark::bad(page.tr("condition-not-now")), text)
        }
    }
}

fn right_text(page: &Page, right: &RightView) -> String {
    let days = page.days(&right.window);
    format!(
        "{}, {days}. {}",
        right.profession,
        page.lang.say_with(
            "right-checked",
            &[("source", right.source.clone().into()), ("checked", page.instant(&right.checked).into())]
        )
    )
}

fn employment_text(page: &Page, job: &EmploymentView) -> String {
    let parts = [job.title.as_str(), job.unit.as_str(), &page.days(&job.window)];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

fn of_window(page: &Page, key: &str, window: Window) -> Condition {
    let now = page.now.second();
    let state = if holds(window, now) {
        Mark::good(page.tr("condition-holds"))
    } else if window.from.is_some_and(|from| now < from) {
        Mark::warn(page.tr("condition-not-yet"))
    } else {
        Mark::bad(page.tr("condition-over"))
    };
    Condition { name: page.tr(key), state, detail: page.days(&window) }
}

/// A card without certificates needs none.
fn certificate(page: &Page, card: &CardView) -> Option<Condition> {
    let now = page.now.second();
    let worst = card.certificates.iter().find(|one| one.state != CertificateState::Good);
    let outside = card.certificates.iter().find(|one| !holds(one.record.window, now));
    let (state, detail) = match (worst, outside, card.certificates.first()) {
        (Some(one), _, _) => (Mark::bad(page.code("certificate-state", one.state.code())), String::new()),
        (_, Some(one), _) => (Mark::bad(page.tr("certificate-outside")), page.days(&one.record.window)),
        (_, _, Some(one)) => (Mark::good(page.tr("condition-holds")), page.days(&one.record.window)),
        _ => return None,
    };
    Some(Condition { name: page.tr("condition-certificate"), state, detail })
}
