//! One request to the controller: HTTP/1.1 over TLS 1.3, with a bound for everything.

use std::sync::Arc;
use std::time::Duration;

use access::enrol::{ENROL_BODY_MAX, ENROL_NAME, EnrolRefusal, Place};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONNECTION, CONTENT_TYPE, HOST, HeaderMap, RETRY_AFTER};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use zeroize::Zeroizing;

use super::EnrolError;

/// Longest wait for connection, handshake, request and answer together: the controller allows no more.
pub(crate) const EXCHANGE_WAIT: Duration = Duration::from_secs(10);

/// Sends a body and reads the answer's. Nothing is sent before the other end's certificate has been verified.
pub(super) async fn post<Q: Serialize, A: DeserializeOwned>(
    to: &Place,
    config: Arc<ClientConfig>,
    path: &str,
    question: &Q,
) -> Result<A, EnrolError> {
    let unreachable = |reason: String| EnrolError::Unreachable { place: to.clone(), reason };
    let body = serde_json::to_vec(question).map_err(|error| unreachable(error.to_string()))?;
    match timeout(EXCHANGE_WAIT, exchange(to, config, path, body)).await {
        Ok(Ok(answer)) => read(to, &answer),
        Ok(Err(error)) => Err(error),
        Err(_) => Err(unreachable(format!("no answer within {} s", EXCHANGE_WAIT.as_secs()))),
    }
}

/// What came back.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Zeroizing<Vec<u8>>,
}

async fn exchange(to: &Place, config: Arc<ClientConfig>, path: &str, body: Vec<u8>) -> Result<Answer, EnrolError> {
    let unreachable = |reason: String| EnrolError::Unreachable { place: to.clone(), reason };
    let name = ServerName::try_from(ENROL_NAME).map_err(|error| unreachable(error.to_string()))?;
    let stream =
        TcpStream::connect((to.host.as_str(), to.port)).await.map_err(|error| unreachable(error.to_string()))?;
    let stream = TlsConnector::from(config).connect(name, stream).await.map_err(|error| handshake(to, &error))?;
    let request = Request::post(path)
        .header(HOST, ENROL_NAME)
        .header(CONTENT_TYPE, "application/json")
        .header(CONNECTION, "close")
        .body(Full::new(Bytes::from(body)))
        .map_err(|error| unreachable(error.to_string()))?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| unreachable(error.to_string()))?;
    let asked = async move {
        let answer = sender.send_request(request).await?;
        collect(answer).await
    };
    let (answer, ended) = tokio::join!(asked, connection);
    match (answer, ended) {
        (Ok(answer), _) => Ok(answer),
        // That our certificate is refused is told after the handshake, in the place of an answer.
        (Err(error), ended) => Err(refused_late(to, ended.err()).unwrap_or_else(|| unreachable(error.to_string()))),
    }
}

async fn collect(answer: Response<Incoming>) -> Result<Answer, Box<dyn std::error::Error + Send + Sync>> {
    let (head, body) = answer.into_parts();
    let body = Limited::new(body, ENROL_BODY_MAX).collect().await?.to_bytes();
    Ok(Answer { status: head.status, headers: head.headers, body: Zeroizing::new(body.to_vec()) })
}

fn read<A: DeserializeOwned>(to: &Place, answer: &Answer) -> Result<A, EnrolError> {
    if answer.status == StatusCode::OK {
        return serde_json::from_slice(&answer.body).map_err(|error| EnrolError::Answer { reason: error.to_string() });
    }
    let code = serde_json::from_slice::<EnrolRefusal>(&answer.body).map(|refusal| refusal.error);
    let number = answer.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    Err(EnrolError::Refused {
        place: to.clone(),
        code: code.unwrap_or_else(|_| answer.status.to_string()),
        retry_after: number.map(Duration::from_secs),
    })
}

/// Why there is no TLS with the other end.
fn handshake(to: &Place, error: &std::io::Error) -> EnrolError {
    match tls(error) {
        Some(rustls::Error::InvalidCertificate(_)) => EnrolError::Foreign { place: to.clone() },
        Some(rustls::Error::AlertReceived(_)) => EnrolError::NotBelieved { place: to.clone() },
        _ => EnrolError::Unreachable { place: to.clone(), reason: error.to_string() },
    }
}

fn refused_late(to: &Place, error: Option<hyper::Error>) -> Option<EnrolError> {
    let error = error?;
    let source = std::error::Error::source(&error)?.downcast_ref::<std::io::Error>()?;
    matches!(tls(source)?, rustls::Error::AlertReceived(_)).then(|| EnrolError::NotBelieved { place: to.clone() })
}

fn tls(error: &std::io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref()
}
