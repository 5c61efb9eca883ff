//! The emulated door's control: HTTP on a loopback address, described in `docs/EMULATOR.md`.
//!
//! A handler turns a request into a message to the loop and waits for its answer; it holds no state.

mod cards;
mod door;
mod guard;
mod problem;

use std::net::SocketAddr;

use access::event::Watched;
use access::passage::Side;
use access::signal::Lamps;
use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::middleware::from_fn;
use axum::routing::{MethodRouter, get, post};
use mfrc522_emulator::{MAX_DUMP_BYTES, VirtualCard};
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};

use crate::io::IoInput;
use crate::taps::{CardView, TapAnswer, TapRefused};
use problem::Problem;

/// Requests that may wait for the loop.
pub(crate) const REQUESTS_MAX: usize = 64;

/// What a handler asks of the loop.
#[derive(Debug)]
pub(crate) enum Request {
    Tap { cards: Vec<String>, hold_ms: u64, side: Side, reply: oneshot::Sender<Result<TapAnswer, TapRefused>> },
    State(oneshot::Sender<DoorView>),
    Input { inputs: Vec<IoInput>, reply: oneshot::Sender<DoorView> },
    Network { up: bool, reply: oneshot::Sender<DoorView> },
    Cards(oneshot::Sender<Vec<CardView>>),
    Card { name: String, reply: oneshot::Sender<Option<VirtualCard>> },
    PutCard { name: String, card: Box<VirtualCard>, reply: oneshot::Sender<bool> },
}

/// The door as somebody in front of it sees it, and a little of what is behind.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct DoorView {
    pub(crate) lock: &'static str,
    pub(crate) signal: &'static str,
    pub(crate) lamps: LampsView,
    pub(crate) contact: Contact,
    pub(crate) leaf: &'static str,
    pub(crate) faults: Vec<&'static str>,
    pub(crate) exit: ExitButton,
    pub(crate) network: Network,
    pub(crate) reader: &'static str,
    pub(crate) sides: Vec<&'static str>,
    pub(crate) mode: &'static str,
    pub(crate) whitelist_generation: u64,
    pub(crate) whitelist_entries: u32,
    pub(crate) state_generation: u64,
    pub(crate) passages: usize,
    pub(crate) journal: Journal,
    pub(crate) messages_refused: u32,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct LampsView {
    pub(crate) green: bool,
    pub(crate) red: bool,
    pub(crate) buzzer: bool,
}

impl From<Lamps> for LampsView {
    fn from(Lamps { green, red, buzzer }: Lamps) -> Self {
        Self { green, red, buzzer }
    }
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Contact {
    pub(crate) open: bool,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct ExitButton {
    pub(crate) presses: u64,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Network {
    pub(crate) up: bool,
    pub(crate) connected: bool,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Journal {
    pub(crate) head: u64,
    pub(crate) acknowledged: u64,
    pub(crate) unwritten: u64,
}

/// What every handler has at hand.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) requests: mpsc::Sender<Request>,
    pub(crate) link: link::Handle,
}

impl Desk {
    /// Asks the loop, and waits for its answer.
    async fn ask<T>(&self, request: impl FnOnce(oneshot::Sender<T>) -> Request) -> Result<T, Problem> {
        let (reply, answer) = oneshot::channel();
        self.requests.send(request(reply)).await.map_err(|_| Problem::stopping())?;
        answer.await.map_err(|_| Problem::stopping())
    }
}

/// The control cannot listen.
#[derive(Debug, thiserror::Error)]
#[error(
    "the emulated door's control cannot listen on {address}: {reason}. Choose another control.address; port 0 picks a free one"
)]
pub struct ControlError {
    address: SocketAddr,
    reason: std::io::Error,
}

/// Takes the address.
///
/// # Errors
/// If it is occupied, or not of this machine.
pub(crate) async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ControlError> {
    let fail = |reason| ControlError { address, reason };
    let listener = TcpListener::bind(address).await.map_err(fail)?;
    let bound = listener.local_addr().map_err(fail)?;
    Ok((listener, bound))
}

/// Serves until it is told to stop.
pub(crate) async fn serve(listener: TcpListener, desk: Desk, mut stop: watch::Receiver<bool>) {
    let stopped = async move { drop(stop.wait_for(|stop| *stop).await) };
    if let Err(error) = axum::serve(listener, router(desk)).with_graceful_shutdown(stopped).await {
        tracing::error!(%error, "the control ended");
    }
}

fn watched(watched: Watched) -> MethodRouter<Desk> {
    post(move |State(desk): State<Desk>, body: problem::Body| door::watched(watched, desk, body))
}

fn router(desk: Desk) -> Router {
    Router::new()
        .route("/state", get(door::state))
        .route("/tap", post(door::tap))
        .route("/contact", post(door::contact))
        .route("/exit", post(door::exit))
        .route("/tamper", watched(Watched::Tamper))
        .route("/mains", watched(Watched::Mains))
        .route("/battery", watched(Watched::Battery))
        .route("/fire", watched(Watched::Fire))
        .route("/contact-fault", watched(Watched::Contact))
        .route("/network", post(door::network))
        .route("/cards", get(cards::list).post(cards::make))
        .route("/cards/{name}", get(cards::dump).put(cards::put))
        .fallback(async || Problem::not_found("there is nothing at this path"))
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        // A byte more than the largest dump, so that the dump's own error names the bound.
        .layer(DefaultBodyLimit::max(MAX_DUMP_BYTES + 1))
        .layer(from_fn(guard::own_machine_only))
        .with_state(desk)
}
