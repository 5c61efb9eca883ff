//! `[rights_to_practise]`: the register that says who may practise what.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use zeroize::Zeroizing;

use super::{Checker, ConfigError, read_bounded};

/// How often the register is asked, in seconds: at most once a minute, at least once a week.
const EVERY_S: std::ops::RangeInclusive<u64> = 60..=7 * 24 * 3_600;
const EVERY_DEFAULT_S: u64 = 24 * 3_600;

/// How long the answer may take, in seconds.
const TIME_OUT_S: std::ops::RangeInclusive<u64> = 1..=600;
const TIME_OUT_DEFAULT_S: u64 = 120;

/// A register of rights to practise.
#[derive(Clone)]
pub struct Register {
    /// Where it answers.
    pub url: String,
    /// What it is called, in the database and on pages.
    pub source: String,
    /// What the controller shows it; open if it asks for nothing.
    pub token: Option<Zeroizing<String>>,
    /// The authority of its TLS certificate, if that is none that everybody trusts.
    pub authority: Option<PathBuf>,
    /// How often it is asked.
    pub every: Duration,
    /// How long its answer may take.
    pub time_out: Duration,
}

impl fmt::Debug for Register {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Register").field("source", &self.source).field("every", &self.every).finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRegister {
    url: String,
    source: Option<String>,
    token_file: Option<PathBuf>,
    authority_file: Option<PathBuf>,
    every_s: Option<u64>,
    time_out_s: Option<u64>,
}

impl Checker<'_> {
    pub(super) fn register(&self, raw: &RawRegister) -> Result<Register, ConfigError> {
        let host = self.host(&raw.url)?;
        let token = raw.token_file.as_ref().map(|file| self.token(file)).transpose()?;
        let every = self.within("rights_to_practise.every_s", raw.every_s, EVERY_S)?;
        let time_out = self.within("rights_to_practise.time_out_s", raw.time_out_s, TIME_OUT_S)?;
        let source = raw.source.clone().unwrap_or(host);
        if source.trim().is_empty() || source.len() > 64 {
            return Err(self.key("rights_to_practise.source", &"must be a name of 1 to 64 bytes"));
        }
        Ok(Register {
            url: raw.url.clone(),
            source,
            token,
            authority: raw.authority_file.as_ref().map(|file| self.beside(file)),
            every: Duration::from_secs(every.unwrap_or(EVERY_DEFAULT_S)),
            time_out: Duration::from_secs(time_out.unwrap_or(TIME_OUT_DEFAULT_S)),
        })
    }

    /// The address's host. Rights are of people, and whoever can change them on the way can make a physician:
    /// only this machine may be asked in the clear.
    fn host(&self, url: &str) -> Result<String, ConfigError> {
        const KEY: &str = "rights_to_practise.url";
        let no_address = || self.key(KEY, &format!("{url:?} is no address that begins with https://"));
        let (scheme, rest) = url.split_once("://").ok_or_else(no_address)?;
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if authority.contains('@') {
            return Err(self.key(KEY, &"has a sign-in in it, which logs would show; use token_file"));
        }
        let host = match authority.strip_prefix('[') {
            Some(rest) => rest.split(']').next().unwrap_or_default(),
            None => authority.split(':').next().unwrap_or_default(),
        };
        match (scheme, host) {
            (_, "") => Err(no_address()),
            ("https", _) | ("http", "localhost" | "127.0.0.1" | "::1") => Ok(host.to_owned()),
            ("http", _) => Err(self.key(
                KEY,
                &format!("{url:?} would be asked in the clear, and its answer decides who may pass: use https://"),
            )),
            _ => Err(no_address()),
        }
    }

    fn token(&self, file: &Path) -> Result<Zeroizing<String>, ConfigError> {
        const KEY: &str = "rights_to_practise.token_file";
        let file = self.beside(file);
        let text = read_bounded(&file)
            .map_err(|error| self.key(KEY, &format!("{} cannot be read: {error}", file.display())))?;
        let token = Zeroizing::new(text.trim().to_owned());
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(self.key(KEY, &format!("{} must hold one word of ASCII characters", file.display())));
        }
        Ok(token)
    }
}
