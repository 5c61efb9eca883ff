//! What a page costs until it is there, and whom it asks.

use access::reason::Reason;
use access::time::Window;
use access::uid::Uid;
use axum::body::Body;
use axum::http::{Method, StatusCode};
use db::site::{CardKind, Effect, GroupMatch, ImportCard, ImportPerson, NewEmployment, NewRule, PersonId, RuleEdit};

use crate::support::{Answer, Bench, Browser, actor, door, uid};

/// Most that a page may weigh with its style, script and icon, as they are sent to a browser that has none of them.
const BYTES_MAX: usize = 60 * 1024;

/// What is not there in [`full`], or not under the names that routes are called with; some of it stands in [`FURTHER`].
const NOT_THERE: [&str; 7] = [
    "/alarms/{id}",
    "/bulk/{change}",
    "/desk/{id}",
    "/doors/{id}",
    "/lockdown/start",
    "/privacy/purpose",
    "/rules/areas/{id}/inside/{uid}",
];

/// What a path alone does not tell: lists that are asked for in one way or another.
const FURTHER: [&str; 17] = [
    "/doors/pharmacy",
    "/doors/pharmacy/settings",
    "/privacy/purpose?next=%2Fevents%3Fperson%3D1",
    "/events?code=denied",
    "/cards/ending?within=week",
    "/cards?kind=staff",
    "/people?text=a",
    "/desk?q=Henkil",
    "/desk?person=1",
    "/explain?ask=who&door=pharmacy",
    "/explain?ask=where&subject=04A1B201",
    "/explain?ask=would&door=pharmacy&subject=04A1B201",
    "/inside/list?within=all",
    "/people/1/employments/new",
    "/rules/groups/1?who=m",
    "/nothing/here",
    "/lockdown/start?where=site&reason=Drill",
];

/// A site whose lists are longer than a page of them.
async fn full() -> Bench {
    let mut bench = Bench::with(true).await;
    let site = &bench.site;
    let people: Vec<ImportPerson> = (0..300_u16).map(somebody).collect();
    site.import(&actor(), &people).unwrap();
    for number in 0..12 {
        let group = site.add_group(&actor(), &format!("Osaston {number} hoitajat ja sijaiset")).unwrap();
        let unit = GroupMatch { unit: Some(format!("Osasto {number}")), ..GroupMatch::default() };
        site.edit_rules(&actor(), &RuleEdit::SetMatches { group, matches: vec![unit] }).unwrap();
        for person in 3..53 {
            let member = RuleEdit::SetMember { group, person: PersonId(person), window: Window::ALWAYS };
            site.edit_rules(&actor(), &member).unwrap();
        }
        let area = site.add_area(&actor(), &format!("Osasto {number}"), &[door(1), door(2)]).unwrap();
        let schedule = access::entry::ScheduleId::ALWAYS;
        let (effect, window) = (Effect::Allow, Window::ALWAYS);
        site.add_rule(&actor(), NewRule { group, area, schedule, effect, window, note: "sovittu".to_owned() }).unwrap();
    }
    site.add_schedule(&actor(), "Virka-aika", access::calendar::Schedule::default()).unwrap();
    for number in 0..60 {
        bench.tap(0, uid(1), (number % 2 == 0).then_some(Reason::CardExpired));
    }
    bench
}

fn somebody(number: u16) -> ImportPerson {
    let [high, low] = number.to_be_bytes();
    let card = ImportCard {
        uid: Uid::new(&[0x04, 0x77, 0x10, high, low, 0x01, 0x80]).unwrap(),
        kind: CardKind::Staff,
        window: Window::ALWAYS,
        doors: vec![(door(0), Window::ALWAYS)],
    };
    ImportPerson {
        name: format!("Maija-Liisa Henkilö-Meikäläinen {number}"),
        external_id: Some(format!("HR{number:05}")),
        employments: vec![NewEmployment::always(&format!("Osasto {}", number % 12), "Sairaanhoitaja")],
        cards: vec![card],
        ..ImportPerson::default()
    }
}

/// What a page points at, by attributes of this name.
fn pointed<'a>(text: &'a str, attribute: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(attribute).skip(1).filter_map(|rest| rest.strip_prefix("=\"")?.split('"').next())
}

/// The page's weight, and whom it asks that it should not.
async fn weigh(bench: &Bench, browser: &Browser, page: &Answer) -> (usize, Vec<String>) {
    let text = page.text();
    let mut weight = page.body.len();
    let mut others: Vec<String> = Vec::new();
    let head = text.split("</head>").next().unwrap();
    let assets = pointed(head, " href").chain(pointed(&text, " src")).chain(pointed(&text, " srcset"));
    for asset in assets.chain(pointed(&text, " poster")).chain(pointed(&text, " data")) {
        if !asset.starts_with("/assets/") {
            others.push(asset.to_owned());
            continue;
        }
        let request = browser.request(Method::GET, asset).header("accept-encoding", "gzip, br");
        let sent = bench.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(sent.status, StatusCode::OK, "{asset}");
        weight += sent.body.len();
    }
    if !page.header("content-security-policy").starts_with("default-src 'none'") || text.contains("<style") {
        others.push(format!("whoever it likes: {}", page.header("content-security-policy")));
    }
    (weight, others)
}

#[tokio::test]
async fn every_page_of_a_full_site_weighs_at_most_60_kib_and_asks_nobody_else() {
    let bench = full().await;
    let mut browser = bench.signed_in().await;
    let is_page = |path: &str| !path.ends_with(".csv") && !path.ends_with(".json") && path != "/events/stream";
    let routes = bench.pages().into_iter().filter(|route| route.method == Method::GET && is_page(&route.path));
    let mut paths: Vec<(String, String)> = routes.map(|route| (route.path, route.pattern)).collect();
    paths.extend(FURTHER.map(|path| (path.to_owned(), path.to_owned())));
    let open = ["/sign-in", "/accessibility", "/welcome/nobody"];
    paths.extend(open.map(|path| (path.to_owned(), path.to_owned())));
    let (mut wrong, mut missing, mut heaviest) = (Vec::new(), Vec::new(), (0, String::new()));
    for (path, pattern) in paths {
        let mut page = browser.get(&path).await;
        if page.header("location").starts_with("/privacy/purpose") {
            browser.say_why(&path).await;
            page = browser.get(&path).await;
        }
        let answered = page.status == StatusCode::OK || open.contains(&path.as_str()) || path == "/nothing/here";
        if !answered {
            missing.push(format!("{pattern} {}", page.status.as_u16()));
            continue;
        }
        let (weight, others) = weigh(&bench, &browser, &page).await;
        if weight > BYTES_MAX || !others.is_empty() {
            wrong.push(format!("{path}: {weight} bytes; asks {others:?}"));
        }
        heaviest = heaviest.max((weight, path));
    }
    println!("the heaviest: {heaviest:?}");
    missing.retain(|pattern| !NOT_THERE.iter().any(|known| pattern.starts_with(known)));
    assert!(missing.is_empty(), "nothing was weighed of {missing:?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
