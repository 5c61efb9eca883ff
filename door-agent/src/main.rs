//! `kulku-door-agent`: the doors of one board.

use std::io::{IsTerminal as _, Write as _, stderr};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use access::id::DoorId;
use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use door_agent::{Agent, Config, io};
use serde_json::{Map, Value, json};
use tokio::signal::unix::{SignalKind, signal};

/// The doors of one board: readers, locks, journals, and the link to the controller.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the doors until it is told to stop (SIGINT or SIGTERM).
    Run {
        #[command(flatten)]
        file: File,
        /// Prints {"control":FIRST,"controls":{DOOR:ADDRESS}} on standard output once the doors decide.
        #[arg(long)]
        json: bool,
    },
    /// Checks configuration and provisioning, and does nothing else.
    Check(File),
    /// Drives the locks to rest, and does nothing else. Refuses while an agent runs, which drives them itself.
    Rest {
        #[command(flatten)]
        file: File,
        /// Does not ask whether an agent runs: for after one that was killed.
        #[arg(long)]
        force: bool,
    },
}

#[derive(Args)]
struct File {
    /// The configuration.
    #[arg(long, value_name = "FILE", default_value = "/etc/kulku/door-agent.toml")]
    config: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
    // In a file or a journal the codes of colours would only be in the way.
    let colours = stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(stderr).init();
    match execute(Cli::parse().command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The last words are for the person at the terminal; if stderr is gone there is nobody.
            let _ = writeln!(stderr(), "kulku-door-agent: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn execute(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Run { file, json } => run(Config::load(&file.config)?, json).await,
        Command::Check(file) => Config::load(&file.config).map(drop).map_err(Into::into),
        Command::Rest { file, force } => Ok(io::rest(&Config::places(&file.config)?, force)?),
    }
}

async fn run(config: Config, json: bool) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let door = Agent::start(config).await?;
    if json {
        let address = |(door, address): &(DoorId, SocketAddr)| (door.to_string(), json!(address.to_string()));
        let controls: Map<String, Value> = door.controls().iter().map(address).collect();
        let first = door.control().map(|address| address.to_string());
        let line = json!({ "control": first, "controls": controls });
        writeln!(std::io::stdout(), "{line}").context("cannot write to standard output")?;
    }
    let stop = async {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
    };
    Ok(door.run_until(stop).await?)
}
