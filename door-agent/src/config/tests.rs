//! What is understood, and what is refused and how.

use super::*;

const PROVISIONING: &str = r#"{"format":1,"site":"hospital","door":"pharmacy","key_id":1,
    "key":"0707070707070707070707070707070707070707070707070707070707070707",
    "mqtt":{"host":"127.0.0.1","port":1883}}"#;
const EMULATED: &str =
    "data = \".\"\nprovisioning = \"door.json\"\nreader.kind = \"emulated\"\nio.kind = \"memory\"\n";
const PI: &str = include_str!("../example.toml");

fn load(text: &str) -> Result<Config, String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("door.json"), PROVISIONING).unwrap();
    let path = folder.path().join("agent.toml");
    std::fs::write(&path, text).unwrap();
    Config::load(&path).map_err(|error| error.to_string())
}

#[track_caller]
fn refused(text: &str, parts: &[&str]) {
    let error = load(text).unwrap_err();
    for part in parts {
        assert!(error.contains(part), "{part:?} is not in: {error}");
    }
}

#[test]
fn an_emulated_door_needs_four_keys() {
    let config = load(EMULATED).unwrap();
    assert_eq!(config.hardware, HardwareConfig::Emulated { control: "127.0.0.1:0".parse().unwrap() });
    assert_eq!(config.provisioning.door.as_str(), "pharmacy");
}

#[test]
fn the_example_for_a_raspberry_pi_is_understood() {
    let text = PI.replace("/var/lib/kulku-door", ".").replace("/etc/kulku/door.json", "door.json");
    let config = load(&text).unwrap();
    assert!(matches!(config.hardware, HardwareConfig::RaspberryPi { .. }));
}

#[test]
fn an_unknown_key_is_refused_by_name_with_its_file() {
    refused(&format!("{EMULATED}pol_interval = 3\n"), &["agent.toml", "pol_interval"]);
    refused(&format!("{EMULATED}[control]\nadress = \"127.0.0.1:0\"\n"), &["agent.toml", "adress"]);
}

#[test]
fn an_emulated_reader_never_stands_beside_a_real_lock() {
    refused(&EMULATED.replace("memory", "rppal"), &["io.kind", "real lock"]);
    let pi = PI.replace("[io]\nkind = \"rppal\"", "[io]\nkind = \"memory\"");
    refused(&pi, &["io.kind", "no lock would move"]);
    refused(&format!("{EMULATED}io.lock_pin = 5\n"), &["io"]);
}

#[test]
fn an_encoder_has_a_reader_and_no_lock() {
    let desk = EMULATED.replace("\"memory\"", "\"none\"");
    let config = load(&format!("role = \"encoder\"\n{desk}")).unwrap();
    assert_eq!(config.role, Role::Encoder);
    refused(&format!("role = \"encoder\"\n{EMULATED}"), &["io.kind", "none"]);
    refused(&desk, &["io.kind", "encoder"]);
    let pi = PI.replace("[io]\nkind = \"rppal\"", "[io]\nkind = \"none\"");
    refused(&format!("role = \"encoder\"\n{pi}"), &["io", "no wires"]);
    refused(&format!("role = \"desk\"\n{EMULATED}"), &["agent.toml"]);
}

#[test]
fn the_control_stays_on_this_machine() {
    refused(&format!("{EMULATED}control.address = \"0.0.0.0:8000\"\n"), &["control.address", "loopback"]);
}

#[test]
fn a_pin_is_used_once() {
    let text = PI.replace("/var/lib/kulku-door", ".").replace("green_pin = 22", "green_pin = 17");
    refused(&text, &["io.green_pin", "another key"]);
}

#[test]
fn missing_files_and_folders_are_named() {
    refused(&EMULATED.replace("\".\"", "\"nowhere\""), &["data", "nowhere"]);
    refused(&EMULATED.replace("door.json", "other.json"), &["other.json"]);
    let error = Config::load(Path::new("no-such.toml")).unwrap_err().to_string();
    assert!(error.contains("no-such.toml"), "{error}");
}
