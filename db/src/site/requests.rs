//! Access that somebody asks for and somebody else decides about.
//!
//! ```text
//! ask ──▶ open ──▶ approved   the person is in the group, by the change that a form of the group makes
//!              ├─▶ refused    with an answer in words
//!              └─▶ withdrawn  by whoever asked
//! ```
//!
//! Four eyes: nobody approves what they have asked for. Whoever is limited asks for people who are within, and for any
//! group: that it opens doors which are not theirs is why they ask.

use std::fmt;

use access::time::{UtcMs, Window};
use rusqlite::{Connection, Row};

use super::open::Wakes;
use super::rules::groups;
use super::{Actor, GroupId, PersonId, Site, SiteError, change, holdings, row};

/// Longest reason and longest answer, in bytes.
pub const REQUEST_TEXT_MAX: usize = 500;

/// Most requests of one operator that are open: whoever asks for more has a register to import.
pub const REQUESTS_OPEN_MAX: i64 = 50;

/// Most requests of all that are open: what nobody decides is not worth more rows.
pub const REQUESTS_OPEN_ALL_MAX: i64 = 1_000;

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RequestState {
    /// Nobody has decided yet.
    Open,
    /// The person is in the group.
    Approved,
    /// It is not given.
    Refused,
    /// Whoever asked needs it no more.
    Withdrawn,
}

impl RequestState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Open, Self::Approved, Self::Refused, Self::Withdrawn];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The state with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// What is asked for: that a person is a member of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRequest {
    /// Who.
    pub person: PersonId,
    /// Of which group.
    pub group: GroupId,
    /// From when until when.
    pub window: Window,
    /// Why, in words; at most [`REQUEST_TEXT_MAX`] bytes.
    pub reason: String,
}

/// A request.
#[derive(Clone, PartialEq, Eq)]
pub struct RequestView {
    /// Its number.
    pub id: i64,
    /// What was asked for.
    pub wanted: NewRequest,
    /// As on the badge.
    pub person_name: String,
    /// As the group is called now, or was called last.
    pub group_name: String,
    /// Who asked, and when.
    pub asked: (String, UtcMs),
    /// What became of it.
    pub state: RequestState,
    /// Who decided, and when.
    pub decided: Option<(String, UtcMs)>,
    /// Why not; empty for others than refused ones.
    pub answer: String,
}

/// Names and reasons stay out of logs.
impl fmt::Debug for RequestView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestView").field("id", &self.id).field("state", &self.state).finish_non_exhaustive()
    }
}

impl Site {
    /// Asks that a person be put into a group. Returns the number of the request.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the group; [`SiteError::Invalid`] with `person` and `unknown-person`, with `reason`, with
    /// `until` and `reversed-window` or `past`, or with `request` and `too-many`; [`SiteError::Refused`] with `group` and
    /// `already-so`; [`SiteError::Conflict`] if the same is asked for already.
    pub fn ask_access(&self, actor: &Actor<'_>, new: &NewRequest) -> Result<i64, SiteError> {
        row::check_text("reason", &new.reason, REQUEST_TEXT_MAX)?;
        row::check_window("until", new.window)?;
        if is_past(new.window, actor) {
            return Err(SiteError::invalid("until", "past"));
        }
        self.write(Wakes::Changes, |db| {
            holdings::need_person(db, new.person)?;
            groups::name(db, new.group)?;
            if groups::member(db, new.group, new.person)? == Some(new.window) {
                return Err(SiteError::refused("group", "already-so"));
            }
            if open(db, None)? >= REQUESTS_OPEN_ALL_MAX || open(db, Some(actor.operator))? >= REQUESTS_OPEN_MAX {
                return Err(SiteError::invalid("request", "too-many"));
            }
            let asked = "SELECT 1 FROM access_request WHERE person = $1 AND grp = $2 AND until IS NULL";
            if row::prepare(db, asked)?.exists((new.person.0, new.group.0))? {
                return Err(SiteError::conflict("group", &new.group.0.to_string()));
            }
            let detail = format!("{} {}: {}", new.group.0, new.person.0, new.reason);
            let change = change::begin(db, actor, "access-ask", &detail)?;
            let (from, until) = row::bounds(new.window);
            let sql = "INSERT INTO access_request (person, grp, from_s, until_s, reason, since)
                       VALUES ($1, $2, $3, $4, $5, $6) RETURNING id";
            let values = (new.person.0, new.group.0, from, until, &new.reason, change);
            Ok(row::prepare(db, sql)?.query_row(values, |row| row.get(0))?)
        })
    }

    /// Gives what was asked for: the person becomes a member, in the same transaction. Both operators stand in the log.
    ///
    /// # Errors
    /// [`SiteError::NotFound`]; [`SiteError::Refused`] with `request` and `is-decided`, `asked-by-you`, `is-over` if the time
    /// that was asked for is, or `gone` if the group is.
    pub fn approve_access(&self, actor: &Actor<'_>, id: i64) -> Result<RequestView, SiteError> {
        self.write(Wakes::Changes, |db| {
            let known = undecided(db, id)?;
            let NewRequest { person, group, window, .. } = known.wanted;
            if known.asked.0 == actor.operator {
                return Err(SiteError::refused("request", "asked-by-you"));
            }
            if is_past(window, actor) {
                return Err(SiteError::refused("request", "is-over"));
            }
            match groups::set_member(db, actor, group, person, window) {
                Err(SiteError::NotFound { .. }) => return Err(SiteError::refused("request", "gone")),
                set => set?,
            };
            decide(db, actor, &known, (RequestState::Approved, ""))
        })
    }

    /// Does not give it.
    ///
    /// # Errors
    /// [`SiteError::NotFound`]; [`SiteError::Invalid`] with `answer`; [`SiteError::Refused`] with `request` and `is-decided`.
    pub fn refuse_access(&self, actor: &Actor<'_>, id: i64, answer: &str) -> Result<RequestView, SiteError> {
        row::check_text("answer", answer, REQUEST_TEXT_MAX)?;
        self.write(Wakes::Changes, |db| decide(db, actor, &undecided(db, id)?, (RequestState::Refused, answer)))
    }

    /// Takes back what oneself has asked for.
    ///
    /// # Errors
    /// [`SiteError::NotFound`]; [`SiteError::Refused`] with `request` and `is-decided` or `asked-by-another`.
    pub fn withdraw_access(&self, actor: &Actor<'_>, id: i64) -> Result<RequestView, SiteError> {
        self.write(Wakes::Changes, |db| {
            let known = undecided(db, id)?;
            if known.asked.0 != actor.operator {
                return Err(SiteError::refused("request", "asked-by-another"));
            }
            decide(db, actor, &known, (RequestState::Withdrawn, ""))
        })
    }

    /// One request.
    ///
    /// # Errors
    /// [`SiteError::NotFound`].
    pub fn access_request(&self, id: i64) -> Result<RequestView, SiteError> {
        self.read(|db| one(db, id))
    }

    /// Requests in one state or in any, of one person or of all, newest first; `before` continues a page.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn access_requests(
        &self,
        (state, person): (Option<RequestState>, Option<PersonId>),
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<RequestView>, SiteError> {
        self.read(|db| {
            let sql = format!(
                "{SELECT} WHERE r.id < $1 AND ($2 IS NULL OR COALESCE(r.outcome, 'open') = $2)
                 AND ($3 IS NULL OR r.person = $3) ORDER BY r.id DESC LIMIT $4"
            );
            let before = before.unwrap_or(row::LIMIT_ALL);
            let values = (before, state.map(RequestState::code), person.map(|one| one.0), row::limit_of(limit));
            row::all(row::prepare(db, &sql)?.query(values)?, view)
        })
    }

    /// How many are open.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn access_requests_open(&self) -> Result<usize, SiteError> {
        self.read(|db| Ok(usize::try_from(open(db, None)?).unwrap_or(usize::MAX)))
    }
}

const SELECT: &str = "
    SELECT r.id, r.person, r.grp, r.from_s, r.until_s, r.reason, p.name,
           (SELECT g.name FROM group_state g WHERE g.grp = r.grp ORDER BY g.id DESC LIMIT 1),
           a.operator, a.at_ms, r.outcome, d.operator, d.at_ms, r.answer
    FROM access_request r JOIN person p ON p.id = r.person JOIN change a ON a.number = r.since
    LEFT JOIN change d ON d.number = r.until";

/// How many requests are open, of one operator or of all.
fn open(db: &Connection, operator: Option<&str>) -> Result<i64, SiteError> {
    let sql = "SELECT COUNT(*) FROM access_request r JOIN change c ON c.number = r.since
               WHERE r.until IS NULL AND ($1 IS NULL OR c.operator = $1)";
    Ok(row::prepare(db, sql)?.query_row([operator], |row| row.get(0))?)
}

fn is_past(window: Window, actor: &Actor<'_>) -> bool {
    window.until.is_some_and(|until| until <= actor.at.second())
}

fn one(db: &Connection, id: i64) -> Result<RequestView, SiteError> {
    let mut statement = row::prepare(db, &format!("{SELECT} WHERE r.id = $1"))?;
    row::first(statement.query([id])?, view)?.ok_or_else(|| SiteError::not_found("request", &id))
}

fn undecided(db: &Connection, id: i64) -> Result<RequestView, SiteError> {
    let known = one(db, id)?;
    if known.state == RequestState::Open { Ok(known) } else { Err(SiteError::refused("request", "is-decided")) }
}

fn decide(
    db: &Connection,
    actor: &Actor<'_>,
    known: &RequestView,
    (state, answer): (RequestState, &str),
) -> Result<RequestView, SiteError> {
    let action = match state {
        RequestState::Approved => "access-approve",
        RequestState::Withdrawn => "access-withdraw",
        RequestState::Refused | RequestState::Open => "access-refuse",
    };
    let NewRequest { person, group, .. } = known.wanted;
    let said = if answer.is_empty() { String::new() } else { format!(": {answer}") };
    let detail = format!("{} {} {} {}{said}", known.id, group.0, person.0, known.asked.0);
    let change = change::begin(db, actor, action, &detail)?;
    let sql = "UPDATE access_request SET until = $1, outcome = $2, answer = $3 WHERE id = $4";
    let answer = (!answer.is_empty()).then_some(answer);
    row::prepare(db, sql)?.execute((change, state.code(), answer, known.id))?;
    one(db, known.id)
}

fn view(row: &Row<'_>) -> Result<RequestView, SiteError> {
    let outcome: Option<String> = row.get(10)?;
    let state = outcome.as_deref().map_or(Some(RequestState::Open), RequestState::from_code);
    let decided = match row.get::<_, Option<String>>(11)? {
        Some(operator) => Some((operator, UtcMs(row.get(12)?))),
        None => None,
    };
    Ok(RequestView {
        id: row.get(0)?,
        wanted: NewRequest {
            person: PersonId(row.get(1)?),
            group: GroupId(row.get(2)?),
            window: row::window(row, 3)?,
            reason: row.get(5)?,
        },
        person_name: row.get(6)?,
        group_name: row.get::<_, Option<String>>(7)?.unwrap_or_default(),
        asked: (row.get(8)?, UtcMs(row.get(9)?)),
        state: state.ok_or(SiteError::corrupt("outcome of a request"))?,
        decided,
        answer: row.get::<_, Option<String>>(13)?.unwrap_or_default(),
    })
}
