//! Everything that the site knows of one person, for that person (GDPR, article 15).

use access::entry::Comfort;
use access::time::{UtcMs, Window};
use db::site::{
    EmploymentView, EventFilter, EventView, HandOutFilter, HandOutView, HoldingView, LIST_MAX, Person, PersonId,
    RequestView, RightView, SearchView, Seek, Site, SiteError,
};

use crate::when;

mod shape;

pub(crate) use shape::DataShape;
use shape::{
    CardShape, EmploymentShape, EventShape, GroupShape, HandOutShape, PersonShape, RequestShape, RightShape,
    SearchShape,
};

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
    /// Who asked and decided is no business of the person's.
    pub(crate) requests: Vec<RequestView>,
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
            requests: site.access_requests((None, Some(id)), None, LIST_MAX)?,
            events,
            more_events,
            searches: site.searches_about(id, LIST_MAX)?,
        })
    }

    /// As a program reads it. `name` is the person's as the reader may see it.
    pub(crate) fn shape(&self, site: &str, name: &str, now: UtcMs) -> DataShape {
        DataShape {
            site: site.to_owned(),
            made: when::rfc3339(now),
            person: PersonShape {
                id: self.person.id.0,
                name: name.to_owned(),
                external_id: self.person.external_id.clone(),
                needs_longer: self.person.comfort.has(Comfort::LONG),
            },
            cards: self.holdings.iter().map(CardShape::from).collect(),
            employments: self.employments.iter().map(EmploymentShape::from).collect(),
            rights_to_practise: self.rights.iter().map(RightShape::from).collect(),
            groups: self.groups.iter().map(GroupShape::from).collect(),
            hand_outs: self.hand_outs.iter().map(HandOutShape::from).collect(),
            requests: self.requests.iter().map(RequestShape::from).collect(),
            events: self.events.iter().map(EventShape::from).collect(),
            more_events: self.more_events,
            searches: self.searches.iter().map(SearchShape::from).collect(),
        }
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
