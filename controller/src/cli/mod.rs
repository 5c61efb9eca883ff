//! The command line.
//!
//! Exit codes: 0 done, 1 failed (the reason is on standard error), 2 used wrongly. OPERATE has a table of all commands.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use access::id::DoorId;
use anyhow::Context;
use clap::{Args, CommandFactory as _, Parser, Subcommand};
use dashboard::console::Language;
use db::site::{Actor, Older, Site, older};
use service::manual::{self, EXIT_CODES, Manual};

use crate::clock::utc_now;
use crate::config::Config;
use crate::start;

mod doctor;
#[cfg(test)]
mod documents;
mod door;
mod explain;
mod identity;
mod import;
mod keys;
mod lockdown;
mod log;
mod operator;
mod restore;
mod run;
mod time;

/// Exit code for a log that is damaged: not the same as one that could not be read.
const DAMAGED: u8 = 3;

/// Whom the operator log names for what is done here: whoever has a shell on this machine.
const OPERATOR: &str = "command-line";

/// The central controller of a Kulku site: broker, log, whitelists, dashboard.
#[derive(Parser)]
#[command(name = "kulku-controller", version, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs until SIGTERM or Ctrl-C.
    #[command(after_help = EXIT_CODES)]
    Run {
        #[command(flatten)]
        config: ConfigPath,
        /// Prints one line of JSON with the addresses once it is ready.
        #[arg(long)]
        json: bool,
    },
    /// The configuration.
    #[command(subcommand)]
    Config(Configuration),
    /// What `config check` is, in one word: notes and scripts of administrators have it.
    #[command(hide = true)]
    Check(Common),
    /// Looks at everything that the controller needs, and says what is wrong and what to do. Changes nothing, and works while
    /// the controller runs.
    #[command(after_help = service::doctor::EXIT_CODES)]
    Doctor(Common),
    /// Doors. Works while the controller runs.
    #[command(subcommand)]
    Door(Door),
    /// The site's authority, of which doors have their certificates.
    #[command(subcommand)]
    Authority(Authority),
    /// Writes a configuration for Mosquitto, with its certificate, the rights of doors and the list of revoked ones.
    #[command(after_help = EXIT_CODES)]
    MosquittoConfig(identity::MosquittoConfig),
    /// Lockdowns, for when the dashboard cannot be reached. Works while the controller runs.
    #[command(subcommand)]
    Lockdown(Lockdown),
    /// Makes a checked backup of the database. Works while the controller runs.
    #[command(after_help = EXIT_CODES)]
    Backup(restore::Backup),
    /// Puts a backup back. The controller must not run; what is there is kept.
    #[command(after_help = EXIT_CODES)]
    Restore(restore::Restore),
    /// After a backup was put back: what doors know that it does not, and what becomes of it. Works while the
    /// controller runs, which has to run for doors to tell.
    #[command(after_help = EXIT_CODES)]
    Reconcile(restore::Reconcile),
    /// Masters, from which the keys of cards are derived.
    #[command(subcommand)]
    Keys(Keys),
    /// The log: whether it is whole, and evidence from it. Works while the controller runs.
    #[command(subcommand)]
    Log(Log),
    /// People who sign in to the dashboard. Works while the controller runs.
    #[command(subcommand)]
    Operator(operator::Operator),
    /// Tokens for the API. Works while the controller runs.
    #[command(subcommand)]
    Token(operator::Token),
    /// Says whether a card would pass a door, and why. Works while the controller runs.
    #[command(after_help = EXIT_CODES)]
    Explain(explain::Explain),
    /// Says what a file of a register would change, and applies it. Works while the controller runs.
    #[command(after_help = import::EXIT_CODES)]
    Import(import::Import),
    /// Writes man pages and completions, for packages.
    #[command(hide = true)]
    Manual(Manual),
}

#[derive(Subcommand)]
enum Configuration {
    /// Reads the configuration, says what it means, and changes nothing.
    #[command(after_help = EXIT_CODES)]
    Check(Common),
}

#[derive(Subcommand)]
enum Door {
    /// Prints a one-time code with which a door gets its key and its certificate; with --name it is added.
    #[command(after_help = EXIT_CODES)]
    Enrol(identity::EnrolArgs),
    /// Lists the doors with their certificates.
    #[command(after_help = EXIT_CODES)]
    Identities(identity::Identities),
    /// Ends a door's identity, such as of a box that was stolen: its certificates and its key for messages.
    #[command(after_help = EXIT_CODES)]
    Revoke(identity::Revoke),
    /// Adds a door with a fresh key and writes the file that its agent starts with, where tls = false.
    #[command(after_help = EXIT_CODES)]
    Add(door::Add),
    /// Lists the doors.
    #[command(after_help = EXIT_CODES)]
    List(Common),
    /// Prints a door's password at the broker, for the password file of an external one.
    #[command(after_help = EXIT_CODES)]
    BrokerPassword {
        /// Which door.
        id: DoorId,
        #[command(flatten)]
        config: ConfigPath,
    },
}

#[derive(Subcommand)]
enum Authority {
    /// Makes a new one where the one before is lost for good. All doors are to be enrolled anew then.
    #[command(after_help = EXIT_CODES)]
    New {
        #[command(flatten)]
        config: ConfigPath,
    },
}

#[derive(Subcommand)]
enum Lockdown {
    /// Locks doors down: no card passes but those that a rule exempts, and exits stay free.
    #[command(after_help = EXIT_CODES)]
    Start(lockdown::Start),
    /// Lifts a lockdown, or all.
    #[command(after_help = EXIT_CODES)]
    Lift(lockdown::Lift),
    /// Lists the lockdowns that are on, and at how many doors each is in force.
    #[command(after_help = EXIT_CODES)]
    List(lockdown::List),
}

#[derive(Subcommand)]
enum Keys {
    /// Draws new masters and puts them into a file.
    #[command(after_help = EXIT_CODES)]
    New(keys::New),
}

#[derive(Subcommand)]
enum Log {
    /// Walks the log, the operator log and the seals, and names the first row that was changed, removed or added.
    #[command(after_help = log::EXIT_CODES)]
    Verify(log::Verify),
    /// Writes rows with chain, seals and public key into a file that can be verified without Kulku.
    #[command(after_help = EXIT_CODES)]
    Export(log::Export),
    /// Prints the public key of the seals. Keep it where nobody reaches it who reaches this machine.
    #[command(after_help = EXIT_CODES)]
    Key(Common),
}

/// What most commands take.
#[derive(Args)]
struct Common {
    #[command(flatten)]
    config: ConfigPath,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct ConfigPath {
    /// The configuration file.
    #[arg(long = "config", value_name = "FILE", default_value = "/etc/kulku/controller.toml")]
    path: PathBuf,
}

/// Does what the arguments ask.
#[must_use]
pub fn main() -> ExitCode {
    match dispatch(Cli::parse().command) {
        Ok(code) => code,
        Err(error) => {
            // If even this cannot be written the exit code has to do.
            let _ = writeln!(std::io::stderr(), "kulku-controller: {error:#}");
            if error.is::<log::Damaged>() { ExitCode::from(DAMAGED) } else { ExitCode::FAILURE }
        }
    }
}

fn dispatch(command: Command) -> anyhow::Result<ExitCode> {
    let done = match command {
        Command::Doctor(Common { config, json }) => return doctor::doctor(&config.path, json),
        Command::Import(asked) => return import::import(&asked),
        Command::Run { config, json } => run::run(config.read()?, json),
        Command::Config(Configuration::Check(common)) | Command::Check(common) => run::check(&common),
        Command::Door(Door::Add(add)) => door::add(&add),
        Command::Door(Door::Enrol(enrol)) => identity::enrol(&enrol),
        Command::Door(Door::Identities(identities)) => identity::identities(&identities),
        Command::Door(Door::Revoke(revoke)) => identity::revoke(&revoke),
        Command::Authority(Authority::New { config }) => identity::new_authority(&config.read()?),
        Command::MosquittoConfig(config) => identity::mosquitto(&config),
        Command::Door(Door::List(Common { config, json })) => door::list(&config.read()?, json),
        Command::Door(Door::BrokerPassword { id, config }) => door::broker_password(&config.read()?, &id),
        Command::Lockdown(Lockdown::Start(start)) => lockdown::start(&start),
        Command::Lockdown(Lockdown::Lift(lift)) => lockdown::lift(&lift),
        Command::Lockdown(Lockdown::List(list)) => lockdown::list(&list),
        Command::Backup(backup) => restore::backup(&backup),
        Command::Restore(restore) => restore::restore(&restore),
        Command::Reconcile(reconcile) => restore::reconcile(&reconcile),
        Command::Keys(Keys::New(new)) => keys::new(&new),
        Command::Log(Log::Verify(verify)) => log::verify(&verify),
        Command::Log(Log::Export(export)) => log::export(&export),
        Command::Log(Log::Key(common)) => log::key(&common),
        Command::Operator(operator::Operator::Add(one)) => operator::add(&one),
        Command::Operator(operator::Operator::Reset(one)) => operator::reset(&one),
        Command::Token(operator::Token::Add(new)) => operator::add_token(&new),
        Command::Explain(asked) => explain::explain(&asked),
        Command::Manual(Manual { folder }) => Ok(manual::write(Cli::command(), &folder)?),
    };
    done.map(|()| ExitCode::SUCCESS)
}

impl ConfigPath {
    fn read(&self) -> anyhow::Result<Config> {
        Ok(Config::read(&self.path)?)
    }
}

/// Opens the database beside a controller that may be running. One of an older program is migrated, if none runs.
fn open(config: &Config) -> anyhow::Result<Site> {
    if let Some(folder) = config.database.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    let Some(older) = older(&config.database)? else { return Ok(Site::open(&config.database, &config.site)?) };
    // A controller of the older program that still runs would lose its tables.
    let lock = start::lock(&config.database).with_context(|| {
        format!("{} is of an older program, which is to be ended before it is migrated", config.database.display())
    })?;
    let site = Site::open(&config.database, &config.site)?;
    drop(lock);
    let Older { found, known, copy, .. } = older;
    writeln!(
        std::io::stderr(),
        "The database had schema {found}, and has schema {known} now. As it was before it is kept as {}.",
        copy.display()
    )?;
    Ok(site)
}

fn actor() -> Actor<'static> {
    Actor { operator: OPERATOR, at: utc_now() }
}

/// How the command line names a language.
fn language(code: &str) -> Result<Language, String> {
    Language::from_code(code).ok_or_else(|| "fi, sv or en".to_owned())
}

/// What came of a command, for a program or for a person.
fn answer(json: bool, value: &serde_json::Value, text: &str) -> anyhow::Result<()> {
    if json { say(&value.to_string()) } else { say(text) }
}

/// One line on standard output.
fn say(text: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout(), "{text}").context("standard output cannot be written to")
}
