//! The program as an administrator uses it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

#[path = "cli/folder.rs"]
mod folder;

struct Folder(tempfile::TempDir);

impl Folder {
    /// With a configuration that listens on free ports.
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        let text = "site = \"hospital\"\ndata = \"data\"\n[dashboard]\nlisten = \"127.0.0.1:0\"\nhttps = false\n\
                    [mqtt.embedded]\nlisten = \"127.0.0.1:0\"\ndoors_connect_to = \"kulku.example:1883\"\ntls = false\n";
        std::fs::write(folder.path("controller.toml"), text).unwrap();
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
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

    fn start(&self) -> Child {
        self.command(&["run", "--json"]).stderr(Stdio::null()).spawn().unwrap()
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The line that says that it is ready.
fn ready(child: &mut Child) -> serde_json::Value {
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    serde_json::from_str(&line).unwrap()
}

fn terminate(mut child: Child) -> Option<i32> {
    let kill = Command::new("kill").arg("-TERM").arg(child.id().to_string()).status().unwrap();
    assert!(kill.success());
    child.wait().unwrap().code()
}

#[test]
fn a_door_is_added_with_a_file_that_only_its_owner_reads_and_that_is_never_written_over() {
    let folder = Folder::new();
    let add = ["door", "add", "ward", "--name", "Ward 1", "--out", "ward.json"];
    let added = folder.run(&add);
    assert!(added.status.success(), "{}", text(&added.stderr));
    let mode = std::fs::metadata(folder.path("ward.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let before = std::fs::read(folder.path("ward.json")).unwrap();
    let file: serde_json::Value = serde_json::from_slice(&before).unwrap();
    assert_eq!((&file["format"], &file["key_id"]), (&1.into(), &1.into()));
    assert_eq!((&file["site"], &file["door"]), (&"hospital".into(), &"ward".into()));
    assert_eq!(file["key"].as_str().unwrap().len(), 64);
    assert_eq!(file["mqtt"], serde_json::json!({ "host": "kulku.example", "port": 1883 }));

    let again = folder.run(&add);
    assert_eq!(again.status.code(), Some(1));
    assert!(text(&again.stderr).contains("ward.json"));
    assert_eq!(std::fs::read(folder.path("ward.json")).unwrap(), before);

    // The same door into another file: refused, and no file with a key that opens nothing stays.
    let twice = folder.run(&["door", "add", "ward", "--name", "Ward 1", "--out", "other.json"]);
    assert_eq!(twice.status.code(), Some(1));
    assert!(!folder.path("other.json").exists());

    let doors: serde_json::Value = serde_json::from_slice(&folder.run(&["door", "list", "--json"]).stdout).unwrap();
    assert_eq!((&doors[0]["id"], &doors[0]["online"]), (&"ward".into(), &false.into()));
}

#[test]
fn where_doors_show_certificates_a_door_is_added_with_a_code_and_never_with_a_file() {
    let folder = Folder::new();
    let plain = std::fs::read_to_string(folder.path("controller.toml")).unwrap();
    std::fs::write(folder.path("controller.toml"), plain.replace("tls = false\n", "")).unwrap();
    let refused = folder.run(&["door", "add", "ward", "--name", "Ward 1"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text_of(&refused).contains("door enrol"), "{}", text_of(&refused));
    assert_eq!(folder.run(&["door", "enrol", "ward"]).status.code(), Some(1), "there is no such door");
    let first = folder.run(&["door", "enrol", "ward", "--name", "Ward 1"]);
    assert!(first.status.success(), "{}", text_of(&first));
    assert!(text(&first.stdout).contains("--controller kulku.example:8443"), "{}", text(&first.stdout));
    let again = folder.run(&["door", "enrol", "ward", "--json"]);
    let again: serde_json::Value = serde_json::from_slice(&again.stdout).unwrap();
    let code = again["code"].as_str().unwrap();
    assert!(code.parse::<access::enrol::EnrolCode>().is_ok() && !text(&first.stdout).contains(code));
    let key = folder.path("data/identity/authority.key");
    assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let open = folder.run(&["door", "enrol", "ward"]);
    assert!(open.status.code() == Some(1) && text_of(&open).contains("authority.key"), "{}", text_of(&open));
}

fn text_of(failed: &Output) -> String {
    text(&failed.stderr)
}

#[test]
fn an_encoder_is_added_as_a_door_is_and_listed_as_what_it_is() {
    let folder = Folder::new();
    let added = folder.run(&["door", "add", "desk", "--name", "Desk", "--encoder"]);
    assert!(added.status.success(), "{}", text(&added.stderr));
    assert!(text(&added.stdout).contains("Encoder desk"));
    let doors: serde_json::Value = serde_json::from_slice(&folder.run(&["door", "list", "--json"]).stdout).unwrap();
    assert_eq!(doors[0]["kind"], "encoder");
}

#[test]
fn a_lockdown_is_started_listed_and_lifted_beside_the_controller() {
    let folder = Folder::new();
    assert!(folder.run(&["door", "add", "ward", "--name", "Ward 1"]).status.success());
    let start = |rest: &[&str]| folder.run(&[&["lockdown", "start", "--reason", "a threat", "--json"], rest].concat());
    let parsed = |output: &Output| serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap();
    assert_eq!(start(&[]).status.code(), Some(2), "what it reaches is never guessed");
    assert_eq!(start(&["--all", "--door", "ward"]).status.code(), Some(2));
    for refused in [["--area", "Attic"], ["--door", "attic"]] {
        let refused = start(&refused);
        assert_eq!(refused.status.code(), Some(1));
        assert!(text(&refused.stderr).to_lowercase().contains("attic"), "{}", text(&refused.stderr));
    }
    let begun = start(&["--all"]);
    assert!(begun.status.success(), "{}", text(&begun.stderr));
    assert_eq!(parsed(&begun)["doors"], 1);
    assert!(start(&["--door", "ward", "--until", "2100-01-01T12:00"]).status.success());
    assert_eq!(start(&["--all", "--until", "2020-01-01T12:00"]).status.code(), Some(1), "a time that is over");

    let listed = parsed(&folder.run(&["lockdown", "list", "--json"]));
    let scopes: Vec<_> = listed.as_array().unwrap().iter().map(|one| one["scope"].as_str().unwrap()).collect();
    assert_eq!(scopes, ["door", "site"]);
    assert_eq!((&listed[1]["reason"], &listed[1]["operator"]), (&"a threat".into(), &"command-line".into()));
    assert_eq!(parsed(&folder.run(&["door", "list", "--json"]))[0]["locked_down"], true);
    let lift = |rest: &[&str]| folder.run(&[&["lockdown", "lift", "--reason", "over"], rest].concat());
    assert!(lift(&[&parsed(&begun)["number"].to_string()]).status.success());
    assert_eq!(lift(&[&parsed(&begun)["number"].to_string()]).status.code(), Some(1), "it is lifted already");
    assert!(lift(&["--all"]).status.success());
    assert_eq!(lift(&["--all"]).status.code(), Some(1), "nothing is on");
    assert_eq!(parsed(&folder.run(&["door", "list", "--json"]))[0]["locked_down"], false);
}

#[test]
fn whoever_needs_longer_never_gets_less_than_others() {
    let folder = Folder::new();
    let add = |id: &str, rest: &[&str]| folder.run(&[&["door", "add", id, "--name", "Ward"], rest].concat());
    assert!(add("ward", &["--release-ms", "20000"]).status.success());
    let refused = add("attic", &["--release-ms", "20000", "--long-release-ms", "5000"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(!folder.path("attic.json").exists(), "a key that opens nothing stays");
}

#[test]
fn masters_are_drawn_into_a_file_that_only_its_owner_reads_and_more_are_added_below() {
    let folder = Folder::new();
    let keys = |rest: &[&str]| {
        let arguments = [&["keys", "new", "--out", "masters"], rest].concat();
        Command::new(env!("CARGO_BIN_EXE_kulku-controller"))
            .args(arguments)
            .current_dir(folder.0.path())
            .output()
            .unwrap()
    };
    assert!(keys(&[]).status.success());
    let path = folder.path("masters");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let first = std::fs::read_to_string(&path).unwrap();
    assert_eq!((first.len(), &first[..2]), (2 + 256 + 1, "1 "));
    assert!(keys(&["--version", "7"]).status.success());
    assert!(keys(&[]).status.success());
    for taken in ["7", "16"] {
        let refused = keys(&["--version", taken]);
        assert_eq!(refused.status.code(), Some(1));
        assert!(text(&refused.stderr).contains("masters") && text(&refused.stderr).contains(taken));
    }
    let all = std::fs::read_to_string(&path).unwrap();
    assert!(all.starts_with(&first));
    let versions: Vec<&str> = all.lines().map(|line| line.split_once(' ').unwrap().0).collect();
    assert_eq!(versions, ["1", "7", "8"]);

    let config = std::fs::read_to_string(folder.path("controller.toml")).unwrap();
    std::fs::write(folder.path("controller.toml"), format!("masters_file = \"masters\"\n{config}")).unwrap();
    let checked = folder.run(&["config", "check"]);
    assert!(text(&checked.stdout).contains("versions 8, 7, 1"));
    let secret = &first[2..20];
    assert!(!text(&checked.stdout).contains(secret) && !text(&checked.stderr).contains(secret));
}

#[test]
fn an_operators_password_comes_from_standard_input_and_a_token_is_printed_once() {
    let folder = Folder::new();
    let add = |password: &str| {
        let mut child = folder.command(&["operator", "add", "aino"]).stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    };
    assert_eq!(add("short\n").status.code(), Some(1));
    let added = add("correct horse battery staple\n");
    assert!(added.status.success(), "{}", text(&added.stderr));
    assert_eq!(add("correct horse battery staple\n").status.code(), Some(1));

    let reset = json_of(&folder.run(&["operator", "reset", "aino", "--json"]));
    assert!(reset["path"].as_str().unwrap().starts_with("/welcome/"), "{reset}");
    let token = folder.run(&["token", "add", "aino", "scripts"]);
    assert_eq!(text(&token.stdout).trim().len(), 64);
    assert_eq!(folder.run(&["token", "add", "nobody", "scripts"]).status.code(), Some(1));
}

#[test]
fn wrong_use_and_failure_have_different_exit_codes() {
    let folder = Folder::new();
    assert_eq!(folder.run(&["door", "add", "Ward", "--name", "x"]).status.code(), Some(2));
    assert_eq!(folder.run(&["frobnicate"]).status.code(), Some(2));
    assert_eq!(folder.run(&["check"]).status.code(), Some(0));
    let facts = json_of(&folder.run(&["config", "check", "--json"]));
    assert_eq!(facts[0], serde_json::json!({ "name": "site", "value": "hospital" }));
    std::fs::write(folder.path("controller.toml"), "site = 5").unwrap();
    let failed = folder.run(&["check"]);
    assert_eq!(failed.status.code(), Some(1));
    assert!(text(&failed.stderr).contains("controller.toml") && text(&failed.stderr).contains("site"));
}

#[test]
fn it_runs_until_it_is_told_to_stop_and_doors_are_added_meanwhile() {
    let folder = Folder::new();
    let mut child = folder.start();
    let ready = ready(&mut child);
    assert!(ready["dashboard"].as_str().unwrap().starts_with("http://127.0.0.1:"));
    assert!(ready["mqtt"].as_str().unwrap().starts_with("127.0.0.1:"));
    let added = folder.run(&["door", "add", "ward", "--name", "Ward 1"]);
    assert!(added.status.success(), "{}", text(&added.stderr));
    assert!(folder.path("ward.json").exists());
    assert_eq!(terminate(child), Some(0));
}

#[test]
fn an_occupied_port_is_a_failure_that_names_the_key() {
    let folder = Folder::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = taken.local_addr().unwrap().to_string();
    let text_of = format!("site = \"hospital\"\ndata = \"data\"\n[dashboard]\nlisten = \"{addr}\"\n");
    std::fs::write(folder.path("controller.toml"), text_of).unwrap();
    let failed = folder.run(&["run"]);
    assert_eq!(failed.status.code(), Some(1));
    assert!(text(&failed.stderr).contains(&addr) && text(&failed.stderr).contains("dashboard.listen"));
}

/// As systemd listens to a service.
#[test]
fn it_is_ready_once_its_pages_are_served_and_gives_signs_of_life_until_it_stops() {
    let folder = Folder::new();
    let told = std::os::unix::net::UnixDatagram::bind(folder.path("notify")).unwrap();
    told.set_read_timeout(Some(std::time::Duration::from_secs(60))).unwrap();
    let mut command = folder.command(&["run", "--json"]);
    command.env("NOTIFY_SOCKET", folder.path("notify")).env("WATCHDOG_USEC", "90000");
    let mut child = command.stderr(Stdio::null()).spawn().unwrap();
    let until = |word: &str| {
        let mut buffer = [0; 64];
        loop {
            let length = told.recv(&mut buffer).unwrap();
            if std::str::from_utf8(&buffer[..length]).unwrap().trim_end() == word {
                return;
            }
        }
    };
    until("READY=1");
    ready(&mut child);
    (0..3).for_each(|_| until("WATCHDOG=1"));
    let kill = Command::new("kill").arg("-TERM").arg(child.id().to_string()).status().unwrap();
    assert!(kill.success());
    until("STOPPING=1");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

fn doctor(folder: &Folder) -> (Option<i32>, serde_json::Value) {
    let output = folder.run(&["doctor", "--json"]);
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap())
}

fn health(report: &serde_json::Value, check: &str) -> String {
    let finding = report["findings"].as_array().unwrap().iter().find(|finding| finding["check"] == check);
    finding.unwrap()["health"].as_str().unwrap().to_owned()
}

#[test]
fn the_doctor_says_what_is_well_before_the_first_start_while_it_runs_and_when_the_database_is_damaged() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("data")).unwrap();
    std::fs::set_permissions(folder.path("data"), std::fs::Permissions::from_mode(0o750)).unwrap();
    // Ports that stay: whoever listens on 0 cannot be found again.
    let free = || std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let (pages, broker) = (free(), free());
    let text = std::fs::read_to_string(folder.path("controller.toml")).unwrap();
    let text = text.replacen("127.0.0.1:0", &pages.local_addr().unwrap().to_string(), 1);
    let text = text.replacen("127.0.0.1:0", &broker.local_addr().unwrap().to_string(), 1);
    std::fs::write(folder.path("controller.toml"), text).unwrap();

    let (code, report) = doctor(&folder);
    assert_eq!((code, health(&report, "broker").as_str()), (Some(3), "wrong"), "somebody else has it: {report}");
    drop((pages, broker));
    let (code, report) = doctor(&folder);
    assert_eq!((code, health(&report, "dashboard").as_str()), (Some(4), "attention"), "{report}");

    let mut child = folder.start();
    ready(&mut child);
    let (_, report) = doctor(&folder);
    for check in ["config", "database", "permissions", "dashboard", "broker", "masters", "authorities"] {
        assert_eq!(health(&report, check), "well", "{report}");
    }
    assert_eq!(terminate(child), Some(0));

    std::fs::write(folder.path("data").join("site.db"), "no database").unwrap();
    let (code, report) = doctor(&folder);
    assert_eq!((code, health(&report, "database").as_str()), (Some(3), "wrong"), "{report}");
    for finding in report["findings"].as_array().unwrap() {
        assert_eq!(finding["health"] == "well", finding["remedy"].is_null(), "{finding}");
    }

    std::fs::write(folder.path("controller.toml"), "site = 7").unwrap();
    let (code, report) = doctor(&folder);
    assert_eq!((code, health(&report, "config").as_str()), (Some(3), "wrong"), "{report}");
}

const REGISTER: &str = "person;name;employment;unit;title;from;until\n\
                        1001;Maija Mäkelä;E1;Päivystys;Sairaanhoitaja;2020-01-01;\n\
                        1002;Åke Öström;E2;Leikkaus;Lääkäri;2026-01-01;2026-12-31\n";

fn json_of(output: &Output) -> serde_json::Value {
    assert!(!output.stdout.is_empty(), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_register_is_looked_at_before_it_is_imported_and_a_file_with_an_error_changes_nothing() {
    let folder = Folder::new();
    std::fs::write(folder.path("people.csv"), REGISTER).unwrap();
    let looked = folder.run(&["import", "people", "people.csv", "--json"]);
    assert!(looked.status.success(), "{}", text(&looked.stderr));
    assert_eq!((&json_of(&looked)["applied"], &json_of(&looked)["added"]), (&false.into(), &4.into()));
    // Two people and where they work. Nothing was there before, and nothing is now: the same file is new again.
    let applied = folder.run(&["import", "people", "people.csv", "--apply", "--json"]);
    assert!(applied.status.success(), "{}", text(&applied.stderr));
    assert_eq!((&json_of(&applied)["applied"], &json_of(&applied)["added"]), (&true.into(), &4.into()));
    let again = json_of(&folder.run(&["import", "people", "people.csv", "--json"]));
    assert_eq!((&again["added"], &again["unchanged"]), (&0.into(), &4.into()));

    let another = REGISTER.replace("1001;Maija", "1003;Siiri").replace("E1", "E3");
    std::fs::write(folder.path("wrong.csv"), another.replace("2026-12-31", "yesterday")).unwrap();
    let refused = folder.run(&["import", "people", "wrong.csv", "--apply", "--language", "fi"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stdout).contains("row 3"), "{}", text(&refused.stdout));
    assert!(text(&refused.stderr).contains("nothing was imported"), "{}", text(&refused.stderr));
    std::fs::write(folder.path("another.csv"), another).unwrap();
    let after = json_of(&folder.run(&["import", "people", "another.csv", "--json"]));
    assert_eq!((&after["added"], &after["unchanged"]), (&2.into(), &2.into()), "its good row is not there either");
}

#[test]
fn a_refusal_is_explained_in_three_languages_and_an_unknown_door_is_named() {
    let folder = Folder::new();
    assert!(folder.run(&["door", "add", "ward", "--name", "Ward 1", "--out", "ward.json"]).status.success());
    let explain = ["explain", "--card", "04A1B2C3", "--door", "ward", "--json"];
    let explained = folder.run(&explain);
    assert!(explained.status.success(), "{}", text(&explained.stderr));
    let explained = json_of(&explained);
    assert_eq!(explained["granted"], false);
    assert!(explained["reasons"].as_array().unwrap().contains(&"unknown-card".into()), "{explained}");
    let failed = |one: &&serde_json::Value| one["finding"] == "fails";
    let first = explained["conditions"].as_array().unwrap().iter().find(failed).unwrap();
    assert!(!first["sentences"].as_array().unwrap().is_empty(), "{explained}");
    let said: Vec<String> = ["fi", "sv", "en"]
        .map(|code| json_of(&folder.run(&[&explain[..], &["--language", code]].concat()))["say"].to_string())
        .to_vec();
    assert!(said[0] != said[1] && said[1] != said[2] && said[0] != said[2], "{said:?}");

    let unknown = folder.run(&["explain", "--card", "04A1B2C3", "--door", "cellar"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(text(&unknown.stderr).contains("cellar"), "{}", text(&unknown.stderr));
    assert_eq!(folder.run(&["explain", "--card", "xyz", "--door", "ward"]).status.code(), Some(2));
}
