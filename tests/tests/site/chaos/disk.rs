//! A disk that can be filled: a small file system in memory where this process may mount one, else a bound on what the
//! agent's files may grow to.

use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, ensure};
use site::whole::Door;

/// Room for a door's files, and for some minutes of its journal.
const SIZE: &str = "size=16m";

/// The disk of one door.
pub(super) enum Disk {
    /// A file system of its own, with a file that takes what is left.
    Small { place: PathBuf },
    /// The agent may not write beyond a file's first byte while it is full.
    Bounded,
}

impl Disk {
    /// Puts a door's files on it, and starts the door anew.
    pub(super) fn make(door: &mut Door) -> Result<Self> {
        door.kill()?;
        let place = door.folder().join("state");
        let aside = door.folder().join("state-before");
        std::fs::rename(&place, &aside)?;
        std::fs::create_dir(&place)?;
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", SIZE, "tmpfs"]).arg(&place).output();
        let disk = if mounted.is_ok_and(|mounted| mounted.status.success()) {
            Self::Small { place: place.clone() }
        } else {
            // A signal that says the same as the error would end the agent.
            door.ignores_file_size_signal = true;
            Self::Bounded
        };
        for file in std::fs::read_dir(&aside)? {
            let file = file?;
            std::fs::copy(file.path(), place.join(file.file_name()))?;
        }
        door.run()?;
        Ok(disk)
    }

    pub(super) fn way(&self) -> &'static str {
        match self {
            Self::Small { .. } => "filling a small file system",
            Self::Bounded => "bounding the size of files",
        }
    }

    pub(super) fn fill(&self, process: u32) -> Result<()> {
        match self {
            Self::Small { place } => {
                let mut filler = File::create(place.join("filler"))?;
                for size in [65_536, 4_096, 64] {
                    while filler.write_all(&vec![0; size]).is_ok() {}
                }
                Ok(())
            }
            Self::Bounded => limit(process, "1:unlimited"),
        }
    }

    pub(super) fn free(&self, process: u32) -> Result<()> {
        match self {
            Self::Small { place } => Ok(std::fs::remove_file(place.join("filler"))?),
            // One that was started since is not bounded.
            Self::Bounded => limit(process, "unlimited:unlimited"),
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if let Self::Small { place } = self {
            // Also while an agent still runs on it.
            let _ = Command::new("umount").arg("-l").arg(place).output();
        }
    }
}

fn limit(process: u32, size: &str) -> Result<()> {
    let pid = process.to_string();
    let set = Command::new("prlimit").args(["--pid", &pid, &format!("--fsize={size}")]).output()?;
    ensure!(set.status.success(), "prlimit: {}", String::from_utf8_lossy(&set.stderr));
    Ok(())
}
