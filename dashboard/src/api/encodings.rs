//! Credentials of cards, and having them written.

use access::id::DoorId;
use axum::Json;
use axum::extract::{Path, State};
use db::site::{CardView, CredentialRecord, CredentialState, EncodeView, EncodeWork};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answer::Accepted;
use super::body::Body;
use super::cards::uid_of;
use super::shape::CardShape;
use crate::app::App;
use crate::fault::Fault;
use crate::pages::state_at;
use crate::visit::{Caller, actor};
use crate::when;

/// What to do with a card, and where.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Ask {
    encoder: String,
    #[serde(default)]
    work: Option<String>,
}

/// Asks the controller to have a card written. How it goes is asked at `Location`.
pub(super) async fn ask(
    State(app): State<App>,
    Caller(operator): Caller,
    Path(uid): Path<String>,
    Body(ask): Body<Ask>,
) -> Result<Accepted<EncodingShape>, Fault> {
    let uid = uid_of(&uid)?;
    let invalid = |field, problem| Fault::Invalid { field, problem };
    let encoder: DoorId = ask.encoder.parse().map_err(|_| invalid("encoder", "unknown-encoder"))?;
    let work = ask.work.as_deref().map_or(Some(EncodeWork::Encode), EncodeWork::from_code);
    let work = work.ok_or(invalid("work", "unknown-code"))?;
    let caller = app.clone();
    let asked = app.db(move |site| site.request_encoding(&actor(&caller, &operator), &uid, &encoder, work));
    let job = asked.await?;
    Ok(Accepted((format!("/encodings/{}", job.id), EncodingShape::new(&app, &job))))
}

/// How a job goes, or went.
pub(super) async fn show(State(app): State<App>, Path(id): Path<String>) -> Result<Json<EncodingShape>, Fault> {
    let id: u64 = id.parse().map_err(|_| Fault::NotFound)?;
    let job = app.db(move |site| site.encoding(id)).await?;
    Ok(Json(EncodingShape::new(&app, &job)))
}

/// A job.
#[derive(Serialize, JsonSchema)]
pub(super) struct EncodingShape {
    id: String,
    card: String,
    encoder: String,
    work: &'static str,
    operator: String,
    requested: String,
    changed: String,
    state: &'static str,
    /// Whether nothing more is to come, unless the encoder's own event does.
    over: bool,
    chip: Option<&'static str>,
}

impl EncodingShape {
    fn new(app: &App, job: &EncodeView) -> Self {
        let state = state_at(job, app.now());
        Self {
            id: job.id.to_string(),
            card: job.uid.hex(),
            encoder: job.encoder.to_string(),
            work: job.work.code(),
            operator: job.operator.clone(),
            requested: when::rfc3339(job.requested),
            changed: when::rfc3339(job.changed),
            state: state.code(),
            over: state.is_over(),
            chip: job.chip.map(access::encode::ChipClass::code),
        }
    }
}

/// A card and what is on it.
#[derive(Serialize, JsonSchema)]
pub(super) struct WholeCard {
    #[serde(flatten)]
    card: CardShape,
    /// What is known to be there.
    credential: Option<CredentialShape>,
    /// What was begun, and may be there in part.
    pending: Vec<CredentialShape>,
}

#[derive(Serialize, JsonSchema)]
struct CredentialShape {
    sector: u8,
    key_version: u8,
    issue: u8,
    chip: &'static str,
    suspect: bool,
}

impl WholeCard {
    pub(super) fn new(card: &CardView, records: &[CredentialRecord]) -> Self {
        let of = |state| records.iter().filter(move |record| record.state == state).map(CredentialShape::from);
        Self {
            card: CardShape::from(card),
            credential: of(CredentialState::Active).next(),
            pending: of(CredentialState::Pending).collect(),
        }
    }
}

impl From<&CredentialRecord> for CredentialShape {
    fn from(record: &CredentialRecord) -> Self {
        Self {
            sector: record.sector.number(),
            key_version: record.version.number(),
            issue: record.issue,
            chip: record.chip.code(),
            suspect: record.chip.is_suspect(),
        }
    }
}
