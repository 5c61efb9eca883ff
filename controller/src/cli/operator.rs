//! `operator add`, `token add`.

use std::io::{BufRead, Read};

use anyhow::{Context, bail, ensure};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{actor, open, say};
use crate::config::Config;
use crate::hex;

/// Shortest password, in characters. Length is what makes a password hard to guess; rules about its
/// letters are not.
const PASSWORD_LENGTH_MIN: usize = 12;

/// Longest line that is read from standard input, in bytes.
const LINE_LENGTH_MAX: u64 = 4_096;

pub(super) fn add(config: &Config, name: &str) -> anyhow::Result<()> {
    let password = first_line()?;
    ensure!(
        password.chars().count() >= PASSWORD_LENGTH_MIN,
        "the password has fewer than {PASSWORD_LENGTH_MIN} characters; a few words are easy to remember"
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
    site.add_token(&actor(), operator.id, label, Sha256::digest(token.as_bytes()).into(), None)?;
    say(&token)
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
