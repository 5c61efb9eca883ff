//! Imports: a file in the body, what it would change or did change in the answer.

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::handler::Handler as _;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::from_fn_with_state;
use axum::{Extension, Json};
use db::site::{Difference, RowError};
use schemars::JsonSchema;
use serde::Serialize;

use super::calls::Calls;
use crate::app::App;
use crate::fault::Fault;
use crate::import::{FILE_BYTES_MAX, FileFault, FileKind, ReadOptions, rights_from_json};
use crate::plan::{self, Looked, Turn, Wish};
use crate::query::Pairs;
use crate::rights::Right;
use crate::visit::{Caller, actor};

/// What a register is called that a call with JSON does not name.
const SOURCE: &str = "import";

/// The routes.
pub(super) fn router(app: &App) -> Calls {
    let few = from_fn_with_state(app.clone(), plan::few_at_once);
    Calls::new().post_behind(Right::Import, "/import/{kind}", import, |import| {
        import.layer(DefaultBodyLimit::max(FILE_BYTES_MAX)).layer(few)
    })
}

/// What an import would do, or did.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ImportReport")]
struct Report {
    applied: bool,
    generation: Option<u64>,
    added: u32,
    changed: u32,
    removed: u32,
    unchanged: u32,
    needs_confirmation: bool,
    ignored_columns: Vec<String>,
    error_count: u32,
    errors: Vec<ErrorShape>,
    differences: Vec<DifferenceShape>,
    digest: String,
    plan: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ImportError")]
struct ErrorShape {
    table: &'static str,
    row: u32,
    column: &'static str,
    code: &'static str,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ImportDifference")]
struct DifferenceShape {
    table: &'static str,
    row: Option<u32>,
    kind: &'static str,
    key: String,
    columns: Vec<&'static str>,
}

/// Looks at a file, or applies it.
async fn import(
    State(app): State<App>,
    Caller(operator): Caller,
    Path(kind): Path<String>,
    Extension(turn): Extension<Turn>,
    pairs: Pairs,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Report>, Fault> {
    let kind = FileKind::from_code(&kind).ok_or(Fault::NotFound)?;
    let wish = Wish {
        kind,
        ignore_unknown: flag(&pairs, "ignore_unknown")?,
        end_absent: flag(&pairs, "end_absent")?,
        confirm_removals: flag(&pairs, "confirm_removals")?,
        lost_percent: None,
        zone: app.context.zone,
    };
    let dry_run = flag(&pairs, "dry_run")?;
    let json = is_json(kind, &headers)?;
    let source = pairs.get("source").unwrap_or(SOURCE).to_owned();
    // A program that names no plan has not looked, and takes what comes.
    let plan = pairs.get("plan").map(str::to_owned);
    let caller = app.clone();
    let looked = app
        .db(move |site| {
            let actor = actor(&caller, &operator);
            let digest = plan::digest(&body, wish);
            let expected = (!dry_run).then_some((digest.as_str(), plan.as_deref()));
            let options = ReadOptions { zone: wish.zone, now: actor.at, ignore_unknown: false };
            let looked = if json {
                match rights_from_json(&body, &source, &options) {
                    Err(fault) => Ok(Err(fault)),
                    Ok(file) => plan::apply(site, &actor, file, Some(&source), &digest, wish, expected).map(Ok),
                }
            } else {
                plan::run(site, &actor, &body, wish, expected)
            };
            turn.end();
            looked
        })
        .await?;
    answer(looked, dry_run)
}

/// A file with errors is refused with all that was found, also if nothing was to be applied.
fn answer(looked: Result<Looked, FileFault>, dry_run: bool) -> Result<Json<Report>, Fault> {
    let looked = looked.map_err(|fault| Fault::File {
        problem: fault.code(),
        report: serde_json::json!({ "reason": fault.to_string() }),
    })?;
    let problem = if looked.plan.error_count > 0 {
        Some("file-rows")
    } else if looked.moved {
        Some("plan-changed")
    } else if !dry_run && !looked.applied {
        Some("needs-confirmation")
    } else {
        None
    };
    let report = Report::from(looked);
    match problem {
        None => Ok(Json(report)),
        Some(problem) => {
            let report = serde_json::to_value(report).map_err(|error| {
                tracing::error!(%error, "a report could not be written");
                Fault::Broken
            })?;
            Err(Fault::File { problem, report })
        }
    }
}

impl From<Looked> for Report {
    fn from(looked: Looked) -> Self {
        let plan = looked.plan;
        Self {
            applied: looked.applied,
            generation: looked.generation,
            added: plan.added,
            changed: plan.changed,
            removed: plan.removed,
            unchanged: plan.unchanged,
            needs_confirmation: plan.needs_confirmation,
            ignored_columns: looked.ignored,
            error_count: plan.error_count,
            errors: plan.errors.iter().map(ErrorShape::from).collect(),
            differences: plan.differences.into_iter().map(DifferenceShape::from).collect(),
            digest: looked.digest,
            plan: looked.plan_digest,
        }
    }
}

impl From<&RowError> for ErrorShape {
    fn from(error: &RowError) -> Self {
        Self { table: error.table.code(), row: error.row, column: error.column, code: error.problem }
    }
}

impl From<Difference> for DifferenceShape {
    fn from(one: Difference) -> Self {
        Self { table: one.table.code(), row: one.row, kind: one.kind.code(), key: one.key, columns: one.columns }
    }
}

/// Whether the body is JSON, which only rights to practise come in; else it is CSV.
fn is_json(kind: FileKind, headers: &HeaderMap) -> Result<bool, Fault> {
    let named = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match named.split(';').next().unwrap_or_default().trim() {
        "text/csv" => Ok(false),
        "application/json" if kind == FileKind::Rights => Ok(true),
        _ => Err(Fault::Unreadable(
            axum::http::StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "expected text/csv, or application/json for rights".to_owned(),
        )),
    }
}

fn flag(pairs: &Pairs, name: &'static str) -> Result<bool, Fault> {
    match pairs.get(name) {
        None | Some("0" | "false") => Ok(false),
        Some("1" | "true") => Ok(true),
        Some(_) => Err(Fault::Invalid { field: name, problem: "unknown-code" }),
    }
}
