//! The log of a process: lines on standard error, which the journal takes. It is not the log of what happened at doors.
//!
//! ```text
//! whoever decides ──▶ at most LINES_MAX lines ──▶ one thread ──▶ standard error
//!                      └─▶ no room: dropped, and counted: "3 lines are missing here"
//! ```
//!
//! Whatever takes the lines may hang: a journal whose disk is dying, a terminal that was stopped with Ctrl-S. Doors and
//! taps wait for none of it, so a line is handed over and never waited for. `tracing-appender` does the same, and brings
//! files that roll over and a clock library for them; when it ends, it reports a stuck writer through that same writer.

use std::io::{self, IsTerminal as _, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, TrySendError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use tracing_subscriber::EnvFilter;

/// Lines that wait to be written. A start writes some fifty at once, the rest of a day hardly one at a time.
const LINES_MAX: usize = 1_024;

/// Bytes of a line that are kept. The longest that we know of, a chain of errors with paths, has some 700.
const LINE_BYTES_MAX: usize = 4_096;

/// Longest that an ending process waits for its last lines to be written. After that nobody takes them.
const LAST_LINES: Duration = Duration::from_secs(1);

/// Stands after the number of lines that were dropped.
const GAP: &str = " lines are missing here: nothing took them, and nobody waits for that";

/// How often it is looked whether there is room for the end, while there is none.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// The log, for as long as this is kept. Dropped, it has what was handed over until then written, if anybody takes it.
#[derive(Debug)]
#[must_use = "the last lines are written when this is dropped"]
pub struct ProcessLog {
    lines: Lines,
    ended: Receiver<()>,
}

/// Where lines are handed over.
#[derive(Debug, Clone)]
struct Lines {
    queue: SyncSender<Told>,
    missing: Arc<AtomicU64>,
}

#[derive(Debug)]
enum Told {
    Line(Vec<u8>),
    End,
}

impl ProcessLog {
    /// Takes what this process logs from now on to standard error: what `RUST_LOG` asks for, or else `levels`. Nothing if a
    /// log is set up already, as in a test.
    ///
    /// # Errors
    /// If the system has no thread for it.
    pub fn start(levels: &str) -> io::Result<Option<Self>> {
        let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(levels));
        // In a file or a journal the codes of colours would only be in the way.
        let colours = io::stderr().is_terminal();
        let log = Self::into(io::stderr())?;
        let lines = log.lines.clone();
        let format = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours);
        Ok(format.with_writer(move || lines.clone()).try_init().is_ok().then_some(log))
    }

    fn into(writer: impl Write + Send + 'static) -> io::Result<Self> {
        let (queue, told) = sync_channel(LINES_MAX);
        let (end, ended) = sync_channel(1);
        let lines = Lines { queue, missing: Arc::default() };
        let missing = Arc::clone(&lines.missing);
        thread::Builder::new().name("process-log".to_owned()).spawn(move || {
            write_all(&told, &missing, writer);
            // Nobody may be there to hear it any more.
            let _ = end.try_send(());
        })?;
        Ok(Self { lines, ended })
    }
}

impl Drop for ProcessLog {
    fn drop(&mut self) {
        let until = Instant::now() + LAST_LINES;
        while let Err(TrySendError::Full(_)) = self.lines.queue.try_send(Told::End) {
            if Instant::now() >= until {
                return;
            }
            // Nothing is told before it is asked to end: this waits.
            let _: Result<(), RecvTimeoutError> = self.ended.recv_timeout(LOOK_EVERY);
        }
        let _: Result<(), RecvTimeoutError> = self.ended.recv_timeout(until.saturating_duration_since(Instant::now()));
    }
}

impl Write for Lines {
    /// One line, whole. It is never an error that nobody takes it.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let kept = match line.get(..LINE_BYTES_MAX) {
            Some(start) => [start, "…\n".as_bytes()].concat(),
            None => line.to_vec(),
        };
        if self.queue.try_send(Told::Line(kept)).is_err() {
            self.missing.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write_all(told: &Receiver<Told>, missing: &AtomicU64, mut writer: impl Write) {
    loop {
        let next = match told.try_recv() {
            // Those before the gap are written.
            Err(TryRecvError::Empty) => {
                tell_missing(missing, &mut writer);
                told.recv().ok()
            }
            next => next.ok(),
        };
        match next {
            // If it cannot be written there is no place left to say so.
            Some(Told::Line(line)) => drop(writer.write_all(&line)),
            Some(Told::End) | None => return tell_missing(missing, &mut writer),
        }
    }
}

fn tell_missing(missing: &AtomicU64, writer: &mut impl Write) {
    match missing.swap(0, Ordering::Relaxed) {
        0 => {}
        count => drop(writeln!(writer, "{count}{GAP}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufRead as _, BufReader};

    /// More than a pipe holds.
    const TOO_MUCH: usize = 4 << 20;

    fn text(mut from: impl io::Read) -> String {
        let mut text = String::new();
        from.read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn lines_are_written_in_order_and_the_last_ones_before_the_process_ends() {
        let (written, writer) = io::pipe().unwrap();
        let log = ProcessLog::into(writer).unwrap();
        let mut lines = log.lines.clone();
        for number in 0..LINES_MAX / 2 {
            writeln!(lines, "{number}").unwrap();
        }
        drop((log, lines));
        let wanted: String = (0..LINES_MAX / 2).map(|number| format!("{number}\n")).collect();
        assert_eq!(text(written), wanted);
    }

    #[test]
    fn whoever_logs_waits_for_nobody_and_the_gap_says_how_many_lines_it_has() {
        let (written, writer) = io::pipe().unwrap();
        let mut filling = writer.try_clone().unwrap();
        let log = ProcessLog::into(writer).unwrap();
        let filled = thread::spawn(move || filling.write_all(&[b".".repeat(TOO_MUCH), b"\n".to_vec()].concat()));
        let mut lines = log.lines.clone();
        let told = 3 * LINES_MAX;
        let mut written = BufReader::new(written);
        // Some of it is in the pipe now, and there is no room for the rest.
        written.fill_buf().unwrap();
        for number in 0..told {
            lines.write_all(format!("line {number}\n").as_bytes()).unwrap();
        }
        assert!(log.lines.missing.load(Ordering::Relaxed) > 0, "a pipe took it all");
        let read = thread::spawn(move || text(written));
        filled.join().unwrap().unwrap();
        drop((log, lines));
        let read = read.join().unwrap();
        let seen: Vec<&str> =
            read.lines().filter_map(|line| line.trim_start_matches('.').strip_prefix("line ")).collect();
        let gaps = read.lines().filter_map(|line| line.trim_start_matches('.').strip_suffix(GAP));
        let missing: usize = gaps.map(|count| count.parse::<usize>().unwrap()).sum();
        assert_eq!(seen.len() + missing, told);
        assert!(seen.is_sorted_by_key(|number| number.parse::<usize>().unwrap()));
    }

    #[test]
    fn a_process_ends_though_nobody_takes_its_last_lines() {
        let (_nobody_reads, writer) = io::pipe().unwrap();
        let mut filling = writer.try_clone().unwrap();
        // It ends with an error once the reader is gone, at the end of the test.
        let filled = thread::spawn(move || filling.write_all(&vec![b'.'; TOO_MUCH]));
        let log = ProcessLog::into(writer).unwrap();
        let mut lines = log.lines.clone();
        while log.lines.missing.load(Ordering::Relaxed) == 0 {
            lines.write_all(b"line\n").unwrap();
        }
        drop(log);
        assert!(!filled.is_finished());
    }

    #[test]
    fn a_line_without_end_is_cut() {
        let (written, writer) = io::pipe().unwrap();
        let log = ProcessLog::into(writer).unwrap();
        let mut lines = log.lines.clone();
        lines.write_all("x".repeat(2 * LINE_BYTES_MAX).as_bytes()).unwrap();
        drop((log, lines));
        assert_eq!(text(written), format!("{}…\n", "x".repeat(LINE_BYTES_MAX)));
    }
}
