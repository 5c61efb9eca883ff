//! What a file says about itself, read before SQLite touches it (SQLite file format, sections 1.3 and 4).

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;

use super::{FileError, Kind, beside, unreadable};

const HEADER_LENGTH: usize = 100;
const MAGIC: &[u8] = b"SQLite format 3\0";
const WAL_HEADER_LENGTH: usize = 32;
const WAL_FRAME_HEADER_LENGTH: usize = 24;

/// Refuses a file that is empty, foreign or shorter than its header says.
pub(super) fn check(path: &Path, kind: &Kind) -> Result<(), FileError> {
    let (bytes, has) = read(path).map_err(|source| unreadable(path, source))?;
    let foreign = || FileError::Foreign { path: path.to_path_buf(), what: kind.what };
    if has == 0 {
        return Err(FileError::Empty { path: path.to_path_buf(), remedy: kind.remedy });
    }
    let magic = bytes.get(..MAGIC.len().min(bytes.len()));
    if magic.is_none_or(|magic| !MAGIC.starts_with(magic)) {
        return Err(foreign());
    }
    let truncated = |needs| FileError::Truncated { path: path.to_path_buf(), has, needs, remedy: kind.remedy };
    let Some(header) = Header::read(&bytes) else {
        return Err(truncated(HEADER_LENGTH as u64));
    };
    if header.application_id != kind.application_id {
        return Err(foreign());
    }
    let needs = header.page_size * header.page_count;
    if has < needs {
        let mends = wal_has_rest(path, &header, has).map_err(|source| unreadable(path, source))?;
        // Another process may have finished its checkpoint since the length was read.
        let has_now = fs::metadata(path).map_err(|source| unreadable(path, source))?.len();
        if !mends && has_now < needs {
            return Err(truncated(needs));
        }
    }
    Ok(())
}

struct Header {
    page_size: u64,
    page_count: u64,
    application_id: u32,
}

impl Header {
    fn read(bytes: &[u8]) -> Option<Self> {
        let page_size = match u16::from_be_bytes(*bytes.get(16..)?.first_chunk()?) {
            1 => 65_536,
            other => u64::from(other),
        };
        Some(Self {
            page_size,
            page_count: u64::from(number(bytes, 28)?),
            application_id: number(bytes.get(..HEADER_LENGTH)?, 68)?,
        })
    }
}

/// A checkpoint that was cut short has written the header and not yet all pages; the missing ones are
/// then still in the write-ahead log, and SQLite mends the file when it is opened.
fn wal_has_rest(path: &Path, header: &Header, has: u64) -> io::Result<bool> {
    let mut wal = match File::open(beside(path, "-wal")) {
        Ok(wal) => wal,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    let whole_pages = has.checked_div(header.page_size).unwrap_or(0);
    let missing = header.page_count.saturating_sub(whole_pages);
    let length = wal.metadata()?.len();
    let frame_length = WAL_FRAME_HEADER_LENGTH as u64 + header.page_size;
    let mut first = [0; WAL_HEADER_LENGTH];
    if length < WAL_HEADER_LENGTH as u64 {
        return Ok(false);
    }
    wal.read_exact(&mut first)?;
    let mut found = HashSet::new();
    let mut at = WAL_HEADER_LENGTH as u64;
    while at + frame_length <= length {
        let mut frame = [0; WAL_FRAME_HEADER_LENGTH];
        wal.seek(SeekFrom::Start(at))?;
        wal.read_exact(&mut frame)?;
        let page = u64::from(number(&frame, 0).unwrap_or(0));
        // Frames of an earlier round of the log have other salts and do not count.
        if frame.get(8..16) != first.get(16..24) {
            break;
        }
        if page > whole_pages && page <= header.page_count {
            found.insert(page);
        }
        at += frame_length;
    }
    Ok(found.len() as u64 == missing)
}

fn read(path: &Path) -> io::Result<(Vec<u8>, u64)> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut bytes = Vec::with_capacity(HEADER_LENGTH);
    file.take(HEADER_LENGTH as u64).read_to_end(&mut bytes)?;
    Ok((bytes, length))
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}
