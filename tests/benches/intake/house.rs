//! A controller with its broker, and doors that speak to it.

use std::net::Ipv4Addr;
use std::path::Path;

use access::envelope::DoorKey;
use access::id::{DoorId, SiteId};
use anyhow::Result;
use controller::Controller;
use controller::config::{Badge, Config, Endpoint, Mqtt};
use link::{Credentials, Options};
use site::mosquitto::Mosquitto;
use site::process::free_port;

use super::mouth::Mouth;

/// Which broker.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Embedded,
    Mosquitto,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Embedded => "embedded",
            Self::Mosquitto => "mosquitto",
        }
    }
}

/// See the module.
pub(crate) struct House {
    controller: Controller,
    /// Ends with the house.
    _mosquitto: Option<Mosquitto>,
    site: SiteId,
}

impl House {
    pub(crate) async fn start(kind: Kind, folder: &Path, database: &Path) -> Result<Self> {
        let any = (Ipv4Addr::LOCALHOST, 0).into();
        let (mosquitto, mqtt) = match kind {
            Kind::Embedded => (None, Mqtt::Embedded { listen: any, doors_connect_to: None }),
            Kind::Mosquitto => {
                let broker = Mosquitto::start(folder, free_port()?)?;
                let endpoint = Endpoint { host: "127.0.0.1".to_owned(), port: broker.port };
                (Some(broker), Mqtt::External { broker: endpoint, login: None })
            }
        };
        let controller = controller::start(Config {
            site: site_id()?,
            database: database.to_path_buf(),
            dashboard: any,
            behind_proxy: false,
            mqtt,
            zone: chrono_tz::Europe::Helsinki,
            masters_file: None,
            badge: Badge::default(),
            authorities: vec![],
            lists: vec![],
            register: None,
            notify: controller::config::Notify::default(),
            demo: None,
        })
        .await?;
        Ok(Self { controller, _mosquitto: mosquitto, site: site_id()? })
    }

    /// Connects so many doors.
    pub(crate) async fn mouths(&self, count: u32) -> Result<Vec<Mouth>> {
        let mut mouths = Vec::new();
        for number in 0..count {
            let id = door(number)?;
            let mqtt = &self.controller.mqtt;
            let mut options = Options::new(mqtt.host.clone(), mqtt.port, id.as_str());
            let password: String = key(&id).broker_password().iter().map(|byte| format!("{byte:02x}")).collect();
            options.credentials = Some(Credentials::new(id.as_str(), &password));
            mouths.push(Mouth::connect(options, &self.site, &id, key(&id)).await?);
        }
        Ok(mouths)
    }

    pub(crate) async fn stop(self) {
        self.controller.stop().await;
    }
}

pub(crate) fn site_id() -> Result<SiteId> {
    Ok("hospital".parse()?)
}

pub(crate) fn door(number: u32) -> Result<DoorId> {
    Ok(format!("door-{number}").parse()?)
}

pub(crate) fn key(door: &DoorId) -> DoorKey {
    let mut bytes = [1; 32];
    bytes.iter_mut().zip(door.as_str().bytes()).for_each(|(to, from)| *to = from);
    DoorKey::new(bytes)
}
