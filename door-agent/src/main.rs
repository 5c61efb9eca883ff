//! `kulku-door-agent`: the doors of one board.

use std::io::{Read as _, Write as _, stderr};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use access::enrol::{ENROL_PORT, EnrolCode, Place};
use access::id::DoorId;
use anyhow::Context as _;
use clap::{Args, CommandFactory as _, Parser, Subcommand};
use door_agent::provisioning::NewFile;
use door_agent::{Agent, Config, doctor, enrol, io};
use serde_json::{Map, Value, json};
use service::doctor::EXIT_CODES as OF_DOCTOR;
use service::manual::{self, EXIT_CODES, Manual};
use service::notify;
use service::process_log::ProcessLog;
use tokio::signal::unix::{SignalKind, signal};
use zeroize::Zeroizing;

#[cfg(test)]
mod documents;

/// The doors of one board: readers, locks, journals, and the link to the controller.
#[derive(Parser)]
#[command(version, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the doors until it is told to stop (SIGINT or SIGTERM).
    #[command(after_help = EXIT_CODES)]
    Run {
        #[command(flatten)]
        file: File,
        /// Prints {"control":FIRST,"controls":{DOOR:ADDRESS}} on standard output once the doors decide.
        #[arg(long)]
        json: bool,
    },
    /// Turns a one-time code of `kulku-controller door enrol` into this door's key and certificate.
    #[command(after_help = EXIT_CODES)]
    Enrol(Enrol),
    /// Checks configuration and provisioning, and does nothing else.
    #[command(after_help = EXIT_CODES)]
    Check(File),
    /// Drives the locks to rest, and does nothing else. Refuses while an agent runs, which drives them itself.
    #[command(after_help = EXIT_CODES)]
    Rest {
        #[command(flatten)]
        file: File,
        /// Does not ask whether an agent runs: for after one that was killed.
        #[arg(long)]
        force: bool,
    },
    /// Looks at everything that a door needs, and says what is wrong and what to do. Changes nothing, drives no lock, and
    /// leaves the readers of an agent alone that runs.
    #[command(after_help = OF_DOCTOR)]
    Doctor {
        #[command(flatten)]
        file: File,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Writes man pages and completions, for packages.
    #[command(hide = true)]
    Manual(Manual),
}

#[derive(Args)]
struct Enrol {
    /// The code; - reads it from standard input, so that it stands in no list of processes.
    code: String,
    /// Where the controller lets doors enrol: its name or address, and the port if it is not 8443.
    #[arg(long, value_name = "HOST[:PORT]", value_parser = place)]
    controller: Place,
    /// The file to write, readable by its owner only. The agent's configuration names it under `provisioning`.
    #[arg(long, value_name = "FILE", default_value = "/etc/credstore/kulku-door.json")]
    out: PathBuf,
}

#[derive(Args)]
struct File {
    /// The configuration.
    #[arg(long, value_name = "FILE", default_value = "/etc/kulku/door-agent.toml")]
    config: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    // Kept until the end, so that the last lines are written.
    let log = ProcessLog::start("info");
    if let Err(error) = &log {
        let _ = writeln!(stderr(), "kulku-door-agent: the process log could not be started: {error}");
    }
    match execute(Cli::parse().command).await {
        Ok(code) => code,
        Err(error) => {
            // The last words are for the person at the terminal; if stderr is gone there is nobody.
            let _ = writeln!(stderr(), "kulku-door-agent: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn execute(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Doctor { file, json } => {
            let report = doctor::look(&file.config);
            report.print(json).context("standard output cannot be written to")?;
            return Ok(ExitCode::from(report.exit_code()));
        }
        Command::Run { file, json } => run(Config::load(&file.config)?, json).await?,
        Command::Enrol(enrol) => enrol_door(&enrol).await?,
        Command::Check(file) => drop(Config::load(&file.config)?),
        Command::Rest { file, force } => io::rest(&Config::places(&file.config)?, force)?,
        Command::Manual(Manual { folder }) => manual::write(Cli::command(), &folder)?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn enrol_door(enrol: &Enrol) -> anyhow::Result<()> {
    let code: EnrolCode = if enrol.code == "-" { code_from_input()? } else { enrol.code.parse()? };
    // A code is good once: whatever else can fail must have been tried before it is used.
    let file = NewFile::prepare(&enrol.out).with_context(|| format!("{} cannot be made", enrol.out.display()))?;
    let provisioning = enrol::enrol(&code, &enrol.controller).await?;
    provisioning
        .write(file)
        .with_context(|| format!("{} cannot be written; the code is used up", enrol.out.display()))?;
    let (door, site) = (&provisioning.door, &provisioning.site);
    writeln!(std::io::stdout(), "This is door {door} of site {site} now; {} says so.", enrol.out.display())?;
    Ok(())
}

fn code_from_input() -> anyhow::Result<EnrolCode> {
    /// A code has 53 letters with its hyphens.
    const LENGTH_MAX: u64 = 256;
    let mut text = Zeroizing::new(String::new());
    std::io::stdin().take(LENGTH_MAX).read_to_string(&mut text).context("standard input cannot be read")?;
    Ok(text.parse()?)
}

/// A name, an IPv4 address or an IPv6 address in brackets, and perhaps a port.
fn place(text: &str) -> Result<Place, String> {
    let wrong = || format!("{text:?} is not HOST or HOST:PORT, such as kulku.example:{ENROL_PORT}");
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (host, rest) = rest.split_once(']').ok_or_else(wrong)?;
            (host, rest.strip_prefix(':'))
        }
        None => text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port))),
    };
    let port = port.map_or(Ok(ENROL_PORT), |port| port.parse().map_err(|_| wrong()))?;
    if host.is_empty() || host.contains(char::is_whitespace) {
        return Err(wrong());
    }
    Ok(Place { host: host.to_owned(), port })
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
    notify::ready();
    let stop = async {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        notify::stopping();
    };
    Ok(door.run_until(stop).await?)
}
