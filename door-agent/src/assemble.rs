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
    DoorDbError, Draft, JOURNAL_EVENTS_MAX, JOURNAL_FILE, Journal, JournalStart, KnownTime, Lookup, Opened, Pending,
    UNCOUNTED_BITS, WHITELIST_FILE, WhitelistStore,
};
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
use crate::journal::{Bounds, JournalAnswer, JournalThread, Source, Unrescued, Unwritten};
use crate::provisioning::{Provisioning, hex};
use crate::reader::{REPORTS_MAX, Reader, Report};
use crate::run::{
    AgentLoop, Confirmed, Desk as EncoderDesk, DoorLoop, Ears, Facts, FirstPerson, Found, Gate, Inboxes, Memory,
    PassageMemory, Shared, Show, TapFigures, Telling,
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

/// What a door has on its disk.
pub(crate) struct Disk {
    /// The writers, which threads of their own own.
    pub(crate) journal: Source,
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
        let whitelist = data.join(WHITELIST_FILE);
        let (store, mut found, read) = Kept::open(&whitelist)?;
        let journal = open_journal(&data.join(JOURNAL_FILE), journal_bytes, epoch, utc_s)?;
        let lookup = Lookup::open(&whitelist)?;
        found.passages_known.drain(..).for_each(|passage| passages.learn(passage));
        let files = [(read == Read::Nothing, DoorFile::Whitelist), (journal.rescued, DoorFile::Journal)];
        let rebuilt = files.into_iter().filter_map(|(rebuilt, file)| rebuilt.then_some(file)).collect();
        let (start, time) = (journal.source.start(), found.time);
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
            first_person: FirstPerson::known(found.first_person),
            confirmed: Confirmed::found(time),
            journal_head: start.head,
            journal_link: start.head_link,
            standing: journal.source.standing(),
            log: start.log,
            rebuilt,
            damaged: read == Read::Some,
        };
        let OpenedJournal { source, pending, boot, .. } = journal;
        let rest = Rest { start, pending, lookup, boot, time, facts: facts.into() };
        Ok(Self { journal: source, store, rest })
    }
}

/// A journal, or what is left of it.
struct OpenedJournal {
    source: Source,
    pending: Pending,
    boot: u64,
    rescued: bool,
}

/// Opens the journal and counts the boot. One that is damaged is made anew; if the disk does not let us, the door decides
/// all the same, and the journal's thread goes on trying.
fn open_journal(path: &Path, bytes: u64, epoch: u64, utc_s: u64) -> Result<OpenedJournal, DoorDbError> {
    let (draft, floor) = (before_any_boot(utc_s), boot_from(utc_s));
    let counted = |opened: Opened| {
        let mut journal = opened.journal.bounded(JOURNAL_EVENTS_MAX, bytes);
        let boot = match journal.begin_boot_from(floor) {
            // A door whose disk is full decides all the same, also after a power cut.
            Err(error) if !error.is_damage() => {
                tracing::error!(%error, "the disk does not take that the agent has started; it starts all the same");
                journal.uncounted_boot(floor, beyond())?
            }
            counted => counted?,
        };
        Ok((journal, boot, opened.rescued, Pending::open(path)?))
    };
    let opened = Journal::open_or_rescue(path, epoch, &draft).and_then(counted);
    let opened = opened.or_else(|error| match error {
        error if error.is_damage() => Journal::rescue(path, epoch, &draft).and_then(counted),
        error => Err(error),
    });
    match opened {
        Ok((journal, boot, rescued, pending)) => {
            if let Some((aside, events)) = &rescued {
                tracing::error!(path = %aside.display(), events, "the journal was damaged, and what read of it was taken over");
            }
            Ok(OpenedJournal { source: Source::Journal(journal), pending, boot, rescued: rescued.is_some() })
        }
        Err(error @ DoorDbError::Unrescued(_)) => {
            tracing::error!(%error, "what happens is in memory only until it does; the door decides all the same");
            let next = ((Journal::last_boot(path) >> UNCOUNTED_BITS) + 1) << UNCOUNTED_BITS;
            let boot = next.max(floor).saturating_add(u64::from(beyond()));
            let source = Source::Damaged(Unrescued { path: path.to_path_buf(), epoch, draft: Draft { boot, ..draft } });
            Ok(OpenedJournal { source, pending: Pending::absent(path)?, boot, rescued: false })
        }
        Err(error) => Err(error),
    }
}

/// What `whitelist.db` holds.
struct Kept {
    state: DoorState,
    whitelist: WhitelistId,
    counters: Generation,
    passages: Generation,
    passages_known: Vec<Passage>,
    first_person: Option<UtcMs>,
    time: KnownTime,
}

/// How much of `whitelist.db` reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Read {
    All,
    /// The list and the state, and not all of what is beside them.
    Some,
    /// It was made anew.
    Nothing,
}

impl Kept {
    /// Opens the file and reads all that a start needs. One without a list or a state that reads is moved aside and made
    /// anew: a door without a list denies and says why, and the controller fills it again. For anything else a list is not
    /// thrown away.
    fn open(path: &Path) -> Result<(WhitelistStore, Self, Read), DoorDbError> {
        let open = || WhitelistStore::open(path).and_then(Self::read);
        // Once more: a sector may read at the second attempt.
        match open().or_else(|error| if error.is_damage() { open() } else { Err(error) }) {
            Ok((store, kept, true)) => Ok((store, kept, Read::All)),
            Ok((store, kept, false)) => Ok((store, kept, Read::Some)),
            Err(error) if error.is_damage() => {
                tracing::error!(%error, "the whitelist is damaged, and is made anew; the controller sends what the door needs");
                let (store, kept, _) = WhitelistStore::make_anew(path).and_then(Self::read)?;
                Ok((store, kept, Read::Nothing))
            }
            Err(error) => Err(error),
        }
    }

    /// With whether everything reads.
    fn read(mut store: WhitelistStore) -> Result<(WhitelistStore, Self, bool), DoorDbError> {
        let mut all = true;
        let kept = Self {
            // What a card needs beside its number is part of it: a list without it would let in whom it should not.
            state: store.state()?,
            whitelist: store.current()?,
            counters: or_none(store.counters_generation(), &mut all)?,
            passages: or_none(store.passages_generation(), &mut all)?,
            passages_known: or_none(store.passages(), &mut all)?,
            first_person: or_none(store.first_person(), &mut all)?,
            time: or_none(store.known_time(), &mut all)?,
        };
        Ok((store, kept, all))
    }
}

/// Nothing in the place of what is damaged.
fn or_none<T: Default>(read: Result<T, DoorDbError>, all: &mut bool) -> Result<T, DoorDbError> {
    match read {
        Err(error) if error.is_damage() => {
            tracing::error!(%error, "something beside the list does not read, and is left out");
            *all = false;
            Ok(T::default())
        }
        read => read,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_read_beside_the_list_costs_nobody_the_list() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(WHITELIST_FILE);
        let state = DoorState { generation: Generation(3), ..DoorState::default() };
        let mut store = WhitelistStore::open(&path).unwrap();
        store.set_state(&state).unwrap();
        store.note_known_time(&KnownTime { known: UtcMs(7), ..KnownTime::default() }).unwrap();
        drop(store);
        db::trial::garble(&path, "clock", "known").unwrap();
        let (store, kept, read) = Kept::open(&path).unwrap();
        assert_eq!((kept.state, kept.time, read), (state, KnownTime::default(), Read::Some));
        drop(store);
        db::trial::garble(&path, "state", "body").unwrap();
        let (_store, kept, read) = Kept::open(&path).unwrap();
        assert_eq!((kept.state, read), (DoorState::default(), Read::Nothing));
    }
}
