//! The filter over events that are at hand already: what a live view shows of what comes in.

use std::collections::BTreeSet;

use access::event::EventKind;
use access::id::DoorId;
use access::reason::{Reason, Reasons};

use super::wanted::Wanted;
use super::{EventFilter, EventView};
use crate::site::{Site, SiteError, row};

/// A filter that needs no database any more. Areas have the doors that they had when it was made.
#[derive(Debug, Clone)]
pub struct EventWatch {
    filter: EventFilter,
    doors: Option<BTreeSet<DoorId>>,
    codes: Option<BTreeSet<String>>,
}

impl Site {
    /// Makes a filter for what comes in.
    ///
    /// # Errors
    /// Those of [`Site::find_events`].
    pub fn watch_events(&self, filter: &EventFilter) -> Result<EventWatch, SiteError> {
        self.read(|db| {
            let mut name = row::prepare(db, "SELECT id FROM door WHERE number = $1")?;
            let doors = Wanted::new(db, filter)?.doors.map(|numbers| {
                let mut named = BTreeSet::new();
                for number in numbers {
                    named.extend(row::first(name.query([number])?, |row| row::door(row, 0))?);
                }
                Ok::<_, SiteError>(named)
            });
            Ok(EventWatch { filter: filter.clone(), doors: doors.transpose()?, codes: filter.wanted_codes() })
        })
    }
}

impl EventWatch {
    /// Whether the filter means this event.
    #[must_use]
    pub fn sees(&self, view: &EventView) -> bool {
        let (filter, at) = (&self.filter, view.happened());
        let in_time = filter.from.is_none_or(|from| at >= from) && filter.until.is_none_or(|until| at < until);
        let at_door = self.doors.as_ref().is_none_or(|doors| doors.contains(&view.door));
        let of_code = self.codes.as_ref().is_none_or(|codes| codes.contains(view.event.kind.code()));
        let card = view.event.subject.map(|subject| subject.uid);
        let of_card = filter.uids.is_empty() || card.is_some_and(|card| filter.uids.contains(&card));
        let holder = view.holder.as_ref().map(|(person, _)| person);
        let of_person = filter.persons.is_empty() || holder.is_some_and(|holder| filter.persons.contains(holder));
        let for_reason = filter.reasons.is_empty() || reasons(&view.event.kind).any(|one| filter.reasons.contains(one));
        in_time && at_door && of_code && of_card && of_person && for_reason
    }
}

fn reasons(kind: &EventKind) -> impl Iterator<Item = Reason> {
    let reasons = match kind {
        EventKind::Tap { decision, .. } => decision.reasons,
        _ => Reasons::NONE,
    };
    reasons.iter()
}
