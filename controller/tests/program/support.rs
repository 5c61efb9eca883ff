//! A controller's folder, and its program.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

pub(crate) struct Folder(tempfile::TempDir);

/// A program that runs; killed when it is dropped.
pub(crate) struct Running(pub(crate) Child);

impl Folder {
    /// With a configuration that listens on free ports.
    pub(crate) fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        let text = "site = \"hospital\"\ndata = \"data\"\n[dashboard]\nlisten = \"127.0.0.1:0\"\nhttps = false\n\
                    [mqtt.embedded]\nlisten = \"127.0.0.1:0\"\ndoors_connect_to = \"kulku.example:1883\"\ntls = false\n";
        std::fs::write(folder.path("controller.toml"), text).unwrap();
        std::fs::create_dir(folder.path("data")).unwrap();
        folder
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.path("data/site.db")
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kulku-controller"));
        command.args(arguments).arg("--config").arg(self.path("controller.toml")).current_dir(self.0.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// What lies in the data folder beside what SQLite has there while a file is open.
    pub(crate) fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.path("data")).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.filter(|name| !name.ends_with("-wal") && !name.ends_with("-shm")).collect();
        names.sort();
        names
    }
}

impl Running {
    /// The line that says that it is ready.
    pub(crate) fn ready(&mut self) -> Value {
        let mut line = String::new();
        BufReader::new(self.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }

    /// Its exit code, once it has been asked to end.
    pub(crate) fn terminate(&mut self) -> Option<i32> {
        let kill = Command::new("kill").arg("-TERM").arg(self.0.id().to_string()).status().unwrap();
        assert!(kill.success());
        self.0.wait().unwrap().code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already, in a test that went well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

pub(crate) fn bytes(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap()
}
