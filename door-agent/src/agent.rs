//! Starting and stopping a door.

use std::net::SocketAddr;

use access::command::Followed;
use access::door::{Door, Drive};
use access::time::MonoMs;
use access::topic::Topic;
use db::door::{DoorDbError, JOURNAL_FILE, Journal, Lookup, Pending, WHITELIST_FILE, WhitelistStore};
use link::{Credentials, Options, OptionsError, Qos};
use mfrc522_emulator::{Config as EmulatorConfig, Emulator, Pace};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::cards::Cards;
use crate::clock::Clock;
use crate::config::{Config, HardwareConfig, Role};
use crate::control::{self, ControlError, Desk};
use crate::downlink::Downlink;
use crate::folder_lock::{FolderLock, FolderLockError};
use crate::hardware;
use crate::io::{DoorIo, INPUTS_MAX, IoError, IoInput, MemoryIo, RppalIo};
use crate::journal::{EventsLost, JournalThread};
use crate::provisioning::hex;
use crate::reader::{REPORTS_MAX, Reader, Report};
use crate::run::{Desk as EncoderDesk, DoorLoop, Facts, Inboxes, Memory, PartDied};
use crate::store::StoreThread;
use crate::taps::Taps;
use crate::uplink::{Sealer, Uplink, wills};

/// Why a door does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Its data folder.
    #[error(transparent)]
    Folder(#[from] FolderLockError),
    /// Its wires.
    #[error(transparent)]
    Io(#[from] IoError),
    /// Its database.
    #[error(transparent)]
    Database(#[from] DoorDbError),
    /// Its control.
    #[error(transparent)]
    Control(#[from] ControlError),
    /// Its link.
    #[error("the link to the controller cannot be opened: {0}")]
    Link(#[from] OptionsError),
    /// A thread, or randomness.
    #[error("the operating system does not give {what}: {reason}")]
    System {
        /// What was asked for.
        what: &'static str,
        /// What it says.
        reason: String,
    },
}

/// Why a door that ran did not end well.
#[derive(Debug, thiserror::Error)]
pub enum Ended {
    /// It had to end.
    #[error(transparent)]
    Part(#[from] PartDied),
    /// It ended, and the disk did not take everything that had happened.
    #[error(transparent)]
    Lost(#[from] EventsLost),
}

/// A door that runs, in tasks of the caller's runtime and threads of its own.
#[derive(Debug)]
pub struct Agent {
    control: Option<SocketAddr>,
    stop: watch::Sender<bool>,
    door: JoinHandle<Result<(), Ended>>,
}

impl Agent {
    /// Starts a door. When this returns it decides, whether the network is there or not.
    ///
    /// # Errors
    /// Names what is missing. The lock is at rest then, except if the folder is another agent's: so are the wires.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        Self::start_with_cards(config, Cards::default()).await
    }

    /// The same with virtual cards beside the door, if it is an emulated one. Doors may share them.
    ///
    /// # Errors
    /// As [`Agent::start`].
    pub async fn start_with_cards(config: Config, cards: impl Into<Cards>) -> Result<Self, StartError> {
        let folder = FolderLock::take(&config.data);
        if let Err(held @ FolderLockError::Held { .. }) = folder {
            return Err(held.into());
        }
        let mut io = open_io(&config)?;
        // Before anything that can fail: whatever an earlier life of the agent has left.
        io.drive(Drive::Rest)?;
        let folder = folder?;
        let listener = match &config.hardware {
            HardwareConfig::Emulated { control } => Some(control::listen(*control).await?),
            HardwareConfig::RaspberryPi { .. } => None,
        };
        let (stop, stopped) = watch::channel(false);
        let (listener, control) = listener.unzip();
        let door = assemble(&config, io, cards.into(), listener, stopped)?;
        let door = async move {
            let ended = door.await;
            // Nothing in it is open any more.
            drop(folder);
            ended
        };
        Ok(Self { control, stop, door: tokio::spawn(door) })
    }

    /// Where the emulated door's control listens.
    #[must_use]
    pub fn control(&self) -> Option<SocketAddr> {
        self.control
    }

    /// Stops the door: lock to rest, what happened on disk, goodbye to the broker.
    ///
    /// # Errors
    /// If a part of the door had ended by itself, or events are lost.
    pub async fn stop(self) -> Result<(), Ended> {
        self.stop.send_replace(true);
        self.ended().await
    }

    /// Waits until the door ends, by `stop` or because a part of it died.
    ///
    /// # Errors
    /// If a part of the door has ended by itself, or events are lost.
    pub async fn run_until(mut self, stop: impl Future<Output = ()>) -> Result<(), Ended> {
        tokio::select! {
            ended = &mut self.door => ended.unwrap_or(Err(PartDied::LOOP.into())),
            () = stop => self.stop().await,
        }
    }

    async fn ended(self) -> Result<(), Ended> {
        self.door.await.unwrap_or(Err(PartDied::LOOP.into()))
    }
}

/// The wires alone, driven to rest: for the time after an agent that died.
///
/// # Errors
/// If the lock cannot be driven.
pub fn rest(config: &Config) -> Result<(), IoError> {
    open_io(config)?.drive(Drive::Rest)
}

fn open_io(config: &Config) -> Result<Box<dyn DoorIo>, IoError> {
    Ok(match &config.hardware {
        HardwareConfig::RaspberryPi { pins: Some(pins), .. } => Box::new(RppalIo::open(pins)?),
        // An encoder has no lock either.
        HardwareConfig::Emulated { .. } | HardwareConfig::RaspberryPi { pins: None, .. } => {
            Box::new(MemoryIo::default())
        }
    })
}

/// Everything but the network, which may be away.
fn assemble(
    config: &Config,
    mut io: Box<dyn DoorIo>,
    cards: Cards,
    listener: Option<TcpListener>,
    stopped: watch::Receiver<bool>,
) -> Result<impl Future<Output = Result<(), Ended>> + Send + use<>, StartError> {
    let disk = Disk::open(config)?;
    let start = disk.journal.start();
    let seal = Sealer { identity: config.provisioning.clone(), epoch: start.epoch, boot: disk.boot };
    let (options, sessions) = link_options(seal.clone());
    let (link, link_events) = link::open(options)?;
    let (inputs_in, inputs) = mpsc::channel::<IoInput>(INPUTS_MAX);
    io.listen(inputs_in.clone())?;
    let (reports_in, reports) = mpsc::channel::<Report>(REPORTS_MAX);
    let (reader, emulator) = start_reader(config, reports_in)?;
    let (journal, journal_answers) = JournalThread::spawn(disk.journal).map_err(no_thread)?;
    let (store, store_answers) = StoreThread::spawn(disk.store).map_err(no_thread)?;
    let (requests_in, requests) = mpsc::channel(control::REQUESTS_MAX);
    let unwritten = journal.unwritten();
    let uplink = Uplink::new(seal, link.clone(), sessions, disk.pending, start.acknowledged);
    let door = DoorLoop {
        clock: Clock::new(start.last_utc),
        boot: disk.boot,
        epoch: start.epoch,
        door: Door::new(disk.facts.state.settings, io.contact_open()),
        io,
        reader,
        lookup: disk.lookup,
        journal,
        store,
        uplink,
        downlink: Downlink::new(config.provisioning.clone()),
        taps: emulator.map(|emulator| Taps::new(emulator, cards)),
        identity: config.provisioning.clone(),
        memory: Memory::default(),
        desk: (config.role == Role::Encoder).then(EncoderDesk::default),
        facts: disk.facts,
    };
    let inboxes = Inboxes {
        reports,
        inputs,
        journal: journal_answers,
        store: store_answers,
        link: link_events,
        control: requests,
        stop: stopped.clone(),
    };
    tracing::info!(door = %config.provisioning.door, boot = door.boot, "ready to decide");
    Ok(async move {
        let desk = Desk { requests: requests_in, link: link.clone() };
        let serving = listener.map(|listener| tokio::spawn(control::serve(listener, desk.clone(), stopped)));
        let ended = door.run(inboxes).await;
        link.close().await;
        if let Some(serving) = serving {
            // Connections that are idle would keep it for ever.
            serving.abort();
        }
        // The loop must not hear that its senders are gone before it ends.
        drop((desk, inputs_in));
        let lost = unwritten.at_the_end();
        if let (Err(_), Err(lost)) = (&ended, &lost) {
            tracing::error!("{lost}");
        }
        ended?;
        Ok(lost?)
    })
}

/// What the door has on its disk.
struct Disk {
    journal: Journal,
    pending: Pending,
    store: WhitelistStore,
    lookup: Lookup,
    boot: u64,
    facts: Facts,
}

impl Disk {
    fn open(config: &Config) -> Result<Self, StartError> {
        let epoch =
            getrandom::u64().map_err(|error| StartError::System { what: "randomness", reason: error.to_string() })?;
        let (journal, whitelist) = (config.data.join(JOURNAL_FILE), config.data.join(WHITELIST_FILE));
        let mut store = WhitelistStore::open(&whitelist)?;
        let mut writer = Journal::open(&journal, epoch)?;
        let start = writer.start();
        let facts = Facts {
            state: store.state()?,
            whitelist: store.current()?,
            counters: store.counters_generation()?,
            journal_head: start.head,
            journal_link: start.head_link,
            reader_answers: false,
            network_up: true,
            followed: Followed::default(),
            refused: 0,
            refused_untold: 0,
            refused_told: None,
            signal: None,
            status_due: MonoMs(0),
            waiting: None,
            held: None,
            exit_presses: 0,
        };
        Ok(Self {
            boot: writer.begin_boot()?,
            pending: Pending::open(&journal)?,
            lookup: Lookup::open(&whitelist)?,
            journal: writer,
            store,
            facts,
        })
    }
}

/// An emulated reader comes with the field that its cards are laid on.
fn start_reader(config: &Config, reports: mpsc::Sender<Report>) -> Result<(Reader, Option<Emulator>), StartError> {
    match &config.hardware {
        HardwareConfig::Emulated { .. } => {
            let emulator = Emulator::new(EmulatorConfig { pace: Pace::RealTime, ..EmulatorConfig::default() });
            let hardware = hardware::emulated(emulator.clone(), config.poll_interval);
            Ok((Reader::spawn(hardware, reports).map_err(no_thread)?, Some(emulator)))
        }
        HardwareConfig::RaspberryPi { bus, .. } => {
            let hardware = hardware::raspberry_pi(*bus, config.poll_interval);
            Ok((Reader::spawn(hardware, reports).map_err(no_thread)?, None))
        }
    }
}

fn link_options(seal: Sealer) -> (Options, std::sync::mpsc::Receiver<(u64, u64)>) {
    let identity = &seal.identity;
    let door = identity.door.as_str();
    let mut options = Options::new(identity.mqtt_host.clone(), identity.mqtt_port, door);
    options.credentials = Some(Credentials::new(door, hex(&identity.key.broker_password())));
    options.subscriptions = vec![(Topic::down_filter(&identity.site, &identity.door), Qos::AtLeastOnce)];
    let (will, sessions) = wills(seal);
    options.will = Some(will);
    (options, sessions)
}

#[expect(clippy::needless_pass_by_value, reason = "an error that ends here")]
fn no_thread(error: std::io::Error) -> StartError {
    StartError::System { what: "a thread", reason: error.to_string() }
}
