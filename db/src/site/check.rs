//! Looking through a database for damage before it is used.

use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use rusqlite::ErrorCode;

use super::OpenError;
use super::open::KIND;
use crate::file;

/// Looks through a database for pages that contradict each other, for as long as `most`; what has been looked at by
/// then is sound. A file that is not there is no fault.
///
/// # Errors
/// [`OpenError::Damaged`], or why it cannot be opened.
pub fn check_soon(path: &Path, most: Duration) -> Result<(), OpenError> {
    if !path.exists() {
        return Ok(());
    }
    let connection = file::connect_to(path, &KIND)?;
    let interrupt = connection.get_interrupt_handle();
    let (looking, looked) = channel::<()>();
    let timer = thread::Builder::new().name("check".to_owned()).spawn(move || {
        if looked.recv_timeout(most) == Err(RecvTimeoutError::Timeout) {
            interrupt.interrupt();
        }
    });
    // Without a thread to end it the check would have no bound, and it is not what the start depends on.
    let Ok(timer) = timer else { return Ok(()) };
    let found = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0));
    drop(looking);
    let _ = timer.join();
    let damaged = |problem: String| OpenError::Damaged { path: path.to_path_buf(), problem };
    match found {
        Ok(found) if found == "ok" => Ok(()),
        Ok(found) => Err(damaged(found)),
        Err(error) => match error.sqlite_error_code() {
            Some(ErrorCode::OperationInterrupted) => Ok(()),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Err(damaged(error.to_string())),
            _ => Err(OpenError::Read { path: path.to_path_buf(), source: error.into() }),
        },
    }
}
