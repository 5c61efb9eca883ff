//! What the URL asks for: the one filter language of the event list, its live tail and the API.

use access::id::DoorId;
use access::reason::Reason;
use access::time::UtcMs;
use access::uid::Uid;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use chrono_tz::Tz;
use db::site::{EventFilter, PersonId, Seek};

use crate::fault::Fault;
use crate::form::Form;
use crate::when;

/// Pairs in a query. A filter over all doors of a hospital stays below.
const PAIRS_MAX: usize = 256;

/// The pairs of a query, in their order; a name may repeat.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// The first non-empty value of a name.
    pub(crate) fn get<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.all(name).next()
    }

    /// All non-empty values of a name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, value)| key == name && !value.trim().is_empty()).map(|(_, value)| value.trim())
    }

    /// The same as a form that was filled in.
    pub(crate) fn as_form(&self) -> Form {
        Form::entered(self.0.clone())
    }

    /// Reads a value of a type that can be parsed.
    ///
    /// # Errors
    /// [`Fault::Invalid`] for this name if it cannot be.
    pub(crate) fn parse<T: std::str::FromStr>(
        &self,
        name: &'static str,
        problem: &'static str,
    ) -> Result<Option<T>, Fault> {
        self.get(name).map(|value| value.parse().map_err(|_| Fault::Invalid { field: name, problem })).transpose()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Pairs {
    type Rejection = Fault;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri)
            .map_err(|refused| Fault::Unreadable(refused.status(), refused.body_text()))?;
        if pairs.len() > PAIRS_MAX {
            return Err(Fault::Invalid { field: "query", problem: "too-many" });
        }
        Ok(Self(pairs))
    }
}

/// The names of the filter, in the order of the form.
const NAMES: [&str; 7] = ["door", "card", "person", "code", "reason", "from", "until"];

/// Reads the filter of events.
///
/// # Errors
/// [`Fault::Invalid`] with the field and the code of its problem.
pub(crate) fn event_filter(pairs: &Pairs, zone: Tz) -> Result<EventFilter, Fault> {
    let invalid = |field, problem| Fault::Invalid { field, problem };
    let doors = pairs
        .all("door")
        .map(|door| door.parse::<DoorId>().map_err(|_| invalid("door", "unknown-door")))
        .collect::<Result<Vec<_>, _>>()?;
    let reason = pairs
        .get("reason")
        .map(|code| Reason::from_code(code).ok_or_else(|| invalid("reason", "unknown-code")))
        .transpose()?;
    let code = pairs
        .get("code")
        .map(|code| EVENT_CODES.contains(&code).then(|| code.to_owned()).ok_or_else(|| invalid("code", "unknown-code")))
        .transpose()?;
    Ok(EventFilter {
        doors,
        uid: pairs.parse::<Uid>("card", "not-a-uid")?,
        person: pairs.parse("person", "not-a-number")?.map(PersonId),
        code,
        reason,
        from: instant(pairs, "from", zone)?,
        until: instant(pairs, "until", zone)?,
    })
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
    let kept = NAMES.into_iter().flat_map(|name| pairs.all(name).map(move |value| (name, value)));
    join(kept.chain(more.iter().copied()))
}

/// Pairs as a query, without the leading `?`.
pub(crate) fn join<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    pairs.map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect::<Vec<_>>().join("&")
}

/// Percent-encodes all but the unreserved characters of RFC 3986.
pub(crate) fn encode(text: &str) -> String {
    use std::fmt::Write as _;
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// A time as the form's fields send it, in the site's zone, or as programs write it, in RFC 3339.
pub(crate) fn instant(pairs: &Pairs, name: &'static str, zone: Tz) -> Result<Option<UtcMs>, Fault> {
    let Some(text) = pairs.get(name) else {
        return Ok(None);
    };
    if let Some(at) = when::from_rfc3339(text) {
        return Ok(Some(at));
    }
    when::from_field(text, zone)
        .map(|at| at.map(|at| UtcMs(at.0.saturating_mul(1000))))
        .map_err(|problem| Fault::Invalid { field: name, problem })
}

/// The codes of `access::event::EventKind::code`, in the order of the form. A test holds them together.
pub(crate) const EVENT_CODES: &[&str] = &[
    "granted",
    "denied",
    "exit-pressed",
    "command-followed",
    "command-refused",
    "opened",
    "opened-unreleased",
    "closed",
    "journal-slow",
    "started",
    "stopped",
    "reader-blind",
    "reader-recovered",
    "whitelist-applied",
    "state-applied",
    "messages-refused",
    "encoded",
    "encoding-failed",
    "presented",
    "entered",
    "not-entered",
    "held-warning",
    "held-open",
    "held-cleared",
    "forced-open",
    "forced-cleared",
    "tamper",
    "tamper-cleared",
    "mains-lost",
    "mains-restored",
    "battery-low",
    "battery-good",
    "fire",
    "fire-cleared",
    "exit-button-stuck",
    "exit-button-freed",
    "contact-fault",
    "contact-mended",
    "mode-changed",
    "locked-out",
    "forgiven",
    "epoch-began",
    "events-dropped",
    "clock-stepped",
    "list-too-old",
    "list-confirmed",
    "file-rebuilt",
    "disk-refuses",
    "disk-mended",
];

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Europe::Helsinki;

    async fn pairs(query: &str) -> Pairs {
        let request = axum::http::Request::get(format!("/events?{query}")).body(()).unwrap();
        Pairs::from_request_parts(&mut request.into_parts().0, &()).await.unwrap()
    }

    #[tokio::test]
    async fn empty_fields_of_a_form_filter_nothing() {
        let pairs = pairs("door=&card=&person=+&code=&reason=&from=&until=").await;
        assert_eq!(event_filter(&pairs, Helsinki), Ok(EventFilter::default()));
        assert_eq!(again(&pairs, &[]), "");
    }

    #[tokio::test]
    async fn a_filter_is_read_and_written_again() {
        let query = "door=a&door=b&card=04%3AA1B2C3&code=denied&reason=card-expired&from=2026-11-24T15%3A00&x=y";
        let pairs = pairs(query).await;
        let filter = event_filter(&pairs, Helsinki).unwrap();
        assert_eq!(filter.doors.len(), 2);
        assert_eq!(filter.reason, Some(Reason::CardExpired));
        assert_eq!(filter.from.map(when::rfc3339).as_deref(), Some("2026-11-24T13:00:00.000Z"));
        assert_eq!(again(&pairs, &[("before", "7")]), query.replace("&x=y", "&before=7"));
    }

    #[tokio::test]
    async fn what_is_no_filter_is_named() {
        for (query, field) in [
            ("door=Ä", "door"),
            ("card=12", "card"),
            ("person=x", "person"),
            ("code=x", "code"),
            ("reason=x", "reason"),
            ("from=x", "from"),
        ] {
            match event_filter(&pairs(query).await, Helsinki) {
                Err(Fault::Invalid { field: got, .. }) => assert_eq!(got, field),
                other => panic!("{query}: {other:?}"),
            }
        }
    }
}
