//! What is done to many at once, as pages and API ask for it.

use access::time::UtcS;
use access::uid::Uid;
use db::site::{BulkAct, BulkSelection, CardFilter, Cause, GroupId, PeopleFilter, PersonId};

use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;

/// Whether a list is of people or of cards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    People,
    Cards,
}

impl Kind {
    pub(crate) const ALL: [Self; 2] = [Self::People, Self::Cards];

    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Cards => "cards",
        }
    }

    pub(crate) fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// Reads whom a form means: ticked boxes, all that a list's filter finds, or pasted numbers.
///
/// # Errors
/// [`Fault::Invalid`] with the field.
pub(crate) fn selection(form: &Form) -> Result<(Kind, BulkSelection), Fault> {
    let invalid = |field, problem| Fault::Invalid { field, problem };
    let kind = Kind::from_code(form.value("kind")).ok_or(invalid("kind", "unknown-code"))?;
    let numbers = numbers(form.value("numbers"));
    let selection = match kind {
        Kind::People if form.has("all", "yes") => {
            BulkSelection::PeopleMatching(PeopleFilter { text: form.optional("text") })
        }
        Kind::Cards if form.has("all", "yes") => BulkSelection::CardsMatching(card_filter(form)?),
        Kind::People if !numbers.is_empty() => BulkSelection::PeopleNumbered(numbers),
        Kind::Cards if !numbers.is_empty() => BulkSelection::CardsNumbered(numbers),
        Kind::People => {
            let ids = form.values("id").map(|id| id.parse().map(PersonId));
            BulkSelection::People(ids.collect::<Result<_, _>>().map_err(|_| invalid("id", "not-a-number"))?)
        }
        Kind::Cards => {
            let uids = form.values("id").map(str::parse::<Uid>);
            BulkSelection::Cards(uids.collect::<Result<_, _>>().map_err(|_| invalid("id", "not-a-uid"))?)
        }
    };
    Ok((kind, selection))
}

fn card_filter(form: &Form) -> Result<CardFilter, Fault> {
    let invalid = |field, problem| Fault::Invalid { field, problem };
    Ok(CardFilter {
        text: form.optional("text"),
        door: form
            .optional("door")
            .map(|door| door.parse().map_err(|_| invalid("door", "unknown-door")))
            .transpose()?,
        blocked: form
            .optional("blocked")
            .map(|code| code.parse().map_err(|_| invalid("blocked", "unknown-code")))
            .transpose()?,
    })
}

/// Pasted numbers: one a line, or with commas, semicolons or tabs between them. A card's number may have colons or blanks
/// in it.
pub(crate) fn numbers(text: &str) -> Vec<String> {
    let parts = text.split(['\n', '\r', ',', ';', '\t']).map(str::trim);
    parts.filter(|number| !number.is_empty()).map(str::to_owned).collect()
}

/// Reads what is to be done; notes in the form what is wrong with it.
pub(crate) fn act(form: &mut Form, app: &App) -> Option<BulkAct> {
    let code = form.value("act").to_owned();
    match code.as_str() {
        "add-to-group" => {
            let group = form.parse("group", "unknown-group").map(GroupId);
            let window = form.window(app.context.zone);
            Some(BulkAct::AddToGroup { group: group?, window: window? })
        }
        "remove-from-group" => Some(BulkAct::RemoveFromGroup { group: GroupId(form.parse("group", "unknown-group")?) }),
        "set-end" => Some(BulkAct::SetEnd { until: end(form, app)? }),
        "suspend" => Some(BulkAct::Suspend { cause: cause(form, "suspend_cause")? }),
        "resume" => Some(BulkAct::Resume { cause: cause(form, "resume_cause")? }),
        _ => {
            form.problem_in("act", "unknown-code");
            None
        }
    }
}

#[expect(clippy::option_option, reason = "an open end is a good answer, unlike none")]
fn end(form: &mut Form, app: &App) -> Option<Option<UtcS>> {
    match crate::when::from_field(form.value("end"), app.context.zone) {
        Ok(until) => Some(until),
        Err(problem) => {
            form.problem_in("end", problem);
            None
        }
    }
}

fn cause(form: &mut Form, field: &'static str) -> Option<Cause> {
    let cause = Cause::from_code(form.value(field));
    if cause.is_none() {
        form.problem_in(field, "unknown-code");
    }
    cause
}
