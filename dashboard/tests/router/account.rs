//! One's own account, and those that an admin manages: links, passwords, the second step, sessions, tokens.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use dashboard::invitation;
use db::site::Role;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;

use crate::support::{Answer, Bench, Browser, actor};

const GOOD: &str = "password=a+quite+long+one&again=a+quite+long+one";

/// What stands between two pieces of a page.
fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let rest = text.split(from).nth(1).unwrap_or_else(|| panic!("no {from} in {text}"));
    rest.split(to).next().unwrap()
}

/// The code that an authenticator app shows, computed once more from the standard.
pub(crate) fn code(secret: &[u8], ms: i64) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).unwrap();
    mac.update(&(ms / 30_000).to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let at = usize::from(digest[19] & 15);
    let number = u32::from_be_bytes(digest[at..at + 4].try_into().unwrap()) & 0x7FFF_FFFF;
    format!("{:06}", number % 1_000_000)
}

pub(crate) fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

async fn sign_in(bench: &Bench, name: &str, password: &str) -> (Browser, Answer) {
    let mut browser = bench.browser();
    let answer = browser.post("/sign-in", &format!("name={name}&password={password}&next=%2F")).await;
    (browser, answer)
}

/// Sets up the second step, and returns the secret and a code for the day on which the telephone is lost.
async fn with_second_step(bench: &Bench, browser: &mut Browser) -> (Vec<u8>, String) {
    let page = browser.get("/me/second-step").await.text();
    let hex = between(&page, "name=\"secret\" value=\"", "\"").to_owned();
    let secret = bytes(&hex);
    let typed = code(&secret, bench.now().0);
    let form = format!("secret={hex}&code={typed}&current=correct+horse");
    let set = browser.post("/me/second-step", &form).await;
    assert_eq!(set.status, StatusCode::OK, "{}", set.text());
    let recovery = between(&set.text(), "<li><code class=\"once\">", "<").to_owned();
    (secret, recovery)
}

#[tokio::test]
async fn a_new_site_gets_its_first_admin_by_a_link_that_works_once() {
    let bench = Bench::empty();
    let path = invitation::first(&bench.site, bench.now()).unwrap().unwrap();
    let mut browser = bench.browser();
    assert!(browser.get(&path).await.text().contains("first administrator"));
    let short = browser.post(&path, "name=liisa&password=short&again=short").await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(short.text().contains("at least 12 characters"));
    let differs = browser.post(&path, "name=liisa&password=a+quite+long+one&again=another+long+one").await;
    assert!(differs.text().contains("differ"));
    assert_eq!(browser.post(&path, &format!("name=&{GOOD}")).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let made = browser.post(&path, &format!("name=liisa&{GOOD}")).await;
    assert_eq!(made.header("location"), "/sign-in?done=password-set");
    assert_eq!(sign_in(&bench, "liisa", "a+quite+long+one").await.1.status, StatusCode::SEE_OTHER);
    assert_eq!(bench.site.operator("liisa").unwrap().unwrap().role, Role::Admin);
    for again in [browser.get(&path).await, browser.post(&path, &format!("name=thief&{GOOD}")).await] {
        assert_eq!(again.status, StatusCode::NOT_FOUND);
        assert!(again.text().contains("This link cannot be used"));
    }
    assert!(invitation::first(&bench.site, bench.now()).unwrap().is_none(), "the site has begun");
}

#[tokio::test]
async fn whoever_is_added_gets_a_link_and_no_password() {
    let bench = Bench::new().await;
    let mut admin = bench.signed_in().await;
    let added = admin.post("/operators", "name=olli&role=desk").await;
    assert_eq!(added.status, StatusCode::OK);
    let link = between(&added.text(), "http://localhost", "<").to_owned();
    assert!(!admin.get("/operators").await.text().contains(&link), "it is shown once");
    assert_eq!(sign_in(&bench, "olli", "!").await.1.status, StatusCode::UNPROCESSABLE_ENTITY);
    let mut olli = bench.browser();
    assert!(olli.get(&link).await.text().contains("You are olli"));
    assert_eq!(olli.post(&link, &format!("name=maija&{GOOD}")).await.status, StatusCode::SEE_OTHER);
    assert_eq!(bench.site.operator("olli").unwrap().unwrap().role, Role::Desk);
    let (mut olli, answer) = sign_in(&bench, "olli", "a+quite+long+one").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(olli.get("/operators").await.status, StatusCode::FORBIDDEN);

    let id = bench.site.operator("olli").unwrap().unwrap().id;
    let reset = admin.post(&format!("/operators/{id}/reset"), "").await;
    assert_eq!(reset.status, StatusCode::OK);
    assert_eq!(olli.get("/").await.status, StatusCode::SEE_OTHER, "their sessions end");
    let link = between(&reset.text(), "http://localhost", "<").to_owned();
    bench.wait_ms(72 * 3_600_000);
    assert_eq!(olli.get(&link).await.status, StatusCode::NOT_FOUND, "a link ends");
}

#[tokio::test]
async fn the_last_admin_stays_one() {
    let bench = Bench::new().await;
    let mut admin = bench.signed_in().await;
    let id = bench.site.operator("maija").unwrap().unwrap().id;
    for (what, form) in [("role", "role=desk"), ("disable", "disabled=yes"), ("reset", "")] {
        let refused = admin.post(&format!("/operators/{id}/{what}"), form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{what}");
    }
    let body = r#"{"role": "desk"}"#;
    let refused = bench.api(Method::PUT, &format!("/operators/{id}"), body).await;
    assert_eq!((refused.status, refused.json()["code"].as_str()), (StatusCode::CONFLICT, Some("last-admin")));
    assert_eq!(bench.site.operator("maija").unwrap().unwrap().role, Role::Admin);
}

#[tokio::test]
async fn the_second_step_asks_for_a_code_that_counts_once() {
    let bench = Bench::new().await;
    let mut browser = bench.signed_in().await;
    let (secret, recovery) = with_second_step(&bench, &mut browser).await;
    let (mut browser, answer) = sign_in(&bench, "maija", "correct+horse").await;
    assert_eq!(answer.header("location"), "/sign-in/code?next=%2F");
    assert_eq!(browser.get("/").await.status, StatusCode::SEE_OTHER, "the password alone opens nothing");
    let now = code(&secret, bench.now().0);
    let replayed = browser.post("/sign-in/code", &format!("code={now}&next=%2F")).await;
    assert_eq!(replayed.status, StatusCode::UNPROCESSABLE_ENTITY, "the code of the setting up is used");
    bench.wait_ms(30_000);
    let next = code(&secret, bench.now().0);
    assert_eq!(browser.post("/sign-in/code", "code=12345&next=%2F").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let entered = browser.post("/sign-in/code", &format!("code={next}&next=%2F")).await;
    assert_eq!((entered.status, entered.header("location")), (StatusCode::SEE_OTHER, "/"));
    assert_eq!(browser.get("/").await.status, StatusCode::OK);

    let (mut another, _) = sign_in(&bench, "maija", "correct+horse").await;
    let form = format!("code={next}&next=%2F");
    assert_eq!(another.post("/sign-in/code", &form).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let form = format!("code={}&next=%2F", recovery.to_lowercase().replace(' ', "-"));
    assert_eq!(another.post("/sign-in/code", &form).await.status, StatusCode::SEE_OTHER);
    assert_eq!(another.get("/").await.status, StatusCode::OK);
    let (mut third, _) = sign_in(&bench, "maija", "correct+horse").await;
    assert_eq!(third.post("/sign-in/code", &form).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(another.get("/log").await.text().contains("Signed in with a recovery code"));
}

#[tokio::test]
async fn codes_cannot_be_tried_for_long_nor_long_after_the_password() {
    let bench = Bench::new().await;
    let mut browser = bench.signed_in().await;
    let (secret, _) = with_second_step(&bench, &mut browser).await;
    let (mut browser, _) = sign_in(&bench, "maija", "correct+horse").await;
    for _ in 0..5 {
        browser.post("/sign-in/code", "code=000000").await;
    }
    bench.wait_ms(1_000);
    let right = format!("code={}", code(&secret, bench.now().0 + 30_000));
    let refused = browser.post("/sign-in/code", &right).await;
    assert!(refused.text().contains("Too many"), "{}", refused.text());
    bench.wait_ms(5 * 60_000);
    assert_eq!(browser.post("/sign-in/code", &right).await.header("location"), "/sign-in");
}

#[tokio::test]
async fn an_admin_who_must_have_a_second_step_sets_it_up_first() {
    let bench = Bench::new().await;
    let mut admin = bench.signed_in().await;
    admin.post("/operators/second-step", "required=yes").await;
    assert_eq!(admin.get("/events").await.header("location"), "/me#second-step");
    assert_eq!(admin.post("/people", "name=x").await.status, StatusCode::FORBIDDEN);
    assert!(admin.get("/me").await.text().contains("asks administrators for a second step"));
    let mut desk = bench.signed_in_as(Role::Desk).await;
    assert_eq!(desk.get("/cards").await.status, StatusCode::OK, "others need not");
    with_second_step(&bench, &mut admin).await;
    assert_eq!(admin.get("/events").await.status, StatusCode::OK);
    let wrong = admin.post("/me/second-step/end", "current=wrong").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(admin.post("/me/second-step/end", "current=correct+horse").await.status, StatusCode::SEE_OTHER);
    assert_eq!(admin.get("/events").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_new_password_needs_the_old_one_and_leaves_this_session_alone() {
    let bench = Bench::new().await;
    let (mut here, mut elsewhere) = (bench.signed_in().await, bench.signed_in().await);
    let wrong = here.post("/me/password", &format!("current=wrong&{GOOD}")).await;
    assert!(wrong.text().contains("The password is wrong") && !wrong.text().contains("a quite long one"));
    let set = here.post("/me/password", &format!("current=correct+horse&{GOOD}")).await;
    assert_eq!(set.header("location"), "/me?done=password-set");
    assert_eq!(here.get("/").await.status, StatusCode::OK);
    assert_eq!(elsewhere.get("/").await.status, StatusCode::SEE_OTHER);
    assert_eq!(sign_in(&bench, "maija", "a+quite+long+one").await.1.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_session_can_be_ended_by_its_owner_and_by_an_admin_and_by_nobody_else() {
    let bench = Bench::new().await;
    let (mut here, mut elsewhere) = (bench.signed_in().await, bench.signed_in().await);
    let mut desk = bench.signed_in_as(Role::Desk).await;
    let page = here.get("/me").await.text();
    assert!(page.contains("This one"));
    let other = between(&page, "name=\"session\" value=\"", "\"").to_owned();
    let foreign = desk.post("/me/sessions/end", &format!("session={other}")).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    here.post("/me/sessions/end", &format!("session={other}")).await;
    assert_eq!(elsewhere.get("/").await.status, StatusCode::SEE_OTHER);
    assert_eq!(here.get("/").await.status, StatusCode::OK);

    let listed = bench.api(Method::GET, "/sessions", "").await.json();
    let items = listed["items"].as_array().unwrap();
    let of_desk = items.iter().find(|one| one["operator"] == "desk").unwrap()["id"].as_str().unwrap();
    let ended = bench.api(Method::DELETE, &format!("/sessions/{of_desk}"), "").await;
    assert_eq!(ended.status, StatusCode::NO_CONTENT);
    assert_eq!(desk.get("/").await.status, StatusCode::SEE_OTHER);
    assert!(here.get("/log").await.text().contains("Session ended"));
}

#[tokio::test]
async fn a_token_is_shown_once_and_is_worth_nothing_once_it_is_revoked() {
    let bench = Bench::new().await;
    let mut desk = bench.signed_in_as(Role::Desk).await;
    for (form, words) in [
        ("label=till&scope=named", "Tick at least one"),
        ("label=till&scope=nonsense", "Choose one of the values"),
        ("label=&scope=read", "Enter a value"),
        ("label=till&scope=read&until=2020-01-01T00:00", "over"),
    ] {
        let refused = desk.post("/me/tokens", form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{form}");
        assert!(refused.text().contains(words), "{form}: {}", refused.text());
    }
    let made = desk.post("/me/tokens", "label=till&scope=named&right=cards&right=own&right=events").await.text();
    let token = between(&made, "class=\"once\">", "<").to_owned();
    assert!(!desk.get("/me").await.text().contains(&token));
    let asked = |path: &'static str| {
        let request = Request::get(format!("/api/v1{path}")).header("authorization", format!("Bearer {token}"));
        bench.send(request.body(Body::empty()).unwrap())
    };
    assert_eq!(asked("/cards").await.status, StatusCode::OK);
    assert_eq!(asked("/people").await.status, StatusCode::FORBIDDEN);
    assert_eq!(asked("/events").await.status, StatusCode::FORBIDDEN, "more than the desk may");
    let me = asked("/me").await.json();
    assert_eq!((me["name"].as_str(), me["rights"].to_string()), (Some("desk"), r#"["cards","own"]"#.to_owned()));
    let id = bench.site.tokens(None).unwrap().into_iter().find(|one| one.label == "till").unwrap().id;
    let mut auditor = bench.signed_in_as(Role::Auditor).await;
    assert_eq!(auditor.post("/me/tokens/revoke", &format!("token={id}")).await.status, StatusCode::NOT_FOUND);
    desk.post("/me/tokens/revoke", &format!("token={id}")).await;
    assert_eq!(asked("/cards").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_token_of_an_operator_who_is_disabled_opens_nothing() {
    let bench = Bench::new().await;
    let token = bench.token_of(Role::Security, "all");
    let id = bench.site.operator("security").unwrap().unwrap().id;
    bench.site.set_disabled(&actor(), id, true).unwrap();
    let request = Request::get("/api/v1/doors").header("authorization", format!("Bearer {token}"));
    assert_eq!(bench.send(request.body(Body::empty()).unwrap()).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn every_page_says_when_the_session_ends_and_staying_prolongs_it() {
    let bench = Bench::new().await;
    let mut browser = bench.signed_in().await;
    assert!(browser.get("/doors").await.text().contains("You will be signed out at 15:30"));
    bench.wait_ms(28 * 60_000);
    let stayed = browser.post("/me/stay", "back=%2Fdoors").await;
    assert_eq!((stayed.status, stayed.header("location")), (StatusCode::SEE_OTHER, "/doors"));
    bench.wait_ms(28 * 60_000);
    assert!(browser.get("/doors").await.text().contains("You will be signed out at 16:26"));
    let elsewhere = browser.post("/me/stay", "back=%2F%2Fevil.example").await;
    assert_eq!(elsewhere.header("location"), "/");
}
