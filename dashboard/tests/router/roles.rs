//! What each role may and may not, asked of every route that the router has.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use dashboard::Right;
use db::site::Role;

use crate::support::{Answer, Bench, Called, TOKEN, actor};

/// What the roles were made for, written once more by hand: page by page nobody may drift away from it.
const LOOKS: [(Role, &[&str]); 4] = [
    (
        Role::Admin,
        &[
            "look",
            "events",
            "export",
            "alarms",
            "command",
            "lockdown",
            "door-settings",
            "people",
            "people-edit",
            "cards",
            "card-block",
            "card-issue",
            "desk",
            "rules",
            "rules-edit",
            "grant",
            "ask",
            "import",
            "reports",
            "review",
            "evacuation",
            "audit",
            "operators",
            "settings",
            "privacy",
            "restore",
            "own",
            "demo",
        ],
    ),
    (
        Role::Security,
        &[
            "look",
            "events",
            "export",
            "alarms",
            "command",
            "lockdown",
            "people",
            "cards",
            "card-block",
            "rules",
            "ask",
            "reports",
            "evacuation",
            "own",
        ],
    ),
    (Role::Desk, &["look", "people", "cards", "card-block", "card-issue", "desk", "ask", "evacuation", "own"]),
    (
        Role::Auditor,
        &[
            "look",
            "events",
            "export",
            "people",
            "cards",
            "rules",
            "ask",
            "reports",
            "audit",
            "privacy",
            "evacuation",
            "own",
        ],
    ),
];

fn allowed(role: Role, method: &Method, right: Right) -> bool {
    let (_, looks) = LOOKS.iter().find(|(of, _)| *of == role).unwrap();
    looks.contains(&right.code()) && (role != Role::Auditor || *method == Method::GET || right == Right::Own)
}

#[tokio::test]
async fn every_page_opens_for_the_roles_that_it_is_for_and_for_no_other() {
    for (role, _) in LOOKS {
        let bench = Bench::with(true).await;
        let browser = bench.signed_in_as(role).await;
        for Called { method, path, pattern, right } in bench.pages() {
            // What is allowed is asked for with an empty form, which is refused for other reasons.
            let before = bench.site.latest().unwrap();
            let status = browser.status(&method, &path).await;
            let forbidden = !allowed(role, &method, right);
            assert_eq!(status == StatusCode::FORBIDDEN, forbidden, "{role:?} {method} {pattern}: {status}");
            if forbidden {
                assert_eq!(bench.site.latest().unwrap(), before, "{role:?} {method} {pattern}");
            }
        }
    }
}

#[tokio::test]
async fn every_call_is_answered_for_the_roles_that_it_is_for_and_for_no_other() {
    for (role, _) in LOOKS {
        let bench = Bench::with(true).await;
        let token = bench.token_of(role, "all");
        for Called { method, path, pattern, right } in bench.calls() {
            let answer = call(&bench, &token, &method, &path).await;
            let forbidden = !allowed(role, &method, right);
            assert_eq!(answer.status == StatusCode::FORBIDDEN, forbidden, "{role:?} {method} {pattern}");
            if forbidden {
                assert_eq!(answer.header("content-type"), "application/problem+json");
                let problem = answer.json();
                assert_eq!(
                    (problem["code"].as_str(), problem["field"].as_str()),
                    (Some("no-right"), Some(right.code()))
                );
            }
        }
    }
}

#[tokio::test]
async fn a_token_is_good_for_its_scope_and_never_for_more_than_its_operator() {
    let bench = Bench::new().await;
    for (role, scope) in [
        (Role::Admin, "read"),
        (Role::Admin, "events,card-block"),
        (Role::Desk, "events,card-issue"),
        (Role::Admin, "nonsense"),
        (Role::Auditor, "all"),
    ] {
        let token = bench.token_of(role, scope);
        for Called { method, path, pattern, right } in bench.calls() {
            let scoped = match scope {
                "all" => true,
                "read" => method == Method::GET,
                named => named.split(',').any(|code| code == right.code()),
            };
            let status = call(&bench, &token, &method, &path).await.status;
            let forbidden = !(scoped && allowed(role, &method, right));
            assert_eq!(status == StatusCode::FORBIDDEN, forbidden, "{role:?} {scope} {method} {pattern}: {status}");
        }
    }
}

#[tokio::test]
async fn whoever_is_refused_reads_what_is_missing_and_finds_back() {
    let bench = Bench::new().await;
    let mut desk = bench.signed_in_as(Role::Desk).await;
    let page = desk.get("/events").await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    let text = page.text();
    assert!(text.contains("Your role does not allow this") && text.contains("seeing the log of doors"), "{text}");
    assert!(text.contains("href=\"/desk\"") && !text.contains("href=\"/events\""), "the navigation is theirs");
    desk.language = "fi";
    assert!(desk.get("/events").await.text().contains("ovien tapahtumalokin katselu"));
}

#[tokio::test]
async fn a_path_that_nobody_has_is_not_found_by_any_role() {
    let bench = Bench::new().await;
    for (role, _) in LOOKS {
        let mut browser = bench.signed_in_as(role).await;
        assert_eq!(browser.get("/nowhere").await.status, StatusCode::NOT_FOUND);
        let answer = call(&bench, &bench.token_of(role, "all"), &Method::GET, "/api/v1/nowhere").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
    let mut admin = bench.signed_in_as(Role::Admin).await;
    assert_eq!(admin.post("/people/1", "").await.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(call(&bench, TOKEN, &Method::DELETE, "/api/v1/doors").await.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_role_that_was_taken_away_counts_at_the_next_request() {
    let bench = Bench::new().await;
    let mut browser = bench.signed_in_as(Role::Security).await;
    assert_eq!(browser.get("/events").await.status, StatusCode::OK);
    let id = bench.site.operator("security").unwrap().unwrap().id;
    bench.site.set_role(&actor(), id, Role::Desk).unwrap();
    assert_eq!(browser.get("/events").await.status, StatusCode::FORBIDDEN);
    bench.site.set_disabled(&actor(), id, true).unwrap();
    assert_eq!(browser.get("/").await.status, StatusCode::SEE_OTHER);
    let again = bench.browser().post("/sign-in", "name=security&password=correct+horse&next=%2F").await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[test]
fn routes_are_made_in_one_place_so_none_is_without_a_right() {
    let mut sources = Vec::new();
    collect(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut sources);
    assert!(sources.len() > 100);
    for path in sources.iter().filter(|path| !path.ends_with("src/routes.rs")) {
        let source = std::fs::read_to_string(path).unwrap();
        for plain in [".route(", "axum::routing", "any_service", ".nest_service("] {
            assert!(!source.contains(plain), "{}: {plain}", path.display());
        }
    }
}

fn collect(folder: &std::path::Path, into: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, into);
        } else {
            into.push(path);
        }
    }
}

async fn call(bench: &Bench, token: &str, method: &Method, path: &str) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .body(Body::from(if *method == Method::GET { "" } else { "{}" }))
        .unwrap();
    bench.send(request).await
}

#[tokio::test]
async fn no_page_offers_what_the_role_may_not_do() {
    for (role, _) in LOOKS {
        let bench = Bench::with(true).await;
        let mut browser = bench.signed_in_as(role).await;
        let mut offered = 0;
        for Called { method, path, right, .. } in bench.pages() {
            if method != Method::GET || path == "/events/stream" || !allowed(role, &method, right) {
                continue;
            }
            let page = browser.get(&path).await.text();
            for (method, place) in offers(&page) {
                let Some(right) = bench.right_of(&method, place) else { continue };
                assert!(allowed(role, &method, right), "{role:?}: {path} offers {method} {place}");
                offered += 1;
            }
        }
        assert!(offered > 50, "{role:?}: {offered}");
    }
}

/// What a page offers: the places of its links and of its forms.
fn offers(page: &str) -> Vec<(Method, &str)> {
    let places = |before: &'static str, method: Method| {
        page.split(before).skip(1).map(move |rest| (method.clone(), rest.split(['"', '?', '#']).next().unwrap()))
    };
    let links =
        places("href=\"", Method::GET).filter(|(_, place)| place.starts_with('/') && !place.starts_with("/assets"));
    links.chain(places("method=\"post\" action=\"", Method::POST)).collect()
}

#[test]
fn every_call_stands_in_the_documentation() {
    let page = include_str!("../../../docs/API.md");
    for Called { method, pattern, .. } in Bench::empty().calls() {
        let call = format!("`{method} {}", pattern.strip_prefix("/api/v1").unwrap());
        let told = page.match_indices(&call).any(|(at, _)| page[at + call.len()..].starts_with(['`', '?']));
        assert!(told, "docs/API.md says nothing of {call}`");
    }
    for right in Right::ALL {
        assert!(
            page.contains(&format!("`{}`", right.code())),
            "docs/API.md says nothing of the right {}",
            right.code()
        );
    }
}

#[test]
fn templates_ask_for_rights_that_exist() {
    let mut templates = Vec::new();
    collect(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates"), &mut templates);
    let mut asked = 0;
    for path in templates {
        let text = std::fs::read_to_string(&path).unwrap();
        for code in [".can(\"", ".sees(\""].iter().flat_map(|call| text.split(*call).skip(1)) {
            let code = code.split('"').next().unwrap();
            assert!(Right::from_code(code).is_some(), "{}: {code}", path.display());
            asked += 1;
        }
    }
    assert!(asked > 40, "{asked}");
}
