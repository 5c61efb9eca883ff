//! `log verify`, `log export`, `log key`.

use std::fmt;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use data_encoding::HEXLOWER as HEX;
use db::site::{Checked, Damage, Seal, Site};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{Common, answer, open};
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
    common: Common,
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
    let checked = whole(verify);
    if let (true, Some(damaged)) =
        (verify.common.json, checked.as_ref().err().and_then(|error| error.downcast_ref::<Damaged>()))
    {
        answer(true, &json!({ "whole": false, "damage": damaged.0.to_string() }), "")?;
    }
    checked
}

fn whole(verify: &Verify) -> anyhow::Result<()> {
    let config = verify.common.config.read()?;
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
                let (rows, changes, seals) = (whole.rows, whole.changes, whole.seals);
                let text =
                    format!("The log is whole: {rows} rows, {changes} changes in the operator log, {seals} seals.");
                let value = json!({ "whole": true, "rows": rows, "changes": changes, "seals": seals });
                return answer(verify.common.json, &value, &text);
            }
            Checked::Damaged(damage) => return Err(Damaged(damage).into()),
        }
    }
}

pub(super) fn key(common: &Common) -> anyhow::Result<()> {
    let public = public(&common.config.read()?)?;
    let (pem, sum) = (seal::public_pem(&public), HEX.encode(&Sha256::digest(public)));
    let text = format!("{}\nSHA-256 of the key's 32 bytes: {sum}", pem.trim_end());
    answer(common.json, &json!({ "pem": pem, "sha256": sum }), &text)
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
