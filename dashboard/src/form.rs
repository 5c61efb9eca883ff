//! What was entered into a form, and what is wrong with it.

use access::time::{UtcS, Window};
use axum::extract::{Form as AxumForm, FromRequest, Request};
use chrono_tz::Tz;

use crate::app::App;
use crate::fault::Fault;
use crate::when;

/// Fields in a form. Most have a handful; that of an area has two for each door that it shows.
const FIELDS_MAX: usize = 512;

/// The fields as they were entered, and the problems found. An empty form is one to be filled in.
#[derive(Debug, Clone, Default)]
pub(crate) struct Form {
    fields: Vec<(String, String)>,
    problems: Vec<(&'static str, String)>,
}

impl Form {
    /// To be filled in, with these fields set.
    pub(crate) fn with(fields: &[(&str, String)]) -> Self {
        Self {
            fields: fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            problems: Vec::new(),
        }
    }

    /// Filled in, with these fields.
    pub(crate) fn entered(fields: Vec<(String, String)>) -> Self {
        Self { fields, problems: Vec::new() }
    }

    /// What was entered, without the blanks around it; empty if nothing was.
    pub(crate) fn value(&self, name: &str) -> &str {
        self.fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value.trim())
    }

    /// The same untouched, for passwords.
    pub(crate) fn raw(&self, name: &str) -> &str {
        self.fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    /// All values of a field that may repeat.
    pub(crate) fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.trim())
    }

    /// Whether the field has this value, for options and boxes.
    pub(crate) fn has(&self, name: &str, value: &str) -> bool {
        self.values(name).any(|entered| entered == value)
    }

    pub(crate) fn optional(&self, name: &str) -> Option<String> {
        Some(self.value(name)).filter(|value| !value.is_empty()).map(str::to_owned)
    }

    /// All that was entered.
    pub(crate) fn fields(&self) -> &[(String, String)] {
        &self.fields
    }

    /// Fills in a field that was not sent.
    pub(crate) fn fill(&mut self, name: &str, value: impl FnOnce() -> String) {
        if !self.fields.iter().any(|(field, _)| field == name) {
            self.fields.push((name.to_owned(), value()));
        }
    }

    /// Gives a field a value, whatever was sent.
    pub(crate) fn set(&mut self, name: &str, value: String) {
        self.fields.retain(|(field, _)| field != name);
        self.fields.push((name.to_owned(), value));
    }

    /// Notes what is wrong with a field; behind a `|` the code may carry which part of the field it is.
    pub(crate) fn problem_in(&mut self, field: &'static str, code: &str) {
        self.problems.push((field, code.to_owned()));
    }

    /// The code of what is wrong with a field; empty if nothing is.
    pub(crate) fn problem(&self, field: &str) -> &str {
        self.problems.iter().find(|(name, _)| *name == field).map_or("", |(_, code)| code)
    }

    pub(crate) fn problems(&self) -> &[(&'static str, String)] {
        &self.problems
    }

    pub(crate) fn failed(&self) -> bool {
        !self.problems.is_empty()
    }

    /// Takes what the database had against it; faults that no other entry would mend are passed on.
    pub(crate) fn refused(&mut self, fault: Fault) -> Result<(), Fault> {
        match fault {
            Fault::Invalid { field, problem } => self.problem_in(field, problem),
            Fault::Conflict(what) => self.problem_in(what, "duplicate"),
            Fault::Refused { what, problem } => self.problem_in(what, problem),
            other => return Err(other),
        }
        Ok(())
    }

    /// Reads a field of a type that can be parsed.
    pub(crate) fn parse<T: std::str::FromStr>(&mut self, field: &'static str, code: &'static str) -> Option<T> {
        let value = self.value(field).to_owned();
        match value.parse() {
            Ok(parsed) => Some(parsed),
            Err(_) => {
                self.problem_in(field, if value.is_empty() { "empty" } else { code });
                None
            }
        }
    }

    /// Reads the two fields of a window.
    pub(crate) fn window(&mut self, zone: Tz) -> Option<Window> {
        let from = self.instant("from", zone);
        let until = self.instant("until", zone);
        let window = Window { from: from?, until: until? };
        if !window.is_possible() {
            self.problem_in("until", "reversed-window");
            return None;
        }
        Some(window)
    }

    #[expect(clippy::option_option, reason = "an open end is a good answer, unlike none")]
    fn instant(&mut self, field: &'static str, zone: Tz) -> Option<Option<UtcS>> {
        match when::from_field(self.value(field), zone) {
            Ok(at) => Some(at),
            Err(code) => {
                self.problem_in(field, code);
                None
            }
        }
    }
}

impl FromRequest<App> for Form {
    type Rejection = Fault;
    async fn from_request(request: Request, app: &App) -> Result<Self, Fault> {
        let AxumForm(fields) = AxumForm::<Vec<(String, String)>>::from_request(request, app)
            .await
            .map_err(|refused| Fault::Unreadable(refused.status(), refused.body_text()))?;
        if fields.len() > FIELDS_MAX {
            return Err(Fault::Invalid { field: "", problem: "too-long" });
        }
        Ok(Self::entered(fields))
    }
}
