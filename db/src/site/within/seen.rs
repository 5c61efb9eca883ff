//! What a narrowed reader sees: before each table stands a view of the same name, which has the rows that are within.
//!
//! The views are of the connection (`TEMP`), and such a name is found before the file's own. Statements of ours that must
//! pass a view name the file's table (`main.event`), and say at their place what stands in for it.

use super::{alarm, area, card, door, held, lockdown, person};

/// Tables that are seen whole by everybody who may look at their pages at all: the site's rules, which name nobody, and what
/// the pages of narrowed operators do not read.
#[cfg(test)]
pub(super) const WHOLE: &[&str] = &[
    // What is the same for all: rules, areas and hours have names, and no names of people.
    "area",
    "area_name",
    "area_passback",
    "area_state",
    "calendar_state",
    "contact_state",
    "group_match",
    "group_state",
    "inactivity_state",
    "person_group",
    "review_state",
    "rule",
    "rule_state",
    "schedule",
    "schedule_state",
    "signal_state",
    // The numbers of changes, who made them and when. What they say of whom stands behind rights that nobody keeps who is
    // limited.
    "change",
    "site",
    "once",
    // One's own, or behind such rights.
    "backup",
    "bulk",
    "certificate_list",
    "invitation",
    "log_seal",
    "movement_search",
    "notify_channel",
    "operator",
    "operator_area",
    "operator_unit",
    "recovery_code",
    "refinery_schema_history",
    "restored",
    "restored_card",
    "restored_door",
    "restored_piece",
    "retention_progress",
    "retention_state",
    "revocation_list",
    "revocation_source",
    "secret_name_reader",
    "session",
    "syslog",
    "token",
];

/// The other tables, each with what holds of a row `t` that is seen.
pub(super) fn rows() -> Vec<(&'static str, String)> {
    let (of_person, of_card, of_door) = (person("t.person"), card("t.uid"), door("t.door"));
    let of_alarm = "EXISTS (SELECT 1 FROM temp.alarm a WHERE a.id = t.alarm)";
    let mut rows = vec![
        ("person", person("t.id")),
        ("card", of_card.clone()),
        // An encoder stands at a desk and opens nothing.
        ("door", format!("(t.kind <> 'door' OR {})", door("t.number"))),
        ("listing", format!("{of_card} AND {of_door}")),
        ("door_use", format!("{of_card} AND {of_door}")),
        ("review", format!("(t.person IS NULL OR {of_person})")),
        // Of the site, or of another area, it reaches own doors too.
        ("lockdown", format!("((t.door IS NULL AND t.area IS NULL) OR {} OR {})", lockdown("t"), reaches("t"))),
        ("event", format!("({of_door} OR {})", held("t.uid", "t.at_ms"))),
        ("alarm", alarm("t")),
        ("alarm_mute", format!("(t.door IS NULL OR {of_door})")),
        ("passage", format!("{of_card} AND {}", area("t.area"))),
        ("presence", format!("{of_card} AND {}", area("t.area"))),
        ("legal_hold", "0".to_owned()),
        // It names a person, and a card that came back keeps it.
        ("card_certificate", only_ours("t.uid")),
    ];
    let with =
        |names: &[&'static str], holds: &str| names.iter().map(|name| (*name, holds.to_owned())).collect::<Vec<_>>();
    rows.extend(with(
        &[
            "access_request",
            "employment",
            "group_member",
            "handout",
            "holding",
            "person_comfort",
            "right_to_practise",
            "secret_name",
        ],
        &of_person,
    ));
    rows.extend(with(&["card_credential", "card_state", "card_use", "counter", "encode_job", "step"], &of_card));
    rows.extend(with(&["area_door", "command", "door_certificate", "door_key", "enrol_code"], &of_door));
    // How a place is set up and stands is seen wherever the place is, so of encoders too.
    rows.extend(with(
        &["door_name", "door_setting", "door_status", "door_wanted", "journal", "mode_order", "state_change"],
        "t.door IN (SELECT d.number FROM temp.door d)",
    ));
    rows.extend(with(&["alarm_event", "alarm_step", "notification"], of_alarm));
    rows
}

/// That nobody who is not within has ever held a card.
fn only_ours(uid: &str) -> String {
    let ours = person("h.person");
    format!("NOT EXISTS (SELECT 1 FROM main.holding h WHERE h.uid = {uid} AND h.until IS NULL AND NOT {ours})")
}

/// That an area has a door that is within.
fn reaches(row: &str) -> String {
    let own = door("m.door");
    format!("EXISTS (SELECT 1 FROM main.area_door m WHERE m.area = {row}.area AND m.until IS NULL AND {own})")
}

/// The views; all, or those before these tables.
pub(super) fn views(only: Option<&[&str]>) -> String {
    let view = |(table, holds): (&str, String)| {
        format!("CREATE TEMP VIEW {table} AS SELECT t.* FROM main.{table} t WHERE {holds};")
    };
    rows().into_iter().filter(|(table, _)| only.is_none_or(|only| only.contains(table))).map(view).collect()
}
