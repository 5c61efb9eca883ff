//! Rights to practise, asked of a register over HTTP. `docs/API.md` describes what it has to answer.
//!
//! ```text
//! ask when due ─▶ whole answer within its bounds ─▶ rows, each sound ─▶ one import ─▶ site database
//!                         │ rights-unreachable         │ rights-unreadable  │ rights-refused, rights-mass-removal
//!                         └────────────────────────────┴────────────────────┴──▶ alarm; nothing has changed
//! ```

use std::collections::HashSet;
use std::io::{self, Read};
use std::time::{Duration, Instant};

use access::time::UtcMs;
use chrono_tz::Tz;
use db::site::{Actor, Condition, ImportOptions, ImportPlan, ImportRows, RightRow, Site, SiteError};

use crate::clock::utc_now;
use crate::config::Register;
use crate::plan::Plan;
use crate::web::{Answer, Marks, Server, WebFault};
use crate::worker::Workers;

mod answer;

use answer::AnswerFault;

/// How often it is looked whether the register is due.
const LOOK: Duration = Duration::from_secs(1);

/// Largest answer. A right takes about 150 bytes, and an import takes 200,000 rows.
const ANSWER_BYTES_MAX: usize = 48 * 1_024 * 1_024;

/// Who changes rights, in the operator log.
const ACTOR: &str = "rights-register";

/// The alarms of [`Fault`].
const CODES: [&str; 5] =
    ["rights-unreachable", "rights-unreadable", "rights-refused", "rights-mass-removal", "rights-not-stored"];

/// Why rights were not taken over.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(transparent)]
    Web(#[from] WebFault),
    #[error("the answer broke off: {0}")]
    Broken(#[from] io::Error),
    #[error(transparent)]
    Answer(#[from] AnswerFault),
    #[error("{count} rows are refused, the first is row {row}: {column}: {problem}; have the register correct them")]
    Rows { count: u32, row: u32, column: &'static str, problem: &'static str },
    #[error("so many rights would end that a person has to look at it: import the register's rights by hand")]
    Removals,
    #[error("the site database does not take them: {0}")]
    Site(#[from] SiteError),
}

impl Fault {
    /// The code of the alarm.
    fn code(&self) -> &'static str {
        match self {
            Self::Web(_) | Self::Broken(_) => "rights-unreachable",
            Self::Answer(_) => "rights-unreadable",
            Self::Rows { .. } => "rights-refused",
            Self::Removals => "rights-mass-removal",
            Self::Site(_) => "rights-not-stored",
        }
    }
}

/// Starts the thread.
pub(crate) fn start(workers: &mut Workers, site: &Site, register: Register, zone: Tz) -> io::Result<()> {
    let mut asker = Asker::new(site.clone(), register, zone, Instant::now());
    workers.start("rights", LOOK, move || asker.look())
}

struct Asker {
    site: Site,
    register: Register,
    zone: Tz,
    plan: Plan,
    /// Code of the alarm that was raised, until it is well again.
    told: Option<&'static str>,
}

impl Asker {
    fn new(site: Site, register: Register, zone: Tz, now: Instant) -> Self {
        Self { plan: Plan::new(register.every, now), site, register, zone, told: None }
    }

    fn look(&mut self) {
        if !self.plan.is_due(Instant::now()) {
            return;
        }
        match self.ask(utc_now()) {
            Ok(done) => {
                self.told = None;
                self.is_well();
                self.plan.well(Instant::now());
                tracing::info!(
                    added = done.added,
                    changed = done.changed,
                    ended = done.removed,
                    unchanged = done.unchanged,
                    "rights to practise are as the register has them"
                );
            }
            Err(fault) => {
                self.plan.fault(Instant::now());
                self.tell(&fault);
            }
        }
    }

    fn ask(&self, now: UtcMs) -> Result<ImportPlan, Fault> {
        let Register { url, source, token, authority, time_out, .. } = &self.register;
        let server = Server::trusted(url, *time_out, authority.as_deref())?;
        let bytes = match server.get(&Marks::default(), token.as_deref().map(String::as_str))? {
            Answer::Body(body, _) => whole(body)?,
            Answer::Unchanged => return Err(WebFault::Status(304).into()),
        };
        let rights = answer::read(&bytes, source, self.zone, now)?;
        import(&self.site, source, rights, now)
    }

    /// After a start too: an alarm from before closes.
    fn is_well(&self) {
        let over = CODES.map(|kind| Condition { kind, door: None, wrong: false });
        if let Err(error) = self.site.note_conditions(&over, utc_now()) {
            tracing::error!(%error, "that the register is well again could not be noted");
        }
    }

    fn tell(&mut self, fault: &Fault) {
        let code = fault.code();
        if self.told == Some(code) {
            return;
        }
        tracing::warn!(code, %fault, "rights to practise could not be taken over");
        match self.site.raise_alarm(code, None, None, utc_now()) {
            Ok(()) => self.told = Some(code),
            Err(error) => tracing::error!(code, %error, "an alarm could not be raised"),
        }
    }
}

/// The whole answer: half of one would end the rights of the other half.
fn whole(body: impl Read) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    body.take(u64::try_from(ANSWER_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() > ANSWER_BYTES_MAX {
        return Err(AnswerFault::Large { bound: ANSWER_BYTES_MAX }.into());
    }
    Ok(bytes)
}

/// All of the rights or none, and what the register has no more ends, also if it has none left. People whom the site does not have are passed over: a register may know of somebody
/// before the employer does.
fn import(site: &Site, source: &str, mut rights: Vec<RightRow>, now: UtcMs) -> Result<ImportPlan, Fault> {
    let options = ImportOptions { end_absent_rights: true, rights_of: Some(source), ..ImportOptions::default() };
    let planned = site.plan_import(&rows(rights.clone()), options, now)?;
    let strangers = strangers(&planned)?;
    if !strangers.is_empty() {
        tracing::warn!(rows = strangers.len(), "the register has rights of people whom the site does not have");
        rights.retain(|right| !strangers.contains(&right.row));
    }
    match site.apply_import(&Actor { operator: ACTOR, at: now }, &rows(rights), options) {
        Ok(done) => match done.plan.errors.first() {
            Some(first) => Err(refused(done.plan.error_count, first)),
            None => Ok(done.plan),
        },
        Err(SiteError::Refused { problem: "needs-confirmation", .. }) => Err(Fault::Removals),
        Err(error) => Err(error.into()),
    }
}

fn rows(rights: Vec<RightRow>) -> ImportRows {
    ImportRows { rights, ..ImportRows::default() }
}

/// The rows of people whom the site does not have, if nothing else is wrong and all of them are told.
fn strangers(planned: &ImportPlan) -> Result<HashSet<u32>, Fault> {
    let other = planned.errors.iter().find(|error| error.problem != "unknown-person");
    match (other, planned.errors.first()) {
        (Some(other), _) => Err(refused(planned.error_count, other)),
        (None, Some(first)) if usize::try_from(planned.error_count) != Ok(planned.errors.len()) => {
            Err(refused(planned.error_count, first))
        }
        _ => Ok(planned.errors.iter().map(|error| error.row).collect()),
    }
}

fn refused(count: u32, first: &db::site::RowError) -> Fault {
    Fault::Rows { count, row: first.row, column: first.column, problem: first.problem }
}
