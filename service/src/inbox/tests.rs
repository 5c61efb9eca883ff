use std::os::unix::fs::{PermissionsExt as _, symlink};

use super::*;

struct Bench(tempfile::TempDir);

impl Bench {
    fn new() -> Self {
        let bench = Self(tempfile::tempdir().unwrap());
        bench.mode("", 0o750);
        bench
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.path().join(name), text).unwrap();
    }

    fn mode(&self, name: &str, mode: u32) {
        std::fs::set_permissions(self.0.path().join(name), std::fs::Permissions::from_mode(mode)).unwrap();
    }

    fn open(&self) -> io::Result<Inbox> {
        Inbox::open(self.0.path(), ".csv")
    }

    fn inbox(&self) -> Inbox {
        self.open().unwrap()
    }
}

fn read(inbox: &Inbox, name: &str, most: usize) -> Result<Vec<u8>, Unread> {
    inbox.read(OsStr::new(name), most)
}

#[test]
fn only_what_has_its_last_name_is_taken_in_order_and_few_at_once() {
    let bench = Bench::new();
    for name in ["b.csv", "a.CSV", "c.csv", "d.csv.part", ".e.csv", "f.txt", "csv"] {
        bench.write(name, "");
    }
    let inbox = bench.inbox();
    assert_eq!(inbox.whole(10).unwrap(), ["a.CSV", "b.csv", "c.csv"]);
    assert_eq!(inbox.whole(2).unwrap(), ["a.CSV", "b.csv"]);
}

#[test]
fn links_folders_pipes_and_long_files_are_not_read() {
    let bench = Bench::new();
    bench.write("real.csv", "abc");
    symlink(bench.0.path().join("real.csv"), bench.0.path().join("link.csv")).unwrap();
    symlink("/dev/null", bench.0.path().join("device.csv")).unwrap();
    std::fs::create_dir(bench.0.path().join("folder.csv")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(bench.0.path().join("pipe.csv")).status().unwrap().success());
    let inbox = bench.inbox();
    assert_eq!(read(&inbox, "real.csv", 3).unwrap(), b"abc");
    assert!(matches!(read(&inbox, "real.csv", 2), Err(Unread::TooLong)));
    for name in ["link.csv", "device.csv", "folder.csv", "pipe.csv"] {
        assert!(matches!(read(&inbox, name, 3), Err(Unread::NotPlain)), "{name}");
    }
    assert!(matches!(read(&inbox, "gone.csv", 3), Err(Unread::Os(_))));
}

#[test]
fn a_file_is_put_away_with_a_report_that_only_its_owner_reads_and_a_link_is_put_away_as_a_link() {
    let bench = Bench::new();
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("kept"), "kept").unwrap();
    bench.write("a b;c.csv", "abc");
    symlink(outside.path().join("kept"), bench.0.path().join("link.csv")).unwrap();
    let inbox = bench.inbox();
    let done = inbox.shelf("done").unwrap();
    assert!(done.is_empty().unwrap());
    let put = inbox.put_away(OsStr::new("a b;c.csv"), &done, "20261130T120000000Z", b"{}").unwrap();
    assert_eq!(put, "20261130T120000000Z-a_b_c.csv");
    let beside = bench.0.path().join("done").join(format!("{put}.json"));
    assert_eq!(std::fs::metadata(&beside).unwrap().permissions().mode() & 0o777, 0o600);
    let link = inbox.put_away(OsStr::new("link.csv"), &done, "20261130T120000000Z", b"{}").unwrap();
    assert!(std::fs::symlink_metadata(bench.0.path().join("done").join(link)).unwrap().is_symlink());
    assert!(inbox.whole(10).unwrap().is_empty() && !done.is_empty().unwrap());
    bench.write("a b;c.csv", "another");
    assert!(
        inbox.put_away(OsStr::new("a b;c.csv"), &done, "20261130T120000000Z", b"{}").is_err(),
        "nothing is written over"
    );
    assert_eq!(std::fs::read(bench.0.path().join("done").join(put)).unwrap(), b"abc");
    assert_eq!(done.forget("20261130T120000000Z").unwrap(), 0);
    assert_eq!(done.forget("20261130T120000001Z").unwrap(), 4);
    assert_eq!(std::fs::read_to_string(outside.path().join("kept")).unwrap(), "kept");
}

#[test]
fn a_shelf_that_somebody_else_has_laid_there_is_not_used() {
    let bench = Bench::new();
    let outside = tempfile::tempdir().unwrap();
    symlink(outside.path(), bench.0.path().join("done")).unwrap();
    let inbox = bench.inbox();
    assert!(inbox.shelf("done").is_err(), "a link");
    std::fs::create_dir(bench.0.path().join("refused")).unwrap();
    bench.mode("refused", 0o770);
    assert!(inbox.shelf("refused").unwrap_err().to_string().contains("refused"));
}

#[test]
fn a_folder_that_is_too_open_or_in_use_is_not_worked_through() {
    let bench = Bench::new();
    bench.mode("", 0o777);
    assert!(bench.open().unwrap_err().to_string().contains("everybody"));
    bench.mode("", 0o770);
    assert!(bench.open().unwrap_err().to_string().contains("group"));
    bench.mode("", 0o1770);
    let held = bench.inbox();
    assert!(bench.open().unwrap_err().to_string().contains("somebody else"));
    drop(held);
    assert!(bench.open().is_ok());
}
