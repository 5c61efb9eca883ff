//! The controller and its doors, in this process.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use access::envelope::DoorKey;
use access::id::{DoorId, SiteId};
use access::passage::AreaId;
use access::settings::DoorSettings;
use access::time::UtcMs;
use anyhow::{Context, Result, ensure};
use controller::Controller;
use db::site::{Actor, NewDoor, PassbackRule, Site};
use door_agent::{Agent, Config};
use serde_json::json;
use site::http::Client;
use site::mosquitto::Mosquitto;
use site::process::free_port;
use site::whole::{Broker, people};

/// Doors of the area that has a rule against passing back.
pub(crate) const AREA_DOORS: usize = 4;

const PATIENCE: Duration = Duration::from_secs(120);

/// A running site.
pub(crate) struct House {
    _folder: tempfile::TempDir,
    _mosquitto: Option<Mosquitto>,
    pub(crate) controller: Controller,
    pub(crate) doors: Vec<Housed>,
}

/// A running door.
pub(crate) struct Housed {
    pub(crate) id: DoorId,
    pub(crate) control: Client,
    agent: Agent,
}

impl House {
    /// With so many doors, and so many people who may pass the first four.
    pub(crate) async fn start(broker: Broker, doors: usize, count: usize) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let port = free_port()?;
        let mosquitto = match broker {
            Broker::Mosquitto => Some(Mosquitto::start(folder.path(), port)?),
            Broker::Embedded => None,
        };
        let site_id: SiteId = "hospital".parse()?;
        let site = Site::open(&folder.path().join("site.db"), &site_id)?;
        let ids: Vec<DoorId> = (1..=doors).map(|n| Ok(format!("door-{n}").parse()?)).collect::<Result<_>>()?;
        let area = site.add_area(&actor(), "Inside", &[])?;
        site.set_passback(&actor(), area, Some(PassbackRule { hard: false, within_s: None, forgiven_at: None }))?;
        for (at, id) in ids.iter().enumerate() {
            let leads_into = (at < AREA_DOORS).then(|| u32::try_from(area.0).map(AreaId)).transpose()?;
            let settings = DoorSettings { leads_into, ..DoorSettings::default() };
            site.add_door(&actor(), NewDoor { id: id.clone(), name: id.to_string(), key: key(id), settings })?;
        }
        site.import(&actor(), &people(count, AREA_DOORS.min(doors))?)?;
        drop(site);
        let controller =
            controller::start(controller::config::Config::read(&config(folder.path(), broker, port)?)?).await?;
        let mut housed = Vec::new();
        for id in ids {
            housed.push(Housed::start(folder.path(), &site_id, id, port).await?);
        }
        let house = Self { _folder: folder, _mosquitto: mosquitto, controller, doors: housed };
        house.settle().await?;
        Ok(house)
    }

    async fn settle(&self) -> Result<()> {
        let begun = Instant::now();
        loop {
            let doors = self.controller.site.doors()?;
            let settled = doors.iter().filter(|door| {
                door.online && door.wanted == door.in_force && door.state_in_force == Some(door.wanted_state)
            });
            if settled.count() == self.doors.len() {
                return Ok(());
            }
            ensure!(begun.elapsed() < PATIENCE, "the doors do not get what they should have");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    pub(crate) async fn stop(self) -> Result<()> {
        for door in self.doors {
            door.agent.stop().await?;
        }
        self.controller.stop().await;
        Ok(())
    }
}

impl Housed {
    async fn start(folder: &Path, site: &SiteId, id: DoorId, port: u16) -> Result<Self> {
        let folder = folder.join(id.as_str());
        std::fs::create_dir_all(folder.join("state"))?;
        let key = hex(key(&id).expose());
        let file = json!({
            "format": 1, "site": site.as_str(), "door": id.as_str(), "key_id": 1, "key": key,
            "mqtt": { "host": "127.0.0.1", "port": port },
        });
        std::fs::write(folder.join("door.json"), file.to_string())?;
        let config = folder.join("agent.toml");
        std::fs::write(
            &config,
            "data = \"state\"\nprovisioning = \"door.json\"\npoll_interval_ms = 1000\nio.kind = \"memory\"\n\
             reader.kind = \"emulated\"\ncontrol.address = \"127.0.0.1:0\"\n",
        )?;
        let agent = Agent::start(Config::load(&config)?).await?;
        let control = agent.control().context("an emulated door has a control")?;
        Ok(Self { id, control: Client::new(&format!("http://{control}"), None), agent })
    }

    /// Cuts the door off, or connects it again.
    pub(crate) fn network(&self, up: bool) -> Result<()> {
        let answer = tokio::task::block_in_place(|| self.control.post("/network", &json!({ "up": up })))?;
        answer.success("/network")?;
        Ok(())
    }
}

fn config(folder: &Path, broker: Broker, port: u16) -> Result<std::path::PathBuf> {
    let mqtt = match broker {
        Broker::Mosquitto => format!("[mqtt.external]\nhost = \"127.0.0.1\"\nport = {port}\ntls = false\n"),
        Broker::Embedded => format!("[mqtt.embedded]\nlisten = \"127.0.0.1:{port}\"\ntls = false\n"),
    };
    let path = folder.join("controller.toml");
    std::fs::write(&path, format!("site = \"hospital\"\ndata = \".\"\n[dashboard]\nlisten = \"127.0.0.1:0\"\n{mqtt}"))?;
    Ok(path)
}

fn key(door: &DoorId) -> DoorKey {
    let mut bytes = [1; 32];
    bytes.iter_mut().zip(door.as_str().bytes()).for_each(|(to, from)| *to = from);
    DoorKey::new(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

pub(crate) fn actor() -> Actor<'static> {
    Actor { operator: "bench", at: now() }
}

pub(crate) fn now() -> UtcMs {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UtcMs(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
