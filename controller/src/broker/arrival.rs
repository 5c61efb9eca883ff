//! One connection from its first byte: TLS, whose certificate it is, then MQTT.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use mqtt5::broker::auth::AuthProvider;
use mqtt5::broker::client_handler::ClientHandler;
use mqtt5::broker::config::BrokerConfig;
use mqtt5::broker::resource_monitor::ResourceMonitor;
use mqtt5::broker::router::MessageRouter;
use mqtt5::broker::sys_topics::BrokerStats;
use mqtt5::broker::tls_acceptor::TlsStreamWrapper;
use mqtt5::broker::transport::BrokerTransport;
use sha2::{Digest as _, Sha256};
use tokio::net::TcpStream;
use tokio::sync::broadcast;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::gate::{Gate, Keeper, Login, Standing};

/// What a connection needs to be served.
pub(super) struct Arrival {
    pub(super) keeper: Arc<Keeper>,
    pub(super) connection: u64,
    pub(super) standing: Arc<Standing>,
    pub(super) config: BrokerConfig,
    pub(super) router: Arc<MessageRouter>,
    pub(super) monitor: Arc<ResourceMonitor>,
    pub(super) stats: Arc<BrokerStats>,
    pub(super) addr: SocketAddr,
    pub(super) stopped: broadcast::Receiver<()>,
}

impl Arrival {
    /// Serves it to its end. Until it has said who it is the acceptor may cut it off at any moment.
    pub(super) async fn serve(self, stream: TcpStream, tls: Option<TlsAcceptor>) {
        let connection = self.connection;
        let (transport, login) = match tls {
            None => (BrokerTransport::tcp(stream), Login::Password),
            Some(tls) => match tls.accept(stream).await {
                Ok(stream) => {
                    let Some(login) = self.login(&stream).await else { return };
                    (BrokerTransport::tls(TlsStreamWrapper::new(stream)), login)
                }
                Err(error) => {
                    self.handshake_failed(&error);
                    return;
                }
            },
        };
        let gate =
            Arc::new(Gate { keeper: self.keeper, connection, standing: self.standing, login, who: OnceLock::new() });
        let mut config = self.config;
        config.event_handler = Some(Arc::clone(&gate) as Arc<_>);
        let handler = ClientHandler::new(
            transport,
            self.addr,
            Arc::new(config),
            self.router,
            gate as Arc<dyn AuthProvider>,
            None,
            self.stats,
            self.monitor,
            self.stopped,
        );
        if let Err(error) = handler.run().await {
            tracing::debug!(connection, %error, "a connection ended");
        }
    }

    /// Whose the verified certificate is; the database says so, and not the certificate. One that does not count is
    /// told so by MQTT, so that whoever looks after the door can read why.
    async fn login(&self, stream: &TlsStream<TcpStream>) -> Option<Login> {
        let shown = stream.get_ref().1.peer_certificates()?.first()?;
        let fingerprint: [u8; 32] = Sha256::digest(shown).into();
        let doors = Arc::clone(&self.keeper.doors);
        let door = tokio::task::spawn_blocking(move || doors.holder(&fingerprint)).await.ok()?;
        Some(Login::Certificate(fingerprint, door))
    }

    /// A certificate that is not of this authority, or none, is somebody who tries; anything else is noise.
    fn handshake_failed(&self, error: &io::Error) {
        let cause = error.get_ref().and_then(|cause| cause.downcast_ref::<rustls::Error>());
        tracing::debug!(connection = self.connection, %error, "a TLS handshake failed");
        match cause {
            Some(rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented) => {
                self.keeper.tally.identity_refused();
                self.keeper.doors.refused(None);
            }
            _ => self.keeper.tally.dropped(),
        }
    }
}
