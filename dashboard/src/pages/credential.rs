//! The credential of a card: what stands in its sector, what an encoder does to it, and asking one to.

use access::encode::{ChipClass, JOB_LIFE_MS_MAX};
use access::id::DoorId;
use access::time::UtcMs;
use access::uid::Uid;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use db::site::{CredentialRecord, CredentialState, DoorKind, DoorView, EncodeState, EncodeView, EncodeWork};

use super::card::{page, place, uid_of};
use super::render_refused;
use super::views::Mark;
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::page::Page;
use crate::sentence;
use crate::visit::{Visit, actor};

/// How long a job that left the card as it was is still shown. One that did not is shown until the next.
const SHOWN_MS: i64 = 24 * 60 * 60 * 1000;

/// What the card's page shows of it.
pub(super) struct Section {
    /// In a word.
    pub(super) mark: Mark,
    pub(super) records: Vec<Record>,
    /// The job that is worth looking at: under way, named by the URL, or ended otherwise than it should.
    pub(super) job: Option<Job>,
    /// Encoders that are connected.
    pub(super) encoders: Vec<(String, String)>,
    /// Whether the sector is lost or somebody else's, so that another one is offered.
    pub(super) elsewhere: bool,
}

/// What stands, or may stand, in one sector.
pub(super) struct Record {
    pub(super) state: Mark,
    pub(super) sector: u8,
    pub(super) version: u8,
    pub(super) issue: u8,
    pub(super) chip: Mark,
}

/// What became of a job.
pub(super) struct Job {
    pub(super) mark: Mark,
    pub(super) at: UtcMs,
    pub(super) pending: bool,
}

/// What the database says.
pub(super) struct Found {
    pub(super) records: Vec<CredentialRecord>,
    /// Newest first.
    pub(super) jobs: Vec<EncodeView>,
}

impl Section {
    pub(super) fn new(page: &Page, found: &Found, doors: &[DoorView], named: Option<u64>) -> Self {
        let newest = found.jobs.first();
        let job = named
            .and_then(|named| found.jobs.iter().find(|job| job.id == named))
            .or_else(|| newest.filter(|job| is_worth_a_look(job, page.now)));
        let ended = newest.map(|job| job.state);
        Self {
            mark: in_a_word(page, &found.records),
            records: found.records.iter().map(|record| Record::new(page, record)).collect(),
            job: job.map(|job| Job::new(page, job)),
            encoders: doors
                .iter()
                .filter(|door| door.kind == DoorKind::Encoder && door.online)
                .map(|door| (door.id.to_string(), door.name.clone()))
                .collect(),
            elsewhere: matches!(ended, Some(EncodeState::InDoubt | EncodeState::Foreign)),
        }
    }
}

impl Record {
    fn new(page: &Page, record: &CredentialRecord) -> Self {
        Self {
            state: state(page, record.state),
            sector: record.sector.number(),
            version: record.version.number(),
            issue: record.issue,
            chip: chip(page, record.chip),
        }
    }
}

impl Job {
    fn new(page: &Page, job: &EncodeView) -> Self {
        let state = state_at(job, page.now);
        let text = page.lang.say_with(
            "encoding-line",
            &[
                ("work", page.code("work", job.work.code()).into()),
                ("encoder", job.encoder_name.clone().into()),
                ("state", page.code("encoding", state.code()).into()),
            ],
        );
        let pending = !state.is_over();
        let mark = match state {
            EncodeState::Done => Mark::good(text),
            EncodeState::InDoubt | EncodeState::Foreign | EncodeState::ChipRefused | EncodeState::NoMasters => {
                Mark::bad(text)
            }
            _ if pending => Mark { symbol: "…", ..Mark::plain(text) },
            _ => Mark::warn(text),
        };
        Self { mark, at: job.changed, pending }
    }
}

/// Asks for a card to be written, and shows how it goes.
pub(super) async fn encode(
    State(app): State<App>,
    visit: Visit,
    Path(uid): Path<String>,
    mut form: Form,
) -> Result<Response, Fault> {
    let uid = uid_of(&uid)?;
    let encoder = form.parse::<DoorId>("encoder", "unknown-encoder");
    let work = EncodeWork::from_code(form.value("work"));
    if work.is_none() {
        form.problem_in("work", "unknown-code");
    }
    if let (Some(encoder), Some(work)) = (encoder, work) {
        match request(&app, &visit, uid, encoder, work).await {
            Ok(job) => {
                return Ok(Redirect::to(&format!("{}?encoding={}#credential", place(&uid), job.id)).into_response());
            }
            Err(fault) => form.refused(fault)?,
        }
    }
    render_refused(&page(&app, visit.page, uid, form, "encode").await?)
}

async fn request(app: &App, visit: &Visit, uid: Uid, encoder: DoorId, work: EncodeWork) -> Result<EncodeView, Fault> {
    let (caller, operator) = (app.clone(), visit.operator.clone());
    app.db(move |site| site.request_encoding(&actor(&caller, &operator), &uid, &encoder, work)).await
}

/// Where a job stands. One that nobody will end any more has expired, whatever the controller came to write.
pub(crate) fn state_at(job: &EncodeView, now: UtcMs) -> EncodeState {
    let life = i64::try_from(JOB_LIFE_MS_MAX).unwrap_or(i64::MAX);
    let over = now.0.saturating_sub(job.requested.0) > life;
    if over && !job.state.is_over() { EncodeState::Expired } else { job.state }
}

fn is_worth_a_look(job: &EncodeView, now: UtcMs) -> bool {
    match job.state {
        EncodeState::Done => false,
        EncodeState::InDoubt | EncodeState::Foreign | EncodeState::Interrupted => true,
        _ => now.0.saturating_sub(job.requested.0) < SHOWN_MS,
    }
}

fn in_a_word(page: &Page, records: &[CredentialRecord]) -> Mark {
    match records.first() {
        None => Mark::plain(page.tr("credential-none")),
        Some(first) if first.chip.is_suspect() => chip(page, first.chip),
        Some(first) => state(page, first.state),
    }
}

fn state(page: &Page, state: CredentialState) -> Mark {
    let text = page.code("credential-state", state.code());
    match state {
        CredentialState::Active => Mark::good(text),
        CredentialState::Pending => Mark::warn(text),
    }
}

fn chip(page: &Page, class: ChipClass) -> Mark {
    let text = sentence::chip(page, class);
    if class.is_suspect() { Mark::warn(text) } else { Mark::plain(text) }
}
