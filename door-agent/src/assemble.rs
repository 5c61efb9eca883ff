//! From a configuration to doors that are ready to decide.

use std::time::{SystemTime, UNIX_EPOCH};

use access::door::Door;
use access::local::Local;
use access::passage::Side;
use access::signal::Player;
use access::topic::Topic;
use db::door::JOURNAL_EVENTS_MAX;
use link::{Credentials, Options, Qos, Transport};
use mfrc522_emulator::{Config as EmulatorConfig, Emulator, Pace};
use service::notify::Watchdog;
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
use crate::journal::{Bounds, JournalAnswer, JournalThread, Unwritten};
use crate::provisioning::{Provisioning, hex};
use crate::reader::{REPORTS_MAX, Reader, Report};
use crate::run::{
    AgentLoop, Desk as EncoderDesk, DoorLoop, Ears, Gate, Inboxes, Memory, PassageMemory, Shared, Show, TapFigures,
    Telling,
};
use crate::store::{StoreAnswer, StoreThread};
use crate::taps::Taps;
use crate::uplink::{Sealer, Uplink, wills};

mod disk;

pub(crate) use disk::{Disk, Rest};

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
    let agent = AgentLoop { doors, shared, watchdog: Watchdog::of_this_process() };
    Ok(Assembled { agent, ears: Ears::new(inboxes, stopped), desks, renewals, unwritten })
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
        figures: TapFigures::default(),
        facts,
    };
    Ok((door, inboxes, senders))
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
    options.subscriptions =
        Topic::down_topics(&identity.site, &identity.door).map(|topic| (topic, Qos::AtLeastOnce)).collect();
    let (will, sessions) = wills(seal);
    options.will = Some(will);
    (options, sessions)
}

#[expect(clippy::needless_pass_by_value, reason = "an error that ends here")]
fn no_thread(error: std::io::Error) -> StartError {
    StartError::System { what: "a thread", reason: error.to_string() }
}
