//! Only this machine, and no page of a browser.
//!
//! Whoever reaches the control opens the emulated door. It listens on a loopback address, but a web page
//! that is open in a browser on this machine reaches that too: directly (its `Origin` tells), or under a name
//! of its own that it lets point here (its `Host` tells).

use axum::extract::Request;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::Problem;

pub(super) async fn own_machine_only(request: Request, next: Next) -> Response {
    if is_own(request.headers()) {
        next.run(request).await
    } else {
        Problem::forbidden(
            "only programs on this machine may use an emulated door: \
             Host must be its loopback address, and Origin that of the door itself or absent",
        )
        .into_response()
    }
}

fn is_own(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let Some(host) = text(header::HOST) else { return false };
    let own_host = is_loopback(host);
    let own_origin = text(header::ORIGIN).is_none_or(|origin| origin.strip_prefix("http://") == Some(host));
    own_host && own_origin && headers.get_all(header::HOST).iter().count() == 1
}

fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    matches!(name, "127.0.0.1" | "localhost" | "[::1]")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(host: &str, origin: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
        }
        is_own(&headers)
    }

    #[test]
    fn loopback_names_are_own() {
        for host in ["127.0.0.1:8000", "127.0.0.1", "localhost:1", "[::1]:8000", "[::1]"] {
            assert!(own(host, None), "{host}");
        }
        assert!(own("127.0.0.1:8000", Some("http://127.0.0.1:8000")));
    }

    #[test]
    fn every_other_name_and_every_page_is_foreign() {
        for host in [
            "evil.example",
            "evil.example:8000",
            "127.0.0.1.evil.example",
            "localhost.evil.example:80",
            "127.0.0.1:evil",
            "",
        ] {
            assert!(!own(host, None), "{host}");
        }
        for origin in ["http://evil.example", "null", "http://127.0.0.1:9000", "https://127.0.0.1:8000"] {
            assert!(!own("127.0.0.1:8000", Some(origin)), "{origin}");
        }
        assert!(!is_own(&HeaderMap::new()));
    }
}
