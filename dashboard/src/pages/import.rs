//! Importing what registers hand over: first what would change, then the change.
//!
//! ```text
//! paste ──look──▶ errors, or what would change ──apply──▶ done
//!                          ▲                       │ the file or the site is another one since
//!                          └───────────────────────┘
//! ```
//!
//! Nothing is kept between the two: the page holds the file, the digest of it and the digest of what it would
//! change, and the second look makes sure that both are still the same.

use askama::Template;
use axum::Extension;
use axum::extract::{DefaultBodyLimit, State};
use axum::handler::Handler as _;
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use db::site::{Difference, ImportPlan, RowError};

use super::{done, render, render_refused};
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::import::{FILE_BYTES_MAX, FileFault, FileKind};
use crate::page::Page;
use crate::plan::{self, Looked, Turn, Wish};
use crate::rights::Right;
use crate::routes::Routes;
use crate::visit::{Visit, actor};

/// Largest form: the longest file, of whose characters one in three is written as three.
const FORM_BYTES_MAX: usize = 2 * FILE_BYTES_MAX;

/// Errors and differences that the page shows. More cannot be read; the API gives them all.
const SHOWN_MAX: usize = 100;

/// The routes.
pub(super) fn router(app: &App) -> Routes {
    let few = from_fn_with_state(app.clone(), plan::few_at_once);
    let look = look.layer(DefaultBodyLimit::max(FORM_BYTES_MAX)).layer(few);
    Routes::new().get(Right::Import, "/import", show).post(Right::Import, "/import", look)
}

#[derive(Template)]
#[template(path = "import.html")]
struct ImportPage {
    page: Page,
    form: Form,
    kinds: Vec<(String, String)>,
    /// The columns that each kind of file may have.
    columns: Vec<(String, String)>,
    /// Why the file cannot be read at all, and what in it.
    fault: Option<(String, String)>,
    outcome: Option<Outcome>,
}

/// What a look found.
struct Outcome {
    /// Whether it could be applied.
    good: bool,
    /// It was to be applied, and would do something else now.
    moved: bool,
    added: u32,
    changed: u32,
    removed: u32,
    unchanged: u32,
    needs_confirmation: bool,
    error_count: usize,
    errors: Vec<ErrorRow>,
    differences: Vec<DifferenceRow>,
    more_differences: usize,
    ignored: String,
    digest: String,
    plan: String,
}

struct ErrorRow {
    row: u32,
    column: String,
    problem: String,
}

struct DifferenceRow {
    table: &'static str,
    row: String,
    kind: &'static str,
    key: String,
    columns: String,
}

/// The empty page.
async fn show(visit: Visit) -> Result<Response, Fault> {
    render(&built(visit.page, Form::with(&[("kind", FileKind::People.code().to_owned())]), None, None))
}

/// Looks at a file, or applies one that was looked at.
async fn look(
    State(app): State<App>,
    visit: Visit,
    Extension(turn): Extension<Turn>,
    mut form: Form,
) -> Result<Response, Fault> {
    let Some(kind) = FileKind::from_code(form.value("kind")) else {
        form.problem_in("kind", "unknown-code");
        return render_refused(&built(visit.page, form, None, None));
    };
    let wish = Wish {
        kind,
        ignore_unknown: form.has("ignore_unknown", "1"),
        end_absent: form.has("end_absent", "1"),
        confirm_removals: form.has("confirm_removals", "1"),
        lost_percent: None,
        zone: visit.page.zone,
    };
    let bytes = plan::unix(form.raw("content"));
    if bytes.trim().is_empty() {
        form.problem_in("content", "empty");
        return render_refused(&built(visit.page, form, None, None));
    }
    let seen = (form.value("digest").to_owned(), form.value("plan").to_owned());
    let apply = form.has("step", "apply");
    let (caller, operator) = (app.clone(), visit.operator.clone());
    let looked = app
        .db(move |site| {
            let expected = apply.then_some((seen.0.as_str(), Some(seen.1.as_str())));
            let looked = plan::run(site, &actor(&caller, &operator), bytes.as_bytes(), wish, expected);
            turn.end();
            looked
        })
        .await;
    let looked = match looked {
        Ok(looked) => looked,
        // What was pasted stays in the form.
        Err(Fault::Invalid { problem, .. }) => {
            form.problem_in("content", problem);
            return render_refused(&built(visit.page, form, None, None));
        }
        Err(fault) => return Err(fault),
    };
    match looked {
        Err(fault) => render_refused(&built(visit.page, form, Some(fault), None)),
        Ok(looked) if looked.applied => Ok(done("/import", "imported")),
        Ok(looked) => {
            let good = looked.plan.error_count == 0;
            let outcome = Outcome::new(&visit.page, looked, apply);
            let page = built(visit.page, form, None, Some(outcome));
            if good && !apply { render(&page) } else { render_refused(&page) }
        }
    }
}

fn built(page: Page, form: Form, fault: Option<FileFault>, outcome: Option<Outcome>) -> ImportPage {
    let kinds = FileKind::ALL.map(|kind| (kind.code().to_owned(), page.code("import-kind", kind.code())));
    let columns = FileKind::ALL.map(|kind| {
        let names: Vec<_> = kind.columns().iter().map(|column| page.code("import-column", column.code())).collect();
        (page.code("import-kind", kind.code()), names.join(", "))
    });
    let fault = fault.map(|fault| (page.code("problem", fault.code()), named(&page, &fault)));
    ImportPage { form, kinds: kinds.to_vec(), columns: columns.to_vec(), fault, outcome, page: page.at("/import") }
}

/// What in the file is meant.
fn named(page: &Page, fault: &FileFault) -> String {
    match fault {
        FileFault::UnknownColumns(names) => names.join(", "),
        FileFault::RepeatedColumn(name) => name.clone(),
        FileFault::MissingColumns(columns) => {
            columns.iter().map(|column| page.code("import-column", column.code())).collect::<Vec<_>>().join(", ")
        }
        _ => String::new(),
    }
}

impl Outcome {
    fn new(page: &Page, looked: Looked, apply: bool) -> Self {
        let ImportPlan { added, changed, removed, unchanged, needs_confirmation, .. } = looked.plan;
        let shown = &looked.plan.differences;
        let all = usize::try_from(added.saturating_add(changed).saturating_add(removed)).unwrap_or(usize::MAX);
        Self {
            good: looked.plan.error_count == 0,
            moved: apply && looked.moved,
            added,
            changed,
            removed,
            unchanged,
            needs_confirmation,
            error_count: usize::try_from(looked.plan.error_count).unwrap_or(usize::MAX),
            errors: looked.plan.errors.iter().take(SHOWN_MAX).map(|error| ErrorRow::new(page, error)).collect(),
            more_differences: all.saturating_sub(shown.len().min(SHOWN_MAX)),
            differences: shown.iter().take(SHOWN_MAX).map(|one| DifferenceRow::new(page, one)).collect(),
            ignored: looked.ignored.join(", "),
            digest: looked.digest,
            plan: looked.plan_digest,
        }
    }
}

impl ErrorRow {
    fn new(page: &Page, error: &RowError) -> Self {
        Self { row: error.row, column: page.code("import-column", error.column), problem: page.problem(error.problem) }
    }
}

impl DifferenceRow {
    fn new(page: &Page, one: &Difference) -> Self {
        let columns: Vec<_> = one.columns.iter().map(|column| page.code("import-column", column)).collect();
        Self {
            table: one.table.code(),
            row: one.row.map_or_else(String::new, |row| row.to_string()),
            kind: one.kind.code(),
            key: one.key.clone(),
            columns: columns.join(", "),
        }
    }
}
