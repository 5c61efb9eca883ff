//! A door with a whitelist on its disk, and somebody in front of it.

use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use access::entry::{Block, Blocks, Condition, Entry};
use access::state::DoorState;
use access::time::{UtcS, Window};
use access::uid::Uid;
use access::whitelist::{Change, Generation, WhitelistId, WhitelistPart};
use db::door::{Applied, JOURNAL_FILE, StateApplied, WHITELIST_FILE, WhitelistStore};
use door_agent::{Agent, Config};
use mfrc522_emulator::VirtualCard;
use serde_json::{Value, json};

/// Most tests end within a tenth of a second; a busy machine gets this long.
const DEADLINE: Duration = Duration::from_secs(30);

pub(crate) struct Bench {
    pub(crate) folder: tempfile::TempDir,
    agent: Agent,
    bases: Vec<String>,
}

/// The control of one door.
pub(crate) struct Front {
    base: String,
}

/// What a test holds in its hand.
pub(crate) fn cards() -> Vec<(String, VirtualCard)> {
    let card = |name: &str, uid: &str| {
        (name.to_owned(), VirtualCard::classic_1k(uid.parse::<Uid>().unwrap().as_bytes()).unwrap())
    };
    vec![
        card("short", "01A062BD"),
        card("long", "04A1B2C3D4E5F6"),
        card("triple", "04A1B2C3D4E5F6A7B8C9"),
        card("unlisted", "11223344"),
        card("blocked", "21223344"),
        card("coming", "31223344"),
        card("expired", "41223344"),
        ("mini".to_owned(), VirtualCard::mini(&[0x51, 0x22, 0x33, 0x44]).unwrap()),
    ]
}

fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap()
}

fn entry(uid: &str) -> Entry {
    Entry::granting(uid.parse().unwrap(), [Window::ALWAYS])
}

fn entries() -> Vec<Entry> {
    let from = Window { from: Some(UtcS(now() + 86_400)), until: None };
    let until = Window { from: None, until: Some(UtcS(now() - 1)) };
    let mut expired = Entry { card: until, ..entry("41223344") };
    expired.terms[0].employment = Condition::Needed(vec![until]);
    vec![
        entry("01A062BD"),
        entry("04A1B2C3D4E5F6"),
        entry("04A1B2C3D4E5F6A7B8C9"),
        Entry { blocks: Blocks::NONE.with(Block::Blocked), ..entry("21223344") },
        Entry { card: from, ..entry("31223344") },
        expired,
        // Listed like any other, and still no card of ours.
        entry("51223344"),
    ]
}

/// A data folder with a whitelist, a state, provisioning and configuration.
pub(crate) fn prepare() -> (tempfile::TempDir, PathBuf) {
    let (folder, config) = prepare_without_state();
    let mut store = WhitelistStore::open(&folder.path().join(WHITELIST_FILE)).unwrap();
    let state = DoorState { generation: Generation(1), ..DoorState::default() };
    assert_eq!(store.set_state(&state).unwrap(), StateApplied::InForce);
    (folder, config)
}

/// The folder of a box that has its list already, and has not been told how it is set up.
pub(crate) fn prepare_without_state() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let mut to = WhitelistId { generation: Generation(7), ..WhitelistId::default() };
    let entries = entries();
    entries.iter().for_each(|entry| to.replace(None, Some(&entry.to_bytes())));
    let changes = entries.into_iter().map(Change::Put).collect();
    let mut store = WhitelistStore::open(&folder.path().join(WHITELIST_FILE)).unwrap();
    let part = WhitelistPart::Delta { from: WhitelistId::default(), to, changes };
    assert_eq!(store.apply(&part).unwrap(), Applied::InForce(to));
    let provisioning = json!({"format": 1, "site": "hospital", "door": "pharmacy", "key_id": 1,
        "key": "07".repeat(32), "mqtt": {"host": "127.0.0.1", "port": 9}});
    std::fs::write(folder.path().join("door.json"), provisioning.to_string()).unwrap();
    let config = folder.path().join("agent.toml");
    let text = "data = \".\"\nprovisioning = \"door.json\"\nreader.kind = \"emulated\"\nio.kind = \"memory\"\n";
    std::fs::write(&config, text).unwrap();
    (folder, config)
}

impl Bench {
    pub(crate) async fn start() -> Self {
        let (folder, config) = prepare();
        Self::start_in(folder, config).await
    }

    pub(crate) async fn start_in(folder: tempfile::TempDir, config: PathBuf) -> Self {
        Self::start_with(folder, config, cards()).await
    }

    pub(crate) async fn start_with(
        folder: tempfile::TempDir,
        config: PathBuf,
        cards: Vec<(String, VirtualCard)>,
    ) -> Self {
        let agent = Agent::start_with_cards(Config::load(&config).unwrap(), cards).await.unwrap();
        let bases = agent.controls().iter().map(|(_, address)| format!("http://{address}")).collect();
        Self { folder, agent, bases }
    }

    pub(crate) async fn stop(self) -> tempfile::TempDir {
        self.agent.stop().await.unwrap();
        self.folder
    }

    /// Whatever the agent says at its end.
    pub(crate) async fn stop_badly(self) -> Result<(), door_agent::agent::Ended> {
        self.agent.stop().await
    }

    /// Until the agent ends by itself.
    pub(crate) async fn ended(self) -> Result<(), door_agent::agent::Ended> {
        let ended = self.agent.run_until(std::future::pending());
        tokio::time::timeout(DEADLINE, ended).await.expect("the agent must end by itself")
    }

    pub(crate) fn journal(&self) -> PathBuf {
        self.folder.path().join(JOURNAL_FILE)
    }

    /// The control of the door of this number.
    pub(crate) fn at(&self, door: usize) -> Front {
        Front { base: self.bases[door].clone() }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        self.at(0).url(path)
    }

    pub(crate) async fn tap(&self, card: &str) -> Value {
        self.at(0).post("/tap", json!({"card": card, "hold_ms": 30})).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        self.at(0).post(path, body).await
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        self.at(0).get(path).await
    }

    /// Until `holds`, or the test fails.
    pub(crate) async fn until(&self, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
        self.at(0).until(what, holds).await
    }

    pub(crate) async fn send(&self, method: &'static str, path: &str, body: String) -> (u16, Value) {
        self.at(0).send(method, path, body).await
    }

    pub(crate) async fn send_with(
        &self,
        method: &'static str,
        path: &str,
        body: Vec<u8>,
        headers: &'static [(&'static str, &'static str)],
    ) -> (u16, Value) {
        self.at(0).send_with(method, path, body, headers).await
    }
}

impl Front {
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.send("POST", path, body.to_string()).await;
        assert!(status < 300, "{path}: {status} {answer}");
        answer
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let (status, answer) = self.send("GET", path, String::new()).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    /// Until `holds`, or the test fails.
    pub(crate) async fn until(&self, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let until = tokio::time::Instant::now() + DEADLINE;
        loop {
            let state = self.get("/state").await;
            if holds(&state) {
                return state;
            }
            assert!(tokio::time::Instant::now() < until, "{what}: {state}");
            tokio::task::yield_now().await;
        }
    }

    pub(crate) async fn send(&self, method: &'static str, path: &str, body: String) -> (u16, Value) {
        self.send_with(method, path, body.into_bytes(), &[]).await
    }

    pub(crate) async fn send_with(
        &self,
        method: &'static str,
        path: &str,
        body: Vec<u8>,
        headers: &'static [(&'static str, &'static str)],
    ) -> (u16, Value) {
        let url = self.url(path);
        let send = move || {
            let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(DEADLINE));
            let client: ureq::Agent = config.build().into();
            let mut request = ureq::http::Request::builder().method(method).uri(url);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let mut answer = client.run(request.body(body).unwrap()).unwrap();
            let text = answer.body_mut().read_to_string().unwrap();
            (answer.status().as_u16(), serde_json::from_str(&text).unwrap_or(Value::String(text)))
        };
        tokio::task::spawn_blocking(send).await.unwrap()
    }
}
