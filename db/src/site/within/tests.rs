//! No table is forgotten.

use std::collections::BTreeSet;

use super::{guards, seen};
use crate::site::{AreaId, Limit, Site, Within, row};

#[test]
fn every_table_is_hidden_or_named_as_one_that_everybody_may_see() {
    let folder = tempfile::tempdir().unwrap();
    let site = Site::open(&folder.path().join("site.db"), &"hospital".parse().unwrap()).unwrap();
    let tables: BTreeSet<String> = site.read(|db| Ok(guards::tables(db)?)).unwrap().into_iter().collect();
    let hidden: Vec<String> = seen::rows().into_iter().map(|(table, _)| table.to_owned()).collect();
    let listed: Vec<String> = hidden.into_iter().chain(seen::WHOLE.iter().map(|&table| table.to_owned())).collect();
    assert_eq!(listed.len(), listed.iter().collect::<BTreeSet<_>>().len(), "a table stands in the lists twice");
    assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), tables);
    for table in guards::known() {
        assert!(tables.contains(table), "{table}");
    }
}

#[test]
fn every_view_and_every_trigger_can_be_used() {
    let folder = tempfile::tempdir().unwrap();
    let site = Site::open(&folder.path().join("site.db"), &"hospital".parse().unwrap()).unwrap();
    let limit = Limit { units: vec!["Osasto 3".to_owned()], areas: vec![AreaId(1)] };
    let narrow = site.within(Within::new(limit, access::time::UtcMs(0)).unwrap().into());
    for (table, _) in seen::rows() {
        let rows: i64 = narrow
            .read(|db| Ok(row::prepare(db, &format!("SELECT COUNT(*) FROM {table}"))?.query_row([], |r| r.get(0))?))
            .unwrap();
        assert_eq!(rows, 0, "{table}");
    }
    let tables = site.read(|db| Ok(guards::tables(db)?)).unwrap();
    for table in tables {
        // A trigger that names what is not there fails when the statement is prepared.
        let deleted = narrow.try_out(|db| Ok(db.execute(&format!("DELETE FROM main.{table} WHERE 0"), [])?));
        assert_eq!(deleted.unwrap(), 0, "{table}");
    }
}

#[test]
fn a_narrow_reader_cannot_write_into_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let site = Site::open(&folder.path().join("site.db"), &"hospital".parse().unwrap()).unwrap();
    let limit = Limit { units: vec!["Osasto 3".to_owned()], areas: Vec::new() };
    let narrow = site.within(Within::new(limit, access::time::UtcMs(0)).unwrap().into());
    assert!(narrow.read(|db| Ok(db.execute("UPDATE main.site SET boot = 7", [])?)).is_err());
}
