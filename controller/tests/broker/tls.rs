//! Doors with certificates: who is let in, as whom, and who keeps nobody waiting.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use access::id::{DoorId, SiteId};
use access::time::UtcS;
use certificates::Request;
use controller::broker::{Broker, Doors, Proof};
use controller::identity::Identity;
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use zeroize::Zeroizing;

use super::client::{ACCEPTED, Client, Connect, DEADLINE};

/// What a door shows.
struct Shown {
    certificate: CertificateDer<'static>,
    key: KeyPair,
    fingerprint: [u8; 32],
}

/// Doors by their certificates, some of which can be revoked while the broker runs.
struct Known {
    holders: watch::Sender<BTreeMap<[u8; 32], DoorId>>,
    refused: watch::Sender<Vec<Option<DoorId>>>,
}

impl Doors for Known {
    fn holder(&self, fingerprint: &[u8; 32]) -> Option<DoorId> {
        let holder = self.holders.borrow().get(fingerprint).cloned();
        if holder.is_none() {
            self.refused(None);
        }
        holder
    }

    fn passwords(&self, door: &DoorId) -> Vec<Zeroizing<[u8; 32]>> {
        vec![Zeroizing::new(super::key(door.as_str()).broker_password())]
    }

    fn counts(&self, door: &DoorId, proof: &Proof) -> bool {
        matches!(proof, Proof::Certificate(shown) if self.holders.borrow().get(shown) == Some(door))
    }

    fn refused(&self, door: Option<DoorId>) {
        self.refused.send_modify(|all| all.push(door));
    }
}

/// A broker with an authority, and doors ward and pharmacy.
struct Bench {
    _folder: tempfile::TempDir,
    identity: Identity,
    doors: Arc<Known>,
    broker: Broker,
    ward: Shown,
    pharmacy: Shown,
}

impl Bench {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let site: SiteId = "hospital".parse().unwrap();
        let identity = Identity::open(folder.path(), &site, now()).unwrap();
        let (ward, pharmacy) = (issue(&identity, "ward"), issue(&identity, "pharmacy"));
        let holders = BTreeMap::from([(ward.fingerprint, id("ward")), (pharmacy.fingerprint, id("pharmacy"))]);
        let doors = Arc::new(Known { holders: watch::Sender::new(holders), refused: watch::Sender::new(Vec::new()) });
        let tls = identity.broker_tls(&["127.0.0.1".to_owned()]).unwrap();
        let listen = "127.0.0.1:0".parse().unwrap();
        let broker = Broker::start(listen, Some(tls), site, Arc::clone(&doors) as Arc<_>).await.unwrap();
        Client::controller(&broker).await;
        Self { _folder: folder, identity, doors, broker, ward, pharmacy }
    }

    async fn dial(&self, shown: Option<&Shown>) -> std::io::Result<Client> {
        self.dial_with(config(&self.identity, shown, &TLS13)).await
    }

    async fn dial_with(&self, config: ClientConfig) -> std::io::Result<Client> {
        let stream = TcpStream::connect(self.broker.addr()).await.unwrap();
        let name = ServerName::try_from("127.0.0.1").unwrap();
        let connected = TlsConnector::from(Arc::new(config)).connect(name, stream);
        Ok(Client::over(timeout(DEADLINE, connected).await.expect("no handshake")?))
    }

    /// Whether this door gets in by its own name.
    async fn lets_in(&self, shown: &Shown, door: &str) -> bool {
        let mut client = self.dial(Some(shown)).await.unwrap();
        client.log_in(&bare(door)).await == Some(ACCEPTED)
    }
}

fn id(door: &str) -> DoorId {
    door.parse().unwrap()
}

fn now() -> UtcS {
    UtcS(SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs().cast_signed())
}

fn issue(identity: &Identity, door: &str) -> Shown {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let request = CertificateParams::default().serialize_request(&key).unwrap().pem().unwrap();
    let request = Request::from_pem(&request).unwrap();
    let issued = identity.door(&id(door), &request, now(), Duration::from_secs(3_600)).unwrap();
    let certificate = CertificateDer::from_pem_slice(issued.pem().as_bytes()).unwrap();
    Shown { certificate, key, fingerprint: issued.record().fingerprint }
}

fn config(
    identity: &Identity,
    shown: Option<&Shown>,
    version: &'static rustls::SupportedProtocolVersion,
) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(identity.certificate_pem().as_bytes()).unwrap()).unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots);
    match shown {
        Some(shown) => {
            let key = PrivatePkcs8KeyDer::from(shown.key.serialize_der()).into();
            builder.with_client_auth_cert(vec![shown.certificate.clone()], key).unwrap()
        }
        None => builder.with_no_client_auth(),
    }
}

/// A CONNECT without a password.
fn bare(door: &str) -> Connect<'_> {
    Connect { user: None, password: None, ..Connect::new(door, "") }
}

#[tokio::test]
async fn a_door_is_let_in_by_its_certificate_and_heard_as_itself() {
    let bench = Bench::new().await;
    let mut controller = Client::controller(&bench.broker).await;
    let mut ward = bench.dial(Some(&bench.ward)).await.unwrap();
    let named = Connect { user: Some("ward"), ..bare("ward") };
    assert_eq!(ward.log_in(&named).await, Some(ACCEPTED));
    ward.publish("kulku/hospital/ward/up/status", b"x").await;
    assert_eq!(controller.heard().await, "kulku/hospital/ward/up/status");
    assert!(bench.lets_in(&bench.pharmacy, "pharmacy").await, "without a user name");
    bench.broker.stop().await;
}

#[tokio::test]
async fn silent_connections_and_stalled_handshakes_keep_nobody_waiting() {
    let bench = Bench::new().await;
    let (mut silent, mut stalled) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        silent.push(TcpStream::connect(bench.broker.addr()).await.unwrap());
        let mut stream = TcpStream::connect(bench.broker.addr()).await.unwrap();
        // The head of a record with a ClientHello that never comes.
        stream.write_all(&[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]).await.unwrap();
        stalled.push(stream);
    }
    assert!(bench.lets_in(&bench.ward, "ward").await);
    assert_eq!(bench.broker.health().dropped, 0, "they were all still there");
    bench.broker.stop().await;
}

#[tokio::test]
async fn a_certificate_is_its_own_door_whatever_its_bearer_says() {
    let bench = Bench::new().await;
    let password = super::password("pharmacy");
    let claims = [
        bare("pharmacy"),
        Connect::new("pharmacy", &password),
        Connect { user: Some("pharmacy"), ..bare("ward") },
        Connect { user: Some("ward"), ..bare("pharmacy") },
        bare("kulku_controller"),
        bare("cert:0"),
        bare(""),
    ];
    for claim in &claims {
        let mut client = bench.dial(Some(&bench.ward)).await.unwrap();
        assert_ne!(client.log_in(claim).await, Some(ACCEPTED), "{:?} {:?}", claim.client_id, claim.user);
        client.hung_up().await;
    }
    let (user, password) = bench.broker.controller_login();
    let mut client = bench.dial(Some(&bench.ward)).await.unwrap();
    assert_ne!(client.log_in(&Connect::new(user, password)).await, Some(ACCEPTED), "the controller has its own way");
    let refused = bench.doors.refused.borrow().clone();
    // A client identifier of no characters is refused before anybody looks at it.
    assert!(refused.len() >= claims.len() && refused.iter().all(|door| *door == Some(id("ward"))), "{refused:?}");
    assert!(bench.broker.health().identities_refused >= refused.len() as u64);
    bench.broker.stop().await;
}

#[tokio::test]
async fn what_is_signed_by_another_authority_or_by_none_or_is_not_known_is_refused() {
    let bench = Bench::new().await;
    let elsewhere = tempfile::tempdir().unwrap();
    let foreign = Identity::open(elsewhere.path(), &"hospital".parse().unwrap(), now()).unwrap();
    let foreign = issue(&foreign, "ward");
    let unknown = issue(&bench.identity, "ward");
    for shown in [Some(&foreign), None, Some(&unknown)] {
        // In TLS 1.3 a client may think that it is connected before the server has looked.
        if let Ok(mut client) = bench.dial(shown).await {
            assert_ne!(client.log_in(&bare("ward")).await, Some(ACCEPTED));
            client.hung_up().await;
        }
    }
    assert!(bench.dial_with(config(&bench.identity, Some(&bench.ward), &TLS12)).await.is_err(), "TLS 1.2");
    let mut plain = Client::open(bench.broker.addr()).await;
    let password = super::password("ward");
    plain.send(&Connect::new("ward", &password).bytes()).await;
    plain.hung_up().await;
    assert!(bench.lets_in(&bench.ward, "ward").await);
    assert_eq!(bench.broker.health().identities_refused, 3);
    bench.broker.stop().await;
}

#[tokio::test]
async fn the_controllers_own_entrance_is_for_the_controller_only() {
    let bench = Bench::new().await;
    let mut ward = Client::open(bench.broker.controller_addr()).await;
    let password = super::password("ward");
    assert_ne!(ward.log_in(&Connect::new("ward", &password)).await, Some(ACCEPTED));
    assert!(bench.broker.controller_addr().ip().is_loopback());
    bench.broker.stop().await;
}

#[tokio::test]
async fn a_door_whose_certificate_is_revoked_is_thrown_out_and_not_let_in_again() {
    let bench = Bench::new().await;
    let mut ward = bench.dial(Some(&bench.ward)).await.unwrap();
    assert_eq!(ward.log_in(&bare("ward")).await, Some(ACCEPTED));
    let mut pharmacy = bench.dial(Some(&bench.pharmacy)).await.unwrap();
    assert_eq!(pharmacy.log_in(&bare("pharmacy")).await, Some(ACCEPTED));
    let rechecker = bench.broker.rechecker();
    rechecker.recheck().await;
    assert_eq!(pharmacy.subscribe("kulku/hospital/pharmacy/down/+").await, Some(1));

    bench.doors.holders.send_modify(|holders| drop(holders.remove(&bench.ward.fingerprint)));
    rechecker.recheck().await;
    ward.hung_up().await;
    assert!(!bench.lets_in(&bench.ward, "ward").await);
    assert_eq!(pharmacy.subscribe("kulku/hospital/pharmacy/down/+").await, Some(1), "nobody else is thrown out");
    bench.broker.stop().await;
}
