//! The reader of the files of registers: what it takes, and how it names what it does not.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must fail")]

use access::time::UtcMs;
use chrono_tz::Europe::Helsinki;
use dashboard::import::{Column, FileFault, FileKind, ReadFile, ReadOptions, read_csv, rights_from_json};
use db::site::{Actor, CardKind, IMPORT_ERRORS_MAX, IMPORT_ROWS_MAX, ImportOptions, PeopleFilter, RowError, Site};

/// 24 November 2026, 15:00 in Helsinki.
const NOW: UtcMs = UtcMs(1_795_525_200_000);
const OPTIONS: ReadOptions = ReadOptions { zone: Helsinki, now: NOW, ignore_unknown: false };

fn read(kind: FileKind, text: &str) -> ReadFile {
    read_csv(kind, text.as_bytes(), &OPTIONS).unwrap()
}

fn told(file: &ReadFile) -> Vec<(u32, &str, &str)> {
    file.errors.iter().map(|RowError { row, column, problem, .. }| (*row, *column, *problem)).collect()
}

#[test]
fn people_with_two_employments_are_one_person_with_two() {
    let file = read(
        FileKind::People,
        "Henkilöstönumero;Sukunimi;Etunimi;Palvelussuhde;Yksikkö;Nimike;Alkaen;Päättyy\r\n\
         1001;Meikäläinen;Maija;E1;Päivystys;Sairaanhoitaja;1.2.2020;24.11.2026\r\n\
         1001;Meikäläinen;Maija;E2;Leikkaus;Sairaanhoitaja;2026-12-01;\r\n\
         ;;;;;;;\r\n\
         1002;Öström;Åke;;;;;\r\n",
    );
    assert_eq!(file.error_count, 0, "{:?}", file.errors);
    let people: Vec<_> =
        file.rows.people.iter().map(|row| (row.row, row.external_id.as_str(), row.name.as_str())).collect();
    assert_eq!(people, [(2, "1001", "Maija Meikäläinen"), (5, "1002", "Åke Öström")]);
    let jobs: Vec<_> = file.rows.employments.iter().map(|row| (row.external_id.as_str(), row.unit.as_str())).collect();
    assert_eq!(jobs, [("E1", "Päivystys"), ("E2", "Leikkaus")]);
    // The last day counts whole: until midnight in Helsinki, which is 22 o'clock in UTC.
    let until = file.rows.employments[0].window.until.unwrap();
    assert_eq!(until.0, 1_795_557_600);
}

#[test]
fn cards_are_read_with_swedish_words_and_commas() {
    let file = read(
        FileKind::Cards,
        "Kortnummer,Korttyp,Anställningsnummer,Giltig till\n04 A1 B2 C3,Yrkeskort,1001,2028-02-29\n04:A1:B2:C4,visitor,,\n",
    );
    assert_eq!(file.error_count, 0, "{:?}", file.errors);
    let kinds: Vec<_> = file.rows.cards.iter().map(|row| (row.uid.hex(), row.kind, row.person.clone())).collect();
    assert_eq!(
        kinds,
        [
            ("04A1B2C3".to_owned(), CardKind::Professional, Some("1001".to_owned())),
            ("04A1B2C4".to_owned(), CardKind::Visitor, None)
        ]
    );
}

#[test]
fn every_error_is_told_by_row_and_column_and_the_other_rows_are_read() {
    let file = read(
        FileKind::Rights,
        "person;profession;from;until;checked\n\
         1001;nurse;2020-01-01;2019-01-01;\n\
         ;nurse;;;\n\
         1001;;30.2.2026;;\n\
         1001;nurse;;;2026-11-25\n\
         1001;nurse;;;24.11.2026\n\
         1001;nurse;;;;too;many\n\
         1001;nu\u{7}rse;;;\n",
    );
    assert_eq!(
        told(&file),
        [
            (2, "until", "reversed-window"),
            (3, "person", "empty"),
            (4, "profession", "empty"),
            (4, "from", "not-a-date"),
            (5, "checked", "in-the-future"),
            (7, "person", "too-many-cells"),
            (8, "profession", "hidden-character"),
        ]
    );
    assert_eq!(file.rows.rights.len(), 1);
    assert_eq!((file.rows.rights[0].row, file.rows.rights[0].source.as_str()), (6, "import"));
}

#[test]
fn a_person_with_two_names_is_an_error() {
    let file = read(FileKind::People, "person;name\n1;A\n1;B\n1;A\n");
    assert_eq!(told(&file), [(3, "name", "differs")]);
    assert_eq!(file.rows.people.len(), 1);
}

#[test]
fn a_file_that_is_none_is_refused_with_the_reason() {
    for (text, fault) in [
        ("", FileFault::Empty),
        ("person;name\n", FileFault::Empty),
        ("person;name\n;\n", FileFault::Empty),
        ("person;name;salary;\n1;A;5;\n", FileFault::UnknownColumns(vec!["salary".to_owned()])),
        ("person;name;nimi\n1;A;A\n", FileFault::RepeatedColumn("nimi".to_owned())),
        ("person;unit\n1;A\n", FileFault::MissingColumns(vec![Column::Name])),
        ("person;given name\n1;A\n", FileFault::MissingColumns(vec![Column::Name])),
        ("PK\u{3}\u{4}xx", FileFault::NotText),
        ("person;name;profession\n1;A;x\n", FileFault::UnknownColumns(vec!["profession".to_owned()])),
    ] {
        assert_eq!(read_csv(FileKind::People, text.as_bytes(), &OPTIONS), Err(fault), "{text:?}");
    }
}

#[test]
fn unknown_columns_are_left_out_only_if_somebody_says_so() {
    let options = ReadOptions { ignore_unknown: true, ..OPTIONS };
    let file = read_csv(FileKind::People, b"person;name;salary\n1;A;5\n", &options).unwrap();
    assert_eq!((file.rows.people.len(), file.ignored), (1, vec!["salary".to_owned()]));
}

#[test]
fn a_quote_that_is_never_closed_is_told_in_its_row() {
    let file = read(FileKind::People, &format!("person;name\n1;A\n2;\"B\n{}", "3;C\n".repeat(100)));
    assert_eq!(told(&file), [(3, "name", "too-long")]);
    assert_eq!(file.rows.people.len(), 1);
}

#[test]
fn a_file_of_the_largest_size_with_errors_in_the_middle_is_read_to_its_end() {
    let mut text = String::from("card;kind;from;until\n");
    for number in 0..IMPORT_ROWS_MAX {
        let until = if number == IMPORT_ROWS_MAX / 2 { "31.11.2026" } else { "" };
        text.push_str(&format!("04{number:06X};visitor;;{until}\n"));
    }
    let file = read(FileKind::Cards, &text);
    assert_eq!(told(&file), [(u32::try_from(IMPORT_ROWS_MAX / 2).unwrap() + 2, "until", "not-a-date")]);
    assert_eq!(file.rows.cards.len(), IMPORT_ROWS_MAX - 1);
    text.push_str("04FFFFFF;visitor;;\n");
    assert_eq!(read_csv(FileKind::Cards, text.as_bytes(), &OPTIONS), Err(FileFault::TooManyRows));
}

#[test]
fn errors_without_end_are_counted_and_the_first_are_kept() {
    let file = read(FileKind::Cards, &format!("card;kind\n{}", "zz;visitor\n".repeat(5_000)));
    assert_eq!((file.error_count, file.errors.len()), (5_000, IMPORT_ERRORS_MAX));
}

#[test]
fn rights_come_as_json_too() {
    let json = r#"[{"person": "1001", "profession": "sairaanhoitaja", "from": "2020-01-01", "checked": "2026-11-24T06:00:00+02:00"},
        {"person": "1002", "profession": "lääkäri", "until": "2019-13-01"}]"#;
    let file = rights_from_json(json.as_bytes(), "terhikki", &OPTIONS).unwrap();
    assert_eq!(told(&file), [(2, "until", "not-a-date")]);
    let right = &file.rows.rights[0];
    assert_eq!((right.row, right.source.as_str(), right.checked.0), (1, "terhikki", 1_795_492_800_000));
    for bad in ["", "{}", "[{}]", r#"[{"person": "1", "profession": "x", "salary": 5}]"#] {
        assert!(matches!(rights_from_json(bad.as_bytes(), "x", &OPTIONS), Err(FileFault::Json(_))), "{bad}");
    }
}

#[test]
fn no_bytes_make_the_reader_panic() {
    let mut state = 7_u64;
    for length in 0..2_000_usize {
        let bytes: Vec<u8> = (0..length % 97)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                b"person;name\n\",\t\xC4\xFF\0cardkind"[usize::try_from(state >> 33).unwrap() % 26]
            })
            .collect();
        let mut whole = b"person;name\n".to_vec();
        whole.extend(&bytes);
        for kind in FileKind::ALL {
            let _ = read_csv(kind, &bytes, &OPTIONS);
            let _ = read_csv(kind, &whole, &OPTIONS);
        }
        let _ = rights_from_json(&bytes, "x", &OPTIONS);
    }
}

#[test]
fn a_last_line_that_was_cut_off_is_an_error_and_never_a_right_without_an_end() {
    let whole = "person;profession;from;until\n1001;nurse;2020-01-01;2026-12-31\n1002;nurse;2020-01-01;2026-12-31\n";
    let cut = read(FileKind::Rights, &whole[..whole.len() - ";2026-12-31\n".len()]);
    assert_eq!(told(&cut), [(3, "person", "too-few-cells")]);
    assert_eq!(cut.rows.rights.len(), 1);
    // A mark at the end of the header only makes a column that no row has to have.
    let marked = read(FileKind::Rights, "person;profession;from;until;\n1001;nurse;;\n1002;nurse;;;\n1003;nurse;\n");
    assert_eq!(told(&marked), [(4, "person", "too-few-cells")]);
    assert_eq!(marked.rows.rights.len(), 2);
}

/// As many rows as one file may have, with one of each fault somewhere in the middle.
#[test]
fn a_file_of_200_000_rows_with_errors_in_the_middle_names_them_and_applies_nothing() {
    let mut text = String::from("person;name;unit;title;from;until\n");
    for row in 2..IMPORT_ROWS_MAX + 2 {
        text += &match row {
            70_000 => "P70000;Person;Ward;Nurse;31.2.2026;\n".to_owned(),
            100_000 => "P100000;Person;Ward;Nurse;1.1.2026;1.1.2025\n".to_owned(),
            130_000 => "P130000;Person;Ward\n".to_owned(),
            160_000 => "P160000;;Ward;Nurse;;\n".to_owned(),
            _ => format!("P{row};Person {row};Ward;Nurse;;\n"),
        };
    }
    let file = read(FileKind::People, &text);
    let rows: Vec<u32> = file.errors.iter().map(|error| error.row).collect();
    assert_eq!(rows, [70_000, 100_000, 130_000, 160_000], "{:?}", file.errors);

    // The rows that are sound go no farther either, if the database has something against one of them.
    let folder = tempfile::tempdir().unwrap();
    let site = Site::open(&folder.path().join("site.db"), &"hospital".parse().unwrap()).unwrap();
    let mut rows = file.rows;
    let middle = rows.people.len() / 2;
    rows.people[middle].name = "A name\u{202E}turned".to_owned();
    let actor = Actor { operator: "maija", at: NOW };
    let imported = site.apply_import(&actor, &rows, ImportOptions::default()).unwrap();
    let named: Vec<_> = imported.plan.errors.iter().map(|error| (error.column, error.problem)).collect();
    assert!(named.contains(&("name", "hidden-character")), "{named:?}");
    assert_eq!(imported.generation, None);
    let page = db::site::Page { after: None, limit: 10 };
    assert!(site.people(&PeopleFilter::default(), page).unwrap().is_empty());
}
