//! An import, looked at and applied: what pages and API share.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use chrono_tz::Tz;
use db::site::{Actor, ImportOptions, ImportPlan, Site, SiteError};
use sha2::{Digest as _, Sha256};
use tokio::sync::OwnedSemaphorePermit;

use crate::app::App;
use crate::fault::Fault;
use crate::hex;
use crate::import::{FileFault, FileKind, ReadFile, ReadOptions, read_csv};

/// A turn to import. Whoever works on a file keeps it until the work is done, also if nobody waits for the answer any
/// more.
#[derive(Clone)]
pub(crate) struct Turn(Arc<OwnedSemaphorePermit>);

impl Turn {
    /// Ends it.
    pub(crate) fn end(self) {
        drop(self.0);
    }
}

/// Around the routes that take whole files: few at once, before the first byte is read.
pub(crate) async fn few_at_once(State(app): State<App>, mut request: Request, next: Next) -> Result<Response, Fault> {
    let permit = Arc::clone(&app.imports).try_acquire_owned().map_err(|_| Fault::Busy)?;
    request.extensions_mut().insert(Turn(Arc::new(permit)));
    Ok(next.run(request).await)
}

/// What somebody wants of a file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wish {
    pub(crate) kind: FileKind,
    pub(crate) ignore_unknown: bool,
    /// The file is all there is: what it leaves out ends.
    pub(crate) end_absent: bool,
    pub(crate) confirm_removals: bool,
    /// Nobody looks at it: so many hundredths of the running employments may be lost.
    pub(crate) lost_percent: Option<u8>,
    pub(crate) zone: Tz,
}

/// What became of it.
pub(crate) struct Looked {
    pub(crate) plan: ImportPlan,
    /// Columns that were left out.
    pub(crate) ignored: Vec<String>,
    /// Of the file and of what was wished.
    pub(crate) digest: String,
    /// Of what it would change.
    pub(crate) plan_digest: String,
    pub(crate) applied: bool,
    /// It was to be applied, and is not what was looked at.
    pub(crate) moved: bool,
    /// The change that it made.
    pub(crate) generation: Option<u64>,
}

/// Reads a CSV file and looks at what it would change; applies it if it is what `expected` says: the digests
/// of an earlier look, of the file and of what it would change.
pub(crate) fn run(
    site: &Site,
    actor: &Actor<'_>,
    bytes: &[u8],
    wish: Wish,
    expected: Option<(&str, Option<&str>)>,
) -> Result<Result<Looked, FileFault>, SiteError> {
    let options = ReadOptions { zone: wish.zone, now: actor.at, ignore_unknown: wish.ignore_unknown };
    match read_csv(wish.kind, bytes, &options) {
        Err(fault) => Ok(Err(fault)),
        Ok(file) => apply(site, actor, file, None, &digest(bytes, wish), wish, expected).map(Ok),
    }
}

/// The same for rows that were read already; `rights_of` is the register that they are all of.
pub(crate) fn apply(
    site: &Site,
    actor: &Actor<'_>,
    file: ReadFile,
    rights_of: Option<&str>,
    digest: &str,
    wish: Wish,
    expected: Option<(&str, Option<&str>)>,
) -> Result<Looked, SiteError> {
    let options = ImportOptions {
        end_absent_employments: wish.end_absent && wish.kind == FileKind::People,
        end_absent_rights: wish.end_absent && wish.kind == FileKind::Rights,
        rights_of,
        confirm_removals: wish.confirm_removals,
        lost_percent: wish.lost_percent,
    };
    let mut plan = site.plan_import(&file.rows, options, actor.at)?;
    plan.error_count = plan.error_count.saturating_add(file.error_count);
    plan.errors.extend(file.errors);
    plan.errors.sort_by_key(|error| (error.table, error.row));
    plan.errors.truncate(db::site::IMPORT_ERRORS_MAX);
    let plan_digest = plan_digest(&plan, digest);
    let same = expected.is_some_and(|(file, plan)| file == digest && plan.is_none_or(|plan| plan == plan_digest));
    let mut looked = Looked {
        plan,
        ignored: file.ignored,
        digest: digest.to_owned(),
        plan_digest,
        applied: false,
        moved: expected.is_some() && !same,
        generation: None,
    };
    let stopped = looked.plan.error_count > 0 || (looked.plan.needs_confirmation && !wish.confirm_removals);
    if same && !stopped {
        let imported = site.apply_import(actor, &file.rows, options)?;
        looked.applied = imported.plan.error_count == 0;
        looked.generation = imported.generation.map(|generation| generation.0);
        looked.plan = imported.plan;
    }
    Ok(looked)
}

/// Browsers send lines with two characters at their ends, and a digest must not depend on who sends.
pub(crate) fn unix(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// Of a file and what is wished of it, but for the confirmation, which is given after a look.
pub(crate) fn digest(bytes: &[u8], wish: Wish) -> String {
    let mut hash = Sha256::new();
    hash.update(wish.kind.code());
    hash.update([u8::from(wish.ignore_unknown), u8::from(wish.end_absent)]);
    hash.update(bytes);
    hex(&hash.finalize())
}

/// Of what a file would change, and of the file, since the differences name columns and not what would stand there.
fn plan_digest(plan: &ImportPlan, file: &str) -> String {
    let mut text = format!("{file}\n{} {} {} {}\n", plan.added, plan.changed, plan.removed, plan.unchanged);
    for one in &plan.differences {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{} {} {} {:?} {}",
            one.table.code(),
            one.kind.code(),
            one.key,
            one.row,
            one.columns.join(",")
        );
    }
    hex(&Sha256::digest(text))
}
