//! The figures, as text.

use std::fmt::{Display, Write as _};
use std::path::Path;

use access::latency::{BOUNDS_MS, Latencies};
use access::time::UtcMs;
use dashboard::figures::{Measure, PerMeasure};
use db::site::{DoorWatch, Site, SiteError};

/// What is told of each door: name, kind, help, and how it is read off; nothing where a door has not told it.
type OfDoor = (&'static str, &'static str, fn(&DoorWatch) -> Option<f64>);

const OF_DOORS: [OfDoor; 7] = [
    ("kulku_door_connected", "Whether the door is connected.", |door| Some(f64::from(u8::from(door.online)))),
    ("kulku_door_last_seen_timestamp_seconds", "When the door was last known to be there.", |door| {
        Some(seconds(door.last_seen))
    }),
    ("kulku_door_current", "Whether the list and the state that the door should have are in force there.", |door| {
        door.wanted.map(|wanted| f64::from(u8::from(wanted == door.in_force)))
    }),
    ("kulku_door_list_confirmed_timestamp_seconds", "When the door's list was last confirmed.", |door| {
        door.confirmed.map(seconds)
    }),
    (
        "kulku_door_clock_offset_seconds",
        "How far the door's clock is ahead, with the way of the message in it.",
        |door| {
            #[expect(clippy::cast_precision_loss, reason = "a clock that is off by more than a float holds is off")]
            let offset = door.clock_offset_ms as f64;
            Some(offset / 1_000.0)
        },
    ),
    ("kulku_door_clock_trusted", "Whether the door knows what time it is.", |door| {
        Some(f64::from(u8::from(door.trust == access::time::ClockTrust::Synchronised)))
    }),
    ("kulku_door_journal_ratio", "How full the door's journal is, from 0 to 1.", |door| {
        Some(f64::from(door.journal_percent) / 100.0)
    }),
];

/// How long things take, over all doors: with a series for each class of each door the monitoring system would keep tens of
/// thousands.
const LATENCIES: [(Measure, &str, &str); 4] = [
    (
        Measure::Tap,
        "kulku_tap_decision_seconds",
        "From a card's answer until it is granted or denied, as doors tell it.",
    ),
    (
        Measure::Change,
        "kulku_change_in_force_seconds",
        "From a change until it is in force at a door that is connected all the while.",
    ),
    (
        Measure::Revoke,
        "kulku_revocation_in_force_seconds",
        "The same of changes that block a card at the door or take it off the list.",
    ),
    (
        Measure::Late,
        "kulku_late_change_in_force_seconds",
        "From a change until it is in force at a door that was away in between.",
    ),
];

/// Everything, newly read: with whether the broker is connected, and whether what is logged is sent to a receiver.
pub(super) fn text(
    site: &Site,
    database: &Path,
    (connected, sends): (bool, bool),
    latencies: Option<&PerMeasure<Latencies>>,
    now: UtcMs,
) -> Result<String, SiteError> {
    let (alarms, doors, head) = (site.alarm_counts(now)?, site.watch_doors()?, site.log_head()?);
    let mut text = String::new();
    one(&mut text, "kulku_build_info", "The version that runs.", "gauge", &[("version", env!("CARGO_PKG_VERSION"))], 1);
    one(&mut text, "kulku_broker_connected", "Whether the broker is connected.", "gauge", &[], u8::from(connected));
    one(&mut text, "kulku_log_rows_total", "Events in the log since it began.", "counter", &[], head.row);
    one(&mut text, "kulku_alarms_open", "Alarms that are not closed.", "gauge", &[], alarms.open);
    let help = "Alarms that are not closed, and nobody has acknowledged.";
    one(&mut text, "kulku_alarms_unacknowledged", help, "gauge", &[], alarms.unacknowledged);
    let help = "Messages about alarms that could not be sent, and were given up.";
    one(&mut text, "kulku_notifications_given_up", help, "gauge", &[], alarms.dead_letters);
    syslog(&mut text, site, sends, now)?;
    // A file that cannot be looked at is told of by what reads it.
    if let Ok(file) = std::fs::metadata(database) {
        one(
            &mut text,
            "kulku_database_bytes",
            "Size of the database, without what waits beside it.",
            "gauge",
            &[],
            file.len(),
        );
    }
    for (measure, name, help) in LATENCIES {
        if let Some(counted) = latencies.map(|latencies| latencies.of(measure)) {
            histogram(&mut text, name, help, counted);
        }
    }
    for (name, help, read) in OF_DOORS {
        head_of(&mut text, name, help, "gauge");
        for door in &doors {
            if let Some(value) = read(door) {
                sample(&mut text, name, &[("door", door.door.as_str())], value);
            }
        }
    }
    Ok(text)
}

/// What waits for a receiver of what is logged; nothing does where there is none.
fn syslog(text: &mut String, site: &Site, sends: bool, now: UtcMs) -> Result<(), SiteError> {
    let standing = if sends { site.syslog_standing()? } else { None };
    let behind = standing.as_ref().map_or(0, |standing| standing.behind);
    let help = "Rows of the logs that were not handed over to the receiver of syslog.";
    one(text, "kulku_syslog_behind_rows", help, "gauge", &[], behind);
    let since = standing.and_then(|standing| standing.waiting_since);
    let waits = since.map_or(0, |since| now.0.saturating_sub(since.0).max(0) / 1_000);
    let help = "How long the oldest of them has waited; 0 if none waits.";
    one(text, "kulku_syslog_waiting_seconds", help, "gauge", &[], waits);
    Ok(())
}

/// Classes as Prometheus has them: each holds those before it.
fn histogram(text: &mut String, name: &str, help: &str, counted: &Latencies) {
    head_of(text, name, help, "histogram");
    let mut through = 0_u64;
    let ends = BOUNDS_MS.into_iter().map(|ms| (f64::from(ms) / 1_000.0).to_string()).chain(["+Inf".to_owned()]);
    for (count, end) in counted.counts.iter().zip(ends) {
        through = through.saturating_add(*count);
        sample(text, &format!("{name}_bucket"), &[("le", &end)], through);
    }
    #[expect(clippy::cast_precision_loss, reason = "what is lost are microseconds of a century")]
    let sum = counted.sum_us as f64 / 1e6;
    sample(text, &format!("{name}_sum"), &[], sum);
    sample(text, &format!("{name}_count"), &[], through);
}

fn one(text: &mut String, name: &str, help: &str, kind: &str, labels: &[(&str, &str)], value: impl Display) {
    head_of(text, name, help, kind);
    sample(text, name, labels, value);
}

fn head_of(text: &mut String, name: &str, help: &str, kind: &str) {
    // Writing into a text cannot fail.
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

/// Labels are ids and versions: nothing in them would have to be escaped.
fn sample(text: &mut String, name: &str, labels: &[(&str, &str)], value: impl Display) {
    let labels: Vec<String> = labels.iter().map(|(label, value)| format!("{label}=\"{value}\"")).collect();
    let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
    let _ = writeln!(text, "{name}{labels} {value}");
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of this age fit into a float")]
fn seconds(time: UtcMs) -> f64 {
    time.0 as f64 / 1_000.0
}
