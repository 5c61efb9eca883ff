//! Asking a web server for something, within bounds.

use std::io::Read;
use std::path::Path;
use std::time::Duration;

use ureq::Agent;
use ureq::http::{HeaderMap, StatusCode, header};
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

/// Redirects that are followed: to another host name, to HTTPS, to a folder. More is a loop.
const REDIRECTS_MAX: u32 = 4;

/// Longest mark of a version (ETag, Last-Modified) that is kept. Without it the whole is fetched again.
const MARK_BYTES_MAX: usize = 256;

/// Largest file of authorities for TLS, in bytes.
const AUTHORITY_BYTES_MAX: u64 = 1_024 * 1_024;

/// Who is asked, and how.
pub(crate) struct Server {
    agent: Agent,
    url: String,
}

/// What the server calls the version that it sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Marks {
    pub(crate) etag: Option<String>,
    pub(crate) modified: Option<String>,
}

/// What it answers.
pub(crate) enum Answer {
    /// It has nothing newer than what it was told of.
    Unchanged,
    /// Something, and what it calls it. Reading it fails when the time is over.
    Body(Box<dyn Read>, Marks),
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WebFault {
    #[error("the server answers with status {0}")]
    Status(u16),
    #[error("the server cannot be asked: {0}")]
    Away(#[from] ureq::Error),
    #[error("{path} holds no certificate of an authority for TLS: {problem}")]
    Authority { path: String, problem: String },
}

impl Server {
    /// A server that anybody may be sent on from. All of an answer has to come within `time_out`.
    pub(crate) fn open(url: &str, time_out: Duration) -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(time_out))
            .max_redirects(REDIRECTS_MAX)
            .http_status_as_error(false)
            .build();
        Self { agent: config.new_agent(), url: url.to_owned() }
    }

    /// A server that is told a secret, so that nobody is sent on from it. `authority` stands for those that
    /// everybody trusts.
    pub(crate) fn trusted(url: &str, time_out: Duration, authority: Option<&Path>) -> Result<Self, WebFault> {
        let roots = authority.map_or(Ok(RootCerts::WebPki), roots)?;
        let config = Agent::config_builder()
            .timeout_global(Some(time_out))
            .max_redirects(0)
            .http_status_as_error(false)
            .tls_config(TlsConfig::builder().root_certs(roots).build())
            .build();
        Ok(Self { agent: config.new_agent(), url: url.to_owned() })
    }

    /// Asks for what is newer than these marks.
    pub(crate) fn get(&self, marks: &Marks, token: Option<&str>) -> Result<Answer, WebFault> {
        let mut request = self.agent.get(&self.url);
        if let Some(etag) = &marks.etag {
            request = request.header(header::IF_NONE_MATCH, etag);
        }
        if let Some(modified) = &marks.modified {
            request = request.header(header::IF_MODIFIED_SINCE, modified);
        }
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let answer = request.call()?;
        match answer.status() {
            StatusCode::OK => {
                let marks = Marks {
                    etag: mark(answer.headers(), &header::ETAG),
                    modified: mark(answer.headers(), &header::LAST_MODIFIED),
                };
                Ok(Answer::Body(Box::new(answer.into_body().into_reader()), marks))
            }
            // Somebody who was told of no version cannot have it.
            StatusCode::NOT_MODIFIED if *marks != Marks::default() => Ok(Answer::Unchanged),
            other => Err(WebFault::Status(other.as_u16())),
        }
    }
}

/// Somebody who is told something, and never sent on.
pub(crate) struct Poster(Server);

impl Poster {
    /// As [`Server::trusted`].
    pub(crate) fn open(url: &str, time_out: Duration, authority: Option<&Path>) -> Result<Self, WebFault> {
        Server::trusted(url, time_out, authority).map(Self)
    }

    /// Tells it, and says what it answers. The text of an error never holds the address, which may have a token.
    pub(crate) fn post(&self, headers: &[(&str, &str)], body: &str) -> Result<StatusCode, String> {
        let mut request = self.0.agent.post(&self.0.url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        match request.send(body) {
            Ok(answer) => Ok(answer.status()),
            Err(ureq::Error::Timeout(_)) => Err("it did not answer in time".to_owned()),
            Err(ureq::Error::BadUri(_)) => Err("its address cannot be used".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }
}

fn mark(headers: &HeaderMap, name: &header::HeaderName) -> Option<String> {
    let text = headers.get(name)?.to_str().ok()?;
    (!text.is_empty() && text.len() <= MARK_BYTES_MAX).then(|| text.to_owned())
}

fn roots(path: &Path) -> Result<RootCerts, WebFault> {
    let fault = |problem: &dyn std::fmt::Display| WebFault::Authority {
        path: path.display().to_string(),
        problem: problem.to_string(),
    };
    let mut pem = Vec::new();
    let file = std::fs::File::open(path).map_err(|error| fault(&error))?;
    file.take(AUTHORITY_BYTES_MAX).read_to_end(&mut pem).map_err(|error| fault(&error))?;
    let mut all = Vec::new();
    for item in parse_pem(&pem) {
        if let PemItem::Certificate(certificate) = item.map_err(|error| fault(&error))? {
            all.push(certificate);
        }
    }
    if all.is_empty() {
        return Err(fault(&"it has no PEM certificate in it"));
    }
    Ok(RootCerts::new_with_certs(&all))
}
