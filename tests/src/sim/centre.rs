//! The controller's machine.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use access::confirm::LogHead;
use access::event::Event;
use access::id::DoorId;
use anyhow::Result;
use controller::config::Badge;
use controller::trial::{Comparing, Noting, Started, Storing};
use db::site::{Actor, Outcome, Report, Site, SoundBackup, WithoutDigest};
use tokio::task::{JoinHandle, spawn_local};
use tokio::time::sleep;

use super::broken::Broken;
use super::dice::Dice;
use super::files::SITE_FILE;
use super::net::{CENTRE, Net};
use super::time;
use super::trace::Trace;

/// The controller's machine, with its disk.
pub struct Centre {
    site: RefCell<Site>,
    folder: PathBuf,
    /// How often a backup was put back: each time in a folder of its own.
    lives: Cell<u32>,
    tasks: RefCell<Vec<JoinHandle<()>>>,
    dice: Rc<Dice>,
    net: Rc<Net>,
    trace: Rc<Trace>,
    broken: Option<Broken>,
    /// How long a transaction takes at most, in milliseconds.
    pub slow_ms: Rc<Cell<u64>>,
}

impl Centre {
    /// Switched off, with this disk.
    ///
    /// # Errors
    /// If the disk cannot be read.
    pub fn new(folder: &Path, dice: Rc<Dice>, net: Rc<Net>, trace: Rc<Trace>, broken: Option<Broken>) -> Result<Self> {
        Ok(Self {
            site: RefCell::new(Site::open(&folder.join(SITE_FILE), &"hospital".parse()?)?),
            folder: folder.to_path_buf(),
            lives: Cell::new(0),
            tasks: RefCell::default(),
            dice,
            net,
            trace,
            broken,
            slow_ms: Rc::new(Cell::new(4)),
        })
    }

    /// The site, as an operator has it before him whether the controller runs or not.
    #[must_use]
    pub fn site(&self) -> Site {
        self.site.borrow().clone()
    }

    /// A copy of the site of this moment, while it is used.
    ///
    /// # Errors
    /// If there is no room for it.
    pub fn back_up(&self, out: &Path) -> Result<()> {
        let _ = std::fs::remove_file(out);
        db::site::back_up(&self.disk().join(SITE_FILE), out, "simulation", time::utc(), &mut |_, _| {})?;
        Ok(())
    }

    /// The disk is lost, and a backup is put in its place. The controller is left switched off.
    ///
    /// # Errors
    /// If the backup cannot be used.
    pub async fn put_back(&self, backup: &Path) -> Result<()> {
        self.crash().await;
        self.lives.set(self.lives.get() + 1);
        let (folder, id) = (self.disk(), "hospital".parse()?);
        std::fs::create_dir(&folder)?;
        let file = folder.join(SITE_FILE);
        if self.broken == Some(Broken::JumpsNot) {
            std::fs::copy(backup, &file)?;
        } else {
            let actor = Actor { operator: "simulation", at: time::utc() };
            let backup = SoundBackup::open(backup, &id, WithoutDigest::Refused)?;
            db::site::put_back(&backup, &file, &actor, &mut |_, _| {})?;
        }
        *self.site.borrow_mut() = Site::open(&file, &id)?;
        Ok(())
    }

    /// Its disk as it was at first.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder with its database.
    fn disk(&self) -> PathBuf {
        match self.lives.get() {
            0 => self.folder.clone(),
            life => self.folder.with_extension(format!("{life}")),
        }
    }

    /// Whether it runs.
    #[must_use]
    pub fn runs(&self) -> bool {
        !self.tasks.borrow().is_empty()
    }

    /// Starts the controller.
    ///
    /// # Errors
    /// If its database cannot be read.
    pub fn start(&self) -> Result<()> {
        self.trace.say(|| "the controller starts".to_owned());
        let (handle, events, trial) = link::trial::session();
        let Started { looped, storing, noting, comparing } =
            controller::trial::start(&self.site(), handle, events, Badge::default())?;
        self.net.plug(CENTRE, trial, None);
        let intake = Intake {
            storing,
            dice: Rc::clone(&self.dice),
            slow_ms: Rc::clone(&self.slow_ms),
            broken: self.broken,
            through: BTreeMap::new(),
            head: LogHead::default(),
        };
        let beside = [spawn_local(intake.run()), spawn_local(note(noting)), spawn_local(compare(comparing))];
        *self.tasks.borrow_mut() = [spawn_local(looped)].into_iter().chain(beside).collect();
        Ok(())
    }

    /// The machine loses its power. What was committed is on its disk.
    pub async fn crash(&self) {
        self.trace.say(|| "the controller dies".to_owned());
        self.net.unplug(CENTRE);
        let tasks = std::mem::take(&mut *self.tasks.borrow_mut());
        for task in tasks {
            task.abort();
            let _ = task.await;
        }
    }
}

async fn note(mut noting: Noting) {
    while matches!(noting.next().await, Ok(true) | Err(_)) {}
}

async fn compare(mut comparing: Comparing) {
    while matches!(comparing.next().await, Ok(true) | Err(_)) {}
}

/// Whoever stores reports.
struct Intake {
    storing: Storing,
    dice: Rc<Dice>,
    slow_ms: Rc<Cell<u64>>,
    broken: Option<Broken>,
    /// For one that stores twice: through which event each journal is stored.
    through: BTreeMap<(DoorId, u64), u64>,
    head: LogHead,
}

impl Intake {
    async fn run(mut self) {
        while let Some(mut gathered) = self.storing.next().await {
            self.wait().await;
            if self.broken == Some(Broken::AcknowledgesBeforeCommit) {
                let reports = gathered.reports.clone();
                let outcomes = reports.iter().filter_map(believed).collect();
                self.storing.tell(gathered, Ok((outcomes, self.head))).await;
                sleep(Duration::from_millis(self.dice.between(20, 400))).await;
                let _ = self.storing.store(&reports);
                continue;
            }
            if self.broken == Some(Broken::StoresTwice) {
                gathered.reports = gathered.reports.into_iter().map(|report| self.renumbered(report)).collect();
            }
            let stored = self.storing.store(&gathered.reports);
            if let Ok((outcomes, head)) = &stored {
                self.head = *head;
                self.through.extend(outcomes.iter().map(|o| ((o.door.clone(), o.epoch), o.through)));
            }
            // The power may go here, between the commit and the acknowledgement.
            self.wait().await;
            self.storing.tell(gathered, stored).await;
        }
    }

    async fn wait(&self) {
        sleep(Duration::from_millis(self.dice.between(0, self.slow_ms.get()))).await;
    }

    /// What is there already is taken for new.
    fn renumbered(&self, report: Report) -> Report {
        let through = self.through.get(&(report.door.clone(), report.epoch)).copied().unwrap_or(0);
        let known = report.events.first().is_some_and(|first| first.sequence <= through);
        if !known {
            return report;
        }
        let numbers = through + 1..;
        let events = report.events.into_iter().zip(numbers).map(|(event, sequence)| Event { sequence, ..event });
        Report { events: events.collect(), ..report }
    }
}

/// As if everything had been stored.
fn believed(report: &Report) -> Option<Outcome> {
    Some(Outcome {
        door: report.door.clone(),
        epoch: report.epoch,
        through: report.events.last()?.sequence,
        inserted: u32::try_from(report.events.len()).ok()?,
        duplicates: 0,
        fault: None,
    })
}
