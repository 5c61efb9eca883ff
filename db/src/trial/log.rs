//! A log of any length in little time, as a site would have it after a year: written past the intake, with the indexes made
//! at the end.

use std::path::Path;

use access::chain::Link;
use access::decide::{Credential, Decision, Presented};
use access::event::{Event, EventKind};
use access::mode::Mode;
use access::passage::Side;
use access::reason::{Reason, Reasons};
use access::time::{ClockTrust, MonoMs, UtcMs};
use access::whitelist::Generation;
use rusqlite::{Connection, params};

/// What to fill in.
#[derive(Debug, Clone, Copy)]
pub struct Filling {
    /// Rows of the log.
    pub events: u64,
    /// Persons, with one card each. Most of what happens is of few of them.
    pub cards: u32,
    /// When the last of it happened.
    pub now: UtcMs,
    /// Over how long it happened, in days.
    pub days: u32,
    /// What chance begins with.
    pub seed: u64,
}

const DAY_MS: u64 = 86_400_000;
/// Rows of one transaction.
const AT_ONCE: u64 = 500_000;
/// One event in so many came in late, by up to three days.
const LATE: u64 = 50;
/// The epoch of what is filled in, so that real journals of the same doors stand beside it.
const EPOCH: i64 = 1;

/// Numbers by chance, the same for the same seed (SplitMix64).
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// Begins anew.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below this one; 0 if it is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % bound.max(1)
    }

    /// The same, but small numbers come up more often.
    pub fn skewed(&mut self, bound: u64) -> u64 {
        let wide = u128::from(self.below(1 << 32));
        u64::try_from((wide * wide * u128::from(bound)) >> 64).unwrap_or(0)
    }
}

/// Fills the log of a site that has doors and an empty log, and gives it people with cards.
///
/// # Errors
/// If the file is no such site, or the disk is full.
pub fn fill(path: &Path, filling: &Filling) -> rusqlite::Result<()> {
    let db = Connection::open(path)?;
    db.execute_batch("PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000;")?;
    // Faster, if nobody else has the file open; else it does without.
    let _ = db.pragma_update(None, "journal_mode", "OFF");
    people(&db, filling.cards)?;
    let made: Vec<(String, String)> = db
        .prepare("SELECT name, sql FROM sqlite_master WHERE tbl_name = 'event' AND type = 'index' AND sql IS NOT NULL")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    made.iter().try_for_each(|(name, _)| db.execute_batch(&format!("DROP INDEX {name}")))?;
    events(&db, filling)?;
    made.iter().try_for_each(|(_, sql)| db.execute_batch(sql))?;
    // The intake goes on from the last row.
    db.execute_batch(
        "UPDATE site SET log_row = (SELECT COALESCE(MAX(id), 0) FROM event);
         UPDATE site SET log_head = COALESCE((SELECT e.head FROM event e WHERE e.id = log_row), zeroblob(32));",
    )?;
    db.pragma_update(None, "journal_mode", "WAL")
}

/// The number of a card that was filled in.
#[must_use]
pub fn card(number: u32) -> [u8; 4] {
    (0x0400_0000 | number).to_be_bytes()
}

fn people(db: &Connection, cards: u32) -> rusqlite::Result<()> {
    db.execute_batch("BEGIN")?;
    let mut person = db.prepare("INSERT INTO person (id, name, search, since) VALUES ($1, $2, lower($2), 1)")?;
    let mut chip = db.prepare("INSERT INTO card (uid, kind, hex, since) VALUES ($1, 'staff', hex($1), 1)")?;
    let mut holding = db.prepare("INSERT INTO holding (uid, person, since) VALUES ($1, $2, 1)")?;
    let before: u32 = db.query_row("SELECT COALESCE(MAX(id), 0) FROM person", [], |row| row.get(0))?;
    for number in 0..cards {
        let (id, uid) = (before + number + 1, card(number));
        person.execute(params![id, format!("Person {id}")])?;
        chip.execute([uid])?;
        holding.execute(params![uid, id])?;
    }
    db.execute_batch("COMMIT")
}

fn events(db: &Connection, filling: &Filling) -> rusqlite::Result<()> {
    let doors: Vec<i64> = db
        .prepare("SELECT number FROM door ORDER BY number")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut insert = db.prepare(
        "INSERT INTO event (id, door, epoch, sequence, received_ms, at_ms, code, reasons, uid, salt, commitment, body, link,
                            link_ok, head)
         VALUES ($1, $2, $3, $1, $4, $5, $6, $7, $8, $9, $10, $11, $10, 1, $10)",
    )?;
    let mut chance = Chance::new(filling.seed);
    let span = u64::from(filling.days) * DAY_MS;
    db.execute_batch("BEGIN")?;
    for row in 1..=filling.events {
        if row % AT_ONCE == 0 {
            db.execute_batch("COMMIT; BEGIN")?;
        }
        let back = u128::from(filling.events - row) * u128::from(span) / u128::from(filling.events.max(1));
        let received = filling.now.0 - i64::try_from(back).unwrap_or(0);
        let late = if chance.below(LATE) == 0 { chance.below(3 * DAY_MS) } else { chance.below(2_000) };
        let at = received - i64::try_from(late).unwrap_or(0);
        let (kind, is_of_card) = kind(&mut chance);
        let event = Event {
            sequence: row,
            boot: 1,
            mono: MonoMs(row),
            utc: UtcMs(at),
            trust: ClockTrust::Synchronised,
            generation: Generation(1),
            state_generation: Generation(1),
            mode: Mode::Normal,
            kind,
            subject: None,
        };
        let uid = is_of_card.then(|| card(u32::try_from(chance.skewed(filling.cards.into())).unwrap_or(0)));
        let door = usize::try_from(chance.skewed(doors.len() as u64)).unwrap_or(0);
        let link = Link([7; 32]).0;
        insert.execute(params![
            row.cast_signed(),
            doors.get(door),
            EPOCH,
            received,
            at,
            event.kind.code(),
            denied_for(&event.kind),
            uid,
            uid.map(|_| [9_u8; 16]),
            link,
            event.to_bytes(),
        ])?;
    }
    db.execute_batch("COMMIT")
}

/// What happens at doors, about as often as it does, and whether it is of a card.
fn kind(chance: &mut Chance) -> (EventKind, bool) {
    match chance.below(1_000) {
        0..240 => (EventKind::Opened { released: true }, false),
        240..480 => (EventKind::Closed, false),
        480..690 => (EventKind::Entered { side: Side::In }, true),
        690..720 => (EventKind::ExitPressed, false),
        720..723 => (EventKind::HeldOpen, false),
        723 => (EventKind::ForcedOpen, false),
        724..930 => (tapped(Reasons::NONE), true),
        _ => {
            // The first reasons are common, the last are not.
            let at = usize::try_from(chance.skewed(Reason::ALL.len() as u64)).unwrap_or(0);
            let reason = Reason::ALL.get(at).copied().unwrap_or(Reason::UnknownCard);
            (tapped(reason.into()), chance.below(4) > 0)
        }
    }
}

fn denied_for(kind: &EventKind) -> Option<i64> {
    match kind {
        EventKind::Tap { decision, .. } if !decision.granted() => Some(decision.reasons.bits().cast_signed()),
        _ => None,
    }
}

fn tapped(reasons: Reasons) -> EventKind {
    EventKind::Tap {
        side: Side::In,
        presented: Presented::Classic1k,
        credential: Credential::NotAsked,
        decision: Decision { reasons, generation: Generation(1) },
        noted: Reasons::NONE,
        rolling: None,
    }
}
