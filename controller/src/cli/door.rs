//! `door add`, `door list`, `door broker-password`.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use access::envelope::DoorKey;
use access::id::DoorId;
use access::mode::Mode;
use access::settings::{DoorSettings, Times};
use anyhow::{Context, bail, ensure};
use clap::Args;
use db::site::{DoorView, NewDoor};
use serde_json::json;
use zeroize::Zeroizing;

use super::{Common, actor, answer, open, say};
use crate::clock::utc_now;
use crate::config::{Config, Endpoint};
use crate::hex;

/// Version of the provisioning file.
const FORMAT: u32 = 1;

/// The number of a new door's key.
const KEY_ID: u32 = 1;

#[derive(Args)]
pub(super) struct Add {
    /// The door's id on the wire: small letters, digits and hyphens. Never give it to another door.
    id: DoorId,
    /// What people call it.
    #[arg(long)]
    name: String,
    #[command(flatten)]
    common: Common,
    /// The file to write, readable by its owner only; ID.json if left out. Bring it to the door by a way
    /// that nobody listens to: it holds the door's key.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    setup: Setup,
}

/// How a new door is set up.
#[derive(Args)]
pub(super) struct Setup {
    /// How long the lock stays released, in milliseconds.
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u32).range(
        i64::from(Times::RELEASE_MS_MIN)..=i64::from(Times::RELEASE_MS_MAX)))]
    release_ms: Option<u32>,
    /// The same for people who need longer; at least as long as for others.
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u32).range(
        i64::from(Times::RELEASE_MS_MIN)..=i64::from(Times::RELEASE_MS_MAX)))]
    long_release_ms: Option<u32>,
    /// It is an encoder: a reader at a desk that writes credentials, without a lock.
    #[arg(long, conflicts_with_all = ["release_ms", "long_release_ms"])]
    pub(super) encoder: bool,
}

pub(super) fn add(add: &Add) -> anyhow::Result<()> {
    let config = add.common.config.read()?;
    if config.mqtt.is_tls() {
        bail!(
            "{}: the broker asks doors for certificates, which no file brings: use kulku-controller door enrol, or say \
             tls = false",
            add.common.config.path.display()
        );
    }
    let Some(mqtt) = config.doors_connect_to().filter(|mqtt| mqtt.port != 0) else {
        bail!(
            "{}: mqtt.embedded.doors_connect_to is missing: the broker listens on an address that means nothing at \
             the door; say which host and port doors shall use",
            add.common.config.path.display()
        );
    };
    let settings = add.setup.settings()?;
    let site = open(&config)?;
    let mut secret = Zeroizing::new([0; 32]);
    getrandom::fill(secret.as_mut_slice()).context("the operating system gives no random bytes")?;
    let key = DoorKey::new(*secret);
    let out = add.out.clone().unwrap_or_else(|| PathBuf::from(format!("{}.json", add.id)));
    let text = provisioning(&config, &add.id, &key, &mqtt);
    // The file comes first: a key that lies in the database and nowhere else cannot be brought to a door.
    write_new(&out, text.as_bytes())?;
    let door = NewDoor { id: add.id.clone(), name: add.name.clone(), key, settings };
    let added = if add.setup.encoder { site.add_encoder(&actor(), door) } else { site.add_door(&actor(), door) };
    if let Err(error) = added {
        // It holds a key that opens nothing.
        let _ = std::fs::remove_file(&out);
        return Err(error.into());
    }
    let what = if add.setup.encoder { "Encoder" } else { "Door" };
    let text = format!("{what} {} is added. Bring {} to it and delete the file here.", add.id, out.display());
    answer(add.common.json, &json!({ "door": add.id.as_str(), "file": out.display().to_string() }), &text)
}

impl Setup {
    /// The defaults but for what was said. Whoever needs longer never gets less than others.
    pub(super) fn settings(&self) -> anyhow::Result<DoorSettings> {
        let mut settings = DoorSettings::default();
        let (times, long) = (&mut settings.times, &mut settings.long_times);
        times.release_ms = self.release_ms.unwrap_or(times.release_ms);
        long.release_ms = self.long_release_ms.unwrap_or(long.release_ms.max(times.release_ms));
        ensure!(long.release_ms >= times.release_ms, "--long-release-ms is less than --release-ms");
        Ok(settings)
    }

    /// Whether anything was said.
    pub(super) fn is_given(&self) -> bool {
        self.encoder || self.release_ms.is_some() || self.long_release_ms.is_some()
    }
}

pub(super) fn list(config: &Config, json: bool) -> anyhow::Result<()> {
    let doors = open(config)?.doors()?;
    if json {
        return say(&serde_json::Value::from_iter(doors.iter().map(as_json)).to_string());
    }
    for door in doors {
        let number = |generation: Option<u64>| generation.map_or_else(|| "-".to_owned(), |number| number.to_string());
        say(&format!(
            "{:<32} {:<8} list {:>8} of {:<8} {}",
            door.id.as_str(),
            if door.online { "online" } else { "away" },
            number(door.in_force.map(|list| list.generation.0)),
            number(door.wanted.map(|list| list.generation.0)),
            door.name
        ))?;
    }
    Ok(())
}

pub(super) fn broker_password(config: &Config, id: &DoorId) -> anyhow::Result<()> {
    let keys = open(config)?.door_keys()?;
    let newest = keys.into_iter().filter(|(door, _, _)| door == id).max_by_key(|(_, key_id, _)| *key_id);
    let Some((_, _, key)) = newest else {
        bail!("there is no door {id}");
    };
    let password = Zeroizing::new(key.broker_password());
    say(&hex::encode(password.as_slice()))
}

fn provisioning(config: &Config, id: &DoorId, key: &DoorKey, mqtt: &Endpoint) -> Zeroizing<String> {
    let value = json!({
        "format": FORMAT,
        "site": config.site.as_str(),
        "door": id.as_str(),
        "key_id": KEY_ID,
        "key": hex::encode(key.expose()).as_str(),
        "mqtt": { "host": mqtt.host, "port": mqtt.port },
    });
    Zeroizing::new(format!("{value}\n"))
}

/// Never writes over a file: it might be the only copy of another door's key.
fn write_new(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("{} cannot be made; nothing is written over", path.display()))?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .with_context(|| format!("{} cannot be written", path.display()))
}

fn as_json(door: &DoorView) -> serde_json::Value {
    json!({
        "id": door.id.as_str(),
        "name": door.name,
        "kind": door.kind.code(),
        "online": door.online,
        "locked_down": door.lockdown.is_some_and(|lockdown| lockdown.holds(utc_now().second())),
        "mode_in_force": door.mode_in_force.map(Mode::code),
        "generation_wanted": door.wanted.map(|list| list.generation.0),
        "generation_in_force": door.in_force.map(|list| list.generation.0),
        "last_seen_ms": door.last_seen.map(|at| at.0),
        "agent": door.agent,
    })
}
