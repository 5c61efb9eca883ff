//! The doors of the demo: real agents with emulated readers.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use access::enrol::Place as Reached;
use access::id::DoorId;
use anyhow::{Context, Result};
use controller::config::Endpoint;
use controller::identity::Identity;
use db::site::{Actor, Site};
use door_agent::Agent;
use door_agent::cards::Cards;
use door_agent::config::{Config, DoorConfig, EmulatedIo, HardwareConfig, Role};
use door_agent::provisioning::{NewFile, Provisioning};

/// As at a real door.
const POLL_INTERVAL: Duration = Duration::from_millis(22);

/// The file of a door, which an earlier start may have left.
const FILE: &str = "door.json";

/// Where doors get their identity, keep their files and find their broker.
pub(super) struct Place<'a> {
    pub(super) site: &'a Site,
    pub(super) data: &'a Path,
    pub(super) mqtt: &'a Endpoint,
    pub(super) identity: &'a Identity,
    pub(super) enrol: SocketAddr,
}

/// Starts the first `count` doors of the hospital.
pub(super) async fn start(place: &Place<'_>, count: usize, cards: &Cards) -> Result<Vec<(DoorId, Agent)>> {
    let mut agents = Vec::new();
    for number in 0..count {
        let (id, _) = super::hospital::door(number)?;
        agents.push((id.clone(), start_one(place, &id, Role::Door, cards).await?));
    }
    Ok(agents)
}

/// Starts the encoder at the desk.
pub(super) async fn start_desk(place: &Place<'_>, cards: &Cards) -> Result<Agent> {
    start_one(place, &super::hospital::DESK.0.parse()?, Role::Encoder, cards).await
}

async fn start_one(place: &Place<'_>, id: &DoorId, role: Role, cards: &Cards) -> Result<Agent> {
    let config = config(place, id, role).await?;
    Agent::start_with_cards(config, cards.clone()).await.with_context(|| format!("the door {id}"))
}

async fn config(place: &Place<'_>, id: &DoorId, role: Role) -> Result<Config> {
    let folder = super::door_folder(place.data, id.as_str());
    std::fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let provisioning = provisioning(place, id, &folder).await?;
    let control = SocketAddr::from(([127, 0, 0, 1], 0));
    let hardware =
        HardwareConfig::Emulated { control, out_reader: super::settings::has_out_reader(id), io: EmulatedIo::Memory };
    let door = DoorConfig { data: folder, provisioning, hardware };
    Ok(Config {
        doors: vec![door],
        role,
        poll_interval: POLL_INTERVAL,
        interlock: false,
        battery_clock: true,
        journal_bytes: access::message::JOURNAL_BYTES_MAX,
    })
}

/// As a real door is enrolled, but that nobody reads the code aloud. A demo that is started again has its doors, and
/// ports of its own.
async fn provisioning(place: &Place<'_>, id: &DoorId, folder: &Path) -> Result<Provisioning> {
    let file = folder.join(FILE);
    let mut provisioning = if file.exists() {
        Provisioning::load(&file)?.renewed(folder)
    } else {
        let code = place.identity.issue_code(place.site, &Actor { operator: super::OPERATOR, at: super::now() }, id)?;
        let new = NewFile::prepare(&file).with_context(|| file.display().to_string())?;
        let controller = Reached { host: place.enrol.ip().to_string(), port: place.enrol.port() };
        let enrolled = door_agent::enrol::enrol(&code, &controller).await?;
        enrolled.write(new).with_context(|| file.display().to_string())?;
        enrolled
    };
    provisioning.mqtt_host.clone_from(&place.mqtt.host);
    provisioning.mqtt_port = place.mqtt.port;
    Ok(provisioning)
}
