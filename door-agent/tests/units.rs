//! What systemd is told of the services.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot set up its case has failed")]

use std::process::Command;

const UNITS: [(&str, &str); 2] = [
    ("controller", include_str!("../../systemd/kulku-controller.service")),
    ("door agent", include_str!("../../systemd/kulku-door-agent.service")),
];

/// The value of a key of a section; each of the keys stands once.
fn value<'a>(unit: &'a str, section: &str, key: &str) -> Option<&'a str> {
    let mut within = "";
    unit.lines().find_map(|line| {
        if line.starts_with('[') {
            within = line;
        }
        let (name, value) = line.split_once('=')?;
        (within == section && name == key).then_some(value)
    })
}

#[test]
fn no_number_of_failures_makes_systemd_give_a_service_up() {
    for (name, unit) in UNITS {
        assert_eq!(value(unit, "[Unit]", "StartLimitIntervalSec"), Some("0"), "{name}");
        assert_eq!(value(unit, "[Service]", "RestartSec"), Some("2"), "{name}");
        assert!(matches!(value(unit, "[Service]", "Restart"), Some("always" | "on-failure")), "{name}");
        // Debian 12 has systemd 252, which does not know these.
        for newer in ["RestartSteps", "RestartMaxDelaySec"] {
            assert_eq!(value(unit, "[Service]", newer), None, "{name}");
        }
    }
    assert_eq!(value(UNITS[1].1, "[Service]", "Restart"), Some("always"), "a door agent never ends by itself");
}

#[test]
fn a_service_says_that_it_is_ready_and_gives_signs_of_life() {
    for (name, unit) in UNITS {
        assert_eq!(value(unit, "[Service]", "Type"), Some("notify"), "{name}");
        assert_eq!(value(unit, "[Service]", "WatchdogSec"), Some("30"), "{name}");
    }
    let rest = "/usr/bin/kulku-door-agent rest --force --config /etc/kulku/door-agent.toml";
    assert_eq!(value(UNITS[1].1, "[Service]", "ExecStopPost"), Some(rest), "whatever ended it, its locks go to rest");
}

const IMPORT: &str = include_str!("../../systemd/kulku-import.service");
const IMPORT_PATH: &str = include_str!("../../systemd/kulku-import.path");

const BACKUP: &str = include_str!("../../systemd/kulku-backup.service");
const BACKUP_TIMER: &str = include_str!("../../systemd/kulku-backup.timer");

/// A path unit begins its service again for as long as it finds something: what ends at once must not be begun at once.
#[test]
fn an_import_that_fails_waits_and_one_that_was_refused_stays_failed() {
    assert_eq!(
        value(IMPORT, "[Unit]", "ConditionPathExists"),
        None,
        "a service that is skipped is begun again and again"
    );
    assert_eq!(value(IMPORT, "[Unit]", "StartLimitIntervalSec"), Some("0"));
    assert_eq!(value(IMPORT, "[Service]", "Restart"), Some("on-failure"));
    assert_eq!(value(IMPORT, "[Service]", "RestartSec"), Some("60"));
    assert_eq!(value(IMPORT, "[Service]", "RestartPreventExitStatus"), Some("5"), "the exit code of a refused file");
    let glob = value(IMPORT_PATH, "[Path]", "PathExistsGlob").unwrap();
    let (folder, _) = glob.rsplit_once('/').unwrap();
    let started = value(IMPORT, "[Service]", "ExecStart").unwrap();
    assert!(started.contains(&format!(" --folder {folder} ")), "{started}");
}

/// Writes the units into a folder, with programs that are there on every machine.
fn written() -> (tempfile::TempDir, Vec<std::path::PathBuf>) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("kulku-import.path"), IMPORT_PATH).unwrap();
    std::fs::write(folder.path().join("kulku-backup.timer"), BACKUP_TIMER).unwrap();
    let write = |(name, unit): (&str, &str)| {
        let path = folder.path().join(format!("kulku-{}.service", name.replace(' ', "-")));
        let text = ["/usr/bin/kulku-controller", "/usr/bin/kulku-door-agent", "/usr/lib/kulku/backup"]
            .into_iter()
            .fold(unit.to_owned(), |text, program| text.replace(program, "/bin/true"));
        std::fs::write(&path, text).unwrap();
        path
    };
    let paths = UNITS.into_iter().chain([("import", IMPORT), ("backup", BACKUP)]).map(write).collect();
    (folder, paths)
}

/// The `systemd-analyze` of Debian 12, which knows no newer key.
fn analyze(arguments: &[&str], unit: &std::path::Path) -> (bool, String) {
    let output = Command::new("systemd-analyze").args(arguments).arg("--no-pager").arg(unit).output();
    let output = output.unwrap_or_else(|error| panic!("systemd-analyze: {error}. tests/run installs it"));
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

#[test]
fn systemd_understands_every_line() {
    let (folder, paths) = written();
    let more = ["kulku-import.path", "kulku-backup.timer"].map(|name| folder.path().join(name));
    for path in paths.into_iter().chain(more) {
        let (well, said) = analyze(&["verify", "--man=no"], &path);
        assert!(well && said.is_empty(), "{said}");
    }
}

/// What systemd itself thinks of how far a service is locked in, from 0 (well) to 10.
#[test]
fn the_exposure_of_the_controller_is_at_most_1_5_of_the_agent_2_0_and_of_imports_and_backups_1_0() {
    let (_folder, paths) = written();
    for (path, most) in paths.iter().zip(["15", "20", "10", "10"]) {
        let (well, said) = analyze(&["security", "--offline=true", &format!("--threshold={most}")], path);
        assert!(well, "more than {most} tenths: {said}");
        let overall = said.lines().find(|line| line.contains("Overall exposure level")).unwrap();
        println!("{overall}");
    }
}
