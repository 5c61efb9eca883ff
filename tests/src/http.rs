//! The dashboard's API and a door's control, as any client would use them.

use std::time::Duration;

use anyhow::{Result, bail};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// No answer takes longer, but for a tap that waits for others at the same door.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A client of one base address.
#[derive(Debug, Clone)]
pub struct Client {
    agent: ureq::Agent,
    base: String,
    token: Option<String>,
    extra: Option<(String, String)>,
}

/// An answer, whatever its status.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Its body; null if it is not JSON.
    pub body: Value,
}

/// A page as it came, wherever it leads.
#[derive(Debug)]
pub struct Shown {
    /// The HTTP status.
    pub status: u16,
    /// Where it leads, if it is nothing but a way on.
    pub leads_to: Option<String>,
    /// Its text.
    pub text: String,
}

impl Client {
    /// Speaks to `base`, such as `http://127.0.0.1:8080`, with a bearer token if there is one.
    #[must_use]
    pub fn new(base: &str, token: Option<&str>) -> Self {
        let config = ureq::Agent::config_builder().timeout_global(Some(TIMEOUT)).http_status_as_error(false).build();
        Self {
            agent: config.into(),
            base: base.trim_end_matches('/').to_owned(),
            token: token.map(str::to_owned),
            extra: None,
        }
    }

    /// The same client with one more header, or another value of one.
    #[must_use]
    pub fn with_header(&self, name: &str, value: &str) -> Self {
        Self { extra: Some((name.to_owned(), value.to_owned())), ..self.clone() }
    }

    /// GET.
    ///
    /// # Errors
    /// If there is no answer.
    pub fn get(&self, path: &str) -> Result<Answer> {
        let mut request = self.agent.get(format!("{}{path}", self.base));
        for (name, value) in self.headers() {
            request = request.header(name, value);
        }
        Self::answer(request.call()?)
    }

    /// GET of a page, without going where it leads.
    ///
    /// # Errors
    /// If there is no answer.
    pub fn page(&self, path: &str) -> Result<Shown> {
        let mut request = self.agent.get(format!("{}{path}", self.base)).config().max_redirects(0).build();
        for (name, value) in self.headers() {
            request = request.header(name, value);
        }
        let mut response = request.call()?;
        let leads_to = response.headers().get("location").and_then(|place| place.to_str().ok()).map(str::to_owned);
        Ok(Shown { status: response.status().as_u16(), leads_to, text: response.body_mut().read_to_string()? })
    }

    /// POST of a form, whose answer leads on.
    ///
    /// # Errors
    /// If there is no answer.
    pub fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Result<u16> {
        let mut request = self.agent.post(format!("{}{path}", self.base)).config().max_redirects(0).build();
        for (name, value) in self.headers() {
            request = request.header(name, value);
        }
        Ok(request.send_form(fields.iter().copied())?.status().as_u16())
    }

    /// POST of JSON.
    ///
    /// # Errors
    /// If there is no answer.
    pub fn post(&self, path: &str, body: &Value) -> Result<Answer> {
        self.send(self.agent.post(format!("{}{path}", self.base)), body.to_string().as_bytes(), "application/json")
    }

    /// PUT of JSON.
    ///
    /// # Errors
    /// If there is no answer.
    pub fn put(&self, path: &str, body: &Value) -> Result<Answer> {
        self.put_bytes(path, body.to_string().as_bytes(), "application/json")
    }

    /// PUT of anything.
    ///
    /// # Errors
    /// If there is no answer.
    pub fn put_bytes(&self, path: &str, body: &[u8], kind: &str) -> Result<Answer> {
        self.send(self.agent.put(format!("{}{path}", self.base)), body, kind)
    }

    /// The bytes of a successful GET.
    ///
    /// # Errors
    /// If there is no answer, or a failure.
    pub fn get_bytes(&self, path: &str) -> Result<Vec<u8>> {
        let mut response = self.agent.get(format!("{}{path}", self.base)).call()?;
        anyhow::ensure!(response.status().is_success(), "{path}: {}", response.status());
        Ok(response.body_mut().read_to_vec()?)
    }

    /// What a successful GET holds.
    ///
    /// # Errors
    /// If there is no answer, a failure, or another shape.
    pub fn read<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        Ok(serde_json::from_value(self.get(path)?.success(path)?)?)
    }

    /// POST of JSON that must not fail; what it answers.
    ///
    /// # Errors
    /// If there is no answer, or a failure.
    pub fn act(&self, path: &str, body: &Value) -> Result<Value> {
        self.post(path, body)?.success(path)
    }

    /// Changes some of a door's settings over the API, and leaves the others.
    ///
    /// # Errors
    /// If there is no answer, or a failure.
    pub fn set_up(&self, door: &str, changes: &Value) -> Result<()> {
        let path = format!("/api/v1/doors/{door}");
        let mut settings = self.read::<Value>(&path)?.get("settings").cloned().unwrap_or(Value::Null);
        if let (Some(settings), Some(changes)) = (settings.as_object_mut(), changes.as_object()) {
            settings.extend(changes.clone());
        }
        let path = format!("{path}/settings");
        self.put(&path, &settings)?.success(&path)?;
        Ok(())
    }

    /// Taps a card at a door's control.
    ///
    /// # Errors
    /// If there is no answer, or a failure.
    pub fn tap(&self, card: &str, hold_ms: u32) -> Result<Tap> {
        let answer = self.post("/tap", &json!({"card": card, "hold_ms": hold_ms}))?;
        Ok(serde_json::from_value(answer.success("/tap")?)?)
    }

    fn send(
        &self,
        request: ureq::RequestBuilder<ureq::typestate::WithBody>,
        body: &[u8],
        kind: &str,
    ) -> Result<Answer> {
        let mut request = request.header("content-type", kind);
        for (name, value) in self.headers() {
            request = request.header(name, value);
        }
        Self::answer(request.send(body)?)
    }

    fn headers(&self) -> impl Iterator<Item = (String, String)> {
        let token = self.token.as_ref().map(|token| ("authorization".to_owned(), format!("Bearer {token}")));
        token.into_iter().chain(self.extra.clone())
    }

    fn answer(mut response: ureq::http::Response<ureq::Body>) -> Result<Answer> {
        let text = response.body_mut().read_to_string()?;
        Ok(Answer { status: response.status().as_u16(), body: serde_json::from_str(&text).unwrap_or(Value::Null) })
    }
}

impl Answer {
    /// The body of a success.
    ///
    /// # Errors
    /// If the status is another than 2xx.
    pub fn success(self, path: &str) -> Result<Value> {
        if (200..300).contains(&self.status) { Ok(self.body) } else { bail!("{path}: {} {}", self.status, self.body) }
    }
}

/// What a person saw at a door.
#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
pub struct Tap {
    /// `released` or `locked`.
    pub lock: String,
    /// The lamp.
    pub signal: String,
    /// How long the reader took, in milliseconds.
    pub reader_ms: Option<f64>,
    /// Why not, as codes.
    #[serde(default)]
    pub reasons: Vec<String>,
}

impl Tap {
    /// Whether the person was kept out.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        self.lock == "locked"
            && matches!(self.signal.as_str(), "denied" | "denied-for-good" | "try-again" | "second-card")
    }
}
