//! A door of the site: its agent, and what a test does at it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::json;

use super::setup::base;
use crate::http::Client;
use crate::process::{Process, free_port, program};

/// A running door.
#[derive(Debug)]
pub struct Door {
    pub(super) folder: PathBuf,
    pub(super) process: Option<Process>,
    /// Its id at the site.
    pub id: String,
    /// Whether the agent lives on where its files may not grow any more, which usually ends a program.
    pub ignores_file_size_signal: bool,
    /// Its control.
    pub control: Client,
}

#[derive(Deserialize)]
struct DoorReady {
    control: String,
}

impl Door {
    pub(super) fn start(folder: PathBuf, id: &str, role: &str) -> Result<Self> {
        // A port of its own that stays the same when the door is started again.
        let port = free_port()?;
        std::fs::create_dir_all(folder.join("state"))?;
        std::fs::write(
            folder.join("agent.toml"),
            format!(
                "data = \"state\"\nprovisioning = \"door.json\"\n{role}reader.kind = \"emulated\"\n\
                 control.address = \"127.0.0.1:{port}\"\n"
            ),
        )?;
        let mut door = Self {
            folder,
            process: None,
            id: id.to_owned(),
            ignores_file_size_signal: false,
            control: Client::new("http://127.0.0.1:1", None),
        };
        door.run()?;
        Ok(door)
    }

    /// Starts the agent again, with the same files and port.
    ///
    /// # Errors
    /// If it does not become ready.
    pub fn run(&mut self) -> Result<()> {
        let agent = program("kulku-door-agent")?;
        let mut command = Command::new(&agent);
        if self.ignores_file_size_signal {
            command = Command::new("sh");
            command.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""]).arg(&agent);
        }
        command.arg("run").arg("--config").arg(self.folder.join("agent.toml")).arg("--json");
        let (process, ready) = Process::start::<DoorReady>(&mut command, &self.folder.join("agent.log"))?;
        self.process = Some(process);
        self.control = Client::new(&base(&ready.control), None);
        Ok(())
    }

    /// SIGKILL to the agent.
    ///
    /// # Errors
    /// If it was not running.
    pub fn kill(&mut self) -> Result<()> {
        self.process.take().context("the agent is not running")?.kill()
    }

    /// Whether the agent has ended, or was never started.
    pub fn has_ended(&mut self) -> bool {
        self.process.as_mut().is_none_or(Process::has_ended)
    }

    /// The agent's process, for its figures.
    #[must_use]
    pub fn process_id(&self) -> Option<u32> {
        self.process.as_ref().map(Process::id)
    }

    /// Where the agent keeps its files.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes a virtual card that can be tapped here under its own number.
    ///
    /// # Errors
    /// If the door refuses it.
    pub fn make_card(&self, uid: &str, kind: &str) -> Result<()> {
        self.control.post("/cards", &json!({"name": uid, "uid": uid, "kind": kind}))?.success("/cards")?;
        Ok(())
    }

    /// Cuts the door off, or connects it again.
    ///
    /// # Errors
    /// If the door does not answer.
    pub fn network(&self, up: bool) -> Result<()> {
        self.control.post("/network", &json!({"up": up}))?.success("/network")?;
        Ok(())
    }
}
