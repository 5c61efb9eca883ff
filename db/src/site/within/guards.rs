//! What a narrowed writer may write: triggers look at each row before it is written, as it was and as it will be.
//!
//! They are of the connection (`TEMP`), as the views of the reader are. Who is within was found out when the transaction
//! began: nobody comes within by what is being written.

use std::fmt::Write as _;

use rusqlite::Connection;

use super::{OUTSIDE, alarm, area, card, door, lockdown, person};

/// Tables that follow from others, and those of the operator's own account and of what they do.
const FREE: &[&str] = &[
    // The operators' log, and what is kept of each request.
    "change",
    "movement_search",
    "once",
    // The own account: its pages hand in the number of whoever asks.
    "invitation",
    "operator",
    "recovery_code",
    "session",
    "token",
    // What follows from the other tables.
    "alarm_event",
    "card_use",
    "counter",
    "door_wanted",
    "notification",
    "presence",
    "site",
    "state_change",
];

/// A table that may be written to, and what holds of a row, which is called `{row}` in it.
struct Guard {
    table: &'static str,
    /// Of each row that is added.
    added: String,
    /// Of each row that is changed or removed, as it was and as it will be.
    changed: String,
}

impl Guard {
    fn of(table: &'static str, holds: &str) -> Self {
        Self { table, added: holds.to_owned(), changed: holds.to_owned() }
    }

    fn with(table: &'static str, holds: &str, added: &str) -> Self {
        Self { table, added: format!("{holds} AND {added}"), changed: holds.to_owned() }
    }
}

/// That a group leads to no door outside: whoever is put into it, or taken from it, is let in or kept out there.
fn group(column: &str) -> String {
    format!(
        "NOT EXISTS (SELECT 1 FROM main.rule_state r JOIN main.area_door d ON d.area = r.area AND d.until IS NULL
             WHERE r.grp = {column} AND r.until IS NULL AND NOT {})",
        door("d.door")
    )
}

/// That a title alone opens nothing outside. What a unit as such opens has been decided by whoever made its group.
fn title(row: &str) -> String {
    format!(
        "NOT EXISTS (SELECT 1 FROM main.group_match m WHERE m.until IS NULL AND m.title = {row}.title
             AND m.unit IS NULL AND NOT {})",
        group("m.grp")
    )
}

/// That a card is listed at no door outside, or that its holder has it already and only the time changes.
fn opens_nothing(row: &str) -> String {
    format!(
        "(NOT EXISTS (SELECT 1 FROM main.listing l WHERE l.uid = {row}.uid AND l.until IS NULL AND NOT {})
          OR EXISTS (SELECT 1 FROM main.holding h WHERE h.uid = {row}.uid AND h.person = {row}.person
             AND (h.until IS NULL OR h.until = {row}.since)
             AND (h.until_s IS NULL OR h.until_s > (SELECT at_s FROM temp.within_now))))",
        door("l.door")
    )
}

/// Of a hand-out to somebody outside only that the card is back may be noted, once nobody outside holds it any more.
fn handout() -> Guard {
    let (of_person, backup) = (person("{row}.person"), card("{row}.backup"));
    Guard {
        table: "handout",
        added: format!("{of_person} AND {backup} AND {}", card("{row}.original")),
        changed: format!("({of_person} OR {backup})"),
    }
}

fn guards() -> Vec<Guard> {
    let (of_person, of_card, of_door) = (person("{row}.person"), card("{row}.uid"), door("{row}.door"));
    let of_alarm = format!("EXISTS (SELECT 1 FROM main.alarm a WHERE a.id = {{row}}.alarm AND {})", alarm("a"));
    let in_unit = "{row}.unit IN (SELECT unit FROM temp.within_unit)";
    let mut guards = vec![
        Guard::with("holding", &of_person, &format!("{of_card} AND {}", opens_nothing("{row}"))),
        // Where else somebody works is for others to say.
        Guard::with("employment", &format!("{of_person} AND {in_unit}"), &title("{row}")),
        Guard::of("right_to_practise", &of_person),
        // Into whichever group: somebody of the whole site decides.
        Guard::of("access_request", &of_person),
        Guard::of("person_comfort", &of_person),
        Guard::of("group_member", &format!("{of_person} AND {}", group("{row}.grp"))),
        handout(),
        // An exception outside may be ended, as it is when a card comes back.
        Guard::with("listing", &of_card, &of_door),
        Guard::of("passage", &format!("{of_card} AND {}", area("{row}.area"))),
        Guard::of("lockdown", &lockdown("{row}")),
        Guard::of("alarm", &alarm("{row}")),
        Guard::of("alarm_step", &of_alarm),
        Guard::of("alarm_mute", &format!("({{row}}.door IS NOT NULL AND {of_door})")),
    ];
    guards.extend(
        ["card_certificate", "card_credential", "card_state", "encode_job"].map(|table| Guard::of(table, &of_card)),
    );
    guards.extend(["command", "mode_order"].map(|table| Guard::of(table, &of_door)));
    guards
}

/// The names of the file's tables.
pub(super) fn tables(db: &Connection) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name";
    db.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
}

/// The triggers for these tables. A table that nobody has thought of is written to by nobody who is limited.
pub(super) fn triggers(tables: &[String]) -> String {
    let guards = guards();
    let mut sql = String::new();
    for table in tables.iter().filter(|table| !FREE.contains(&table.as_str())) {
        let guard = guards.iter().find(|guard| guard.table == table);
        let (added, changed) = guard.map_or(("0", "0"), |guard| (&guard.added, &guard.changed));
        let (old, new) = (changed.replace("{row}", "OLD"), changed.replace("{row}", "NEW"));
        for (act, holds) in [
            ("INSERT", added.replace("{row}", "NEW")),
            ("UPDATE", format!("({old}) AND ({new})")),
            ("DELETE", old.clone()),
        ] {
            // Writing to a String cannot fail.
            let _ = write!(
                sql,
                "CREATE TEMP TRIGGER within_{table}_{act} BEFORE {act} ON main.{table}
                 WHEN NOT COALESCE(({holds}), 0) BEGIN SELECT RAISE(ABORT, '{OUTSIDE}'); END;"
            );
        }
    }
    sql
}

#[cfg(test)]
pub(super) fn known() -> Vec<&'static str> {
    FREE.iter().copied().chain(guards().iter().map(|guard| guard.table)).collect()
}
