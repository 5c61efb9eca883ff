//! What pages of the logs are told as, without anybody to hear it.

use db::site::{SentChange, SentEvent, SyslogPage, SyslogPosition, SyslogRestored};

use super::super::message::Head;
use super::super::received;
use super::super::tell::Teller;
use super::START;

fn teller() -> Teller {
    Teller { head: Head { host: None, enterprise: 32_473, process: 1 }, site: "hospital".to_owned(), names: false }
}

/// What a page behind a position is told as: ids, with what is looked for.
fn told(page: &SyslogPage, after: SyslogPosition, names: [&str; 3]) -> (Vec<(String, Vec<String>)>, SyslogPosition) {
    let told = teller().page(page, after, START);
    let (mut rest, mut all) = (told.frames.as_slice(), Vec::new());
    while let Some((length, behind)) = received::length(rest) {
        let message = received::parse(&behind[..length]);
        let values = names.iter().filter_map(|name| message.value(name)).map(str::to_owned).collect();
        all.push((message.id, values));
        rest = &behind[length..];
    }
    assert_eq!(all.len(), told.messages as usize);
    (all, told.through)
}

#[test]
fn rows_that_are_missing_or_cannot_be_read_are_told_of_in_their_place() {
    let row = |row| SentEvent { row, head: None, event: None };
    let ends = SyslogPosition { row: 9, change: 0, step: 0, restored: None };
    let page = SyslogPage { events: vec![row(3), row(4), row(9)], ends, ..SyslogPage::default() };
    let after = SyslogPosition { row: 2, restored: Some(0), ..SyslogPosition::default() };
    let (all, through) = told(&page, after, ["first", "last", "row"]);
    let all: Vec<_> = all.iter().map(|(id, values)| (id.as_str(), values.join(" "))).collect();
    let unreadable = |row: &str| ("row-unreadable", row.to_owned());
    let expected = [unreadable("3"), unreadable("4"), ("rows-missing", "5 8".to_owned()), unreadable("9")];
    assert_eq!(all, expected);
    assert_eq!(through, SyslogPosition { row: 9, ..after });
}

#[test]
fn after_a_restore_numbers_begin_anew_under_another_name_and_it_is_said() {
    let change = |number, action: &str| SentChange {
        number,
        head: None,
        at: START,
        operator: "maija.m".to_owned(),
        action: action.to_owned(),
        detail: "04010000".to_owned(),
        erased: false,
    };
    let restored = SyslogRestored { change: 1_000, last_row: 40, last_change: 12 };
    let ends = SyslogPosition { row: 40, change: 1_001, step: 0, restored: None };
    let changes = vec![change(1_000, "restore"), change(1_001, "card-block")];
    let page = SyslogPage { changes, ends, restored, ..SyslogPage::default() };
    let after = SyslogPosition { row: 40, change: 12, step: 0, restored: Some(0) };
    let (all, through) = told(&page, after, ["log", "last_row", "change"]);
    let all: Vec<_> = all.iter().map(|(id, values)| (id.as_str(), values.join(" "))).collect();
    let expected = [("log-restored", "1000 40"), ("restore", "1000 1000"), ("card-block", "1000 1001")];
    assert_eq!(all.iter().map(|(id, values)| (*id, values.as_str())).collect::<Vec<_>>(), expected);
    assert_eq!(through, SyslogPosition { change: 1_001, restored: Some(1_000), ..after });
}

#[test]
fn a_log_that_ends_before_what_was_sent_is_told_of_and_gone_on_from_its_end() {
    let ends = SyslogPosition { row: 5, change: 7, step: 1, restored: None };
    let page = SyslogPage { ends, ..SyslogPage::default() };
    let after = SyslogPosition { row: 8, change: 7, step: 4, restored: Some(0) };
    let (all, through) = told(&page, after, ["of", "last", "sent"]);
    let all: Vec<_> = all.iter().map(|(_, values)| values.join(" ")).collect();
    assert_eq!(all, ["row 5 8", "step 1 4"]);
    assert_eq!(through, SyslogPosition { restored: Some(0), ..ends });
    let (all, _) = told(&page, through, ["of", "last", "sent"]);
    assert!(all.is_empty(), "it is told once");
}
