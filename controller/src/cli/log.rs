//! `log verify`, `log export`, `log key`.

use std::fmt;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use data_encoding::HEXLOWER as HEX;
use db::site::{Checked, Damage, Seal, Site};
use sha2::{Digest, Sha256};

use super::{ConfigPath, open, say};
use crate::config::Config;
use crate::seal::kept::KeptSeals;
use crate::seal::{self, SealKey, Trusted};

mod export;

pub(super) use export::{Export, export};

/// Rows of one step.
const ROWS: u32 = 10_000;

/// Rows after which it is said how far the check has come.
const TELL_EVERY: u64 = 250_000;

pub(super) const EXIT_CODES: &str = "Exit codes: 0 the log is whole, 1 it could not be checked (the reason is on standard error), 2 used wrongly, \
     3 the log is damaged.";

#[derive(Args)]
pub(super) struct Verify {
    #[command(flatten)]
    config: ConfigPath,
    /// A public key in PEM whose seals are believed too, such as one of before. May be given several times.
    #[arg(long = "key", value_name = "FILE")]
    keys: Vec<PathBuf>,
}

/// The log is damaged, which has an exit code of its own.
#[derive(Debug)]
pub(super) struct Damaged(Damage);

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the log is damaged: {}. It is the first place that does not fit; there may be others. Keep a copy of the \
             database as it is",
            self.0
        )
    }
}

impl std::error::Error for Damaged {}

pub(super) fn verify(verify: &Verify) -> anyhow::Result<()> {
    let config = verify.config.read()?;
    let site = open(&config)?;
    let trusted = trusted(&config, &site, &verify.keys)?;
    let signed = |seal: &Seal| trusted.signed(site.id(), seal);
    let mut check = site.check_log()?;
    let mut told = 0;
    loop {
        match site.check_log_on(&mut check, ROWS, &signed)? {
            Checked::More { rows, of } if rows >= told + TELL_EVERY => {
                told = rows;
                // If this cannot be written the check is worth no less.
                let _ = writeln!(std::io::stderr(), "{rows} of {of} rows");
            }
            Checked::More { .. } => {}
            Checked::Whole(whole) => {
                if let Some(damage) = KeptSeals::read(&config.identity)?.missing(&site)? {
                    return Err(Damaged(damage).into());
                }
                say(&format!(
                    "The log is whole: {} rows, {} changes in the operator log, {} seals.",
                    whole.rows, whole.changes, whole.seals
                ))?;
                return Ok(());
            }
            Checked::Damaged(damage) => return Err(Damaged(damage).into()),
        }
    }
}

pub(super) fn key(config: &Config) -> anyhow::Result<()> {
    let public = public(config)?;
    say(seal::public_pem(&public).trim_end())?;
    say(&format!("SHA-256 of the key's 32 bytes: {}", HEX.encode(&Sha256::digest(public))))
}

fn public(config: &Config) -> anyhow::Result<[u8; 32]> {
    let folder = config.identity.clone();
    let key = SealKey::read(&folder)?.with_context(|| {
        format!("there is no seal key in {} yet: it is made when the controller first runs", folder.display())
    })?;
    Ok(key.public())
}

fn trusted(config: &Config, site: &Site, more: &[PathBuf]) -> anyhow::Result<Trusted> {
    let folder = config.identity.clone();
    let trusted = Trusted::read(&folder, more)?;
    if trusted.is_empty() && site.newest_seal()?.is_some() {
        bail!(
            "there is no seal key in {}: bring the folder back from its copy, or name a file with the public key by --key",
            folder.display()
        );
    }
    Ok(trusted)
}
