//! What an administrator does before a site runs, and with the commands beside it.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use access::id::SiteId;
use access::time::UtcMs;
use anyhow::{Result, bail};
use db::site::{Actor, ImportPerson, Site};
use serde::Deserialize;

use super::{Broker, Ticket, Ways, Wire, now};
use crate::mosquitto::Mosquitto;
use crate::process::{Process, free_port, program};

#[derive(Deserialize)]
struct Issued {
    code: String,
}

#[derive(Deserialize)]
struct ControllerReady {
    dashboard: String,
}

pub(super) fn write_config(folder: &Path, Ways { broker, wire, mqtt, enrol }: Ways) -> Result<()> {
    let list = folder.join("mosquitto/crl.pem");
    let mut text = format!(
        "site = \"hospital\"\ndata = \".\"\nmasters_file = \"masters\"\n[dashboard]\n\
         listen = \"127.0.0.1:{}\"\nhttps = false\n",
        free_port()?
    );
    text += &match broker {
        Broker::Embedded => format!("[mqtt.embedded]\nlisten = \"127.0.0.1:{mqtt}\"\n"),
        Broker::Mosquitto => format!("[mqtt.external]\nhost = \"127.0.0.1\"\nport = {mqtt}\n"),
    };
    text += &match (wire, broker) {
        (Wire::Plain, _) => "tls = false\n".to_owned(),
        (Wire::Tls, Broker::Embedded) => format!("[enrol]\nlisten = \"127.0.0.1:{enrol}\"\n"),
        (Wire::Tls, Broker::Mosquitto) => {
            format!("crl_file = \"{}\"\n[enrol]\nlisten = \"127.0.0.1:{enrol}\"\n", list.display())
        }
    };
    Ok(std::fs::write(folder.join("controller.toml"), text)?)
}

/// Mosquitto with the configuration that the controller writes for it.
pub(super) fn guarded_mosquitto(folder: &Path, port: u16) -> Result<Mosquitto> {
    let out = folder.join("mosquitto");
    controller(folder, &["mosquitto-config", "--bind", "127.0.0.1", "--out", &out.to_string_lossy()], None)?;
    Mosquitto::start_with(&out.join("mosquitto.conf"), port)
}

/// Adds a door, and gets what it is to be brought.
pub(super) fn add_door(folder: &Path, wire: Wire, id: &str, more: &[&str]) -> Result<Ticket> {
    std::fs::create_dir(folder.join(id))?;
    match wire {
        Wire::Tls => Ok(Ticket::Code(issue(folder, id, &[&["--name", id][..], more].concat())?)),
        Wire::Plain => {
            let out = folder.join(id).join("door.json");
            let add = ["door", "add", id, "--name", id, "--out", &out.to_string_lossy()];
            controller(folder, &[&add[..], more].concat(), None)?;
            Ok(Ticket::File)
        }
    }
}

pub(super) fn issue(folder: &Path, id: &str, more: &[&str]) -> Result<String> {
    let issued = controller(folder, &[&["door", "enrol", id, "--json"][..], more].concat(), None)?;
    Ok(serde_json::from_str::<Issued>(&issued)?.code)
}

pub(super) fn enrol(code: &str, port: u16, out: &Path) -> Result<()> {
    let mut command = Command::new(program("kulku-door-agent")?);
    command.args(["enrol", code, "--controller", &format!("127.0.0.1:{port}"), "--out"]).arg(out);
    let enrolled = command.output()?;
    anyhow::ensure!(enrolled.status.success(), "enrol: {}", String::from_utf8_lossy(&enrolled.stderr));
    Ok(())
}

pub(super) fn start_controller(folder: &Path) -> Result<(Process, String)> {
    let mut command = Command::new(program("kulku-controller")?);
    command.arg("run").arg("--config").arg(folder.join("controller.toml")).arg("--json");
    let (process, ready) = Process::start::<ControllerReady>(&mut command, &folder.join("controller.log"))?;
    Ok((process, base(&ready.dashboard)))
}

pub(super) fn keys(folder: &Path) -> Result<()> {
    let mut command = Command::new(program("kulku-controller")?);
    let made = command.args(["keys", "new", "--out"]).arg(folder.join("masters")).output()?;
    anyhow::ensure!(made.status.success(), "keys new: {}", String::from_utf8_lossy(&made.stderr));
    Ok(())
}

/// Runs a subcommand of the controller to its end, and returns what it printed.
pub(super) fn controller(folder: &Path, arguments: &[&str], input: Option<&str>) -> Result<String> {
    let mut command = Command::new(program("kulku-controller")?);
    command.args(arguments).arg("--config").arg(folder.join("controller.toml"));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    if let (Some(mut pipe), Some(input)) = (child.stdin.take(), input) {
        pipe.write_all(input.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("kulku-controller {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Beside the programs, of which one may be older than this: nobody writes into its files for nobody.
pub(super) fn import(folder: &Path, people: &[ImportPerson]) -> Result<()> {
    if people.is_empty() {
        return Ok(());
    }
    let site = Site::open(&folder.join("site.db"), &"hospital".parse::<SiteId>()?)?;
    site.import(&Actor { operator: "tests", at: UtcMs(now().0 * 1000) }, people)?;
    Ok(())
}

pub(super) fn base(address: &str) -> String {
    if address.starts_with("http") { address.to_owned() } else { format!("http://{address}") }
}
