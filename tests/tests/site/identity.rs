//! Enrolment and revocation with the real programs, at either broker.

use std::process::Command;

use serde_json::Value;
use site::people::invent;
use site::process::{Process, program};
use site::wait;
use site::whole::{Broker, Whole, people};

const HOLD_MS: u32 = 60;

fn online(site: &Whole) -> bool {
    let door: Value = site.api.read("/api/v1/doors/door-1").unwrap();
    door["online"] == true
}

fn revoked_and_back(broker: Broker) {
    let mut site = Whole::start(broker, 1, &people(1, 1).unwrap()).unwrap();
    site.settle().unwrap();
    let uid = invent(1)[0].uid.hex();
    site.doors[0].make_card(&uid, "classic-1k").unwrap();
    assert_eq!(site.doors[0].control.tap(&uid, HOLD_MS).unwrap().signal, "granted");
    wait::until("the tap in the log", || (site.taps("door-1").unwrap().len() == 1).then_some(())).unwrap();

    site.run(&["door", "revoke", "door-1"]).unwrap();
    if let Some(mosquitto) = &mut site.mosquitto {
        // It reads the list when it starts.
        mosquitto.restart().unwrap();
    }
    wait::until("the revoked door is gone", || (!online(&site)).then_some(())).unwrap();
    let log = site.doors[0].folder().join("agent.log");
    // Mosquitto says so in the handshake, the embedded broker in its answer to the greeting.
    let said = ["does not accept our certificate", "the broker refused the connection"];
    let refused = || {
        let log = std::fs::read_to_string(&log).unwrap();
        said.iter().any(|words| log.contains(words)).then_some(())
    };
    wait::until("the door is told why", refused).unwrap();
    // Nobody is kept from a patient by that.
    assert_eq!(site.doors[0].control.tap(&uid, HOLD_MS).unwrap().signal, "granted");
    assert!(!online(&site));

    site.enrol_again("door-1", "new.json").unwrap();
    let folder = site.doors[0].folder().to_path_buf();
    std::fs::rename(folder.join("new.json"), folder.join("door.json")).unwrap();
    site.doors[0].kill().unwrap();
    site.doors[0].run().unwrap();
    site.settle().unwrap();
    wait::until("the tap of the time in between", || (site.taps("door-1").unwrap().len() == 2).then_some(())).unwrap();
    site.stop().unwrap();
}

#[test]
fn a_revoked_door_is_shut_out_goes_on_deciding_and_is_enrolled_anew() {
    revoked_and_back(Broker::Embedded);
}

#[test]
fn a_revoked_door_is_shut_out_goes_on_deciding_and_is_enrolled_anew_with_mosquitto() {
    revoked_and_back(Broker::Mosquitto);
}

#[test]
fn a_code_is_good_once_and_is_not_used_up_by_a_file_that_is_in_the_way() {
    let site = Whole::start(Broker::Embedded, 1, &[]).unwrap();
    let issued = site.run(&["door", "enrol", "second", "--name", "Second", "--json"]).unwrap();
    let code = serde_json::from_str::<Value>(&issued).unwrap()["code"].as_str().unwrap().to_owned();
    let enrol = |code: &str, file: &str| {
        let mut command = Command::new(program("kulku-door-agent").unwrap());
        let controller = format!("127.0.0.1:{}", site.enrol_port());
        command.args(["enrol", code, "--controller", &controller, "--out"]).arg(site.folder().join(file));
        command
    };
    std::fs::write(site.folder().join("taken.json"), "another door's").unwrap();
    let failed = Process::fail(&mut enrol(&code, "taken.json")).unwrap();
    assert!(failed.stderr.contains("taken.json") && failed.stderr.contains("exists"), "{}", failed.stderr);
    assert_eq!(std::fs::read_to_string(site.folder().join("taken.json")).unwrap(), "another door's");

    // As it is read aloud and typed.
    let typed = code.to_lowercase().replace('-', " ");
    assert!(enrol(&typed, "second.json").status().unwrap().success());
    let failed = Process::fail(&mut enrol(&code, "third.json")).unwrap();
    assert!(failed.stderr.contains("Make another"), "{}", failed.stderr);
    assert!(!site.folder().join("third.json").exists());

    let mut mistyped = code.clone();
    mistyped.replace_range(0..1, if code.starts_with('7') { "8" } else { "7" });
    let failed = Process::fail(&mut enrol(&mistyped, "third.json")).unwrap();
    assert!(failed.stderr.contains("mistyped"), "{}", failed.stderr);
    site.stop().unwrap();
}
