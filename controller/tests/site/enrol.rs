//! A door becomes a door of its site, stays one, and ceases to be one.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use access::enrol::{ENROL_NAME, EnrolAnswer, EnrolCode, RenewAnswer};
use access::envelope::DoorKey;
use access::id::DoorId;
use access::time::{UtcMs, UtcS};
use certificates::Request;
use controller::config::{Enrol, Mqtt};
use controller::identity::Identity;
use db::site::{Actor, Site};
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName};
use rustls::version::TLS13;
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::support::{Bench, DEADLINE, add_door, open_alarms};

const DAY_S: i64 = 24 * 3_600;
const LIFE: Duration = Duration::from_secs(365 * 24 * 3_600);

/// A key pair, and what was signed for it.
pub(crate) struct Shown {
    key: KeyPair,
    certificate: Option<String>,
}

impl Shown {
    pub(crate) fn new() -> Self {
        Self { key: KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap(), certificate: None }
    }

    fn request(&self) -> String {
        CertificateParams::default().serialize_request(&self.key).unwrap().pem().unwrap()
    }

    /// One that door ward got so many days ago, for a year.
    pub(crate) fn since(site: &Site, identity: &Identity, days: i64) -> Self {
        let (mut shown, door) = (Self::new(), "ward".parse::<DoorId>().unwrap());
        let (now, then) = (now(), UtcMs(now().0 - days * DAY_S * 1_000));
        let request = Request::from_pem(&shown.request()).unwrap();
        let issued = identity.door(&door, &request, then.second(), LIFE).unwrap();
        let actor = Actor { operator: "tester", at: now };
        site.issue_enrol_code(&actor, &door, [1; 32], UtcMs(now.0 + 1_000)).unwrap();
        site.enrol(&actor, &door, [1; 32], &issued.record(), &DoorKey::new([3; 32])).unwrap();
        shown.certificate = Some(issued.pem().to_owned());
        shown
    }
}

fn now() -> UtcMs {
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    UtcMs(i64::try_from(since.as_millis()).unwrap())
}

/// A controller that asks doors for certificates, with doors ward and pharmacy.
async fn bench(prepare: impl FnOnce(&Site, &Identity)) -> Bench {
    let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
    Bench::with(
        &[],
        |_| {},
        |config, folder| {
            config.mqtt = Mqtt::Embedded { listen: any, doors_connect_to: None, tls: true };
            config.enrol = Some(Enrol { listen: any, certificate_life: LIFE });
            let text = "site = \"hospital\"\ndata = \".\"\n[mqtt.embedded]\nlisten = \"127.0.0.1:8883\"\n";
            std::fs::write(folder.join("controller.toml"), text).unwrap();
            let site = Site::open(&config.database, &config.site).unwrap();
            ["ward", "pharmacy"].iter().for_each(|door| add_door(&site, door));
            prepare(&site, &Identity::open(&config.identity, &config.site, UtcS(now().0 / 1_000)).unwrap());
        },
    )
    .await
}

/// What the command line does beside the running controller.
pub(crate) fn command(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kulku-controller"));
    let output = command.args(arguments).arg("--config").arg(folder.join("controller.toml")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn code(bench: &Bench, door: &str) -> EnrolCode {
    let said: Value = serde_json::from_str(&command(bench.folder(), &["door", "enrol", door, "--json"])).unwrap();
    said.get("code").and_then(Value::as_str).unwrap().parse().unwrap()
}

fn authority(folder: &Path) -> CertificateDer<'static> {
    let pem = std::fs::read(folder.join("identity").join("authority.pem")).unwrap();
    CertificateDer::from_pem_slice(&pem).unwrap()
}

pub(crate) async fn dial(
    folder: &Path,
    addr: SocketAddr,
    name: &'static str,
    shown: Option<&Shown>,
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(authority(folder)).unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&TLS13])
        .unwrap()
        .with_root_certificates(roots);
    let config = match shown {
        Some(shown) => {
            let pem = shown.certificate.as_deref().unwrap();
            let chain = vec![CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()];
            builder.with_client_auth_cert(chain, PrivatePkcs8KeyDer::from(shown.key.serialize_der()).into()).unwrap()
        }
        None => builder.with_no_client_auth(),
    };
    let stream = TcpStream::connect(addr).await.unwrap();
    let name = ServerName::try_from(name).unwrap();
    let connected = TlsConnector::from(Arc::new(config)).connect(name, stream);
    timeout(DEADLINE, connected).await.unwrap()
}

/// The status, the head and the body of the answer.
async fn ask(bench: &Bench, shown: Option<&Shown>, head: &str, body: &str) -> (u16, String, Value) {
    let addr = bench.controller.enrol().unwrap();
    let mut stream = dial(bench.folder(), addr, ENROL_NAME, shown).await.unwrap();
    let request = format!(
        "{head} HTTP/1.1\r\nhost: {ENROL_NAME}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    // It may answer, and hang up, before all has been sent.
    let _ = stream.write_all(request.as_bytes()).await;
    let mut answer = Vec::new();
    let _ = timeout(DEADLINE, stream.read_to_end(&mut answer)).await.unwrap();
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, head.to_owned(), serde_json::from_str(body).unwrap_or_default())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn enrol(bench: &Bench, code: &EnrolCode, shown: &Shown) -> (u16, Value) {
    enrol_as(bench, code, &shown.request()).await
}

async fn enrol_as(bench: &Bench, code: &EnrolCode, request: &str) -> (u16, Value) {
    let body = json!({ "format": 1, "secret": hex(&code.secret), "request": request });
    let (status, _, answer) = ask(bench, None, "POST /enrol", &body.to_string()).await;
    (status, answer)
}

async fn renew(bench: &Bench, shown: Option<&Shown>, next: &Shown) -> (u16, Value) {
    let body = json!({ "format": 1, "request": next.request() });
    let (status, _, answer) = ask(bench, shown, "POST /renew", &body.to_string()).await;
    (status, answer)
}

/// The bytes of a CONNECT of MQTT 3.1.1 without user name and password.
pub(crate) fn connect(door: &str) -> Vec<u8> {
    let length = u8::try_from(door.len()).unwrap();
    let mut bytes = vec![0x10, 12 + length, 0, 4];
    bytes.extend(b"MQTT\x04\x02\x00\x3c\x00");
    bytes.push(length);
    bytes.extend(door.bytes());
    bytes
}

/// Logs in at the broker; the return code, and the connection.
async fn log_in(bench: &Bench, shown: &Shown, door: &str) -> (u8, TlsStream<TcpStream>) {
    let addr: SocketAddr = bench.controller.mqtt.to_string().parse().unwrap();
    let mut stream = dial(bench.folder(), addr, "127.0.0.1", Some(shown)).await.unwrap();
    stream.write_all(&connect(door)).await.unwrap();
    let mut answer = [0; 4];
    timeout(DEADLINE, stream.read_exact(&mut answer)).await.unwrap().unwrap();
    (answer[3], stream)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_makes_a_door_once_and_the_broker_knows_it_by_its_certificate() {
    let bench = bench(|_, _| {}).await;
    let (code, mut ward) = (code(&bench, "ward"), Shown::new());
    assert_eq!(code.authority, EnrolCode::fingerprint(&authority(bench.folder())));
    let request = ward.request();
    let (status, answer) = enrol_as(&bench, &code, &request).await;
    assert_eq!(status, 200, "{answer}");
    let answer: EnrolAnswer = serde_json::from_value(answer).unwrap();
    assert_eq!((answer.site.as_str(), answer.door.as_str(), answer.key_id), ("hospital", "ward", 2));
    assert_eq!((answer.mqtt.host.as_str(), answer.mqtt.port), ("127.0.0.1", bench.controller.mqtt.port));
    let (_, key) = bench.site().newest_door_key(&answer.door).unwrap();
    assert_eq!(answer.key, hex(key.expose()));
    ward.certificate = Some(answer.certificate.clone());
    assert_eq!(log_in(&bench, &ward, "ward").await.0, 0);
    assert_ne!(log_in(&bench, &ward, "pharmacy").await.0, 0);
    bench.until_alarm("identity-refused").await;

    let (status, again) = enrol(&bench, &code, &Shown::new()).await;
    assert_eq!((status, &again["error"]), (403, &json!("code-refused")));
    // The answer may have been lost: whoever asked is told again, as long as it counts.
    let (status, again) = enrol_as(&bench, &code, &request).await;
    assert_eq!(
        (status, again["key"].as_str(), again["certificate"].as_str()),
        (200, Some(&*answer.key), Some(&*answer.certificate))
    );
    command(bench.folder(), &["door", "revoke", "ward"]);
    assert_eq!(enrol_as(&bench, &code, &request).await.0, 403);
    let other = EnrolCode { secret: [9; 10], authority: code.authority };
    assert_eq!(enrol(&bench, &other, &Shown::new()).await.0, 403);
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_request_is_refused_for_what_it_is_and_an_address_that_goes_on_has_to_wait() {
    let bench = bench(|_, _| {}).await;
    let secret = hex(&code(&bench, "ward").secret);
    let right = Shown::new().request();
    let mut bent = right.clone();
    // The first letter of the key's own line: the signature is of another request then.
    let middle = right.len() / 2;
    bent.replace_range(middle..=middle, if right[middle..].starts_with('A') { "B" } else { "A" });
    let p384 = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
    let p384 = CertificateParams::default().serialize_request(&p384).unwrap().pem().unwrap();
    let body = |format: u32, request: &str| json!({"format": format, "secret": secret, "request": request}).to_string();
    let cases = [
        ("GET /enrol", String::new(), 405, "unknown"),
        ("POST /", body(1, &right), 404, "unknown"),
        ("POST /enrol", "{".to_owned(), 400, "malformed"),
        ("POST /enrol", body(2, &right), 400, "format"),
        ("POST /enrol", body(1, &bent), 400, "malformed"),
        ("POST /enrol", body(1, &p384), 400, "malformed"),
        ("POST /enrol", body(1, &"x".repeat(17_000)), 413, "too-large"),
        ("POST /renew", json!({"format": 1, "request": right}).to_string(), 401, "certificate-needed"),
        ("POST /enrol", json!({"format": 1, "secret": "00", "request": right}).to_string(), 400, "malformed"),
        ("POST /enrol", "[]".to_owned(), 400, "malformed"),
    ];
    for (head, body, status, code) in &cases {
        let (found, _, answer) = ask(&bench, None, head, body).await;
        assert_eq!((found, &answer["error"]), (*status, &json!(code)), "{head} {body:.60}");
    }
    // The tenth counts when its connection has ended, which may be after its answer was read.
    let mut more = 0;
    while ask(&bench, None, "POST /enrol", "[]").await.0 != 429 {
        more += 1;
        assert!(more < 3, "ten were refused, and {more} more");
    }
    let (status, head, answer) = ask(&bench, None, "POST /enrol", &body(1, &right)).await;
    assert_eq!((status, &answer["error"]), (429, &json!("too-many")), "ten were refused");
    assert!(head.to_lowercase().contains("retry-after: "), "{head}");
    assert!(bench.site().identities(now()).unwrap().iter().all(|door| door.certificate.is_none()));
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_renewed_when_it_is_due_and_not_before() {
    let mut old = None;
    let bench = bench(|site, identity| old = Some(Shown::since(site, identity, 250))).await;
    let (old, mut next) = (old.unwrap(), Shown::new());
    let (status, answer) = renew(&bench, Some(&old), &next).await;
    assert_eq!(status, 200, "{answer}");
    let answer: RenewAnswer = serde_json::from_value(answer).unwrap();
    next.certificate = Some(answer.certificate);
    assert_eq!(log_in(&bench, &next, "ward").await.0, 0);
    assert_eq!(log_in(&bench, &old, "ward").await.0, 0, "whoever did not get the answer asks again");
    let (status, answer) = renew(&bench, Some(&next), &Shown::new()).await;
    assert_eq!((status, &answer["error"]), (409, &json!("not-due")));
    let (_, key) = bench.site().newest_door_key(&"ward".parse().unwrap()).unwrap();
    assert_eq!(key.expose(), &[3; 32], "the key for messages stays");
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_door_is_thrown_out_and_has_no_way_back_but_a_code() {
    let mut ward = None;
    let bench = bench(|site, identity| ward = Some(Shown::since(site, identity, 200))).await;
    let ward = ward.unwrap();
    let (code_, mut stream) = log_in(&bench, &ward, "ward").await;
    assert_eq!(code_, 0);
    assert!(command(bench.folder(), &["door", "identities"]).contains("until "));
    command(bench.folder(), &["door", "revoke", "ward"]);
    // The broker hangs up; whatever it says before does not matter.
    let mut rest = Vec::new();
    let _ = timeout(DEADLINE, stream.read_to_end(&mut rest)).await.expect("it was not thrown out");
    assert_ne!(log_in(&bench, &ward, "ward").await.0, 0);
    let (status, answer) = renew(&bench, Some(&ward), &Shown::new()).await;
    assert_eq!((status, &answer["error"]), (403, &json!("identity-refused")));
    bench.until_alarm("identity-refused").await;
    let alarm = open_alarms(bench.site()).into_iter().find(|alarm| alarm.kind == "identity-refused").unwrap();
    assert_eq!(alarm.door.map(|door| door.to_string()).as_deref(), Some("ward"), "whose it was is said");
    assert_ne!(bench.site().newest_door_key(&"ward".parse().unwrap()).unwrap().1.expose(), &[3; 32]);
    let (code, again) = (code(&bench, "ward"), Shown::new());
    assert_eq!(enrol(&bench, &code, &again).await.0, 200);
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_nobody_has_renewed_is_an_alarm_before_it_ends() {
    let bench = bench(|site, identity| drop(Shown::since(site, identity, 340))).await;
    bench.until_alarm("certificate-expiring").await;
    bench.stop().await;
}

#[test]
fn a_backup_that_is_put_back_lets_no_stolen_box_in_and_no_renewed_door_out() {
    let folder = tempfile::tempdir().unwrap();
    let identity =
        Identity::open(&folder.path().join("identity"), &"hospital".parse().unwrap(), now().second()).unwrap();
    let open = |name: &str| {
        let site = Site::open(&folder.path().join(name), &"hospital".parse().unwrap()).unwrap();
        ["ward", "pharmacy"].iter().for_each(|door| add_door(&site, door));
        site
    };
    let issue = |door: &str| {
        let request = Request::from_pem(&Shown::new().request()).unwrap();
        identity.door(&door.parse().unwrap(), &request, now().second(), LIFE).unwrap()
    };
    let (site, backup) = (open("site.db"), open("backup.db"));
    let (stolen, old, renewed) = (issue("ward"), issue("pharmacy"), issue("pharmacy"));
    let actor = Actor { operator: "tester", at: now() };
    for site in [&site, &backup] {
        for (door, issued) in [("ward", &stolen), ("pharmacy", &old)] {
            let door = door.parse().unwrap();
            site.issue_enrol_code(&actor, &door, [1; 32], UtcMs(actor.at.0 + 1_000)).unwrap();
            site.enrol(&actor, &door, [1; 32], &issued.record(), &DoorKey::new([3; 32])).unwrap();
        }
    }
    site.renew_certificate(&actor, old.record().fingerprint, &renewed.record()).unwrap();
    site.revoke_identity(&actor, &"ward".parse().unwrap(), &DoorKey::new([4; 32])).unwrap();
    identity.write_list(&site, now().second(), None).unwrap();

    identity.write_list(&backup, now().second(), None).unwrap();
    let counts = |issued: &controller::identity::DoorCertificate| {
        backup.certificate_holder(issued.record().fingerprint, now().second()).unwrap().is_some()
    };
    assert!(!counts(&stolen), "it was revoked after the backup");
    assert_ne!(backup.newest_door_key(&"ward".parse().unwrap()).unwrap().1.expose(), &[3; 32]);
    assert!(counts(&renewed), "it was issued after the backup");
    assert_eq!(backup.newest_door_key(&"pharmacy".parse().unwrap()).unwrap().1.expose(), &[3; 32]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_that_is_gone_is_not_replaced_unless_somebody_says_so() {
    let bench = bench(|site, identity| drop(Shown::since(site, identity, 1))).await;
    let folder = bench.folder().join("identity");
    let site = bench.site().clone();
    let open = || Identity::of(&site, &folder, now().second());
    let before = open().unwrap().fingerprint();
    for file in ["authority.key", "authority.pem"] {
        std::fs::remove_file(folder.join(file)).unwrap();
    }
    let said = open().unwrap_err().to_string();
    assert!(said.contains("kulku-controller authority new"), "{said}");
    assert!(!folder.join("authority.key").exists());
    command(bench.folder(), &["authority", "new"]);
    assert_ne!(open().unwrap().fingerprint(), before);
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_connects_and_is_silent_keeps_no_door_out() {
    let bench = bench(|_, _| {}).await;
    let code = code(&bench, "ward");
    let mut silent = Vec::new();
    for _ in 0..100 {
        silent.push(TcpStream::connect(bench.controller.enrol().unwrap()).await.unwrap());
    }
    assert_eq!(enrol(&bench, &code, &Shown::new()).await.0, 200);
    drop(silent);
    bench.stop().await;
}
