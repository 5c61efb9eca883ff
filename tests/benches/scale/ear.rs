//! A door that only listens: it says that it has the list that is wanted, and follows what it hears by its number.

use std::time::Duration;

use access::chain::Link;
use access::envelope::{DoorKey, Header, Sealed, seal};
use access::id::DoorId;
use access::message::{Down, Status, Up};
use access::time::{ClockTrust, MonoMs, UtcMs};
use access::topic::{Channel, Topic};
use access::whitelist::{Generation, WhitelistPart};
use anyhow::{Context, Result, bail};
use controller::Controller;
use link::{Credentials, Options, Qos};
use tokio::sync::mpsc;
use tokio::time::timeout;

const SESSION: u64 = 77;
/// What has not come by then does not come.
const PATIENCE: Duration = Duration::from_secs(60);

/// See the module.
pub(crate) struct Ear {
    id: DoorId,
    key: DoorKey,
    header: Header,
    status: Status,
    handle: link::Handle,
    events: mpsc::Receiver<link::Event>,
}

impl Ear {
    /// Connects these doors.
    pub(crate) async fn all(controller: &Controller, doors: &[DoorId]) -> Result<Vec<Self>> {
        let mut ears = Vec::new();
        for door in doors {
            ears.push(Self::connect(controller, door).await?);
        }
        Ok(ears)
    }

    async fn connect(controller: &Controller, door: &DoorId) -> Result<Self> {
        let (site, key) = (&controller.site, crate::key(door));
        let header = Header {
            site: site.id().clone(),
            door: door.clone(),
            key_id: 1,
            // Each connection is a box of its own.
            epoch: u64::from_ne_bytes(rand()?),
            boot: 1,
            sequence: 0,
            link: Link::START,
        };
        let mut options = Options::new(controller.mqtt.host.clone(), controller.mqtt.port, door.as_str());
        let password: String = key.broker_password().iter().map(|byte| format!("{byte:02x}")).collect();
        options.credentials = Some(Credentials::new(door.as_str(), &password));
        options.subscriptions = Topic::down_topics(&header.site, door).map(|topic| (topic, Qos::AtLeastOnce)).collect();
        let (handle, mut events) = link::open(options)?;
        while !matches!(next(&mut events).await?, link::Event::Connected { .. }) {}
        let view = site.door(door)?;
        let status = Status {
            session: SESSION,
            mono: MonoMs(50_000),
            utc: UtcMs(site::whole::now().0 * 1_000),
            trust: ClockTrust::Synchronised,
            whitelist: view.wanted.context("a list has been compiled")?,
            state_generation: view.wanted_state,
            ..Status::of_new_box("bench")
        };
        let mut ear = Self { id: door.clone(), key, header, status, handle, events };
        ear.report().await?;
        while !site.door(door)?.online {
            tokio::task::yield_now().await;
        }
        Ok(ear)
    }

    /// Waits for a delta, and says that it is in force; the bytes of the message.
    pub(crate) async fn delta(&mut self) -> Result<usize> {
        let (part, length) = self.part().await?;
        let WhitelistPart::Delta { from, to, .. } = part else { bail!("{} got a whole list", self.id) };
        if from != self.status.whitelist {
            bail!("{} got a delta upon another list", self.id);
        }
        self.status.whitelist = to;
        self.report().await?;
        Ok(length)
    }

    /// Waits for the first piece of this list.
    pub(crate) async fn first_of(&mut self, generation: Generation) -> Result<()> {
        loop {
            match self.part().await?.0 {
                WhitelistPart::Delta { to, .. } | WhitelistPart::Chunk { to, .. } if to.generation < generation => {}
                _ => return Ok(()),
            }
        }
    }

    /// Waits for the last piece of a whole list.
    pub(crate) async fn last(&mut self) -> Result<()> {
        loop {
            match self.part().await?.0 {
                WhitelistPart::Chunk { index, count, .. } if index + 1 < count => {}
                _ => return Ok(()),
            }
        }
    }

    async fn report(&mut self) -> Result<()> {
        self.header.sequence += 1;
        let message = Up::Status(self.status.clone());
        let topic = Topic::build(&self.header.site, &self.id, Channel::of_up(&message));
        Ok(self.handle.publish(&topic, seal(&self.key, &self.header, &message), Qos::AtLeastOnce).await?)
    }

    async fn part(&mut self) -> Result<(WhitelistPart, usize)> {
        loop {
            let link::Event::Message(message) = next(&mut self.events).await? else { continue };
            let (_, down) = Sealed::parse(&message.payload)?.open::<Down>(&self.key)?;
            if let Down::Whitelist(part) = down {
                return Ok((part, message.payload.len()));
            }
        }
    }
}

async fn next(events: &mut mpsc::Receiver<link::Event>) -> Result<link::Event> {
    timeout(PATIENCE, events.recv()).await.context("nothing was heard")?.context("the link has ended")
}

fn rand() -> Result<[u8; 8]> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("the system gives no randomness: {error}"))?;
    Ok(bytes)
}
