//! A receiver of the test's own, over TLS, and who it is believed to be.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::version::TLS13;
use rustls::{ServerConfig, SupportedProtocolVersion};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::super::received::{self, Received};
use super::DEADLINE;

/// What a receiver does with its connections, one after the other; the last for all that follow.
#[derive(Clone, Copy)]
pub(super) enum Manner {
    /// Takes all, and ends as RFC 5425 asks.
    Takes,
    /// Takes all, and ends without a word, as some do.
    EndsBare,
    /// Is gone after so many messages.
    Dies(usize),
    /// Reads no more after so many messages, and stays.
    Stalls(usize),
}

/// Authority and certificates, in a folder.
pub(super) struct Pki {
    folder: TempDir,
    issuer: Issuer<'static, KeyPair>,
}

impl Pki {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        std::fs::write(folder.path().join("ca.pem"), params.self_signed(&key).unwrap().pem()).unwrap();
        Self { folder, issuer: Issuer::new(params, key) }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A certificate for this name, and its key, in files.
    pub(super) fn issue(&self, name: &str) -> (PathBuf, PathBuf) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let files = (self.path(&format!("{name}.pem")), self.path(&format!("{name}.key")));
        std::fs::write(&files.0, params.signed_by(&key, &self.issuer).unwrap().pem()).unwrap();
        std::fs::write(&files.1, key.serialize_pem()).unwrap();
        files
    }

    pub(super) fn server(&self, asks: bool) -> Arc<ServerConfig> {
        self.server_of(asks, &TLS13)
    }

    pub(super) fn server_of(&self, asks: bool, version: &'static SupportedProtocolVersion) -> Arc<ServerConfig> {
        let (certificate, key) = self.issue("127.0.0.1");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder =
            ServerConfig::builder_with_provider(Arc::clone(&provider)).with_protocol_versions(&[version]).unwrap();
        let builder = if asks {
            let mut roots = rustls::RootCertStore::empty();
            roots.add(CertificateDer::from_pem_file(self.path("ca.pem")).unwrap()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
            builder.with_client_cert_verifier(verifier)
        } else {
            builder.with_no_client_auth()
        };
        let chain = vec![CertificateDer::from_pem_file(certificate).unwrap()];
        Arc::new(builder.with_single_cert(chain, PrivateKeyDer::from_pem_file(key).unwrap()).unwrap())
    }
}

pub(super) struct Receiver {
    pub(super) address: SocketAddr,
    pub(super) told: mpsc::UnboundedReceiver<Received>,
    /// Connections that somebody opened, whether or not TLS came about.
    pub(super) opened: watch::Receiver<usize>,
}

impl Receiver {
    pub(super) async fn start(tls: Arc<ServerConfig>, manners: &'static [Manner]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (tell, told) = mpsc::unbounded_channel();
        let (count, opened) = watch::channel(0);
        tokio::spawn(async move {
            let mut kept = Vec::new();
            for turn in 0.. {
                let (stream, _) = listener.accept().await.unwrap();
                count.send_replace(turn + 1);
                let Ok(stream) = TlsAcceptor::from(Arc::clone(&tls)).accept(stream).await else { continue };
                let manner = manners.get(turn).or(manners.last()).copied().unwrap();
                kept.extend(serve(stream, manner, &tell).await);
            }
        });
        Self { address, told, opened }
    }

    pub(super) async fn next(&mut self) -> Received {
        timeout(DEADLINE, self.told.recv()).await.expect("nothing came").unwrap()
    }

    /// Everything until a message of which this holds.
    pub(super) async fn until(&mut self, holds: impl Fn(&Received) -> bool) -> Vec<Received> {
        let mut all = Vec::new();
        loop {
            all.push(self.next().await);
            if holds(all.last().unwrap()) {
                return all;
            }
        }
    }

    pub(super) async fn until_row(&mut self, row: u64) -> Vec<Received> {
        self.until(|message| message.value("row").is_some_and(|told| told == row.to_string())).await
    }
}

/// Takes messages in its manner; what it keeps open is given back.
async fn serve(
    mut stream: TlsStream<TcpStream>,
    manner: Manner,
    tell: &mpsc::UnboundedSender<Received>,
) -> Option<TlsStream<TcpStream>> {
    let (mut bytes, mut part, mut count) = (Vec::new(), [0; 1_000], 0);
    loop {
        while let Some((length, rest)) = received::length(&bytes)
            && rest.len() >= length
        {
            match manner {
                Manner::Dies(after) if count == after => return None,
                Manner::Stalls(after) if count == after => return Some(stream),
                _ => {}
            }
            let _ = tell.send(received::parse(&rest[..length]));
            bytes = rest[length..].to_vec();
            count += 1;
        }
        match stream.read(&mut part).await {
            Ok(0) if matches!(manner, Manner::EndsBare) => return None,
            Ok(0) => {
                let _ = stream.shutdown().await;
                return None;
            }
            Ok(read) => bytes.extend_from_slice(&part[..read]),
            Err(_) => return None,
        }
    }
}
