//! A door's machine: a box with a disk and a clock.

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use access::event::{Event, EventKind};
use access::time::UtcMs;
use access::uid::Uid;
use access::whitelist::WhitelistId;
use anyhow::Result;
use db::door::{JOURNAL_FILE, JournalStart, Pending, WHITELIST_FILE};
use door_agent::io::MemoryIo;
use door_agent::provisioning::Provisioning;
use door_agent::store::StoreOrder;
use door_agent::trial::{JournalDesk, Setup, StoreDesk, TrialReader};
use tokio::sync::Notify;
use tokio::task::{JoinHandle, spawn_local};
use tokio::time::sleep;

use super::broken::Broken;
use super::dice::Dice;
use super::ledger::Ledger;
use super::net::Net;
use super::time::{self, Machine};
use super::trace::Trace;
use super::{files, sabotage};

/// Events that are read back at once after they were written.
const WRITTEN_MAX: usize = 500;

/// What all machines have in common.
#[derive(Clone)]
pub struct World {
    /// Chance.
    pub dice: Rc<Dice>,
    /// The network.
    pub net: Rc<Net>,
    /// What happens.
    pub trace: Rc<Trace>,
    /// What is true.
    pub ledger: Rc<Ledger>,
    /// What is broken.
    pub broken: Option<Broken>,
}

/// The box of one door.
pub struct DoorBox {
    /// The door's name.
    pub name: String,
    identity: Provisioning,
    folder: PathBuf,
    world: World,
    /// By how much its clock is ahead of the true time, in milliseconds.
    pub ahead: Rc<Cell<i64>>,
    /// How long its disk takes at most, in milliseconds.
    pub slow_ms: Rc<Cell<u64>>,
    /// Its journal as its disk has it.
    pub journal: Rc<Cell<Option<JournalStart>>>,
    running: RefCell<Option<Running>>,
}

struct Running {
    reader: TrialReader,
    tasks: Vec<JoinHandle<()>>,
}

impl DoorBox {
    /// Switched off, with the disk in this folder.
    ///
    /// # Errors
    /// If its name is none.
    pub fn new(number: usize, name: &str, folder: &Path, world: World) -> Result<Self> {
        let identity = Provisioning {
            site: "hospital".parse()?,
            door: name.parse()?,
            key_id: 1,
            key: files::key(number),
            mqtt_host: "broker".to_owned(),
            mqtt_port: 1883,
            identity: None,
        };
        Ok(Self {
            name: name.to_owned(),
            identity,
            folder: folder.to_path_buf(),
            world,
            ahead: Rc::default(),
            slow_ms: Rc::new(Cell::new(4)),
            journal: Rc::default(),
            running: RefCell::default(),
        })
    }

    /// Whether it runs.
    #[must_use]
    pub fn runs(&self) -> bool {
        self.running.borrow().is_some()
    }

    /// Switches it on.
    ///
    /// # Errors
    /// If its files cannot be opened.
    pub fn start(&self) -> Result<()> {
        let World { net, trace, ledger, broken, .. } = &self.world;
        trace.say(|| format!("{} starts", self.name));
        if *broken == Some(Broken::ReportsUnsynced) {
            files::copy(&self.folder, &self.unsynced())?;
        }
        let (handle, events, trial) = link::trial::session();
        let door = door_agent::trial::door(Setup {
            identity: &self.identity,
            data: &self.folder,
            io: Box::new(MemoryIo::default()),
            system: time::utc_of_machine as fn() -> UtcMs,
            synchronised: self.folder.join("synchronised"),
            link: (handle, events),
        })?;
        ledger.started(&self.name, time::elapsed_ms());
        net.plug(&self.name, trial, Some(door.wills));
        let turned = Rc::new(Notify::new());
        let looped = Machine::new(door.looped, Rc::clone(&self.ahead), Rc::clone(&turned));
        let pending = Pending::open(&self.folder.join(JOURNAL_FILE))?;
        self.journal.set(Some(door.journal.start()));
        let journal = JournalWriter {
            name: self.name.clone(),
            world: self.world.clone(),
            desk: door.journal,
            pending,
            slow_ms: Rc::clone(&self.slow_ms),
            shown: Rc::clone(&self.journal),
        };
        let store = StoreWriter {
            name: self.name.clone(),
            world: self.world.clone(),
            desk: door.store,
            path: self.folder.join(WHITELIST_FILE),
            slow_ms: Rc::clone(&self.slow_ms),
        };
        let tasks = vec![spawn_local(looped), spawn_local(journal.run(turned)), spawn_local(store.run())];
        door.reader.ready();
        *self.running.borrow_mut() = Some(Running { reader: door.reader, tasks });
        Ok(())
    }

    /// The power goes. What was committed is on its disk.
    ///
    /// # Errors
    /// If a disk that lies cannot be put back.
    pub async fn crash(&self) -> Result<()> {
        let Some(Running { tasks, .. }) = self.running.borrow_mut().take() else { return Ok(()) };
        self.world.trace.say(|| format!("{} dies", self.name));
        self.world.net.unplug(&self.name);
        for task in tasks {
            task.abort();
            let _ = task.await;
        }
        if self.world.broken == Some(Broken::ReportsUnsynced) {
            let (file, log) = (WHITELIST_FILE.to_owned(), format!("{WHITELIST_FILE}-wal"));
            for name in [&file, &log] {
                let _ = std::fs::remove_file(self.folder.join(name));
                if self.unsynced().join(name).exists() {
                    std::fs::copy(self.unsynced().join(name), self.folder.join(name))?;
                }
            }
        }
        Ok(())
    }

    /// Another disk is in it, with everything up to event `kept` of the epoch that the old one was in, and with the lists
    /// that were in force as of `marks`.
    ///
    /// # Errors
    /// If there is no room for it.
    pub async fn change_disk(&self, disk: &Path, kept: u64, marks: &[(u64, u64)]) -> Result<()> {
        self.crash().await?;
        files::copy(disk, &self.folder)?;
        let ledger = &self.world.ledger;
        if let Some(JournalStart { epoch, acknowledged, .. }) = self.journal.take() {
            ledger.disk_lost(&self.name, epoch, acknowledged, kept);
        }
        ledger.marks_back(&self.name, marks);
        Ok(())
    }

    /// Somebody holds a card to its reader.
    pub fn tap(&self, uid: Uid) {
        if let Some(running) = self.running.borrow_mut().as_mut()
            && running.reader.tap(uid)
        {
            self.world.ledger.tapped(&self.name, uid);
        }
    }

    /// Whether all that its disk has is with the controller, as it knows itself.
    #[must_use]
    pub fn is_acknowledged(&self) -> bool {
        self.journal.get().is_some_and(|journal| journal.head == journal.acknowledged)
    }

    /// Its disk.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn unsynced(&self) -> PathBuf {
        self.folder.with_extension("unsynced")
    }
}

struct JournalWriter {
    name: String,
    world: World,
    desk: JournalDesk,
    pending: Pending,
    slow_ms: Rc<Cell<u64>>,
    shown: Rc<Cell<Option<JournalStart>>>,
}

impl JournalWriter {
    async fn run(mut self, turned: Rc<Notify>) {
        loop {
            turned.notified().await;
            if !self.desk.take() {
                continue;
            }
            sleep(Duration::from_millis(self.world.dice.between(0, self.slow_ms.get()))).await;
            self.desk.take();
            let before = self.desk.start();
            if let Err(error) = self.desk.write() {
                self.world.ledger.violated(format!("{}: the journal was not written: {error}", self.name));
                return;
            }
            let after = self.desk.start();
            self.shown.set(Some(after));
            self.told(before, after);
            if self.world.broken == Some(Broken::ForgetsBeforeReceipt) {
                let _ = self.desk.acknowledge(before.epoch, before.head);
            }
        }
    }

    fn told(&mut self, before: JournalStart, after: JournalStart) {
        let from = if before.epoch == after.epoch { before.head } else { 0 };
        if after.head == from {
            return;
        }
        match self.pending.pending(from, WRITTEN_MAX) {
            Ok(batch) => {
                let World { ledger, trace, .. } = &self.world;
                for event in &batch.events {
                    trace.say(|| format!("{} notes {}: {}", self.name, event.sequence, event.kind.code()));
                    if !ledger.knows(&self.name, event) {
                        self.judge_age(event);
                    }
                }
                ledger.written(&self.name, after.epoch, &batch.events);
            }
            Err(error) => self.world.ledger.violated(format!("{}: the journal is unreadable: {error}", self.name)),
        }
    }
}

impl JournalWriter {
    /// A door that admits nobody by a list which is too old must have asked since, and have been answered.
    fn judge_age(&self, event: &Event) {
        let granted = matches!(event.kind, EventKind::Tap { decision, .. } if decision.granted());
        if self.name != files::AGED || !granted {
            return;
        }
        let World { ledger, net, .. } = &self.world;
        let at = ledger.started_ms(&self.name) + event.mono.0;
        let asked = net.answered.borrow().get(&self.name).copied();
        if asked.is_none_or(|asked| at > asked + files::AGE_MS) {
            ledger.violated(format!("{}: somebody was granted at {at} ms by a list confirmed at {asked:?}", self.name));
        }
    }
}

struct StoreWriter {
    name: String,
    world: World,
    desk: StoreDesk,
    path: PathBuf,
    slow_ms: Rc<Cell<u64>>,
}

impl StoreWriter {
    async fn run(mut self) {
        while let Some(order) = self.desk.next().await {
            sleep(Duration::from_millis(self.world.dice.between(0, self.slow_ms.get()))).await;
            let is_list = matches!(order, StoreOrder::Whitelist(_));
            let order = match self.world.broken {
                Some(broken) => sabotage::order(broken, &self.path, self.desk.store(), order),
                None => order,
            };
            let listens = self.desk.apply(&order).await;
            // A door that was made to forget how new its list is has none until the next.
            let forgot = |id: &WhitelistId| self.world.broken == Some(Broken::TakesOlderLists) && id.generation.0 == 0;
            if is_list && let Some(id) = self.desk.store().current().ok().filter(|id| !forgot(id)) {
                self.world.ledger.in_force(&self.name, id.generation.0, time::elapsed_ms());
            }
            if !listens {
                return;
            }
        }
    }
}
