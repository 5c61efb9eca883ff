//! Accepts connections and keeps the list of them.
//!
//! ```text
//!            accepted                right certificate
//! (none) ──────────────▶ handshake ──────────────────▶ admitted
//!                           │                             │
//!                           │ too slow, one too many,     │ goodbye, lost, kicked, void,
//!                           ▼ wrong certificate           ▼ trespassed, broker stops
//!                        (gone: cut off)               (gone: ended in order)
//! ```
//!
//! A TLS handshake runs in its connection's own task, so one that stalls keeps nobody waiting; it counts among those
//! that have not said who they are, with their bounds in number and time.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use access::id::DoorId;
use mqtt5::broker::config::BrokerConfig;
use mqtt5::broker::resource_monitor::ResourceMonitor;
use mqtt5::broker::router::MessageRouter;
use mqtt5::broker::sys_topics::BrokerStats;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{broadcast, mpsc};
use tokio::task::{AbortHandle, Id, JoinSet};
use tokio::time::{Instant, interval, sleep_until, timeout};
use tokio_rustls::TlsAcceptor;

use super::Proof;
use super::arrival::Arrival;
use super::gate::{Keeper, Notice, Standing};
use super::limits;
use super::rules::Who;

/// Pause after a failed accept, which means that the process has no descriptors left: trying again at once
/// would only burn the processor until some are free.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What the owner of the broker asks.
pub(super) enum Order {
    Kick(DoorId),
    Recheck,
    Stop,
}

/// Where connections come in.
pub(super) struct Entrances {
    pub(super) doors: TcpListener,
    pub(super) tls: Option<TlsAcceptor>,
    /// The controller's own, in the clear and on loopback, where doors speak TLS.
    pub(super) own: Option<TcpListener>,
}

/// One connection.
struct Open {
    standing: Arc<Standing>,
    abort: AbortHandle,
    stop: broadcast::Sender<()>,
    who: Option<Who>,
    /// What it was let in for.
    proof: Option<Proof>,
}

/// Owns every connection.
pub(super) struct Acceptor {
    entrances: Entrances,
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
    pub(super) fn new(entrances: Entrances, keeper: Arc<Keeper>) -> Self {
        Self {
            entrances,
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
                    Some(Order::Recheck) => {
                        // Whoever was let in before the order is asked about as well.
                        while let Ok(notice) = notices.try_recv() {
                            self.note(notice);
                        }
                        self.recheck();
                    }
                    Some(Order::Stop) | None => break,
                },
                Some(notice) = notices.recv() => self.note(notice),
                Some(ended) = self.tasks.join_next_with_id() => {
                    self.forget(ended.map_or_else(|error| error.id(), |(id, ())| id));
                }
                () = sleep_until(overdue.unwrap_or_else(Instant::now)), if overdue.is_some() => self.drop_oldest(),
                accepted = accept(&self.entrances, accept_from) => match accepted {
                    Ok((stream, addr, tls)) => self.welcome(stream, addr, tls),
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

    fn welcome(&mut self, stream: TcpStream, addr: SocketAddr, tls: Option<TlsAcceptor>) {
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
        let (stop, stopped) = broadcast::channel(1);
        let arrival = Arrival {
            keeper: Arc::clone(&self.keeper),
            connection,
            standing: Arc::clone(&standing),
            config: self.config.clone(),
            router: Arc::clone(&self.router),
            monitor: Arc::clone(&self.monitor),
            stats: Arc::clone(&self.stats),
            addr,
            stopped,
        };
        let abort = self.tasks.spawn(arrival.serve(stream, tls));
        self.by_task.insert(abort.id(), connection);
        self.handshakes.push_back((Instant::now(), connection));
        let open = Open { standing, abort, stop, who: None, proof: None };
        self.open.insert(connection, open);
    }

    fn note(&mut self, notice: Notice) {
        match notice {
            Notice::Admitted { connection, who, proof } => {
                self.handshakes.retain(|(_, waiting)| *waiting != connection);
                if let Some(open) = self.open.get_mut(&connection) {
                    open.who = Some(who);
                    open.proof = proof;
                }
                self.count();
            }
            Notice::Void { connection } => {
                if let Some(open) = self.open.get(&connection) {
                    tracing::warn!(who = ?open.who, "what a client was let in for counts no more; its connection ends");
                    let _ = open.stop.send(());
                }
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

    /// The database is asked beside the loop, for all connections in one go.
    fn recheck(&self) {
        let known: Vec<(u64, DoorId, Proof)> = self
            .open
            .iter()
            .filter_map(|(connection, open)| match (&open.who, &open.proof) {
                (Some(Who::Door(door)), Some(proof)) => Some((*connection, door.clone(), proof.clone())),
                _ => None,
            })
            .collect();
        let keeper = Arc::clone(&self.keeper);
        tokio::task::spawn_blocking(move || {
            for (connection, door, proof) in known {
                if !keeper.doors.counts(&door, &proof) {
                    // The acceptor is gone only when the broker stops.
                    let _ = keeper.notices.blocking_send(Notice::Void { connection });
                }
            }
        });
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
        let Self { entrances, open, mut tasks, .. } = self;
        drop(entrances);
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

async fn accept(entrances: &Entrances, from: Instant) -> std::io::Result<(TcpStream, SocketAddr, Option<TlsAcceptor>)> {
    sleep_until(from).await;
    let own = async {
        match &entrances.own {
            Some(own) => own.accept().await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        accepted = entrances.doors.accept() => accepted.map(|(stream, addr)| (stream, addr, entrances.tls.clone())),
        accepted = own => accepted.map(|(stream, addr)| (stream, addr, None)),
    }
}
