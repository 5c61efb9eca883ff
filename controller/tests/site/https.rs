//! The dashboard speaks HTTPS by itself, to whoever believes the site's authority, and nobody's handshake keeps another out.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use controller::config::Https;
use controller::identity::Identity;
use controller::start;
use rcgen::{CertificateParams, KeyPair};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::support::{Bench, DEADLINE, config};

/// Connections that say nothing, as many as one address may hold at a time, but for one.
const SILENT: usize = 127;

async fn own() -> Bench {
    let names = vec!["kulku.example".to_owned(), "127.0.0.1".to_owned()];
    Bench::with(&[], |_| {}, |config, _| config.https = Https::Own(names)).await
}

fn authority(bench: &Bench) -> String {
    let folder = bench.database().with_file_name("identity");
    Identity::open(&folder, bench.site().id(), access::time::UtcS(0)).unwrap().certificate_pem().to_owned()
}

/// What the dashboard answers to a browser that trusts this authority alone.
async fn get(
    address: SocketAddr,
    (authority, name): (&str, &str),
    version: &'static SupportedProtocolVersion,
) -> std::io::Result<String> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority.as_bytes()).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let asked = async {
        let stream = TcpStream::connect(address).await?;
        let name = ServerName::try_from(name.to_owned()).unwrap();
        let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
        stream.write_all(b"GET /sign-in HTTP/1.1\r\nhost: kulku.example\r\nconnection: close\r\n\r\n").await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    };
    timeout(DEADLINE, asked).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_believes_the_sites_authority_is_served_by_every_name_and_no_other() {
    let bench = own().await;
    let (address, authority) = (bench.controller.dashboard, authority(&bench));
    for name in ["kulku.example", "127.0.0.1"] {
        let answer = get(address, (&authority, name), &TLS13).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{name}: {answer}");
    }
    assert!(get(address, (&authority, "other.example"), &TLS13).await.is_err());
    assert!(get(address, (&authority, "kulku.example"), &TLS12).await.is_err(), "an older TLS was spoken");
    let other = Bench::new(&[]).await;
    let stranger =
        Identity::open(&other.database().with_file_name("stranger"), other.site().id(), access::time::UtcS(0));
    let stranger = stranger.unwrap().certificate_pem().to_owned();
    assert!(get(address, (&stranger, "kulku.example"), &TLS13).await.is_err());
    other.stop().await;
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_say_nothing_keep_nobody_out_and_one_address_cannot_take_all() {
    let bench = own().await;
    let (address, authority) = (bench.controller.dashboard, authority(&bench));
    let mut silent = Vec::new();
    for _ in 0..SILENT {
        silent.push(TcpStream::connect(address).await.unwrap());
    }
    assert!(get(address, (&authority, "kulku.example"), &TLS13).await.is_ok());
    // Cut off at once, so that the process keeps its descriptors.
    let last = TcpStream::connect(address).await.unwrap();
    silent.push(last);
    let mut more = TcpStream::connect(address).await.unwrap();
    let mut byte = [0];
    let ended = timeout(DEADLINE, more.read(&mut byte)).await.unwrap();
    assert!(matches!(ended, Ok(0) | Err(_)), "one more than may be was served");
    drop(silent);
    let served = async { while get(address, (&authority, "kulku.example"), &TLS13).await.is_err() {} };
    timeout(DEADLINE, served).await.unwrap();
    bench.stop().await;
}

/// A chain of one that signs itself, and its key.
fn write_pair(folder: &Path) -> String {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["kulku.example".to_owned()]).unwrap().self_signed(&key).unwrap();
    std::fs::write(folder.join("chain.pem"), certificate.pem()).unwrap();
    std::fs::write(folder.join("key.pem"), key.serialize_pem()).unwrap();
    certificate.pem()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_given_certificate_is_shown_and_files_that_do_not_fit_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let pem = write_pair(folder.path());
    let given = |certificate: &str, key: &str| Https::Given {
        certificate: folder.path().join(certificate),
        key: folder.path().join(key),
    };
    let https = given("chain.pem", "key.pem");
    let bench = Bench::with(&[], |_| {}, |config, _| config.https = https).await;
    let answer = get(bench.controller.dashboard, (&pem, "kulku.example"), &TLS13).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    bench.stop().await;

    let other = folder.path().join("other");
    std::fs::create_dir(&other).unwrap();
    write_pair(&other);
    std::fs::write(folder.path().join("empty.pem"), "").unwrap();
    let wrong = [
        (given("absent.pem", "key.pem"), "absent.pem"),
        (given("empty.pem", "key.pem"), "dashboard.certificate"),
        (given("chain.pem", "empty.pem"), "dashboard.key"),
        (given("chain.pem", "other/key.pem"), "other/key.pem"),
    ];
    for (https, named) in wrong {
        let mut config = config(folder.path().join("site.db"));
        config.https = https;
        let message = start(config).await.err().unwrap().to_string();
        assert!(message.contains(named), "{message}");
    }
}
