//! A program as a child process.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use anyhow::{Context, Result, bail};
use serde::de::DeserializeOwned;

use crate::wait;

/// A running program. Killed when dropped, so that a failed test leaves nothing behind.
#[derive(Debug)]
pub struct Process {
    child: Child,
    name: String,
}

/// What a program that could not run had to say.
#[derive(Debug)]
pub struct Failure {
    /// Its exit status.
    pub status: ExitStatus,
    /// All that it wrote to standard error.
    pub stderr: String,
}

/// What names a program that was built before, to take the place of that of this build.
const OLDER: [(&str, &str); 2] =
    [("kulku-controller", "KULKU_OLD_CONTROLLER"), ("kulku-door-agent", "KULKU_OLD_AGENT")];

/// The program that takes the place of that of this build, if the environment names one.
///
/// # Errors
/// If it is not there.
pub fn older(name: &str) -> Result<Option<PathBuf>> {
    let variable = OLDER.iter().find(|(program, _)| *program == name).map(|(_, variable)| *variable);
    let Some((variable, path)) = variable.and_then(|variable| Some((variable, std::env::var_os(variable)?))) else {
        return Ok(None);
    };
    let path = PathBuf::from(path);
    anyhow::ensure!(path.is_file(), "{variable} names {}, which is not there", path.display());
    Ok(Some(path))
}

/// Where cargo puts the programs of this build; or the older one that takes its place.
///
/// # Errors
/// If the program has not been built: `tests/run` builds them before the tests.
pub fn program(name: &str) -> Result<PathBuf> {
    if let Some(path) = older(name)? {
        return Ok(path);
    }
    let mut folder = std::env::current_exe()?;
    while folder.pop() {
        let path = folder.join(name);
        if path.is_file() {
            return Ok(path);
        }
    }
    bail!("{name} has not been built; run tests/run, or `cargo build --workspace --bins` first")
}

impl Process {
    /// Starts a program that prints one line of JSON on standard output when it is ready, and reads it. Its log
    /// goes to the file `log`.
    ///
    /// # Errors
    /// If it ends or stays silent instead; the log's last lines are in the error.
    pub fn start<Ready: DeserializeOwned>(command: &mut Command, log: &Path) -> Result<(Self, Ready)> {
        let name = command.get_program().to_string_lossy().into_owned();
        let file = std::fs::File::options().create(true).append(true).open(log)?;
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(file).spawn().context(name.clone())?;
        let out = child.stdout.take().context("no standard output")?;
        let process = Self { child, name };
        let (send, lines) = std::sync::mpsc::channel();
        // The rest of the output is read and dropped, so that the program never waits for us.
        std::thread::spawn(move || BufReader::new(out).lines().map_while(Result::ok).for_each(|l| drop(send.send(l))));
        let line = lines.recv_timeout(wait::PATIENCE).with_context(|| {
            let log = std::fs::read_to_string(log).unwrap_or_default();
            let tail: Vec<&str> = log.lines().rev().take(20).collect();
            format!(
                "{} did not become ready; its log ends:\n{}",
                process.name,
                tail.into_iter().rev().collect::<Vec<_>>().join("\n")
            )
        })?;
        Ok((process, serde_json::from_str(&line).with_context(|| format!("{}: {line}", "not the line of JSON"))?))
    }

    /// Starts a program that says nothing when it is ready.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn start_silent(command: &mut Command, log: &Path) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let file = std::fs::File::options().create(true).append(true).open(log)?;
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(file).spawn().context(name.clone())?;
        Ok(Self { child, name })
    }

    /// Runs a program that is expected to fail, to its end.
    ///
    /// # Errors
    /// If it succeeds, or does not end.
    pub fn fail(command: &mut Command) -> Result<Failure> {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let mut err = child.stderr.take().context("no standard error")?;
        let reader = std::thread::spawn(move || {
            let mut text = String::new();
            std::io::Read::read_to_string(&mut err, &mut text).map(|_| text)
        });
        let ended = wait::until("the program's end", || child.try_wait().transpose());
        let _ = child.kill();
        let status = ended??;
        let stderr = reader.join().map_err(|_| anyhow::anyhow!("the reader panicked"))??;
        if status.success() {
            bail!("the program succeeded, and was expected to fail");
        }
        Ok(Failure { status, stderr })
    }

    /// SIGKILL: the program does nothing more, not even clean up.
    ///
    /// # Errors
    /// If the process cannot be killed.
    pub fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// SIGTERM, and wait for a clean end.
    ///
    /// # Errors
    /// If it does not end, or ends with an error.
    pub fn stop(mut self) -> Result<()> {
        // The standard library sends SIGKILL only.
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        if !sent.success() {
            bail!("could not signal {}", self.name);
        }
        let status = wait::until("a clean end", || self.child.try_wait().transpose())??;
        if !status.success() {
            bail!("{} ended with {status}", self.name);
        }
        Ok(())
    }

    /// Whether it has ended; nobody has to wait for it then.
    pub fn has_ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)))
    }

    /// The process's number.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that nothing listens on. Another program may take it before it is used; tests that need the same port
/// twice accept that.
///
/// # Errors
/// If no port can be had.
pub fn free_port() -> Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
