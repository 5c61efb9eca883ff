//! What stands before one connection: who is it, and what may it do.
//!
//! There is one gate for each connection. It remembers who passed, so no later question depends on a name
//! that the client can choose. Where TLS is spoken it is told first whose certificate was verified.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};

use access::id::{DoorId, SiteId};
use mqtt5::broker::auth::{AuthProvider, AuthResult};
use mqtt5::broker::events::{BrokerEventHandler, ClientPublishEvent, ClientSubscribeEvent, PublishAction};
use mqtt5::error::Result;
use mqtt5::packet::connect::ConnectPacket;
use mqtt5::protocol::v5::reason_codes::ReasonCode;
use tokio::sync::{mpsc, watch};
use zeroize::Zeroizing;

use super::rules::{CONTROLLER, Who};
use super::{Doors, Proof, Tally};
use crate::same::same;

type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What all gates share.
pub(super) struct Keeper {
    pub(super) site: SiteId,
    pub(super) doors: Arc<dyn Doors>,
    pub(super) controller_password: Zeroizing<String>,
    /// Whether doors show certificates; then a password is the controller's only.
    pub(super) is_tls: bool,
    pub(super) tally: Arc<Tally>,
    pub(super) notices: mpsc::Sender<Notice>,
    /// Whether the controller has subscribed since the broker started. Doors wait for it: what they say at
    /// once after connecting would reach nobody.
    pub(super) heard: watch::Sender<bool>,
}

/// What a gate tells the acceptor about its connection.
pub(super) enum Notice {
    /// It showed who it is.
    Admitted { connection: u64, who: Who, proof: Option<Proof> },
    /// It tried what it may not. MQTT 3.1.1 has no other answer to that than to end it.
    Trespassed { connection: u64 },
    /// What it was let in for does not count any more.
    Void { connection: u64 },
}

/// How whoever stands before a gate shows who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Login {
    /// By a password; only the controller does on its own listener.
    Password,
    /// By a certificate, which has been verified: its fingerprint, and whose it is if it counts.
    Certificate([u8; 32], Option<DoorId>),
}

/// Whether a connection has been let in or thrown out, decided once by whoever comes first: the gate that
/// saw the proof, or the acceptor that has waited long enough.
#[derive(Default)]
pub(super) struct Standing(AtomicU8);

impl Standing {
    const ADMITTED: u8 = 1;
    const DROPPED: u8 = 2;

    fn admit(&self) -> bool {
        self.settle(Self::ADMITTED)
    }

    /// Whether the connection may be cut off where it stands. Once it is let in it has to be ended in
    /// order, since the router knows it.
    pub(super) fn drop_out(&self) -> bool {
        self.settle(Self::DROPPED)
    }

    fn settle(&self, to: u8) -> bool {
        self.0.compare_exchange(0, to, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }
}

/// Stands before one connection.
pub(super) struct Gate {
    pub(super) keeper: Arc<Keeper>,
    pub(super) connection: u64,
    pub(super) standing: Arc<Standing>,
    pub(super) login: Login,
    pub(super) who: OnceLock<Who>,
}

impl Gate {
    async fn admit(&self, connect: &ConnectPacket) -> AuthResult {
        let Some((who, proof)) = self.identify(connect).await else {
            return self.refused(ReasonCode::BadUsernameOrPassword);
        };
        let user = match &who {
            Who::Controller => CONTROLLER,
            Who::Door(door) => door.as_str(),
        };
        if connect.client_id != user {
            return self.refused(ReasonCode::ClientIdentifierNotValid);
        }
        let will_allowed =
            connect.will.as_ref().is_none_or(|will| !will.retain && who.may_publish(&self.keeper.site, &will.topic));
        if !will_allowed {
            self.keeper.tally.topic_refused();
            return AuthResult::fail(ReasonCode::NotAuthorized);
        }
        if who != Who::Controller {
            // The acceptor bounds the wait. An error is its end.
            let _ = self.keeper.heard.subscribe().wait_for(|heard| *heard).await;
        }
        let admitted = AuthResult::success_with_user(user);
        if !self.standing.admit() || self.who.set(who.clone()).is_err() {
            return AuthResult::fail(ReasonCode::ServerUnavailable);
        }
        let notice = Notice::Admitted { connection: self.connection, who: who.clone(), proof: proof.clone() };
        // The acceptor is gone only when the broker stops, and then this connection ends with it.
        let _ = self.keeper.notices.send(notice).await;
        // It may have been revoked since it was shown. Whatever is revoked from here on ends the connection, since the
        // acceptor has been told of it.
        if !self.still_counts(who, proof).await {
            return self.refused(ReasonCode::BadUsernameOrPassword);
        }
        admitted
    }

    /// Who it is, and what proves it if that may cease to.
    async fn identify(&self, connect: &ConnectPacket) -> Option<(Who, Option<Proof>)> {
        match &self.login {
            Login::Password => self.by_password(connect).await,
            // A name is not needed, and if there is one it has to be the right one.
            Login::Certificate(fingerprint, door) => {
                let door =
                    door.clone().filter(|door| connect.username.as_deref().is_none_or(|user| user == door.as_str()))?;
                Some((Who::Door(door), Some(Proof::Certificate(*fingerprint))))
            }
        }
    }

    async fn still_counts(&self, who: Who, proof: Option<Proof>) -> bool {
        let (Who::Door(door), Some(proof)) = (who, proof) else { return true };
        let doors = Arc::clone(&self.keeper.doors);
        tokio::task::spawn_blocking(move || doors.counts(&door, &proof)).await.unwrap_or(false)
    }

    fn refused(&self, code: ReasonCode) -> AuthResult {
        match &self.login {
            Login::Password => {
                self.keeper.tally.password_refused();
                self.keeper.doors.refused(None);
            }
            Login::Certificate(_, door) => {
                self.keeper.tally.identity_refused();
                // Of a certificate that does not count the doors know already whose it was.
                if door.is_some() {
                    self.keeper.doors.refused(door.clone());
                }
            }
        }
        AuthResult::fail(code)
    }

    async fn by_password(&self, connect: &ConnectPacket) -> Option<(Who, Option<Proof>)> {
        let user = connect.username.as_deref()?;
        let password = connect.password.as_deref()?;
        if user == CONTROLLER {
            return same(password, self.keeper.controller_password.as_bytes()).then_some((Who::Controller, None));
        }
        if self.keeper.is_tls {
            return None;
        }
        let door: DoorId = user.parse().ok()?;
        let (doors, asked) = (Arc::clone(&self.keeper.doors), door.clone());
        let passwords = tokio::task::spawn_blocking(move || doors.passwords(&asked)).await.ok()?;
        let right =
            passwords.into_iter().find(|right| same(password, crate::hex::encode(right.as_slice()).as_bytes()))?;
        Some((Who::Door(door), Some(Proof::Password(right))))
    }

    /// Whoever is known and reaches for what is another's has a door's certificate or password and is not that door.
    fn told(&self) {
        self.keeper.tally.topic_refused();
        if let Some(Who::Door(door)) = self.who.get() {
            self.keeper.doors.refused(Some(door.clone()));
        }
    }

    async fn trespassed(&self) {
        self.told();
        let notice = Notice::Trespassed { connection: self.connection };
        let _ = self.keeper.notices.send(notice).await;
    }
}

impl AuthProvider for Gate {
    fn authenticate<'a>(&'a self, connect: &'a ConnectPacket, _: SocketAddr) -> Answer<'a, Result<AuthResult>> {
        Box::pin(async move { Ok(self.admit(connect).await) })
    }

    fn authorize_publish<'a>(&'a self, _: &str, _: Option<&'a str>, topic: &'a str) -> Answer<'a, bool> {
        Box::pin(async move {
            let allowed = self.who.get().is_some_and(|who| who.may_publish(&self.keeper.site, topic));
            if !allowed {
                self.trespassed().await;
            }
            allowed
        })
    }

    fn authorize_subscribe<'a>(&'a self, _: &str, _: Option<&'a str>, filter: &'a str) -> Answer<'a, bool> {
        let allowed = self.who.get().is_some_and(|who| who.may_subscribe(&self.keeper.site, filter));
        if !allowed {
            self.told();
        }
        // A refused subscription has its own answer in MQTT 3.1.1, so the connection may live on.
        Box::pin(std::future::ready(allowed))
    }
}

impl BrokerEventHandler for Gate {
    /// Called once the subscription is in force.
    fn on_client_subscribe<'a>(&'a self, _: ClientSubscribeEvent) -> Answer<'a, ()> {
        if self.who.get() == Some(&Who::Controller) {
            self.keeper.heard.send_replace(true);
        }
        Box::pin(std::future::ready(()))
    }

    /// Nothing is retained: a message that outlives its moment would be taken for a new one.
    fn on_client_publish<'a>(&'a self, event: ClientPublishEvent) -> Answer<'a, PublishAction> {
        Box::pin(async move {
            if event.retain {
                self.trespassed().await;
                PublishAction::Handled
            } else {
                PublishAction::Continue
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_let_in_or_thrown_out_but_not_both() {
        let standing = Standing::default();
        assert!(standing.admit());
        assert!(!standing.drop_out());
        let standing = Standing::default();
        assert!(standing.drop_out());
        assert!(!standing.admit());
    }
}
