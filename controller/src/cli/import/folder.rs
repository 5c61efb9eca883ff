//! Files of people that another program lays into a folder.
//!
//! ```text
//! NAME.csv ─▶ read whole ─▶ what would it change? ─▶ applied, one change ──▶ done/STAMP-NAME.csv, with a report beside it
//!                │                  │ a row that is wrong, too many who would lose what they have
//!                └──────────────────┴──────────────────────────────────────▶ refused/…, the same; alarm `import-refused`
//! ```
//!
//! A crash between the change and the move has the file read again, which changes nothing then.

use std::ffi::OsStr;
use std::path::Path;
use std::process::ExitCode;

use access::time::UtcMs;
use anyhow::Context as _;
use chrono::DateTime;
use chrono_tz::Tz;
use dashboard::console::{self, Report, Wanted};
use dashboard::import::{FILE_BYTES_MAX, FileFault, FileKind};
use data_encoding::HEXLOWER as HEX;
use db::site::{Actor, Condition, Site};
use serde_json::{Value, json};
use service::inbox::{Inbox, Shelf, Unread};
use sha2::{Digest as _, Sha256};

use super::super::{answer, open};
use super::{Import, as_json};
use crate::clock::utc_now;
use crate::config::Config;

/// Of the running employments one file may take so many hundredths without a person beside it: what moves and ends in a large house
/// on the first of a month, and far less than an export that was cut off leaves out.
pub(super) const LOST_PERCENT: u8 = 5;

/// Nobody means more than half of a house and has no time to look.
pub(super) const LOST_PERCENT_MAX: i64 = 50;

/// Files of one run. What is beyond waits for the next, which begins at once.
const FILES_MAX: usize = 20;

/// What was dealt with is kept for so long: to ask back within a month, and not as a second register of names.
const KEPT_DAYS: i64 = 30;

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// Exit code if a file was refused: somebody has to look at it, and doing it again does not help.
const REFUSED: u8 = 5;

/// Whom the operator log names.
const OPERATOR: &str = "hr-import";

/// The alarm while something lies in `refused`, or the folder cannot be worked through.
const ALARM: &str = "import-refused";

/// How a file has its name from the beginning of its time here.
const STAMP: &str = "%Y%m%dT%H%M%S%3fZ";

/// One run.
struct Run<'a> {
    asked: &'a Import,
    zone: Tz,
    site: Site,
    inbox: Inbox,
    done: Shelf,
    refused: Shelf,
}

/// Why a file was not taken over.
enum Fault {
    Unread(Unread),
    File(FileFault),
    /// There is a report, and nothing was applied.
    Report,
}

pub(super) fn import(asked: &Import, config: &Config, folder: &Path) -> anyhow::Result<ExitCode> {
    let site = open(config)?;
    let worked = Run::new(asked, config.zone, site.clone(), folder).and_then(|run| run.all());
    let worked = worked.with_context(|| format!("the folder {}", folder.display()));
    let wrong = !matches!(worked, Ok(Outcome { left: false, .. }));
    site.note_conditions(&[Condition { kind: ALARM, door: None, wrong }], utc_now())?;
    worked.map(|outcome| if outcome.refused { ExitCode::from(REFUSED) } else { ExitCode::SUCCESS })
}

/// What became of a run.
struct Outcome {
    /// A file was refused.
    refused: bool,
    /// Refused files lie there, of this run or of earlier ones.
    left: bool,
}

impl<'a> Run<'a> {
    fn new(asked: &'a Import, zone: Tz, site: Site, folder: &Path) -> anyhow::Result<Self> {
        let inbox = Inbox::open(folder, ".csv")?;
        let (done, refused) = (inbox.shelf("done")?, inbox.shelf("refused")?);
        Ok(Self { asked, zone, site, inbox, done, refused })
    }

    /// Goes on where a file cannot be moved, so that it holds nobody else's up.
    fn all(&self) -> anyhow::Result<Outcome> {
        let forgotten = stamp(UtcMs(utc_now().0.saturating_sub(KEPT_DAYS * DAY_MS)));
        self.done.forget(&forgotten)?;
        self.refused.forget(&forgotten)?;
        let (mut refused, mut worked) = (false, Ok(()));
        for name in self.inbox.whole(FILES_MAX)? {
            match self.one(&name) {
                Ok(applied) => refused |= !applied,
                Err(error) => worked = Err(error.context(name.to_string_lossy().escape_debug().to_string())),
            }
        }
        worked?;
        Ok(Outcome { refused, left: !self.refused.is_empty()? })
    }

    /// Whether it was applied.
    fn one(&self, name: &OsStr) -> anyhow::Result<bool> {
        let now = utc_now();
        let read = self.inbox.read(name, FILE_BYTES_MAX);
        let sum = read.as_ref().ok().map(|bytes| HEX.encode(&Sha256::digest(bytes)));
        let (report, fault) = match read {
            Err(unread) => (None, Some(Fault::Unread(unread))),
            Ok(bytes) => match self.apply(&bytes, now)? {
                Err(fault) => (None, Some(Fault::File(fault))),
                Ok(report) if report.applied => (Some(report), None),
                Ok(report) => (Some(report), Some(Fault::Report)),
            },
        };
        let shelf = if fault.is_some() { &self.refused } else { &self.done };
        let mut written = report.as_ref().map_or_else(|| json!({ "applied": false }), as_json);
        if let Some(written) = written.as_object_mut() {
            written.insert("file".to_owned(), name.to_string_lossy().into());
            written.insert("sha256".to_owned(), sum.into());
            written.insert("at_ms".to_owned(), now.0.into());
            written.insert("lost".to_owned(), report.as_ref().map(|report| report.lost).into());
            written.insert("running".to_owned(), report.as_ref().map(|report| report.running).into());
            written.insert("refused".to_owned(), self.reason(fault.as_ref(), report.as_ref()));
        }
        let put = self.inbox.put_away(name, shelf, &stamp(now), format!("{written:#}\n").as_bytes())?;
        answer(self.asked.common.json, &brief(&put, &written), &told(&put, report.as_ref(), fault.as_ref()))?;
        Ok(fault.is_none())
    }

    /// Looks first: nothing is applied if a row is wrong, or if more would be lost than may be.
    fn apply(&self, bytes: &[u8], now: UtcMs) -> anyhow::Result<Result<Report, FileFault>> {
        let actor = Actor { operator: OPERATOR, at: now };
        // People alone: whoever can write here must not be able to bring a card as well.
        let wanted = Wanted {
            apply: true,
            lost_percent: Some(self.asked.lost_percent),
            ..self.asked.wanted(FileKind::People, self.zone)
        };
        Ok(console::import(&self.site, &actor, bytes, wanted, self.asked.language)?)
    }

    /// For the report, which only the owner of the folder reads: it may say what stands in the file.
    fn reason(&self, fault: Option<&Fault>, report: Option<&Report>) -> Value {
        let many = format!(
            "so many would lose what they have that a person has to look at it, more than {} in a hundred: if it is meant, import the \
             file once by hand with --confirm-removals",
            self.asked.lost_percent
        );
        match fault {
            None => Value::Null,
            Some(Fault::Unread(unread)) => unread_in_words(unread).into(),
            Some(Fault::File(fault)) => fault.to_string().into(),
            Some(Fault::Report) if report.is_some_and(|report| report.needs_confirmation) => many.into(),
            Some(Fault::Report) => "rows are wrong; correct them in the register".into(),
        }
    }
}

/// For the process log: counts and codes, and nothing that stands in the file.
fn told(put: &str, report: Option<&Report>, fault: Option<&Fault>) -> String {
    let counts = report.map_or_else(String::new, |report| {
        let Report { added, changed, removed, unchanged, lost, running, error_count, .. } = report;
        format!(
            ": {added} new, {changed} changed, {removed} ended, {unchanged} as before; {lost} of {running} running employments lost; \
             {error_count} errors"
        )
    });
    let why = match fault {
        None => String::new(),
        Some(Fault::Unread(unread)) => format!(": {}", unread_in_words(unread)),
        Some(Fault::File(fault)) => format!(": {}", fault.code()),
        Some(Fault::Report) => String::new(),
    };
    let what = if fault.is_some() { "refused" } else { "done" };
    format!("{what}/{put}{counts}{why}")
}

/// A line of JSON for a program, again without what stands in the file.
fn brief(put: &str, written: &Value) -> Value {
    let keys = ["applied", "added", "changed", "removed", "unchanged", "lost", "running", "error_count", "sha256"];
    let kept = keys.into_iter().filter_map(|key| Some((key.to_owned(), written.get(key)?.clone())));
    kept.chain([("put".to_owned(), put.into())]).collect()
}

fn unread_in_words(unread: &Unread) -> String {
    match unread {
        Unread::NotPlain => "it is no plain file".to_owned(),
        Unread::TooLong => format!("it is longer than {FILE_BYTES_MAX} bytes; split it"),
        Unread::Changing => {
            "somebody wrote to it while it was read; write it under another name, and give it this one when it is whole"
                .to_owned()
        }
        Unread::Os(error) => format!("it cannot be read: {error}"),
    }
}

fn stamp(at: UtcMs) -> String {
    DateTime::from_timestamp_millis(at.0).map_or_else(|| at.0.to_string(), |at| at.format(STAMP).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_are_in_the_order_of_time() {
        assert_eq!(stamp(UtcMs(1_795_953_600_007)), "20261129T120000007Z");
        assert!(stamp(UtcMs(1_795_953_600_007)) < stamp(UtcMs(1_795_953_600_010)));
    }
}
