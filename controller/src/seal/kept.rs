//! What was sealed, outside of the database: whoever can write to the database could delete seals together with the rows
//! that they speak of, and the next night would sign what is left as if nothing had been before it.
//!
//! A line for each seal: number, day, when it was made, and digest in hexadecimal digits. The newest is the last.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use access::id::SiteId;
use access::time::UtcMs;
use data_encoding::HEXLOWER as HEX;
use db::site::{Damage, Harm, LogPart, Seal, Site, SiteError};

use super::SealError;

/// The file, beside the key.
const FILE: &str = "seals.txt";

/// How much of its end is read, in bytes: ten thousand seals, some thirty years.
const READ_MAX: u64 = 1_000_000;

/// A seal that was made here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Line {
    number: u64,
    day: i64,
    made: UtcMs,
    digest: [u8; 32],
}

/// Why the seals could not be held against the file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeptError {
    /// The file.
    #[error(transparent)]
    File(#[from] SealError),
    /// The database.
    #[error(transparent)]
    Site(#[from] SiteError),
}

/// The seals that were made here, oldest first.
pub(crate) struct KeptSeals {
    path: PathBuf,
    lines: Vec<Line>,
}

impl KeptSeals {
    /// Reads the file; nothing was made if there is none.
    pub(crate) fn read(folder: &Path) -> Result<Self, SealError> {
        let path = folder.join(FILE);
        let bytes = tail(&path).map_err(|source| SealError::File { path: path.clone(), source })?;
        // A line that was cut short by a loss of power is none: its seal is in the database, and is noted again.
        let lines = String::from_utf8_lossy(&bytes).lines().filter_map(Line::parse).collect();
        Ok(Self { path, lines })
    }

    /// The newest seal that the database should have and has not as it was made. A backup that was put back since then
    /// explains that it is not there; but then the newest seal of the backup must be one that was made here.
    pub(crate) fn missing(&self, site: &Site) -> Result<Option<Damage>, SiteError> {
        let Some(last) = self.lines.last() else { return Ok(None) };
        let damage = |harm| Ok(Some(Damage { part: LogPart::Seals, row: last.number, harm }));
        let found = site.seal(last.number)?;
        if found.as_ref().is_some_and(|seal| seal.digest(site.id()) == last.digest) {
            return Ok(None);
        }
        let harm = match found {
            Some(_) => Harm::Changed { column: Some("digest") },
            None => Harm::Removed { through: last.number },
        };
        let Some(restored) = site.restored()?.map(|restored| restored.at).filter(|at| *at >= last.made) else {
            return damage(harm);
        };
        let mut seal = site.newest_seal()?;
        // What was sealed since the backup was put back may not have been noted.
        while let Some(newer) = seal.take_if(|seal| seal.made > restored) {
            seal = site.seal(newer.number.saturating_sub(1))?;
        }
        let Some(seal) = seal else { return Ok(None) };
        let before_all = self.lines.iter().all(|line| line.number > seal.number);
        if before_all || self.lines.contains(&Line::of(site.id(), &seal)) { Ok(None) } else { damage(harm) }
    }

    /// Notes the newest seal of the database, if it is not the last that was noted.
    pub(crate) fn note(&mut self, site: &SiteId, newest: Option<&Seal>) -> Result<(), SealError> {
        let Some(line) = newest.map(|seal| Line::of(site, seal)) else { return Ok(()) };
        if self.lines.last() == Some(&line) {
            return Ok(());
        }
        append(&self.path, &line).map_err(|source| SealError::File { path: self.path.clone(), source })?;
        self.lines.push(line);
        Ok(())
    }
}

impl Line {
    fn of(site: &SiteId, seal: &Seal) -> Self {
        Self { number: seal.number, day: seal.day, made: seal.made, digest: seal.digest(site) }
    }

    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let line = Self {
            number: words.next()?.parse().ok()?,
            day: words.next()?.parse().ok()?,
            made: UtcMs(words.next()?.parse().ok()?),
            digest: HEX.decode(words.next()?.as_bytes()).ok()?.try_into().ok()?,
        };
        words.next().is_none().then_some(line)
    }
}

fn tail(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        file => file?,
    };
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(READ_MAX)))?;
    let mut bytes = Vec::new();
    file.take(READ_MAX).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// On a line of its own, even after one that was cut short, and on the disk.
fn append(path: &Path, Line { number, day, made, digest }: &Line) -> io::Result<()> {
    let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
    file.write_all(format!("\n{number} {day} {} {}\n", made.0, HEX.encode(digest)).as_bytes())?;
    file.sync_all()?;
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}
