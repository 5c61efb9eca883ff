//! What every test starts with: options without chance, waits with a deadline.

use std::future::Future;
use std::time::Duration;

use link::{Event, Handle, Incoming, Options, Qos, Reason};
use tokio::sync::mpsc::Receiver;
use tokio::time::timeout;

use crate::broker::Broker;

pub(crate) const FILTER: &str = "doors/7/down/#";
pub(crate) const UP: &str = "doors/7/up/event";
pub(crate) const DOWN: &str = "doors/7/down/state";

/// Far beyond what anything here takes: it fails a test that would hang.
const DEADLINE: Duration = Duration::from_secs(30);

pub(crate) async fn soon<F: Future>(future: F) -> F::Output {
    timeout(DEADLINE, future).await.expect("it did not happen before the deadline")
}

/// Options that try again at once.
pub(crate) fn options(broker: &Broker) -> Options {
    let mut options = Options::new("127.0.0.1", broker.port(), "door-7");
    options.jitter = Box::new(|_| Duration::ZERO);
    options
}

pub(crate) fn listening(broker: &Broker) -> Options {
    let mut options = options(broker);
    options.subscriptions = vec![(FILTER.to_owned(), Qos::AtLeastOnce)];
    options
}

/// What a session tells, with the checks that tests repeat.
pub(crate) struct Told(pub(crate) Receiver<Event>);

pub(crate) fn open(options: Options) -> (Handle, Told) {
    let (handle, events) = link::open(options).unwrap();
    (handle, Told(events))
}

impl Told {
    pub(crate) async fn next(&mut self) -> Event {
        soon(self.0.recv()).await.expect("the session ended")
    }

    /// The number of the connection that is told next.
    pub(crate) async fn connected(&mut self) -> u64 {
        match self.next().await {
            Event::Connected { connection, .. } => connection,
            other => panic!("Connected expected, not {other:?}"),
        }
    }

    pub(crate) async fn disconnected(&mut self) -> Reason {
        match self.next().await {
            Event::Disconnected { reason, .. } => reason,
            other => panic!("Disconnected expected, not {other:?}"),
        }
    }

    pub(crate) async fn message(&mut self) -> Incoming {
        match self.next().await {
            Event::Message(message) => message,
            other => panic!("Message expected, not {other:?}"),
        }
    }

    pub(crate) async fn text(&mut self) -> String {
        String::from_utf8(self.message().await.payload).unwrap()
    }

    /// Waits until the queue is full, without receiving.
    pub(crate) async fn full(&mut self) {
        soon(async {
            while self.0.len() < self.0.max_capacity() {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }

    /// Nothing more, ever.
    pub(crate) async fn ended(&mut self) {
        let next = soon(self.0.recv()).await;
        assert!(next.is_none(), "{next:?}");
    }
}
