//! The life of a session: attempt, connection, wait, and again.
//!
//! ```text
//!            ┌──────────────── the wait is over ────────────────┐
//!            ▼                                                  │
//!  open ─▶ Connecting ── accepted ──▶ Connected ── broken ──▶ Waiting
//!            │  ▲ └──────────── failed ──────────────────────▶  │
//!            │  │                         │                     │
//!            ▼  │ on                      ▼ off                 ▼ off
//!            Off ◀──────────────────────────────────────────────┘
//!
//!  from anywhere, on close or when the receiver is gone ──▶ Closed
//! ```
//!
//! Every attempt builds a new client and drops the old one. So a client that is stuck
//! cannot outlive its connection, and nothing of one connection (a queued packet, an
//! unread event, an acknowledgement) can leak into the next.

use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::backoff::{Backoff, random_jitter};
use crate::client;
use crate::connection::{Connection, End, show};
use crate::event::{Event, Reason};
use crate::handle::{Handle, Link, State, Switches};
use crate::options::{Options, OptionsError, Transport, Will};
use crate::tls::Renewals;

/// Longest wait for a goodbye to be written. A broker that takes nothing for so long
/// publishes the will, which is then the truth.
pub const CLOSE_WAIT: Duration = Duration::from_secs(2);

/// Opens a session and starts its task; call it inside a tokio runtime.
///
/// The session ends with [`Handle::close`], or when the receiver is dropped.
///
/// # Errors
///
/// If the options cannot work. Whether the broker is there is told by events.
pub fn open(mut options: Options) -> Result<(Handle, mpsc::Receiver<Event>), OptionsError> {
    options.check()?;
    let jitter = std::mem::replace(&mut options.jitter, random_jitter());
    let (events, receiver) = mpsc::channel(options.event_queue);
    let (switches_tx, switches) = watch::channel(Switches { network_up: true, closing: false });
    let (link, link_rx) = watch::channel(Link { state: State::Connecting, outlet: None, subscribed: false });
    let handle = Handle { link: link_rx, switches: switches_tx, publish_wait: options.publish_wait };
    let renewals = match &options.transport {
        Transport::Tcp => Renewals::default(),
        Transport::Tls(tls) => tls.renewals(),
    };
    let session = Session {
        backoff: Backoff::new(jitter),
        renewals,
        connection: 0,
        switches_held: handle.switches.clone(),
        options,
        events,
        switches,
        link,
    };
    tokio::spawn(session.run());
    Ok((handle, receiver))
}

struct Session {
    options: Options,
    backoff: Backoff,
    renewals: Renewals,
    connection: u64,
    events: mpsc::Sender<Event>,
    switches: watch::Receiver<Switches>,
    /// Held so that a session which only listens lives on without handles.
    #[expect(dead_code, reason = "its existence is its use")]
    switches_held: watch::Sender<Switches>,
    link: watch::Sender<Link>,
}

impl Session {
    async fn run(mut self) {
        loop {
            // Shown before the switches are read: whoever switches off and then still
            // sees another state can rely on no attempt being made.
            self.stand(State::Connecting);
            let switches = *self.switches.borrow_and_update();
            if switches.closing || self.events.is_closed() {
                break;
            }
            if !switches.network_up {
                self.backoff.reset();
                self.stand(State::Off);
                self.pause(None).await;
                continue;
            }
            match self.attempt().await {
                End::Lost(reason) => self.lost(reason).await,
                End::Closed => break,
            }
        }
        self.stand(State::Closed);
    }

    /// One connection from beginning to end.
    async fn attempt(&mut self) -> End {
        self.connection = self.connection.saturating_add(1);
        self.renewals.forget();
        let will = match self.will() {
            Ok(will) => will,
            Err(error) => return End::Lost(Reason::Will(error)),
        };
        let mut task = self.start(will);
        loop {
            tokio::select! {
                ended = &mut task => {
                    // The task ends with an error only if the client panicked.
                    return ended.unwrap_or(End::Lost(Reason::Wedged));
                }
                _ = self.switches.changed() => {
                    let switches = *self.switches.borrow_and_update();
                    if switches.closing {
                        return self.goodbye(task).await;
                    }
                    if !switches.network_up {
                        drop_socket(task).await;
                        return End::Lost(Reason::NetworkOff);
                    }
                }
                () = self.renewals.next() => {
                    self.goodbye(task).await;
                    return End::Lost(Reason::Renewed);
                }
                () = self.events.closed() => return self.goodbye(task).await,
            }
        }
    }

    fn will(&mut self) -> Result<Option<Will>, OptionsError> {
        let will = self.options.will.as_mut().and_then(|make| make(self.connection));
        if let Some(will) = &will {
            will.check()?;
        }
        Ok(will)
    }

    fn start(&self, will: Option<Will>) -> JoinHandle<End> {
        let (outlet, event_loop) = client::build(&self.options, will, self.connection);
        let connection = Connection {
            outlet,
            event_loop,
            subscriptions: self.options.subscriptions.clone(),
            clean_session: self.options.clean_session,
            manual_acks: self.options.manual_acks,
            events: self.events.clone(),
            switches: self.switches.clone(),
            link: self.link.clone(),
            answer_wait: Duration::from_secs(self.options.answer_wait_s.into()),
            answer_by: None,
        };
        tokio::spawn(connection.run())
    }

    /// Writes DISCONNECT after everything that was handed over before it.
    async fn goodbye(&mut self, mut task: JoinHandle<End>) -> End {
        let outlet = self.link.borrow().outlet.clone();
        if let Some(outlet) = outlet {
            outlet.room.close();
            if outlet.disconnect().is_ok() && timeout(CLOSE_WAIT, &mut task).await.is_ok() {
                return End::Closed;
            }
        }
        drop_socket(task).await;
        End::Closed
    }

    async fn lost(&mut self, reason: Reason) {
        let held = self.link.borrow().outlet.as_ref().map_or(Duration::ZERO, |outlet| outlet.since.elapsed());
        let retry_in = match reason {
            Reason::NetworkOff => None,
            Reason::Renewed => Some(Duration::ZERO),
            _ => Some(self.backoff.next(held)),
        };
        self.stand(retry_in.map_or(State::Off, |_| State::Waiting));
        tracing::debug!(connection = self.connection, %reason, ?retry_in, "disconnected");
        let event = Event::Disconnected { reason, retry_in, connection: self.connection };
        show(&self.events, &self.switches, event).await;
        if retry_in.is_some() {
            self.pause(retry_in).await;
        }
    }

    /// Waits for the time to pass or for anyone to turn a switch.
    async fn pause(&mut self, wait: Option<Duration>) {
        let time = async {
            match wait {
                Some(wait) => sleep(wait).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = time => {}
            _ = self.switches.changed() => {}
            () = self.events.closed() => {}
        }
    }

    /// Shows a state that has no connection, and wakes those who wait for room in it.
    fn stand(&self, state: State) {
        self.link.send_modify(|link| {
            link.state = state;
            if let Some(outlet) = link.outlet.take() {
                outlet.room.close();
            }
        });
    }
}

/// Ends a connection the way a pulled cable does: the client is dropped where it stands.
async fn drop_socket(task: JoinHandle<End>) {
    task.abort();
    // Waiting for the task is waiting for its socket to be closed.
    let _ = task.await;
}
