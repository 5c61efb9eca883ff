//! Telling by mail.

use std::time::Duration;

use chrono_tz::Tz;
use db::site::Notification;
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{SmtpTransport, Transport};

use super::Failed;
use crate::config::{Email, Security};

/// Who sends mails of one channel.
pub(super) struct Mailer {
    server: SmtpTransport,
    from: Mailbox,
    to: Vec<Mailbox>,
    site: String,
    channel: String,
    language: String,
    zone: Tz,
}

impl Mailer {
    pub(super) fn new(email: &Email, site: &str, zone: Tz, time_out: Duration) -> Result<Self, String> {
        let key = |problem: &dyn std::fmt::Display| format!("notify.email {}: {problem}", email.channel.name);
        let tls = match email.security {
            Security::None => Tls::None,
            Security::Tls => Tls::Wrapper(parameters(email).map_err(|error| key(&error))?),
            Security::Starttls => Tls::Required(parameters(email).map_err(|error| key(&error))?),
        };
        let mut server =
            SmtpTransport::builder_dangerous(email.host.as_str()).port(email.port).tls(tls).timeout(Some(time_out));
        if let Some(login) = &email.login {
            server = server.credentials(Credentials::new(login.user.clone(), login.password.to_string()));
        }
        let address = |text: &String| text.parse().map_err(|error| key(&error));
        Ok(Self {
            server: server.build(),
            from: address(&email.from)?,
            to: email.to.iter().map(address).collect::<Result<_, _>>()?,
            site: site.to_owned(),
            channel: email.channel.name.clone(),
            language: email.language.clone(),
            zone,
        })
    }

    pub(super) fn send(&self, notification: &Notification) -> Result<(), Failed> {
        let message = self.message(notification).map_err(|error| Failed::Refused(error.to_string()))?;
        match self.server.send(&message) {
            Ok(_) => Ok(()),
            // The server speaks, and does not want this one.
            Err(error) if error.is_permanent() || error.is_transient() => Err(Failed::Refused(error.to_string())),
            Err(error) => Err(Failed::Away(error.to_string())),
        }
    }

    /// The message's id is the same however often it is sent, so that a mailbox can tell.
    fn message(&self, notification: &Notification) -> Result<Message, lettre::error::Error> {
        let (subject, text) =
            dashboard::mail::alarm(&self.language, &notification.alarm, &notification.what, notification.at, self.zone);
        let id = format!("<{}.{}.{}@kulku.invalid>", self.site, self.channel, notification.step);
        let mut message = Message::builder().from(self.from.clone()).subject(subject).message_id(Some(id));
        for to in &self.to {
            message = message.to(to.clone());
        }
        message.header(ContentType::TEXT_PLAIN).body(text)
    }
}

fn parameters(email: &Email) -> Result<TlsParameters, String> {
    let mut parameters = TlsParameters::builder(email.host.clone());
    if let Some(path) = &email.authority {
        let file = |problem: &dyn std::fmt::Display| format!("authority_file {}: {problem}", path.display());
        let pem = std::fs::read(path).map_err(|error| file(&error))?;
        parameters = parameters.add_root_certificate(Certificate::from_pem(&pem).map_err(|error| file(&error))?);
    }
    parameters.build().map_err(|error| error.to_string())
}
