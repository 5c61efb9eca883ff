//! `operator add`, `operator reset`, `token add`.

use std::io::{BufRead, Read};

use anyhow::{Context, bail, ensure};
use clap::{Args, Subcommand};
use dashboard::password::LENGTH_MIN;
use db::site::NewToken;
use serde_json::json;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{Common, EXIT_CODES, actor, answer, open};
use crate::clock::utc_now;
use crate::hex;

/// Longest line that is read from standard input, in bytes.
const LINE_LENGTH_MAX: u64 = 4_096;

#[derive(Subcommand)]
pub(super) enum Operator {
    /// Adds an administrator; the dashboard adds others. The password is the first line of standard input, since
    /// arguments can be seen by every account on this machine.
    #[command(after_help = EXIT_CODES)]
    Add(One),
    /// Takes password, second step and sessions from an operator who has lost one of them, and prints the path of a link
    /// by which they set a new password.
    #[command(after_help = EXIT_CODES)]
    Reset(One),
}

#[derive(Subcommand)]
pub(super) enum Token {
    /// Makes a token and prints it, once.
    #[command(after_help = EXIT_CODES)]
    Add(NewOne),
}

#[derive(Args)]
pub(super) struct One {
    /// What they sign in with.
    name: String,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
pub(super) struct NewOne {
    /// Whose rights it has.
    operator: String,
    /// What it is for, so that somebody knows later which one to take away.
    label: String,
    #[command(flatten)]
    common: Common,
}

pub(super) fn add(One { name, common }: &One) -> anyhow::Result<()> {
    let config = common.config.read()?;
    let password = first_line()?;
    ensure!(
        password.chars().count() >= LENGTH_MIN,
        "the password has fewer than {LENGTH_MIN} characters; a few words are easy to remember"
    );
    let site = open(&config)?;
    let runtime = tokio::runtime::Builder::new_current_thread().build().context("the runtime could not be started")?;
    let hash = runtime.block_on(dashboard::password::hash(&password))?;
    site.add_operator(&actor(), name, &hash)?;
    answer(common.json, &json!({ "operator": name }), "The operator is added and can sign in.")
}

pub(super) fn add_token(NewOne { operator, label, common }: &NewOne) -> anyhow::Result<()> {
    let site = open(&common.config.read()?)?;
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
    answer(common.json, &json!({ "token": token.as_str() }), &token)
}

/// For whoever has lost password or telephone, when no admin is left who could help them from the dashboard.
pub(super) fn reset(One { name, common }: &One) -> anyhow::Result<()> {
    let site = open(&common.config.read()?)?;
    let Some(operator) = site.operator(name)? else {
        bail!("there is no operator of that name; add one with: kulku-controller operator add NAME");
    };
    let link = dashboard::invitation::link(utc_now()).context("the operating system gives no random bytes")?;
    site.reset_operator(&actor(), operator.id, (link.sha256, link.expires))?;
    let text = format!("Password, second step and sessions are gone. Good once, for three days: {}", link.path);
    answer(common.json, &json!({ "operator": name, "path": link.path, "until_ms": link.expires.0 }), &text)
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
