//! Accepts connections and keeps the list of them.
//!
//! ```text
//!            accepted                 right password
//! (none) ──────────────▶ handshake ──────────────────▶ admitted
//!                           │                             │
//!                           │ too slow, one too many,     │ goodbye, lost, kicked,
//!                           ▼ wrong password              ▼ trespassed, broker stops
//!                        (gone: cut off)               (gone: ended in order)
//! ```

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use access::id::DoorId;
use mqtt5::broker::auth::AuthProvider;
use mqtt5::broker::client_handler::ClientHandler;
use mqtt5::broker::config::BrokerConfig;
use mqtt5::broker::resource_monitor::ResourceMonitor;
use mqtt5::broker::router::MessageRouter;
use mqtt5::broker::sys_topics::BrokerStats;
use mqtt5::broker::transport::BrokerTransport;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{broadcast, mpsc};
use tokio::task::{AbortHandle, Id, JoinSet};
use tokio::time::{Instant, interval, sleep_until, timeout};

use super::gate::{Gate, Keeper, Notice, Standing};
use super::limits;
use super::rules::Who;

/// Pause after a failed accept, which means that the process has no descriptors left: trying again at once
/// would only burn the processor until some are free.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What the owner of the broker asks.
pub(super) enum Order {
    Kick(DoorId),
    Stop,
}

/// One connection.
struct Open {
    standing: Arc<Standing>,
    abort: AbortHandle,
    stop: broadcast::Sender<()>,
    who: Option<Who>,
}

/// Owns every connection.
pub(super) struct Acceptor {
    listener: TcpListener,
    keeper: Arc<Keeper>,
    config: BrokerConfig,
    router: Arc<MessageRouter>,
    monitor: Arc<ResourceMonitor>,
    stats: Arc<BrokerStats>,
    tasks: JoinSet<()>,
    open: HashMap<u64, Open>,
    /// Connections by their task, since a task that panicked can say no more than its own number.
    by_task: HashMap<Id, u64>,
    /// Oldest first. Those that have been admitted or have gone are skipped when their turn comes.
    handshakes: VecDeque<(Instant, u64)>,
    next: u64,
    /// Refused passwords that have been told of.
    told: u64,
}

impl Acceptor {
    pub(super) fn new(listener: TcpListener, keeper: Arc<Keeper>) -> Self {
        Self {
            listener,
            keeper,
            config: limits::config(),
            router: Arc::new(limits::router()),
            monitor: Arc::new(limits::monitor()),
            stats: Arc::new(BrokerStats::new()),
            tasks: JoinSet::new(),
            open: HashMap::new(),
            by_task: HashMap::new(),
            handshakes: VecDeque::new(),
            next: 1,
            told: 0,
        }
    }

    pub(super) async fn run(mut self, mut orders: mpsc::Receiver<Order>, mut notices: mpsc::Receiver<Notice>) {
        let mut sweep = interval(limits::SWEEP_EVERY);
        let mut accept_from = Instant::now();
        loop {
            let overdue = self.handshakes.front().map(|(since, _)| *since + limits::HANDSHAKE_WAIT);
            tokio::select! {
                order = orders.recv() => match order {
                    Some(Order::Kick(door)) => self.kick(&door),
                    Some(Order::Stop) | None => break,
                },
                Some(notice) = notices.recv() => self.note(notice),
                Some(ended) = self.tasks.join_next_with_id() => {
                    self.forget(ended.map_or_else(|error| error.id(), |(id, ())| id));
                }
                () = sleep_until(overdue.unwrap_or_else(Instant::now)), if overdue.is_some() => self.drop_oldest(),
                accepted = accept(&self.listener, accept_from) => match accepted {
                    Ok((stream, addr)) => self.welcome(stream, addr),
                    Err(error) => {
                        tracing::warn!(%error, "cannot accept a connection");
                        accept_from = Instant::now() + ACCEPT_PAUSE;
                    }
                },
                _ = sweep.tick() => self.sweep(),
            }
        }
        self.stop().await;
    }

    fn welcome(&mut self, stream: TcpStream, addr: SocketAddr) {
        if self.open.len() >= limits::CONNECTIONS_MAX {
            self.keeper.tally.dropped();
            return;
        }
        while self.handshakes.len() >= limits::HANDSHAKES_MAX {
            self.drop_oldest();
        }
        // Small packets that wait for each other would cost a revocation its time; without it they only do.
        let _ = stream.set_nodelay(true);
        let connection = self.next;
        self.next += 1;
        let standing = Arc::new(Standing::default());
        let gate = Arc::new(Gate {
            keeper: Arc::clone(&self.keeper),
            connection,
            standing: Arc::clone(&standing),
            who: OnceLock::new(),
        });
        let mut config = self.config.clone();
        config.event_handler = Some(Arc::clone(&gate) as Arc<_>);
        let (stop, stopped) = broadcast::channel(1);
        let handler = ClientHandler::new(
            BrokerTransport::tcp(stream),
            addr,
            Arc::new(config),
            Arc::clone(&self.router),
            gate as Arc<dyn AuthProvider>,
            None,
            Arc::clone(&self.stats),
            Arc::clone(&self.monitor),
            stopped,
        );
        let abort = self.tasks.spawn(async move {
            if let Err(error) = handler.run().await {
                tracing::debug!(connection, %error, "a connection ended");
            }
        });
        self.by_task.insert(abort.id(), connection);
        self.handshakes.push_back((Instant::now(), connection));
        let open = Open { standing, abort, stop, who: None };
        self.open.insert(connection, open);
    }

    fn note(&mut self, notice: Notice) {
        match notice {
            Notice::Admitted { connection, who } => {
                self.handshakes.retain(|(_, waiting)| *waiting != connection);
                if let Some(open) = self.open.get_mut(&connection) {
                    open.who = Some(who);
                }
                self.count();
            }
            Notice::Trespassed { connection } => {
                if let Some(open) = self.open.get(&connection) {
                    tracing::warn!(who = ?open.who, "a client tried a topic that is not its own; its connection ends");
                    // Nobody listens only if the connection is over already.
                    let _ = open.stop.send(());
                }
            }
        }
    }

    fn kick(&self, door: &DoorId) {
        for open in self.open.values() {
            if matches!(&open.who, Some(Who::Door(who)) if who == door) {
                let _ = open.stop.send(());
            }
        }
    }

    fn drop_oldest(&mut self) {
        let Some((_, connection)) = self.handshakes.pop_front() else {
            return;
        };
        if let Some(open) = self.open.get(&connection)
            && open.standing.drop_out()
        {
            self.keeper.tally.dropped();
            open.abort.abort();
        }
    }

    fn forget(&mut self, task: Id) {
        if let Some(connection) = self.by_task.remove(&task) {
            self.open.remove(&connection);
            self.handshakes.retain(|(_, waiting)| *waiting != connection);
            self.count();
        }
    }

    fn count(&self) {
        let admitted = self.open.values().filter(|open| open.who.is_some()).count();
        self.keeper.tally.connected(admitted);
    }

    fn sweep(&mut self) {
        let refused = self.keeper.tally.passwords_refused.load(Ordering::Relaxed);
        if refused > self.told {
            tracing::warn!(count = refused - self.told, "sign-ins with a wrong name or password at the broker");
            self.told = refused;
        }
        let (router, monitor) = (Arc::clone(&self.router), Arc::clone(&self.monitor));
        tokio::spawn(async move {
            router.sweep_sessions().await;
            monitor.cleanup_expired_windows().await;
        });
    }

    async fn stop(self) {
        let Self { listener, open, mut tasks, .. } = self;
        drop(listener);
        for open in open.values() {
            if open.standing.drop_out() {
                open.abort.abort();
            } else {
                let _ = open.stop.send(());
            }
        }
        let all = async { while tasks.join_next().await.is_some() {} };
        if timeout(limits::STOP_WAIT, all).await.is_err() {
            tracing::warn!("some connections did not end in time and were cut off");
            tasks.shutdown().await;
        }
    }
}

async fn accept(listener: &TcpListener, from: Instant) -> std::io::Result<(TcpStream, SocketAddr)> {
    sleep_until(from).await;
    listener.accept().await
}
