//! `[notify]`: to whom alarms are told outside of the dashboard.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use db::site::{CHANNEL_NAME_LENGTH_MAX, CHANNELS_MAX, Channel, Severity};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::{Checker, ConfigError, read_bounded};

/// Most addresses that one mail goes to. More is a mailing list, which has one address.
const RECIPIENTS_MAX: usize = 20;

/// Shortest secret of a webhook, in bytes: what a guess would have to be worth.
const SECRET_LENGTH_MIN: usize = 16;

/// To whom alarms are told.
#[derive(Debug, Clone, Default)]
pub struct Notify {
    /// By mail.
    pub emails: Vec<Email>,
    /// By a signed call.
    pub webhooks: Vec<Webhook>,
}

/// A mail server and who reads.
#[derive(Clone)]
pub struct Email {
    /// Name and severity.
    pub channel: Channel,
    /// The server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// What protects the connection.
    pub security: Security,
    /// User name and password; open if the server asks for nothing.
    pub login: Option<super::Login>,
    /// The authority of its TLS certificate, if that is none that everybody trusts.
    pub authority: Option<PathBuf>,
    /// The sender.
    pub from: String,
    /// The readers.
    pub to: Vec<String>,
    /// In which language: `fi`, `sv` or `en`.
    pub language: String,
}

/// What protects a connection to a mail server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Security {
    /// TLS from the first byte.
    Tls,
    /// TLS after a greeting, and nothing without it.
    Starttls,
    /// Nothing: only on this machine, or where `allow_clear` says so.
    None,
}

/// A program that is called.
#[derive(Clone)]
pub struct Webhook {
    /// Name and severity.
    pub channel: Channel,
    /// Where it listens.
    pub url: String,
    /// What the signature is made with.
    pub secret: Zeroizing<Vec<u8>>,
    /// The authority of its TLS certificate, if that is none that everybody trusts.
    pub authority: Option<PathBuf>,
}

impl Notify {
    /// All channels.
    #[must_use]
    pub fn channels(&self) -> Vec<Channel> {
        let emails = self.emails.iter().map(|email| email.channel.clone());
        emails.chain(self.webhooks.iter().map(|webhook| webhook.channel.clone())).collect()
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Email").field("channel", &self.channel).field("host", &self.host).finish_non_exhaustive()
    }
}

/// The address may hold a token.
impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook").field("channel", &self.channel).finish_non_exhaustive()
    }
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct RawNotify {
    #[serde(default)]
    email: Vec<RawEmail>,
    #[serde(default)]
    webhook: Vec<RawWebhook>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEmail {
    name: String,
    host: String,
    port: u16,
    tls: Security,
    #[serde(default)]
    allow_clear: bool,
    user: Option<String>,
    password_file: Option<PathBuf>,
    authority_file: Option<PathBuf>,
    from: String,
    to: Vec<String>,
    severity: Option<String>,
    language: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWebhook {
    name: String,
    url: String,
    secret_file: PathBuf,
    authority_file: Option<PathBuf>,
    severity: Option<String>,
}

impl Checker<'_> {
    pub(super) fn notify(&self, raw: RawNotify) -> Result<Notify, ConfigError> {
        let emails = raw.email.into_iter().map(|raw| self.email(raw)).collect::<Result<_, _>>()?;
        let webhooks = raw.webhook.into_iter().map(|raw| self.webhook(raw)).collect::<Result<_, _>>()?;
        let notify = Notify { emails, webhooks };
        let channels = notify.channels();
        if channels.len() > CHANNELS_MAX {
            return Err(self.key("notify", &format!("has more than {CHANNELS_MAX} channels")));
        }
        let names: BTreeSet<&str> = channels.iter().map(|channel| channel.name.as_str()).collect();
        if names.len() < channels.len() {
            return Err(self.key("notify", &"has two channels of one name"));
        }
        Ok(notify)
    }

    fn email(&self, raw: RawEmail) -> Result<Email, ConfigError> {
        let is_near = matches!(raw.host.as_str(), "localhost" | "127.0.0.1" | "::1");
        if raw.host.is_empty() || raw.port == 0 {
            return Err(self.key("notify.email.host", &"host and port must name a mail server"));
        }
        if raw.tls == Security::None && !is_near && !raw.allow_clear {
            return Err(self.key(
                "notify.email.tls",
                &"\"none\" sends in the clear over the net: use \"starttls\" or \"tls\", or say allow_clear = true",
            ));
        }
        if raw.to.is_empty() || raw.to.len() > RECIPIENTS_MAX {
            return Err(self.key("notify.email.to", &format!("must have 1 to {RECIPIENTS_MAX} addresses")));
        }
        for (key, address) in raw.to.iter().map(|to| ("notify.email.to", to)).chain([("notify.email.from", &raw.from)])
        {
            if address.parse::<lettre::message::Mailbox>().is_err() {
                return Err(self.key(key, &format!("{address:?} is no mail address")));
            }
        }
        let language = raw.language.unwrap_or_else(|| "en".to_owned());
        if !dashboard::mail::speaks(&language) {
            return Err(self.key("notify.email.language", &"must be \"fi\", \"sv\" or \"en\""));
        }
        let login = match (raw.user, raw.password_file) {
            (None, None) => None,
            (Some(user), Some(file)) => {
                Some(super::Login { user, password: self.secret("notify.email.password_file", &file)? })
            }
            _ => return Err(self.key("notify.email.user", &"user and password_file go together")),
        };
        if login.is_some() && raw.tls == Security::None && !is_near {
            return Err(self.key("notify.email.user", &"a password is never sent in the clear: use TLS"));
        }
        Ok(Email {
            channel: self.channel("notify.email.name", raw.name, "notify.email.severity", raw.severity.as_deref())?,
            host: raw.host,
            port: raw.port,
            security: raw.tls,
            login,
            authority: raw.authority_file.as_ref().map(|file| self.beside(file)),
            from: raw.from,
            to: raw.to,
            language,
        })
    }

    fn webhook(&self, raw: RawWebhook) -> Result<Webhook, ConfigError> {
        const KEY: &str = "notify.webhook.url";
        let (scheme, rest) = raw.url.split_once("://").unwrap_or_default();
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        // What stands before an @ looks like the host and is not: the call would go to what stands behind it.
        if authority.contains('@') {
            return Err(self.key(KEY, &"must not hold a user or a password (an @ before the path)"));
        }
        let host = match authority.strip_prefix('[') {
            Some(rest) => rest.split(']').next().unwrap_or_default(),
            None => authority.split(':').next().unwrap_or_default(),
        };
        match (scheme, host) {
            ("https", host) if !host.is_empty() => {}
            ("http", "localhost" | "127.0.0.1" | "::1") => {}
            _ => {
                return Err(self.key(KEY, &"must begin with https://, or with http:// and be on this machine"));
            }
        }
        let secret = self.secret("notify.webhook.secret_file", &raw.secret_file)?;
        if secret.len() < SECRET_LENGTH_MIN {
            return Err(self.key(
                "notify.webhook.secret_file",
                &format!("must hold at least {SECRET_LENGTH_MIN} characters, such as openssl rand -hex 32 writes"),
            ));
        }
        Ok(Webhook {
            channel: self.channel(
                "notify.webhook.name",
                raw.name,
                "notify.webhook.severity",
                raw.severity.as_deref(),
            )?,
            url: raw.url,
            secret: Zeroizing::new(secret.as_bytes().to_vec()),
            authority: raw.authority_file.as_ref().map(|file| self.beside(file)),
        })
    }

    fn channel(
        &self,
        name_key: &'static str,
        name: String,
        severity_key: &'static str,
        severity: Option<&str>,
    ) -> Result<Channel, ConfigError> {
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if name.is_empty() || name.len() > CHANNEL_NAME_LENGTH_MAX || !name.bytes().all(is_plain) {
            return Err(self.key(
                name_key,
                &format!("must be 1 to {CHANNEL_NAME_LENGTH_MAX} lower-case letters, digits and hyphens"),
            ));
        }
        let severity = Severity::from_code(severity.unwrap_or("warning"))
            .ok_or_else(|| self.key(severity_key, &"must be \"notice\", \"warning\" or \"urgent\""))?;
        Ok(Channel { name, severity })
    }

    pub(super) fn secret(&self, key: &'static str, file: &Path) -> Result<Zeroizing<String>, ConfigError> {
        let file = self.beside(file);
        let text = read_bounded(&file)
            .map_err(|error| self.key(key, &format!("{} cannot be read: {error}", file.display())))?;
        let secret = Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned());
        if secret.is_empty() {
            return Err(self.key(key, &format!("{} is empty", file.display())));
        }
        Ok(secret)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Config;

    /// What a configuration with this `[notify]` is refused for; nothing if it is not.
    fn refused(notify: &str) -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("secret"), "0123456789abcdef\n").unwrap();
        std::fs::write(folder.path().join("short"), "0123\n").unwrap();
        let path = folder.path().join("controller.toml");
        std::fs::write(&path, format!("site = \"hospital\"\ndata = \".\"\n{notify}")).unwrap();
        Config::read(&path).err().map(|error| {
            let text = error.to_string();
            assert!(text.contains("controller.toml"), "{text}");
            text
        })
    }

    fn email(rest: &str) -> String {
        format!("[[notify.email]]\nname = \"desk\"\nfrom = \"k@h.example\"\nport = 25\n{rest}\n")
    }

    fn webhook(name: &str, url: &str, secret: &str) -> String {
        format!("[[notify.webhook]]\nname = \"{name}\"\nurl = \"{url}\"\nsecret_file = \"{secret}\"\n")
    }

    #[test]
    fn sound_channels_are_taken() {
        let login = "user = \"u\"\npassword_file = \"secret\"";
        let far = email(&format!("host = \"mail.example\"\ntls = \"starttls\"\nto = [\"a@h.example\"]\n{login}"));
        assert_eq!(refused(&(far + &webhook("hook", "https://h.example/x", "secret"))), None);
        assert_eq!(refused(&email("host = \"127.0.0.1\"\ntls = \"none\"\nto = [\"a@h.example\"]")), None);
        assert_eq!(refused(&webhook("hook", "http://[::1]:80/x", "secret")), None);
    }

    #[test]
    fn what_would_leak_or_cannot_work_is_refused_by_its_key() {
        let to = "to = [\"a@h.example\"]";
        let clear = "host = \"mail.example\"\ntls = \"none\"";
        let login = "user = \"u\"\npassword_file = \"secret\"";
        let near = "host = \"localhost\"\ntls = \"none\"";
        for (text, key) in [
            (email(&format!("{clear}\n{to}")), "notify.email.tls"),
            (email(&format!("{clear}\n{to}\nallow_clear = true\n{login}")), "notify.email.user"),
            (email(&format!("{near}\n{to}\nuser = \"u\"")), "notify.email.user"),
            (email(&format!("{near}\nto = []")), "notify.email.to"),
            (email(&format!("{near}\nto = [\"nobody\"]")), "notify.email.to"),
            (email(&format!("{near}\n{to}\nlanguage = \"de\"")), "notify.email.language"),
            (email(&format!("{near}\n{to}\nseverity = \"loud\"")), "notify.email.severity"),
            (webhook("hook", "http://h.example/x", "secret"), "notify.webhook.url"),
            (webhook("hook", "http://127.0.0.1@h.example/x", "secret"), "notify.webhook.url"),
            (webhook("hook", "http://127.0.0.1:80@h.example/x", "secret"), "notify.webhook.url"),
            (webhook("hook", "http://localhost:0123@h.example/x", "secret"), "notify.webhook.url"),
            (webhook("hook", "http://[::1]@h.example/x", "secret"), "notify.webhook.url"),
            (webhook("hook", "https://u:0123@h.example/x", "secret"), "notify.webhook.url"),
            (webhook("hook", "https://h.example/x", "short"), "notify.webhook.secret_file"),
            (webhook("hook", "https://h.example/x", "missing"), "notify.webhook.secret_file"),
            (webhook("Hook", "https://h.example/x", "secret"), "notify.webhook.name"),
            (webhook("a", "https://h.example/x", "secret").repeat(2), "notify: has two channels"),
        ] {
            let problem = refused(&text).unwrap();
            assert!(problem.contains(key) && !problem.contains("0123"), "{key}: {problem}");
        }
    }
}
