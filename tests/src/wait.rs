//! Waiting for a condition. Tests never sleep for a fixed time and hope.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// Long enough for a loaded machine. It decides only how long a failing test takes.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// How often a condition is looked at.
const EVERY: Duration = Duration::from_millis(10);

/// Asks again and again until there is an answer.
///
/// # Errors
/// If there is none within [`PATIENCE`]; `what` says what was waited for.
pub fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> Result<T> {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask() {
            return Ok(answer);
        }
        if Instant::now() >= end {
            bail!("waited {} s in vain for: {what}", PATIENCE.as_secs());
        }
        std::thread::park_timeout(EVERY);
    }
}
