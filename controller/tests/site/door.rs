//! A door that a test plays, message by message.

use std::collections::BTreeMap;

use access::calendar::Calendar;
use access::chain::{Link, link};
use access::encode::EncodeJob;
use access::entry::Entry;
use access::envelope::{DoorKey, Header, Sealed, seal};
use access::event::{Event, EventKind, Subject};
use access::id::DoorId;
use access::message::{Down, Status, Up};
use access::mode::Mode;
use access::passage::{AreaId, Passage};
use access::state::{Counter, DoorState};
use access::time::{ClockTrust, MonoMs, UtcMs};
use access::topic::{Channel, Topic};
use access::uid::Uid;
use access::whitelist::{Change, Generation, WhitelistId, WhitelistPart};
use link::{Credentials, Options, Qos, Will};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::support::{Bench, DEADLINE, key};

pub(crate) const SESSION: u64 = 77;

pub(crate) struct Door {
    pub(crate) id: DoorId,
    pub(crate) key: DoorKey,
    pub(crate) header: Header,
    pub(crate) status: Status,
    pub(crate) list: BTreeMap<Uid, Entry>,
    pub(crate) calendar: Calendar,
    /// The boot of the controller that it last heard.
    pub(crate) heard_from: u64,
    /// As it was told; the highest of each card.
    pub(crate) counters: BTreeMap<Uid, Counter>,
    /// As it was told; the latest of each card and area.
    pub(crate) passages: BTreeMap<(Uid, AreaId), Passage>,
    /// As it was told last.
    pub(crate) state: DoorState,
    /// What it has heard, in order: `s` a state, `l` a piece of a list, `c` counters, `p` passages.
    pub(crate) heard: String,
    chunks: Vec<Entry>,
    journal: u64,
    head: Link,
    handle: link::Handle,
    events: mpsc::Receiver<link::Event>,
}

impl Door {
    /// Connects, with a last will, and says nothing yet.
    pub(crate) async fn connect(bench: &Bench, door: &str) -> Self {
        let id: DoorId = door.parse().unwrap();
        let header = Header {
            site: bench.site().id().clone(),
            door: id.clone(),
            key_id: 1,
            epoch: 1_000,
            boot: 1,
            sequence: 0,
            link: Link::START,
        };
        let mqtt = &bench.controller.mqtt;
        let mut options = Options::new(mqtt.host.clone(), mqtt.port, door);
        options.credentials = Some(Credentials::new(door, password(door)));
        options.subscriptions = Topic::down_topics(&header.site, &id).map(|topic| (topic, Qos::AtLeastOnce)).collect();
        let will = Will {
            topic: Topic::build(&header.site, &id, Channel::UpStatus),
            payload: seal(&key(door), &header, &Up::Offline { session: SESSION }),
            qos: Qos::AtLeastOnce,
        };
        options.will = Some(Box::new(move |_| Some(will.clone())));
        let (handle, events) = link::open(options).unwrap();
        let mut this = Self {
            key: key(door),
            status: first_status(),
            list: BTreeMap::new(),
            calendar: Calendar::empty(),
            heard_from: 0,
            counters: BTreeMap::new(),
            passages: BTreeMap::new(),
            state: DoorState::default(),
            heard: String::new(),
            chunks: Vec::new(),
            journal: 0,
            head: Link::START,
            id,
            header,
            handle,
            events,
        };
        this.connected().await;
        this
    }

    /// Waits for the connection.
    pub(crate) async fn connected(&mut self) {
        while !matches!(self.event().await, link::Event::Connected { .. }) {}
    }

    /// Says how it is.
    pub(crate) async fn report_status(&mut self) {
        let status = Up::Status(self.status.clone());
        self.send(&status).await;
    }

    /// The next events of its journal.
    pub(crate) fn happen(&mut self, kinds: &[EventKind]) -> Vec<Event> {
        let events = kinds.iter().map(|kind| {
            self.journal += 1;
            Event {
                sequence: self.journal,
                boot: self.header.boot,
                mono: MonoMs(self.journal),
                // A second after the one before.
                utc: UtcMs(1_790_000_000_000 + i64::try_from(self.journal).unwrap() * 1_000),
                trust: ClockTrust::Synchronised,
                generation: self.status.whitelist.generation,
                state_generation: self.status.state_generation,
                mode: Mode::Normal,
                kind: *kind,
                subject: None,
            }
        });
        events.collect()
    }

    /// The next event of its journal, with this card.
    pub(crate) fn happen_with(&mut self, uid: Uid, kind: EventKind) -> Vec<Event> {
        let mut events = self.happen(&[kind]);
        events.iter_mut().for_each(|event| event.subject = Some(Subject { uid, salt: [3; 16] }));
        events
    }

    /// Follows what it hears until this holds.
    pub(crate) async fn follow_until(&mut self, holds: impl Fn(&Self) -> bool) {
        let follow = async {
            while !holds(self) {
                let (_, message) = self.hear().await;
                self.follow(message);
            }
        };
        // What is heard again and again would keep it here as well.
        timeout(DEADLINE, follow).await.expect("what was waited for was not heard");
    }

    /// The next job of an encoder; whatever else comes is followed.
    pub(crate) async fn job(&mut self) -> EncodeJob {
        loop {
            match self.hear().await.1 {
                Down::Encode(job) => return job,
                other => self.follow(other),
            }
        }
    }

    /// Reports events that follow upon those before.
    pub(crate) async fn report(&mut self, events: Vec<Event>) {
        let (epoch, before) = (self.header.epoch, self.head);
        self.head = events.iter().fold(before, |head, event| link(head, epoch, event));
        self.report_after(before, events).await;
    }

    /// Reports events that follow upon this link.
    pub(crate) async fn report_after(&mut self, before: Link, events: Vec<Event>) {
        self.header.link = before;
        self.send(&Up::Events(events)).await;
    }

    /// Seals the next message.
    pub(crate) fn seal(&mut self, message: &Up) -> Vec<u8> {
        self.header.sequence += 1;
        seal(&self.key, &self.header, message)
    }

    pub(crate) async fn send(&mut self, message: &Up) {
        let bytes = self.seal(message);
        self.send_bytes(Channel::of_up(message), bytes).await;
    }

    pub(crate) async fn send_bytes(&self, channel: Channel, bytes: Vec<u8>) {
        let topic = Topic::build(&self.header.site, &self.id, channel);
        self.handle.publish(&topic, bytes, Qos::AtLeastOnce).await.unwrap();
    }

    /// The next message, authentic.
    pub(crate) async fn hear(&mut self) -> (Header, Down) {
        loop {
            if let link::Event::Message(message) = self.event().await {
                let sealed = Sealed::parse(&message.payload).unwrap();
                let topic = Topic::parse(&message.topic).unwrap();
                let (header, down) = sealed.open::<Down>(&self.key).unwrap();
                assert_eq!((&topic.door, topic.channel), (&header.door, Channel::of_down(&down)));
                self.heard_from = header.boot;
                return (header, down);
            }
        }
    }

    /// The next acknowledgement; whatever else comes is followed.
    pub(crate) async fn acknowledged(&mut self) -> (Header, u64, u64) {
        loop {
            match self.hear().await {
                (header, Down::Acknowledged { epoch, through, .. }) => return (header, epoch, through),
                (_, other) => self.follow(other),
            }
        }
    }

    /// The next piece of a whitelist; whatever else comes is followed.
    pub(crate) async fn part(&mut self) -> WhitelistPart {
        loop {
            match self.hear().await.1 {
                // On a busy machine the controller sends again before it has heard that a list is in force.
                Down::Whitelist(part) if self.has(&part) => {}
                Down::Whitelist(part) => return part,
                other => self.follow(other),
            }
        }
    }

    /// Follows what it hears until this list is in force, and reports it.
    pub(crate) async fn in_force(&mut self, generation: Generation) {
        while self.status.whitelist.generation != generation {
            let (_, message) = self.hear().await;
            self.follow(message);
        }
        self.report_status().await;
    }

    /// Does as a door does. It believes no digest.
    pub(crate) fn follow(&mut self, message: Down) {
        self.heard.extend(match &message {
            Down::State(_) => Some('s'),
            Down::Whitelist(_) => Some('l'),
            Down::Counters(_) => Some('c'),
            Down::Passages(_) => Some('p'),
            _ => None,
        });
        match message {
            Down::Whitelist(part) if self.has(&part) => {}
            Down::Whitelist(WhitelistPart::Delta { from, to, changes }) => {
                assert_eq!(from, self.status.whitelist, "a delta upon another list");
                for change in changes {
                    match change {
                        Change::Put(entry) => self.list.insert(entry.uid, entry),
                        Change::Remove(uid) => self.list.remove(&uid),
                        Change::Calendar(calendar) => {
                            self.calendar = calendar;
                            None
                        }
                    };
                }
                self.switch(to);
            }
            Down::Whitelist(WhitelistPart::Chunk { to, index, count, calendar, entries }) => {
                if let Some(calendar) = calendar {
                    self.chunks.clear();
                    self.calendar = calendar;
                }
                self.chunks.extend(entries);
                if index + 1 == count {
                    self.list = self.chunks.drain(..).map(|entry| (entry.uid, entry)).collect();
                    self.switch(to);
                }
            }
            Down::State(state) => {
                self.status.state_generation = state.generation;
                self.state = state;
            }
            Down::Passages(told) => {
                for passage in told.passages {
                    let known = self.passages.entry((passage.uid, passage.area)).or_insert(passage);
                    if known.at < passage.at {
                        *known = passage;
                    }
                }
                self.status.passages_generation = told.generation;
            }
            Down::Counters(told) => {
                for counter in told.counters {
                    let known = self.counters.entry(counter.uid).or_insert(counter);
                    assert!(known.value <= counter.value, "a counter went back");
                    *known = counter;
                }
                self.status.counters_generation = told.generation;
            }
            _ => {}
        }
    }

    fn has(&self, part: &WhitelistPart) -> bool {
        let (WhitelistPart::Delta { to, .. } | WhitelistPart::Chunk { to, .. }) = part;
        *to == self.status.whitelist
    }

    /// Breaks the connection without a goodbye.
    pub(crate) async fn cut(self) {
        self.handle.set_network(false).await;
    }

    fn switch(&mut self, to: WhitelistId) {
        let mut id = WhitelistId { generation: to.generation, ..WhitelistId::default() };
        self.list.values().for_each(|entry| id.replace(None, Some(&entry.to_bytes())));
        id.replace_calendar(&Calendar::empty(), &self.calendar);
        assert_eq!(id, to, "the list is not what it was announced as");
        self.status.whitelist = to;
    }

    async fn event(&mut self) -> link::Event {
        timeout(DEADLINE, self.events.recv()).await.expect("nothing was heard").unwrap()
    }
}

pub(crate) fn password(door: &str) -> String {
    key(door).broker_password().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn first_status() -> Status {
    Status {
        session: SESSION,
        mono: MonoMs(50_000),
        utc: UtcMs(1_790_000_000_000),
        trust: ClockTrust::Synchronised,
        ..Status::of_new_box("test")
    }
}
