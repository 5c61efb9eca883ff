//! Who holds what, what nobody uses, and what did not come back.

use access::time::UtcMs;
use db::site::{HoldFilter, HoldView, UnreturnedView};
use serde_json::Value;

use super::{Report, Rows};
use crate::app::App;
use crate::explain::Words;
use crate::fault::Fault;
use crate::table::{Cell, Column, Table, column, numbers};
use crate::when;

/// Doors that a line of the page names; how many there are stands beside them.
const DOORS_SHOWN: usize = 8;

const PERSON: Column = column("person", "report-person");
const NAME: Column = column("name", "report-person");
const DOOR: Column = column("door", "column-door");
const LAST: Column = column("last", "report-last");
const CARDS: Column = column("cards", "report-cards");

/// Who may pass which doors: a line for each person on the page, one for each person and door in the data.
pub(super) async fn holds(
    app: &App,
    words: Words,
    filter: HoldFilter,
    after: Option<i64>,
    rows: Rows,
) -> Result<Report, Fault> {
    let (limit, now) = (rows.limit(), app.now().second());
    let found = app.db(move |site| site.who_holds(&filter, now, after, limit)).await?;
    let lang = words.lang;
    let row = |view: &HoldView| {
        let mut doors: Vec<&str> = view.doors.iter().take(DOORS_SHOWN).map(|door| door.name.as_str()).collect();
        doors.extend((view.doors.len() > DOORS_SHOWN).then_some("…"));
        let last = view.doors.iter().filter_map(|door| door.last).max();
        let count = Cell::number(view.doors.len() as u64);
        vec![person(view), Cell::text(doors.join(", ")), count, Cell::instant(&words, last)]
    };
    let table = Table {
        caption: lang.say("report-holds-caption"),
        columns: vec![PERSON, column("doors", "report-doors"), numbers("count", "report-count"), LAST],
        rows: found.rows.iter().map(row).collect(),
    };
    let lines = |view: &HoldView| -> Vec<Vec<Cell>> {
        let cards: Vec<String> = view.cards.iter().map(access::uid::Uid::hex).collect();
        let line = |door: &db::site::HeldDoor| {
            vec![
                person(view),
                Cell::text(view.name.as_str()),
                Cell::text(door.name.as_str()).means(door.door.to_string()),
                Cell::instant(&words, door.last),
                Cell::text(cards.join(" ")).means(Value::from(cards.clone())),
            ]
        };
        view.doors.iter().map(line).collect()
    };
    let number = Column { label: "report-person-number", ..PERSON };
    let mut data = Table {
        caption: String::new(),
        columns: vec![number, NAME, DOOR, LAST, CARDS],
        rows: found.rows.iter().flat_map(lines).collect(),
    };
    for row in &mut data.rows {
        // The first column is the number there: two may have one name.
        if let Some(first) = row.first_mut() {
            first.text = first.value.to_string();
        }
    }
    let next = found.next.map(|next| next.to_string());
    Ok(Report { tables: vec![table], data: Some(data), next, ..Report::default() })
}

/// Doors by their last use, the longest unused first.
pub(super) async fn doors(app: &App, words: Words, since: UtcMs) -> Result<Report, Fault> {
    let uses = app.db(move |site| site.door_uses(since)).await?;
    let unused = uses.iter().filter(|door| door.last.is_none_or(|last| last < since)).count();
    let note = words.lang.say_with("report-doors-note", &[("count", unused.into())]);
    let row = |door: &db::site::DoorUse| {
        vec![
            Cell::text(door.name.as_str()).means(door.door.to_string()).at(format!("/doors/{}", door.door)),
            Cell::instant(&words, door.last),
            Cell::number(door.cards),
        ]
    };
    let table = Table {
        caption: words.lang.say("report-doors-caption"),
        columns: vec![DOOR, LAST, numbers("cards", "report-cards-used")],
        rows: uses.iter().map(row).collect(),
    };
    Ok(Report { notes: vec![note], tables: vec![table], ..Report::default() })
}

/// Cards that are over and not back.
pub(super) async fn unreturned(app: &App, words: Words) -> Result<Report, Fault> {
    let now = app.now().second();
    let (found, more) = app.db(move |site| site.unreturned(now)).await?;
    let lang = words.lang;
    let say = |prefix: &str, code: &str| lang.try_say(&format!("{prefix}-{code}")).unwrap_or_else(|| code.to_owned());
    let row = |view: &UnreturnedView| {
        let (id, name) = &view.person;
        let (kind, why, life) = (view.kind.code(), view.why.code(), view.life.0.code());
        vec![
            Cell::text(view.uid.hex()).at(format!("/cards/{}", view.uid.hex())),
            Cell::word(kind, say("kind", kind)),
            Cell::text(name.as_str()).means(id.0).at(format!("/people/{}", id.0)),
            Cell::word(why, say("over", why)),
            Cell::text(when::last_day_shown(view.over, words.zone, lang)).means(when::rfc3339_second(view.over)),
            Cell::word(life, say("life", life)),
        ]
    };
    let table = Table {
        caption: lang.say("report-unreturned-caption"),
        columns: vec![
            column("card", "card-number"),
            column("kind", "card-kind"),
            column("person", "card-holder"),
            column("over", "report-over"),
            column("since", "column-since"),
            column("life", "card-state"),
        ],
        rows: found.iter().map(row).collect(),
    };
    let mut notes = vec![lang.say_with("report-unreturned-note", &[("count", found.len().into())])];
    notes.extend(more.then(|| lang.say("report-cut")));
    Ok(Report { notes, tables: vec![table], ..Report::default() })
}

/// By name for people and by number for programs.
fn person(view: &HoldView) -> Cell {
    Cell::text(view.name.as_str()).means(view.person.0).at(format!("/people/{}", view.person.0))
}
