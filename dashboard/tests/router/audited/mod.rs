//! Every route that changes something: from another site it is refused, without the right it is refused, and done it
//! stands in the operator log with who, what and, where there is such a thing, before and after.
//!
//! The routes come from the router. One without a good body here fails the tests, and so does a body without a route.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use db::site::{ChangeView, Limit, Role};

use crate::support::{Answer, Bench, Browser, OPERATOR, TOKEN, actor};

mod calls;
mod forms;
mod furnished;

/// A request that does what its route is for.
struct Good {
    method: Method,
    /// Where. In braces stands what [`furnished`] makes for it.
    path: &'static str,
    /// What. The same.
    body: &'static str,
    /// The action that the log tells then; of several any. Without one nothing is told: see [`UNTOLD`].
    action: Option<&'static str>,
    /// What the detail or the differences name.
    about: &'static str,
}

/// What changes nothing that anybody would want to know of later, with the reason.
const UNTOLD: [(&str, &str); 7] = [
    ("/sign-in", "the session and the time of the last one are listed; refused ones are counted by the rate limit"),
    ("/sign-in/code", "the same; a recovery code that was used is told, which account.rs shows"),
    ("/sign-out", "ends what only its owner had"),
    ("/language", "one's own preference, and a visitor's"),
    ("/me/theme", "how light the pages are in one browser, which keeps it itself"),
    ("/me/stay", "one's own session goes on, as with every page"),
    ("/demo/tap", "what a card does at a door stands in the log of the door"),
];

/// Actions that have no before and after: moments that leave nothing behind, secrets, names (which decide nothing and have
/// no versions, and whose text is not to outlive the person), and alarms, which keep their own steps.
const MOMENTS: [&str; 19] = [
    "door-command",
    "card-encode-ask",
    "passback-forgive",
    "session-end",
    "movements-search",
    "export",
    "notification-retry",
    "notification-drop",
    "operator-password",
    "operator-reset",
    "person-add",
    "name-secret",
    "name-shown",
    "alarm-acknowledge",
    "alarm-close",
    "alarm-mute",
    "alarm-unmute",
    "restore-accept",
    "import-rows",
];

/// What browsers say of a request that another site has made.
const ELSEWHERE: [(&str, &str); 4] = [
    ("origin", "https://evil.example"),
    ("origin", "null"),
    ("sec-fetch-site", "cross-site"),
    ("sec-fetch-site", "same-site"),
];

impl Good {
    fn pattern<'a>(&self, bench: &'a Bench) -> &'a str {
        &bench.route_of(&self.method, self.path.split('?').next().unwrap()).path
    }

    /// What the log says of it beside what it said before.
    fn told(&self, bench: &Bench, before: u64) -> Result<(), String> {
        let log = bench.site.change_log(None, 50).unwrap();
        let new: Vec<&ChangeView> = log.iter().filter(|change| change.number > before).collect();
        let Some(action) = self.action else {
            return if new.is_empty() { Ok(()) } else { Err("it was told after all".to_owned()) };
        };
        let seen: Vec<_> = new.iter().map(|change| (&change.action, &change.operator, &change.detail)).collect();
        let change = new.iter().find(|change| change.action == action).ok_or(format!("no {action} in {seen:?}"))?;
        // Whoever is invited acts for themselves.
        if change.operator != OPERATOR && change.operator != self.about {
            return Err(format!("by {}", change.operator));
        }
        let rows: Vec<_> = change.differences.iter().map(|row| format!("{:?} {:?}", row.key, row.fields)).collect();
        if !change.detail.contains(self.about) && !rows.iter().any(|row| row.contains(self.about)) {
            return Err(format!("nothing of {:?} in {:?} {rows:?}", self.about, change.detail));
        }
        if rows.is_empty() != MOMENTS.contains(&action) {
            return Err(format!("before and after: {rows:?}"));
        }
        Ok(())
    }
}

/// Routes that have no request here, and requests that have no route.
fn unmatched<'a>(bench: &'a Bench, api: bool, known: impl Iterator<Item = (Method, &'a str)>) -> Vec<String> {
    let known: Vec<_> = known.collect();
    let changing = bench.routes.iter().filter(|route| route.method != Method::GET);
    let of_kind = changing.filter(|route| route.path.starts_with("/api/") == api);
    let missing = of_kind.filter(|route| !known.contains(&(route.method.clone(), route.path.as_str())));
    missing.map(|route| format!("{} {} has no good body in tests/router/audited", route.method, route.path)).collect()
}

fn fails(failed: &[String]) {
    assert!(failed.is_empty(), "{} routes:\n{}", failed.len(), failed.join("\n"));
}

#[tokio::test]
async fn every_form_is_refused_from_elsewhere_and_without_the_right_and_told_when_it_is_done() {
    let mut failed = Vec::new();
    let forms = forms::all();
    let plain = Bench::with(true).await;
    failed.extend(unmatched(&plain, false, forms.iter().map(|good| (Method::POST, good.pattern(&plain)))));
    for good in &forms {
        if let Err(why) = form(good).await {
            failed.push(format!("{}: {why}", good.path));
        }
    }
    fails(&failed);
}

async fn form(good: &Good) -> Result<(), String> {
    let restored = good.path == "/restore";
    let mut bench = if restored { Bench::restored().await } else { Bench::with(true).await };
    let open = bench.route_of(&Method::POST, good.path).right.is_none();
    let mut browser = bench.signed_in().await;
    let stranger = bench.signed_in_as(Role::Auditor).await;
    let (path, body) = bench.furnished(&mut browser, good.path, good.body).await;
    let before = bench.site.latest().unwrap().0;
    let same = |bench: &Bench| bench.site.latest().unwrap().0 == before;
    for (header, value) in ELSEWHERE {
        let answer = posted(&bench, &browser, (header, value), &path, &body).await;
        let said = answer.text().contains("another site");
        if answer.status != StatusCode::FORBIDDEN || !said || !same(&bench) {
            return Err(format!("{header}: {value} is answered with {}", answer.status));
        }
    }
    let own = bench.right_of(&Method::POST, good.path).is_some_and(|right| right.code() == "own");
    if !open && !own {
        let answer = posted(&bench, &stranger, ("origin", "http://localhost"), &path, &body).await;
        if answer.status != StatusCode::FORBIDDEN || !same(&bench) {
            return Err(format!("an auditor is answered with {}", answer.status));
        }
    }
    let done = browser.post(&path, &body).await;
    if !(done.status.is_success() || done.status.is_redirection()) {
        let problem = done.text().split("problem\"").nth(1).unwrap_or_default().chars().take(200).collect::<String>();
        return Err(format!("{} {body}: {problem}", done.status));
    }
    good.told(&bench, before)
}

async fn posted(bench: &Bench, browser: &Browser, header: (&str, &str), path: &str, body: &str) -> Answer {
    let request = browser.request(Method::POST, path).header(header.0, header.1);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    bench.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

#[tokio::test]
async fn every_call_that_changes_something_is_refused_without_the_right_and_told_when_it_is_done() {
    let mut failed = Vec::new();
    let calls = calls::all();
    let plain = Bench::new().await;
    let known = calls.iter().map(|good| (good.method.clone(), good.pattern(&plain)));
    failed.extend(unmatched(&plain, true, known));
    for good in &calls {
        if let Err(why) = call(good).await {
            failed.push(format!("{} {}: {why}", good.method, good.path));
        }
    }
    fails(&failed);
}

async fn call(good: &Good) -> Result<(), String> {
    let mut bench = Bench::new().await;
    let mut browser = bench.signed_in().await;
    let reader = bench.token_of(Role::Auditor, "all");
    let (path, body) = bench.furnished(&mut browser, good.path, good.body).await;
    let before = bench.site.latest().unwrap().0;
    for (token, status) in [("nobody's", StatusCode::UNAUTHORIZED), (&reader, StatusCode::FORBIDDEN)] {
        let answer = sent(&bench, token, &good.method, &path, &body).await;
        if answer.status != status || bench.site.latest().unwrap().0 != before {
            return Err(format!("a wrong token is answered with {}", answer.status));
        }
    }
    let done = sent(&bench, TOKEN, &good.method, &path, &body).await;
    if !done.status.is_success() {
        return Err(format!("{} {body}: {}", done.status, done.text()));
    }
    good.told(&bench, before)
}

async fn sent(bench: &Bench, token: &str, method: &Method, path: &str, body: &str) -> Answer {
    let kind = if path.contains("/import/") { "text/csv" } else { "application/json" };
    let mut request = Request::builder().method(method).uri(path).header("authorization", format!("Bearer {token}"));
    if !body.is_empty() {
        request = request.header("content-type", kind);
    }
    bench.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

#[test]
fn what_is_not_told_is_what_stands_in_the_list_with_a_reason() {
    let mut untold: Vec<&str> =
        forms::all().iter().filter(|good| good.action.is_none()).map(|good| good.path).collect();
    let mut listed = UNTOLD.map(|(path, _)| path);
    untold.sort_unstable();
    listed.sort_unstable();
    assert_eq!(untold, listed);
    assert!(calls::all().iter().all(|good| good.action.is_some()), "calls do nothing that is not told");
}

#[tokio::test]
async fn what_leaves_as_a_file_is_told_before_it_leaves_and_what_is_only_asked_about_is_not() {
    let bench = Bench::new().await;
    let mut browser = bench.signed_in().await;
    for path in ["/events.csv?door=pharmacy", "/log.csv?", "/inside/list.csv", "/reports/holds.csv"] {
        let before = bench.site.latest().unwrap().0;
        let answer = browser.get(path).await;
        assert!(answer.status.is_success() && !answer.header("content-disposition").is_empty(), "{path}");
        let told = bench.site.change_log(None, 1).unwrap().remove(0);
        assert_eq!((told.number, told.operator.as_str()), (before + 1, OPERATOR), "{path}");
        assert_eq!((told.action.as_str(), told.detail.as_str()), ("export", path));
    }
    let before = bench.site.latest().unwrap().0;
    assert!(browser.get("/events?door=pharmacy").await.status.is_success());
    assert!(browser.status(&Method::HEAD, "/events.csv").await.is_success());
    assert_eq!(bench.site.latest().unwrap().0, before);
    let csv = browser.post("/bulk", "kind=cards&all=yes&text=04A1&act=csv").await;
    assert!(csv.status.is_success());
    assert!(bench.api(Method::GET, "/events.csv?door=main", "").await.status.is_success());
    let told: Vec<String> = bench
        .site
        .change_log(None, 2)
        .unwrap()
        .into_iter()
        .map(|change| format!("{} {}", change.action, change.detail))
        .collect();
    assert_eq!(told, ["export /api/v1/events.csv?door=main", "export /bulk"]);
    assert!(browser.get("/log").await.text().contains("List exported"));
}

#[tokio::test]
async fn nothing_foreign_is_changed_by_any_form_or_call_of_an_operator_who_is_limited() {
    let mut failed = Vec::new();
    for (api, good) in
        forms::all().into_iter().map(|good| (false, good)).chain(calls::all().into_iter().map(|good| (true, good)))
    {
        if let Err(why) = outside(api, &good).await {
            failed.push(format!("{} {}: {why}", good.method, good.path));
        }
    }
    fails(&failed);
}

/// Sends what would be done for an operator of the whole site, from one who is limited to a unit in which nobody works.
async fn outside(api: bool, good: &Good) -> Result<(), String> {
    let mut bench = if good.path == "/restore" { Bench::restored().await } else { Bench::with(!api).await };
    let right = bench.route_of(&good.method, good.path.split('?').next().unwrap()).right;
    if right.is_none_or(|right| right.code() == "own") {
        return Ok(());
    }
    let token = bench.token_of(Role::Admin, "all");
    let limited = bench.site.operator(Role::Admin.code()).unwrap().unwrap().id;
    let limit = Limit { units: vec!["Nowhere".to_owned()], areas: Vec::new() };
    bench.site.set_limit(&actor(), limited, limit).unwrap();
    let mut stranger = bench.signed_in_as(Role::Admin).await;
    let mut browser = bench.signed_in().await;
    let (path, body) = bench.furnished(&mut browser, good.path, good.body).await;
    let before = bench.site.latest().unwrap().0;
    let status = if api {
        sent(&bench, &token, &good.method, &path, &body).await.status
    } else {
        stranger.post(&path, &body).await.status
    };
    if !status.is_client_error() {
        return Err(format!("answered with {status}"));
    }
    let log = bench.site.change_log(None, 50).unwrap();
    let new = log.iter().filter(|change| change.number > before && change.action != "outside-refused");
    let done: Vec<_> = new.map(|change| (&change.action, &change.detail)).collect();
    if done.is_empty() { Ok(()) } else { Err(format!("{status}, and yet {done:?}")) }
}
