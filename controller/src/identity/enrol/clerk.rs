//! What is done for a door that asks. Everything here blocks.

use std::path::PathBuf;
use std::time::Duration;

use access::enrol::{ENROL_FORMAT, EnrolAnswer, EnrolRequest, Place, RenewAnswer, RenewRequest, SECRET_LENGTH};
use access::time::{UtcMs, UtcS};
use certificates::Request;
use db::site::{Actor, Site, SiteError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use super::super::{Identity, code, refusals::Refusals};
use super::Denied;
use super::answered::Answered;
use crate::clock::utc_now;
use crate::config::Endpoint;
use crate::hex;

/// Whom the operator log names.
const ACTOR: &str = "enrolment";

/// The part of its life that a certificate has to have behind it before there is a next one: less is a door in a loop.
const NOT_DUE_PART: i64 = 3;

/// Gives doors their identity.
pub(crate) struct Clerk {
    pub(crate) identity: Identity,
    pub(crate) site: Site,
    /// Where doors find the broker; open if nobody has said.
    pub(crate) mqtt: Option<Endpoint>,
    /// How long a door's certificate lives.
    pub(crate) life: Duration,
    /// Where else the list of revoked certificates is wanted.
    pub(crate) list: Option<PathBuf>,
    pub(crate) refusals: Refusals,
    /// Who has enrolled with which code: an answer may be lost on its way.
    pub(crate) answered: Answered,
}

impl Clerk {
    /// A code becomes an identity.
    pub(super) fn enrol(&self, body: &[u8]) -> Result<Vec<u8>, Denied> {
        let asked: EnrolRequest = read(body)?;
        let mut secret = Zeroizing::new([0; SECRET_LENGTH]);
        hex::decode(&asked.secret, secret.as_mut_slice()).ok_or(Denied::Malformed)?;
        let (now, digest) = (utc_now(), code::digest(&secret));
        let codes = self.site.enrol_codes(now).map_err(|error| internal(&error))?;
        let Some(door) = code::find(codes, &digest) else {
            return self.enrolled_before(digest, &asked.request, now);
        };
        let until = self.site.identities(now).map_err(|error| internal(&error))?;
        let until = until.into_iter().find(|view| view.door == door).and_then(|view| view.code_until).unwrap_or(now);
        let mqtt = self.mqtt()?;
        let request = Request::from_pem(&asked.request).map_err(|_| Denied::Malformed)?;
        let certificate =
            self.identity.door(&door, &request, now.second(), self.life).map_err(|error| internal(&error))?;
        let key = code::draw_key().map_err(|error| internal(&error))?;
        let actor = Actor { operator: ACTOR, at: now };
        let key_id = match self.site.enrol(&actor, &door, digest, &certificate.record(), &key) {
            Ok(key_id) => key_id,
            // Somebody was faster.
            Err(SiteError::NotFound { .. }) => return self.enrolled_before(digest, &asked.request, now),
            Err(error) => return Err(internal(&error)),
        };
        tracing::info!(%door, "a door was enrolled");
        let answer = write(&EnrolAnswer {
            format: ENROL_FORMAT,
            site: self.site.id().clone(),
            door,
            key_id,
            key: hex::encode(key.expose()).as_str().to_owned(),
            mqtt,
            certificate: certificate.pem().to_owned(),
            authority: self.identity.certificate_pem().to_owned(),
        })?;
        self.answered.keep(digest, &asked.request, certificate.record().fingerprint, &answer, until);
        self.write_down(now.second());
        Ok(answer)
    }

    /// Whoever has used the code up may ask again, with the same request: the answer may have been lost, and with it all
    /// that the door had. Nothing is given to it that does not count any more.
    fn enrolled_before(&self, code: [u8; 32], request: &str, now: UtcMs) -> Result<Vec<u8>, Denied> {
        if let Some((fingerprint, answer)) = self.answered.find(code, request, now) {
            let holder = self.site.certificate_holder(fingerprint, now.second()).map_err(|error| internal(&error))?;
            if let Some(holder) = holder {
                tracing::info!(door = %holder.door, "a door is told again who it is");
                return Ok(answer.to_vec());
            }
        }
        tracing::warn!("a code for enrolment was refused");
        Err(Denied::CodeRefused)
    }

    /// A certificate becomes the next one.
    pub(super) fn renew(&self, body: &[u8], shown: Option<[u8; 32]>) -> Result<Vec<u8>, Denied> {
        let shown = shown.ok_or(Denied::CertificateNeeded)?;
        let asked: RenewRequest = read(body)?;
        let now = utc_now();
        let holder = self.site.certificate_holder(shown, now.second()).map_err(|error| internal(&error))?;
        let Some(holder) = holder else {
            let door = self.site.certificate_door(shown).ok().flatten();
            self.refusals.tell(door);
            return Err(Denied::IdentityRefused);
        };
        let life = holder.not_after.0.saturating_sub(holder.not_before.0);
        if now.second().0.saturating_sub(holder.not_before.0) < life / NOT_DUE_PART {
            return Err(Denied::NotDue);
        }
        let mqtt = self.mqtt()?;
        let request = Request::from_pem(&asked.request).map_err(|_| Denied::Malformed)?;
        let certificate =
            self.identity.door(&holder.door, &request, now.second(), self.life).map_err(|error| internal(&error))?;
        let actor = Actor { operator: ACTOR, at: now };
        match self.site.renew_certificate(&actor, shown, &certificate.record()) {
            Ok(()) => {}
            Err(SiteError::Refused { .. }) => return Err(Denied::NotDue),
            Err(SiteError::NotFound { .. }) => return Err(Denied::IdentityRefused),
            Err(error) => return Err(internal(&error)),
        }
        tracing::info!(door = %holder.door, "a door's certificate was renewed");
        self.write_down(now.second());
        write(&RenewAnswer {
            format: ENROL_FORMAT,
            mqtt,
            certificate: certificate.pem().to_owned(),
            authority: self.identity.certificate_pem().to_owned(),
        })
    }

    /// What could not be written is written the next time, or at the next start.
    fn write_down(&self, now: UtcS) {
        if let Err(error) = self.identity.write_list(&self.site, now, self.list.as_deref()) {
            tracing::error!(%error, "it could not be written down which certificates are revoked");
        }
    }

    fn mqtt(&self) -> Result<Place, Denied> {
        let Some(Endpoint { host, port }) = self.mqtt.clone() else {
            tracing::error!("a door asks where the broker is: set doors_connect_to in the configuration");
            return Err(Denied::Internal);
        };
        Ok(Place { host, port })
    }
}

/// Another format may have other fields, so it is looked at first.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Denied> {
    #[derive(serde::Deserialize)]
    struct Format {
        format: u32,
    }
    let Format { format: said } = serde_json::from_slice(body).map_err(|_| Denied::Malformed)?;
    if said != ENROL_FORMAT {
        return Err(Denied::Format);
    }
    serde_json::from_slice(body).map_err(|_| Denied::Malformed)
}

fn write(answer: &impl Serialize) -> Result<Vec<u8>, Denied> {
    serde_json::to_vec(answer).map_err(|error| internal(&error))
}

fn internal(error: &dyn std::fmt::Display) -> Denied {
    tracing::error!(%error, "a door could not be given its identity");
    Denied::Internal
}
