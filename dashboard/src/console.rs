//! What the command line shares with pages and API: explanations and imports, in a language of the pages.

use access::id::DoorId;
use access::time::UtcMs;
use access::uid::Uid;
use chrono_tz::Tz;
use db::site::{Actor, RowError, Site, SiteError};

use crate::explain::{Case, Trace, Words, say};
use crate::import::{FileFault, FileKind};
use crate::language::Lang;
use crate::plan::{self, Wish};

/// A language that pages are in.
#[derive(Debug, Clone, Copy)]
pub struct Language(Lang);

/// Whether a card would pass a door, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// Whether it would.
    pub granted: bool,
    /// The codes of everything that speaks against it.
    pub reasons: Vec<&'static str>,
    /// Every condition.
    pub conditions: Vec<Condition>,
    /// What can be read out to the person at the door.
    pub say: String,
}

/// One condition of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The stable code.
    pub code: &'static str,
    /// `holds`, `fails` or `unchecked`.
    pub finding: &'static str,
    /// What it is called.
    pub title: String,
    /// What was found.
    pub sentences: Vec<String>,
}

/// What is wanted of a file.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// What the file holds.
    pub kind: FileKind,
    /// Whether it is to be applied; otherwise it is only said what it would change.
    pub apply: bool,
    /// Columns that nobody knows are left out.
    pub ignore_unknown: bool,
    /// The file is all there is: what it leaves out ends.
    pub end_absent: bool,
    /// Many may end.
    pub confirm_removals: bool,
    /// Nobody looks at it before it is applied: so many hundredths of the running employments may end, begin later, or be of another
    /// unit or title.
    pub lost_percent: Option<u8>,
    /// The zone whose days the dates are.
    pub zone: Tz,
}

/// What an import did, or would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Whether it was applied: all of it, or nothing.
    pub applied: bool,
    /// So many rows are new.
    pub added: u32,
    /// So many say something else than what was so.
    pub changed: u32,
    /// So many employments and rights end.
    pub removed: u32,
    /// So many say what was so already.
    pub unchanged: u32,
    /// So many running employments end, begin later, or are of another unit or title.
    pub lost: u32,
    /// So many employments run now; counted only with [`Wanted::lost_percent`].
    pub running: u32,
    /// More would end than an import ends without being told so.
    pub needs_confirmation: bool,
    /// Columns that were left out.
    pub ignored: Vec<String>,
    /// So many errors.
    pub error_count: u32,
    /// The first of them: row, column, problem, in words.
    pub errors: Vec<(u32, String, String)>,
}

impl Language {
    /// By its code: `fi`, `sv` or `en`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Lang::from_code(code).map(Self)
    }

    fn code(self, prefix: &str, code: &str) -> String {
        self.0.try_say(&format!("{prefix}-{code}")).unwrap_or_else(|| code.to_owned())
    }
}

/// Whether this card would pass this door at that time, by what is true now, if it were read well.
///
/// # Errors
/// [`SiteError`] if there is no such door, or the database cannot be read.
pub fn explain(
    site: &Site,
    (door, card): (&DoorId, Uid),
    at: UtcMs,
    (Language(lang), zone): (Language, Tz),
) -> Result<Explanation, SiteError> {
    let (case, words) = (Case::of_question(site, door, card, at)?, Words { lang, zone });
    let trace = Trace::new(&words, &case);
    let conditions = trace.lines.into_iter().map(|line| Condition {
        code: line.code,
        finding: line.finding.code(),
        title: line.title,
        sentences: line.sentences,
    });
    Ok(Explanation {
        granted: trace.granted,
        reasons: trace.codes,
        conditions: conditions.collect(),
        say: say(&words, &case),
    })
}

/// Says what a CSV file would change, and applies it if that is wanted and nothing speaks against it.
///
/// # Errors
/// [`SiteError`] if the database cannot be used; [`FileFault`] inside if the file cannot be read at all.
pub fn import(
    site: &Site,
    actor: &Actor<'_>,
    bytes: &[u8],
    wanted: Wanted,
    language: Language,
) -> Result<Result<Report, FileFault>, SiteError> {
    let Wanted { kind, apply, ignore_unknown, end_absent, confirm_removals, lost_percent, zone } = wanted;
    let wish = Wish { kind, ignore_unknown, end_absent, confirm_removals, lost_percent, zone };
    let digest = plan::digest(bytes, wish);
    // Nobody has looked at it before: what it would change is what it changes.
    let looked = plan::run(site, actor, bytes, wish, apply.then_some((digest.as_str(), None)))?;
    Ok(looked.map(|looked| Report {
        applied: looked.applied,
        added: looked.plan.added,
        changed: looked.plan.changed,
        removed: looked.plan.removed,
        unchanged: looked.plan.unchanged,
        lost: looked.plan.lost,
        running: looked.plan.running,
        needs_confirmation: looked.plan.needs_confirmation,
        ignored: looked.ignored,
        error_count: looked.plan.error_count,
        errors: looked.plan.errors.iter().map(|error| named(language, error)).collect(),
    }))
}

fn named(language: Language, error: &RowError) -> (u32, String, String) {
    (error.row, language.code("import-column", error.column), language.code("problem", error.problem))
}
