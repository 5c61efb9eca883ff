//! The embedded MQTT broker: start, stop, kick, port, health. Nothing else of the library is seen outside.
//!
//! ```text
//! doors ───── TCP ─▶ acceptor ─▶ TLS 1.3 ─▶ gate (who is it, what may it do) ─▶ the library's handler ─▶ router
//! controller ─ TCP, loopback ──────────────▶ gate
//! ```
//!
//! Connections are accepted here and not by the library, whose listeners can be blocked by silent
//! connections and never show a certificate to whoever judges identity. A door is whose certificate it has
//! shown, as the database says, and never who it says that it is. Doors are let in once the controller listens. Nothing is stored and nothing is retained: what must not be lost lies in the doors' journals.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use access::id::{DoorId, SiteId};
use rustls::ServerConfig;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use zeroize::Zeroizing;

mod acceptor;
mod arrival;
mod gate;
mod limits;
mod rules;

use acceptor::{Acceptor, Entrances, Order};
use gate::Keeper;

/// Orders and notices that may wait for the acceptor, which answers each at once.
const QUEUE: usize = 256;

/// Where the broker learns who opens it. Called on blocking threads, but for [`Doors::refused`].
pub trait Doors: Send + Sync + 'static {
    /// The door whose certificate this is, by its SHA-256; none if it does not count, which need not be told by
    /// [`Doors::refused`] again.
    fn holder(&self, fingerprint: &[u8; 32]) -> Option<DoorId>;

    /// The passwords of this door, as [`access::envelope::DoorKey::broker_password`] derives them; none if
    /// the door is unknown.
    fn passwords(&self, door: &DoorId) -> Vec<Zeroizing<[u8; 32]>>;

    /// Whether what a door was let in for still counts. If that cannot be told it does: a database that does not answer
    /// must not shut doors out.
    fn counts(&self, door: &DoorId, proof: &Proof) -> bool;

    /// Somebody was refused: this door, or nobody that is known. Must not block.
    fn refused(&self, door: Option<DoorId>);
}

/// What a door was let in for.
#[derive(Clone, PartialEq, Eq)]
pub enum Proof {
    /// A certificate, by its SHA-256.
    Certificate([u8; 32]),
    /// One of its passwords.
    Password(Zeroizing<[u8; 32]>),
}

/// A running broker. Dropping it ends it at once; [`Broker::stop`] ends it in order.
#[derive(Debug)]
pub struct Broker {
    addr: SocketAddr,
    controller_addr: SocketAddr,
    controller_password: Zeroizing<String>,
    orders: mpsc::Sender<Order>,
    tally: Arc<Tally>,
    task: JoinHandle<()>,
}

/// Has the broker ask again whether doors still count.
#[derive(Clone)]
pub struct Rechecker(mpsc::Sender<Order>);

impl Rechecker {
    /// Ends the connections of doors that do not count any more.
    pub async fn recheck(&self) {
        // Without an acceptor there is no connection left.
        let _ = self.0.send(Order::Recheck).await;
    }
}

/// How the broker is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Health {
    /// Connections that showed the right password and are open.
    pub connected: u64,
    /// Connections that were refused for their password or their name.
    pub passwords_refused: u64,
    /// Connections that were refused for their certificate, or for another name than it has.
    pub identities_refused: u64,
    /// Publishes, subscriptions and wills that were refused for their topic or for being retained.
    pub topics_refused: u64,
    /// Connections that were dropped: too slow to say who they are, or one too many.
    pub dropped: u64,
}

/// Counts for [`Health`].
#[derive(Debug, Default)]
struct Tally {
    connected: AtomicU64,
    passwords_refused: AtomicU64,
    identities_refused: AtomicU64,
    topics_refused: AtomicU64,
    dropped: AtomicU64,
}

impl Broker {
    /// Listens; port 0 picks a free one. With TLS doors show certificates, and the controller itself comes by a listener
    /// of its own on loopback; without it everybody comes by one, with a password.
    ///
    /// # Errors
    /// If the address cannot be listened on, or the operating system gives no random bytes.
    pub async fn start(
        listen: SocketAddr,
        tls: Option<Arc<ServerConfig>>,
        site: SiteId,
        doors: Arc<dyn Doors>,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        let addr = listener.local_addr()?;
        let own = match &tls {
            Some(_) => Some(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?),
            None => None,
        };
        let controller_addr = own.as_ref().map_or(Ok(addr), TcpListener::local_addr)?;
        let mut secret = Zeroizing::new([0; 32]);
        getrandom::fill(secret.as_mut_slice()).map_err(io::Error::other)?;
        let controller_password = crate::hex::encode(secret.as_slice());
        let tally = Arc::new(Tally::default());
        let (orders, orders_rx) = mpsc::channel(QUEUE);
        let (notices, notices_rx) = mpsc::channel(QUEUE);
        let keeper = Arc::new(Keeper {
            site,
            doors,
            controller_password: controller_password.clone(),
            is_tls: tls.is_some(),
            tally: Arc::clone(&tally),
            notices,
            heard: watch::Sender::new(false),
        });
        let task = tokio::spawn(
            Acceptor::new(Entrances { doors: listener, tls: tls.map(TlsAcceptor::from), own }, keeper)
                .run(orders_rx, notices_rx),
        );
        Ok(Self { addr, controller_addr, controller_password, orders, tally, task })
    }

    /// Where it listens for doors.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Where it listens for the controller, in the clear and on this machine, if that is another place.
    #[must_use]
    pub fn controller_addr(&self) -> SocketAddr {
        self.controller_addr
    }

    /// Has it ask again whether doors still count.
    #[must_use]
    pub fn rechecker(&self) -> Rechecker {
        Rechecker(self.orders.clone())
    }

    /// How the controller's own session signs in: client identifier, which is also the user name, and a
    /// password that was drawn at this start.
    #[must_use]
    pub fn controller_login(&self) -> (&'static str, &str) {
        (rules::CONTROLLER, &self.controller_password)
    }

    /// Ends the connection of a door whose key has been taken away.
    pub async fn kick(&self, door: DoorId) {
        // Without an acceptor there is no connection left to end.
        let _ = self.orders.send(Order::Kick(door)).await;
    }

    /// How it is.
    #[must_use]
    pub fn health(&self) -> Health {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Health {
            connected: read(&self.tally.connected),
            passwords_refused: read(&self.tally.passwords_refused),
            identities_refused: read(&self.tally.identities_refused),
            topics_refused: read(&self.tally.topics_refused),
            dropped: read(&self.tally.dropped),
        }
    }

    /// Ends all connections, within a bound, and frees the port.
    pub async fn stop(mut self) {
        let _ = self.orders.send(Order::Stop).await;
        // The acceptor bounds its own end; an error would be its panic, which leaves nothing to wait for.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Tally {
    fn connected(&self, now: usize) {
        self.connected.store(u64::try_from(now).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn password_refused(&self) {
        self.passwords_refused.fetch_add(1, Ordering::Relaxed);
    }

    fn identity_refused(&self) {
        self.identities_refused.fetch_add(1, Ordering::Relaxed);
    }

    fn topic_refused(&self) {
        self.topics_refused.fetch_add(1, Ordering::Relaxed);
    }

    fn dropped(&self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }
}

impl std::fmt::Debug for Proof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Certificate(_) => f.write_str("Certificate"),
            Self::Password(_) => f.write_str("Password(hidden)"),
        }
    }
}
