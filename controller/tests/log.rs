//! The log as an administrator and as a stranger check it: with the program, and without any of it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use access::chain::Link;
use access::decide::{Credential, Decision, Presented};
use access::envelope::DoorKey;
use access::event::{Event, EventKind, Subject, Watched};
use access::mode::Mode;
use access::passage::Side;
use access::reason::{Reason, Reasons};
use access::settings::DoorSettings;
use access::time::{ClockTrust, MonoMs, UtcMs};
use access::uid::Uid;
use access::whitelist::Generation;
use db::site::{Actor, AlarmFilter, HOLD_LENGTH_MAX_MS, HoldSubject, NewDoor, NewHold, Report, Retained, Site};

const NOW: UtcMs = UtcMs(1_790_000_000_000);

/// Longest wait for the controller's first seal.
const DEADLINE: Duration = Duration::from_secs(120);

struct Folder(tempfile::TempDir);

impl Folder {
    /// A site with a hundred and twenty events of two doors.
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        let text = "site = \"hospital\"\ndata = \"data\"\n[dashboard]\nlisten = \"127.0.0.1:0\"\nhttps = false\n\
                    [mqtt.embedded]\nlisten = \"127.0.0.1:0\"\ntls = false\ndoors_connect_to = \"kulku.example:1883\"\n";
        std::fs::write(folder.path("controller.toml"), text).unwrap();
        std::fs::create_dir(folder.path("data")).unwrap();
        let site = folder.site();
        let actor = Actor { operator: "tester", at: NOW };
        for door in ["attic", "ward"] {
            let settings = DoorSettings::default();
            let key = DoorKey::new([7; 32]);
            site.add_door(&actor, NewDoor { id: door.parse().unwrap(), name: door.to_uppercase(), key, settings })
                .unwrap();
            site.intake(&[report(door, 60)]).unwrap();
        }
        // The controllers of these tests have the machine's clock, by which the cards' time will once be over.
        let (subject, reason) = (HoldSubject::All, "A test".to_owned());
        let ends = UtcMs(NOW.0 + HOLD_LENGTH_MAX_MS);
        site.add_hold(&actor, &NewHold { subject, from: None, until: None, reason, ends }).unwrap();
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn site(&self) -> Site {
        Site::open(&self.path("data/site.db"), &"hospital".parse().unwrap()).unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kulku-controller"));
        command.args(arguments).arg("--config").arg(self.path("controller.toml")).current_dir(self.0.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs the controller until this holds.
    fn run_until(&self, holds: impl Fn(&Site) -> bool) {
        let mut child = self.command(&["run"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let (site, began) = (self.site(), Instant::now());
        while !holds(&site) {
            assert!(began.elapsed() < DEADLINE && child.try_wait().unwrap().is_none(), "in vain");
            std::thread::park_timeout(Duration::from_millis(20));
        }
        terminate(child);
    }
}

const SIGTERM: i32 = 15;

fn terminate(mut child: Child) {
    let kill = Command::new("kill").arg("-TERM").arg(child.id().to_string()).status().unwrap();
    let ended = child.wait().unwrap();
    // What is waited for may be there before the controller listens for signals; then the signal ends it by itself.
    assert!(kill.success() && (ended.success() || ended.signal() == Some(SIGTERM)));
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Events of every shape that has a code of its own.
fn kind(number: u64) -> EventKind {
    let tap = |reasons| EventKind::Tap {
        side: Side::In,
        presented: if number.is_multiple_of(2) { Presented::Classic1k } else { Presented::Unsupported { sak: 0x20 } },
        credential: Credential::NotAsked,
        decision: Decision { reasons, generation: Generation(300) },
        noted: Reasons::NONE,
        rolling: None,
    };
    match number % 8 {
        0 => tap(Reasons::NONE),
        1 => tap(Reasons::from(Reason::CardBlocked)),
        2 => EventKind::Opened { released: true },
        3 => EventKind::Opened { released: false },
        4 => EventKind::Raised(Watched::Mains),
        5 => EventKind::Cleared(Watched::Mains),
        6 => EventKind::ListConfirmed,
        _ => EventKind::ClockStepped { by_ms: -300, by: access::event::ClockSource::System },
    }
}

fn report(door: &str, events: u64) -> Report {
    let event = |sequence| Event {
        sequence,
        boot: 1,
        mono: MonoMs(sequence * 10),
        utc: UtcMs(NOW.0 - i64::try_from(sequence).unwrap()),
        trust: ClockTrust::Synchronised,
        generation: Generation(1),
        state_generation: Generation(1),
        mode: Mode::Normal,
        kind: kind(sequence),
        subject: (sequence % 8 < 2).then(|| Subject { uid: Uid::new(&[4, 1, 2, 3]).unwrap(), salt: [8; 16] }),
    };
    let (door, epoch) = (door.parse().unwrap(), u64::MAX - 9);
    Report { door, epoch, boot: 1, previous: Link::START, events: (1..=events).map(event).collect(), received: NOW }
}

/// Changes one letter of a word wherever it stands in the database file.
fn bend(file: &Path, word: &[u8], index: usize) {
    let mut bytes = std::fs::read(file).unwrap();
    let places: Vec<usize> =
        bytes.windows(word.len()).enumerate().filter(|(_, part)| *part == word).map(|(at, _)| at).collect();
    assert!(!places.is_empty());
    for at in places {
        if let Some(byte) = bytes.get_mut(at + index) {
            *byte ^= 1;
        }
    }
    std::fs::write(file, bytes).unwrap();
}

#[test]
fn a_whole_log_verifies_and_of_a_damaged_one_the_first_row_is_named() {
    let folder = Folder::new();
    assert_eq!(folder.run(&["log", "key"]).status.code(), Some(1), "there is none yet");
    folder.run_until(|site| site.newest_seal().unwrap().is_some_and(|seal| seal.row == 120));
    let whole = folder.run(&["log", "verify"]);
    assert!(whole.status.success(), "{}", text(&whole.stderr));
    assert!(text(&whole.stdout).contains("120 rows"), "{}", text(&whole.stdout));
    // The seals are of this key, and of no other.
    let key = folder.path("data/identity/seal.pem");
    std::fs::rename(&key, folder.path("kept.pem")).unwrap();
    let refused = folder.run(&["log", "verify"]);
    assert_eq!(refused.status.code(), Some(1), "{}", text(&refused.stderr));
    std::fs::rename(folder.path("kept.pem"), &key).unwrap();
    // "opened-unreleased" is what row 3 says.
    bend(&folder.path("data/site.db"), b"opened-unreleased", 8);
    let damaged = folder.run(&["log", "verify"]);
    assert_eq!(damaged.status.code(), Some(3));
    assert!(text(&damaged.stderr).contains("row 3 was changed: its code"), "{}", text(&damaged.stderr));
}

/// Whoever can write to the database deletes the seals with what they would give away.
#[test]
fn deleted_seals_are_named_and_no_new_one_is_made_over_them() {
    let folder = Folder::new();
    folder.run_until(|site| site.newest_seal().unwrap().is_some());
    let kept = folder.path("data/identity/seals.txt");
    let has_line = || std::fs::read_to_string(&kept).is_ok_and(|text| text.starts_with("\n1 "));
    folder.run_until(|_| has_line());
    assert_eq!(std::fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o600);
    let delete = "import sqlite3; c = sqlite3.connect('data/site.db'); c.execute('DELETE FROM log_seal'); c.commit()";
    assert!(Command::new("python3").args(["-c", delete]).current_dir(folder.0.path()).status().unwrap().success());
    let damaged = folder.run(&["log", "verify"]);
    assert_eq!(damaged.status.code(), Some(3));
    assert!(text(&damaged.stderr).contains("seal 1 was removed"), "{}", text(&damaged.stderr));
    let raised = |site: &Site| {
        let alarms = site.alarms(&AlarmFilter::default(), NOW, 100).unwrap();
        alarms.iter().any(|alarm| alarm.kind == "log-damaged")
    };
    folder.run_until(raised);
    assert!(folder.site().newest_seal().unwrap().is_none(), "the rest is not signed as if it were all");
}

#[test]
fn a_backup_that_was_put_back_explains_that_newer_seals_are_gone() {
    let folder = Folder::new();
    assert!(folder.run(&["backup", "--out", "early.backup"]).status.success());
    let lines = || std::fs::read_to_string(folder.path("data/identity/seals.txt")).unwrap_or_default();
    folder.run_until(|_| lines().contains("\n1 "));
    let restored = folder.run(&["restore", "early.backup"]);
    assert!(restored.status.success(), "{}", text(&restored.stderr));
    let whole = || folder.run(&["log", "verify"]);
    assert!(whole().status.success(), "{}", text(&whole().stderr));
    folder.run_until(|_| lines().matches("\n1 ").count() == 2);
    assert!(whole().status.success(), "{}", text(&whole().stderr));
}

#[test]
fn the_controller_looks_by_itself_and_raises_an_alarm() {
    let folder = Folder::new();
    bend(&folder.path("data/site.db"), b"opened-unreleased", 8);
    let raised = |site: &Site| {
        let alarms = site.alarms(&AlarmFilter::default(), NOW, 100).unwrap();
        alarms.iter().any(|alarm| alarm.kind == "log-damaged")
    };
    folder.run_until(raised);
}

#[test]
fn what_was_forgotten_in_time_is_damage_neither_to_us_nor_to_a_stranger() {
    let folder = Folder::new();
    folder.run_until(|site| site.newest_seal().unwrap().is_some_and(|seal| seal.row == 120));
    let site = folder.site();
    let later = Actor { operator: "housekeeping", at: UtcMs(NOW.0 + 200 * 86_400_000) };
    site.lift_hold(&later, 1, "The test is over").unwrap();
    let mut erased = 0;
    loop {
        let step = site.erase_due(&later, Retained::UnknownCards, 7).unwrap();
        erased += step.rows;
        if !step.more {
            break;
        }
    }
    assert_eq!(erased, 30);
    drop(site);
    let whole = folder.run(&["log", "verify"]);
    assert!(whole.status.success(), "{}", text(&whole.stderr));
    std::fs::write(folder.path("seal.pub.pem"), folder.run(&["log", "key"]).stdout).unwrap();
    let exported = folder.run(&["log", "export", "--from", "1", "--to", "120", "--out", "evidence.jsonl"]);
    assert!(exported.status.success(), "{}", text(&exported.stderr));
    assert!(!std::fs::read_to_string(folder.path("evidence.jsonl")).unwrap().contains("04010203"));
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/verify-log.py");
    let arguments = [script, "evidence.jsonl", "--key", "seal.pub.pem"];
    let verified = Command::new("python3").args(arguments).current_dir(folder.0.path()).output().unwrap();
    assert!(verified.status.success(), "{}", text(&verified.stderr));
    assert!(text(&verified.stdout).contains("In 30 the card was erased"), "{}", text(&verified.stdout));
}

#[test]
fn evidence_is_verified_without_kulku_and_every_change_of_it_is_seen() {
    let folder = Folder::new();
    folder.run_until(|site| site.newest_seal().unwrap().is_some_and(|seal| seal.row == 120));
    let key = folder.run(&["log", "key"]);
    std::fs::write(folder.path("seal.pub.pem"), &key.stdout).unwrap();
    let exported = folder.run(&["log", "export", "--from", "20", "--to", "80", "--out", "evidence.jsonl"]);
    assert!(exported.status.success(), "{}", text(&exported.stderr));
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/verify-log.py");
    let verify = |file: &str| {
        let arguments = [script, file, "--key", "seal.pub.pem"];
        Command::new("python3").args(arguments).current_dir(folder.0.path()).output().unwrap()
    };
    let whole = verify("evidence.jsonl");
    assert!(whole.status.success(), "{}", text(&whole.stderr));
    assert!(text(&whole.stdout).contains("61 rows") && text(&whole.stdout).contains("Sealed by 1 seals"));
    let lines = std::fs::read_to_string(folder.path("evidence.jsonl")).unwrap();
    let lines: Vec<&str> = lines.lines().collect();
    let refused = |lines: Vec<String>, what: &str| {
        std::fs::write(folder.path("bent.jsonl"), lines.join("\n")).unwrap();
        let output = verify("bent.jsonl");
        assert_eq!(output.status.code(), Some(1), "{what}: {}", text(&output.stdout));
    };
    let owned = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
    for at in (1..lines.len()).step_by(9) {
        let mut without = owned(&lines);
        without.remove(at);
        if at + 1 < lines.len() {
            refused(without, &format!("without line {}", at + 1));
        }
    }
    for (from, to) in [
        ("\"granted\"", "\"denied\""),
        ("\"ward\"", "\"door\""),
        ("04010203", "04010204"),
        ("received_ms\":179", "received_ms\":178"),
    ] {
        let whole = lines.join("\n");
        assert!(whole.contains(from), "{from}");
        refused(whole.replacen(from, to, 1).lines().map(str::to_owned).collect(), from);
    }
    let no_day = folder.run(&["log", "export", "--from", "2020-01-01", "--to", "2020-01-02", "--out", "none.jsonl"]);
    assert_eq!(no_day.status.code(), Some(1));
    let by_day = folder.run(&["log", "export", "--from", "2026-09-21", "--to", "2026-09-21", "--out", "day.jsonl"]);
    assert!(by_day.status.success(), "{}", text(&by_day.stderr));
    assert!(verify("day.jsonl").status.success());
}
