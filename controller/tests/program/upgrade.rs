//! A database of another version of the program, and what is kept of one.

use std::fs::File;
use std::process::Stdio;
use std::time::{Duration, SystemTime};

use db::site::older;
use db::trial::{from_a_newer_program, site_of_schema};

use crate::support::{Folder, Running, bytes, stderr};

/// As the program left it that had no names in other languages.
const BEFORE: i32 = 19;

fn of_before(folder: &Folder) {
    site_of_schema(&folder.database(), &"hospital".parse().unwrap(), BEFORE).unwrap();
}

/// A database of this program, with one door.
fn of_today() -> Folder {
    let folder = Folder::new();
    let added = folder.run(&["door", "add", "ward", "--name", "Ward 1", "--out", "ward.json"]);
    assert!(added.status.success(), "{}", stderr(&added));
    folder
}

#[test]
fn a_database_of_a_newer_program_is_refused_by_each_command_and_left_as_it_is() {
    let folder = of_today();
    from_a_newer_program(&folder.database()).unwrap();
    let (before, files) = (bytes(&folder.database()), folder.files());
    for command in
        [&["run"][..], &["door", "list"], &["lockdown", "list"], &["backup", "--out", "data/b"], &["log", "verify"]]
    {
        let refused = folder.run(command);
        assert_eq!(refused.status.code(), Some(1), "{command:?}: {}", stderr(&refused));
        for part in ["site.db", "schema 900", "newer program", "restore a backup of before the upgrade"] {
            assert!(stderr(&refused).contains(part), "{command:?}: {part:?} is not in: {}", stderr(&refused));
        }
    }
    let doctor = folder.run(&["doctor"]);
    assert_eq!(doctor.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&doctor.stdout).contains("schema 900"));
    assert_eq!((bytes(&folder.database()), folder.files().len()), (before, files.len() + 1), "the lock's file is new");
}

#[test]
fn a_backup_of_a_newer_program_is_not_put_back() {
    let folder = of_today();
    let backup = folder.path("newer.backup");
    std::fs::copy(folder.database(), &backup).unwrap();
    from_a_newer_program(&backup).unwrap();
    let (database, there) = (bytes(&folder.database()), bytes(&backup));
    let refused = folder.run(&["restore", "newer.backup"]);
    for refused in [refused, folder.run(&["restore", "newer.backup", "--check"])] {
        assert_eq!(refused.status.code(), Some(1));
        for part in ["newer.backup", "schema 900", "newer program"] {
            assert!(stderr(&refused).contains(part), "{part:?} is not in: {}", stderr(&refused));
        }
    }
    assert_eq!((bytes(&folder.database()), bytes(&backup)), (database, there));
    assert_eq!(folder.files(), ["site.db", "site.lock"]);
    assert!(folder.run(&["door", "list"]).status.success(), "the site goes on with what it has");
}

fn found_by_the_doctor(folder: &Folder, check: &str) -> serde_json::Value {
    let report = folder.run(&["doctor", "--json"]).stdout;
    let report: serde_json::Value = serde_json::from_slice(&report).unwrap();
    let findings = report["findings"].as_array().unwrap().clone();
    findings.into_iter().find(|finding| finding["check"] == check).unwrap_or_default()
}

#[test]
fn the_doctor_asks_a_person_to_remove_what_a_restore_has_replaced_once_it_is_a_month_old() {
    let folder = Folder::new();
    assert!(folder.run(&["door", "list"]).status.success());
    assert!(found_by_the_doctor(&folder, "restored").is_null());
    let file = File::create(folder.path("data/site.db.before-7")).unwrap();
    assert_eq!(found_by_the_doctor(&folder, "restored")["health"], "well");
    file.set_modified(SystemTime::now() - Duration::from_secs(31 * 86_400)).unwrap();
    let found = found_by_the_doctor(&folder, "restored");
    assert_eq!(found["health"], "attention");
    let remedy = found["remedy"].as_str().unwrap();
    // A star would take those of other restores along, such as before-70.
    assert!(remedy.contains("site.db.before-7 ") && !remedy.contains('*'), "{found}");
}

#[test]
fn the_first_start_after_an_upgrade_migrates_with_a_copy_and_the_doctor_tells_of_it_before_and_after() {
    let folder = Folder::new();
    of_before(&folder);
    let found = older(&folder.database()).unwrap().unwrap();
    let upgrade = || found_by_the_doctor(&folder, "upgrade");
    assert_eq!(upgrade()["health"], "attention");
    let mut controller = Running(folder.command(&["run", "--json"]).stderr(Stdio::null()).spawn().unwrap());
    controller.ready();
    assert_eq!(older(&folder.database()).unwrap(), None);
    let copy = found.copy.file_name().unwrap().to_str().unwrap();
    assert!(folder.files().contains(&copy.to_owned()), "{:?}", folder.files());
    let told = upgrade();
    assert_eq!(told["health"], "well");
    assert!(told["found"].as_str().unwrap().contains(copy), "{told}");
    assert_eq!(controller.terminate(), Some(0));
}

#[test]
fn a_command_migrates_too_and_says_so_but_not_beside_a_controller_of_the_older_program() {
    let folder = Folder::new();
    of_before(&folder);
    // As a controller holds it that has not been restarted since its package was upgraded.
    let held = File::create(folder.path("data/site.lock")).unwrap();
    held.lock().unwrap();
    let refused = folder.run(&["door", "list"]);
    assert_eq!(refused.status.code(), Some(1));
    let said = stderr(&refused);
    assert!(said.contains("older program") && said.contains("another controller"), "{said}");
    assert!(older(&folder.database()).unwrap().is_some(), "its tables are as they were");
    drop(held);
    let done = folder.run(&["door", "list"]);
    assert!(done.status.success() && stderr(&done).contains(".before-schema-"), "{}", stderr(&done));
    assert_eq!(older(&folder.database()).unwrap(), None);
    assert!(stderr(&folder.run(&["door", "list"])).is_empty(), "once is enough");
}

#[test]
fn what_was_kept_before_an_upgrade_is_as_the_program_of_before_left_it_and_restore_takes_it_too() {
    let folder = Folder::new();
    of_before(&folder);
    let copy = older(&folder.database()).unwrap().unwrap().copy;
    assert!(folder.run(&["door", "list"]).status.success());
    let again = Folder::new();
    std::fs::copy(&copy, again.database()).unwrap();
    assert_eq!(older(&again.database()).unwrap().unwrap().found, i64::from(BEFORE));
    let restored = folder.run(&["restore", copy.to_str().unwrap()]);
    assert!(restored.status.success(), "{}", stderr(&restored));
}

/// As `docs/OPERATE.md` has it: the program of before, on a folder in which the newer one has migrated.
#[test]
fn going_back_puts_the_copy_in_the_place_of_the_newer_database_which_is_kept() {
    let folder = of_today();
    let copy = folder.path("data/site.db.before-schema-900");
    let made = folder.run(&["backup", "--out", copy.to_str().unwrap()]);
    assert!(made.status.success(), "{}", stderr(&made));
    from_a_newer_program(&folder.database()).unwrap();
    assert_eq!(folder.run(&["door", "list"]).status.code(), Some(1));
    let newer = bytes(&folder.database());
    let restored = folder.run(&["restore", copy.to_str().unwrap()]);
    assert!(restored.status.success(), "{}", stderr(&restored));
    let doors = folder.run(&["door", "list"]);
    assert!(doors.status.success() && String::from_utf8_lossy(&doors.stdout).contains("ward"), "{}", stderr(&doors));
    let kept = folder
        .files()
        .into_iter()
        .filter(|name| name.starts_with("site.db.before-"))
        .find(|name| !name.contains("schema"));
    assert!(bytes(&folder.path("data").join(kept.unwrap())) == newer);
}
