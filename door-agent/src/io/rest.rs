//! The lock alone, after an agent that died.
//!
//! A pin keeps its level when its process is killed, so somebody has to come after it. An agent that runs has taken its data
//! folder; its lock is left alone, since whoever is being let in must not run into a door that locks. `force`
//! is for systemd, which comes when the agent has been killed: a thread of it that hangs in a dying disk cannot be, and
//! keeps the folder, while nobody is left who ends a release.

use super::IoError;
use super::gpio::Gpio;
use super::pi::PiGpio;
use super::pin_file::PinFile;
use super::wires::take_lock;
use crate::config::{EmulatedIo, HardwareConfig, LockPin, Place};
use crate::folder_lock::{FolderLock, FolderLockError};

/// Locks that were not driven to rest.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct RestError(
    /// Why, each.
    pub Vec<NotAtRest>,
);

/// Why a lock was not driven to rest.
#[derive(Debug, thiserror::Error)]
pub enum NotAtRest {
    /// Its agent runs.
    #[error("an agent runs on the data folder {}, and drives the lock itself: stop it, or use --force", .0.display())]
    AgentRuns(
        /// The folder.
        std::path::PathBuf,
    ),
    /// Its pin does not obey.
    #[error(transparent)]
    Io(#[from] IoError),
}

/// Drives the lock of every door to rest, and does nothing else. One that fails does not keep the others from it.
///
/// # Errors
/// Names each lock that was not driven.
pub fn rest(places: &[Place], force: bool) -> Result<(), RestError> {
    let failed: Vec<NotAtRest> = places.iter().filter_map(|place| rest_one(place, force).err()).collect();
    if failed.is_empty() { Ok(()) } else { Err(RestError(failed)) }
}

fn rest_one(place: &Place, force: bool) -> Result<(), NotAtRest> {
    // Kept until the lock is driven, so that no agent starts meanwhile. A folder that cannot be used has no agent either.
    let folder = FolderLock::take(&place.data);
    if let (Err(FolderLockError::Held { folder }), false) = (&folder, force) {
        return Err(NotAtRest::AgentRuns(folder.clone()));
    }
    match &place.hardware {
        HardwareConfig::RaspberryPi { pins: Some(pins), .. } => drive(PiGpio::open()?, pins.lock),
        HardwareConfig::Emulated { io: EmulatedIo::PinFile { path, pins }, .. } => {
            drive(PinFile::open(path)?, pins.lock)
        }
        // No wires, no lock.
        HardwareConfig::Emulated { io: EmulatedIo::Memory, .. } | HardwareConfig::RaspberryPi { pins: None, .. } => {
            Ok(())
        }
    }
}

fn drive(mut gpio: impl Gpio, lock: LockPin) -> Result<(), NotAtRest> {
    Ok(take_lock(&mut gpio, lock)?)
}
