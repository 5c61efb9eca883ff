//! Jobs for encoders, read.

use access::encode::ChipClass;
use access::time::UtcMs;
use access::uid::Uid;
use rusqlite::{Connection, Row};

use super::types::{EncodeState, EncodeView, EncodeWork};
use crate::site::called::door_called;
use crate::site::{SiteError, row};

macro_rules! select_jobs {
    ($rest:literal) => {
        concat!(
            "SELECT j.id, j.uid, d.id, ",
            door_called!(),
            ", j.work, j.operator, j.requested_ms, j.changed_ms, j.state, j.chip
             FROM encode_job j JOIN door d ON d.number = j.encoder WHERE ",
            $rest
        )
    };
}

pub(super) fn one(db: &Connection, id: u64) -> Result<EncodeView, SiteError> {
    let mut statement = row::prepare(db, select_jobs!("j.id = $1"))?;
    row::first(statement.query([id.cast_signed()])?, view)?.ok_or_else(|| SiteError::not_found("encoding", &id))
}

pub(super) fn requested(db: &Connection, limit: u32) -> Result<Vec<EncodeView>, SiteError> {
    let mut statement = row::prepare(db, select_jobs!("j.state = 'requested' ORDER BY j.requested_ms, j.id LIMIT $1"))?;
    row::all(statement.query([limit])?, view)
}

pub(super) fn of_card(db: &Connection, uid: &Uid, limit: u32) -> Result<Vec<EncodeView>, SiteError> {
    let mut statement = row::prepare(db, select_jobs!("j.uid = $1 ORDER BY j.requested_ms DESC, j.id LIMIT $2"))?;
    row::all(statement.query((uid.as_bytes(), limit))?, view)
}

fn view(row: &Row<'_>) -> Result<EncodeView, SiteError> {
    let corrupt = || SiteError::corrupt("encoding");
    let (work, state): (String, String) = (row.get(4)?, row.get(8)?);
    let chip: Option<String> = row.get(9)?;
    Ok(EncodeView {
        id: row.get::<_, i64>(0)?.cast_unsigned(),
        uid: row::uid(row, 1)?,
        encoder: row::door(row, 2)?,
        encoder_name: row.get(3)?,
        work: EncodeWork::from_code(&work).ok_or_else(corrupt)?,
        operator: row.get(5)?,
        requested: UtcMs(row.get(6)?),
        changed: UtcMs(row.get(7)?),
        state: EncodeState::from_code(&state).ok_or_else(corrupt)?,
        chip: chip.map(|code| ChipClass::from_code(&code).ok_or_else(corrupt)).transpose()?,
    })
}
