//! The way to the receiver: TLS, and what a close says.
//!
//! Syslog has no acknowledgement. What a receiver does answer is the end of the connection (RFC 5425, 4.4): it has read everything
//! before it hears our end, and its own end follows. So that is what counts, and nothing else:
//!
//! ```text
//! messages ──▶ … ──▶ nothing for a while ──▶ our close_notify ──▶ its close_notify, or its end    handed over
//!                        └─▶ it ends first                   └─▶ a reset, or nothing in time       sent again
//! ```
//!
//! Some receivers end the connection without a `close_notify` of their own (rsyslog over GnuTLS). That is taken too, for a
//! kernel answers with a reset if anything was left unread; and nothing is sent for a while before the close, in which an end that
//! was on its way already would have come. Whoever can forge packets between the two could forge such an end,
//! and the receiver misses numbers then.

use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::config::Syslog;

/// Longest wait until a connection is there, with its handshake.
const CONNECT_WAIT: Duration = Duration::from_secs(10);

/// Longest wait for a receiver that reads nothing. What is written at once is a page of messages.
const WRITE_WAIT: Duration = Duration::from_secs(30);

/// Longest wait for the answer to a close: it reads what is on its way first.
const CLOSE_WAIT: Duration = Duration::from_secs(10);

/// Certificates of one file. A chain has two or three, a file of authorities some more.
const CERTIFICATES_MAX: usize = 100;

/// Bytes that a receiver says at a time. It has nothing to say.
const SAID_AT_ONCE: usize = 64;

/// Why nothing is handed over. The text goes into the process log.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error("{path} cannot be used: {problem}; correct the key {key}")]
    File { key: &'static str, path: PathBuf, problem: String },
    #[error("{certificate} and its key cannot be used together: {problem}; correct the key syslog.certificate")]
    Pair { certificate: PathBuf, problem: rustls::Error },
    #[error("there is no connection: {0}")]
    Connect(Error),
    #[error("it is not believed, or does not believe us: {0}")]
    Handshake(Error),
    #[error("it does not answer in time")]
    Slow,
    #[error("it ended the connection before it was asked to: {0}")]
    Ended(String),
    #[error("it did not answer the end of the connection, so it is not known what has arrived: {0}")]
    Close(String),
}

/// A connection to the receiver.
pub(super) struct Connection {
    stream: TlsStream<TcpStream>,
}

impl Connection {
    /// Opens one; the files are read anew each time, so whoever replaces them needs no restart.
    pub(super) async fn open(settings: &Syslog) -> Result<Self, Fault> {
        let server = &settings.server;
        let files = settings.clone();
        let config = tokio::task::spawn_blocking(move || config(&files)).await.map_err(|_| Fault::Slow)??;
        let no_name = |_| Fault::Connect(Error::new(ErrorKind::InvalidInput, "it is no name of a server"));
        let name = ServerName::try_from(server.host.clone()).map_err(no_name)?;
        let opening = async {
            let stream = TcpStream::connect((server.host.as_str(), server.port)).await.map_err(Fault::Connect)?;
            // Messages are written together; the last of them must not wait for the first to be confirmed.
            let _ = stream.set_nodelay(true);
            TlsConnector::from(config).connect(name, stream).await.map_err(Fault::Handshake)
        };
        let stream = timeout(CONNECT_WAIT, opening).await.map_err(|_| Fault::Slow)??;
        Ok(Self { stream })
    }

    /// Writes messages to the receiver's net. Whether they arrive only a close tells.
    pub(super) async fn write(&mut self, frames: &[u8]) -> Result<(), Fault> {
        let writing = async {
            self.stream.write_all(frames).await?;
            self.stream.flush().await
        };
        timeout(WRITE_WAIT, writing).await.map_err(|_| Fault::Slow)?.map_err(|error| Fault::Ended(error.to_string()))
    }

    /// Ends when the receiver ends the connection, or says why it does.
    pub(super) async fn ended(&mut self) -> Fault {
        let mut said = [0; SAID_AT_ONCE];
        loop {
            match self.stream.read(&mut said).await {
                Ok(0) => return Fault::Ended("it closed it".to_owned()),
                Ok(_) => {}
                Err(error) => return Fault::Ended(error.to_string()),
            }
        }
    }

    /// Closes it, and waits until the receiver has read everything.
    pub(super) async fn close(mut self) -> Result<(), Fault> {
        let closing = async {
            self.stream.shutdown().await?;
            let mut said = [0; SAID_AT_ONCE];
            loop {
                match self.stream.read(&mut said).await {
                    Ok(0) => return Ok(()),
                    Ok(_) => {}
                    Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(()),
                    Err(error) => return Err(error),
                }
            }
        };
        let closed = timeout(CLOSE_WAIT, closing).await.map_err(|_| Fault::Close("nothing came".to_owned()))?;
        closed.map_err(|error: Error| Fault::Close(error.to_string()))
    }
}

/// How TLS is spoken: with the authorities that are configured and no others. Version 1.2 is left to receivers that have no
/// better, such as the rsyslog of Debian 12 (RFC 9662).
pub(crate) fn config(settings: &Syslog) -> Result<Arc<ClientConfig>, Fault> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates("syslog.authority", &settings.authority)? {
        roots.add(certificate).map_err(|error| file("syslog.authority", &settings.authority, &error))?;
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&TLS13, &TLS12])
        .map_err(|error| file("syslog.authority", &settings.authority, &error))?
        .with_root_certificates(roots);
    let config = match &settings.client {
        None => builder.with_no_client_auth(),
        Some((certificate, key)) => {
            let chain = certificates("syslog.certificate", certificate)?;
            let private = PrivateKeyDer::from_pem_file(key).map_err(|error| file("syslog.key", key, &error))?;
            builder
                .with_client_auth_cert(chain, private)
                .map_err(|problem| Fault::Pair { certificate: certificate.clone(), problem })?
        }
    };
    Ok(Arc::new(config))
}

fn certificates(key: &'static str, path: &Path) -> Result<Vec<CertificateDer<'static>>, Fault> {
    let all = CertificateDer::pem_file_iter(path).map_err(|error| file(key, path, &error))?;
    let all: Vec<_> = all.take(CERTIFICATES_MAX).collect::<Result<_, _>>().map_err(|error| file(key, path, &error))?;
    if all.is_empty() { Err(file(key, path, &"it has no certificate in PEM")) } else { Ok(all) }
}

fn file(key: &'static str, path: &Path, problem: &dyn std::fmt::Display) -> Fault {
    Fault::File { key, path: path.to_path_buf(), problem: problem.to_string() }
}
