//! `kulku-door-agent doctor`: whether this board can be a door, and what to do where it cannot.
//!
//! It changes nothing, drives no lock, and leaves readers alone that an agent uses.

mod link;
mod reader;

use std::path::Path;

use access::time::UtcS;
use db::door::{JOURNAL_FILE, WHITELIST_FILE, look_through};
use service::doctor::{Finding, Report};
use service::machine;

use crate::config::{Config, HardwareConfig, Place};
use crate::folder_lock::FolderLock;
use crate::provisioning::Provisioning;

/// Without so many bytes a list cannot be staged beside another.
const ROOM_LEAST: u64 = 64 * 1024 * 1024;

/// What a door's list, beside what its journal may still grow by, takes at the most.
const ROOM_BESIDE_JOURNAL: u64 = 256 * 1024 * 1024;

/// A device of the machine's own clock, if it has one.
const BATTERY_CLOCK: &str = "/dev/rtc0";

/// Looks at everything that the configuration in this file speaks of.
#[must_use]
pub fn look(path: &Path) -> Report {
    let mut findings = Vec::new();
    match Config::load(path) {
        Ok(config) => {
            findings.push(Finding::well("config", format!("{} is understood", path.display())));
            findings.push(machine::clock());
            findings.extend(battery(&config));
            for door in &config.doors {
                findings.extend(hardware(&door.data, &door.hardware));
                findings.extend(folder(&door.data, config.journal_bytes));
                findings.extend(identity(&door.provisioning));
            }
        }
        Err(error) => {
            let remedy = "correct the file; /usr/share/doc/kulku-door-agent/HARDWARE.md says what to wire to which pin, and \
                          `kulku-door-agent enrol` writes what stands under provisioning";
            findings.push(Finding::wrong("config", error.to_string(), remedy));
            findings.push(machine::clock());
            // The wires may be well all the same.
            let places = Config::places(path).unwrap_or_default();
            findings.extend(places.iter().flat_map(|Place { data, hardware: wired }| hardware(data, wired)));
        }
    }
    Report { findings }
}

/// A board that claims a clock with a battery, and has none, believes a time that nobody has kept.
fn battery(config: &Config) -> Option<Finding> {
    let real = |hardware: &HardwareConfig| matches!(hardware, HardwareConfig::RaspberryPi { .. });
    let asked = config.battery_clock && config.doors.iter().any(|door| real(&door.hardware));
    asked.then(|| {
        if Path::new(BATTERY_CLOCK).exists() {
            Finding::well("battery-clock", format!("{BATTERY_CLOCK} keeps the time without power"))
        } else {
            Finding::wrong(
                "battery-clock",
                format!(
                    "battery_clock = true, and there is no {BATTERY_CLOCK}: a time would be believed that nobody keeps"
                ),
                "wire the clock and name it in /boot/firmware/config.txt (dtoverlay=i2c-rtc,ds3231), or remove the key",
            )
        }
    })
}

/// Readers and pins. An agent that runs has them, and a second master on the bus would disturb a tap.
fn hardware(data: &Path, hardware: &HardwareConfig) -> Vec<Finding> {
    let mut findings = reader::devices(hardware);
    if FolderLock::is_held(data) {
        let found = format!("an agent runs on {} and uses its readers, which are left alone", data.display());
        findings.push(Finding::well("reader", found));
    } else {
        findings.extend(reader::probe(hardware));
    }
    findings
}

/// The folder of a door and the two files in it.
fn folder(data: &Path, journal_bytes: u64) -> Vec<Finding> {
    let mut findings =
        vec![machine::disk(data, ROOM_LEAST, ROOM_BESIDE_JOURNAL.saturating_add(journal_bytes)), machine::owners(data)];
    for file in [WHITELIST_FILE, JOURNAL_FILE] {
        let path = data.join(file);
        findings.push(match look_through(&path) {
            Ok(()) if path.exists() => Finding::well("database", format!("{} is sound", path.display())),
            Ok(()) => Finding::well("database", format!("{} is made when the door first runs", path.display())),
            Err(error) if error.is_damage() => Finding::wrong(
                "database",
                error.to_string(),
                "restart the agent: it moves the file aside, takes over what reads, and asks for its list anew. Then \
                 change the card, which will do it again",
            ),
            Err(error) => Finding::wrong(
                "database",
                error.to_string(),
                "run this as root or as the account of the service, and see that both programs are of one version",
            ),
        });
    }
    findings
}

/// Who the door is, and whether those who must know it do.
fn identity(door: &Provisioning) -> Vec<Finding> {
    let mut findings = vec![certificate(door, now())];
    findings.extend(link::look(door));
    findings
}

fn certificate(door: &Provisioning, now: UtcS) -> Finding {
    const CHECK: &str = "certificate";
    const DAY_S: i64 = 24 * 3_600;
    let Some(identity) = &door.identity else {
        let found = format!(
            "door {} has no certificate: its messages are sealed, and its connection is in the clear",
            door.door
        );
        return Finding::attention(CHECK, found, "serve the site over TLS, and enrol the door");
    };
    let (life, door) = (identity.life(), &door.door);
    let days = life.until.0.saturating_sub(now.0) / DAY_S;
    if now < life.from {
        let found = format!("the certificate of door {door} is not valid yet, by the clock of this machine");
        Finding::attention(CHECK, found, "set the clock; the controller tells the door the time as well")
    } else if now > life.until {
        let found = format!("the certificate of door {door} has ended {} days ago", -days);
        let remedy = "ask for a new code (kulku-controller door enrol) and enrol again; until then the door decides by the \
                      list that it has";
        Finding::wrong(CHECK, found, remedy)
    } else if now >= life.renew_at() {
        let found = format!("the certificate of door {door} ends in {days} days and is not renewed yet");
        Finding::attention(CHECK, found, "let the agent run and reach the controller: it renews it by itself")
    } else {
        Finding::well(CHECK, format!("the certificate of door {door} is good for {days} days, and is renewed in time"))
    }
}

fn now() -> UtcS {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    UtcS(since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX)))
}
