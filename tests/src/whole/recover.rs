//! A site whose controller is gone goes on elsewhere, from encrypted backups, as OPERATE says.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

use super::Whole;
use super::setup::controller;
use crate::process::program;
use crate::wait;

/// What makes backups on a controller's machine, as it is in the package.
const BACKUP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../packaging/kulku-controller/backup");

/// All that a controller keeps; its configuration is the house's.
const KEPT: [&str; 6] = ["site.db", "site.db-wal", "site.db-shm", "identity", "masters", "site.db.lock"];

/// What the house has at other places than on the controller's machine.
#[derive(Debug)]
pub struct Copies {
    folder: PathBuf,
    /// The private key, from the safe.
    key: PathBuf,
}

/// How long it took from the copies to a controller that works.
#[derive(Debug, Clone, Copy)]
pub struct Recovery {
    /// Decrypted and unpacked.
    pub unpacked: Duration,
    /// The database checked and put back.
    pub restored: Duration,
    /// The controller takes connections.
    pub started: Duration,
    /// Every door has told what it has.
    pub told: Duration,
    /// It is decided, and every door has in force what it should.
    pub settled: Duration,
}

/// What is shown of a site that was put back, as far as it matters here.
#[derive(Deserialize)]
struct Shown {
    doors: Vec<ShownDoor>,
}

#[derive(Deserialize)]
struct ShownDoor {
    told_ms: Option<i64>,
}

impl Copies {
    /// A new pair of keys, of which the controller is given the public one.
    ///
    /// # Errors
    /// If `age-keygen` is not there.
    pub fn prepare(site: &Whole) -> Result<Self> {
        let folder = site.folder().join("elsewhere");
        std::fs::create_dir(&folder)?;
        let key = folder.join("key");
        run(Command::new("age-keygen").arg("-o").arg(&key))?;
        let public = run(Command::new("age-keygen").arg("-y").arg(&key))?;
        std::fs::write(site.folder().join("backup-recipients"), public)?;
        std::fs::copy(site.folder().join("masters"), folder.join("masters"))?;
        Ok(Self { folder, key })
    }

    /// Makes a backup as the timer does.
    ///
    /// # Errors
    /// What the script says.
    pub fn make(&self, site: &Whole) -> Result<()> {
        run(&mut self.script(site.folder())?).map(drop)
    }

    fn script(&self, site: &Path) -> Result<Command> {
        let mut script = Command::new(BACKUP);
        script
            .env("KULKU_CONFIG", site.join("controller.toml"))
            .env("KULKU_DATA", site)
            .env("KULKU_RECIPIENTS", site.join("backup-recipients"))
            .env("KULKU_BACKUPS", &self.folder)
            .env("KULKU_CONTROLLER", program("kulku-controller")?);
        Ok(script)
    }

    /// The newest file of a folder, by its name.
    fn newest(&self, folder: &str) -> Result<PathBuf> {
        let files = std::fs::read_dir(self.folder.join(folder))?.collect::<Result<Vec<_>, _>>()?;
        let backups =
            files.into_iter().map(|file| file.path()).filter(|path| path.extension().is_some_and(|e| e == "age"));
        backups.max().context("there is no backup")
    }

    fn decrypt(&self, file: &Path, to: &Path) -> Result<()> {
        run(Command::new("age").arg("--decrypt").arg("-i").arg(&self.key).arg("-o").arg(to).arg(file)).map(drop)
    }
}

impl Whole {
    /// The controller's machine is gone, with all that was on it.
    ///
    /// # Errors
    /// If it was not running.
    pub fn lose_controller(&mut self) -> Result<()> {
        self.kill_controller()?;
        for name in KEPT {
            let path = self.folder().join(name);
            if path.is_dir() {
                std::fs::remove_dir_all(path)?;
            } else if path.exists() {
                std::fs::remove_file(path)?;
            }
        }
        Ok(())
    }

    /// Sets another controller up under the name of the one that is gone, and keeps out whom doors keep out.
    ///
    /// # Errors
    /// If a step of the document fails.
    pub fn go_on_elsewhere(&mut self, copies: &Copies) -> Result<Recovery> {
        let began = Instant::now();
        let folder = self.folder().to_path_buf();
        std::fs::copy(copies.folder.join("masters"), folder.join("masters"))?;
        let (identity, put_back) = (folder.join("identity.tar"), folder.join("put-back"));
        copies.decrypt(&copies.newest("identity")?, &identity)?;
        run(Command::new("tar").arg("-C").arg(&folder).arg("-xf").arg(&identity))?;
        copies.decrypt(&copies.newest("")?, &put_back)?;
        let unpacked = began.elapsed();
        controller(&folder, &["restore", &put_back.to_string_lossy()], None)?;
        let restored = began.elapsed();
        self.start_controller()?;
        let started = began.elapsed();
        wait::until("every door has told what it has", || {
            let shown: Shown = serde_json::from_str(&self.run(&["reconcile", "--show", "--json"]).ok()?).ok()?;
            let told = shown.doors.iter().filter(|door| door.told_ms.is_some()).count();
            (told == self.doors.len()).then_some(())
        })?;
        let told = began.elapsed();
        self.run(&["reconcile", "--keep-out", "--reason", "Controller replaced"])?;
        self.settle()?;
        Ok(Recovery { unpacked, restored, started, told, settled: began.elapsed() })
    }
}

fn run(command: &mut Command) -> Result<String> {
    let output =
        command.output().with_context(|| format!("{}: tests/run installs it", command.get_program().display()))?;
    ensure!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}
