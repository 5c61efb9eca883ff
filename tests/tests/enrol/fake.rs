//! An authority, and servers that show certificates of it.

use std::sync::Arc;
use std::time::Duration;

use access::enrol::{ENROL_NAME, EnrolCode, Place};
use certificates::Request;
use link::provider;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, PublicKeyData, SignatureAlgorithm,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::version::{TLS12, TLS13};
use rustls::{RootCertStore, ServerConfig};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// The secret of every code here.
pub(crate) const SECRET: [u8; 10] = [0xa1, 0xb2, 0xc3, 0xd4, 0xe5, 0xf6, 7, 8, 9, 10];

/// Far beyond what anything here takes: it fails a test that would hang.
pub(crate) async fn soon<F: Future>(future: F) -> F::Output {
    timeout(Duration::from_secs(60), future).await.unwrap_or_else(|_| panic!("it did not happen before the deadline"))
}

/// A site's authority.
pub(crate) struct Authority {
    params: CertificateParams,
    key: KeyPair,
    pub(crate) pem: String,
}

/// What a server shows.
pub(crate) struct Shown {
    pub(crate) chain: Vec<CertificateDer<'static>>,
    pub(crate) key: PrivateKeyDer<'static>,
}

/// The public key of a request.
struct Point([u8; 65]);

impl PublicKeyData for Point {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ECDSA_P256_SHA256
    }
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "Kulku hospital");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { params, key, pem }
    }

    pub(crate) fn der(&self) -> CertificateDer<'static> {
        CertificateDer::from_pem_slice(self.pem.as_bytes()).unwrap()
    }

    pub(crate) fn code(&self) -> EnrolCode {
        EnrolCode { secret: SECRET, authority: EnrolCode::fingerprint(&self.der()) }
    }

    /// The certificate of a door that asks for it, valid from so many days ago to so many days ahead.
    pub(crate) fn door(&self, request: &str, (ago, ahead): (i64, i64)) -> String {
        let point = Point(Request::from_pem(request).unwrap().point);
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "door-1");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let days = |count: i64| Duration::from_secs(count.unsigned_abs() * 24 * 3_600);
        let now = std::time::SystemTime::now();
        (params.not_before, params.not_after) = ((now - days(ago)).into(), (now + days(ahead)).into());
        params.signed_by(&point, &Issuer::from_params(&self.params, &self.key)).unwrap().pem()
    }

    /// A server with these names, or a client with none.
    pub(crate) fn shown(&self, names: &[&str]) -> Shown {
        let mut params =
            CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).unwrap();
        params.extended_key_usages = vec![match names {
            [] => ExtendedKeyUsagePurpose::ClientAuth,
            _ => ExtendedKeyUsagePurpose::ServerAuth,
        }];
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &Issuer::from_params(&self.params, &self.key)).unwrap();
        let key = PrivatePkcs8KeyDer::from(key.serialize_der()).into();
        Shown { chain: vec![certificate.der().clone(), self.der()], key }
    }

    /// What the controller shows to doors that enrol.
    pub(crate) fn controller(&self) -> Shown {
        self.shown(&[ENROL_NAME])
    }
}

/// A server that shows a chain, and asks for certificates of an authority if it is given one.
pub(crate) struct Server {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

/// What a door has asked.
pub(crate) struct Heard {
    pub(crate) path: String,
    pub(crate) body: Value,
    /// The certificate that it has shown.
    pub(crate) client: Option<CertificateDer<'static>>,
    stream: TlsStream<TcpStream>,
}

impl Server {
    pub(crate) async fn start(shown: Shown, clients: Option<&Authority>) -> Self {
        Self::speaking(shown, clients, &TLS13).await
    }

    pub(crate) async fn old(shown: Shown) -> Self {
        Self::speaking(shown, None, &TLS12).await
    }

    /// With a chain whose key it does not have.
    pub(crate) async fn start_unchecked(Shown { chain, key }: Shown) -> Self {
        let key = provider().key_provider.load_private_key(key).unwrap();
        let pair = Arc::new(CertifiedKey::new(chain, key));
        let config = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&TLS13])
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(SingleCertAndKey::from(pair)));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self { listener, acceptor: TlsAcceptor::from(Arc::new(config)) }
    }

    async fn speaking(
        Shown { chain, key }: Shown,
        clients: Option<&Authority>,
        version: &'static rustls::SupportedProtocolVersion,
    ) -> Self {
        let config = ServerConfig::builder_with_provider(provider()).with_protocol_versions(&[version]).unwrap();
        let config = match clients {
            None => config.with_no_client_auth(),
            Some(authority) => {
                let mut roots = RootCertStore::empty();
                roots.add(authority.der()).unwrap();
                let roots = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider());
                config.with_client_cert_verifier(roots.build().unwrap())
            }
        };
        let config = config.with_single_cert(chain, key).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self { listener, acceptor: TlsAcceptor::from(Arc::new(config)) }
    }

    pub(crate) fn place(&self) -> Place {
        Place { host: "127.0.0.1".to_owned(), port: self.listener.local_addr().unwrap().port() }
    }

    /// The next handshake, and the certificate that was shown in it.
    pub(crate) async fn accept(&self) -> std::io::Result<(TlsStream<TcpStream>, Option<CertificateDer<'static>>)> {
        let (stream, _) = soon(self.listener.accept()).await?;
        let stream = soon(self.acceptor.accept(stream)).await?;
        let client = stream.get_ref().1.peer_certificates().map(|chain| chain[0].clone().into_owned());
        Ok((stream, client))
    }

    /// The next request.
    pub(crate) async fn hear(&self) -> Heard {
        let (mut stream, client) = self.accept().await.unwrap();
        let mut bytes = Vec::new();
        soon(async {
            loop {
                stream.read_buf(&mut bytes).await.unwrap();
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                let length =
                    head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
                if body.len() >= length.unwrap_or(0) {
                    let path = head.split(' ').nth(1).unwrap().to_owned();
                    return Heard { path, body: serde_json::from_str(body).unwrap(), client, stream };
                }
            }
        })
        .await
    }
}

impl Heard {
    /// The request for a certificate in it.
    pub(crate) fn request(&self) -> String {
        self.body["request"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn answer(self, status: &str, body: &str) {
        self.answer_with(status, "", body).await;
    }

    pub(crate) async fn answer_with(mut self, status: &str, headers: &str, body: &str) {
        let head = format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n", body.len());
        // A door that has stopped listening is judged by what it says of it.
        let _ = self.stream.write_all((head + body).as_bytes()).await;
        let _ = self.stream.shutdown().await;
    }
}

/// A good answer to a door that enrols.
pub(crate) fn enrolled(authority: &Authority, certificate: &str, mqtt: &Place) -> Value {
    json!({
        "format": 1, "site": "hospital", "door": "door-1", "key_id": 2, "key": "7a".repeat(32),
        "mqtt": mqtt, "certificate": certificate, "authority": authority.pem,
    })
}
