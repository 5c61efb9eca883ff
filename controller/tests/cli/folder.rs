//! `import --folder`, as systemd runs it.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;
use std::process::Output;

use access::time::UtcMs;
use db::site::{AlarmFilter, Site};

use super::{Folder, json_of, text};

/// A site, and a folder `hr` beside its configuration.
struct Bench(Folder);

impl Bench {
    fn new() -> Self {
        let bench = Self(Folder::new());
        std::fs::create_dir(bench.path("")).unwrap();
        bench.mode(0o1770);
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path("hr").join(name)
    }

    fn mode(&self, mode: u32) {
        std::fs::set_permissions(self.path(""), std::fs::Permissions::from_mode(mode)).unwrap();
    }

    /// As a transfer does: under another name first.
    fn lay(&self, name: &str, text: &str) {
        std::fs::write(self.path("being-written.part"), text).unwrap();
        std::fs::rename(self.path("being-written.part"), self.path(name)).unwrap();
    }

    fn run(&self, more: &[&str]) -> Output {
        self.0.run(&[&["import", "--folder", "hr"], more].concat())
    }

    /// The only report of a shelf.
    fn report(&self, shelf: &str) -> serde_json::Value {
        let names = self.names(shelf);
        assert_eq!(names.len(), 2, "{names:?}");
        let path = self.path(shelf).join(names.iter().find(|name| name.ends_with(".json")).unwrap());
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
    }

    fn names(&self, below: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.path(below)).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    fn empty(&self, shelf: &str) {
        for name in self.names(shelf) {
            std::fs::remove_file(self.path(shelf).join(name)).unwrap();
        }
    }

    fn site(&self) -> Site {
        Site::open(&self.0.path("data/site.db"), &"hospital".parse().unwrap()).unwrap()
    }

    /// Kinds of the alarms that are open.
    fn alarms(&self) -> Vec<String> {
        let alarms = self.site().alarms(&AlarmFilter::default(), UtcMs(0), 10).unwrap();
        alarms.into_iter().map(|alarm| alarm.kind).collect()
    }

    /// Operator and action of each change, newest first.
    fn changes(&self) -> Vec<(String, String)> {
        let changes = self.site().change_log(None, 10).unwrap();
        changes.into_iter().map(|change| (change.operator, change.action)).collect()
    }
}

/// An export of so many people.
fn export(people: u32, title: &str) -> String {
    let rows =
        (1..=people).map(|one| format!("{one};Maija {one};E{one};Ward;{title};2020-01-01;\n")).collect::<String>();
    format!("person;name;employment;unit;title;from;until\n{rows}")
}

#[test]
fn a_whole_file_of_a_folder_is_applied_once_and_put_away_and_one_that_is_being_written_is_left_alone() {
    let bench = Bench::new();
    let nothing = bench.run(&[]);
    assert_eq!((nothing.status.code(), text(&nothing.stdout).as_str()), (Some(0), ""));
    std::fs::write(bench.path("b.csv.part"), "person;name\n").unwrap();
    std::fs::write(bench.path(".c.csv"), "person;name\n").unwrap();
    bench.lay("a.csv", &export(40, "Nurse"));
    let applied = bench.run(&["--json"]);
    assert!(applied.status.success(), "{}", text(&applied.stderr));
    assert_eq!(json_of(&applied)["added"], 80, "people and employments");
    let report = bench.report("done");
    assert_eq!((&report["applied"], &report["file"], &report["added"]), (&true.into(), &"a.csv".into(), &80.into()));
    assert_eq!(report["sha256"].as_str().unwrap().len(), 64);
    let once = vec![("hr-import".to_owned(), "import-rows".to_owned())];
    assert_eq!(bench.changes(), once);
    let mut left = bench.names("");
    left.sort();
    assert_eq!(left, [".c.csv", "b.csv.part", "done", "refused"]);

    bench.empty("done");
    bench.lay("a.csv", &export(40, "Nurse"));
    assert!(bench.run(&["--end-absent"]).status.success());
    assert_eq!((&bench.report("done")["unchanged"], bench.changes()), (&80.into(), once), "again, it changes nothing");
    assert!(bench.alarms().is_empty());
}

#[test]
fn an_export_that_was_cut_off_or_moves_a_whole_house_is_refused_until_a_person_has_looked() {
    let bench = Bench::new();
    bench.lay("a.csv", &export(40, "Nurse"));
    assert!(bench.run(&["--end-absent"]).status.success());
    let before = bench.changes();
    // Cut off; everybody with another title, by which they would leave their groups; everybody's employment over.
    let over = export(40, "Nurse").replace("2020-01-01;\n", "2020-01-01;2020-02-01\n");
    for wrong in [export(30, "Nurse"), export(40, "Nurrse"), over] {
        bench.lay("b.csv", &wrong);
        let refused = bench.run(&["--end-absent"]);
        assert_eq!(refused.status.code(), Some(5), "{}", text(&refused.stderr));
        let report = bench.report("refused");
        assert_eq!((&report["applied"], &report["running"]), (&false.into(), &40.into()), "{report}");
        assert!(report["refused"].as_str().unwrap().contains("--confirm-removals"), "{report}");
        assert_eq!((bench.changes(), bench.alarms()), (before.clone(), vec!["import-refused".to_owned()]));
        bench.empty("refused");
    }
    assert!(bench.run(&[]).status.success());
    assert!(bench.alarms().is_empty(), "nothing is left to look at");
    bench.lay("b.csv", &export(38, "Nurse"));
    assert_eq!(bench.run(&["--end-absent"]).status.code(), Some(0), "two leave");
    bench.lay("b.csv", &export(30, "Nurse"));
    assert_eq!(bench.run(&["--end-absent", "--lost-percent", "25"]).status.code(), Some(0), "the house knows better");
    assert_eq!(bench.run(&["--lost-percent", "51"]).status.code(), Some(2));
    assert_eq!(bench.0.run(&["import", "people", "x.csv", "--lost-percent", "9"]).status.code(), Some(2));
}

#[test]
fn what_is_no_register_is_refused_without_holding_others_up_and_the_process_log_tells_nothing_of_it() {
    let bench = Bench::new();
    std::fs::write(bench.0.path("secret"), "root;x\n").unwrap();
    symlink(bench.0.path("secret"), bench.path("a.csv")).unwrap();
    bench.lay("b.csv", "Maija Mäkelä;010101-123N\n");
    bench.lay("c.csv", &export(1, "Nurse"));
    bench.lay("d.csv", &export(1, "Nurse").replace("2020-01-01", "yesterday"));
    let run = bench.run(&[]);
    assert_eq!(run.status.code(), Some(5));
    let said = text(&run.stdout) + &text(&run.stderr);
    assert_eq!(said.lines().filter(|line| line.starts_with("refused/")).count(), 3, "{said}");
    assert!(!said.contains("010101") && !said.contains("Maija"), "{said}");
    assert_eq!(bench.names("done").len(), 2, "one of four was good");
    assert_eq!(std::fs::read_to_string(bench.0.path("secret")).unwrap(), "root;x\n");
    assert_eq!(bench.alarms(), ["import-refused"]);
}

#[test]
fn a_folder_that_everybody_may_write_to_is_not_believed() {
    let bench = Bench::new();
    bench.lay("a.csv", &export(1, "Nurse"));
    bench.mode(0o777);
    let refused = bench.run(&[]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("everybody"), "{}", text(&refused.stderr));
    assert!(bench.path("a.csv").exists());
    assert_eq!(bench.alarms(), ["import-refused"]);
    bench.mode(0o1770);
    assert!(bench.run(&[]).status.success());
    assert!(bench.alarms().is_empty());
}
