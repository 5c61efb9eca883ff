//! The filter of events: one language in the URL for the list, its live tail, its table for spreadsheets and the API.
//!
//! ```text
//! door=pharmacy&door=ward-3&area=2   at one of these places
//! card=04A1B201,04A1B202             with one of these cards; may repeat as well, as every name may
//! person=17                          by whoever held the card then
//! decision=denied                    taps that were granted, or denied
//! code=forced-open&code=held-open    what happened
//! reason=card-expired                denied for one of these, perhaps among others
//! span=day                           how far back: day, week, month (if nothing is said), all
//! from=2026-11-24T15:00&until=…      or between two instants, in the site's zone or with an offset
//! ```
//!
//! What is named twice is joined by "or", different names by "and"; `door` and `area` are one: places.

use access::event::EventKind;
use access::id::DoorId;
use access::reason::{Reason, Reasons};
use access::time::UtcMs;
use access::uid::Uid;
use chrono_tz::Tz;
use db::site::{AreaId, EventFilter, PersonId, Seek};

use crate::fault::Fault;
use crate::query::{Pairs, join};

/// The names of the filter, in the order of the form.
pub(crate) const NAMES: [&str; 10] =
    ["door", "area", "card", "person", "decision", "code", "reason", "span", "from", "until"];

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// How far back a list goes if no instants are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Span {
    Day,
    Week,
    /// What is shown if nothing is said.
    #[default]
    Month,
    All,
}

impl Span {
    pub(crate) const ALL: [Self; 4] = [Self::Day, Self::Week, Self::Month, Self::All];

    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::All => "all",
        }
    }

    /// Where a list begins that is made now.
    fn begins(self, now: UtcMs) -> Option<UtcMs> {
        let days = match self {
            Self::Day => 1,
            Self::Week => 7,
            Self::Month => 31,
            Self::All => return None,
        };
        Some(UtcMs(now.0.saturating_sub(days * DAY_MS)))
    }
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Asked {
    /// Without the span: what comes in is shown however late it comes.
    pub(crate) filter: EventFilter,
    /// How far back; nothing if instants are named.
    pub(crate) span: Option<Span>,
}

impl Asked {
    /// Reads the filter.
    ///
    /// # Errors
    /// [`Fault::Invalid`] with the field and the code of its problem.
    pub(crate) fn read(pairs: &Pairs, zone: Tz) -> Result<Self, Fault> {
        let filter = EventFilter {
            doors: all(pairs, "door", "unknown-door", |door| door.parse::<DoorId>().ok())?,
            areas: all(pairs, "area", "unknown-area", |area| area.parse().ok().map(AreaId))?,
            uids: all(pairs, "card", "not-a-uid", |card| card.parse::<Uid>().ok())?,
            persons: all(pairs, "person", "not-a-number", |person| person.parse().ok().map(PersonId))?,
            codes: all(pairs, "code", "unknown-code", |code| {
                EventKind::CODES.contains(&code).then(|| code.to_owned())
            })?,
            reasons: reasons(pairs)?,
            granted: decision(pairs)?,
            from: pairs.instant("from", zone)?,
            until: pairs.instant("until", zone)?,
        };
        let span = pairs.get("span").map(|code| Span::ALL.into_iter().find(|span| span.code() == code));
        let span =
            span.map(|span| span.ok_or(Fault::Invalid { field: "span", problem: "unknown-code" })).transpose()?;
        let instants = filter.from.is_some() || filter.until.is_some();
        Ok(Self { span: (!instants).then(|| span.unwrap_or_default()), filter })
    }

    /// The filter of a list that is made now.
    pub(crate) fn back_from(&self, now: UtcMs) -> EventFilter {
        let from = self.filter.from.or_else(|| self.span?.begins(now));
        EventFilter { from, ..self.filter.clone() }
    }
}

/// Where in the log the query wants to read.
///
/// # Errors
/// [`Fault::Invalid`] if the cursor is none.
pub(crate) fn seek(pairs: &Pairs) -> Result<Seek, Fault> {
    if let Some(after) = pairs.parse("after", "not-a-number")? {
        return Ok(Seek::After(after));
    }
    Ok(pairs.parse("before", "not-a-number")?.map_or(Seek::Newest, Seek::Before))
}

/// The filter as a query again, with these pairs behind it; without the leading `?`.
pub(crate) fn again(pairs: &Pairs, more: &[(&str, &str)]) -> String {
    join(kept(pairs).chain(more.iter().copied()))
}

/// The pairs of the filter, in the order of the form.
pub(crate) fn kept(pairs: &Pairs) -> impl Iterator<Item = (&str, &str)> {
    NAMES.into_iter().flat_map(|name| pairs.all(name).map(move |value| (name, value)))
}

/// The values of a name; one may hold several, as people type or paste them.
pub(crate) fn values<'a>(pairs: &'a Pairs, name: &'a str) -> impl Iterator<Item = &'a str> {
    pairs.all(name).flat_map(|value| value.split([',', ';'])).map(str::trim).filter(|value| !value.is_empty())
}

fn all<T>(
    pairs: &Pairs,
    field: &'static str,
    problem: &'static str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, Fault> {
    values(pairs, field).map(|value| read(value).ok_or(Fault::Invalid { field, problem })).collect()
}

fn reasons(pairs: &Pairs) -> Result<Reasons, Fault> {
    let mut reasons = Reasons::NONE;
    all(pairs, "reason", "unknown-code", Reason::from_code)?.into_iter().for_each(|reason| reasons.insert(reason));
    Ok(reasons)
}

/// Granted and denied together are every tap, which the two codes say.
fn decision(pairs: &Pairs) -> Result<Option<bool>, Fault> {
    match pairs.get("decision") {
        None => Ok(None),
        Some("granted") => Ok(Some(true)),
        Some("denied") => Ok(Some(false)),
        Some(_) => Err(Fault::Invalid { field: "decision", problem: "unknown-code" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::when;
    use axum::extract::FromRequestParts as _;
    use chrono_tz::Europe::Helsinki;

    async fn pairs(query: &str) -> Pairs {
        let request = axum::http::Request::get(format!("/events?{query}")).body(()).unwrap();
        Pairs::from_request_parts(&mut request.into_parts().0, &()).await.unwrap()
    }

    #[tokio::test]
    async fn empty_fields_of_a_form_filter_nothing() {
        let pairs = pairs("door=&area=&card=&person=+&decision=&code=&reason=&span=&from=&until=").await;
        let asked = Asked::read(&pairs, Helsinki).unwrap();
        assert_eq!(asked, Asked { span: Some(Span::Month), ..Asked::default() });
        assert_eq!(again(&pairs, &[]), "");
    }

    #[tokio::test]
    async fn a_filter_is_read_and_written_again() {
        let query = "door=a&door=b&area=3&card=04%3AA1B2C3%2C%2004A1B2C4&person=7&person=8&decision=denied&code=denied\
                     &reason=card-expired&reason=card-blocked&from=2026-11-24T15%3A00&x=y";
        let pairs = pairs(query).await;
        let asked = Asked::read(&pairs, Helsinki).unwrap();
        let filter = &asked.filter;
        assert_eq!((filter.doors.len(), filter.areas.len(), filter.uids.len(), filter.persons.len()), (2, 1, 2, 2));
        assert_eq!(filter.reasons.iter().collect::<Vec<_>>().len(), 2);
        assert_eq!((filter.granted, asked.span), (Some(false), None));
        assert_eq!(filter.from.map(when::rfc3339).as_deref(), Some("2026-11-24T13:00:00.000Z"));
        assert_eq!(again(&pairs, &[("before", "7")]), query.replace("&x=y", "&before=7"));
    }

    #[tokio::test]
    async fn a_list_goes_back_a_month_unless_the_query_says_otherwise() {
        let now = UtcMs(100 * DAY_MS);
        for (query, days) in [("", Some(31)), ("span=day", Some(1)), ("span=week", Some(7)), ("span=all", None)] {
            let asked = Asked::read(&pairs(query).await, Helsinki).unwrap();
            assert_eq!(asked.filter.from, None, "what comes in is shown however late it comes");
            assert_eq!(asked.back_from(now).from, days.map(|days| UtcMs((100 - days) * DAY_MS)), "{query}");
        }
        let until = Asked::read(&pairs("span=day&until=2026-11-24T15:00").await, Helsinki).unwrap();
        assert_eq!((until.span, until.back_from(now).from), (None, None));
    }

    #[tokio::test]
    async fn what_is_no_filter_is_named() {
        for (query, field) in [
            ("door=Ä", "door"),
            ("area=x", "area"),
            ("card=12", "card"),
            ("card=04A1B2C3,12", "card"),
            ("person=x", "person"),
            ("decision=maybe", "decision"),
            ("code=x", "code"),
            ("reason=x", "reason"),
            ("span=x", "span"),
            ("from=x", "from"),
        ] {
            match Asked::read(&pairs(query).await, Helsinki) {
                Err(Fault::Invalid { field: got, .. }) => assert_eq!(got, field),
                other => panic!("{query}: {other:?}"),
            }
        }
    }
}
