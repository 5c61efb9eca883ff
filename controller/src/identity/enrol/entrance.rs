//! Who is connected, and who has to go where there is no room.

use std::collections::VecDeque;
use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Instant;

use tokio::task::{AbortHandle, JoinSet};

use super::super::limit::{Limits, Verdict, network};
use super::CONNECTIONS_MAX;

/// Whether a connection has said what it wants or has been cut off, decided once by whoever comes first.
#[derive(Default)]
pub(super) struct Turn(AtomicU8);

impl Turn {
    const SAID: u8 = 1;
    const DROPPED: u8 = 2;

    /// It has; `false` if it has been cut off.
    pub(super) fn say(&self) -> bool {
        self.settle(Self::SAID)
    }

    /// It is cut off; `false` if it has said it.
    fn drop_out(&self) -> bool {
        self.settle(Self::DROPPED)
    }

    fn is_open(&self) -> bool {
        self.0.load(Ordering::Acquire) == 0
    }

    fn settle(&self, to: u8) -> bool {
        let settled = self.0.compare_exchange(0, to, Ordering::AcqRel, Ordering::Acquire);
        settled.is_ok() || settled == Err(to)
    }
}

/// All connections.
#[derive(Default)]
pub(super) struct Entrance {
    pub(super) tasks: JoinSet<()>,
    limits: Limits,
    /// Those that may not have said yet what they want, oldest first.
    silent: VecDeque<Silent>,
}

struct Silent {
    address: IpAddr,
    turn: Arc<Turn>,
    abort: AbortHandle,
}

impl Entrance {
    /// A connection has come. One that is not dropped is spawned, and has to end.
    pub(super) fn begin(&mut self, address: IpAddr, now: Instant) -> Verdict {
        while self.tasks.try_join_next().is_some() {}
        self.silent.retain(|silent| silent.turn.is_open());
        // Those that were cut off are gone with their next step.
        if self.tasks.len() >= CONNECTIONS_MAX && !self.make_room(|_| true) {
            return Verdict::Drop;
        }
        match self.limits.begin(address, now) {
            Verdict::Drop if self.make_room(|other| network(other) == network(address)) => {
                self.limits.begin(address, now)
            }
            verdict => verdict,
        }
    }

    pub(super) fn spawn(&mut self, address: IpAddr, turn: Arc<Turn>, task: impl Future<Output = ()> + Send + 'static) {
        let abort = self.tasks.spawn(task);
        self.silent.push_back(Silent { address, turn, abort });
    }

    /// One is over that was not cut off; `refused` if it asked for what it may not have.
    pub(super) fn end(&mut self, address: IpAddr, refused: bool) {
        self.limits.end(address, refused);
    }

    /// Cuts off the oldest of these that has not said what it wants.
    fn make_room(&mut self, among: impl Fn(IpAddr) -> bool) -> bool {
        let oldest = self.silent.iter().position(|silent| among(silent.address) && silent.turn.drop_out());
        let Some(silent) = oldest.and_then(|at| self.silent.remove(at)) else { return false };
        silent.abort.abort();
        self.limits.end(silent.address, false);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_heard_or_cut_off_but_not_both() {
        let turn = Turn::default();
        assert!(turn.say() && turn.say());
        assert!(!turn.drop_out());
        let turn = Turn::default();
        assert!(turn.drop_out());
        assert!(!turn.say());
    }

    #[tokio::test]
    async fn whoever_is_silent_makes_room_and_whoever_is_heard_stays() {
        let address = |number: u8| IpAddr::from([192, 0, 2, number]);
        let (mut entrance, now) = (Entrance::default(), Instant::now());
        let mut turns = Vec::new();
        for number in 0..1_000_u32 {
            let from = address(u8::try_from(number % 2).unwrap());
            assert_eq!(entrance.begin(from, now), Verdict::Serve, "{number}");
            let turn = Arc::new(Turn::default());
            if number == 5 {
                assert!(turn.say());
            }
            turns.push(Arc::clone(&turn));
            entrance.spawn(from, turn, std::future::pending());
            tokio::task::yield_now().await;
        }
        assert!(entrance.tasks.len() <= CONNECTIONS_MAX + 1, "{}", entrance.tasks.len());
        assert!(turns[5].say() && !turns[0].say() && turns[999].say());
    }
}
