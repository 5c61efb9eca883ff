//! Telling by a signed call. `docs/ALARMS.md` says how the signature is checked.

use std::time::Duration;

use access::time::UtcMs;
use db::site::Notification;
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use sha2::Sha256;
use ureq::http::StatusCode;
use zeroize::Zeroizing;

use super::Failed;
use crate::config::Webhook;
use crate::web::Poster;

/// Version of the signature, in front of it.
const SCHEME: &str = "v1=";

/// Who calls one program.
pub(super) struct Caller {
    poster: Poster,
    secret: Zeroizing<Vec<u8>>,
    site: String,
    channel: String,
}

/// What is told. No names of people, no numbers of cards: whoever is told asks the API, signed in.
#[derive(Serialize)]
struct Told<'a> {
    key: &'a str,
    site: &'a str,
    what: &'a str,
    at_ms: i64,
    alarm: Alarm<'a>,
}

#[derive(Serialize)]
struct Alarm<'a> {
    id: i64,
    kind: &'a str,
    class: &'static str,
    severity: &'static str,
    state: &'static str,
    door: Option<&'a str>,
    first_ms: i64,
    last_ms: i64,
    over_ms: Option<i64>,
    count: u32,
    reminded: u32,
}

impl Caller {
    pub(super) fn new(webhook: &Webhook, site: &str, time_out: Duration) -> Result<Self, String> {
        let poster = Poster::open(&webhook.url, time_out, webhook.authority.as_deref())
            .map_err(|error| format!("notify.webhook {}: {error}", webhook.channel.name))?;
        let (secret, channel) = (webhook.secret.clone(), webhook.channel.name.clone());
        Ok(Self { poster, secret, site: site.to_owned(), channel })
    }

    pub(super) fn call(&self, notification: &Notification, now: UtcMs) -> Result<(), Failed> {
        let key = format!("{}.{}.{}", self.site, self.channel, notification.step);
        let body = serde_json::to_string(&told(&key, &self.site, notification))
            .map_err(|error| Failed::Refused(error.to_string()))?;
        let seconds = now.second().0.to_string();
        let signature = sign(&self.secret, &seconds, body.as_bytes());
        let headers = [
            ("content-type", "application/json"),
            ("idempotency-key", key.as_str()),
            ("kulku-timestamp", seconds.as_str()),
            ("kulku-signature", signature.as_str()),
        ];
        match self.poster.post(&headers, &body) {
            Ok(status) if status.is_success() => Ok(()),
            Ok(status) if is_away(status) => Err(Failed::Away(format!("status {}", status.as_u16()))),
            Ok(status) => Err(Failed::Refused(format!("status {}", status.as_u16()))),
            Err(why) => Err(Failed::Away(why)),
        }
    }
}

/// Whether nobody is there to take anything. Any other answer, 500 too, may be about this one call only.
fn is_away(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT
    )
}

/// HMAC-SHA256 over the timestamp, a full stop and the body, in hexadecimal digits.
pub(super) fn sign(secret: &[u8], seconds: &str, body: &[u8]) -> String {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return String::new() };
    mac.update(seconds.as_bytes());
    mac.update(b".");
    mac.update(body);
    format!("{SCHEME}{}", crate::hex::encode(&mac.finalize().into_bytes()).as_str())
}

fn told<'a>(key: &'a str, site: &'a str, notification: &'a Notification) -> Told<'a> {
    let alarm = &notification.alarm;
    Told {
        key,
        site,
        what: &notification.what,
        at_ms: notification.at.0,
        alarm: Alarm {
            id: alarm.id,
            kind: &alarm.kind,
            class: alarm.class().code(),
            severity: alarm.severity().code(),
            state: alarm.state().code(),
            door: alarm.door.as_ref().map(|door| door.as_str()),
            first_ms: alarm.first.0,
            last_ms: alarm.last.0,
            over_ms: alarm.over.map(|over| over.0),
            count: alarm.count,
            reminded: alarm.reminded,
        },
    }
}
