//! Lists on web servers. One is fetched after the other, since each is in memory while it is checked.

use std::time::Instant;

use access::time::UtcMs;
use db::site::SourceView;

use super::accept::Reader;
use super::again::Again;
use super::fault::Fault;
use super::place::{Found, Place};
use crate::config::ListSource;
use crate::web::{Answer, Server};

/// All addresses.
pub(super) struct Addresses {
    reader: Reader,
    again: Again,
    all: Vec<Address>,
}

struct Address {
    place: Place,
    server: Server,
    size_max: usize,
}

impl Addresses {
    pub(super) fn new(reader: Reader, sources: &[(String, ListSource)], known: &[SourceView], now: Instant) -> Self {
        let address = |(url, source): &(String, ListSource)| Address {
            place: Place::new(url.clone(), source.every, known, now),
            server: Server::open(url, source.time_out),
            size_max: source.size_max,
        };
        Self { again: Again::new(&reader.site), reader, all: sources.iter().map(address).collect() }
    }

    /// Fetches what is due.
    pub(super) fn look(&mut self, clock: impl Fn() -> (UtcMs, Instant)) {
        self.again.look(&self.reader.site, self.all.iter_mut().map(|address| &mut address.place), clock().1);
        for address in &mut self.all {
            if !address.place.plan.is_due(clock().1) {
                continue;
            }
            let result = address.fetch(&self.reader, clock().0);
            address.place.ended(&self.reader.site, result, false, clock());
        }
    }
}

impl Address {
    fn fetch(&self, reader: &Reader, at: UtcMs) -> Result<Found, Fault> {
        match self.server.get(&self.place.marks, None)? {
            Answer::Unchanged => Ok(Found::Nothing),
            Answer::Body(body, marks) => Ok(Found::List(reader.take(body, self.size_max, at)?, marks)),
        }
    }
}
