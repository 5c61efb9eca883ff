//! Files in memory, and what every run begins with.

use std::fs;
use std::path::{Path, PathBuf};

use access::envelope::DoorKey;
use access::id::DoorId;
use access::settings::{Age, Beyond, DoorSettings, Lockout};
use access::state::DoorState;
use access::time::Window;
use access::uid::Uid;
use anyhow::Result;
use db::door::{JOURNAL_FILE, Journal, WHITELIST_FILE, WhitelistStore};
use db::site::{Actor, CardKind, ImportCard, ImportPerson, NewDoor, NewEmployment, Site};
use tempfile::TempDir;

use super::time;

/// Doors of a site.
pub const DOORS: [&str; 2] = ["ward", "pharmacy"];

/// The door that admits nobody by a list which has not been confirmed for [`AGE_MS`].
pub const AGED: &str = "pharmacy";

/// How old that may be: the least that a door can be set to.
pub const AGE_MS: u64 = Age::LIMIT_S_MIN as u64 * 1_000;

/// Cards of a site.
pub const CARDS: u8 = 6;

/// Boxes that a door can have one after the other.
pub const BOXES: usize = 4;

/// The site's database in its folder.
pub const SITE_FILE: &str = "site.db";

/// What every run begins with: made once, copied for each.
#[derive(Debug)]
pub struct Templates {
    folder: TempDir,
}

/// A folder that no disk slows down, where there is one.
///
/// # Errors
/// If it cannot be made.
pub fn folder() -> Result<TempDir> {
    let memory = Path::new("/dev/shm");
    Ok(if memory.is_dir() { TempDir::with_prefix_in("kulku-sim", memory)? } else { tempfile::tempdir()? })
}

/// The card of this number.
///
/// # Errors
/// Never, for a number below [`CARDS`].
pub fn card(number: u8) -> Result<Uid> {
    Ok(Uid::new(&[4, 0xA1, 0xB2, number])?)
}

/// The key of the door of this number.
#[must_use]
pub fn key(number: usize) -> DoorKey {
    DoorKey::new([u8::try_from(number).unwrap_or(0).wrapping_add(1); 32])
}

impl Templates {
    /// A site with its doors and cards, each of which passes every door; and boxes that have never been switched on.
    ///
    /// # Errors
    /// If there is no room for it.
    pub fn new() -> Result<Self> {
        let folder = folder()?;
        let this = Self { folder };
        fs::create_dir(this.site())?;
        let site = Site::open(&this.site().join(SITE_FILE), &"hospital".parse()?)?;
        let actor = Actor { operator: "simulation", at: time::BEGIN };
        for (number, name) in DOORS.iter().enumerate() {
            let settings = DoorSettings {
                lockout: Lockout { denials: u8::MAX, within_s: 1, for_s: 1 },
                age: (*name == AGED).then_some(Age { limit_s: Age::LIMIT_S_MIN, beyond: Beyond::Denies }),
                ..DoorState::default().settings
            };
            site.add_door(&actor, NewDoor { id: name.parse()?, name: (*name).to_owned(), key: key(number), settings })?;
        }
        let doors = DOORS.iter().map(|name| Ok((name.parse::<DoorId>()?, Window::ALWAYS)));
        let doors = doors.collect::<Result<Vec<_>>>()?;
        let people = (0..CARDS).map(|number| {
            let card =
                ImportCard { uid: card(number)?, kind: CardKind::Staff, window: Window::ALWAYS, doors: doors.clone() };
            Ok(ImportPerson {
                name: format!("Person {number}"),
                external_id: Some(format!("{number}")),
                employments: vec![NewEmployment::always("House", "Staff")],
                cards: vec![card],
                ..ImportPerson::default()
            })
        });
        site.import(&actor, &people.collect::<Result<Vec<_>>>()?)?;
        drop(site);
        for number in 0..BOXES {
            let data = this.door(number);
            fs::create_dir(&data)?;
            drop(Journal::open(&data.join(JOURNAL_FILE), 0x1000 + u64::try_from(number)?)?);
            drop(WhitelistStore::open(&data.join(WHITELIST_FILE))?);
        }
        Ok(this)
    }

    /// The site.
    #[must_use]
    pub fn site(&self) -> PathBuf {
        self.folder.path().join("site")
    }

    /// A box.
    #[must_use]
    pub fn door(&self, number: usize) -> PathBuf {
        self.folder.path().join(format!("box-{number}"))
    }
}

/// Copies a folder of databases as they are on the disk, with what their write-ahead logs hold. What was there before
/// is gone.
///
/// # Errors
/// If there is no room for it.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    if to.exists() {
        fs::remove_dir_all(to)?;
    }
    fs::create_dir_all(to)?;
    for file in fs::read_dir(from)? {
        let file = file?;
        let name = file.file_name();
        // The index of the write-ahead log is made anew by whoever opens the file.
        if file.file_type()?.is_file() && !name.to_string_lossy().ends_with("-shm") {
            fs::copy(file.path(), to.join(name))?;
        }
    }
    Ok(())
}
