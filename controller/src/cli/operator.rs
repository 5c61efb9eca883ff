//! `operator add`, `operator reset`, `token add`.

use std::io::{BufRead, Read};

use anyhow::{Context, bail, ensure};
use dashboard::password::LENGTH_MIN;
use db::site::NewToken;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{actor, open, say};
use crate::clock::utc_now;
use crate::config::Config;
use crate::hex;

/// Longest line that is read from standard input, in bytes.
const LINE_LENGTH_MAX: u64 = 4_096;

pub(super) fn add(config: &Config, name: &str) -> anyhow::Result<()> {
    let password = first_line()?;
    ensure!(
        password.chars().count() >= LENGTH_MIN,
        "the password has fewer than {LENGTH_MIN} characters; a few words are easy to remember"
    );
    let site = open(config)?;
    let runtime = tokio::runtime::Builder::new_current_thread().build().context("the runtime could not be started")?;
    let hash = runtime.block_on(dashboard::password::hash(&password))?;
    site.add_operator(&actor(), name, &hash)?;
    say("The operator is added and can sign in.")
}

pub(super) fn add_token(config: &Config, operator: &str, label: &str) -> anyhow::Result<()> {
    let site = open(config)?;
    let Some(operator) = site.operator(operator)? else {
        bail!("there is no operator of that name; add one with: kulku-controller operator add NAME");
    };
    let mut secret = Zeroizing::new([0; 32]);
    getrandom::fill(secret.as_mut_slice()).context("the operating system gives no random bytes")?;
    let token = hex::encode(secret.as_slice());
    // The database holds its digest only, so a copy of it lets nobody in.
    let sha256 = Sha256::digest(token.as_bytes()).into();
    let new = NewToken { operator: operator.id, label, sha256, scope: "all", expires: None };
    site.add_token(&actor(), &new)?;
    say(&token)
}

/// For whoever has lost password or telephone, when no admin is left who could help them from the dashboard.
pub(super) fn reset(config: &Config, name: &str) -> anyhow::Result<()> {
    let site = open(config)?;
    let Some(operator) = site.operator(name)? else {
        bail!("there is no operator of that name; add one with: kulku-controller operator add NAME");
    };
    let link = dashboard::invitation::link(utc_now()).context("the operating system gives no random bytes")?;
    site.reset_operator(&actor(), operator.id, (link.sha256, link.expires))?;
    say(&format!("Password, second step and sessions are gone. Good once, for three days: {}", link.path))
}

fn first_line() -> anyhow::Result<Zeroizing<String>> {
    let mut line = Zeroizing::new(String::new());
    std::io::stdin()
        .lock()
        .take(LINE_LENGTH_MAX)
        .read_line(&mut line)
        .context("the password cannot be read from standard input")?;
    let length = line.trim_end_matches(['\r', '\n']).len();
    line.truncate(length);
    Ok(line)
}
