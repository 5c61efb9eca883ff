//! Everything that the site knows of one person, for that person (GDPR, article 15).

use access::entry::Comfort;
use access::time::{UtcMs, UtcS, Window};
use db::site::{
    EmploymentView, EventFilter, EventView, HandOutFilter, HandOutView, HoldingView, LIST_MAX, Person, PersonId,
    RightView, SearchView, Searched, Seek, Site, SiteError,
};
use serde_json::{Value, json};

use crate::when;

/// Most events of one export: what somebody taps in some five years. Those before are asked for by their time.
const EVENTS_MAX: usize = 20_000;

/// What there is.
pub(crate) struct Data {
    pub(crate) person: Person,
    pub(crate) employments: Vec<EmploymentView>,
    pub(crate) rights: Vec<RightView>,
    pub(crate) holdings: Vec<HoldingView>,
    /// Groups that have the person by name.
    pub(crate) groups: Vec<(String, Window)>,
    pub(crate) hand_outs: Vec<HandOutView>,
    /// Newest first.
    pub(crate) events: Vec<EventView>,
    /// Whether there are older ones.
    pub(crate) more_events: bool,
    /// Who was looked for why; by whom is no business of the person's.
    pub(crate) searches: Vec<SearchView>,
}

impl Data {
    pub(crate) fn read(site: &Site, id: PersonId) -> Result<Self, SiteError> {
        let outs = HandOutFilter { person: Some(id), ..HandOutFilter::default() };
        let (events, more_events) = events(site, id)?;
        Ok(Self {
            person: site.person(id)?,
            employments: site.employments(id)?,
            rights: site.rights(id)?,
            holdings: site.holdings_of(id, LIST_MAX)?,
            groups: site.groups_of(id)?.into_iter().map(|(_, name, window)| (name, window)).collect(),
            hand_outs: site.handouts(outs, None, LIST_MAX)?,
            events,
            more_events,
            searches: site.searches_about(id, LIST_MAX)?,
        })
    }

    /// As a program reads it. `name` is the person's as the reader may see it.
    pub(crate) fn json(&self, site: &str, name: &str, now: UtcMs) -> Value {
        json!({
            "site": site,
            "made": when::rfc3339(now),
            "person": {
                "id": self.person.id.0,
                "name": name,
                "external_id": self.person.external_id,
                "needs_longer": self.person.comfort.has(Comfort::LONG),
            },
            "cards": self.holdings.iter().map(|one| json!({
                "card": one.uid.hex(),
                "kind": one.kind.code(),
                "stands_in_for": one.as_kind.map(db::site::CardKind::code),
                "held": window(one.window),
            })).collect::<Vec<_>>(),
            "employments": self.employments.iter().map(|one| json!({
                "external_id": one.external_id, "unit": one.unit, "title": one.title, "validity": window(one.window),
            })).collect::<Vec<_>>(),
            "rights_to_practise": self.rights.iter().map(|one| json!({
                "profession": one.profession, "source": one.source, "validity": window(one.window),
                "checked": when::rfc3339(one.checked),
            })).collect::<Vec<_>>(),
            "groups": self.groups.iter().map(|(name, member)| json!({"name": name, "member": window(*member)}))
                .collect::<Vec<_>>(),
            "hand_outs": self.hand_outs.iter().map(hand_out).collect::<Vec<_>>(),
            "events": self.events.iter().map(event).collect::<Vec<_>>(),
            "more_events": self.more_events,
            "searches": self.searches.iter().map(search).collect::<Vec<_>>(),
        })
    }
}

fn events(site: &Site, id: PersonId) -> Result<(Vec<EventView>, bool), SiteError> {
    let filter = EventFilter { persons: vec![id], ..EventFilter::default() };
    let (mut all, mut seek) = (Vec::new(), Seek::Newest);
    loop {
        // One search looks at a bounded number of rows and may find none.
        let found = site.find_events(&filter, seek, LIST_MAX)?;
        all.extend(found.events);
        match found.next {
            Some(next) if all.len() < EVENTS_MAX => seek = Seek::Before(next.id),
            next => return Ok((all, next.is_some())),
        }
    }
}

fn hand_out(out: &HandOutView) -> Value {
    json!({
        "backup": out.backup.hex(), "kind": out.kind.code(), "cause": out.cause.code(),
        "document": out.document.code(), "place": out.place, "given": when::rfc3339(out.given),
        "until": when::rfc3339_second(out.until),
        "returned": out.returned.as_ref().map(|(_, at)| when::rfc3339(*at)),
    })
}

fn event(view: &EventView) -> Value {
    json!({
        "at": when::rfc3339(view.event.utc), "door": view.door.as_str(), "door_name": view.door_name,
        "code": view.event.kind.code(), "card": view.event.subject.map(|subject| subject.uid.hex()),
    })
}

fn search(one: &SearchView) -> Value {
    let of = match one.searched {
        Searched::Person(_) => "person",
        Searched::Card(_) => "card",
    };
    json!({"at": when::rfc3339(one.at), "of": of, "reason": one.reason, "looks": one.looks})
}

fn window(window: Window) -> Value {
    let end = |at: Option<UtcS>| at.map(when::rfc3339_second);
    json!({"from": end(window.from), "until": end(window.until)})
}
