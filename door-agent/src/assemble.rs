//! From a configuration to doors that are ready to decide.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use access::door::Door;
use access::event::{DoorFile, EventKind};
use access::local::Local;
use access::mode::Mode;
use access::passage::{Passage, Side};
use access::signal::Player;
use access::state::DoorState;
use access::time::{ClockTrust, MonoMs, UtcMs};
use access::topic::Topic;
use access::whitelist::{Generation, WhitelistId};
use db::door::{
    DoorDbError, Draft, JOURNAL_EVENTS_MAX, JOURNAL_FILE, Journal, JournalStart, KnownTime, Lookup, Pending,
    UNCOUNTED_BITS, WHITELIST_FILE, WhitelistStore,
};
use link::{Credentials, Options, Qos, Transport};
use mfrc522_emulator::{Config as EmulatorConfig, Emulator, Pace};
use tokio::sync::{mpsc, watch};

use crate::agent::StartError;
use crate::cards::Cards;
use crate::clock::Clock;
use crate::config::{Config, DoorConfig, HardwareConfig, Role};
use crate::control::{self, Desk};
use crate::downlink::Downlink;
use crate::enrol::{Renewal, SureTime};
use crate::hardware;
use crate::io::{DoorIo, INPUTS_MAX, IoInput};
use crate::journal::{Bounds, JournalAnswer, JournalThread, Standing, Unwritten};
use crate::provisioning::{Provisioning, hex};
use crate::reader::{REPORTS_MAX, Reader, Report};
use crate::run::{
    AgentLoop, Confirmed, Desk as EncoderDesk, DoorLoop, Ears, Facts, FirstPerson, Found, Gate, Inboxes, Memory,
    PassageMemory, Shared, Show, Telling,
};
use crate::store::{StoreAnswer, StoreThread};
use crate::taps::Taps;
use crate::uplink::{Sealer, Uplink, wills};

/// An agent that has only to be run.
pub(crate) struct Assembled {
    pub(crate) agent: AgentLoop,
    pub(crate) ears: Ears,
    /// One of each door, in their order.
    pub(crate) desks: Vec<Senders>,
    /// One of each door that has a certificate.
    pub(crate) renewals: Vec<Renewal>,
    pub(crate) unwritten: Vec<Unwritten>,
}

/// What must be kept until the loop has ended.
pub(crate) struct Senders {
    pub(crate) control: Desk,
    _inputs: mpsc::Sender<IoInput>,
}

/// Everything but the network, which may be away.
pub(crate) fn assemble(
    config: &Config,
    wires: Vec<Box<dyn DoorIo>>,
    cards: &Cards,
    stopped: watch::Receiver<bool>,
) -> Result<Assembled, StartError> {
    let mut passages = PassageMemory::default();
    let (mut doors, mut inboxes, mut desks, mut unwritten) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut renewals = Vec::new();
    for ((number, door), io) in config.doors.iter().enumerate().zip(wires) {
        let disk = Disk::open(&door.data, config.journal_bytes, unix_seconds(), &mut passages)?;
        let sure = watch::Sender::default();
        let renewal = renewal(door, &sure)?;
        let transport = renewal.as_ref().map_or(Transport::Tcp, |renewal| Transport::Tls(renewal.tls.clone()));
        renewals.extend(renewal);
        let (mut door, inbox, senders) = assemble_door(number, config, door, io, cards.clone(), disk, transport)?;
        door.sure = sure;
        unwritten.push(door.journal.unwritten());
        tracing::info!(door = %door.identity.door, boot = door.boot, "ready to decide");
        doors.push(door);
        inboxes.push(inbox);
        desks.push(senders);
    }
    let shared = Shared::new(doors.len(), config.interlock, passages);
    Ok(Assembled { agent: AgentLoop { doors, shared }, ears: Ears::new(inboxes, stopped), desks, renewals, unwritten })
}

fn assemble_door(
    number: usize,
    config: &Config,
    door: &DoorConfig,
    io: Box<dyn DoorIo>,
    cards: Cards,
    disk: Disk,
    transport: Transport,
) -> Result<(DoorLoop, Inboxes, Senders), StartError> {
    let start = disk.journal.start();
    let seal = Sealer { identity: door.provisioning.clone(), epoch: start.epoch, boot: disk.rest.boot };
    let (options, sessions) = link_options(seal, transport);
    let (link, link_events) = link::open(options)?;
    let bounds = Bounds { events: JOURNAL_EVENTS_MAX, bytes: config.journal_bytes };
    let around = Around {
        clock: Clock::new(start.last_utc.max(disk.rest.time.known), config.battery_clock),
        link: (link, link_events, sessions),
        readers: start_readers(config, door, &cards)?,
        journal: JournalThread::spawn(disk.journal, bounds).map_err(no_thread)?,
        store: StoreThread::spawn(disk.store).map_err(no_thread)?,
    };
    let (mut door, inboxes, senders) = join(number, &door.provisioning, io, disk.rest, around)?;
    (door.cards, door.desk) = (cards, (config.role == Role::Encoder).then(EncoderDesk::default));
    Ok((door, inboxes, senders))
}

/// What there is around a door: threads and a network, or a test.
pub(crate) struct Around {
    pub(crate) clock: Clock,
    /// With the session of each connection.
    pub(crate) link: (link::Handle, mpsc::Receiver<link::Event>, std::sync::mpsc::Receiver<(u64, u64)>),
    pub(crate) readers: Vec<Started>,
    pub(crate) journal: (JournalThread, mpsc::Receiver<JournalAnswer>),
    pub(crate) store: (StoreThread, mpsc::Receiver<StoreAnswer>),
}

/// A door without cards and without a desk.
pub(crate) fn join(
    number: usize,
    identity: &Provisioning,
    mut io: Box<dyn DoorIo>,
    rest: Rest,
    around: Around,
) -> Result<(DoorLoop, Inboxes, Senders), StartError> {
    let Rest { start, pending, lookup, boot, facts, .. } = rest;
    let (link, link_events, sessions) = around.link;
    let seal = Sealer { identity: identity.clone(), epoch: start.epoch, boot };
    let (inputs_in, inputs) = mpsc::channel::<IoInput>(INPUTS_MAX);
    io.listen(inputs_in.clone())?;
    let (gates, reports) = around.readers.into_iter().unzip();
    let (requests_in, requests) = mpsc::channel(control::REQUESTS_MAX);
    let uplink = Uplink::new(seal, link.clone(), sessions, pending, (start.held(), start.beginning));
    let inboxes = Inboxes {
        reports,
        inputs,
        journal: around.journal.1,
        store: around.store.1,
        link: link_events,
        control: requests,
    };
    let senders = Senders { control: Desk { requests: requests_in, link }, _inputs: inputs_in };
    let door = DoorLoop {
        number,
        clock: around.clock,
        sure: watch::Sender::default(),
        boot,
        door: Door::new(facts.state.settings, io.levels().contact),
        io,
        gates,
        cards: Cards::default(),
        lookup,
        journal: around.journal.0,
        store: around.store.0,
        uplink,
        downlink: Downlink::new(identity.clone()),
        identity: identity.clone(),
        memory: Memory::default(),
        local: Local::default(),
        desk: None,
        show: Show::new(Player::new(&facts.state.signals)),
        telling: Telling::default(),
        facts,
    };
    Ok((door, inboxes, senders))
}

/// What a door has on its disk.
pub(crate) struct Disk {
    /// The writers, which threads of their own own.
    pub(crate) journal: Journal,
    pub(crate) store: WhitelistStore,
    pub(crate) rest: Rest,
}

/// What the loop itself reads, or has read.
pub(crate) struct Rest {
    pub(crate) start: JournalStart,
    pending: Pending,
    lookup: Lookup,
    pub(crate) boot: u64,
    pub(crate) time: KnownTime,
    facts: Facts,
}

impl Disk {
    /// Opens the files of a door, and makes anew what is damaged. The boot has at least the number that belongs to the time `utc_s`, so that a box
    /// whose card was copied back from an image is heard though it has counted fewer than the controller has heard of.
    pub(crate) fn open(
        data: &Path,
        journal_bytes: u64,
        utc_s: u64,
        passages: &mut PassageMemory,
    ) -> Result<Self, StartError> {
        let epoch =
            getrandom::u64().map_err(|error| StartError::System { what: "randomness", reason: error.to_string() })?;
        let (journal, whitelist) = (data.join(JOURNAL_FILE), data.join(WHITELIST_FILE));
        let (mut store, mut found, list_damaged) = Kept::open(&whitelist)?;
        let opened = Journal::open_or_rescue(&journal, epoch, &before_any_boot(utc_s))?;
        if let Some((aside, events)) = &opened.rescued {
            tracing::error!(path = %aside.display(), events, "the journal was damaged, and what read of it was taken over");
        }
        let lookup = Lookup::open(&whitelist)?;
        found.passages_known.drain(..).for_each(|passage| passages.learn(passage));
        let files = [(list_damaged, DoorFile::Whitelist), (opened.rescued.is_some(), DoorFile::Journal)];
        let rebuilt = files.into_iter().filter_map(|(rebuilt, file)| rebuilt.then_some(file)).collect();
        let mut writer = opened.journal.bounded(JOURNAL_EVENTS_MAX, journal_bytes);
        let boot = match writer.begin_boot_from(boot_from(utc_s)) {
            // A door whose disk is full decides all the same, also after a power cut.
            Err(error) if !error.is_damage() => {
                tracing::error!(%error, "the disk does not take that the agent has started; it starts all the same");
                writer.uncounted_boot(boot_from(utc_s), beyond())?
            }
            counted => counted?,
        };
        let (start, time) = (writer.start(), found.time);
        let calendar = lookup.calendar().unwrap_or_else(|error| {
            tracing::error!(%error, "the schedules cannot be read; none of them unlocks the door");
            std::sync::Arc::default()
        });
        let facts = Found {
            state: found.state,
            whitelist: found.whitelist,
            calendar,
            counters: found.counters,
            passages: found.passages,
            first_person: FirstPerson::known(store.first_person()?),
            confirmed: Confirmed::found(time),
            journal_head: start.head,
            journal_link: start.head_link,
            standing: Standing { before: start.before, percent: writer.percent() },
            log: start.log,
            rebuilt,
        };
        let rest = Rest { start, pending: Pending::open(&journal)?, lookup, boot, time, facts: facts.into() };
        Ok(Self { journal: writer, store, rest })
    }
}

/// What `whitelist.db` holds.
struct Kept {
    state: DoorState,
    whitelist: WhitelistId,
    counters: Generation,
    passages: Generation,
    passages_known: Vec<Passage>,
    time: KnownTime,
}

impl Kept {
    /// Opens the file and reads all that a start needs. One that is damaged is moved aside and made anew, and the third of
    /// the answers says so: a door without a list denies and says why, and the controller fills it again.
    fn open(path: &Path) -> Result<(WhitelistStore, Self, bool), DoorDbError> {
        let read = |mut store: WhitelistStore| {
            store.first_person()?;
            let kept = Self {
                state: store.state()?,
                whitelist: store.current()?,
                counters: store.counters_generation()?,
                passages: store.passages_generation()?,
                passages_known: store.passages()?,
                time: store.known_time()?,
            };
            Ok::<_, DoorDbError>((store, kept))
        };
        match WhitelistStore::open(path).and_then(read) {
            Ok((store, kept)) => Ok((store, kept, false)),
            Err(error) if error.is_damage() => {
                tracing::error!(%error, "the whitelist is damaged, and is made anew; the controller sends what the door needs");
                let (store, kept) = WhitelistStore::make_anew(path).and_then(read)?;
                Ok((store, kept, true))
            }
            Err(error) => Err(error),
        }
    }
}

/// When a journal is taken over before the boot is counted and the clock is looked at.
fn before_any_boot(utc_s: u64) -> Draft {
    Draft {
        boot: 0,
        mono: MonoMs(0),
        utc: UtcMs(i64::try_from(utc_s).unwrap_or(0).saturating_mul(1_000)),
        trust: ClockTrust::Unknown,
        generation: Generation(0),
        state_generation: Generation(0),
        mode: Mode::Normal,
        kind: EventKind::Started,
        subject: None,
    }
}

/// Boots go on from the time in seconds.
fn boot_from(utc_s: u64) -> u64 {
    utc_s << UNCOUNTED_BITS
}

/// Tells a boot that is not counted from others. Without randomness the boot may be one that was before.
fn beyond() -> u16 {
    let mut bytes = [0; 2];
    if let Err(error) = getrandom::fill(&mut bytes) {
        tracing::error!(%error, "the operating system gives no randomness; this boot may have the number of another");
    }
    u16::from_le_bytes(bytes)
}

/// What the clock of the machine shows.
fn unix_seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

pub(crate) type Started = (Gate, (Side, mpsc::Receiver<Report>));

fn start_readers(config: &Config, door: &DoorConfig, cards: &Cards) -> Result<Vec<Started>, StartError> {
    let interval = config.poll_interval;
    let real = |side, bus| spawn(side, |reports| Reader::spawn(hardware::raspberry_pi(bus, interval), reports), None);
    // An emulated reader comes with the field that its cards are laid on.
    let emulated = |side| {
        let emulator = Emulator::new(EmulatorConfig { pace: Pace::RealTime, ..EmulatorConfig::default() });
        let hardware = hardware::emulated(emulator.clone(), interval);
        let taps = Taps::new(emulator, cards.clone());
        spawn(side, |reports| Reader::spawn(hardware, reports), Some(taps))
    };
    match &door.hardware {
        HardwareConfig::Emulated { out_reader, .. } => {
            let sides = [(Side::In, true), (Side::Out, *out_reader)];
            sides.into_iter().filter(|(_, there)| *there).map(|(side, _)| emulated(side)).collect()
        }
        HardwareConfig::RaspberryPi { reader, out_reader, .. } => {
            let sides = [(Side::In, Some(*reader)), (Side::Out, *out_reader)];
            sides.into_iter().filter_map(|(side, bus)| Some((side, bus?))).map(|(side, bus)| real(side, bus)).collect()
        }
    }
}

fn spawn(
    side: Side,
    start: impl FnOnce(mpsc::Sender<Report>) -> std::io::Result<Reader>,
    taps: Option<Taps>,
) -> Result<Started, StartError> {
    let (reports_in, reports) = mpsc::channel(REPORTS_MAX);
    let reader = start(reports_in).map_err(no_thread)?;
    Ok((Gate::new(side, reader, taps), (side, reports)))
}

fn renewal(door: &DoorConfig, sure: &watch::Sender<Option<SureTime>>) -> Result<Option<Renewal>, StartError> {
    let Some(identity) = door.provisioning.identity.clone() else { return Ok(None) };
    let tls =
        identity.tls().map_err(|reason| StartError::System { what: "TLS with the door's certificate", reason })?;
    Ok(Some(Renewal {
        door: door.provisioning.door.clone(),
        data: door.data.clone(),
        identity,
        tls,
        sure: sure.subscribe(),
        unwritten: None,
        asked: false,
    }))
}

fn link_options(seal: Sealer, transport: Transport) -> (Options, std::sync::mpsc::Receiver<(u64, u64)>) {
    let identity = &seal.identity;
    let door = identity.door.as_str();
    let mut options = Options::new(identity.mqtt_host.clone(), identity.mqtt_port, door);
    options.credentials = match transport {
        Transport::Tcp => Some(Credentials::new(door, hex(&identity.key.broker_password()))),
        // The certificate says who it is.
        Transport::Tls(_) => None,
    };
    options.transport = transport;
    options.subscriptions = vec![(Topic::down_filter(&identity.site, &identity.door), Qos::AtLeastOnce)];
    let (will, sessions) = wills(seal);
    options.will = Some(will);
    (options, sessions)
}

#[expect(clippy::needless_pass_by_value, reason = "an error that ends here")]
fn no_thread(error: std::io::Error) -> StartError {
    StartError::System { what: "a thread", reason: error.to_string() }
}
