//! A door that only tells: events, chained as a door chains them, and waits until they are acknowledged.

use std::time::Duration;

use access::chain::{Link, link};
use access::decide::{Credential, Decision, Presented};
use access::envelope::{DoorKey, Header, Sealed, seal};
use access::event::{Event, EventKind, Subject};
use access::message::{Down, Up};
use access::mode::Mode;
use access::passage::Side;
use access::reason::Reasons;
use access::time::{ClockTrust, MonoMs};
use access::topic::{Channel, Topic};
use access::whitelist::Generation;
use anyhow::{Context, Result};
use door_agent::provisioning::Provisioning;
use link::{Options, Qos};
use tokio::sync::mpsc;
use tokio::time::timeout;

/// What has not come by then does not come.
const PATIENCE: Duration = Duration::from_secs(120);

/// The journal of a door.
pub(crate) struct Chain {
    pub(crate) epoch: u64,
    sequence: u64,
    link: Link,
}

impl Chain {
    pub(crate) fn new(epoch: u64) -> Self {
        Self { epoch, sequence: 0, link: Link::START }
    }

    /// The next taps, all of them granted, and the link before.
    pub(crate) fn next(&mut self, count: usize) -> Result<(Link, Vec<Event>)> {
        let previous = self.link;
        let mut events = Vec::with_capacity(count);
        for _ in 0..count {
            self.sequence += 1;
            let event = tap(self.sequence, self.epoch)?;
            self.link = link(self.link, self.epoch, &event);
            events.push(event);
        }
        Ok((previous, events))
    }
}

fn tap(sequence: u64, epoch: u64) -> Result<Event> {
    let number = u32::try_from((sequence * 7 + epoch) % u64::from(super::CARDS))?;
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|error| anyhow::anyhow!("the system gives no randomness: {error}"))?;
    Ok(Event {
        sequence,
        boot: 1,
        mono: MonoMs(sequence * 1_000),
        utc: super::actor().at,
        trust: ClockTrust::Synchronised,
        generation: Generation(1),
        state_generation: Generation(1),
        mode: Mode::Normal,
        kind: EventKind::Tap {
            side: Side::In,
            presented: Presented::Classic1k,
            credential: Credential::NotAsked,
            decision: Decision { reasons: Reasons::NONE, generation: Generation(1) },
            noted: Reasons::NONE,
            rolling: None,
        },
        subject: Some(Subject { uid: super::card(number)?, salt }),
    })
}

/// See the module.
pub(crate) struct Mouth {
    key: DoorKey,
    header: Header,
    chain: Chain,
    handle: link::Handle,
    events: mpsc::Receiver<link::Event>,
}

impl Mouth {
    /// Connects; each connection is a box of its own.
    pub(crate) async fn connect(mut options: Options, door: &Provisioning) -> Result<Self> {
        let mut epoch = [0; 8];
        getrandom::fill(&mut epoch).map_err(|error| anyhow::anyhow!("the system gives no randomness: {error}"))?;
        let chain = Chain::new(u64::from_ne_bytes(epoch));
        let header = Header {
            site: door.site.clone(),
            door: door.door.clone(),
            key_id: door.key_id,
            epoch: chain.epoch,
            boot: 1,
            sequence: 0,
            link: Link::START,
        };
        options.subscriptions =
            Topic::down_topics(&door.site, &door.door).map(|topic| (topic, Qos::AtLeastOnce)).collect();
        let (handle, events) = link::open(options)?;
        let mut mouth = Self { key: door.key.clone(), header, chain, handle, events };
        while !matches!(mouth.heard().await?, link::Event::Connected { .. }) {}
        Ok(mouth)
    }

    /// Publishes the next events.
    pub(crate) async fn tell(&mut self, count: usize) -> Result<()> {
        let (previous, events) = self.chain.next(count)?;
        self.header.sequence += 1;
        self.header.link = previous;
        let message = Up::Events(events);
        let topic = Topic::build(&self.header.site, &self.header.door, Channel::of_up(&message));
        Ok(self.handle.publish(&topic, seal(&self.key, &self.header, &message), Qos::AtLeastOnce).await?)
    }

    /// Waits until everything that was told is on the controller's disk.
    pub(crate) async fn acknowledged(&mut self) -> Result<()> {
        loop {
            let link::Event::Message(message) = self.heard().await? else { continue };
            let (_, down) = Sealed::parse(&message.payload)?.open::<Down>(&self.key)?;
            if let Down::Acknowledged { epoch, through, .. } = down
                && (epoch, through) == (self.chain.epoch, self.chain.sequence)
            {
                return Ok(());
            }
        }
    }

    async fn heard(&mut self) -> Result<link::Event> {
        timeout(PATIENCE, self.events.recv()).await.context("nothing was heard")?.context("the link has ended")
    }
}
