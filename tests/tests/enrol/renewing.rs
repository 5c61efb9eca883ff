//! A door whose certificate is past two thirds of its life gets the next one while it runs.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use access::enrol::Place;
use door_agent::Agent;
use door_agent::config::{Config, DoorConfig, EmulatedIo, HardwareConfig, Role};
use door_agent::enrol::enrol;
use door_agent::provisioning::{NewFile, Provisioning, RENEWED_FILE};
use rustls::pki_types::CertificateDer;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::fake::{Authority, Server, enrolled, soon};

/// CONNACK of MQTT 3.1.1: accepted, no session.
const WELCOME: [u8; 4] = [0x20, 2, 0, 0];

/// A site of one door, whose certificate is old.
struct Site {
    authority: Authority,
    enrolment: Server,
    broker: Arc<Server>,
    folder: tempfile::TempDir,
}

impl Site {
    async fn with_an_old_door() -> Self {
        let authority = Authority::new();
        let enrolment = Server::start(authority.controller(), None).await;
        let broker = Arc::new(Server::start(authority.shown(&["127.0.0.1"]), Some(&authority)).await);
        let folder = tempfile::tempdir().unwrap();
        let (code, place) = (authority.code(), enrolment.place());
        let controller = async {
            let heard = enrolment.hear().await;
            let certificate = authority.door(&heard.request(), (300, 65));
            heard.answer("200 OK", &enrolled(&authority, &certificate, &broker.place()).to_string()).await;
        };
        let (door, ()) = soon(async { tokio::join!(enrol(&code, &place), controller) }).await;
        door.unwrap().write(NewFile::prepare(&folder.path().join("door.json")).unwrap()).unwrap();
        // From here on doors show certificates.
        let renewal = Server::start(authority.controller(), Some(&authority)).await;
        let mut site = Self { authority, enrolment: renewal, broker, folder };
        site.point_to(&site.enrolment.place());
        site
    }

    /// The enrolment's port is another for this test's second server.
    fn point_to(&mut self, place: &Place) {
        let path = self.folder.path().join("door.json");
        let mut file: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        file["enrol"] = json!(place);
        std::fs::write(&path, file.to_string()).unwrap();
    }

    fn provisioning(&self) -> Provisioning {
        Provisioning::load(&self.folder.path().join("door.json")).unwrap().renewed(self.folder.path())
    }

    async fn agent(&self) -> Agent {
        let hardware = HardwareConfig::Emulated {
            control: SocketAddr::from(([127, 0, 0, 1], 0)),
            out_reader: false,
            io: EmulatedIo::Memory,
        };
        let door = DoorConfig { data: self.folder.path().to_path_buf(), provisioning: self.provisioning(), hardware };
        let poll_interval = Duration::from_millis(22);
        let config = Config {
            doors: vec![door],
            role: Role::Door,
            poll_interval,
            interlock: false,
            battery_clock: true,
            journal_bytes: access::message::JOURNAL_BYTES_MAX,
        };
        Agent::start(config).await.unwrap()
    }

    /// The next session at the broker: the certificate that it shows.
    async fn session(&self) -> CertificateDer<'static> {
        let (mut stream, shown) = self.broker.accept().await.unwrap();
        soon(stream.read_u8()).await.unwrap();
        stream.write_all(&WELCOME).await.unwrap();
        tokio::spawn(async move {
            let mut rest = Vec::new();
            stream.read_to_end(&mut rest).await
        });
        shown.unwrap()
    }
}

fn renewed(folder: &Path) -> bool {
    folder.join(RENEWED_FILE).exists()
}

/// A certificate is shown before it is on the disk, which may hang.
async fn is_kept(folder: &Path) {
    soon(async {
        while !renewed(folder) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_certificate_is_renewed_with_a_new_key_and_shown_at_once_and_after_a_restart() {
    let site = Site::with_an_old_door().await;
    let agent = site.agent().await;
    let old = site.session().await;
    let heard = site.enrolment.hear().await;
    assert_eq!((heard.path.as_str(), heard.client.as_ref()), ("/renew", Some(&old)));
    assert!(!renewed(site.folder.path()), "nothing is kept before it is there");
    let next = site.authority.door(&heard.request(), (0, 365));
    let answer = json!({
        "format": 1, "mqtt": site.broker.place(), "certificate": next, "authority": site.authority.pem,
    });
    heard.answer("200 OK", &answer.to_string()).await;
    let new = site.session().await;
    assert_ne!(new, old);
    is_kept(site.folder.path()).await;
    agent.stop().await.unwrap();

    let life = site.provisioning().identity.unwrap().life();
    assert_eq!((life.until.0 - life.from.0) / 86_400, 365);
    let agent = site.agent().await;
    assert_eq!(site.session().await, new);
    agent.stop().await.unwrap();

    // A file that a dying disk has spoiled leaves the certificate of the enrolment, which is renewed again.
    std::fs::write(site.folder.path().join(RENEWED_FILE), "{\"format\":1,").unwrap();
    let agent = site.agent().await;
    assert_eq!(site.session().await, old);
    assert_eq!(site.enrolment.hear().await.path, "/renew");
    agent.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewed_certificate_that_the_disk_refuses_is_shown_all_the_same() {
    let site = Site::with_an_old_door().await;
    let file = site.folder.path().join(RENEWED_FILE);
    std::fs::create_dir(&file).unwrap();
    let agent = site.agent().await;
    let old = site.session().await;
    let heard = site.enrolment.hear().await;
    let next = site.authority.door(&heard.request(), (0, 365));
    let answer = json!({
        "format": 1, "mqtt": site.broker.place(), "certificate": next, "authority": site.authority.pem,
    });
    heard.answer("200 OK", &answer.to_string()).await;
    assert_ne!(site.session().await, old);
    assert!(file.is_dir());
    agent.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_that_is_refused_or_wrong_leaves_the_door_as_it_is() {
    for (status, strange) in [("403 Forbidden", false), ("200 OK", true)] {
        let site = Site::with_an_old_door().await;
        let agent = site.agent().await;
        let old = site.session().await;
        let heard = site.enrolment.hear().await;
        // A certificate of an authority that nobody has brought here.
        let other = Authority::new();
        let certificate = other.door(&heard.request(), (0, 365));
        let answer = if strange {
            json!({"format": 1, "mqtt": site.broker.place(), "certificate": certificate, "authority": other.pem})
        } else {
            json!({"error": "identity-refused"})
        };
        heard.answer(status, &answer.to_string()).await;
        agent.stop().await.unwrap();
        assert!(!renewed(site.folder.path()));
        let agent = site.agent().await;
        assert_eq!(site.session().await, old);
        agent.stop().await.unwrap();
    }
}
