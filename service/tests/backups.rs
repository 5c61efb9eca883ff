//! What the script of the nightly backups keeps and removes, with a controller that is another script.
#![expect(clippy::unwrap_used, reason = "a test that cannot set up its case has failed")]

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, SystemTime};

const DAY: Duration = Duration::from_secs(24 * 3_600);

/// Writes what is to be kept secret where it is told to; the file is its fifth argument.
const CONTROLLER: &str = "#!/bin/sh\nprintf 'who was where' >\"$5\"\n";

const FAILS: &str = "#!/bin/sh\nexit 1\n";

struct Machine(tempfile::TempDir);

impl Machine {
    fn new(controller: &str) -> Self {
        let machine = Self(tempfile::tempdir().unwrap());
        fs::create_dir_all(machine.path("data/identity")).unwrap();
        fs::write(machine.path("data/identity/key.pem"), "a private key").unwrap();
        fs::create_dir_all(machine.path("backups/identity")).unwrap();
        let program = machine.path("controller");
        fs::write(&program, controller).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
        let key = Command::new("age-keygen").output().unwrap();
        let key = String::from_utf8(key.stdout).unwrap();
        let public = key.lines().find_map(|line| line.strip_prefix("# public key: ")).unwrap();
        fs::write(machine.path("recipients"), public).unwrap();
        machine
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self) -> Output {
        Command::new("sh")
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../packaging/kulku-controller/backup"))
            .env("KULKU_DATA", self.path("data"))
            .env("KULKU_BACKUPS", self.path("backups"))
            .env("KULKU_RECIPIENTS", self.path("recipients"))
            .env("KULKU_CONTROLLER", self.path("controller"))
            .output()
            .unwrap()
    }

    /// A pair of the past, which has this name and so many days.
    fn has(&self, number: u32, days: u32) {
        for name in [site(number), identity(number)] {
            let file = File::create(self.path(&name)).unwrap();
            file.set_modified(SystemTime::now() - DAY * days).unwrap();
        }
    }

    /// Files that are neither hidden nor folders, below the folder of backups.
    fn files(&self) -> Vec<String> {
        let mut all = Vec::new();
        for folder in ["backups", "backups/identity"] {
            for entry in fs::read_dir(self.path(folder)).unwrap() {
                let name = entry.unwrap().file_name().into_string().unwrap();
                let path = format!("{folder}/{name}");
                if self.path(&path).is_file() && !name.starts_with('.') {
                    all.push(path);
                }
            }
        }
        all.sort();
        all
    }
}

/// Names go up with their numbers, as they do with their dates, and are all before today.
fn site(number: u32) -> String {
    format!("backups/site-2020-{:02}-{:02}T031500Z.backup.age", 1 + number / 28, 1 + number % 28)
}

fn identity(number: u32) -> String {
    format!("backups/identity/identity-2020-{:02}-{:02}T031500Z.tar.age", 1 + number / 28, 1 + number % 28)
}

#[test]
fn a_month_of_backups_is_kept_and_what_lies_beside_them_is_left_alone() {
    let machine = Machine::new(CONTROLLER);
    for number in 0..40 {
        machine.has(number, 40 - number);
    }
    fs::write(machine.path("backups/notes.txt"), "whom to call").unwrap();
    let ran = machine.run();
    assert!(ran.status.success(), "{ran:?}");
    let files = machine.files();
    for number in 0..40 {
        let is_kept = 40 - number <= 30;
        assert_eq!(files.contains(&site(number)), is_kept, "of {} days", 40 - number);
        assert_eq!(files.contains(&identity(number)), is_kept, "of {} days", 40 - number);
    }
    assert!(files.contains(&"backups/notes.txt".to_owned()));
    assert_eq!(files.len(), 2 * 30 + 2 + 1);
}

#[test]
fn the_newest_seven_stay_however_old_they_are() {
    let machine = Machine::new(CONTROLLER);
    for number in 0..10 {
        machine.has(number, 500 - number);
    }
    assert!(machine.run().status.success());
    let files = machine.files();
    // The one of now is the seventh.
    let kept: Vec<u32> = (0..10).filter(|number| files.contains(&site(*number))).collect();
    assert_eq!(kept, [4, 5, 6, 7, 8, 9]);
    assert_eq!((0..10).filter(|number| files.contains(&identity(*number))).collect::<Vec<_>>(), kept);
}

#[test]
fn a_backup_that_fails_takes_no_other_away_and_leaves_nothing_readable() {
    let machine = Machine::new(FAILS);
    for number in 0..20 {
        machine.has(number, 100);
    }
    let before = machine.files();
    assert!(!machine.run().status.success());
    assert_eq!(machine.files(), before);
    assert!(!machine.path("backups/making").exists());
}

#[test]
fn what_is_kept_is_encrypted_and_its_owners_alone() {
    let machine = Machine::new(CONTROLLER);
    // Left in the clear by a run that was cut short.
    fs::create_dir_all(machine.path("backups/making")).unwrap();
    fs::write(machine.path("backups/making/site"), "who was where").unwrap();
    assert!(machine.run().status.success());
    assert!(!machine.path("backups/making").exists());
    let files = machine.files();
    assert_eq!(files.len(), 2);
    for file in files {
        let bytes = fs::read(machine.path(&file)).unwrap();
        assert!(bytes.starts_with(b"age-encryption.org/v1"), "{file}");
        for secret in [&b"who was where"[..], b"a private key"] {
            assert!(!bytes.windows(secret.len()).any(|part| part == secret), "{file}");
        }
        assert_eq!(fs::metadata(machine.path(&file)).unwrap().permissions().mode() & 0o777, 0o600, "{file}");
    }
}
