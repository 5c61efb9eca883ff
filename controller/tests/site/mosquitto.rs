//! Mosquitto with the configuration that is made for it does what the embedded broker does.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use access::id::DoorId;
use access::time::UtcS;
use controller::config::{CERTIFICATE_LIFE, Endpoint, Enrol, Mqtt};
use controller::identity::Identity;
use db::site::Site;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::enrol::{Shown, command, connect, dial};
use super::support::{Bench, DEADLINE, add_door, open_alarms};

/// How often a port is tried that is not open yet.
const AGAIN: Duration = Duration::from_millis(20);

struct Mosquitto(Child);

impl Mosquitto {
    async fn start(config: &Path, addr: SocketAddr) -> Self {
        let mut command = Command::new("/usr/sbin/mosquitto");
        command.arg("-c").arg(config).stdout(Stdio::null()).stderr(Stdio::null());
        let started = Self(command.spawn().expect("Mosquitto is not installed; .ci/run installs it"));
        let wait = async {
            while TcpStream::connect(addr).await.is_err() {
                tokio::time::sleep(AGAIN).await;
            }
        };
        timeout(DEADLINE, wait).await.expect("Mosquitto does not listen");
        started
    }

    fn reload(&self) {
        let told = Command::new("kill").arg("-HUP").arg(self.0.id().to_string()).status().unwrap();
        assert!(told.success());
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn now() -> UtcS {
    UtcS(std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs().cast_signed())
}

/// A PUBLISH without acknowledgement.
fn publish(topic: &str) -> Vec<u8> {
    let length = u8::try_from(topic.len()).unwrap();
    let mut bytes = vec![0x30, length + 3, 0, length];
    bytes.extend(topic.bytes());
    bytes.push(0xff);
    bytes
}

/// Whether the broker lets it in, under whatever name.
async fn is_let_in(folder: &Path, addr: SocketAddr, shown: Option<&Shown>) -> bool {
    let Ok(mut stream) = dial(folder, addr, "127.0.0.1", shown).await else { return false };
    let mut answer = [0; 4];
    let _ = stream.write_all(&connect("ward")).await;
    timeout(DEADLINE, stream.read_exact(&mut answer)).await.unwrap().is_ok() && answer == [0x20, 2, 0, 0]
}

#[tokio::test(flavor = "multi_thread")]
async fn its_doors_are_their_certificates_and_a_revoked_one_is_shut_out() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let addr: SocketAddr = ([127, 0, 0, 1], port).into();
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let text = format!(
        "site = \"hospital\"\ndata = \".\"\n[mqtt.external]\nhost = \"127.0.0.1\"\nport = {port}\n\
         crl_file = \"broker/crl.pem\"\n"
    );
    std::fs::write(folder.path().join("controller.toml"), text).unwrap();
    let site = Site::open(&folder.path().join("site.db"), &"hospital".parse().unwrap()).unwrap();
    ["ward", "pharmacy"].iter().for_each(|door| add_door(&site, door));
    let identity = Identity::open(&folder.path().join("identity"), site.id(), now()).unwrap();
    let ward = Shown::since(&site, &identity, 1);
    let foreign_site = Site::open(&elsewhere.path().join("site.db"), &"hospital".parse().unwrap()).unwrap();
    add_door(&foreign_site, "ward");
    let foreign = Identity::open(&elsewhere.path().join("identity"), foreign_site.id(), now()).unwrap();
    let stranger = Shown::since(&foreign_site, &foreign, 1);
    drop((site, foreign_site));
    let out = folder.path().join("broker");
    command(folder.path(), &["mosquitto-config", "--bind", "127.0.0.1", "--out", &out.to_string_lossy()]);
    // Where the tests run as root it would go on as another account, which does not enter this folder.
    let config = std::fs::read_to_string(out.join("mosquitto.conf")).unwrap();
    std::fs::write(out.join("mosquitto.conf"), format!("{config}user root\n")).unwrap();
    let mosquitto = Mosquitto::start(&out.join("mosquitto.conf"), addr).await;

    assert!(is_let_in(folder.path(), addr, Some(&ward)).await);
    assert!(!is_let_in(folder.path(), addr, Some(&stranger)).await, "of another authority");
    assert!(!is_let_in(folder.path(), addr, None).await, "without a certificate");

    let broker = Endpoint { host: "127.0.0.1".to_owned(), port };
    let bench = Bench::in_folder(folder, |config, folder| {
        let crl_file = Some(folder.join("broker").join("crl.pem"));
        config.mqtt = Mqtt::External { broker, doors_connect_to: None, login: None, tls: true, crl_file };
        let listen = "127.0.0.1:0".parse().unwrap();
        config.enrol = Some(Enrol { listen, certificate_life: CERTIFICATE_LIFE });
    })
    .await;
    // It calls itself pharmacy, and stays ward: what it says for pharmacy never arrives.
    let mut stream = dial(bench.folder(), addr, "127.0.0.1", Some(&ward)).await.unwrap();
    stream.write_all(&connect("pharmacy")).await.unwrap();
    let mut answer = [0; 4];
    timeout(DEADLINE, stream.read_exact(&mut answer)).await.unwrap().unwrap();
    assert_eq!(answer, [0x20, 2, 0, 0]);
    let alarm_of = |door: &str| {
        let door: DoorId = door.parse().unwrap();
        open_alarms(bench.site()).into_iter().any(|alarm| alarm.door.as_ref() == Some(&door))
    };
    // The controller may not be connected yet, and nothing is kept for it.
    let said = async {
        while !alarm_of("ward") {
            stream.write_all(&publish("kulku/hospital/pharmacy/up/status")).await.unwrap();
            stream.write_all(&publish("kulku/hospital/ward/up/status")).await.unwrap();
            tokio::time::sleep(AGAIN).await;
        }
    };
    timeout(DEADLINE, said).await.expect("the controller hears nothing through Mosquitto");
    assert!(!alarm_of("pharmacy"));

    command(bench.folder(), &["door", "revoke", "ward"]);
    mosquitto.reload();
    let shut_out = async {
        while is_let_in(bench.folder(), addr, Some(&ward)).await {
            tokio::time::sleep(AGAIN).await;
        }
    };
    timeout(DEADLINE, shut_out).await.expect("a revoked certificate opens Mosquitto");
    bench.stop().await;
}
