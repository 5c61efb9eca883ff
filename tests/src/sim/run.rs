//! One run: what happens to a site, and whether it comes out of it.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use access::command::Action;
use access::entry::{Block, Blocks};
use access::uid::Uid;
use anyhow::Result;
use db::door::JournalStart;
use db::site::{Actor, Decision};
use tempfile::TempDir;
use tokio::task::spawn_local;
use tokio::time::sleep;

use super::Plan;
use super::broken::Broken;
use super::centre::Centre;
use super::dice::Dice;
use super::doorbox::{DoorBox, World};
use super::files::{self, BOXES, CARDS, DOORS, Templates};
use super::ledger::Ledger;
use super::net::{CENTRE, Net, Weather};
use super::time;
use super::trace::Trace;

mod heal;

/// The operator's reason.
const REASON: &str = "the disk was lost";

/// What came of a run.
#[derive(Debug)]
pub struct Outcome {
    /// From which it can be had again.
    pub seed: u64,
    /// Events that came on a disk.
    pub events: usize,
    /// Faults of machines, of the network and of whoever sits on it; lost and late messages not counted.
    pub faults: u64,
    /// What must never be and was.
    pub violations: Vec<String>,
    /// What happened, if it was asked for.
    pub trace: Vec<String>,
}

struct Site {
    world: World,
    templates: Vec<PathBuf>,
    /// Boxes that have never been used, by door.
    boxes: Vec<Cell<usize>>,
    /// Copies of the doors' disks: the newest event in each, and what had been in force.
    images: RefCell<BTreeMap<String, Image>>,
    /// Copies of disks are put back in this run.
    disks: bool,
    /// The site's disk is, and not the doors'.
    loses_site: bool,
    /// A backup was put back.
    put_back: Cell<bool>,
    centre: Centre,
    doors: Vec<DoorBox>,
    faults: Cell<u64>,
    /// No new faults begin.
    healing: Cell<bool>,
    _folder: TempDir,
}

fn cards() -> Result<Vec<Uid>> {
    (0..CARDS).map(files::card).collect()
}

struct Image {
    journal: JournalStart,
    marks: Vec<(u64, u64)>,
}

/// Runs one seed.
///
/// # Errors
/// If the machine below has no room for it.
pub async fn run(templates: &Templates, seed: u64, plan: Plan, traced: bool) -> Result<Outcome> {
    time::begin();
    controller::trial::pretend(time::utc);
    let site = Rc::new(Site::new(templates, seed, plan, traced)?);
    site.begin()?;
    site.storm().await?;
    site.heal().await?;
    if site.converges().await? {
        if site.put_back.get() {
            site.world.ledger.settled(&cards()?, &site.blocked()?);
        }
        site.last_taps().await;
        site.converges().await?;
    }
    site.world.ledger.compare(&site.centre.site())?;
    site.end().await?;
    Ok(Outcome {
        seed,
        events: site.world.ledger.events(),
        faults: site.faults.get(),
        violations: site.world.ledger.violations(),
        trace: site.world.trace.lines(),
    })
}

impl Site {
    fn new(templates: &Templates, seed: u64, plan: Plan, traced: bool) -> Result<Self> {
        let broken = plan.broken;
        let (dice, trace) = (Rc::new(Dice::new(seed)), Rc::new(Trace::new(traced)));
        let keys: BTreeMap<_, _> =
            DOORS.iter().enumerate().map(|(n, name)| ((*name).to_owned(), files::key(n))).collect();
        let net = Net::new(Rc::clone(&dice), Rc::clone(&trace), keys, broken);
        let world = World {
            dice: Rc::clone(&dice),
            net: Rc::clone(&net),
            trace: Rc::clone(&trace),
            ledger: Rc::new(Ledger::default()),
            broken,
        };
        let folder = files::folder()?;
        let disk = folder.path().join("site");
        files::copy(&templates.site(), &disk)?;
        let centre = Centre::new(&disk, dice, net, trace, broken)?;
        let mut doors = Vec::new();
        for (number, name) in DOORS.iter().enumerate() {
            let disk = folder.path().join(name);
            files::copy(&templates.door(0), &disk)?;
            doors.push(DoorBox::new(number, name, &disk, world.clone())?);
        }
        let templates = (0..BOXES).map(|number| templates.door(number)).collect();
        let boxes = DOORS.iter().map(|_| Cell::new(1)).collect();
        let loses_site = plan.disks && world.dice.percent(30);
        Ok(Self {
            world,
            templates,
            boxes,
            images: RefCell::default(),
            disks: plan.disks,
            loses_site,
            put_back: Cell::new(false),
            centre,
            doors,
            faults: Cell::new(0),
            healing: Cell::new(false),
            _folder: folder,
        })
    }

    fn begin(self: &Rc<Self>) -> Result<()> {
        self.centre.start()?;
        self.connect_later(CENTRE, 50);
        for door in &self.doors {
            door.start()?;
            self.connect_later(&door.name, 500);
        }
        Ok(())
    }

    async fn storm(self: &Rc<Self>) -> Result<()> {
        let dice = &self.world.dice;
        let siege = dice.percent(12).then(|| dice.below(20));
        for step in 0..dice.between(24, 40) {
            if siege == Some(step) {
                self.siege().await?;
            }
            sleep(Duration::from_millis(dice.between(20, 1_600))).await;
            if self.disks && dice.percent(10) {
                self.faults.set(self.faults.get() + 1);
                if self.loses_site { self.lose_site().await? } else { self.change_disk().await? }
            }
            match dice.below(100) {
                0..45 => self.tap(),
                45..48 => self.decide(),
                48..62 => self.block()?,
                62..68 => self.command()?,
                _ => {
                    self.faults.set(self.faults.get() + 1);
                    self.fault(dice.below(100)).await?;
                }
            }
        }
        Ok(())
    }

    fn tap(&self) {
        let card = u8::try_from(self.world.dice.below(CARDS.into())).unwrap_or(0);
        if let (Some(door), Ok(uid)) = (self.world.dice.pick(&self.doors), files::card(card)) {
            door.tap(uid);
        }
    }

    /// An operator blocks a card, or takes the block away.
    fn block(&self) -> Result<()> {
        let site = self.centre.site();
        // Few cards, so that the same ones are blocked, tapped and freed again.
        let uid = files::card(u8::try_from(self.world.dice.below(3))?)?;
        let actor = Actor { operator: "simulation", at: time::utc() };
        let blocked = !self.world.ledger.is_blocked(&uid);
        if blocked {
            site.block_card(&actor, &uid, Block::Suspended)?;
        } else {
            site.unblock_card(&actor, &uid, Block::Suspended)?;
        }
        let generation = site.latest()?.0;
        self.world.trace.say(|| format!("{uid:?} blocked: {blocked} as of {generation}"));
        self.world.ledger.decided(generation, uid, blocked);
        Ok(())
    }

    fn command(&self) -> Result<()> {
        let Some(door) = self.world.dice.pick(&self.doors) else { return Ok(()) };
        let actor = Actor { operator: "simulation", at: time::utc() };
        let asked =
            self.centre.site().request_command(&actor, &door.name.parse()?, Action::UnlockOnce, "a delivery")?;
        self.world.ledger.commanded(asked.id, time::elapsed_ms());
        Ok(())
    }

    async fn fault(self: &Rc<Self>, which: u64) -> Result<()> {
        let World { dice, net, trace, .. } = &self.world;
        let Some(door) = dice.pick(&self.doors) else { return Ok(()) };
        match which {
            0..14 => {
                net.cut(&door.name);
                self.connect_later(&door.name, 6_000);
            }
            14..22 => {
                net.cut(CENTRE);
                self.connect_later(CENTRE, 6_000);
            }
            22..30 => {
                trace.say(|| "the broker dies".to_owned());
                net.restart();
                net.names().iter().for_each(|name| self.connect_later(name, 4_000));
            }
            30..46 => {
                door.crash().await?;
                self.start_later(Some(door.name.clone()));
            }
            46..58 => {
                self.centre.crash().await;
                self.start_later(None);
            }
            58..70 => self.weather(),
            70..80 => net.replay(),
            80..88 => net.tamper(),
            88..92 if self.loses_site => {}
            88..92 => self.change_disk().await?,
            92..95 => {
                let ms = *dice.pick(&[4, 40, 300]).unwrap_or(&4);
                trace.say(|| format!("the disk of {} takes {ms} ms", door.name));
                door.slow_ms.set(ms);
                self.centre.slow_ms.set(ms);
            }
            _ => {
                let by = *dice.pick(&[-3_600_000, -60_000, 60_000, 3_600_000]).unwrap_or(&0);
                trace.say(|| format!("the clock of {} is {by} ms ahead", door.name));
                door.ahead.set(by);
            }
        }
        Ok(())
    }

    /// Another box takes the place of one that is broken; or a disk is copied, or a copy is put back.
    async fn change_disk(self: &Rc<Self>) -> Result<()> {
        let number = usize::try_from(self.world.dice.below(u64::try_from(self.doors.len())?))?;
        let (Some(door), Some(used)) = (self.doors.get(number), self.boxes.get(number)) else { return Ok(()) };
        let image = door.folder().with_extension("image");
        if self.disks && self.world.dice.percent(60) {
            let taken = self.images.borrow_mut().remove(&door.name);
            match taken {
                None => {
                    self.world.trace.say(|| format!("the disk of {} is copied", door.name));
                    files::copy(door.folder(), &image)?;
                    let Some(journal) = door.journal.get() else { return Ok(()) };
                    let marks = self.world.ledger.marks(&door.name);
                    let image = Image { journal, marks };
                    self.images.borrow_mut().insert(door.name.clone(), image);
                    return Ok(());
                }
                Some(Image { journal, marks }) => {
                    self.world.trace.say(|| format!("the copy of the disk of {} is put back", door.name));
                    let same = door.journal.get().is_some_and(|now| now.epoch == journal.epoch);
                    door.change_disk(&image, if same { journal.head } else { 0 }, &marks).await?;
                    self.world.ledger.copied_back(&door.name, journal.epoch);
                    // What is on this disk is lost with it if the next one comes before the door has started.
                    door.journal.set(Some(journal));
                }
            }
        } else {
            let Some(disk) = self.templates.get(used.get()) else { return Ok(()) };
            used.set(used.get() + 1);
            self.world.trace.say(|| format!("{} is replaced", door.name));
            self.images.borrow_mut().remove(&door.name);
            door.change_disk(disk, 0, &[]).await?;
            if self.world.dice.percent(50) {
                self.mislead(number);
            }
        }
        self.start_later(Some(door.name.clone()));
        Ok(())
    }

    /// Somebody keeps everything from a new box but what was said to the one before it, so that it may take that for its
    /// own.
    fn mislead(self: &Rc<Self>, number: usize) {
        let site = Rc::clone(self);
        spawn_local(async move {
            let (Some(door), net) = (site.doors.get(number), &site.world.net) else { return };
            net.besieged.borrow_mut().insert(door.name.clone());
            for card in 0..CARDS {
                sleep(Duration::from_millis(site.world.dice.between(500, 2_000))).await;
                if let Ok(uid) = files::card(card) {
                    door.tap(uid);
                }
            }
            net.replay_to(&door.name);
            sleep(Duration::from_millis(600)).await;
            net.besieged.borrow_mut().remove(&door.name);
        });
    }

    /// The site is copied; or its disk is lost, and the copy is put back.
    async fn lose_site(self: &Rc<Self>) -> Result<()> {
        let backup = self.centre.folder().with_extension("backup");
        if !backup.exists() {
            self.world.trace.say(|| "the site is backed up".to_owned());
            return self.centre.back_up(&backup);
        }
        if self.put_back.replace(true) {
            return Ok(());
        }
        self.centre.put_back(&backup).await?;
        let site = self.centre.site();
        self.world.ledger.put_back(site.latest()?.0, &cards()?, &self.blocked()?);
        self.world.trace.say(|| "the backup of the site is put back".to_owned());
        if self.world.broken == Some(Broken::HoldsNothing) {
            site.decide(&Actor { operator: "simulation", at: time::utc() }, Decision::Accept, REASON)?;
        }
        self.start_later(None);
        Ok(())
    }

    /// The operator decides about a site that was put back, once. What is decided already is no error.
    fn decide(&self) {
        if self.put_back.get() {
            let actor = Actor { operator: "simulation", at: time::utc() };
            let decided = self.centre.site().decide(&actor, Decision::KeepOut, REASON);
            self.world.trace.say(|| format!("the operator keeps out what doors keep out: {decided:?}"));
        }
    }

    /// The cards that are blocked at the site.
    fn blocked(&self) -> Result<BTreeSet<Uid>> {
        let site = self.centre.site();
        let mut blocked = BTreeSet::new();
        for uid in cards()? {
            if site.card(&uid)?.blocks != Blocks::NONE {
                blocked.insert(uid);
            }
        }
        Ok(blocked)
    }

    /// Somebody cuts the door with age off from the site for longer than its list may be old, and repeats to it what was
    /// said before; its power goes and comes back.
    async fn siege(self: &Rc<Self>) -> Result<()> {
        let World { dice, net, trace, .. } = &self.world;
        let Some(door) = self.doors.iter().find(|door| door.name == files::AGED) else { return Ok(()) };
        trace.say(|| format!("{} is besieged", door.name));
        self.faults.set(self.faults.get() + 1);
        net.besieged.borrow_mut().insert(door.name.clone());
        for _ in 0..dice.between(12, 16) {
            sleep(Duration::from_secs(30)).await;
            net.replay_to(&door.name);
            if dice.percent(15) {
                door.crash().await?;
                self.switch_on(Some(&door.name))?;
            }
            sleep(Duration::from_secs(1)).await;
            door.tap(files::card(CARDS - 1)?);
        }
        net.besieged.borrow_mut().remove(&door.name);
        Ok(())
    }

    fn weather(&self) {
        let World { dice, net, trace, .. } = &self.world;
        let weather = Weather {
            lost: dice.below(40),
            twice: dice.below(30),
            late: dice.below(40),
            late_ms: dice.between(100, 5_000),
        };
        trace.say(|| format!("{weather:?}"));
        net.weather.set(weather);
    }

    fn connect_later(self: &Rc<Self>, name: &str, most_ms: u64) {
        let (site, name, ms) = (Rc::clone(self), name.to_owned(), self.world.dice.between(10, most_ms));
        spawn_local(async move {
            sleep(Duration::from_millis(ms)).await;
            site.world.net.connect(&name);
        });
    }

    /// A machine that has died is switched on again; none is the controller's.
    fn start_later(self: &Rc<Self>, name: Option<String>) {
        let (site, ms) = (Rc::clone(self), self.world.dice.between(10, 5_000));
        spawn_local(async move {
            sleep(Duration::from_millis(ms)).await;
            if !site.healing.get()
                && let Err(error) = site.switch_on(name.as_deref())
            {
                site.world.ledger.violated(format!("{name:?} does not start: {error}"));
            }
        });
    }

    fn switch_on(self: &Rc<Self>, name: Option<&str>) -> Result<()> {
        match name {
            None if !self.centre.runs() => {
                self.centre.start()?;
                self.connect_later(CENTRE, 1_000);
            }
            None => {}
            Some(name) => {
                if let Some(door) = self.doors.iter().find(|door| door.name == name && !door.runs()) {
                    door.start()?;
                    self.connect_later(name, 1_000);
                }
            }
        }
        Ok(())
    }
}
