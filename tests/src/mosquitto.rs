//! A real Mosquitto on a free port.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::process::Process;
use crate::wait;

/// A broker as a site would run it: bounds as Kulku needs them, nothing kept on disk.
#[derive(Debug)]
pub struct Mosquitto {
    process: Option<Process>,
    config: PathBuf,
    log: PathBuf,
    /// Where it listens, on loopback.
    pub port: u16,
}

impl Mosquitto {
    /// Starts one that keeps its files in `folder`.
    ///
    /// # Errors
    /// If Mosquitto is not installed or does not listen.
    pub fn start(folder: &Path, port: u16) -> Result<Self> {
        let config = folder.join("mosquitto.conf");
        std::fs::write(
            &config,
            format!(
                "listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nset_tcp_nodelay true\n\
                 max_packet_size 262144\nmax_queued_messages 100000\nmax_inflight_messages 200\n"
            ),
        )?;
        Self::begin(config, port)
    }

    /// Starts one with a configuration that was made for this port. As root it stays root, since the files that the
    /// configuration names are the test's.
    ///
    /// # Errors
    /// If Mosquitto is not installed or does not listen.
    pub fn start_with(config: &Path, port: u16) -> Result<Self> {
        let text = std::fs::read_to_string(config)?;
        let config = config.with_file_name("test.conf");
        std::fs::write(&config, text + "user root\n")?;
        Self::begin(config, port)
    }

    fn begin(config: PathBuf, port: u16) -> Result<Self> {
        let mut broker = Self { process: None, log: config.with_file_name("mosquitto.log"), config, port };
        broker.run()?;
        Ok(broker)
    }

    /// Ends it and starts it anew, with everything that it held forgotten.
    ///
    /// # Errors
    /// If it does not come back.
    pub fn restart(&mut self) -> Result<()> {
        if let Some(process) = self.process.take() {
            process.kill()?;
        }
        self.run()
    }

    /// The process's number.
    #[must_use]
    pub fn process_id(&self) -> Option<u32> {
        self.process.as_ref().map(Process::id)
    }

    fn run(&mut self) -> Result<()> {
        let program = ["/usr/sbin/mosquitto", "/usr/bin/mosquitto"].into_iter().find(|path| Path::new(path).exists());
        let program = program.context("Mosquitto is not installed; tests/run installs it")?;
        self.process = Some(Process::start_silent(Command::new(program).arg("-c").arg(&self.config), &self.log)?);
        let port = self.port;
        wait::until("Mosquitto's port", || std::net::TcpStream::connect(("127.0.0.1", port)).ok())?;
        Ok(())
    }
}
