//! A hospital in one process: the controller with its broker, and the real agents with emulated readers.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use access::id::SiteId;
use access::time::UtcMs;
use anyhow::{Context, Result};
use controller::Controller;
use controller::config::{Badge, CERTIFICATE_LIFE, Config, Enrol, Https, Mqtt};
use controller::identity::Identity;
use db::site::{Actor, NewToken, Site};
use door_agent::Agent;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

mod cards;
mod doors;
mod hospital;
mod rules;
mod settings;
mod taps;

pub use cards::Dumps;

/// Most doors of one demo; each has a reader thread of its own.
pub const DOORS_MAX: usize = 64;

/// What to start.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the dashboard listens; port 0 picks a free one.
    pub dashboard: SocketAddr,
    /// Where the broker listens; port 0 picks a free one.
    pub mqtt: SocketAddr,
    /// Where the files are kept; it must exist.
    pub data: PathBuf,
    /// How many doors, 1 to [`DOORS_MAX`].
    pub doors: usize,
    /// A folder with dumps of real cards.
    pub cards: Option<PathBuf>,
}

/// A running demo.
pub struct Demo {
    /// How to reach it.
    pub ready: Ready,
    controller: Controller,
    agents: Vec<Agent>,
}

/// How to reach a running demo; one line of JSON for programs.
#[derive(Debug, Clone, Serialize)]
pub struct Ready {
    /// The dashboard's address.
    pub dashboard: String,
    /// Who may sign in.
    pub operator: Operator,
    /// A bearer token for the API.
    pub token: String,
    /// The broker's address.
    pub mqtt: String,
    /// The doors.
    pub doors: Vec<ReadyDoor>,
    /// The reader at the desk, which writes credentials.
    pub encoder: ReadyDoor,
}

/// A sign-in. The password is drawn anew at each start.
#[derive(Debug, Clone, Serialize)]
pub struct Operator {
    /// Name.
    pub name: String,
    /// Password.
    pub password: String,
}

/// A door.
#[derive(Debug, Clone, Serialize)]
pub struct ReadyDoor {
    /// Its id.
    pub id: String,
    /// The address of its control.
    pub control: String,
}

/// How long a demo's token lives, in milliseconds: a day.
const TOKEN_LIFE_MS: i64 = 24 * 60 * 60 * 1_000;

/// Where the demo's doors enrol: nobody else has to find it.
const ANY_PORT: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0));

/// The demo's operator.
const OPERATOR: &str = "demo";

/// Starts everything, and says what it is doing.
///
/// # Errors
/// If a part cannot be started; what is wrong is named.
pub async fn start(options: &Options, say: &(dyn Fn(&str) + Sync)) -> Result<Demo> {
    let dumps = Dumps::load(options.cards.as_deref(), say)?;
    let site_id: SiteId = "hospital".parse()?;
    let database = options.data.join("site.db");
    say(&format!("Opening the site database in {}", options.data.display()));
    let site = Site::open(&database, &site_id)?;
    hospital::furnish(&site, options.doors, &dumps, say)?;
    let (operator, token) = sign_in(&site).await?;

    let masters = options.data.join("masters");
    if !masters.exists() {
        controller::keys::add(&masters, None)?;
    }
    let taps = Arc::new(taps::Taps::new(&site, &dumps)?);
    let config = Config {
        site: site_id,
        database,
        dashboard: options.dashboard,
        https: Https::Off,
        mqtt: Mqtt::Embedded { listen: options.mqtt, doors_connect_to: None, tls: true },
        identity: options.data.join("identity"),
        enrol: Some(Enrol { listen: ANY_PORT, certificate_life: CERTIFICATE_LIFE }),
        observe: None,
        zone: chrono_tz::Europe::Helsinki,
        masters_file: Some(masters),
        badge: Badge::default(),
        authorities: vec![],
        lists: vec![],
        register: None,
        notify: controller::config::Notify::default(),
        syslog: None,
        demo: Some(Arc::clone(&taps) as Arc<dyn dashboard::DemoDoors>),
    };
    say("Starting the controller with its broker and dashboard");
    let controller = controller::start(config).await?;
    say(&format!("Starting the doors ({}), and an encoder at the desk", options.doors));
    let identity = Identity::open(&options.data.join("identity"), site.id(), now().second())?;
    let enrol = controller.enrol().context("the demo's doors enrol")?;
    let place = doors::Place { site: &site, data: &options.data, mqtt: &controller.mqtt, identity: &identity, enrol };
    let mut agents = doors::start(&place, options.doors, taps.cards()).await?;
    let desk = doors::start_desk(&place, taps.cards()).await?;
    let doors: Vec<ReadyDoor> = agents
        .iter()
        .map(|(id, agent)| Ok(ReadyDoor { id: id.to_string(), control: control(agent)? }))
        .collect::<Result<_>>()?;
    let encoder = ReadyDoor { id: hospital::DESK.0.to_owned(), control: control(&desk)? };
    taps.connect(doors.iter().chain([&encoder]));
    agents.push((hospital::DESK.0.parse()?, desk));
    let ready = Ready {
        dashboard: format!("http://{}", controller.dashboard),
        operator,
        token,
        mqtt: format!("{}:{}", controller.mqtt.host, controller.mqtt.port),
        doors,
        encoder,
    };
    Ok(Demo { ready, controller, agents: agents.into_iter().map(|(_, agent)| agent).collect() })
}

impl Demo {
    /// Stops the doors, then the controller.
    ///
    /// # Errors
    /// If a door did not end in order.
    pub async fn stop(self) -> Result<()> {
        for agent in self.agents {
            agent.stop().await?;
        }
        self.controller.stop().await;
        Ok(())
    }
}

fn control(agent: &Agent) -> Result<String> {
    Ok(format!("http://{}", agent.control().context("an emulated door has a control")?))
}

/// A new password and a new token at each start: no demo has a password that somebody else knows.
async fn sign_in(site: &Site) -> Result<(Operator, String)> {
    let password = secret()?;
    let token = format!("kulku_{}", secret()?);
    let hash = dashboard::password::hash(&password).await?;
    let actor = Actor { operator: OPERATOR, at: now() };
    let operator = match site.operator(OPERATOR)? {
        Some(operator) => {
            site.set_password(&actor, operator.id, &hash)?;
            operator
        }
        None => site.add_operator(&actor, OPERATOR, &hash)?,
    };
    // A token of an earlier start ends with the day: nobody keeps what a demo printed.
    let end = UtcMs(actor.at.0 + TOKEN_LIFE_MS);
    let sha256 = Sha256::digest(token.as_bytes()).into();
    let new = NewToken { operator: operator.id, label: "demo", sha256, scope: "all", expires: Some(end) };
    site.add_token(&actor, &new)?;
    Ok((Operator { name: OPERATOR.to_owned(), password }, token))
}

fn secret() -> Result<String> {
    let mut bytes = [0_u8; 12];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("the system gives no randomness: {error}"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn now() -> UtcMs {
    UtcMs(crate::whole::now().0 * 1000)
}

/// The folder of one door's files.
fn door_folder(data: &Path, id: &str) -> PathBuf {
    data.join("doors").join(id)
}
