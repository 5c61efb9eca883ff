//! Is this still one card? Joins what doors saw that knew nothing of each other.
//!
//! ```text
//! step n ─▶ n+1     known already                             nothing new
//!                   first from n                              noted
//!                   another from n, one wrote for a faded slot ──▶ alarm credential-damaged
//!                   another from n                             ──▶ alarm clone-suspected, card blocked
//! tap "cloned"      a door knew by itself                      ──▶ alarm clone-suspected, card blocked
//! ```
//!
//! The block is a change like any other, so every door that lists the card hears of it by the ordinary way. A
//! card that has been encoded anew since is not blocked: a copy of what it bore before opens nothing.

use access::credential::block::Token;
use access::credential::rolling::{Joined, Step, join};
use access::decide::Credential;
use access::entry::Block;
use access::event::Rolling;
use access::reason::{Reason, Reasons};
use access::time::UtcMs;
use access::uid::Uid;
use rusqlite::Connection;

use crate::site::alarms::{self, Raised};
use crate::site::counters::{self, Source};
use crate::site::{Actor, CredentialRecord, CredentialState, SiteError, cards, credentials, row, whitelist};

/// Whom the operator log names for what nobody did by hand.
pub(super) const SYSTEM: &str = "kulku";

/// Most steps from one token that are looked at. Two are a fork already.
const STEPS_MAX: u32 = 32;

/// A card at a door.
pub(super) struct Tap<'a> {
    pub(super) door: i64,
    pub(super) epoch: u64,
    pub(super) event: i64,
    pub(super) uid: &'a Uid,
    pub(super) received: UtcMs,
}

/// Takes what a tap says about the card's counter.
pub(super) fn tapped(
    db: &Connection,
    tap: &Tap<'_>,
    credential: Credential,
    rolling: Option<&Rolling>,
) -> Result<(), SiteError> {
    if rolling.is_none() && !matches!(credential, Credential::Cloned | Credential::Damaged) {
        return Ok(());
    }
    // A door has keys of the cards that it lists, or listed once. Whatever it says of another's counter is a lie,
    // perhaps of a stolen box, and must neither block that card nor keep other events out.
    if !whitelist::was_listed(db, tap.door, tap.uid)? {
        return Ok(());
    }
    if let Some(rolling) = rolling {
        counted(db, tap, credential, rolling)?;
        if let (Some(from), Some(to)) = (rolling.found, rolling.written) {
            stepped(db, tap, rolling.issue, Step { from, to, stepped_in: rolling.stepped_in })?;
        }
    }
    match credential {
        Credential::Cloned => suspect(db, tap, rolling.map(|rolling| rolling.issue), last_good(db, tap)?),
        Credential::Damaged => damaged(db, tap, None),
        _ => Ok(()),
    }
}

/// What a door accepted is how far the card has come, even if the door then could not write.
fn counted(db: &Connection, tap: &Tap<'_>, credential: Credential, rolling: &Rolling) -> Result<(), SiteError> {
    let accepted = matches!(credential, Credential::Verified | Credential::NotWritten);
    let Some(token) = rolling.written.or(rolling.found.filter(|_| accepted)) else { return Ok(()) };
    let source = Source { door: tap.door, epoch: tap.epoch, at: tap.received };
    counters::seen(db, &source, tap.uid, rolling.issue, token)
}

fn stepped(db: &Connection, tap: &Tap<'_>, issue: u8, step: Step) -> Result<(), SiteError> {
    let others = others(db, tap, issue, step.from)?;
    let inserted = row::prepare(
        db,
        "INSERT INTO step (uid, issue, from_counter, from_nonce, to_counter, to_nonce, stepped_in, event)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (uid, issue, from_counter, from_nonce, to_counter, to_nonce) DO NOTHING",
    )?
    .execute((
        tap.uid.as_bytes(),
        issue,
        step.from.counter,
        step.from.nonce,
        step.to.counter,
        step.to.nonce,
        step.stepped_in,
        tap.event,
    ))?;
    if inserted == 0 {
        return Ok(());
    }
    let find = |joined: Joined| others.iter().find(|(other, _)| join(&step, other) == joined).map(|(_, event)| *event);
    match (find(Joined::Forked), find(Joined::Damaged)) {
        (Some(other), _) => suspect(db, tap, Some(issue), Some(other)),
        (None, Some(other)) => damaged(db, tap, Some(other)),
        (None, None) => Ok(()),
    }
}

/// The steps that are known to start from the same token, with their events.
fn others(db: &Connection, tap: &Tap<'_>, issue: u8, from: Token) -> Result<Vec<(Step, i64)>, SiteError> {
    let mut statement = row::prepare(
        db,
        "SELECT to_counter, to_nonce, stepped_in, event FROM step
         WHERE uid = $1 AND issue = $2 AND from_counter = $3 AND from_nonce = $4 ORDER BY id LIMIT $5",
    )?;
    let rows = statement.query((tap.uid.as_bytes(), issue, from.counter, from.nonce, STEPS_MAX))?;
    row::all(rows, |r| {
        let to = Token { counter: r.get(0)?, nonce: r.get(1)? };
        Ok((Step { from, to, stepped_in: r.get(2)? }, r.get(3)?))
    })
}

/// The newest earlier tap of the card that no door took for a copy's.
fn last_good(db: &Connection, tap: &Tap<'_>) -> Result<Option<i64>, SiteError> {
    let cloned = Reasons::from(Reason::CardCloned).bits().cast_signed();
    let mut statement = row::prepare(
        db,
        "SELECT id FROM event WHERE uid = $1 AND id < $2 AND code IN ('granted', 'denied')
             AND (reasons IS NULL OR (reasons & $3) = 0)
         ORDER BY id DESC LIMIT 1",
    )?;
    row::first(statement.query((tap.uid.as_bytes(), tap.event, cloned))?, |r| Ok(r.get(0)?))
}

fn suspect(db: &Connection, tap: &Tap<'_>, issue: Option<u8>, other: Option<i64>) -> Result<(), SiteError> {
    alarms::raise(db, &raised("clone-suspected", tap, other))?;
    let current = credentials::now(db, tap.uid)?.into_iter().find(|record| record.state == CredentialState::Active);
    let replaced = |(current, issue): (CredentialRecord, u8)| current.issue != issue;
    if current.zip(issue).is_some_and(replaced) {
        return Ok(());
    }
    cards::block(db, &Actor { operator: SYSTEM, at: tap.received }, tap.uid, Block::Cloned)
}

fn damaged(db: &Connection, tap: &Tap<'_>, other: Option<i64>) -> Result<(), SiteError> {
    alarms::raise(db, &raised("credential-damaged", tap, other))
}

fn raised<'a>(kind: &'a str, tap: &Tap<'a>, other: Option<i64>) -> Raised<'a> {
    Raised {
        door: Some(tap.door),
        event: Some(tap.event),
        other_event: other,
        uid: Some(tap.uid),
        ..Raised::new(kind, tap.received)
    }
}
