//! TLS: who is believed, who is not, and an identity that is renewed while the session runs.

use std::sync::Arc;
use std::time::Duration;

use link::{Event, Options, Pem, Qos, Reason, ServerTime, Tls, TlsError, Transport, Will, provider};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::version::{TLS12, TLS13};
use rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::bench::{UP, open, options, soon};
use crate::broker::{Broker, Peer};
use crate::codec::Packet;

/// An authority and what it has signed.
struct Site {
    params: CertificateParams,
    key: KeyPair,
    pem: String,
}

/// A certificate with its key, as PEM.
struct Signed {
    certificate: String,
    key: String,
}

impl Site {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { params, key, pem }
    }

    fn sign(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Signed {
        let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let issuer = Issuer::from_params(&self.params, &self.key);
        let certificate = params.signed_by(&key, &issuer).unwrap().pem();
        Signed { certificate, key: key.serialize_pem() }
    }

    fn server(&self) -> Signed {
        self.sign("broker", |_| ())
    }

    fn door(&self, name: &str) -> Signed {
        self.sign(name, |params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth])
    }
}

impl Signed {
    fn pem<'a>(&'a self, authority: &'a Site) -> Pem<'a> {
        Pem { authority: &authority.pem, certificate: &self.certificate, private_key: &self.key }
    }

    fn der(&self) -> CertificateDer<'static> {
        CertificateDer::from_pem_slice(self.certificate.as_bytes()).unwrap()
    }
}

/// A broker that shows `shown`, and asks for a certificate of `wanted`.
struct Guarded {
    broker: Broker,
    acceptor: TlsAcceptor,
}

impl Guarded {
    async fn start(shown: &Signed, wanted: &Site, versions: &[&'static SupportedProtocolVersion]) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(wanted.pem.as_bytes()).unwrap()).unwrap();
        let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider()).build().unwrap();
        let config = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(versions)
            .unwrap()
            .with_client_cert_verifier(clients)
            .with_single_cert(vec![shown.der()], PrivateKeyDer::from_pem_slice(shown.key.as_bytes()).unwrap())
            .unwrap();
        Self { broker: Broker::start().await, acceptor: TlsAcceptor::from(Arc::new(config)) }
    }

    fn options(&self, tls: &Tls) -> Options {
        let mut options = options(&self.broker);
        options.transport = Transport::Tls(tls.clone());
        options
    }

    /// The next connection after its handshake, and the certificate that was shown in it.
    async fn accept(&self) -> std::io::Result<(TlsStream<tokio::net::TcpStream>, CertificateDer<'static>)> {
        let stream = soon(self.acceptor.accept(self.broker.accept_bytes().await)).await?;
        let shown = stream.get_ref().1.peer_certificates().unwrap()[0].clone().into_owned();
        Ok((stream, shown))
    }

    async fn welcome(&self) -> (Peer, CertificateDer<'static>) {
        let (stream, shown) = self.accept().await.unwrap();
        let mut peer = Peer::new(stream);
        peer.greeting().await;
        peer.answer(false, 0).await;
        (peer, shown)
    }
}

/// What becomes of a session with this broker; the broker must hear nothing of MQTT.
async fn refusal(broker: &Guarded, tls: &Tls) -> Reason {
    let (_handle, mut told) = open(broker.options(tls));
    let refused = soon(async { tokio::join!(broker.accept(), told.disconnected()) }).await;
    assert!(refused.0.is_err(), "the handshake must fail");
    refused.1
}

fn tls(identity: Pem<'_>) -> Tls {
    Tls::new(identity, ServerTime::Checked).unwrap()
}

#[tokio::test]
async fn with_tls_messages_pass_and_the_broker_sees_our_certificate() {
    let site = Site::new("site");
    let door = site.door("door-7");
    let broker = Guarded::start(&site.server(), &site, &[&TLS13]).await;
    let (handle, mut told) = open(broker.options(&tls(door.pem(&site))));
    let (mut peer, shown) = broker.welcome().await;
    assert_eq!(shown, door.der());
    told.connected().await;
    handle.publish(UP, "hello", Qos::AtLeastOnce).await.unwrap();
    assert_eq!(peer.published().await.0, "hello");
}

#[tokio::test]
async fn a_broker_of_another_authority_or_name_or_purpose_hears_nothing() {
    let (site, other) = (Site::new("site"), Site::new("site"));
    let door = site.door("door-7");
    let tls = tls(door.pem(&site));
    let elsewhere = |params: &mut CertificateParams| params.subject_alt_names.clear();
    for shown in [other.server(), site.sign("broker", elsewhere), site.door("door-8")] {
        let broker = Guarded::start(&shown, &site, &[&TLS13]).await;
        let reason = refusal(&broker, &tls).await;
        assert!(matches!(reason, Reason::ServerRefused(_)), "{reason:?}");
    }
}

#[tokio::test]
async fn tls_1_2_is_not_spoken() {
    let site = Site::new("site");
    let broker = Guarded::start(&site.server(), &site, &[&TLS12]).await;
    refusal(&broker, &tls(site.door("door-7").pem(&site))).await;
}

#[tokio::test]
async fn a_certificate_that_the_broker_does_not_accept_is_told_as_ours() {
    let (site, other) = (Site::new("site"), Site::new("other"));
    let door = other.door("door-7");
    let broker = Guarded::start(&site.server(), &site, &[&TLS13]).await;
    let reason = refusal(&broker, &tls(door.pem(&site))).await;
    assert!(matches!(reason, Reason::IdentityRefused(_)), "{reason:?}");
    assert!(reason.is_credentials_refused());
}

#[tokio::test]
async fn a_clock_in_the_wrong_year_keeps_only_those_away_who_shall_know_the_time() {
    let site = Site::new("site");
    let door = site.door("door-7");
    let past = |params: &mut CertificateParams| {
        (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
    };
    let future = |params: &mut CertificateParams| params.not_before = date_time_ymd(2200, 1, 1);
    for shown in [site.sign("broker", past), site.sign("broker", future)] {
        let broker = Guarded::start(&shown, &site, &[&TLS13]).await;
        let reason = refusal(&broker, &tls(door.pem(&site))).await;
        assert!(matches!(reason, Reason::ServerRefused(_)), "{reason:?}");
        let patient = Tls::new(door.pem(&site), ServerTime::Ignored).unwrap();
        let (_handle, mut told) = open(broker.options(&patient));
        let (_peer, _) = broker.welcome().await;
        told.connected().await;
    }
}

#[tokio::test]
async fn without_regard_to_time_everything_else_must_still_be_right() {
    let (site, other) = (Site::new("site"), Site::new("site"));
    let past = |params: &mut CertificateParams| {
        (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
        params.subject_alt_names.clear();
    };
    let patient = Tls::new(site.door("door-7").pem(&site), ServerTime::Ignored).unwrap();
    for shown in [site.sign("broker", past), other.sign("broker", past), other.server()] {
        let broker = Guarded::start(&shown, &site, &[&TLS13]).await;
        let reason = refusal(&broker, &patient).await;
        assert!(matches!(reason, Reason::ServerRefused(_)), "{reason:?}");
    }
}

#[tokio::test]
async fn a_renewed_identity_is_shown_at_once_after_a_goodbye() {
    let site = Site::new("site");
    let (old, new) = (site.door("door-7"), site.door("door-7"));
    let broker = Guarded::start(&site.server(), &site, &[&TLS13]).await;
    let tls = tls(old.pem(&site));
    let mut options = broker.options(&tls);
    // Only a renewal comes back without a wait.
    options.jitter = Box::new(|_| Duration::MAX);
    options.will =
        Some(Box::new(|_| Some(Will { topic: UP.to_owned(), payload: b"gone".to_vec(), qos: Qos::AtLeastOnce })));
    let (_handle, mut told) = open(options);
    let (mut peer, shown) = broker.welcome().await;
    assert_eq!(shown, old.der());
    told.connected().await;
    tls.renew(new.pem(&site), ServerTime::Checked).unwrap();
    assert_eq!(peer.packet().await, Packet::Disconnect);
    assert!(matches!(
        told.next().await,
        Event::Disconnected { reason: Reason::Renewed, retry_in: Some(Duration::ZERO), .. }
    ));
    let (_peer, shown) = broker.welcome().await;
    assert_eq!(shown, new.der());
    told.connected().await;
}

#[test]
fn what_cannot_be_used_is_named_and_changes_nothing_and_no_key_is_shown() {
    let site = Site::new("site");
    let (door, other) = (site.door("door-7"), site.door("door-8"));
    let good = door.pem(&site);
    let tls = tls(good);
    let refused = |pem| (Tls::new(pem, ServerTime::Checked).unwrap_err(), tls.renew(pem, ServerTime::Checked));
    let before = tls.client_config();
    for (pem, named) in [
        (Pem { authority: "", ..good }, "authority"),
        (Pem { certificate: "none", ..good }, "certificate"),
        (Pem { private_key: "none", ..good }, "private key"),
        (Pem { private_key: &other.key, ..good }, "private key"),
    ] {
        let (error, renewed) = refused(pem);
        assert!(error.to_string().contains(named), "{error}");
        assert_eq!(renewed, Err::<(), TlsError>(error));
    }
    assert!(Arc::ptr_eq(&before, &tls.client_config()));
    let printed = format!("{tls:?} {good:?} {:?}", Transport::Tls(tls.clone()));
    assert!(printed.contains("redacted") && !printed.contains("BEGIN"), "{printed}");
}
