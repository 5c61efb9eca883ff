//! The embedded MQTT broker: start, stop, kick, port, health. Nothing else of the library is seen outside.
//!
//! ```text
//! TCP ─▶ acceptor ─▶ gate (who is it, what may it do) ─▶ the library's handler ─▶ router
//! ```
//!
//! Connections are accepted here and not by the library, whose listeners can be blocked by silent
//! connections and never show a certificate to whoever judges identity. TLS belongs between acceptor and
//! gate. Doors are let in once the controller listens. Nothing is stored and nothing is retained: what must not be lost lies in the doors' journals.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use access::id::{DoorId, SiteId};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use zeroize::Zeroizing;

mod acceptor;
mod gate;
mod limits;
mod rules;

use acceptor::{Acceptor, Order};
use gate::Keeper;

/// Orders and notices that may wait for the acceptor, which answers each at once.
const QUEUE: usize = 256;

/// Where the broker learns which passwords open it. Called on blocking threads.
pub trait Doors: Send + Sync + 'static {
    /// The passwords of this door, as [`access::envelope::DoorKey::broker_password`] derives them; none if
    /// the door is unknown.
    fn passwords(&self, door: &DoorId) -> Vec<Zeroizing<[u8; 32]>>;
}

/// A running broker. Dropping it ends it at once; [`Broker::stop`] ends it in order.
#[derive(Debug)]
pub struct Broker {
    addr: SocketAddr,
    controller_password: Zeroizing<String>,
    orders: mpsc::Sender<Order>,
    tally: Arc<Tally>,
    task: JoinHandle<()>,
}

/// How the broker is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Health {
    /// Connections that showed the right password and are open.
    pub connected: u64,
    /// Connections that were refused for their password or their name.
    pub passwords_refused: u64,
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
    topics_refused: AtomicU64,
    dropped: AtomicU64,
}

impl Broker {
    /// Listens; port 0 picks a free one.
    ///
    /// # Errors
    /// If the address cannot be listened on, or the operating system gives no random bytes.
    pub async fn start(listen: SocketAddr, site: SiteId, doors: Arc<dyn Doors>) -> io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        let addr = listener.local_addr()?;
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
            tally: Arc::clone(&tally),
            notices,
            heard: watch::Sender::new(false),
        });
        let task = tokio::spawn(Acceptor::new(listener, keeper).run(orders_rx, notices_rx));
        Ok(Self { addr, controller_password, orders, tally, task })
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
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

    fn topic_refused(&self) {
        self.topics_refused.fetch_add(1, Ordering::Relaxed);
    }

    fn dropped(&self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }
}
