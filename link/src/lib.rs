//! One MQTT 3.1.1 session done right, for both ends.
//!
//! The client underneath is treated as a socket, not as a queue: **nothing that was
//! published is ever repeated by this crate**. A publish that returned `Ok` was handed
//! to one connection; whether it arrived is told by the other end's own message, never
//! by the broker. What must not be lost is kept by the caller, who sends it again after
//! [`Event::Connected`].
//!
//! [`open`] starts a session and returns its two ends: a [`Handle`] to speak with, which
//! can be cloned, and a bounded receiver of [`Event`]s. The session connects, waits and
//! connects again until it is closed. Every failure is an event with a [`Reason`].
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use link::{Event, Options, Qos};
//!
//! let mut options = Options::new("127.0.0.1", 1883, "door-7");
//! options.subscriptions = vec![("doors/7/down/#".to_owned(), Qos::AtLeastOnce)];
//! let (handle, mut events) = link::open(options)?;
//! while let Some(event) = events.recv().await {
//!     match event {
//!         Event::Connected { .. } => {
//!             handle.publish("doors/7/up/status", "ready", Qos::AtLeastOnce).await?;
//!         }
//!         Event::Message(message) => println!("{} bytes", message.payload.len()),
//!         Event::Disconnected { reason, retry_in, .. } => println!("{reason} {retry_in:?}"),
//!     }
//! }
//! # Ok(())
//! # }
//! ```

mod backoff;
mod client;
mod connection;
mod credentials;
mod event;
mod handle;
mod options;
mod session;
mod tls;
#[cfg(feature = "trial")]
pub mod trial;
mod wire;

pub use backoff::{BACKOFF_BASE, BACKOFF_MAX, Jitter, STABLE_AFTER};
pub use credentials::Credentials;
pub use event::{AckToken, Event, Incoming, Reason, Refusal};
pub use handle::{AckOutcome, Handle, PublishError, State};
pub use options::{
    ANSWER_WAIT_S, EVENT_QUEUE, INFLIGHT, KEEP_ALIVE_S, Options, OptionsError, PUBLISH_WAIT, Qos, SUBSCRIPTIONS_MAX,
    Transport, Will, WillFactory,
};
pub use session::{CLOSE_WAIT, open};
pub use tls::{Pem, ServerTime, Tls, TlsError, Verifier, provider};
pub use wire::{PACKET_MAX_BYTES, TopicError};
