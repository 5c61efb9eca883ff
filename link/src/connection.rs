//! One connection, from its attempt to its end, in a task of its own.
//!
//! Polling the client is all that this task waits for, besides handing an event to the
//! caller: a poll that shares its `select!` with a timer never connects. While the
//! caller's queue is full nothing is read, and the broker keeps what it has.

use std::time::Duration;

use rumqttc::{ConnAck, Event as ClientEvent, EventLoop, Outgoing, Packet, Publish, QoS, SubAck, SubscribeReasonCode};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use crate::client::{self, Gone, Outlet};
use crate::event::{AckToken, Event, Incoming, Reason};
use crate::handle::{Link, State, Switches};
use crate::options::Qos;

/// How a connection ended.
pub(crate) enum End {
    /// By itself.
    Lost(Reason),
    /// After our goodbye was written.
    Closed,
}

impl From<Gone> for End {
    fn from(_: Gone) -> Self {
        // The client's queue has room for every request that is ever made of it.
        Self::Lost(Reason::Wedged)
    }
}

/// What the task owns.
pub(crate) struct Connection {
    pub(crate) outlet: Outlet,
    pub(crate) event_loop: EventLoop,
    pub(crate) subscriptions: Vec<(String, Qos)>,
    pub(crate) clean_session: bool,
    pub(crate) manual_acks: bool,
    pub(crate) events: mpsc::Sender<Event>,
    pub(crate) switches: watch::Receiver<Switches>,
    pub(crate) link: watch::Sender<Link>,
    /// Longest wait for the answer to a subscription: a session that hears nothing must
    /// not look healthy. Noticed at the next packet or ping, so it needs no timer.
    pub(crate) answer_wait: Duration,
    pub(crate) answer_by: Option<Instant>,
}

impl Connection {
    /// Polls until the end.
    pub(crate) async fn run(mut self) -> End {
        let mut connected = false;
        loop {
            let event = match self.event_loop.poll().await {
                Ok(event) => event,
                Err(error) => {
                    self.show_what_was_read().await;
                    return End::Lost(client::reason(error, connected));
                }
            };
            connected = true;
            if let Err(end) = self.handle(event).await {
                return end;
            }
            if self.answer_by.is_some_and(|end| end <= Instant::now()) {
                return End::Lost(Reason::SubscriptionUnanswered);
            }
        }
    }

    /// The client reads in batches and forgets a batch that ends with the connection.
    /// What arrived before the break has arrived all the same.
    async fn show_what_was_read(&mut self) {
        while let Some(event) = self.event_loop.state.events.pop_front() {
            if let ClientEvent::Incoming(Packet::Publish(publish)) = event
                && self.message(publish).await.is_err()
            {
                return;
            }
        }
    }

    async fn handle(&mut self, event: ClientEvent) -> Result<(), End> {
        match event {
            ClientEvent::Incoming(Packet::ConnAck(answer)) => self.connected(&answer).await,
            ClientEvent::Incoming(Packet::SubAck(answer)) => self.subscribed(&answer),
            ClientEvent::Incoming(Packet::Publish(publish)) => self.message(publish).await,
            ClientEvent::Incoming(Packet::PubAck(_)) | ClientEvent::Outgoing(Outgoing::Publish(0)) => {
                self.outlet.room.add_permits(1);
                Ok(())
            }
            // The next free packet identifier still belongs to an unconfirmed publish,
            // a whole window back. The client would wait for it in vain, and keep the
            // collision even over a reconnection.
            ClientEvent::Outgoing(Outgoing::AwaitAck(_)) => Err(End::Lost(Reason::Wedged)),
            ClientEvent::Outgoing(Outgoing::Disconnect) => Err(End::Closed),
            ClientEvent::Incoming(_) | ClientEvent::Outgoing(_) => Ok(()),
        }
    }

    /// Subscribes unless the broker remembers, and only then lets others publish: an
    /// answer to what they publish must find the subscription in place.
    async fn connected(&mut self, answer: &ConnAck) -> Result<(), End> {
        let session_present = answer.session_present && !self.clean_session;
        let remembered = session_present && self.link.borrow().subscribed;
        if !remembered && !self.subscriptions.is_empty() {
            self.outlet.subscribe(&self.subscriptions)?;
            self.answer_by = Some(Instant::now() + self.answer_wait);
        }
        let connection = self.outlet.connection;
        self.outlet.since = Instant::now();
        self.link.send_modify(|link| {
            link.subscribed = remembered;
            link.state = State::Connected { connection };
            link.outlet = Some(self.outlet.clone());
        });
        self.show(Event::Connected { session_present, connection }).await;
        Ok(())
    }

    fn subscribed(&mut self, answer: &SubAck) -> Result<(), End> {
        let refused = answer
            .return_codes
            .iter()
            .zip(&self.subscriptions)
            .find(|(code, _)| **code == SubscribeReasonCode::Failure);
        if let Some((_, (filter, _))) = refused {
            return Err(End::Lost(Reason::SubscriptionRefused { filter: filter.clone() }));
        }
        self.answer_by = None;
        self.link.send_modify(|link| link.subscribed = true);
        Ok(())
    }

    async fn message(&mut self, publish: Publish) -> Result<(), End> {
        let needs_ack = match publish.qos {
            QoS::AtMostOnce => false,
            QoS::AtLeastOnce => true,
            QoS::ExactlyOnce => {
                let what = "a message came with a quality of service that was not asked for";
                return Err(End::Lost(Reason::Protocol(what.to_owned())));
            }
        };
        let ack = (needs_ack && self.manual_acks)
            .then_some(AckToken { connection: self.outlet.connection, packet_id: publish.pkid });
        self.show(Event::Message(Incoming {
            topic: publish.topic,
            payload: publish.payload.to_vec(),
            retained: publish.retain,
            duplicate: publish.dup,
            ack,
        }))
        .await;
        Ok(())
    }

    async fn show(&mut self, event: Event) {
        show(&self.events, &self.switches, event).await;
    }
}

/// Hands an event to the caller, however long that takes. Once the session is closing
/// nobody may be listening any more, and the goodbye must not wait for them.
pub(crate) async fn show(events: &mpsc::Sender<Event>, switches: &watch::Receiver<Switches>, event: Event) {
    // A copy, because waiting would mark a switch as seen that its owner has not seen.
    let mut switches = switches.clone();
    tokio::select! {
        _ = events.send(event) => {}
        _ = switches.wait_for(|switches| switches.closing) => {}
    }
}
