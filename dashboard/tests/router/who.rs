//! Who gets in, and who does not: sign-in, sessions, other sites, tokens.

use crate::support::{Bench, Called, PASSWORD, TOKEN};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use futures_util::future::join_all;

#[tokio::test]
async fn no_page_is_shown_and_nothing_is_done_without_a_sign_in() {
    let bench = Bench::with(true).await;
    let before = bench.site.latest().unwrap();
    let routes = bench.pages();
    assert!(routes.len() >= 60, "{routes:?}");
    for Called { method, path, .. } in routes {
        let mut browser = bench.browser();
        let answer = if method == Method::GET {
            browser.get(&path).await
        } else {
            browser.post(&path, "block=blocked&door=pharmacy&name=x").await
        };
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{method} {path}");
        assert!(answer.header("location").starts_with("/sign-in?next=%2F"), "{method} {path}");
    }
    assert_eq!(bench.site.latest().unwrap(), before);
}

#[tokio::test]
async fn no_call_of_the_api_is_answered_without_a_known_token() {
    let bench = Bench::new().await;
    let routes = bench.calls();
    assert!(routes.len() >= 60, "{routes:?}");
    for Called { method, path, .. } in routes {
        for header in [None, Some("Bearer wrong"), Some("Basic bWFpamE6"), Some("Bearer")] {
            let mut request = Request::builder().method(&method).uri(&path);
            if let Some(value) = header {
                request = request.header("authorization", value);
            }
            let answer = bench.send(request.body(Body::from("{}")).unwrap()).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path} {header:?}");
            assert_eq!(answer.header("content-type"), "application/problem+json");
            assert_eq!(answer.header("www-authenticate"), "Bearer");
        }
    }
}

#[tokio::test]
async fn a_sessions_cookie_opens_no_api_and_a_token_opens_no_page() {
    let bench = Bench::new().await;
    let mut browser = bench.signed_in().await;
    assert_eq!(browser.get("/api/v1/doors").await.status, StatusCode::UNAUTHORIZED);
    let request =
        Request::get("/cards").header("authorization", format!("Bearer {TOKEN}")).body(Body::empty()).unwrap();
    assert_eq!(bench.send(request).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_right_password_opens_and_signing_out_closes() {
    let bench = Bench::new().await;
    let mut browser = bench.signed_in().await;
    let page = browser.get("/").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains("maija"));
    let out = browser.post("/sign-out", "").await;
    assert_eq!(out.header("location"), "/sign-in?done=signed-out");
    assert_eq!(browser.get("/").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_cookie_is_out_of_reach_for_scripts_and_other_sites() {
    let bench = Bench::new().await;
    let mut browser = bench.browser();
    let form = "name=maija&password=correct+horse&next=%2F";
    let answer = browser.post("/sign-in", form).await;
    let cookie = answer.header("set-cookie").to_owned();
    assert!(cookie.starts_with("kulku="), "{cookie}");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
}

#[tokio::test]
async fn signing_in_starts_a_session_under_a_new_id() {
    let bench = Bench::new().await;
    let mut browser = bench.signed_in().await;
    let form = "name=maija&password=correct+horse&next=%2F";
    let planted = browser.request(Method::GET, "/").body(Body::empty()).unwrap();
    let again = browser.post("/sign-in", form).await;
    assert!(again.header("set-cookie").starts_with("kulku="));
    assert_eq!(bench.send(planted).await.status, StatusCode::SEE_OTHER, "the id from before is worth nothing");
    assert_eq!(browser.get("/").await.status, StatusCode::OK);
}

#[tokio::test]
async fn over_https_the_cookie_is_bound_to_this_host() {
    let bench = Bench::built(false, true, None).await;
    let mut browser = bench.signed_in().await;
    assert_eq!(browser.get("/").await.status, StatusCode::OK);
    let form = "name=maija&password=correct+horse&next=%2F";
    let cookie = bench.browser().post("/sign-in", form).await.header("set-cookie").to_owned();
    assert!(cookie.starts_with("__Host-kulku="), "{cookie}");
    assert!(cookie.contains("Secure") && cookie.contains("Path=/") && !cookie.contains("Domain"), "{cookie}");
    let language = bench.browser().post("/language", "language=fi&back=%2F").await;
    assert!(language.header("set-cookie").contains("; Secure"));
}

#[tokio::test]
async fn wrong_names_and_passwords_are_refused_with_the_same_words() {
    let bench = Bench::new().await;
    let mut texts = Vec::new();
    for form in ["name=maija&password=wrong", "name=nobody&password=wrong", "name=&password="] {
        let answer = bench.browser().post("/sign-in", form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.header("set-cookie").is_empty());
        texts.push(answer.text().replace("maija", "").replace("nobody", ""));
    }
    assert!(texts.iter().all(|text| *text == texts[0]));
    assert!(texts[0].contains("wrong"));
}

#[tokio::test]
async fn after_some_wrong_passwords_even_the_right_one_has_to_wait() {
    let bench = Bench::new().await;
    let right = format!("name=maija&password={}&next=%2F", PASSWORD.replace(' ', "+"));
    for _ in 0..5 {
        bench.browser().post("/sign-in", "name=maija&password=wrong").await;
    }
    let refused = bench.browser().post("/sign-in", &right).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.header("retry-after"), "3");
    assert!(refused.text().contains("Too many wrong passwords"));
    bench.wait_ms(60_000);
    let answer = bench.browser().post("/sign-in", &right).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_flood_of_sign_ins_under_ever_new_names_is_turned_away_and_passes() {
    let bench = Bench::new().await;
    let flood = (0..60).map(|number| {
        let mut browser = bench.browser();
        async move { browser.post("/sign-in", &format!("name=stranger{number}&password=wrong")).await }
    });
    let answers = join_all(flood).await;
    let (away, tried): (Vec<_>, Vec<_>) =
        answers.iter().partition(|answer| answer.status == StatusCode::TOO_MANY_REQUESTS);
    assert!(!away.is_empty() && !tried.is_empty(), "{} away, {} tried", away.len(), tried.len());
    assert!(tried.iter().all(|answer| answer.status == StatusCode::UNPROCESSABLE_ENTITY));
    for answer in away {
        assert_eq!(answer.header("retry-after"), "1");
        assert!(answer.text().contains("Too many are signing in"), "{}", answer.text());
    }
    bench.signed_in().await;
}

#[tokio::test]
async fn a_session_ends_when_nobody_uses_it_and_after_a_shift_in_any_case() {
    let bench = Bench::new().await;
    let minute = 60_000;
    let mut browser = bench.signed_in().await;
    bench.wait_ms(29 * minute);
    assert_eq!(browser.get("/").await.status, StatusCode::OK);
    bench.wait_ms(29 * minute);
    assert_eq!(browser.get("/").await.status, StatusCode::OK);
    bench.wait_ms(31 * minute);
    assert_eq!(browser.get("/").await.status, StatusCode::SEE_OTHER);

    let mut browser = bench.signed_in().await;
    for _ in 0..47 {
        bench.wait_ms(15 * minute);
        assert_eq!(browser.get("/log").await.status, StatusCode::OK);
    }
    bench.wait_ms(16 * minute);
    assert_eq!(browser.get("/log").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_new_password_ends_the_sessions_of_the_old_one() {
    let bench = Bench::new().await;
    let mut browser = bench.signed_in().await;
    let operator = bench.site.operator(crate::support::OPERATOR).unwrap().unwrap();
    let hash = dashboard::password::hash("another").await.unwrap();
    bench.site.set_password(&crate::support::actor(), operator.id, &hash).unwrap();
    assert_eq!(browser.get("/").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn signing_in_never_leads_to_another_site() {
    let bench = Bench::new().await;
    for next in ["https%3A%2F%2Fevil.example", "%2F%2Fevil.example", "%2F%5Cevil.example"] {
        let form = format!("name=maija&password=correct+horse&next={next}");
        let answer = bench.browser().post("/sign-in", &form).await;
        assert_eq!(answer.header("location"), "/");
    }
}
