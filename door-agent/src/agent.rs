//! Starting and stopping an agent.

use std::net::SocketAddr;

use access::id::DoorId;
use db::door::DoorDbError;
use link::OptionsError;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::assemble::{Assembled, assemble};
use crate::cards::Cards;
use crate::config::{Config, DoorConfig, HardwareConfig};
use crate::control::{self, ControlError};
use crate::folder_lock::{FolderLock, FolderLockError};
use crate::io::{self, DoorIo, IoError};
use crate::journal::EventsLost;
use crate::run::PartDied;

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

/// The doors of an agent that run, in tasks of the caller's runtime and threads of their own.
#[derive(Debug)]
pub struct Agent {
    controls: Vec<(DoorId, SocketAddr)>,
    stop: watch::Sender<bool>,
    doors: JoinHandle<Result<(), Ended>>,
}

impl Agent {
    /// Starts the doors. When this returns they decide, whether the network is there or not.
    ///
    /// # Errors
    /// Names what is missing. The locks are at rest then, except if a folder is another agent's: so are the wires.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        Self::start_with_cards(config, Cards::default()).await
    }

    /// The same with virtual cards beside the doors, if they are emulated. Agents may share them.
    ///
    /// # Errors
    /// As [`Agent::start`].
    pub async fn start_with_cards(config: Config, cards: impl Into<Cards>) -> Result<Self, StartError> {
        let mut folders = Vec::new();
        for door in &config.doors {
            match FolderLock::take(&door.data) {
                Err(held @ FolderLockError::Held { .. }) => return Err(held.into()),
                folder => folders.push(folder),
            }
        }
        // Before anything that can fail: whatever an earlier life of the agent has left goes to rest.
        let wires = open_all(&config)?;
        let folders = folders.into_iter().collect::<Result<Vec<_>, _>>()?;
        let (mut listeners, mut controls) = (Vec::new(), Vec::new());
        for door in &config.doors {
            let listening = listen(door).await?;
            controls.extend(listening.as_ref().map(|(_, address)| (door.provisioning.door.clone(), *address)));
            listeners.push(listening.map(|(listener, _)| listener));
        }
        let (stop, stopped) = watch::channel(false);
        let Assembled { agent, ears, desks, renewals, unwritten } =
            assemble(&config, wires, &cards.into(), stopped.clone())?;
        let doors = async move {
            let serving: Vec<_> = listeners
                .into_iter()
                .zip(&desks)
                .filter_map(|(listener, desk)| Some(control::serve(listener?, desk.control.clone(), stopped.clone())))
                .map(tokio::spawn)
                .chain(renewals.into_iter().map(|renewal| tokio::spawn(renewal.run(stopped.clone()))))
                .collect();
            let ended = agent.run(ears).await;
            for desk in &desks {
                desk.control.link.close().await;
            }
            // Connections that are idle would keep them for ever.
            serving.iter().for_each(JoinHandle::abort);
            // The loop must not hear that its senders are gone before it ends.
            drop(desks);
            // Nothing in them is open any more.
            drop(folders);
            let lost = unwritten.iter().map(crate::journal::Unwritten::at_the_end).find(Result::is_err);
            let lost = lost.unwrap_or(Ok(()));
            if let (Err(_), Err(lost)) = (&ended, &lost) {
                tracing::error!("{lost}");
            }
            ended?;
            Ok(lost?)
        };
        Ok(Self { controls, stop, doors: tokio::spawn(doors) })
    }

    /// Where the control of the first door listens, if that is emulated.
    #[must_use]
    pub fn control(&self) -> Option<SocketAddr> {
        self.controls.first().map(|(_, address)| *address)
    }

    /// Where the controls of the emulated doors listen, in the order of the configuration.
    #[must_use]
    pub fn controls(&self) -> &[(DoorId, SocketAddr)] {
        &self.controls
    }

    /// Stops the doors: locks to rest, what happened on disk, goodbye to the broker.
    ///
    /// # Errors
    /// If a part of a door had ended by itself, or events are lost.
    pub async fn stop(self) -> Result<(), Ended> {
        self.stop.send_replace(true);
        self.ended().await
    }

    /// Waits until the doors end, by `stop` or because a part of one died.
    ///
    /// # Errors
    /// If a part of a door has ended by itself, or events are lost.
    pub async fn run_until(mut self, stop: impl Future<Output = ()>) -> Result<(), Ended> {
        tokio::select! {
            ended = &mut self.doors => ended.unwrap_or(Err(PartDied::LOOP.into())),
            () = stop => self.stop().await,
        }
    }

    async fn ended(self) -> Result<(), Ended> {
        self.doors.await.unwrap_or(Err(PartDied::LOOP.into()))
    }
}

async fn listen(door: &DoorConfig) -> Result<Option<(tokio::net::TcpListener, SocketAddr)>, ControlError> {
    match &door.hardware {
        HardwareConfig::Emulated { control, .. } => control::listen(*control).await.map(Some),
        HardwareConfig::RaspberryPi { .. } => Ok(None),
    }
}

/// A lock whose wires cannot be had does not keep the others from their rest.
fn open_all(config: &Config) -> Result<Vec<Box<dyn DoorIo>>, IoError> {
    let opened: Vec<_> = config.doors.iter().map(|door| io::open(&door.hardware)).collect();
    opened.into_iter().collect()
}
