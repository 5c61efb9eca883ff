//! A door that follows what it hears, and tells the bench.

use std::time::{Duration, Instant};

use access::chain::Link;
use access::confirm::Nonce;
use access::envelope::{DoorKey, Header, Sealed, seal};
use access::message::{Down, STATUS_EVERY_MS, Status, Up};
use access::time::{ClockTrust, MonoMs, UtcMs};
use access::topic::{Channel, Topic};
use access::whitelist::{WhitelistId, WhitelistPart};
use anyhow::{Context, Result};
use link::Qos;
use tokio::sync::mpsc;

use super::house::House;

/// See the module.
pub(crate) struct Ear {
    number: u32,
    key: DoorKey,
    header: Header,
    status: Status,
    handle: link::Handle,
    events: mpsc::Receiver<link::Event>,
}

impl Ear {
    pub(crate) async fn connect(house: &House, number: u32) -> Result<Self> {
        let (mut options, door) = house.options(number)?;
        options.subscriptions =
            Topic::down_topics(&door.site, &door.door).map(|topic| (topic, Qos::AtLeastOnce)).collect();
        let header = Header {
            site: door.site.clone(),
            door: door.door.clone(),
            key_id: door.key_id,
            epoch: 1,
            boot: 1,
            sequence: 0,
            link: Link::START,
        };
        let (key, (handle, mut events)) = (door.key.clone(), link::open(options)?);
        while !matches!(events.recv().await.context("the link has ended")?, link::Event::Connected { .. }) {}
        Ok(Self { number, key, header, status: status(number), handle, events })
    }

    /// Until the bench ends.
    pub(crate) async fn listen(mut self, tell: mpsc::UnboundedSender<(u32, WhitelistId, Instant)>) -> Result<()> {
        let mut beat = tokio::time::interval(Duration::from_millis(STATUS_EVERY_MS));
        loop {
            tokio::select! {
                _ = beat.tick() => self.report().await?,
                event = self.events.recv() => match event.context("the link has ended")? {
                    link::Event::Message(message) => {
                        let (_, down) = Sealed::parse(&message.payload)?.open::<Down>(&self.key)?;
                        if self.follow(down) {
                            let _ = tell.send((self.number, self.status.whitelist, Instant::now()));
                            self.report().await?;
                        }
                    }
                    _ => continue,
                },
            }
        }
    }

    /// Whether something else is in force now.
    fn follow(&mut self, down: Down) -> bool {
        match down {
            Down::Whitelist(WhitelistPart::Delta { to, from, .. }) if from == self.status.whitelist => {
                self.status.whitelist = to;
                true
            }
            // It has no list of its own, so the last piece stands for all of them.
            Down::Whitelist(WhitelistPart::Chunk { to, index, count, .. }) if index + 1 == count => {
                self.status.whitelist = to;
                true
            }
            Down::State(state) => {
                self.status.state_generation = self.status.state_generation.max(state.generation);
                false
            }
            _ => false,
        }
    }

    async fn report(&mut self) -> Result<()> {
        self.header.sequence += 1;
        self.status.nonce = Nonce(rand()?);
        self.status.utc = UtcMs(site::whole::now().0 * 1_000);
        let message = Up::Status(self.status.clone());
        let topic = Topic::build(&self.header.site, &self.header.door, Channel::of_up(&message));
        Ok(self.handle.publish(&topic, seal(&self.key, &self.header, &message), Qos::AtLeastOnce).await?)
    }
}

fn status(number: u32) -> Status {
    Status {
        session: u64::from(number) + 1,
        mono: MonoMs(50_000),
        utc: UtcMs(site::whole::now().0 * 1_000),
        trust: ClockTrust::Synchronised,
        ..Status::of_new_box("bench")
    }
}

fn rand() -> Result<[u8; 16]> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("the system gives no randomness: {error}"))?;
    Ok(bytes)
}
