//! How doors are used: taps by hour and door, denials by reason.

use std::collections::BTreeMap;

use access::id::DoorId;
use access::time::UtcMs;
use chrono::{DateTime, Timelike as _};
use db::site::{Denials, TapCount, TapSpan};

use super::Report;
use crate::app::App;
use crate::chart::Chart;
use crate::explain::Words;
use crate::fault::Fault;
use crate::table::{Cell, Column, Table, column, numbers};

/// Every third hour has its number below its column: more do not fit a telephone.
const HOURS_LABELLED: usize = 3;

/// Names of doors by what they are called on the wire.
type Names = BTreeMap<DoorId, String>;

const GRANTED: Column = numbers("granted", "report-granted");
const DENIED: Column = numbers("denied", "report-denied");
const COUNT: Column = numbers("count", "report-count");
const DOOR: Column = column("door", "column-door");
const REASON: Column = column("reason", "filter-reason");

/// Taps by hour and door.
pub(super) async fn taps(app: &App, words: Words, span: TapSpan) -> Result<Report, Fault> {
    let (counts, names) = app.db(move |site| Ok((site.taps(&span)?, names(site)?))).await?;
    let mut by_hour = [[0_u64; 2]; 24];
    let mut by_door: BTreeMap<&DoorId, [u64; 2]> = BTreeMap::new();
    for count in &counts {
        let slots = [by_hour.get_mut(hour(&words, count.hour)), Some(by_door.entry(&count.door).or_default())];
        for [granted, denied] in slots.into_iter().flatten() {
            *granted += count.granted;
            *denied += count.denied;
        }
    }
    let columns = |hour: usize| format!("{hour:02}");
    let bars: Vec<(String, [u64; 2])> = by_hour.iter().enumerate().map(|(at, both)| (columns(at), *both)).collect();
    let [granted, denied] = by_hour.iter().fold([0, 0], |[a, b], [c, d]| [a + c, b + d]);
    let busiest = bars.iter().rev().max_by_key(|(_, [granted, denied])| granted + denied);
    let said = [
        ("granted", granted.into()),
        ("denied", denied.into()),
        ("hour", busiest.map_or("–", |(hour, _)| hour.as_str()).into()),
    ];
    let is_quiet = granted + denied == 0;
    let note = words.lang.say_with(if is_quiet { "report-nothing" } else { "report-taps-note" }, &said);
    let lang = words.lang;
    let chart = (!is_quiet).then(|| {
        let legend = [lang.say("report-granted"), lang.say("report-denied")];
        Chart::columns(("taps", lang.say("report-taps-chart"), note.clone()), legend, &bars, HOURS_LABELLED)
    });
    let pair = |[granted, denied]: &[u64; 2]| [Cell::number(*granted), Cell::number(*denied)];
    let hours = Table {
        caption: lang.say("report-by-hour"),
        columns: vec![column("hour", "report-hour"), GRANTED, DENIED],
        rows: bars
            .iter()
            .map(|(hour, both)| [Cell::text(hour.as_str())].into_iter().chain(pair(both)).collect())
            .collect(),
    };
    let doors = Table {
        caption: lang.say("report-by-door"),
        columns: vec![DOOR, GRANTED, DENIED],
        rows: by_door
            .iter()
            .map(|(door, both)| [at_door(&names, door)].into_iter().chain(pair(both)).collect())
            .collect(),
    };
    Ok(Report {
        notes: vec![note],
        chart,
        tables: vec![hours, doors],
        data: Some(all(&words, &names, &counts)),
        next: None,
    })
}

/// Denials by reason; one that has several counts for each.
pub(super) async fn denials(app: &App, words: Words, span: TapSpan) -> Result<Report, Fault> {
    let (found, names) = app.db(move |site| Ok((site.denials(&span)?, names(site)?))).await?;
    let mut by_reason: BTreeMap<&'static str, u64> = BTreeMap::new();
    let mut by_both: BTreeMap<(&'static str, &DoorId), u64> = BTreeMap::new();
    for Denials { door, reasons, count } in &found {
        for reason in reasons.iter() {
            *by_reason.entry(reason.code()).or_default() += count;
            *by_both.entry((reason.code(), door)).or_default() += count;
        }
    }
    let lang = words.lang;
    let word = |code: &str| lang.try_say(&format!("reason-{code}")).unwrap_or_else(|| code.to_owned());
    let mut reasons: Vec<(&'static str, u64)> = by_reason.into_iter().collect();
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let all: u64 = found.iter().map(|denials| denials.count).sum();
    let note = lang.say_with("report-denials-note", &[("count", all.into())]);
    let bars: Vec<(String, u64)> = reasons.iter().map(|(code, count)| (word(code), *count)).collect();
    let chart =
        (!bars.is_empty()).then(|| Chart::lines(("denials", lang.say("report-title-denials"), note.clone()), &bars));
    let row = |(code, count): &(&'static str, u64)| {
        vec![Cell::word(code, word(code)).at(format!("/events?code=denied&reason={code}")), Cell::number(*count)]
    };
    let table = Table {
        caption: lang.say("report-by-reason"),
        columns: vec![REASON, COUNT],
        rows: reasons.iter().map(row).collect(),
    };
    let both = |((code, door), count): (&(&'static str, &DoorId), &u64)| {
        vec![Cell::word(code, word(code)), at_door(&names, door), Cell::number(*count)]
    };
    let data =
        Table { caption: String::new(), columns: vec![REASON, DOOR, COUNT], rows: by_both.iter().map(both).collect() };
    let notes = vec![note, lang.say("report-denials-several")];
    Ok(Report { notes, chart, tables: vec![table], data: Some(data), next: None })
}

fn all(words: &Words, names: &Names, counts: &[TapCount]) -> Table {
    let row = |count: &TapCount| {
        vec![
            Cell::instant(words, Some(count.hour)),
            at_door(names, &count.door),
            Cell::number(count.granted),
            Cell::number(count.denied),
        ]
    };
    Table {
        caption: String::new(),
        columns: vec![column("hour", "report-hour"), DOOR, GRANTED, DENIED],
        rows: counts.iter().map(row).collect(),
    }
}

/// The hour that clocks on the wall show.
fn hour(words: &Words, at: UtcMs) -> usize {
    let at = DateTime::from_timestamp_millis(at.0).unwrap_or_default();
    at.with_timezone(&words.zone).hour() as usize
}

fn at_door(names: &Names, door: &DoorId) -> Cell {
    let name = names.get(door).cloned().unwrap_or_else(|| door.to_string());
    Cell::text(name).means(door.to_string()).at(format!("/doors/{door}"))
}

fn names(site: &db::site::Site) -> Result<Names, db::site::SiteError> {
    Ok(site.doors()?.into_iter().map(|door| (door.id, door.name)).collect())
}
