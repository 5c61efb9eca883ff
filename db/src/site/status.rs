//! How doors are: the controller writes it, pages read it with the doors.

use access::envelope::Header;
use access::event::Event;
use access::id::DoorId;
use access::message::Status;
use access::time::UtcMs;
use access::whitelist::{Generation, WhitelistId};

use access::message::AGENT_LENGTH_MAX;
use rusqlite::{Connection, OptionalExtension};

use super::alarms::{self, Raised};
use super::open::Wakes;
use super::{Site, SiteError, log, row};

/// Most journals of one door that are looked back at. A box is replaced or restored a few times in the
/// life of a door.
const JOURNALS_MAX: u32 = 16;

/// What a door has said of itself.
#[derive(Debug, Clone)]
pub struct Heard {
    /// Which one.
    pub door: DoorId,
    /// What the message came under.
    pub header: Header,
    /// How it is.
    pub status: Box<Status>,
    /// When it came.
    pub received: UtcMs,
}

impl Site {
    /// Notes how doors say they are, in this order and in one transaction, and that they are online. The caller has checked
    /// that each message is newer than [`Site::freshness`]. Raises `log-cut` if a door was told of a log that this one does
    /// not continue.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for a door, [`SiteError::Invalid`] for an agent's name that is too long; then nothing is noted.
    pub fn record_statuses(&self, heard: &[Heard]) -> Result<(), SiteError> {
        if heard.iter().any(|heard| heard.status.agent.len() > AGENT_LENGTH_MAX) {
            return Err(SiteError::invalid("agent", "too-long"));
        }
        self.write(Wakes::News, |db| {
            for Heard { door, header, status, received } in heard {
                let door = row::need_door(db, door)?;
                store(db, door, header, status, *received)?;
                told(db, door, status, *received)?;
            }
            Ok(())
        })
    }

    /// One status; see [`Site::record_statuses`].
    ///
    /// # Errors
    /// As there.
    pub fn record_status(
        &self,
        door: &DoorId,
        header: &Header,
        status: &Status,
        received: UtcMs,
    ) -> Result<(), SiteError> {
        let (door, header, status) = (door.clone(), header.clone(), Box::new(status.clone()));
        self.record_statuses(&[Heard { door, header, status, received }])
    }

    /// Notes that a door is away. With a session, only if that is the door's current one: the last will
    /// of an old connection may come after the new connection. Without, the controller itself has lost
    /// the door. Says whether the door was online until now.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the door.
    pub fn record_offline(&self, door: &DoorId, session: Option<u64>, at: UtcMs) -> Result<bool, SiteError> {
        self.write(Wakes::News, |db| {
            let door = row::need_door(db, door)?;
            let updated = row::prepare(
                db,
                "UPDATE door_status SET online = 0,
                         last_seen_ms = CASE WHEN $1 IS NULL THEN last_seen_ms ELSE $2 END
                     WHERE door = $3 AND online = 1 AND ($1 IS NULL OR session = $1)",
            )?
            .execute((session.map(u64::cast_signed), at.0, door))?;
            Ok(updated > 0)
        })
    }

    /// Notes what the controller has compiled for doors, so that pages can compare it with what is in
    /// force.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for a door; then nothing is noted.
    pub fn record_wanted(&self, wanted: &[(DoorId, WhitelistId, Generation)]) -> Result<(), SiteError> {
        self.write(Wakes::News, |db| {
            let mut statement = row::prepare(
                db,
                "INSERT INTO door_wanted
                     (door, list_generation, list_digest, list_entries, state_generation)
                 VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (door) DO UPDATE
                 SET list_generation = excluded.list_generation,
                     list_digest = excluded.list_digest,
                     list_entries = excluded.list_entries,
                     state_generation = excluded.state_generation",
            )?;
            for (door, list, state) in wanted {
                statement.execute((
                    row::need_door(db, door)?,
                    list.generation.0.cast_signed(),
                    list.digest.to_bytes(),
                    list.entries,
                    state.0.cast_signed(),
                ))?;
            }
            Ok(())
        })
    }

    /// Epoch, boot and sequence of the newest status that was recorded; none if there was none.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn freshness(&self, door: &DoorId) -> Result<Option<(u64, u64, u64)>, SiteError> {
        self.read(|db| {
            Ok(row::prepare(
                db,
                "SELECT s.epoch, s.boot, s.sequence FROM door_status s
                     JOIN door d ON d.number = s.door WHERE d.id = $1",
            )?
            .query_row([door.as_str()], |row| {
                let number = |column| row.get::<_, i64>(column).map(i64::cast_unsigned);
                Ok((number(0)?, number(1)?, number(2)?))
            })
            .optional()?)
        })
    }

    /// The oldest and the newest wire version that the door understands, by the newest status that was recorded; none if
    /// there was none.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn wire(&self, door: &DoorId) -> Result<Option<(u8, u8)>, SiteError> {
        self.read(|db| {
            let sql =
                "SELECT s.wire_min, s.wire_max FROM door_status s JOIN door d ON d.number = s.door WHERE d.id = $1";
            Ok(row::prepare(db, sql)?.query_row([door.as_str()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
        })
    }

    /// The journals of a door that have events in the log: epoch, and boot of the newest event. A controller
    /// that starts knows by it what a replaced box could have said before.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn journals(&self, door: &DoorId) -> Result<Vec<(u64, u64)>, SiteError> {
        self.read(|db| {
            let mut statement = row::prepare(
                db,
                "SELECT j.epoch, e.body FROM journal j
                     JOIN door d ON d.number = j.door
                     JOIN event e ON e.door = j.door AND e.epoch = j.epoch AND e.sequence = j.through
                     WHERE d.id = $1 ORDER BY e.id DESC LIMIT $2",
            )?;
            let rows = statement.query_map((door.as_str(), JOURNALS_MAX), |row| {
                Ok((row.get::<_, i64>(0)?.cast_unsigned(), row.get::<_, Vec<u8>>(1)?))
            })?;
            let mut journals = Vec::new();
            for row in rows {
                let (epoch, body) = row?;
                journals.extend(Event::from_bytes(&body).ok().map(|event| (epoch, event.boot)));
            }
            Ok(journals)
        })
    }

    /// The controller's boot number: more than any before, and at least the time in milliseconds, so
    /// that it stays ahead of what doors have seen even if an old database is restored.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be written.
    pub fn next_boot(&self, at: UtcMs) -> Result<u64, SiteError> {
        self.write(Wakes::Nobody, |db| {
            let boot: i64 = row::prepare(
                db,
                "UPDATE site SET boot = CASE WHEN boot + 1 > $1 THEN boot + 1 ELSE $1 END
                     WHERE id = 1 RETURNING boot",
            )?
            .query_row([at.0], |row| row.get(0))?;
            Ok(boot.cast_unsigned())
        })
    }
}

/// Looks at what the door repeats of the log: each time, since rows may be cut off after it was first repeated. A door
/// repeats it every half minute, so each head raises one alarm.
fn told(db: &Connection, door: i64, status: &Status, received: UtcMs) -> Result<(), SiteError> {
    let log = status.log;
    if log::has(db, log)? {
        return Ok(());
    }
    let sql = "UPDATE door_status SET cut_row = $1, cut_link = $2
               WHERE door = $3 AND (cut_row IS NOT $1 OR cut_link IS NOT $2)";
    if row::prepare(db, sql)?.execute((log.row.cast_signed(), log.link.0, door))? == 0 {
        return Ok(());
    }
    alarms::raise(db, &Raised { door: Some(door), ..Raised::new("log-cut", received) })
}

fn store(db: &Connection, door: i64, header: &Header, status: &Status, received: UtcMs) -> Result<(), SiteError> {
    row::prepare(
        db,
        "INSERT INTO door_status
             (door, online, last_seen_ms, epoch, boot, sequence, session, agent, wire_min, wire_max,
              mono_ms, clock_offset_ms, trust, list_generation, list_digest, list_entries,
              state_generation, counters_generation, mode, journal_head, journal_acknowledged, reader,
              lock_released, leaf, faults, passages_generation, journal_percent, messages_refused, log_row, log_link,
              journal_oldest, confirmed_ms)
         VALUES ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
                 $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31)
         ON CONFLICT (door) DO UPDATE
         SET online = 1, last_seen_ms = excluded.last_seen_ms, epoch = excluded.epoch,
             boot = excluded.boot, sequence = excluded.sequence, session = excluded.session,
             agent = excluded.agent, wire_min = excluded.wire_min, wire_max = excluded.wire_max,
             mono_ms = excluded.mono_ms, clock_offset_ms = excluded.clock_offset_ms,
             trust = excluded.trust, list_generation = excluded.list_generation,
             list_digest = excluded.list_digest, list_entries = excluded.list_entries,
             state_generation = excluded.state_generation,
             counters_generation = excluded.counters_generation, mode = excluded.mode,
             journal_head = excluded.journal_head,
             journal_acknowledged = excluded.journal_acknowledged, reader = excluded.reader,
             lock_released = excluded.lock_released, leaf = excluded.leaf, faults = excluded.faults,
             passages_generation = excluded.passages_generation, journal_percent = excluded.journal_percent,
             messages_refused = excluded.messages_refused, log_row = excluded.log_row,
             log_link = excluded.log_link, journal_oldest = excluded.journal_oldest,
             confirmed_ms = COALESCE(excluded.confirmed_ms, door_status.confirmed_ms)",
    )?
    .execute(rusqlite::params![
        door,
        received.0,
        header.epoch.cast_signed(),
        header.boot.cast_signed(),
        header.sequence.cast_signed(),
        status.session.cast_signed(),
        status.agent,
        status.wire_min,
        status.wire_max,
        status.mono.0.cast_signed(),
        status.utc.0.saturating_sub(received.0),
        row::trust_code(status.trust),
        status.whitelist.generation.0.cast_signed(),
        status.whitelist.digest.to_bytes(),
        status.whitelist.entries,
        status.state_generation.0.cast_signed(),
        status.counters_generation.0.cast_signed(),
        status.mode.code(),
        status.journal_head.cast_signed(),
        status.journal_acknowledged.cast_signed(),
        status.reader,
        status.lock_released,
        status.leaf.code(),
        status.faults.bits(),
        status.passages_generation.0.cast_signed(),
        status.journal_percent,
        status.messages_refused,
        status.log.row.cast_signed(),
        status.log.link.0,
        status.journal_oldest.cast_signed(),
        // A door that does not know it, since it was switched off, has not lost what it knew.
        status.confirmed_age_s.map(|age_s| received.0.saturating_sub(i64::from(age_s) * 1_000)),
    ])?;
    Ok(())
}
