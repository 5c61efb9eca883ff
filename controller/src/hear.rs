//! What doors say: believed, and passed on; or refused, and counted.

use access::envelope::Header;
use access::event::Event;
use access::id::DoorId;
use access::message::Status;
use access::wire::Wire;
use db::site::{DoorKind, Heard, Report};
use link::Incoming;
use tokio::time::Instant;

use crate::clerk::Note;
use crate::clock::utc_now;
use crate::desk::Desk;
use crate::distribute::PerStream;
use crate::intake::Delivered;
use crate::line::Session;
use crate::stream::UNREAD;
use crate::verify::{self, Refused, Verified};

/// Messages of doors that are not known yet, kept until the database has been looked at. A door may speak
/// within milliseconds of being added, and would say the same again only half a minute later.
const UNKNOWN_MAX: usize = 64;

impl Desk {
    /// A message came in.
    pub(crate) fn message(&mut self, incoming: Incoming) {
        match self.verify(&incoming) {
            Err(Refused::UnknownDoor) if self.unknown.len() < UNKNOWN_MAX => {
                self.unknown.push(incoming);
                self.look();
            }
            verified => self.verified(incoming, verified),
        }
    }

    /// The database has been looked at: whoever is still unknown does not exist.
    pub(crate) fn retry_unknown(&mut self) {
        for incoming in std::mem::take(&mut self.unknown) {
            let verified = self.verify(&incoming);
            self.verified(incoming, verified);
        }
    }

    fn verify(&mut self, incoming: &Incoming) -> Result<(DoorId, Verified), Refused> {
        let (door, channel) = verify::address(&self.sender.site, &incoming.topic)?;
        let line = self.lines.get_mut(&door).ok_or(Refused::UnknownDoor)?;
        let verified = verify::open(&self.sender.site, line, channel, &incoming.payload)?;
        Ok((door, verified))
    }

    fn verified(&mut self, incoming: Incoming, verified: Result<(DoorId, Verified), Refused>) {
        match verified {
            Ok((door, Verified::Events(header, events))) => {
                // The broker is told only once they are on disk.
                self.events(door, &header, events, incoming.ack);
                return;
            }
            Ok((door, Verified::Status(header, status))) => self.status(&door, header, status),
            Ok((door, Verified::Offline { session })) => self.away(&door, session),
            Ok((door, Verified::Encoding { job, stage })) => self.encoding_stage(&door, job, stage),
            Ok((door, Verified::Listed(listed))) => self.listed(&door, listed),
            Ok((door, Verified::Figures { boot, figures })) => self.tapped(&door, boot, &figures),
            Ok((_, Verified::Nothing)) => {}
            Err(refused) => self.refuse(&incoming.topic, refused),
        }
        if let Some(ack) = incoming.ack {
            self.link.ack(ack);
        }
    }

    fn events(&mut self, door: DoorId, header: &Header, events: Vec<Event>, ack: Option<link::AckToken>) {
        if !self.waiting.begin(&door) {
            // The door keeps it, and sends it again; a broker would hold it back until the next connection.
            if let Some(ack) = ack {
                self.link.ack(ack);
            }
            return;
        }
        let report =
            Report { door, epoch: header.epoch, boot: header.boot, previous: header.link, events, received: utc_now() };
        // The loop reads only while there is room, so this fails only if the thread has died, and then the
        // door is told nothing and keeps its events.
        if self.reports.try_send(Delivered { report, ack }).is_err() {
            tracing::error!("a report could not be handed over; the door will send it again");
        }
    }

    fn status(&mut self, door: &DoorId, header: Header, status: Status) {
        let Some(line) = self.lines.get_mut(door) else { return };
        let now = Instant::now();
        let session = Session::new(header.boot, &status, now);
        let same = |last: &Session| (last.id, last.boot) == (session.id, session.boot);
        let is_new = !line.session.as_ref().is_some_and(same);
        if is_new {
            tracing::info!(%door, "the door is connected");
            line.flight.reset();
            line.desired.streams = PerStream::each(|_| UNREAD);
        }
        let wire = Wire::common(status.wire_min, status.wire_max);
        line.wire = wire.unwrap_or(Wire::OLDEST);
        line.flight.reported(&line.desired, &session.reported);
        if line.kind == DoorKind::Door {
            let reached = line.pending.heard(is_new, &line.desired, &session.reported, now);
            self.figures.reached(door, &reached, now);
        }
        line.session = Some(session);
        if is_new {
            // A job is of one session.
            self.encoder_away(door);
        }
        if wire.is_none() {
            // It is understood, and says that it does not understand us.
            self.alarm(Some(door.clone()), "wire-version");
        }
        self.confirm(door, header.epoch, &status);
        let heard = Heard { door: door.clone(), header, status: Box::new(status), received: utc_now() };
        self.note(Note::Status(heard));
        self.advance(door);
    }

    fn refuse(&mut self, topic: &str, refused: Refused) {
        let kind = refused.alarm();
        let counted = self.refused.entry(kind).or_default();
        *counted += 1;
        let count = *counted;
        let door = verify::address(&self.sender.site, topic)
            .ok()
            .map(|(door, _)| door)
            .filter(|door| self.lines.contains_key(door));
        if self.alarm(door.clone(), kind) {
            tracing::warn!(?door, kind, reason = %refused, count, "messages were refused");
        }
    }
}
