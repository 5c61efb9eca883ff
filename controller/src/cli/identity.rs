//! `door enrol`, `door identities`, `door revoke`, `mosquitto-config`.

use std::net::IpAddr;
use std::path::PathBuf;

use access::id::DoorId;
use anyhow::{Context, bail};
use chrono::DateTime;
use clap::Args;
use db::site::{IdentityView, NewDoor, Site, SiteError};
use serde_json::json;

use super::door::Setup;
use super::{Common, ConfigPath, actor, answer, open, say};
use crate::clock::utc_now;
use crate::config::{Config, Enrol, Mqtt};
use crate::hex;
use crate::identity::{Identity, code, mosquitto};

#[derive(Args)]
pub(super) struct EnrolArgs {
    /// The door's id on the wire: small letters, digits and hyphens. One that is there gets a new identity: the one
    /// before ends when the code is used.
    id: DoorId,
    /// What people call it; adds the door.
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    setup: Setup,
    #[command(flatten)]
    config: ConfigPath,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(super) struct Identities {
    #[command(flatten)]
    config: ConfigPath,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(super) struct Revoke {
    /// Which door.
    id: DoorId,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
pub(super) struct MosquittoConfig {
    /// The folder to write into; what it made there before is replaced. It holds the broker's key, and the controller
    /// writes the list of revoked certificates there, so it is for both accounts and nobody else:
    /// install -d -o kulku -g mosquitto -m 2750 DIR
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The address that Mosquitto listens on; all of its machine's if left out.
    #[arg(long, value_name = "ADDRESS")]
    bind: Option<IpAddr>,
    #[command(flatten)]
    config: ConfigPath,
}

pub(super) fn enrol(enrol: &EnrolArgs) -> anyhow::Result<()> {
    let config = enrol.config.read()?;
    let Some(place) = config.enrol else {
        bail!(
            "{}: doors show no certificates here (tls = false): use kulku-controller door add, or switch TLS on",
            enrol.config.path.display()
        );
    };
    if config.doors_connect_to().is_none() {
        bail!(
            "{}: mqtt.embedded.doors_connect_to is missing: the broker listens on an address that means nothing at \
             the door; say which host and port doors shall use",
            enrol.config.path.display()
        );
    }
    let site = open(&config)?;
    let identity = authority(&config, &site)?;
    if let Some(name) = &enrol.name {
        add(&site, enrol, name)?;
    } else if enrol.setup.is_given() {
        bail!("only a door that is added with --name is set up here; change the others on their page");
    }
    let (code, until) = match code::issue(&identity, &site, &actor(), &enrol.id) {
        Ok(issued) => issued,
        Err(crate::identity::IdentityError::Site(SiteError::NotFound { .. })) => {
            bail!("there is no door {}; add it with --name NAME", enrol.id)
        }
        Err(error) => return Err(error.into()),
    };
    if enrol.json {
        let text = code.to_string();
        return say(&json!({ "door": enrol.id.as_str(), "code": text, "until_ms": until.0 }).to_string());
    }
    say(&format!(
        "Code for {}, good once and until {}:\n\n  {code}\n\n\
         At the door: kulku-door-agent enrol CODE --controller {} --out FILE",
        enrol.id,
        time(until.0.div_euclid(1_000), &config),
        reached(&config, place)
    ))
}

/// The key that it has until it is enrolled is nobody's.
fn add(site: &Site, enrol: &EnrolArgs, name: &str) -> anyhow::Result<()> {
    let settings = enrol.setup.settings()?;
    let door = NewDoor { id: enrol.id.clone(), name: name.to_owned(), key: code::draw_key()?, settings };
    let added = if enrol.setup.encoder { site.add_encoder(&actor(), door) } else { site.add_door(&actor(), door) };
    match added {
        Err(SiteError::Conflict { .. }) => {
            bail!("there is a door {} already; leave --name out to give it a new identity", enrol.id)
        }
        added => Ok(added?),
    }
}

pub(super) fn identities(identities: &Identities) -> anyhow::Result<()> {
    let config = identities.config.read()?;
    let now = utc_now();
    let doors = open(&config)?.identities(now)?;
    if identities.json {
        return say(&serde_json::Value::from_iter(doors.iter().map(as_json)).to_string());
    }
    for door in doors {
        let certificate = match door.certificate {
            Some(span) if span.not_after.0 < now.second().0 => format!("ended {}", time(span.not_after.0, &config)),
            Some(span) => format!("until {}", time(span.not_after.0, &config)),
            None if door.revoked > 0 => "revoked".to_owned(),
            None => "none".to_owned(),
        };
        let code = door
            .code_until
            .map_or_else(String::new, |until| format!("  code until {}", time(until.0.div_euclid(1_000), &config)));
        say(&format!("{:<32} {certificate}{code}", door.door.as_str()))?;
    }
    Ok(())
}

pub(super) fn revoke(revoke: &Revoke) -> anyhow::Result<()> {
    let config = revoke.common.config.read()?;
    let site = open(&config)?;
    let revoked = site.revoke_identity(&actor(), &revoke.id, &code::draw_key()?)?;
    if config.mqtt.is_tls() {
        authority(&config, &site)?.write_list(&site, utc_now().second(), config.crl_file())?;
    }
    let broker = match &config.mqtt {
        Mqtt::Embedded { .. } => "the running controller ends its connection within seconds".to_owned(),
        Mqtt::External { crl_file: Some(file), .. } => {
            format!("{} is written: reload Mosquitto, and restart it if the box is connected", file.display())
        }
        Mqtt::External { .. } => "give the broker the new list with mosquitto-config, and restart it".to_owned(),
    };
    let text = format!(
        "The identity of {} is revoked ({revoked} certificates), and so is its key for messages: nothing that it says is \
         believed. {broker}. A new box: kulku-controller door enrol {}",
        revoke.id, revoke.id
    );
    answer(revoke.common.json, &json!({ "door": revoke.id.as_str(), "certificates": revoked, "broker": broker }), &text)
}

pub(super) fn mosquitto(args: &MosquittoConfig) -> anyhow::Result<()> {
    let config = args.config.read()?;
    let Mqtt::External { broker, tls: true, .. } = &config.mqtt else {
        bail!(
            "{}: there is no [mqtt.external] with tls: say there which host and port Mosquitto shall have",
            args.config.path.display()
        );
    };
    let hosts = config.broker_hosts();
    let place = mosquitto::Place { port: broker.port, bind: args.bind, hosts: &hosts };
    let site = open(&config)?;
    let file = mosquitto::write(&authority(&config, &site)?, &site, &args.out, &place, utc_now().second())?;
    say(&format!(
        "{} is written, with a certificate for {}. Run this again once a year and reload Mosquitto; \
         mqtt.external.crl_file = {:?} keeps the list of revoked certificates up to date.",
        file.display(),
        hosts.join(", "),
        args.out.join("crl.pem").display().to_string()
    ))
}

/// Makes an authority where the one before is lost.
pub(super) fn new_authority(config: &Config) -> anyhow::Result<()> {
    let folder = config.identity.display();
    if Identity::is_there(&config.identity)? {
        bail!("there is an authority in {folder}; to replace it, move its files away first");
    }
    Identity::open(&config.identity, &config.site, utc_now().second())?;
    say(&format!(
        "A new authority is in {folder}. No door is let in until it is enrolled anew: kulku-controller door enrol"
    ))
}

fn authority(config: &Config, site: &Site) -> anyhow::Result<Identity> {
    Identity::of(site, &config.identity, utc_now().second())
        .with_context(|| format!("the authority in {}", config.identity.display()))
}

/// Where a door reaches the enrolment: the host by which it reaches the broker, if that is this machine.
fn reached(config: &Config, place: Enrol) -> String {
    let host = match (&config.mqtt, config.doors_connect_to()) {
        (Mqtt::Embedded { .. }, Some(doors)) => doors.host,
        _ if place.listen.ip().is_unspecified() => "THIS-HOST".to_owned(),
        _ => place.listen.ip().to_string(),
    };
    crate::config::Endpoint { host, port: place.listen.port() }.to_string()
}

fn time(second: i64, config: &Config) -> String {
    DateTime::from_timestamp(second, 0)
        .map_or_else(|| second.to_string(), |time| time.with_timezone(&config.zone).format("%F %H:%M").to_string())
}

fn as_json(door: &IdentityView) -> serde_json::Value {
    json!({
        "id": door.door.as_str(),
        "fingerprint": door.certificate.map(|span| hex::encode(&span.fingerprint).as_str().to_owned()),
        "not_before_s": door.certificate.map(|span| span.not_before.0),
        "not_after_s": door.certificate.map(|span| span.not_after.0),
        "revoked": door.revoked,
        "code_until_ms": door.code_until.map(|until| until.0),
    })
}
