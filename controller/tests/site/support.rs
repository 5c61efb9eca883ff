//! A site in a temporary folder.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use access::envelope::DoorKey;
use access::id::DoorId;
use access::settings::{DoorSettings, Reading};
use access::time::{UtcMs, Window};
use access::uid::Uid;
use controller::config::{Badge, Config, Https, Mqtt};
use controller::{Controller, start};
use db::site::{Actor, AlarmFilter, AlarmView, CardKind, ImportCard, ImportPerson, NewDoor, NewEmployment, Site};
use tokio::time::timeout;

/// Longest wait for anything. It is long, since only a failing test waits for it.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

pub(crate) struct Bench {
    folder: tempfile::TempDir,
    pub(crate) controller: Controller,
}

impl Bench {
    /// A running controller with these doors.
    pub(crate) async fn new(doors: &[&str]) -> Self {
        Self::prepared(doors, |_| {}).await
    }

    /// The same; before it starts this is done.
    pub(crate) async fn prepared(doors: &[&str], prepare: impl FnOnce(&Site)) -> Self {
        Self::with(doors, prepare, |_, _| {}).await
    }

    /// The same, with masters of version 1 and an encoder.
    pub(crate) async fn with_masters(doors: &[&str], encoder: &str, prepare: impl FnOnce(&Site)) -> Self {
        let prepare = |site: &Site| {
            site.add_encoder(&actor(), new_door(encoder)).unwrap();
            prepare(site);
        };
        Self::with(doors, prepare, |config, folder| config.masters_file = Some(masters(folder))).await
    }

    pub(crate) async fn with(
        doors: &[&str],
        prepare: impl FnOnce(&Site),
        change: impl FnOnce(&mut Config, &Path),
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let site = Site::open(&folder.path().join("site.db"), &"hospital".parse().unwrap()).unwrap();
        doors.iter().for_each(|door| add_door(&site, door));
        prepare(&site);
        drop(site);
        let mut config = config(folder.path().join("site.db"));
        change(&mut config, folder.path());
        let controller = start(config).await.unwrap();
        Self { folder, controller }
    }

    /// A running controller on what is in a folder already.
    pub(crate) async fn in_folder(folder: tempfile::TempDir, change: impl FnOnce(&mut Config, &Path)) -> Self {
        let mut config = config(folder.path().join("site.db"));
        change(&mut config, folder.path());
        let controller = start(config).await.unwrap();
        Self { folder, controller }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn site(&self) -> &Site {
        &self.controller.site
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.folder.path().join("site.db")
    }

    /// Stops the controller, and starts it anew on the same database and port.
    pub(crate) async fn restart(self) -> Self {
        let listen = self.controller.mqtt.to_string().parse().unwrap();
        self.restarted_with(|config| config.mqtt = Mqtt::Embedded { listen, doors_connect_to: None, tls: false }).await
    }

    /// Stops the controller, and starts it anew on the same database with this changed.
    pub(crate) async fn restarted_with(self, change: impl FnOnce(&mut Config)) -> Self {
        let Self { folder, controller } = self;
        let mut config = config(folder.path().join("site.db"));
        change(&mut config);
        controller.stop().await;
        let controller = start(config).await.unwrap();
        Self { folder, controller }
    }

    /// Stops the controller, does this to its database, and starts it anew.
    pub(crate) async fn restarted_on(self, config: impl FnOnce(PathBuf) -> Config, change: impl FnOnce(&Path)) -> Self {
        let Self { folder, controller } = self;
        let config = config(folder.path().join("site.db"));
        controller.stop().await;
        change(&config.database);
        let controller = start(config).await.unwrap();
        Self { folder, controller }
    }

    pub(crate) async fn stop(self) {
        self.controller.stop().await;
    }

    /// Waits until this holds. It is looked at again whenever something was written.
    pub(crate) async fn until(&self, what: &str, holds: impl Fn(&Site) -> bool) {
        let mut news = self.site().news();
        let wait = async {
            while !holds(self.site()) {
                news.changed().await.unwrap();
            }
        };
        timeout(DEADLINE, wait).await.unwrap_or_else(|_| panic!("in vain: {what}"));
    }

    /// The same for what changes and is no news, such as an import.
    pub(crate) async fn until_changed(&self, what: &str, holds: impl Fn(&Site) -> bool) {
        let mut changes = self.site().changes();
        let wait = async {
            while !holds(self.site()) {
                changes.changed().await.unwrap();
            }
        };
        timeout(DEADLINE, wait).await.unwrap_or_else(|_| panic!("in vain: {what}"));
    }

    pub(crate) async fn until_alarm(&self, kind: &str) {
        let raised = |site: &Site| open_alarms(site).iter().any(|alarm| alarm.kind == kind);
        self.until(kind, raised).await;
    }

    pub(crate) fn stored(&self) -> usize {
        self.site().events(&db::site::EventFilter::default(), db::site::Seek::Newest, 1_000).unwrap().len()
    }
}

/// The alarms that nobody has acknowledged or closed, newest first.
pub(crate) fn open_alarms(site: &Site) -> Vec<AlarmView> {
    site.alarms(&AlarmFilter::default(), actor().at, 100).unwrap()
}

pub(crate) fn config(database: PathBuf) -> Config {
    Config {
        site: "hospital".parse().unwrap(),
        dashboard: "127.0.0.1:0".parse().unwrap(),
        https: Https::Off,
        mqtt: Mqtt::Embedded { listen: "127.0.0.1:0".parse().unwrap(), doors_connect_to: None, tls: false },
        identity: database.with_file_name("identity"),
        enrol: None,
        observe: None,
        database,
        zone: chrono_tz::Europe::Helsinki,
        masters_file: None,
        badge: Badge::default(),
        authorities: vec![],
        lists: vec![],
        register: None,
        notify: controller::config::Notify::default(),
        syslog: None,
        demo: None,
    }
}

pub(crate) fn actor() -> Actor<'static> {
    Actor { operator: "tester", at: UtcMs(1_790_000_000_000) }
}

pub(crate) fn key(door: &str) -> DoorKey {
    let mut bytes = [7; 32];
    for (to, from) in bytes.iter_mut().zip(door.bytes()) {
        *to = from;
    }
    DoorKey::new(bytes)
}

pub(crate) fn add_door(site: &Site, door: &str) {
    site.add_door(&actor(), new_door(door)).unwrap();
}

pub(crate) fn new_door(door: &str) -> NewDoor {
    NewDoor { id: door.parse().unwrap(), name: door.to_uppercase(), key: key(door), settings: DoorSettings::default() }
}

/// The bytes of the masters that tests use.
pub(crate) fn master_bytes() -> [u8; 128] {
    std::array::from_fn(|at| u8::try_from(at).unwrap())
}

/// The file with them.
pub(crate) fn masters(folder: &Path) -> PathBuf {
    let digits: String = master_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let path = folder.join("masters");
    std::fs::write(&path, format!("1 {digits}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    path
}

pub(crate) fn set_reading(site: &Site, door: &str, reading: Reading) {
    let settings = DoorSettings { reading, ..DoorSettings::default() };
    site.set_settings(&actor(), &door.parse().unwrap(), settings).unwrap();
}

pub(crate) fn uid(number: u32) -> Uid {
    let [_, a, b, c] = number.to_be_bytes();
    Uid::new(&[4, a, b, c]).unwrap()
}

/// Lists this many cards, one for each person, at these doors.
pub(crate) fn list(site: &Site, cards: std::ops::Range<u32>, doors: &[&str]) {
    let doors: Vec<(DoorId, Window)> = doors.iter().map(|door| (door.parse().unwrap(), Window::ALWAYS)).collect();
    let people: Vec<ImportPerson> = cards
        .map(|number| ImportPerson {
            name: format!("Person {number}"),
            employments: vec![NewEmployment::always("Ward", "Nurse")],
            cards: vec![ImportCard {
                uid: uid(number),
                kind: CardKind::Staff,
                window: Window::ALWAYS,
                doors: doors.clone(),
            }],
            ..ImportPerson::default()
        })
        .collect();
    site.import(&actor(), &people).unwrap();
}
