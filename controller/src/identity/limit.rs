//! How often one address may try.
//!
//! A code cannot be guessed; this keeps whoever tries from costing the controller its time, and from keeping others out.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::time::{Duration, Instant};

/// Refused requests of one address in [`WINDOW`]; then it waits.
const REFUSED_MAX: u32 = 10;

/// What refused requests are counted in.
const WINDOW: Duration = Duration::from_secs(60);

/// Connections of one address at a time. Doors behind one router have one address.
const OPEN_MAX: u32 = 32;

/// Addresses that are remembered. The one that was quiet for longest goes.
const ADDRESSES_MAX: usize = 1_024;

/// What may be done for a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Everything.
    Serve,
    /// It is told to come back after these seconds.
    Later(u64),
    /// Nothing at all.
    Drop,
}

/// What is known of each address.
#[derive(Default)]
pub(super) struct Limits {
    seen: HashMap<IpAddr, Seen>,
}

struct Seen {
    open: u32,
    refused: u32,
    /// Since when refused requests are counted.
    since: Instant,
    last: Instant,
}

impl Limits {
    /// A connection has come. One that is not dropped has to end.
    pub(super) fn begin(&mut self, address: IpAddr, now: Instant) -> Verdict {
        let address = network(address);
        if !self.seen.contains_key(&address) && self.seen.len() >= ADDRESSES_MAX {
            self.forget_one();
        }
        if !self.seen.contains_key(&address) && self.seen.len() >= ADDRESSES_MAX {
            return Verdict::Drop;
        }
        let seen = self.seen.entry(address).or_insert(Seen { open: 0, refused: 0, since: now, last: now });
        seen.last = now;
        if seen.open >= OPEN_MAX {
            return Verdict::Drop;
        }
        seen.open += 1;
        let past = now.saturating_duration_since(seen.since);
        if past >= WINDOW {
            seen.since = now;
            seen.refused = 0;
        }
        if seen.refused < REFUSED_MAX {
            return Verdict::Serve;
        }
        Verdict::Later(WINDOW.saturating_sub(past).as_secs().saturating_add(1))
    }

    /// It is over; `refused` if it asked for what it may not have.
    pub(super) fn end(&mut self, address: IpAddr, refused: bool) {
        if let Some(seen) = self.seen.get_mut(&network(address)) {
            seen.open = seen.open.saturating_sub(1);
            seen.refused = seen.refused.saturating_add(u32::from(refused));
        }
    }

    fn forget_one(&mut self) {
        let idle = self.seen.iter().filter(|(_, seen)| seen.open == 0);
        if let Some(address) = idle.min_by_key(|(_, seen)| seen.last).map(|(address, _)| *address) {
            self.seen.remove(&address);
        }
    }
}

/// Whoever has one address of a network of version 6 has all of its last 64 bits.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        four => four,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[test]
    fn refusals_make_an_address_wait_and_no_other() {
        let (start, mut limits) = (Instant::now(), Limits::default());
        for _ in 0..REFUSED_MAX {
            assert_eq!(limits.begin(HERE, start), Verdict::Serve);
            limits.end(HERE, true);
        }
        assert_eq!(limits.begin(HERE, start + Duration::from_secs(20)), Verdict::Later(41));
        limits.end(HERE, false);
        assert_eq!(limits.begin("192.0.2.1".parse().unwrap(), start), Verdict::Serve);
        assert_eq!(limits.begin(HERE, start + WINDOW), Verdict::Serve);
    }

    #[test]
    fn what_is_in_order_is_never_counted() {
        let (start, mut limits) = (Instant::now(), Limits::default());
        for _ in 0..1_000 {
            assert_eq!(limits.begin(HERE, start), Verdict::Serve);
            limits.end(HERE, false);
        }
    }

    #[test]
    fn connections_and_addresses_are_bounded() {
        let (start, mut limits) = (Instant::now(), Limits::default());
        for _ in 0..OPEN_MAX {
            assert_eq!(limits.begin(HERE, start), Verdict::Serve);
        }
        assert_eq!(limits.begin(HERE, start), Verdict::Drop);
        for number in 0..5_000_u128 {
            let one = IpAddr::V6(Ipv6Addr::from_bits(number << 64));
            assert_eq!(limits.begin(one, start), Verdict::Serve);
            limits.end(one, true);
        }
        assert!(limits.seen.len() <= ADDRESSES_MAX);
        assert_eq!(limits.begin(HERE, start), Verdict::Drop, "who is connected is remembered");
    }

    #[test]
    fn a_network_of_version_6_counts_as_one() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    }
}
