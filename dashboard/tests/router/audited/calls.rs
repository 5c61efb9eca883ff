//! A good call for every one that changes something.

use axum::http::Method;

use super::Good;

/// Path below the version, body, action, and what is to be named.
type Row = (&'static str, &'static str, &'static str, &'static str);

const POSTS: &[Row] = &[
    (
        "/api/v1/doors/pharmacy/order",
        r#"{"mode":"locked","until":"2026-11-24T18:00:00Z","reason":"x"}"#,
        "door-order",
        "pharmacy",
    ),
    (
        "/api/v1/doors/pharmacy/commands",
        r#"{"action":"unlock-once","reason":"A courier"}"#,
        "door-command",
        "A courier",
    ),
    ("/api/v1/lockdowns", r#"{"scope":"door","door":"main","reason":"Drill"}"#, "lockdown", "main"),
    ("/api/v1/lockdowns/{lockdown}/lift", r#"{"reason":"Over"}"#, "lockdown-lift", "main"),
    ("/api/v1/alarms/{alarm}/acknowledge", r#"{"comment":"Seen"}"#, "alarm-acknowledge", "chain-fork"),
    ("/api/v1/alarms/{alarm}/close", r#"{"comment":"Mended"}"#, "alarm-close", "chain-fork"),
    (
        "/api/v1/alarms/mutes",
        r#"{"kind":"held-open","door":"main","until":"2026-11-24T18:00:00Z","reason":"Works"}"#,
        "alarm-mute",
        "held-open",
    ),
    ("/api/v1/alarms/undelivered/{letter}/retry", "", "notification-retry", "duty"),
    ("/api/v1/cards", r#"{"uid":"04112233","kind":"backup"}"#, "card-add", "04112233"),
    ("/api/v1/cards/04A1B201/encode", r#"{"encoder":"desk"}"#, "card-encode-ask", "04A1B201 encode desk"),
    ("/api/v1/cards/04A1B201/transit", r#"{"transition":"suspend","cause":"absence"}"#, "card-suspend", "04A1B201"),
    ("/api/v1/cards/04A1B201/certificates", r#"{"certificate":{pem}}"#, "certificate-attach", "4A01"),
    ("/api/v1/cards/04A1B201/block", "", "card-block", "04A1B201"),
    ("/api/v1/cards/04A1B201/unblock", r#"{"block":"suspended"}{paused}"#, "card-resume", "04A1B201"),
    ("/api/v1/cards/{backup}/give", r#"{"person":1}"#, "card-give", "04A1B2B1"),
    ("/api/v1/cards/04A1B201/forgive", r#"{inside}{"reason":"Drill"}"#, "passback-forgive", "04A1B201"),
    ("/api/v1/people", r#"{"name":"Aino"}"#, "person-add", "3"),
    ("/api/v1/people/1/employments", r#"{"unit":"Leikkaus","title":"Hoitaja"}"#, "employment-add", "Leikkaus"),
    ("/api/v1/people/1/rights", r#"{"profession":"L","source":"Valvira"}"#, "right-add", "Valvira"),
    ("/api/v1/rights/1/checked", "", "right-checked", "checked_ms"),
    ("/api/v1/people/2/requests", r#"{"group":1,"reason":"Fetches medicines"}"#, "access-ask", "Fetches medicines"),
    ("/api/v1/requests/{request}/approve", "", "access-approve", "ward"),
    ("/api/v1/requests/{request}/refuse", r#"{"answer":"Not at night"}"#, "access-refuse", "Not at night"),
    ("/api/v1/requests/{own-request}/withdraw", "", "access-withdraw", "Fetches medicines"),
    (
        "/api/v1/handouts",
        r#"{"backup":"{backup}","person":1,"original":"04A1B201","cause":"forgotten","document":"passport","place":"Aula"}"#,
        "backup-hand-out",
        "04A1B2B1",
    ),
    ("/api/v1/handouts/return", r#"{"backup":"{handout}","place":"Aula"}"#, "backup-return", "04A1B2B0"),
    ("/api/v1/handouts/missing", r#"{"backup":"{handout}","cause":"lost"}"#, "card-block", "04A1B2B0"),
    ("/api/v1/import/people", "person;name\n1001;Maija Mäkelä\n", "import-rows", "1 changed"),
    ("/api/v1/groups", r#"{"name":"Siivous"}"#, "group-add", "Siivous"),
    ("/api/v1/areas", r#"{"name":"Varasto","doors":["pharmacy"]}"#, "area-add", "Varasto"),
    ("/api/v1/schedules", r#"{"name":"Night","days":{"monday":"22:00-06:00"}}"#, "schedule-add", "monday"),
    ("/api/v1/rules", r#"{"group":2,"area":2,"effect":"allow"}"#, "rule-add", "2"),
    (
        "/api/v1/bulk?seen={seen}",
        r#"{"whom":{"people":[2]},"act":{"add-to-group":{"group":1}}}"#,
        "bulk-add-to-group",
        "2",
    ),
    ("/api/v1/bulk/{bulk}/undo", "", "bulk-undo", "04A1B201"),
    ("/api/v1/operators", r#"{"name":"olli","role":"desk"}"#, "operator-add", "olli"),
    ("/api/v1/operators/{operator}/reset", "", "operator-reset", "desk"),
    ("/api/v1/reviews/groups/1", r#"{"seen":"{review-group}","due":"2027-05-23T00:00:00Z"}"#, "review-group", "1"),
    ("/api/v1/reviews/people/1", r#"{"seen":"{review-person}","due":"2027-05-23T00:00:00Z"}"#, "review-person", "1"),
    (
        "/api/v1/privacy/holds",
        r#"{"scope":"all","ends":"2027-06-30T00:00:00Z","reason":"Police"}"#,
        "hold-set",
        "Police",
    ),
    ("/api/v1/privacy/holds/{hold}/lift", r#"{"reason":"Over"}"#, "hold-lift", "Over"),
];

const PUTS: &[Row] = &[
    ("/api/v1/doors/pharmacy/names", r#"{"sv":"Apotek"}"#, "door-names", "Apotek"),
    ("/api/v1/doors/pharmacy/settings", "{settings}", "door-settings", "release_ms"),
    ("/api/v1/alarms/{alarm}/owner", r#"{"owner":"maija"}"#, "alarm-owner", "maija"),
    ("/api/v1/cards/04A1B201/doors/ward-3", "", "card-list", "ward-3"),
    ("/api/v1/people/1/comfort", r#"{"needs_longer":true}"#, "person-comfort", "1"),
    ("/api/v1/employments/1", r#"{"unit":"Leikkaus","title":"Hoitaja"}"#, "employment-change", "Leikkaus"),
    ("/api/v1/rights/1", r#"{"profession":"L","source":"Valvira"}"#, "right-change", "Valvira"),
    ("/api/v1/groups/1", r#"{"name":"Uudempi"}"#, "group-rename", "Uudempi"),
    ("/api/v1/groups/1/members/2", "", "group-member", "2"),
    ("/api/v1/groups/1/matches", r#"[{"unit":"Apteekki"}]"#, "group-match", "Apteekki"),
    ("/api/v1/areas/1", r#"{"doors":["main"]}"#, "area-doors", "main"),
    ("/api/v1/areas/1/names", r#"{"en":"Surgery"}"#, "area-names", "Surgery"),
    ("/api/v1/areas/1/passback", r#"{"rule":"denied","within_s":600}"#, "area-passback", "600"),
    ("/api/v1/schedules/1", r#"{"name":"Virka-aika","days":{"monday":"22:00-06:00"}}"#, "schedule-change", "monday"),
    (
        "/api/v1/calendar",
        r#"{"zone":"Europe/Helsinki","set":"finland","changed":{"2026-12-31":true}}"#,
        "calendar-set",
        "2026-12-31",
    ),
    ("/api/v1/rules/1", r#"{"group":1,"area":1,"effect":"deny"}"#, "rule-change", "deny"),
    ("/api/v1/signals", r#"{"denied":"R400 .200 R400"}"#, "signals-set", "denied"),
    ("/api/v1/settings", r#"{"inactivity_days":90}"#, "inactivity-set", "90"),
    ("/api/v1/settings/contact", r#"{"contact":"Reception"}"#, "contact-set", "Reception"),
    ("/api/v1/operators/{operator}", r#"{"role":"security"}"#, "operator-role", "security"),
    ("/api/v1/operators/{operator}/limit", r#"{"units":["Leikkaus"],"areas":[1]}"#, "operator-limit", "Leikkaus"),
    ("/api/v1/reviews/days", r#"{"days":30}"#, "review-days", "30"),
    ("/api/v1/privacy/retention/events", r#"{"months":6}"#, "retention-set", "6"),
    ("/api/v1/people/1/secret", r#"{"reason":"Turvakielto","readers":["maija"]}"#, "name-secret", "1"),
];

const DELETES: &[Row] = &[
    ("/api/v1/doors/pharmacy/order", r#"{order}{"reason":"Too cold"}"#, "door-order", "pharmacy"),
    ("/api/v1/alarms/mutes/{mute}", "", "alarm-unmute", "held-open"),
    ("/api/v1/alarms/undelivered/{letter}", "", "notification-drop", "duty"),
    ("/api/v1/cards/04A1B201/certificates/{issuer}/4a01", "", "certificate-detach", "4A01"),
    ("/api/v1/cards/04A1B201/doors/pharmacy", "", "card-unlist", "pharmacy"),
    ("/api/v1/employments/1", "", "employment-remove", "1"),
    ("/api/v1/rights/1", "", "right-remove", "1"),
    ("/api/v1/groups/2", "", "group-remove", "Muut"),
    ("/api/v1/groups/1/members/1", "", "group-member-remove", "1"),
    ("/api/v1/areas/2", "", "area-remove", "Kellari"),
    ("/api/v1/schedules/2", "", "schedule-remove", "Viikonloppu"),
    ("/api/v1/rules/1", "", "rule-remove", "1"),
    ("/api/v1/sessions/{session}", "", "session-end", "desk"),
    ("/api/v1/tokens/{token}", "", "token-revoke", "spare"),
    ("/api/v1/people/2/secret", r#"{hidden}{"reason":"It has ended"}"#, "name-shown", "2 It has ended"),
];

/// All of them.
pub(super) fn all() -> Vec<Good> {
    let kinds = [(Method::POST, POSTS), (Method::PUT, PUTS), (Method::DELETE, DELETES)];
    let rows = kinds.into_iter().flat_map(|(method, rows)| rows.iter().map(move |row| (method.clone(), *row)));
    rows.map(|(method, (path, body, action, about))| Good { method, path, body, action: Some(action), about }).collect()
}
