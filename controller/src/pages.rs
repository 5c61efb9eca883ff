//! Serves pages and API, to browsers that may be slow, many or hostile.
//!
//! ```text
//! accept ─▶ limits ─▶ task: (TLS 1.3 ─▶) request ─▶ router ─▶ answer ─▶ next request … ─▶ over
//!    ▲                                                                                      │
//!    └──────────────────────────────────────────────────────────────────────────────────────┘
//! ```
//!
//! The loop that accepts owns the limits and the certificate, and waits for nobody: a handshake that stalls holds up only
//! its own connection.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{Id, JoinSet};
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_rustls::TlsAcceptor;

mod certificate;

pub use certificate::HttpsError;
pub(crate) use certificate::{Certificates, Source};

/// Connections at a time. A browser holds up to six; half as many descriptors as a service gets.
const CONNECTIONS_MAX: usize = 512;

/// Connections of one address at a time: a house full of browsers behind one router, and not all that there are. A proxy is
/// on this machine or takes the whole.
const CONNECTIONS_PER_ADDRESS_MAX: usize = 128;

/// Longest time for a TLS handshake.
const HANDSHAKE_WAIT: Duration = Duration::from_secs(10);

/// Longest time for the head of a request, and for the next one on a connection that is kept.
const HEAD_WAIT: Duration = Duration::from_secs(30);

/// Bytes of a request's head: a filter of the log is the longest address there is.
const HEAD_MAX: usize = 64 * 1024;

/// Pause after a failed accept, which means that the process has no descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How often it is looked whether the certificate is still the right one.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Whom to serve.
pub(crate) struct Pages {
    pub(crate) listener: TcpListener,
    /// None where a proxy speaks it, or nobody.
    pub(crate) https: Option<Certificates>,
    /// Whether everybody comes from one address.
    pub(crate) behind_proxy: bool,
    pub(crate) router: Router,
}

/// The connections that there are.
#[derive(Default)]
struct Crowd {
    tasks: JoinSet<()>,
    /// A task that panicked can say no more than its own number.
    by_task: HashMap<Id, IpAddr>,
    by_address: HashMap<IpAddr, usize>,
}

impl Pages {
    /// Serves until it is told to stop; then what has begun is finished.
    pub(crate) async fn serve(mut self, mut stop: watch::Receiver<bool>) -> io::Result<()> {
        let per_address = if self.behind_proxy { CONNECTIONS_MAX } else { CONNECTIONS_PER_ADDRESS_MAX };
        let mut crowd = Crowd::default();
        let mut look = interval(LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = told(&mut stop) => break,
                Some(ended) = crowd.tasks.join_next_with_id() => crowd.forget(ended.map_or_else(|e| e.id(), |(id, ())| id)),
                _ = look.tick(), if self.https.is_some() => self.look().await,
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, peer)) if crowd.has_room(peer.ip(), per_address) => {
                        let tls = self.https.as_ref().map(Certificates::current);
                        crowd.admit(peer.ip(), connection(stream, tls, self.router.clone(), stop.clone()));
                    }
                    Ok((_, peer)) => tracing::warn!(address = %peer.ip(), "too many connections to the dashboard; one was cut off"),
                    Err(error) => {
                        tracing::warn!(%error, "cannot accept a connection to the dashboard");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                    }
                },
            }
        }
        drop(self.listener);
        while crowd.tasks.join_next().await.is_some() {}
        Ok(())
    }

    /// Files are read elsewhere, so that nobody waits for a disk.
    async fn look(&mut self) {
        let Some(mut https) = self.https.take() else { return };
        let current = https.current();
        let looked = tokio::task::spawn_blocking(move || {
            https.look();
            https
        });
        match looked.await {
            Ok(https) => self.https = Some(https),
            Err(error) => {
                tracing::error!(%error, "the dashboard's certificate was not looked at; it stays as it is");
                self.https = Some(Certificates::fixed(current));
            }
        }
    }
}

impl Crowd {
    fn has_room(&self, address: IpAddr, per_address: usize) -> bool {
        let of_address = self.by_address.get(&address).copied().unwrap_or(0);
        self.tasks.len() < CONNECTIONS_MAX && of_address < per_address
    }

    fn admit(&mut self, address: IpAddr, task: impl Future<Output = ()> + Send + 'static) {
        let id = self.tasks.spawn(task).id();
        self.by_task.insert(id, address);
        *self.by_address.entry(address).or_default() += 1;
    }

    fn forget(&mut self, task: Id) {
        let Some(address) = self.by_task.remove(&task) else { return };
        if let Some(count) = self.by_address.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                self.by_address.remove(&address);
            }
        }
    }
}

async fn connection(stream: TcpStream, tls: Option<Arc<ServerConfig>>, router: Router, stop: watch::Receiver<bool>) {
    // An answer of two packets must not wait for the first to be confirmed.
    let _ = stream.set_nodelay(true);
    let Some(tls) = tls else { return requests(stream, router, stop).await };
    match timeout(HANDSHAKE_WAIT, TlsAcceptor::from(tls).accept(stream)).await {
        Ok(Ok(stream)) => requests(stream, router, stop).await,
        Ok(Err(error)) => tracing::debug!(%error, "a browser and the dashboard could not agree on HTTPS"),
        Err(_) => tracing::debug!("a browser was too slow with its handshake"),
    }
}

async fn requests(stream: impl AsyncRead + AsyncWrite + Unpin, router: Router, mut stop: watch::Receiver<bool>) {
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_WAIT).max_buf_size(HEAD_MAX);
    let mut serving = pin!(builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router)));
    let ended = tokio::select! {
        ended = serving.as_mut() => ended,
        () = told(&mut stop) => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection to the dashboard ended in disorder");
    }
}

async fn told(stop: &mut watch::Receiver<bool>) {
    // An error means that whoever could tell is gone, which is the same.
    let _ = stop.wait_for(|stop| *stop).await;
}
