//! What the URL asks for: its pairs, read and written.

use access::time::UtcMs;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use chrono_tz::Tz;

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

    /// The same with one value of a name.
    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let others = self.0.iter().filter(|(key, _)| key != name).cloned();
        Self(others.chain([(name.to_owned(), value.to_owned())]).collect())
    }

    /// The same as a form that was filled in.
    pub(crate) fn as_form(&self) -> Form {
        Form::entered(self.0.clone())
    }

    /// A time as the form's fields send it, in the site's zone, or as programs write it, in RFC 3339.
    ///
    /// # Errors
    /// [`Fault::Invalid`] for this name if it is none.
    pub(crate) fn instant(&self, name: &'static str, zone: Tz) -> Result<Option<UtcMs>, Fault> {
        let Some(text) = self.get(name) else { return Ok(None) };
        if let Some(at) = when::from_rfc3339(text) {
            return Ok(Some(at));
        }
        when::from_field(text, zone)
            .map(|at| at.map(|at| UtcMs(at.0.saturating_mul(1000))))
            .map_err(|problem| Fault::Invalid { field: name, problem })
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
