//! What is done with the logs each night, a little at a time: the day that is over is sealed, and then all is checked.

use std::io;
use std::time::Duration;

use db::site::{Checked, Damage, LogCheck, Site};

use super::kept::{KeptError, KeptSeals};
use super::{SealKey, Trusted};
use crate::clock::utc_now;
use crate::worker::Workers;

/// How often a little is done.
const EVERY: Duration = Duration::from_secs(1);

/// How often it is looked whether a day is over, in such steps.
const SEAL_EVERY: u32 = 60;

/// Rows that are checked in one step. A log of ten million rows takes some twenty minutes of the night, and each step a
/// few hundredths of a second, so neither doors nor pages notice.
const ROWS: u32 = 10_000;

/// Starts the thread.
pub(crate) fn start(
    workers: &mut Workers,
    site: &Site,
    (key, trusted, kept): (SealKey, Trusted, KeptSeals),
) -> io::Result<()> {
    let mut night = Night { site: site.clone(), key, trusted, kept, missing: None, check: None, steps: 0 };
    workers.start("log", EVERY, move || {
        if let Err(error) = night.step() {
            tracing::error!(%error, "the logs could not be sealed or checked");
        }
    })
}

struct Night {
    site: Site,
    key: SealKey,
    trusted: Trusted,
    kept: KeptSeals,
    /// What was said to be missing: once is enough.
    missing: Option<Damage>,
    /// On its way.
    check: Option<LogCheck>,
    steps: u32,
}

impl Night {
    /// Seals the days that are over; never over a database that has lost a seal. Says how many were made.
    fn seal(&mut self) -> Result<u32, KeptError> {
        let missing = self.kept.missing(&self.site)?;
        if let Some(damage) = missing {
            if self.missing.replace(damage) != missing {
                tracing::error!(%damage, "the log is damaged, and is not sealed; keep a copy of the database as it is");
                self.site.raise_alarm("log-damaged", None, None, utc_now())?;
            }
            return Ok(0);
        }
        self.missing = None;
        let made = self.site.seal_days(utc_now(), self.key.public(), &|bytes| self.key.sign(bytes))?;
        let newest = self.site.newest_seal()?.filter(|seal| self.trusted.signed(self.site.id(), seal));
        self.kept.note(self.site.id(), newest.as_ref())?;
        Ok(made)
    }

    fn step(&mut self) -> Result<(), KeptError> {
        let looks = self.steps.is_multiple_of(SEAL_EVERY);
        self.steps = self.steps.wrapping_add(1);
        if looks {
            let made = self.seal()?;
            if made > 0 {
                tracing::info!(seals = made, "the logs were sealed; now they are checked");
                // One that has not come to its end in a day and a night goes on.
                if self.check.is_none() {
                    self.check = Some(self.site.check_log()?);
                }
            }
        }
        let Some(mut check) = self.check.take() else { return Ok(()) };
        let signed = |seal: &db::site::Seal| self.trusted.signed(self.site.id(), seal);
        match self.site.check_log_on(&mut check, ROWS, &signed) {
            Ok(Checked::More { .. }) => self.check = Some(check),
            Ok(Checked::Whole(whole)) => {
                tracing::info!(rows = whole.rows, changes = whole.changes, "the logs are whole");
            }
            Ok(Checked::Damaged(damage)) => {
                tracing::error!(%damage, "the log is damaged; keep a copy of the database as it is");
                self.site.raise_alarm("log-damaged", None, None, utc_now())?;
            }
            Err(error) => {
                self.check = Some(check);
                return Err(error.into());
            }
        }
        Ok(())
    }
}
