//! Jobs for encoders: sent at once to one that is connected, and never kept for one that is away.
//!
//! ```text
//! requested ──encoder connected?──no──▶ encoder-away
//!     │ yes; masters?────────────no──▶ no-masters
//!     ▼
//! begun: a pending credential is on disk ──▶ Work is built, sealed, sent ──▶ stages ──▶ the event's outcome
//!                                                │
//!                                                └─ silent too long: expired; connection lost: encoder-away
//! ```

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use access::encode::{EncodeJob, JOB_LIFE_MS_MAX, Stage};
use access::id::DoorId;
use access::message::Down;
use access::time::UtcMs;
use db::site::{Begun, EncodePlan, EncodeState, EncodeView, SiteError};
use link::Qos;
use tokio::time::Instant;

use crate::ask::{Answer, Once, ask};
use crate::clerk::Note;
use crate::clock::utc_now;
use crate::desk::{Desk, publish};

mod work;

/// Life of a job from the moment at which it was asked for; two seconds below what an encoder accepts, so that
/// its faster clock does not refuse it.
const LIFE_MS: u64 = JOB_LIFE_MS_MAX - 2_000;

/// Time for the encoder's event to come back after the end of the job's life: a card that came at the last
/// moment is written to its end.
const ANSWER_WAIT: Duration = Duration::from_secs(10);

/// Jobs on their way. None stays for longer than its life.
#[derive(Debug, Default)]
pub(crate) struct Encodings {
    sent: HashMap<u64, Sent>,
    beginning: HashSet<u64>,
    asking: Once,
}

#[derive(Debug)]
struct Sent {
    encoder: DoorId,
    until: Instant,
}

impl Desk {
    /// Looks for jobs, on a thread of its own.
    pub(crate) fn look_for_encodings(&mut self) {
        if self.encodings.asking.begin() {
            ask(&self.site, &self.answers, db::site::Site::encodings_requested, Answer::Encodings);
        }
    }

    /// Begins what was asked for.
    pub(crate) fn encodings_requested(&mut self, requested: Result<Vec<EncodeView>, SiteError>) {
        match requested {
            Ok(jobs) => jobs.iter().for_each(|job| self.begin_encoding(job, utc_now())),
            Err(error) => tracing::error!(%error, "encodings could not be read; trying again"),
        }
        if self.encodings.asking.end() {
            self.look_for_encodings();
        }
    }

    /// What the job will write is on disk; now it may be sent.
    pub(crate) fn encoding_begun(&mut self, id: u64, begun: Result<Option<Begun>, SiteError>) {
        self.encodings.beginning.remove(&id);
        match begun {
            Ok(Some(begun)) => {
                let state = self.send_encoding(&begun, utc_now());
                self.settle_encoding(id, state);
            }
            // It has ended meanwhile.
            Ok(None) => {}
            Err(error) => tracing::error!(%error, "an encoding could not be begun; trying again"),
        }
    }

    /// An encoder says where it is with a job. It can speak of its own only.
    pub(crate) fn encoding_stage(&self, encoder: &DoorId, job: u64, stage: Stage) {
        if self.encodings.sent.get(&job).is_some_and(|sent| &sent.encoder == encoder) {
            self.settle_encoding(job, stage.into());
        }
    }

    /// Jobs are of one session. The encoder's own event would still have the last word.
    pub(crate) fn encoder_away(&mut self, encoder: &DoorId) {
        let gone = self.encodings.sent.extract_if(|_, sent| &sent.encoder == encoder);
        let gone: Vec<u64> = gone.map(|(id, _)| id).collect();
        gone.into_iter().for_each(|id| self.settle_encoding(id, EncodeState::EncoderAway));
    }

    /// A job that nobody answered in time is over; one that has ended is only forgotten.
    pub(crate) fn expire_encodings(&mut self, now: Instant) {
        let over = self.encodings.sent.extract_if(|_, sent| now >= sent.until);
        let over: Vec<u64> = over.map(|(id, _)| id).collect();
        over.into_iter().for_each(|id| self.settle_encoding(id, EncodeState::Expired));
    }

    fn begin_encoding(&mut self, job: &EncodeView, now: UtcMs) {
        // That it was sent may not have been written yet.
        if self.encodings.sent.contains_key(&job.id) || self.encodings.beginning.contains(&job.id) {
            return;
        }
        let connected = self.lines.get(&job.encoder).is_some_and(|line| line.session.is_some());
        let version = self.secrets.as_ref().map(|secrets| secrets.newest());
        let (Some(version), Ok(credential)) = (version, getrandom::u32()) else {
            return self.settle_encoding(job.id, EncodeState::NoMasters);
        };
        if !connected {
            return self.settle_encoding(job.id, EncodeState::EncoderAway);
        }
        if life_left_ms(job.requested, now) == 0 {
            return self.settle_encoding(job.id, EncodeState::Expired);
        }
        let (id, plan) = (job.id, EncodePlan { sector: self.badge.sector, version, credential });
        self.encodings.beginning.insert(id);
        let begin = move |site: &db::site::Site| site.begin_encoding(id, &plan, now);
        ask(&self.site, &self.answers, begin, move |begun| Answer::Begun { id, begun });
    }

    /// Sends a job, and says what became of that.
    fn send_encoding(&mut self, begun: &Begun, now: UtcMs) -> EncodeState {
        let job = &begun.job;
        let Some(line) = self.lines.get(&job.encoder) else { return EncodeState::EncoderAway };
        let (Some(session), Some(sealer)) = (line.session, line.sealer(&self.sender)) else {
            return EncodeState::EncoderAway;
        };
        let Some((_, key)) = line.keys.newest() else { return EncodeState::EncoderAway };
        let work = self.secrets.as_deref().and_then(|secrets| work::build(secrets, &self.badge, begun));
        let Some(work) = work else { return EncodeState::NoMasters };
        let left = life_left_ms(job.requested, now);
        let at = Instant::now();
        let message = EncodeJob {
            id: job.id,
            boot: session.boot,
            session: session.id,
            expires: session.mono_at(at) + left,
            uid: job.uid,
            sealed: work.seal(key, &job.uid),
        };
        if !publish(&self.link, &sealer, &Down::Encode(message), Qos::AtLeastOnce) {
            return EncodeState::EncoderAway;
        }
        let until = at + Duration::from_millis(left) + ANSWER_WAIT;
        self.encodings.sent.insert(job.id, Sent { encoder: job.encoder.clone(), until });
        EncodeState::Sent
    }

    fn settle_encoding(&self, id: u64, state: EncodeState) {
        self.note(Note::Encoding { id, state, at: utc_now() });
    }
}

/// A clock that was set back meanwhile makes no job live longer.
fn life_left_ms(requested: UtcMs, now: UtcMs) -> u64 {
    let age = u64::try_from(now.0.saturating_sub(requested.0)).unwrap_or(0);
    LIFE_MS.saturating_sub(age)
}
