//! What is known of one card and of its holders, as of a generation.

use access::entry::{Block, Blocks, Comfort};
use access::time::UtcMs;
use access::uid::Uid;
use rusqlite::{Connection, Row};

use super::span::{Span, merged};
use crate::site::{CardKind, SiteError, comfort, row};

/// One card.
pub(in crate::site) struct Card {
    pub(in crate::site) uid: Uid,
    pub(in crate::site) kind: CardKind,
    pub(in crate::site) life: String,
    pub(in crate::site) cause: String,
    /// All that is in its way: of its life, of its certificates, and what is stored.
    pub(in crate::site) blocks: Blocks,
    pub(in crate::site) window: Span,
    /// The time at which all its certificates are valid.
    pub(in crate::site) certificate: Span,
    /// Whether it ever belonged to anybody: from then on its listings count only while it does.
    pub(in crate::site) was_held: bool,
    /// In order; they do not overlap.
    pub(in crate::site) holdings: Vec<Holding>,
    pub(in crate::site) listings: Vec<(i64, Span)>,
}

#[derive(Debug, Clone, Copy)]
pub(in crate::site) struct Holding {
    pub(in crate::site) person: i64,
    /// The kind whose conditions bind.
    pub(in crate::site) kind: CardKind,
    pub(in crate::site) span: Span,
}

/// One holder.
pub(in crate::site) struct Person {
    pub(in crate::site) rights: Vec<Span>,
    pub(in crate::site) employments: Vec<Employment>,
    /// Groups that have the person by name.
    pub(in crate::site) members: Vec<(i64, Span)>,
    pub(in crate::site) comfort: Comfort,
}

pub(in crate::site) struct Employment {
    pub(in crate::site) unit: String,
    pub(in crate::site) title: String,
    pub(in crate::site) span: Span,
}

/// A stage of a card's life at which it is in no list.
pub(in crate::site) const RETIRED: &str = "retired";

/// Columns that [`Card::read`] wants, from `card c JOIN card_state s`.
pub(super) const CARD_COLUMNS: &str = "c.uid, c.kind, s.life, s.cause, s.blocks, s.from_s, s.until_s";

impl Card {
    /// One card, if the site had it.
    pub(in crate::site) fn of(db: &Connection, uid: &Uid, as_of: i64) -> Result<Option<Self>, SiteError> {
        let sql = "SELECT c.uid, c.kind, s.life, s.cause, s.blocks, s.from_s, s.until_s
                   FROM card_state s JOIN card c ON c.uid = s.uid
                   WHERE s.uid = $1 AND s.since <= $2 AND (s.until IS NULL OR s.until > $2)";
        let mut statement = row::prepare(db, sql)?;
        row::first(statement.query((uid.as_bytes(), as_of))?, |r| Self::read(db, r, as_of))
    }

    /// From a row of [`CARD_COLUMNS`].
    pub(super) fn read(db: &Connection, row: &Row<'_>, as_of: i64) -> Result<Self, SiteError> {
        let uid = row::uid(row, 0)?;
        let kind = kind(row, 1)?;
        let (life, cause): (String, String) = (row.get(2)?, row.get(3)?);
        let stored = Blocks::from_bits(row.get(4)?);
        let mut card = Self {
            blocks: of_life(&life, &cause)?.map_or(stored, |block| stored.with(block)),
            kind,
            life,
            cause,
            window: Span::of(row::window(row, 5)?),
            certificate: Span::ALWAYS,
            was_held: false,
            holdings: Vec::new(),
            listings: listings(db, &uid, as_of)?,
            uid,
        };
        card.certified(db, as_of)?;
        card.held(db, as_of)?;
        Ok(card)
    }

    pub(in crate::site) fn is_retired(&self) -> bool {
        self.life == RETIRED
    }

    fn certified(&mut self, db: &Connection, as_of: i64) -> Result<(), SiteError> {
        let mut statement = row::prepare(
            db,
            "SELECT state, from_s, until_s FROM card_certificate
             WHERE uid = $1 AND since <= $2 AND (until IS NULL OR until > $2)",
        )?;
        let mut rows = statement.query((self.uid.as_bytes(), as_of))?;
        while let Some(row) = rows.next()? {
            let state = row.get_ref(0)?.as_str().map_err(|_| SiteError::corrupt("certificate"))?;
            if let Some(block) = of_certificate(state)? {
                self.blocks = self.blocks.with(block);
            }
            self.certificate = self.certificate.meet(Span::of(row::window(row, 1)?));
        }
        Ok(())
    }

    /// Those holdings count that were not over when the newest change of this card's holdings was made; if all were,
    /// the last one. So it depends on the generation and not on the clock.
    fn held(&mut self, db: &Connection, as_of: i64) -> Result<(), SiteError> {
        let mut statement = row::prepare(
            db,
            "SELECT person, as_kind, from_s, until_s, since, until FROM holding WHERE uid = $1 AND since <= $2",
        )?;
        let mut rows = statement.query((self.uid.as_bytes(), as_of))?;
        let mut newest = 0;
        while let Some(row) = rows.next()? {
            self.was_held = true;
            let (since, until): (i64, Option<i64>) = (row.get(4)?, row.get(5)?);
            let closed = until.filter(|until| *until <= as_of);
            newest = closed.unwrap_or(since).max(newest);
            if closed.is_none() {
                let as_kind = row.get_ref(1)?.as_str_or_null().ok().flatten().map(CardKind::from_code);
                let kind = as_kind.unwrap_or(Some(self.kind)).ok_or(SiteError::corrupt("holding"))?;
                self.holdings.push(Holding { person: row.get(0)?, kind, span: Span::of(row::window(row, 2)?) });
            }
        }
        self.holdings.sort_unstable_by_key(|holding| holding.span);
        if self.holdings.len() > 1 {
            let at = changed_at(db, newest)?;
            let last = self.holdings.last().copied();
            self.holdings.retain(|holding| holding.span.until > at);
            if self.holdings.is_empty() {
                self.holdings.extend(last);
            }
            self.join();
        }
        Ok(())
    }

    /// Holdings of one person that follow each other are one.
    fn join(&mut self) {
        let mut joined: Vec<Holding> = Vec::with_capacity(self.holdings.len());
        for holding in self.holdings.drain(..) {
            match joined.last_mut() {
                Some(last)
                    if (last.person, last.kind, last.span.until)
                        == (holding.person, holding.kind, holding.span.from) =>
                {
                    last.span.until = holding.span.until;
                }
                _ => joined.push(holding),
            }
        }
        self.holdings = joined;
    }
}

impl Person {
    pub(in crate::site) fn of(db: &Connection, person: i64, as_of: i64) -> Result<Self, SiteError> {
        let mut rights = row::prepare(
            db,
            "SELECT from_s, until_s FROM right_to_practise
             WHERE person = $1 AND since <= $2 AND (until IS NULL OR until > $2)",
        )?;
        let mut employments = row::prepare(
            db,
            "SELECT unit, title, from_s, until_s FROM employment
             WHERE person = $1 AND since <= $2 AND (until IS NULL OR until > $2)",
        )?;
        let mut members = row::prepare(
            db,
            "SELECT grp, from_s, until_s FROM group_member
             WHERE person = $1 AND since <= $2 AND (until IS NULL OR until > $2)",
        )?;
        let key = (person, as_of);
        Ok(Self {
            rights: row::all(rights.query(key)?, |r| Ok(Span::of(row::window(r, 0)?)))?,
            employments: row::all(employments.query(key)?, |r| {
                Ok(Employment { unit: r.get(0)?, title: r.get(1)?, span: Span::of(row::window(r, 2)?) })
            })?,
            members: row::all(members.query(key)?, |r| Ok((r.get(0)?, Span::of(row::window(r, 1)?))))?,
            comfort: comfort::as_of(db, person, as_of)?,
        })
    }

    /// The times of a right to practise; `None` if a card of this kind does without.
    pub(in crate::site) fn right(&self, kind: CardKind) -> Option<Vec<Span>> {
        (kind == CardKind::Professional).then(|| merged(self.rights.clone()))
    }

    /// The times of an employment; `None` if a card of this kind does without.
    pub(in crate::site) fn employed(&self, kind: CardKind) -> Option<Vec<Span>> {
        matches!(kind, CardKind::Staff | CardKind::Actor)
            .then(|| merged(self.employments.iter().map(|employment| employment.span).collect()))
    }
}

/// Why a card at this stage of its life is denied.
fn of_life(life: &str, cause: &str) -> Result<Option<Block>, SiteError> {
    match life {
        "ordered" | "delivered" => Ok(Some(Block::NotDelivered)),
        "active" => Ok(None),
        "suspended" if cause == "inactive" => Ok(Some(Block::Inactive)),
        "suspended" => Ok(Some(Block::Suspended)),
        "blocked" => Ok(Some(Block::Blocked)),
        "returned" => Ok(Some(Block::Returned)),
        RETIRED => Ok(Some(Block::Retired)),
        _ => Err(SiteError::corrupt("stage of a card's life")),
    }
}

fn of_certificate(state: &str) -> Result<Option<Block>, SiteError> {
    match state {
        "good" => Ok(None),
        "revoked" => Ok(Some(Block::Revoked)),
        "held" => Ok(Some(Block::Suspended)),
        "unknown" => Ok(Some(Block::RevocationUnknown)),
        _ => Err(SiteError::corrupt("state of a certificate")),
    }
}

fn kind(row: &Row<'_>, column: usize) -> Result<CardKind, SiteError> {
    let code = row.get_ref(column)?.as_str().ok();
    code.and_then(CardKind::from_code).ok_or(SiteError::corrupt("kind of card"))
}

fn listings(db: &Connection, uid: &Uid, as_of: i64) -> Result<Vec<(i64, Span)>, SiteError> {
    let mut statement = row::prepare(
        db,
        "SELECT door, from_s, until_s FROM listing WHERE uid = $1 AND since <= $2 AND (until IS NULL OR until > $2)",
    )?;
    row::all(statement.query((uid.as_bytes(), as_of))?, |r| Ok((r.get(0)?, Span::of(row::window(r, 1)?))))
}

/// The second at which a change was made.
fn changed_at(db: &Connection, change: i64) -> Result<i64, SiteError> {
    let at: i64 =
        row::prepare(db, "SELECT at_ms FROM change WHERE number = $1")?.query_row([change], |row| row.get(0))?;
    Ok(UtcMs(at).second().0)
}
