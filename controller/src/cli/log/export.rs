//! `log export`: evidence that a stranger can verify. `docs/LOG.md` says what each line means.
//!
//! ```text
//! seal before ── rows between, as digests ── the rows that were asked for ── digests ── seal after
//! ```

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use access::chain::Link;
use access::event::EventKind;
use access::time::UtcMs;
use anyhow::{Context, bail, ensure};
use chrono::{Days, NaiveDate, NaiveTime, TimeZone};
use chrono_tz::Tz;
use clap::Args;
use data_encoding::HEXLOWER as HEX;
use db::site::{LIST_MAX, LogRow, Seal, Site};
use serde_json::{Value, json};

use super::super::{Common, answer, open};
use crate::clock::utc_now;
use crate::seal;

/// What is said where the newest rows are in no seal.
const UNSEALED: &str =
    "\nNo seal covers the last of them yet: the night's seal will. Until then only doors vouch for them.";

#[derive(Args)]
pub(in crate::cli) struct Export {
    #[command(flatten)]
    common: Common,
    /// The first row, or the first day, such as 2026-11-29, by the site's clock.
    #[arg(long, value_name = "ROW|DAY")]
    from: String,
    /// The last row, or the last day.
    #[arg(long, value_name = "ROW|DAY")]
    to: String,
    /// The file to write; must not be there. It names cards: treat it as the log itself.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(in crate::cli) fn export(export: &Export) -> anyhow::Result<()> {
    let config = export.common.config.read()?;
    let site = open(&config)?;
    let (from, to) = span(&site, config.zone, &export.from, &export.to)?;
    let public = super::public(&config)?;
    let seals = site.seals_around(from, to)?;
    let start = seals.first().filter(|seal| seal.row < from).map_or((0, Link::START), |seal| (seal.row, seal.head));
    let end = seals.last().map_or(to, |seal| seal.row.max(to));
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&export.out)
        .with_context(|| format!("{} cannot be made", export.out.display()))?;
    let mut out = Out(BufWriter::new(file), &export.out);
    out.line(&json!({
        "kulku": "log-export", "version": 1, "site": site.id().as_str(), "made_ms": utc_now().0, "from": from, "to": to,
        "after": { "row": start.0, "head": HEX.encode(&start.1.0) },
        "public_key": HEX.encode(&public), "pem": seal::public_pem(&public),
    }))?;
    rows(&site, &mut out, (start.0, end), (from, to))?;
    for seal in &seals {
        out.line(&sealed(seal))?;
    }
    out.finish()?;
    let held = seals.last().is_some_and(|seal| seal.row >= to);
    let file = export.out.display().to_string();
    let unsealed = if held { "" } else { UNSEALED };
    let value = json!({ "file": file, "from": from, "to": to, "sealed": held });
    answer(export.common.json, &value, &format!("Rows {from} to {to} are in {file}.{unsealed}"))
}

/// Everything after the start through the end; in full what was asked for, as digests what is only between.
fn rows(site: &Site, out: &mut Out<'_>, (start, end): (u64, u64), (from, to): (u64, u64)) -> anyhow::Result<()> {
    let mut journals = BTreeSet::new();
    let mut next = start + 1;
    while next <= end {
        let rows = site.log_rows(next, end, LIST_MAX)?;
        let Some(last) = rows.last() else { bail!("row {next} is not in the log: run log verify") };
        let last = last.row;
        for row in rows {
            if (from..=to).contains(&row.row) {
                let first = journals.insert((row.door.clone(), row.epoch));
                let before = if first { site.link_before(&row)? } else { None };
                out.line(&whole(&row, before))?;
            } else {
                out.line(
                    &json!({ "row": row.row, "digest": HEX.encode(&row.digest), "head": HEX.encode(&row.head.0) }),
                )?;
            }
        }
        next = last + 1;
    }
    Ok(())
}

fn whole(row: &LogRow, before: Option<Link>) -> Value {
    let reasons = match &row.event.kind {
        EventKind::Tap { decision, .. } if !decision.granted() => Some(decision.reasons.bits()),
        _ => None,
    };
    json!({
        "row": row.row, "door": row.door, "epoch": format!("{:016x}", row.epoch), "sequence": row.sequence,
        "received_ms": row.received.0, "at_ms": row.event.utc.0, "code": row.event.kind.code(), "reasons": reasons,
        "uid": row.subject.as_ref().map(|(uid, _)| HEX.encode(uid)),
        "salt": row.subject.as_ref().map(|(_, salt)| HEX.encode(salt)),
        "commitment": row.commitment.as_ref().map(|bytes| HEX.encode(bytes)),
        "body": HEX.encode(&row.body), "link_before": before.map(|link| HEX.encode(&link.0)),
        "link": HEX.encode(&row.link.0), "link_ok": row.link_ok, "head": HEX.encode(&row.head.0),
    })
}

fn sealed(seal: &Seal) -> Value {
    json!({
        "seal": seal.number, "day": seal.day, "made_ms": seal.made.0, "row": seal.row,
        "head": HEX.encode(&seal.head.0), "change": seal.change, "change_head": HEX.encode(&seal.change_head.0),
        "previous": HEX.encode(&seal.previous), "public_key": HEX.encode(&seal.public_key),
        "signature": HEX.encode(&seal.signature),
    })
}

/// Rows as they were typed, or those that were received on these days.
fn span(site: &Site, zone: Tz, from: &str, to: &str) -> anyhow::Result<(u64, u64)> {
    let newest = site.log_head()?.row;
    let (from, to) = match (from.parse::<u64>(), to.parse::<u64>()) {
        (Ok(from), Ok(to)) => (from, to),
        (Err(_), Err(_)) => {
            let (first, last) = (day(from)?, day(to)?);
            let last = last.checked_add_days(Days::new(1)).context("--to is too late")?;
            let span = site.log_span(midnight(zone, first)?, midnight(zone, last)?)?;
            span.context("the log has no row of these days")?
        }
        _ => bail!("give --from and --to both as rows or both as days"),
    };
    ensure!(from >= 1 && from <= to, "--from must be 1 or more, and not after --to");
    ensure!(to <= newest, "--to is after the newest row, {newest}");
    Ok((from, to))
}

fn day(text: &str) -> anyhow::Result<NaiveDate> {
    text.parse().with_context(|| format!("{text:?} is neither a row nor a day such as 2026-11-29"))
}

fn midnight(zone: Tz, day: NaiveDate) -> anyhow::Result<UtcMs> {
    let local = zone.from_local_datetime(&day.and_time(NaiveTime::MIN)).earliest();
    Ok(UtcMs(local.context("the day has no beginning in the site's zone")?.timestamp_millis()))
}

/// A file of lines.
struct Out<'a>(BufWriter<File>, &'a PathBuf);

impl Out<'_> {
    fn line(&mut self, value: &Value) -> anyhow::Result<()> {
        writeln!(self.0, "{value}").with_context(|| format!("{} cannot be written", self.1.display()))
    }

    fn finish(self) -> anyhow::Result<()> {
        let written = self.0.into_inner().map_err(|error| error.into_error()).and_then(|file| file.sync_all());
        written.with_context(|| format!("{} cannot be written", self.1.display()))
    }
}
