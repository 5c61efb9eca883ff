//! Controller, broker and doors as the real programs, set up as an administrator would: doors enrol over HTTPS with a
//! one-time code, and speak TLS with their certificates to either broker. [`Whole::start_plain`] leaves that out.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use access::id::{DoorId, SiteId};
use access::time::{UtcS, Window};
use access::uid::Uid;
use anyhow::{Context, Result, bail};
use db::site::{CardKind, ImportCard, ImportPerson, NewEmployment, Site};
use serde::Deserialize;

use crate::http::Client;
use crate::mosquitto::Mosquitto;
use crate::process::{Process, free_port};
use crate::wait;

mod door;
mod recover;
mod setup;

pub use door::Door;
pub use recover::{Copies, Recovery};

use setup::{add_door, controller, enrol, guarded_mosquitto, import, issue, keys, start_controller, write_config};

/// The operator of every test, and the operator's password.
pub const OPERATOR: (&str, &str) = ("matti", "a long password for tests");

/// What stands at a door.
const ONE_READER: &str = "role = \"door\"\nio.kind = \"memory\"\n";
const TWO_READERS: &str = "role = \"door\"\nio.kind = \"memory\"\nout_reader.kind = \"emulated\"\n";

/// Which broker the site runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broker {
    /// In the controller.
    Embedded,
    /// Beside it.
    Mosquitto,
}

/// How doors prove to the broker who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// By a certificate of the site's authority, as by default.
    Tls,
    /// By a password in the clear.
    Plain,
}

/// A running site.
#[derive(Debug)]
pub struct Whole {
    folder: tempfile::TempDir,
    ways: Ways,
    controller: Option<Process>,
    /// Only with [`Broker::Mosquitto`].
    pub mosquitto: Option<Mosquitto>,
    /// Its doors.
    pub doors: Vec<Door>,
    /// The dashboard's address.
    pub dashboard: String,
    /// The API, signed in.
    pub api: Client,
}

/// How things are reached in a site.
#[derive(Debug, Clone, Copy)]
struct Ways {
    broker: Broker,
    wire: Wire,
    /// The broker's port.
    mqtt: u16,
    /// Where doors enrol.
    enrol: u16,
}

/// What a door is brought, before it can be started.
enum Ticket {
    /// The code with which it enrols.
    Code(String),
    /// It has its file.
    File,
}

#[derive(Deserialize)]
struct List<T> {
    items: Vec<T>,
}

#[derive(Deserialize)]
struct DoorState {
    kind: String,
    online: bool,
    up_to_date: bool,
    generation_in_force: Option<u64>,
}

/// An event as the API shows it, as far as tests look at it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Event {
    /// Its place in the central log.
    pub id: i64,
    /// Whose.
    pub door: String,
    /// Its place in the door's journal.
    pub sequence: u64,
    /// What happened, as a code.
    pub code: String,
    /// Why not, as codes.
    #[serde(default)]
    pub reasons: Vec<String>,
    /// The card.
    pub card: Option<String>,
}

impl Whole {
    /// Starts a site with `doors` doors and these people, each with one card that is listed for every door.
    ///
    /// # Errors
    /// If a program does not become ready.
    pub fn start(broker: Broker, doors: usize, people: &[ImportPerson]) -> Result<Self> {
        Self::begin(broker, Wire::Tls, doors, people, ONE_READER, |_| Ok(()))
    }

    /// The same, with what `fill` puts into the database before anything runs on it.
    ///
    /// # Errors
    /// If it cannot be filled, or a program does not become ready.
    pub fn start_filled(doors: usize, people: &[ImportPerson], fill: impl FnOnce(&Path) -> Result<()>) -> Result<Self> {
        Self::begin(Broker::Embedded, Wire::Tls, doors, people, ONE_READER, fill)
    }

    /// The same without TLS: for strangers who speak to the broker by themselves, and for figures that count bytes.
    ///
    /// # Errors
    /// If a program does not become ready.
    pub fn start_plain(broker: Broker, doors: usize, people: &[ImportPerson]) -> Result<Self> {
        Self::begin(broker, Wire::Plain, doors, people, ONE_READER, |_| Ok(()))
    }

    /// The same, with a second reader inside at each door.
    ///
    /// # Errors
    /// If a program does not become ready.
    pub fn start_two_sided(broker: Broker, doors: usize, people: &[ImportPerson]) -> Result<Self> {
        Self::begin(broker, Wire::Tls, doors, people, TWO_READERS, |_| Ok(()))
    }

    fn begin(
        broker: Broker,
        wire: Wire,
        doors: usize,
        people: &[ImportPerson],
        readers: &str,
        fill: impl FnOnce(&Path) -> Result<()>,
    ) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let ways = Ways { broker, wire, mqtt: free_port()?, enrol: free_port()? };
        write_config(folder.path(), ways)?;
        let mosquitto = match (broker, wire) {
            (Broker::Mosquitto, Wire::Tls) => Some(guarded_mosquitto(folder.path(), ways.mqtt)?),
            (Broker::Mosquitto, Wire::Plain) => Some(Mosquitto::start(folder.path(), ways.mqtt)?),
            (Broker::Embedded, _) => None,
        };
        keys(folder.path())?;
        let add = |n| {
            let id = format!("door-{n}");
            Ok((add_door(folder.path(), wire, &id, &[])?, id))
        };
        let added = (1..=doors).map(add).collect::<Result<Vec<_>>>()?;
        controller(folder.path(), &["operator", "add", OPERATOR.0], Some(OPERATOR.1))?;
        let token = controller(folder.path(), &["token", "add", OPERATOR.0, "tests"], None)?;
        fill(&folder.path().join("site.db"))?;
        import(folder.path(), people)?;
        let (process, dashboard) = start_controller(folder.path())?;
        let api = Client::new(&dashboard, Some(token.trim()));
        let mut site = Self { folder, ways, controller: Some(process), mosquitto, doors: Vec::new(), dashboard, api };
        for (ticket, id) in added {
            let door = site.start_door(&ticket, &id, readers)?;
            site.doors.push(door);
        }
        Ok(site)
    }

    /// Adds an encoder at a desk, and starts it.
    ///
    /// # Errors
    /// If it does not become ready.
    pub fn start_encoder(&self, id: &str) -> Result<Door> {
        let ticket = add_door(self.folder.path(), self.ways.wire, id, &["--encoder"])?;
        self.start_door(&ticket, id, "role = \"encoder\"\nio.kind = \"none\"\n")
    }

    fn start_door(&self, ticket: &Ticket, id: &str, role: &str) -> Result<Door> {
        let folder = self.folder.path().join(id);
        if let Ticket::Code(code) = ticket {
            enrol(code, self.ways.enrol, &folder.join("door.json"))?;
        }
        Door::start(folder, id, role)
    }

    /// Gives a door that has been here before a new identity, in the file `out` of its folder.
    ///
    /// # Errors
    /// If it cannot be enrolled.
    pub fn enrol_again(&self, id: &str, out: &str) -> Result<()> {
        let code = issue(self.folder.path(), id, &[])?;
        enrol(&code, self.ways.enrol, &self.folder.path().join(id).join(out))
    }

    /// Where doors enrol at this site.
    #[must_use]
    pub fn enrol_port(&self) -> u16 {
        self.ways.enrol
    }

    /// The broker's port.
    #[must_use]
    pub fn mqtt_port(&self) -> u16 {
        self.ways.mqtt
    }

    /// Where the site keeps its files.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Waits until every door has in force what the controller wants.
    ///
    /// # Errors
    /// If that does not happen.
    pub fn settle(&self) -> Result<()> {
        wait::until("every door online with the wanted whitelist in force", || {
            let mut doors: List<DoorState> = self.api.read("/api/v1/doors").ok()?;
            doors.items.retain(|door| door.kind == "door");
            let settled = |door: &DoorState| door.online && door.up_to_date && door.generation_in_force.is_some();
            (doors.items.len() == self.doors.len() && doors.items.iter().all(settled)).then_some(())
        })
    }

    /// All events of a door, in the order of the central log.
    ///
    /// # Errors
    /// If the API does not answer.
    pub fn events(&self, door: &str) -> Result<Vec<Event>> {
        let mut events: Vec<Event> = Vec::new();
        loop {
            let after = events.last().map_or(0, |event| event.id);
            let page: List<Event> = self.api.read(&format!("/api/v1/events?door={door}&after={after}&limit=200"))?;
            if page.items.is_empty() {
                return Ok(events);
            }
            events.extend(page.items);
        }
    }

    /// The taps of a door among its events.
    ///
    /// # Errors
    /// If the API does not answer.
    pub fn taps(&self, door: &str) -> Result<Vec<Event>> {
        let taps = |event: &Event| matches!(event.code.as_str(), "granted" | "denied");
        Ok(self.events(door)?.into_iter().filter(taps).collect())
    }

    /// The site's database, beside the controller that runs on it: it sees a change within a second.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub fn database(&self) -> Result<Site> {
        Ok(Site::open(&self.folder.path().join("site.db"), &"hospital".parse::<SiteId>()?)?)
    }

    /// Runs a subcommand of the controller beside the one that runs, and returns what it printed.
    ///
    /// # Errors
    /// If it fails; what it wrote to standard error is in the error.
    pub fn run(&self, arguments: &[&str]) -> Result<String> {
        controller(self.folder.path(), arguments, None)
    }

    /// Stops the controller as a service manager would.
    ///
    /// # Errors
    /// If it was not running, or does not end cleanly.
    pub fn stop_controller(&mut self) -> Result<()> {
        self.controller.take().context("the controller is not running")?.stop()
    }

    /// SIGKILL to the controller, and to its broker with it if that is embedded.
    ///
    /// # Errors
    /// If it was not running.
    pub fn kill_controller(&mut self) -> Result<()> {
        self.controller.take().context("the controller is not running")?.kill()
    }

    /// The controller's process, for its figures.
    #[must_use]
    pub fn controller_id(&self) -> Option<u32> {
        self.controller.as_ref().map(Process::id)
    }

    /// Starts it again, with the same files and ports.
    ///
    /// # Errors
    /// If it does not become ready.
    pub fn start_controller(&mut self) -> Result<()> {
        let (process, dashboard) = start_controller(self.folder.path())?;
        self.controller = Some(process);
        if dashboard != self.dashboard {
            bail!("the dashboard moved from {} to {dashboard}", self.dashboard);
        }
        Ok(())
    }

    /// Stops everything as a service manager would.
    ///
    /// # Errors
    /// If a program does not end cleanly.
    pub fn stop(mut self) -> Result<()> {
        for door in &mut self.doors {
            door.process.take().map_or(Ok(()), Process::stop)?;
        }
        self.controller.take().map_or(Ok(()), Process::stop)
    }
}

/// Invented people with one card each, listed for doors 1 to `doors` without a limit in time.
///
/// # Errors
/// If a door's name is none.
pub fn people(count: usize, doors: usize) -> Result<Vec<ImportPerson>> {
    let doors = (1..=doors)
        .map(|n| Ok((format!("door-{n}").parse::<DoorId>()?, Window::ALWAYS)))
        .collect::<Result<Vec<_>>>()?;
    Ok(crate::people::invent(count)
        .into_iter()
        .map(|person| {
            let card =
                ImportCard { uid: person.uid, kind: CardKind::Staff, window: Window::ALWAYS, doors: doors.clone() };
            ImportPerson {
                name: person.name,
                external_id: Some(person.external_id),
                employments: vec![NewEmployment::always("House", "Staff")],
                cards: vec![card],
                ..ImportPerson::default()
            }
        })
        .collect())
}

/// One person with one card, listed for door 1 and valid in this window.
///
/// # Errors
/// If the number is none.
pub fn person(name: &str, uid: &str, window: Window) -> Result<ImportPerson> {
    let doors = vec![("door-1".parse::<DoorId>()?, Window::ALWAYS)];
    let card = ImportCard { uid: uid.parse::<Uid>()?, kind: CardKind::Staff, window, doors };
    Ok(ImportPerson {
        name: name.to_owned(),
        employments: vec![NewEmployment::always("House", "Staff")],
        cards: vec![card],
        ..ImportPerson::default()
    })
}

/// Now, in whole seconds.
#[must_use]
pub fn now() -> UtcS {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UtcS(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}
