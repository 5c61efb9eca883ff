//! Where doors come for their identity: HTTPS beside the broker, for whoever has a code or a certificate.
//!
//! ```text
//! accept ─▶ limits ─▶ task, 10 s in all: TLS 1.3 ─▶ one request ─▶ clerk ─▶ answer
//!    ▲                                                                │
//!    └───────────────── over; refused or not ─────────────────────────┘
//! ```
//!
//! The loop that accepts owns the limits, and waits for nobody. Where it is full the oldest connection goes that has not
//! said what it wants: whoever connects and is silent keeps no door out.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use access::enrol::{ENROL_BODY_MAX, EnrolRefusal};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, RETRY_AFTER};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use rustls::ServerConfig;
use sha2::{Digest as _, Sha256};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::limit::Verdict;

mod answered;
mod clerk;
mod entrance;

pub(crate) use answered::Answered;
pub(crate) use clerk::Clerk;
use entrance::{Entrance, Turn};

/// Connections at a time.
const CONNECTIONS_MAX: usize = 64;

/// Longest time for a connection: handshake, request, answer.
const CONNECTION_WAIT: Duration = Duration::from_secs(10);

/// Longest time for the handshake of these. A door on a slow line has it within one.
const HANDSHAKE_WAIT: Duration = Duration::from_secs(3);

/// Pause after a failed accept, which means that the process has no descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Ends that may wait for the loop, which takes each at once.
const QUEUE: usize = CONNECTIONS_MAX;

/// Headers of a request. A door sends four.
const HEADERS_MAX: usize = 32;

/// Bytes of a request's head.
const HEAD_MAX: usize = 16 * 1024;

/// The running enrolment.
pub(crate) struct Enrolment {
    /// Where it listens.
    pub(crate) addr: SocketAddr,
    task: JoinHandle<()>,
}

/// Why an answer is not 200.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Denied {
    Malformed,
    Format,
    CertificateNeeded,
    CodeRefused,
    IdentityRefused,
    Path,
    Method,
    NotDue,
    TooLarge,
    TooMany(u64),
    Internal,
}

/// One connection.
struct Visit {
    clerk: Arc<Clerk>,
    verdict: Verdict,
    turn: Arc<Turn>,
}

impl Enrolment {
    pub(crate) fn start(
        listener: TcpListener,
        tls: Arc<ServerConfig>,
        clerk: Clerk,
        stop: watch::Receiver<bool>,
    ) -> io::Result<Self> {
        let addr = listener.local_addr()?;
        let task = tokio::spawn(run(listener, TlsAcceptor::from(tls), Arc::new(clerk), stop));
        Ok(Self { addr, task })
    }

    /// Ends with the controller; whoever is being served is cut off.
    pub(crate) async fn ended(self) {
        let _ = self.task.await;
    }
}

async fn run(listener: TcpListener, tls: TlsAcceptor, clerk: Arc<Clerk>, mut stop: watch::Receiver<bool>) {
    let (ends, mut ended) = mpsc::channel(QUEUE);
    let mut entrance = Entrance::default();
    loop {
        tokio::select! {
            () = told(&mut stop) => break,
            Some((address, refused)) = ended.recv() => entrance.end(address, refused),
            Some(_) = entrance.tasks.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    let verdict = entrance.begin(peer.ip(), Instant::now());
                    if verdict != Verdict::Drop {
                        let turn = Arc::new(Turn::default());
                        let visit = Visit { clerk: Arc::clone(&clerk), verdict, turn: Arc::clone(&turn) };
                        let task = serve(stream, peer.ip(), tls.clone(), visit, ends.clone());
                        entrance.spawn(peer.ip(), turn, task);
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection for enrolment");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
    entrance.tasks.shutdown().await;
}

async fn told(stop: &mut watch::Receiver<bool>) {
    // An error means that whoever could tell is gone, which is the same.
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn serve(stream: TcpStream, address: IpAddr, tls: TlsAcceptor, visit: Visit, ends: mpsc::Sender<(IpAddr, bool)>) {
    let (refused, mut heard) = watch::channel(false);
    let served = async {
        let stream = timeout(HANDSHAKE_WAIT, tls.accept(stream)).await??;
        let shown = stream.get_ref().1.peer_certificates().and_then(|chain| chain.first());
        let shown: Option<[u8; 32]> = shown.map(|certificate| Sha256::digest(certificate).into());
        let service = service_fn(|request| {
            let (visit, refused) = (&visit, &refused);
            async move {
                let answer = answer(visit, shown, request).await;
                refused.send_replace(matches!(&answer, Err(denied) if denied.counts()));
                Ok::<_, std::convert::Infallible>(response(answer))
            }
        });
        hyper::server::conn::http1::Builder::new()
            .keep_alive(false)
            .max_headers(HEADERS_MAX)
            .max_buf_size(HEAD_MAX)
            .serve_connection(TokioIo::new(stream), service)
            .await
            .map_err(io::Error::other)
    };
    match timeout(CONNECTION_WAIT, served).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%error, "a connection for enrolment failed"),
        Err(_) => tracing::debug!("a connection for enrolment was too slow"),
    }
    let refused = *heard.borrow_and_update();
    if !visit.turn.say() {
        // It has been counted as over already.
        return;
    }
    // The loop is gone only when the controller stops.
    let _ = ends.send((address, refused)).await;
}

async fn answer(visit: &Visit, shown: Option<[u8; 32]>, request: Request<Incoming>) -> Result<Vec<u8>, Denied> {
    if let Verdict::Later(seconds) = visit.verdict {
        return Err(Denied::TooMany(seconds));
    }
    let path = request.uri().path().to_owned();
    let enrols = match path.as_str() {
        "/enrol" => true,
        "/renew" => false,
        _ => return Err(Denied::Path),
    };
    if request.method() != Method::POST {
        return Err(Denied::Method);
    }
    let body = Limited::new(request.into_body(), ENROL_BODY_MAX).collect().await;
    let body =
        body.map_err(|error| if error.is::<LengthLimitError>() { Denied::TooLarge } else { Denied::Malformed })?;
    let body = body.to_bytes();
    if !visit.turn.say() {
        // It is being cut off: a code must not be used up for an answer that nobody hears.
        return Err(Denied::TooMany(1));
    }
    let clerk = Arc::clone(&visit.clerk);
    let work = move || if enrols { clerk.enrol(&body) } else { clerk.renew(&body, shown) };
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(Denied::Internal))
}

fn response(answer: Result<Vec<u8>, Denied>) -> Response<Full<Bytes>> {
    let (status, body, after) = match answer {
        Ok(body) => (StatusCode::OK, body, None),
        Err(denied) => {
            let body = serde_json::to_vec(&EnrolRefusal::new(denied.code())).unwrap_or_default();
            let after = if let Denied::TooMany(seconds) = denied { Some(seconds) } else { None };
            (denied.status(), body, after)
        }
    };
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static("application/json"));
    if let Some(seconds) = after {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

impl Denied {
    fn code(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Format => "format",
            Self::CertificateNeeded => "certificate-needed",
            Self::CodeRefused => "code-refused",
            Self::IdentityRefused => "identity-refused",
            Self::Path | Self::Method => "unknown",
            Self::NotDue => "not-due",
            Self::TooLarge => "too-large",
            Self::TooMany(_) => "too-many",
            Self::Internal => "internal",
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Self::Malformed | Self::Format => StatusCode::BAD_REQUEST,
            Self::CertificateNeeded => StatusCode::UNAUTHORIZED,
            Self::CodeRefused | Self::IdentityRefused => StatusCode::FORBIDDEN,
            Self::Path => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotDue => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Whether it is held against the address.
    fn counts(self) -> bool {
        !matches!(self, Self::NotDue | Self::TooMany(_) | Self::Internal)
    }
}
