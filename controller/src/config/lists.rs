//! `authorities` and `[[revocation_list]]`: who may sign, and where lists come from.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use super::{Checker, ConfigError};

/// Most places that lists come from. The whole Finnish hierarchy has fewer than 40 lists.
pub const LIST_SOURCES_MAX: usize = 64;

/// Most entries of `authorities`; one can be a folder.
pub const AUTHORITY_PATHS_MAX: usize = 256;

/// How often a list is fetched, in seconds. More often than once a minute is a burden on its issuer; a list that
/// is fetched less than once a week revokes nobody in time.
const EVERY_S: std::ops::RangeInclusive<u64> = 60..=7 * 24 * 3_600;
const EVERY_DEFAULT_S: u64 = 3_600;

/// How long a list may take to come, in seconds: 45 MB over a slow line take minutes.
const TIME_OUT_S: std::ops::RangeInclusive<u64> = 1..=600;
const TIME_OUT_DEFAULT_S: u64 = 120;

/// How large a list may be. The largest known has 45 MB, and a list is in memory while it is checked.
const SIZE_BYTES: std::ops::RangeInclusive<u64> = 1_024..=512 * 1_024 * 1_024;
/// The bound of [`certificates::list::Bounds`], which keeps the controller under 200 MiB for a list.
const SIZE_DEFAULT_BYTES: u64 = 64 * 1_024 * 1_024;

/// A place that revocation lists come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListSource {
    /// Where.
    pub location: Location,
    /// How often it is fetched. A file or folder is looked at all the time, and read when it changes.
    pub every: Duration,
    /// What it means that its lists are past their next update.
    pub stale: Stale,
    /// How long an answer may take, all of it.
    pub time_out: Duration,
    /// The largest list, in bytes.
    pub size_max: usize,
}

/// Where lists lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// On a web server.
    Address(String),
    /// In a file, or in the files of a folder.
    Path(PathBuf),
}

/// What a list means that is past its next update. It is an alarm in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Stale {
    /// What it says stays as it is: a nurse is not kept from a patient because a server is away.
    #[default]
    GoOn,
    /// No card with a certificate of that issuer opens a door, since it may have been revoked.
    Refuse,
}

impl ListSource {
    /// One with the defaults.
    #[must_use]
    pub fn new(location: Location) -> Self {
        Self {
            location,
            every: Duration::from_secs(EVERY_DEFAULT_S),
            stale: Stale::default(),
            time_out: Duration::from_secs(TIME_OUT_DEFAULT_S),
            size_max: usize::try_from(SIZE_DEFAULT_BYTES).unwrap_or(usize::MAX),
        }
    }
}

impl std::fmt::Display for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Address(address) => f.write_str(address),
            Self::Path(path) => path.display().fmt(f),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawList {
    location: String,
    every_s: Option<u64>,
    stale: Option<String>,
    time_out_s: Option<u64>,
    size_max_bytes: Option<u64>,
}

impl Checker<'_> {
    pub(super) fn authorities(&self, raw: &[String]) -> Result<Vec<PathBuf>, ConfigError> {
        const KEY: &str = "authorities";
        if raw.len() > AUTHORITY_PATHS_MAX {
            return Err(self.key(KEY, &format!("has more than {AUTHORITY_PATHS_MAX} entries; name a folder instead")));
        }
        if raw.iter().any(String::is_empty) {
            return Err(self.key(KEY, &"has an empty entry; name a file, a folder, or FOLDER/*.pem"));
        }
        Ok(raw.iter().map(|path| self.beside(Path::new(path))).collect())
    }

    pub(super) fn lists(&self, raw: &[RawList], authorities: &[PathBuf]) -> Result<Vec<ListSource>, ConfigError> {
        const KEY: &str = "revocation_list";
        if raw.len() > LIST_SOURCES_MAX {
            return Err(self.key(KEY, &format!("there are more than {LIST_SOURCES_MAX}; put files into one folder")));
        }
        if !raw.is_empty() && authorities.is_empty() {
            return Err(self.key(
                "authorities",
                &"is missing beside revocation_list, so no list could be believed: name the certificates of those \
                  who issue the lists",
            ));
        }
        let lists = raw.iter().map(|raw| self.list(raw)).collect::<Result<Vec<_>, _>>()?;
        let twice = lists
            .iter()
            .enumerate()
            .find(|(n, list)| lists.iter().take(*n).any(|earlier| earlier.location == list.location));
        match twice {
            Some((_, list)) => {
                Err(self.key("revocation_list.location", &format!("{} is there twice; remove one", list.location)))
            }
            None => Ok(lists),
        }
    }

    fn list(&self, raw: &RawList) -> Result<ListSource, ConfigError> {
        let default = ListSource::new(self.location(&raw.location)?);
        let stale = match raw.stale.as_deref() {
            None | Some("go-on") => Stale::GoOn,
            Some("refuse") => Stale::Refuse,
            Some(other) => {
                return Err(
                    self.key("revocation_list.stale", &format!("{other:?} is neither \"go-on\" nor \"refuse\""))
                );
            }
        };
        let every = self.within("revocation_list.every_s", raw.every_s, EVERY_S)?;
        let time_out = self.within("revocation_list.time_out_s", raw.time_out_s, TIME_OUT_S)?;
        let size_max = self.within("revocation_list.size_max_bytes", raw.size_max_bytes, SIZE_BYTES)?;
        Ok(ListSource {
            every: every.map_or(default.every, Duration::from_secs),
            stale,
            time_out: time_out.map_or(default.time_out, Duration::from_secs),
            size_max: size_max.and_then(|size| usize::try_from(size).ok()).unwrap_or(default.size_max),
            location: default.location,
        })
    }

    fn location(&self, text: &str) -> Result<Location, ConfigError> {
        const KEY: &str = "revocation_list.location";
        if text.is_empty() {
            return Err(self.key(KEY, &"is empty; name a file, a folder, or an address that begins with http://"));
        }
        match text.split_once("://") {
            Some(("http" | "https", rest)) if rest.split('/').next().is_some_and(|host| host.contains('@')) => {
                // It is shown on pages and in logs.
                Err(self
                    .key(KEY, &"has a sign-in in it; revocation lists are for everybody, so use an address without"))
            }
            Some(("http" | "https", rest)) if !rest.is_empty() && !rest.starts_with('/') => {
                Ok(Location::Address(text.to_owned()))
            }
            Some(_) => Err(self.key(KEY, &format!("{text:?} is no address that begins with http:// or https://"))),
            None => Ok(Location::Path(self.beside(Path::new(text)))),
        }
    }

    /// A number that is given must lie in its bounds.
    pub(super) fn within(
        &self,
        key: &'static str,
        given: Option<u64>,
        bounds: std::ops::RangeInclusive<u64>,
    ) -> Result<Option<u64>, ConfigError> {
        match given {
            Some(number) if !bounds.contains(&number) => Err(self.key(
                key,
                &format!("{number} is not from {} to {}; choose a number in between", bounds.start(), bounds.end()),
            )),
            given => Ok(given),
        }
    }
}
