//! A good form for every page that changes something.

use axum::http::Method;

use super::Good;

/// A file of one person.
pub(super) const FILE: &str = "kind=people&content=person%3Bname%0A1001%3BMaija+M%C3%A4kel%C3%A4%0A";

/// Place, form, action, and what is to be named. Nothing for an action: it is not told.
type Row = (&'static str, &'static str, &'static str, &'static str);

const ACCOUNTS: &[Row] = &[
    ("/sign-in", "name=maija&password=correct+horse&next=%2F", "", ""),
    ("/sign-in/code", "code={pending}&next=%2F", "", ""),
    ("/sign-out", "", "", ""),
    ("/language", "language=fi&back=%2F", "", ""),
    ("/welcome/{welcome}", "name=&password=a+quite+long+one&again=a+quite+long+one", "operator-password", "desk"),
    ("/me/theme", "theme=dark", "", ""),
    ("/me/stay", "back=%2Fdoors", "", ""),
    ("/demo/tap", "card=good&door=pharmacy", "", ""),
    (
        "/me/password",
        "current=correct+horse&password=a+quite+long+one&again=a+quite+long+one",
        "operator-password",
        "maija",
    ),
    ("/me/second-step", "{totp}&current=correct+horse", "second-step-set", "second_step"),
    ("/me/second-step/end", "{step}current=correct+horse", "second-step-end", "second_step"),
    ("/me/sessions/end", "session={own-session}", "session-end", "maija"),
    ("/me/tokens", "label=till&scope=named&right=cards", "token-add", "cards"),
    ("/me/tokens/revoke", "token={own-token}", "token-revoke", "spare"),
    ("/operators", "name=olli&role=desk", "operator-add", "olli"),
    ("/operators/second-step", "required=yes", "site-second-step", "second_step"),
    ("/operators/{operator}/role", "role=security", "operator-role", "desk"),
    ("/operators/{operator}/limit", "units=Leikkaus&area=1", "operator-limit", "Leikkaus"),
    ("/operators/{operator}/disable", "disabled=yes", "operator-disable", "desk"),
    ("/operators/{operator}/reset", "", "operator-reset", "desk"),
    ("/operators/sessions/end", "session={session}", "session-end", "desk"),
    ("/operators/tokens/revoke", "token={token}", "token-revoke", "spare"),
];

const DOORS: &[Row] = &[
    ("/doors/pharmacy/order", "mode=unlocked&until=2026-11-24T18%3A00&reason=Open+house", "door-order", "pharmacy"),
    ("/doors/pharmacy/order/end", "{order}reason=Too+cold", "door-order", "pharmacy"),
    (
        "/doors/pharmacy/command",
        "action=unlock-once&reason=A+courier",
        "door-command",
        "pharmacy unlock-once A courier",
    ),
    ("/doors/pharmacy/names", "fi=Apteekki&sv=Apotek&en=", "door-names", "Apotek"),
    ("/doors/pharmacy/settings", "reading=sector&release=7", "door-settings", "release_ms"),
    ("/lockdown", "where=door%3Amain&reason=Drill&until=", "lockdown", "main"),
    ("/lockdown/{lockdown}/lift", "lifted=It+was+a+drill", "lockdown-lift", "main"),
    ("/alarms/{alarm}/acknowledge", "comment=Seen", "alarm-acknowledge", "chain-fork"),
    ("/alarms/{alarm}/close", "comment=Mended", "alarm-close", "chain-fork"),
    ("/alarms/{alarm}/owner", "owner=maija", "alarm-owner", "maija"),
    ("/alarms/{alarm}/mute", "until=2026-11-24T18%3A00&reason=Works", "alarm-mute", "chain-fork"),
    ("/alarms/mutes/{mute}/end", "", "alarm-unmute", "held-open"),
    ("/alarms/undelivered/{letter}", "do=retry", "notification-retry", "duty"),
    ("/signals", "denied=R400+.200+R400", "signals-set", "denied"),
    ("/settings", "days=90", "inactivity-set", "90"),
    ("/settings/contact", "contact=Reception", "contact-set", "Reception"),
    ("/restore", "decision=accept&reason=It+is+known", "restore-accept", "It is known"),
];

const CARDS: &[Row] = &[
    ("/cards", "uid=04+11+22+33&kind=backup&from=&until=2026-12-24T12%3A00", "card-add", "04112233"),
    ("/cards/04A1B201/transit", "transition=suspend&cause=absence", "card-suspend", "04A1B201"),
    ("/cards/04A1B201/certificates", "certificate={certificate}", "certificate-attach", "4A01"),
    ("/cards/04A1B201/certificates/detach", "issuer={issuer}&serial=4a01", "certificate-detach", "4A01"),
    ("/cards/04A1B201/encode", "encoder=desk&work=encode", "card-encode-ask", "04A1B201 encode desk"),
    ("/cards/04A1B201/unblock", "block=suspended{paused}", "card-resume", "04A1B201"),
    ("/cards/{backup}/give", "person=1&from=&until=", "card-give", "04A1B2B1"),
    ("/cards/04A1B201/list", "door=ward-3&from=&until=", "card-list", "ward-3"),
    ("/cards/04A1B201/unlist", "door=pharmacy", "card-unlist", "pharmacy"),
    (
        "/desk/hand-out",
        "backup={backup}&person=1&original=04A1B201&cause=forgotten&document=passport&place=Aula&until=",
        "backup-hand-out",
        "04A1B2B1",
    ),
    ("/desk/return", "backup={handout}&place=Aula", "backup-return", "04A1B2B0"),
    ("/desk/missing", "backup={handout}&cause=lost", "card-block", "04A1B2B0"),
    ("/bulk", "kind=people&id=2&group=1&from=&until=&act=add-to-group&seen={seen}", "bulk-add-to-group", "2"),
    ("/bulk/{bulk}/undo", "", "bulk-undo", "04A1B201"),
];

const PEOPLE: &[Row] = &[
    ("/people", "name=Aino&external_id=2002", "person-add", "3"),
    ("/people/1/comfort", "longer=yes", "person-comfort", "1"),
    ("/people/1/employments/new", "step=save&unit=Leikkaus&title=Hoitaja&from=&until=", "employment-add", "Leikkaus"),
    ("/people/2/ask", "group=1&from=&until=&reason=Fetches+medicines", "access-ask", "Fetches medicines"),
    ("/requests/{request}/approve", "", "access-approve", "ward"),
    ("/requests/{request}/refuse", "answer=Not+at+night", "access-refuse", "Not at night"),
    ("/requests/{own-request}/withdraw", "", "access-withdraw", "Fetches medicines"),
    ("/people/1/secret", "reader=maija&reason=Turvakielto", "name-secret", "1"),
    ("/people/2/secret/end", "{hidden}reason=It+has+ended", "name-shown", "2 It has ended"),
    ("/import", "{file}&{plan}&step=apply", "import-rows", "1 changed"),
    ("/privacy/retention", "events=6&unknown-cards=3&alarms=24&audit=24", "retention-set", "6"),
    ("/privacy/holds", "of=person&which=1&door=&from=&until=&ends=2027-06-30&reason=Police", "hold-set", "Police"),
    ("/privacy/holds/{hold}/lift", "reason=Over", "hold-lift", "Over"),
    ("/privacy/purpose", "next=%2Fevents%3Fperson%3D1&reason=Theft", "movements-search", "person 1: Theft"),
    ("/reports/review/days", "days=30", "review-days", "30"),
    ("/reports/review/groups/1", "seen={review-group}&due=2027-05-23&confirmed=yes", "review-group", "1"),
    ("/reports/review/people/1", "seen={review-person}&due=2027-05-23&confirmed=yes", "review-person", "1"),
];

const RULES: &[Row] = &[
    ("/rules/new", "effect=allow&group=2&area=2&schedule=0&from=&until=&note=&seen={seen}", "rule-add", "2"),
    ("/rules/1", "effect=deny&group=1&area=1&schedule=1&from=&until=&note=&seen={seen}", "rule-change", "deny"),
    ("/rules/1/remove", "seen={seen}", "rule-remove", "1"),
    ("/rules/groups", "name=Siivoojat", "group-add", "Siivoojat"),
    ("/rules/groups/1/rename", "name=Uudempi", "group-rename", "Uudempi"),
    ("/rules/groups/2/remove", "", "group-remove", "Muut"),
    ("/rules/groups/1/member", "who=&person=2&from=&until=&seen={seen}", "group-member", "2"),
    ("/rules/groups/1/leave", "person=1&seen={seen}", "group-member-remove", "1"),
    ("/rules/groups/1/match", "unit=Apteekki&title=&kind=staff&seen={seen}", "group-match", "Apteekki"),
    ("/rules/groups/1/unmatch", "unit=Leikkaus&title=&kind=staff&seen={seen}", "group-match", "Leikkaus"),
    ("/rules/areas", "name=Varasto", "area-add", "Varasto"),
    ("/rules/areas/1", "shown=main&door=main&seen={seen}", "area-doors", "main"),
    ("/rules/areas/1/rename", "name=Uudempi", "area-rename", "Uudempi"),
    ("/rules/areas/1/names", "fi=&sv=Operation&en=Surgery", "area-names", "Surgery"),
    ("/rules/areas/2/remove", "", "area-remove", "Kellari"),
    ("/rules/areas/1/passback", "rule=denied&within_s=600&forgiven_at=03%3A30", "area-passback", "600"),
    ("/rules/areas/1/inside/04A1B201", "{inside}scope=here&reason=Drill", "passback-forgive", "04A1B201"),
    (
        "/rules/schedules/new",
        "name=Y%C3%B6&monday=22%3A00-06%3A00&holiday=closed&exceptions=",
        "schedule-add",
        "monday",
    ),
    (
        "/rules/schedules/1",
        "name=Virka-aika&monday=22%3A00-06%3A00&holiday=closed&exceptions=&seen={seen}",
        "schedule-change",
        "monday",
    ),
    ("/rules/schedules/2/remove", "", "schedule-remove", "Viikonloppu"),
    (
        "/rules/holidays",
        "year=2026&set=finland&zone=Europe%2FHelsinki&added=31.12.2026&seen={seen}",
        "calendar-set",
        "2026-12-31",
    ),
];

/// All of them.
pub(super) fn all() -> Vec<Good> {
    let rows = [ACCOUNTS, DOORS, CARDS, PEOPLE, RULES].concat().into_iter();
    let good = |(path, body, action, about): Row| Good {
        method: Method::POST,
        path,
        body,
        action: (!action.is_empty()).then_some(action),
        about,
    };
    rows.map(good).collect()
}
