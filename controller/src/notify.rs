//! Telling of alarms outside: what waits in the outbox of the site database, each channel on a thread of its own,
//! so that a mail server that stalls keeps no webhook waiting.
//!
//! ```text
//! due ──send──▶ taken                        delivered
//!          ├──▶ this one is refused          tried again later, the next is sent
//!          └──▶ the server is not there      this one is tried again later, and the others wait
//! ```

use std::io;
use std::time::Duration;

use access::time::UtcMs;
use chrono_tz::Tz;
use db::site::{Language, Notification, Site, SiteError};

use crate::clock::utc_now;
use crate::config::{Email, Notify, Webhook};
use crate::worker::Workers;

mod mail;
mod webhook;

use mail::Mailer;
use webhook::Caller;

/// How often the outbox is looked at. It is what is added to the time in which an alarm is told.
const EVERY: Duration = Duration::from_secs(2);

/// Most notifications that are sent at one look, so that a thread that is to stop does.
const AT_ONCE: u32 = 50;

/// How long a server may take for one notification.
const TIME_OUT: Duration = Duration::from_secs(10);

/// Why something was not taken. The text is shown to operators: it holds no secret and no address with a token.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Failed {
    /// Another one may be.
    Refused(String),
    /// Nothing is, for now.
    Away(String),
}

/// A way to tell.
enum Way {
    Mail(Box<Mailer>),
    Call(Caller),
}

/// A channel.
struct Teller {
    site: Site,
    channel: String,
    way: Way,
}

/// Tells the database of the channels, and starts a thread for each.
pub(crate) fn start(workers: &mut Workers, site: &Site, notify: &Notify, zone: Tz) -> io::Result<()> {
    site.set_channels(&notify.channels(), utc_now()).map_err(io::Error::other)?;
    let mails = notify.emails.iter().map(|email| Teller::of_mails(site, email, zone));
    let calls = notify.webhooks.iter().map(|webhook| Teller::of_calls(site, webhook));
    for made in mails.chain(calls) {
        let teller = made.map_err(io::Error::other)?;
        workers.start(&format!("tell-{}", teller.channel), EVERY, move || {
            if let Err(error) = teller.step(utc_now()) {
                tracing::error!(channel = teller.channel, %error, "the outbox could not be read or written");
            }
        })?;
    }
    Ok(())
}

impl Teller {
    /// By mail; doors are named in its language.
    fn of_mails(site: &Site, email: &Email, zone: Tz) -> Result<Self, String> {
        let way = Way::Mail(Box::new(Mailer::new(email, site.id().as_str(), zone, TIME_OUT)?));
        let site = site.speaking(Language::from_code(&email.language));
        Ok(Self { site, channel: email.channel.name.clone(), way })
    }

    /// By a call of a program, which reads main names.
    fn of_calls(site: &Site, webhook: &Webhook) -> Result<Self, String> {
        let way = Way::Call(Caller::new(webhook, site.id().as_str(), TIME_OUT)?);
        Ok(Self { site: site.clone(), channel: webhook.channel.name.clone(), way })
    }

    /// Sends what is due. Says how much was taken.
    fn step(&self, now: UtcMs) -> Result<u32, SiteError> {
        let mut taken = 0;
        let due = self.site.notifications_due(&self.channel, now, AT_ONCE)?;
        for notification in &due {
            match self.send(notification, now) {
                Ok(()) => {
                    self.site.notification_delivered(notification.id, now)?;
                    taken += 1;
                }
                Err(Failed::Refused(why)) => self.failed(notification, &why, now)?,
                Err(Failed::Away(why)) => {
                    self.failed(notification, &why, now)?;
                    self.site.channel_away(&self.channel, now)?;
                    break;
                }
            }
        }
        Ok(taken)
    }

    fn send(&self, notification: &Notification, now: UtcMs) -> Result<(), Failed> {
        match &self.way {
            Way::Mail(mailer) => mailer.send(notification),
            Way::Call(caller) => caller.call(notification, now),
        }
    }

    fn failed(&self, notification: &Notification, why: &str, now: UtcMs) -> Result<(), SiteError> {
        let dead = self.site.notifications_failed(&[notification.id], why, now)?;
        tracing::warn!(channel = self.channel, step = notification.step, dead, why, "an alarm could not be told");
        Ok(())
    }
}

#[cfg(test)]
mod tests;
