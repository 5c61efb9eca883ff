//! The doors of the demo: real agents with emulated readers.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use access::id::DoorId;
use anyhow::{Context, Result};
use controller::config::Endpoint;
use db::site::Site;
use door_agent::Agent;
use door_agent::config::{Config, HardwareConfig, Role};
use door_agent::provisioning::Provisioning;
use mfrc522_emulator::VirtualCard;

/// As at a real door.
const POLL_INTERVAL: Duration = Duration::from_millis(22);

/// Starts the first `count` doors of the hospital.
pub(super) async fn start(
    site: &Site,
    data: &Path,
    mqtt: &Endpoint,
    count: usize,
    cards: &[(String, VirtualCard)],
) -> Result<Vec<(DoorId, Agent)>> {
    let mut agents = Vec::new();
    for number in 0..count {
        let (id, _) = super::hospital::door(number)?;
        let config = config(site, data, mqtt, &id)?;
        let agent = Agent::start_with_cards(config, cards.to_vec()).await.with_context(|| format!("the door {id}"))?;
        agents.push((id, agent));
    }
    Ok(agents)
}

fn config(site: &Site, data: &Path, mqtt: &Endpoint, id: &DoorId) -> Result<Config> {
    let folder = super::door_folder(data, id.as_str());
    std::fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let key = site.door_key(id, 1)?.with_context(|| format!("the door {id} has no key"))?;
    Ok(Config {
        data: folder,
        provisioning: Provisioning {
            site: site.id().clone(),
            door: id.clone(),
            key_id: 1,
            key,
            mqtt_host: mqtt.host.clone(),
            mqtt_port: mqtt.port,
        },
        hardware: HardwareConfig::Emulated { control: SocketAddr::from(([127, 0, 0, 1], 0)) },
        poll_interval: POLL_INTERVAL,
        role: Role::Door,
    })
}
