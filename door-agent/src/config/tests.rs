//! What is understood, and what is refused and how.

use super::*;

const PROVISIONING: &str = r#"{"format":1,"site":"hospital","door":"DOOR","key_id":1,
    "key":"0707070707070707070707070707070707070707070707070707070707070707",
    "mqtt":{"host":"127.0.0.1","port":1883}}"#;
const EMULATED: &str = "data = \".\"\nprovisioning = \"door.json\"\nreader.kind = \"emulated\"\nio.kind = \"memory\"\n";
const EXAMPLE: &str = include_str!("../../example.toml");

/// The example for one door, or for two, whose lines are comments.
fn example(doors: usize) -> String {
    let (one, two) = EXAMPLE.split_once("# Two doors").unwrap();
    let text = if doors == 1 {
        one.to_owned()
    } else {
        let lines = two.lines().skip(1).filter_map(|line| line.strip_prefix('#'));
        lines.map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line))).collect()
    };
    text.replace("/var/lib/kulku-door", ".").replace("/etc/credstore/", "")
}

fn load(text: &str) -> Result<Config, String> {
    let folder = tempfile::tempdir().unwrap();
    for (file, door) in [("door", "door"), ("kulku-door", "pharmacy"), ("kulku-door-2", "store")] {
        let text = PROVISIONING.replace("DOOR", door);
        std::fs::write(folder.path().join(format!("{file}.json")), text).unwrap();
        std::fs::create_dir(folder.path().join(door)).unwrap();
    }
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

/// The example with one thing different, which must be there.
#[track_caller]
fn with(doors: usize, from: &str, to: &str) -> String {
    let text = example(doors);
    assert!(text.contains(from), "{from:?} is not in the example");
    text.replacen(from, to, 1)
}

fn only_door(config: &Config) -> &DoorConfig {
    assert_eq!(config.doors.len(), 1);
    &config.doors[0]
}

#[test]
fn an_emulated_door_needs_four_keys() {
    let config = load(EMULATED).unwrap();
    let control = "127.0.0.1:0".parse().unwrap();
    let hardware = HardwareConfig::Emulated { control, out_reader: false, io: EmulatedIo::Memory };
    assert_eq!(only_door(&config).hardware, hardware);
    assert_eq!(only_door(&config).provisioning.door.as_str(), "door");
    assert!(!config.interlock);
    assert!(config.battery_clock, "a PC has one");
}

#[test]
fn the_example_for_one_door_is_understood_and_its_lock_is_fail_secure() {
    let config = load(&example(1)).unwrap();
    let HardwareConfig::RaspberryPi { pins: Some(pins), .. } = &only_door(&config).hardware else { panic!() };
    assert_eq!(pins.lock, LockPin { pin: 17, active: Level::High, kind: LockKind::FailSecure });
    assert_eq!(pins.contact, Some(InputPin { pin: 6, normal: Level::Low }));
    assert_eq!(pins.exit, Some(InputPin { pin: 5, normal: Level::High }));
}

#[test]
fn the_example_for_two_doors_is_understood() {
    let config = load(&example(2)).unwrap();
    assert!(config.interlock);
    assert_eq!(config.doors.len(), 2);
    let readers = config.doors.iter().map(|door| match &door.hardware {
        HardwareConfig::RaspberryPi { reader, out_reader, .. } => (reader.chip_select, out_reader.is_some()),
        HardwareConfig::Emulated { .. } => panic!("{door:?}"),
    });
    assert_eq!(readers.collect::<Vec<_>>(), [(0, true), (1, false)]);
}

#[test]
fn a_board_has_a_clock_with_a_battery_only_if_it_is_said() {
    for doors in [1, 2] {
        assert!(!load(&example(doors)).unwrap().battery_clock, "{doors}");
        assert!(load(&format!("battery_clock = true\n{}", example(doors))).unwrap().battery_clock, "{doors}");
    }
    assert!(!load(&format!("battery_clock = false\n{EMULATED}")).unwrap().battery_clock);
}

#[test]
fn a_lock_rests_locked_whatever_it_does_without_power() {
    let lock = |kind, active| LockPin { pin: 17, active, kind };
    let rest = [
        (lock(LockKind::FailSecure, Level::High), Level::Low),
        (lock(LockKind::FailSecure, Level::Low), Level::High),
        (lock(LockKind::FailSafe, Level::High), Level::High),
        (lock(LockKind::FailSafe, Level::Low), Level::Low),
    ];
    for (lock, level) in rest {
        assert_eq!((lock.locked(), lock.released()), (level, level.opposite()), "{lock:?}");
    }
    let text = with(1, "lock = \"fail-secure\"", "lock = \"fail-safe\"");
    let config = load(&text).unwrap();
    let HardwareConfig::RaspberryPi { pins: Some(pins), .. } = &only_door(&config).hardware else { panic!() };
    assert_eq!(pins.lock.kind, LockKind::FailSafe);
}

#[test]
fn an_unknown_key_is_refused_by_name_with_its_file() {
    refused(&format!("{EMULATED}pol_interval = 3\n"), &["agent.toml", "pol_interval"]);
    refused(&format!("{EMULATED}[control]\nadress = \"127.0.0.1:0\"\n"), &["agent.toml", "adress"]);
    refused(&with(2, "interlock", "interlok"), &["agent.toml", "interlok"]);
    refused(&with(2, "exit_pin", "exits_pin"), &["agent.toml", "exits_pin"]);
}

#[test]
fn an_emulated_reader_never_stands_beside_a_real_lock() {
    refused(&EMULATED.replace("memory", "rppal"), &["io.kind", "real lock"]);
    for kind in ["memory", "pin-file"] {
        let pi = with(1, "[io]\nkind = \"rppal\"", &format!("[io]\nkind = \"{kind}\"\npath = \"pins\""));
        refused(
            &pi.replace("path = \"pins\"\n", if kind == "memory" { "" } else { "path = \"pins\"\n" }),
            &["io.kind", "no lock would move"],
        );
    }
    refused(&format!("{EMULATED}io.lock_pin = 5\n"), &["io"]);
    refused(&format!("{EMULATED}io.mains_normal = \"low\"\n"), &["io"]);
    let pi = with(2, "[doors.out_reader]\nkind = \"rppal\"", "[doors.out_reader]\nkind = \"emulated\"");
    refused(&pi, &["out_reader.kind", "[[doors]] number 1"]);
}

#[test]
fn pins_in_a_file_are_for_an_emulated_reader() {
    let text = EMULATED.replace("memory", "pin-file");
    refused(&text, &["io.path"]);
    refused(&format!("{text}io.path = \"pins\"\n"), &["io.lock_pin", "io.lock_active"]);
    let config = load(&format!("{text}io.path = \"pins\"\nio.lock_pin = 17\nio.lock_active = \"high\"\n")).unwrap();
    let HardwareConfig::Emulated { io: EmulatedIo::PinFile { path, pins }, .. } = &only_door(&config).hardware else {
        panic!()
    };
    assert!(path.is_absolute() && path.ends_with("pins"));
    assert_eq!(pins.lock.pin, 17);
    refused(&format!("{EMULATED}io.path = \"pins\"\n"), &["io.path", "pin-file"]);
}

#[test]
fn an_encoder_has_a_reader_and_no_lock() {
    let desk = EMULATED.replace("\"memory\"", "\"none\"");
    let config = load(&format!("role = \"encoder\"\n{desk}")).unwrap();
    assert_eq!(config.role, Role::Encoder);
    refused(&format!("role = \"encoder\"\n{EMULATED}"), &["io.kind", "none"]);
    refused(&format!("role = \"encoder\"\n{desk}out_reader.kind = \"emulated\"\n"), &["out_reader", "one reader"]);
    refused(&desk, &["io.kind", "encoder"]);
    let pi = with(1, "[io]\nkind = \"rppal\"", "[io]\nkind = \"none\"");
    refused(&format!("role = \"encoder\"\n{pi}"), &["io", "no wires"]);
    refused(&format!("role = \"desk\"\n{EMULATED}"), &["agent.toml"]);
}

#[test]
fn the_control_stays_on_this_machine() {
    refused(&format!("{EMULATED}control.address = \"0.0.0.0:8000\"\n"), &["control.address", "loopback"]);
}

#[test]
fn a_pin_is_used_once_among_all_doors() {
    refused(&with(1, "green_pin = 22", "green_pin = 17"), &["io.green_pin", "GPIO 17", "io.lock_pin"]);
    let second = with(2, "lock_pin = 18", "lock_pin = 17");
    refused(&second, &["io.lock_pin in [[doors]] number 2", "GPIO 17", "[[doors]] number 1"]);
    refused(&with(1, "green_pin = 22", "green_pin = 28"), &["io.green_pin", "between 0 and 27"]);
}

/// A lock there would move with every look for a card.
#[test]
fn a_pin_of_a_readers_bus_is_nobody_elses() {
    for pin in [7, 8, 9, 10, 11] {
        refused(&with(1, "green_pin = 22", &format!("green_pin = {pin}")), &["io.green_pin", "bus 0"]);
    }
}

#[test]
fn a_reader_is_used_once_among_all_doors() {
    refused(&with(2, "chip_select = 1", "chip_select = 0"), &["reader.chip_select in [[doors]] number 2"]);
}

#[test]
fn a_pin_that_moves_while_the_board_boots_drives_no_lock() {
    refused(&with(1, "lock_pin = 17", "lock_pin = 14"), &["io.lock_pin", "while it boots"]);
    refused(&with(1, "lock_pin = 17", "lock_pin = 4"), &["io.lock_pin", "stand open"]);
    let pulled_to_rest =
        with(1, "lock_pin = 17", "lock_pin = 4").replace("lock_active = \"high\"", "lock_active = \"low\"");
    load(&pulled_to_rest).unwrap();
}

#[test]
fn a_level_and_a_second_pole_need_their_pin() {
    refused(&with(1, "exit_pin = 5\n", "exit_normal = \"low\"\n"), &["io.exit_normal"]);
    refused(&with(1, "contact_pin = 6\n", "contact_check_pin = 12\n"), &["io.contact_check_pin", "io.contact_pin"]);
}

#[test]
fn doors_share_neither_folder_nor_name() {
    refused(&with(2, "data = \"./store\"", "data = \"./pharmacy/../pharmacy\""), &["data in [[doors]] number 2"]);
    refused(&with(2, "kulku-door-2.json", "kulku-door.json"), &["provisioning in [[doors]] number 2"]);
}

#[test]
fn an_agent_has_one_door_to_four() {
    refused("doors = []\n", &["doors", "between 1 and 4"]);
    let door = EMULATED.replace("\".\"", "\"door\"");
    refused(&format!("[[doors]]\n{door}").repeat(5), &["doors", "are 5"]);
    refused(&format!("interlock = true\n[[doors]]\n{door}"), &["interlock"]);
    refused(&format!("data = \".\"\n[[doors]]\n{door}"), &["data"]);
}

#[test]
fn missing_files_and_folders_are_named() {
    refused(&EMULATED.replace("\".\"", "\"nowhere\""), &["data", "nowhere"]);
    refused(&EMULATED.replace("door.json", "other.json"), &["other.json"]);
    let error = Config::load(Path::new("no-such.toml")).unwrap_err().to_string();
    assert!(error.contains("no-such.toml"), "{error}");
}

#[test]
fn the_wires_are_found_without_folder_and_provisioning() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agent.toml");
    std::fs::write(&path, example(2)).unwrap();
    assert_eq!(Config::places(&path).unwrap().len(), 2);
    assert!(Config::load(&path).is_err());
}
