//! Jobs for encoders: asked for by operators, sent by the controller, ended by events.
//!
//! ```text
//! requested ──▶ sent ──▶ waiting ◀──▶ probing ──▶ writing ──▶ locking          the encoder says where it is
//!    │           └──────────┴─────────────┴──────────┴───────────┴──event──▶ done | untouched | interrupted |
//!    │                                                                       in-doubt | foreign | chip-refused |
//!    │                                                                       refused
//!    └──▶ no-masters     from any of them: encoder-away | expired ──event──▶ the same
//! ```
//!
//! The encoder's own event has the last word: a job that was given up may have been done all the same. Before
//! a job is sent, what it will write is noted as a pending credential, so that the keys of a card that leaves
//! half-written are known.

use access::encode::{ChipClass, JOB_LIFE_MS_MAX, Outcome};
use access::id::DoorId;
use access::time::UtcMs;
use access::uid::Uid;
use rusqlite::{Connection, OptionalExtension};

use super::commands::random;
use super::credentials::{self, CredentialRecord, CredentialState};
use super::open::Wakes;
use super::{Actor, DoorKind, LIST_MAX, Site, SiteError, cards, change, row};

mod types;
mod view;

pub use types::{Begun, EncodePlan, EncodeState, EncodeView, EncodeWork};

/// States of a job that has not ended, as SQL.
macro_rules! open_states {
    () => {
        "('requested', 'sent', 'waiting', 'probing', 'writing', 'locking')"
    };
}

/// Jobs of one card that are shown.
const OF_CARD_MAX: u32 = 50;

impl Site {
    /// Asks the controller to have a card written at an encoder. One job at a time and encoder.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the card; [`SiteError::Invalid`] with `unknown-encoder`, or with `busy` if
    /// the encoder has a job that has not ended.
    pub fn request_encoding(
        &self,
        actor: &Actor<'_>,
        uid: &Uid,
        encoder: &DoorId,
        work: EncodeWork,
    ) -> Result<EncodeView, SiteError> {
        let id = random()?;
        self.write(Wakes::Requests, |db| {
            cards::need(db, uid)?;
            let unknown = || SiteError::invalid("encoder", "unknown-encoder");
            let number = row::door_number(db, encoder)?.ok_or_else(unknown)?;
            if row::kind(db, number)? != DoorKind::Encoder {
                return Err(unknown());
            }
            if is_busy(db, number, actor.at)? {
                return Err(SiteError::invalid("encoder", "busy"));
            }
            row::prepare(
                db,
                "INSERT INTO encode_job (id, uid, encoder, work, operator, requested_ms, state, changed_ms)
                 VALUES ($1, $2, $3, $4, $5, $6, 'requested', $6)",
            )?
            .execute((
                id.cast_signed(),
                uid.as_bytes(),
                number,
                work.code(),
                actor.operator,
                actor.at.0,
            ))?;
            change::begin(db, actor, "card-encode-ask", &format!("{} {} {encoder}", uid.hex(), work.code()))?;
            view::one(db, id)
        })
    }

    /// Jobs in state [`EncodeState::Requested`], oldest first.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn encodings_requested(&self) -> Result<Vec<EncodeView>, SiteError> {
        self.read(|db| view::requested(db, LIST_MAX))
    }

    /// Notes what a job will write before it is sent, and says what may be on the card until then. `None` if
    /// the job is not [`EncodeState::Requested`] any more.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the job.
    pub fn begin_encoding(&self, id: u64, plan: &EncodePlan, at: UtcMs) -> Result<Option<Begun>, SiteError> {
        self.write(Wakes::News, |db| {
            let job = view::one(db, id)?;
            if job.state != EncodeState::Requested {
                return Ok(None);
            }
            let known = credentials::now(db, &job.uid)?;
            let sector = match job.work {
                EncodeWork::EncodeElsewhere => credentials::untried_sector(db, &job.uid, plan.sector)?,
                EncodeWork::Encode | EncodeWork::Wipe => known.first().map_or(plan.sector, |record| record.sector),
            };
            let record = match job.work {
                EncodeWork::Wipe => None,
                _ => Some(begin(db, &job, &EncodePlan { sector, ..*plan }, at)?),
            };
            Ok(Some(Begun { job, sector, record, known }))
        })
    }

    /// Moves a job on. Says whether it moved: one that has ended stays as it is.
    ///
    /// # Errors
    /// [`SiteError::NotFound`].
    pub fn set_encoding_stage(&self, id: u64, state: EncodeState, at: UtcMs) -> Result<bool, SiteError> {
        self.write(Wakes::News, |db| {
            view::one(db, id)?;
            let moved = row::prepare(
                db,
                concat!(
                    "UPDATE encode_job SET state = $1, changed_ms = $2
                     WHERE id = $3 AND state <> $1 AND $1 <> 'requested' AND state IN ",
                    open_states!()
                ),
            )?
            .execute((state.code(), at.0, id.cast_signed()))?;
            Ok(moved > 0)
        })
    }

    /// Ends what a controller that has stopped meanwhile left open: nobody waits for it any more.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be written.
    pub fn give_up_encodings(&self, at: UtcMs) -> Result<(), SiteError> {
        self.write(Wakes::News, |db| {
            row::prepare(
                db,
                "UPDATE encode_job SET state = 'expired', changed_ms = $1
                 WHERE state IN ('sent', 'waiting', 'probing', 'writing', 'locking')",
            )?
            .execute([at.0])?;
            Ok(())
        })
    }

    /// One job.
    ///
    /// # Errors
    /// [`SiteError::NotFound`].
    pub fn encoding(&self, id: u64) -> Result<EncodeView, SiteError> {
        self.read(|db| view::one(db, id))
    }

    /// The jobs of a card, newest first.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn encodings_of(&self, uid: &Uid) -> Result<Vec<EncodeView>, SiteError> {
        self.read(|db| view::of_card(db, uid, OF_CARD_MAX))
    }
}

/// How an encoder's event says that a job ended.
pub(super) struct Ended<'a> {
    pub(super) encoder: i64,
    pub(super) job: u64,
    pub(super) uid: &'a Uid,
    pub(super) outcome: Outcome,
    pub(super) chip: ChipClass,
}

/// Takes it over, and with it what is on the card now. The first such event of a job counts; one about a job
/// that is not known, of another encoder or about another card is nobody's.
pub(super) fn ended(db: &Connection, end: &Ended<'_>, at: UtcMs) -> Result<(), SiteError> {
    let moved = row::prepare(
        db,
        concat!(
            "UPDATE encode_job SET state = $1, changed_ms = $2, chip = $3
             WHERE id = $4 AND encoder = $5 AND uid = $6 AND (state IN ('encoder-away', 'expired') OR state IN ",
            open_states!(),
            ") RETURNING work, operator, record"
        ),
    )?
    .query_row(
        (
            EncodeState::from(end.outcome).code(),
            at.0,
            end.chip.code(),
            end.job.cast_signed(),
            end.encoder,
            end.uid.as_bytes(),
        ),
        |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, Option<i64>>(2)?)),
    )
    .optional()?;
    let Some((work, operator, record)) = moved else { return Ok(()) };
    let actor = Actor { operator: &operator, at };
    match (end.outcome, EncodeWork::from_code(&work), record) {
        (Outcome::Done, Some(EncodeWork::Wipe), _) => wiped(db, &actor, end.uid),
        (Outcome::Done, _, Some(record)) => activate(db, &actor, end, record),
        // The card was not changed, so what was to be written is nowhere.
        (Outcome::Untouched | Outcome::Foreign | Outcome::ChipRefused | Outcome::Refused, _, Some(record)) => {
            let change = change::begin(db, &actor, "card-encode-withdraw", &end.uid.hex())?;
            credentials::close(db, change, record)
        }
        _ => Ok(()),
    }
}

fn is_busy(db: &Connection, encoder: i64, at: UtcMs) -> Result<bool, SiteError> {
    let life = i64::try_from(JOB_LIFE_MS_MAX).unwrap_or(i64::MAX);
    let mut statement = row::prepare(
        db,
        concat!("SELECT 1 FROM encode_job WHERE encoder = $1 AND requested_ms > $2 AND state IN ", open_states!()),
    )?;
    Ok(row::first(statement.query((encoder, at.0.saturating_sub(life)))?, |_| Ok(()))?.is_some())
}

fn begin(db: &Connection, job: &EncodeView, plan: &EncodePlan, at: UtcMs) -> Result<CredentialRecord, SiteError> {
    let actor = Actor { operator: &job.operator, at };
    let change = change::begin(db, &actor, "card-encode-begin", &job.uid.hex())?;
    let record = CredentialRecord {
        uid: job.uid,
        sector: plan.sector,
        version: plan.version,
        credential: plan.credential,
        issue: credentials::next_issue(db, &job.uid)?,
        state: CredentialState::Pending,
        chip: ChipClass::Unknown,
        since: access::whitelist::Generation(change.cast_unsigned()),
    };
    credentials::close_same_keys(db, change, &record)?;
    let number = credentials::insert(db, change, &record)?;
    row::prepare(db, "UPDATE encode_job SET record = $1 WHERE id = $2")?.execute((number, job.id.cast_signed()))?;
    Ok(record)
}

/// If another encoding of the card was begun or ended since, that one counts.
fn activate(db: &Connection, actor: &Actor<'_>, end: &Ended<'_>, record: i64) -> Result<(), SiteError> {
    if !credentials::is_open(db, record)? {
        return Ok(());
    }
    let pending = credentials::one(db, record)?;
    let change = change::begin(db, actor, "card-encode", &end.uid.hex())?;
    credentials::close_all(db, change, end.uid)?;
    let active = CredentialRecord { state: CredentialState::Active, chip: end.chip, ..pending };
    credentials::insert(db, change, &active)?;
    Ok(())
}

fn wiped(db: &Connection, actor: &Actor<'_>, uid: &Uid) -> Result<(), SiteError> {
    if credentials::now(db, uid)?.is_empty() {
        return Ok(());
    }
    let change = change::begin(db, actor, "card-wipe", &uid.hex())?;
    credentials::close_all(db, change, uid)
}
