//! A browser that keeps its cookies.

use axum::Router;
use axum::body::Body;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{Method, Request, StatusCode};
use tower::ServiceExt as _;

use super::{Answer, answer};

/// Keeps cookies, and speaks of its origin as browsers do.
pub(crate) struct Browser {
    router: Router,
    cookies: Vec<(String, String)>,
    pub(crate) language: &'static str,
}

impl Browser {
    pub(super) fn new(router: Router) -> Self {
        Self { router, cookies: Vec::new(), language: "en" }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        let request = self.request(Method::GET, path).body(Body::empty()).unwrap();
        self.send(request).await
    }

    pub(crate) async fn post(&mut self, path: &str, form: &str) -> Answer {
        let request = self
            .request(Method::POST, path)
            .header("origin", "http://localhost")
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(form.to_owned()))
            .unwrap();
        self.send(request).await
    }

    /// What a request with an empty form is answered, however long the answer goes on.
    pub(crate) async fn status(&self, method: &Method, path: &str) -> StatusCode {
        let request = self
            .request(method.clone(), path)
            .header("origin", "http://localhost")
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded");
        self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap().status()
    }

    /// Says why the movements that a place shows are looked at.
    pub(crate) async fn say_why(&mut self, place: &str) {
        let next: String = place.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let answer = self.post("/privacy/purpose", &format!("next={next}&reason=A+test")).await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, place));
    }

    /// A request with the cookies in it.
    pub(crate) fn request(&self, method: Method, path: &str) -> axum::http::request::Builder {
        let cookies = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        Request::builder()
            .method(method)
            .uri(path)
            .header("host", "localhost")
            .header("accept-language", self.language)
            .header(COOKIE, cookies)
    }

    async fn send(&mut self, request: Request<Body>) -> Answer {
        let answer = answer(&self.router, request).await;
        for cookie in answer.headers.get_all(SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        answer
    }
}
