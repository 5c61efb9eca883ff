//! A site with the real controller and a real broker, and doors that enrolled there and are played by the bench.

use access::enrol::Place;
use access::id::DoorId;
use anyhow::{Context, Result};
use door_agent::provisioning::Provisioning;
use link::{Options, Transport};
use serde_json::Value;
use site::whole::{Broker, Whole};

/// See the module.
pub(crate) struct House {
    pub(crate) site: Whole,
    pub(crate) doors: Vec<Provisioning>,
}

impl House {
    /// Starts it, and enrols so many doors.
    pub(crate) async fn start(broker: Broker, doors: u32) -> Result<Self> {
        let site = Whole::start(broker, 0, &[])?;
        let controller = Place { host: "127.0.0.1".to_owned(), port: site.enrol_port() };
        let mut enrolled = Vec::new();
        for number in 0..doors {
            let id = door(number)?;
            let issued = site.run(&["door", "enrol", id.as_str(), "--name", id.as_str(), "--json"])?;
            let issued: Value = serde_json::from_str(&issued)?;
            let code = issued.get("code").and_then(Value::as_str).context("a code was issued")?.parse()?;
            enrolled.push(door_agent::enrol::enrol(&code, &controller).await?);
        }
        Ok(Self { site, doors: enrolled })
    }

    /// How a door opens its session: with TLS and its certificate.
    pub(crate) fn options(&self, number: u32) -> Result<(Options, &Provisioning)> {
        let door = self.doors.get(usize::try_from(number)?).context("there is such a door")?;
        let identity = door.identity.as_ref().context("it has enrolled")?;
        let mut options = Options::new(door.mqtt_host.clone(), door.mqtt_port, door.door.as_str());
        options.transport = Transport::Tls(identity.tls().map_err(anyhow::Error::msg)?);
        Ok((options, door))
    }
}

/// How a broker is called in figures.
pub(crate) fn name(broker: Broker) -> &'static str {
    match broker {
        Broker::Embedded => "embedded",
        Broker::Mosquitto => "mosquitto",
    }
}

pub(crate) fn door(number: u32) -> Result<DoorId> {
    Ok(format!("bench-{number}").parse()?)
}
