//! The log of a site after a year: how fast a filter finds its first page, how far a search without an end gets, what a
//! table of a million rows costs, and whether fifty who watch keep up.
//! `KULKU_LOG_EVENTS=10000000 cargo bench -p kulku-dashboard --bench log`; 200,000 events if nothing is said. Ten
//! million need 8 GB in the folder for temporary files while it runs.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a bench prints its figures, and must stop if it cannot go on"
)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use access::chain::{Link, link};
use access::envelope::DoorKey;
use access::event::{Event, EventKind};
use access::id::DoorId;
use access::mode::Mode;
use access::reason::Reason;
use access::settings::DoorSettings;
use access::time::{ClockTrust, MonoMs, UtcMs};
use access::uid::Uid;
use access::whitelist::Generation;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use db::site::{Actor, EventFilter, NewDoor, PersonId, Report, Seek, Site};
use db::trial::log::{Chance, Filling, card, fill};
use futures_util::StreamExt as _;
use tokio::sync::watch;
use tower::ServiceExt as _;

const DOORS: u64 = 500;
const CARDS: u32 = 20_000;
const DAYS: u32 = 365;
const NOW: UtcMs = UtcMs(1_800_000_000_000);
const DAY_MS: u64 = 86_400_000;
const PAGE: u32 = 50;
const SEARCHES: usize = 3_000;
const PAGES: usize = 300;
/// Who watches, how many events a second come in, and for how long.
const WATCHERS: usize = 50;
const PER_TICK: u64 = 50;
const TICKS: u64 = 200;
const TICK: Duration = Duration::from_millis(100);

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let events = std::env::var("KULKU_LOG_EVENTS").map_or(200_000, |count| count.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("site.db");
    let actor = Actor { operator: "bench", at: NOW };
    {
        let site = Site::open(&path, &"bench".parse().unwrap()).unwrap();
        for door in 0..DOORS {
            let (id, settings) = (id(door), DoorSettings::default());
            site.add_door(&actor, NewDoor { name: id.to_string(), id, key: DoorKey::new([7; 32]), settings }).unwrap();
        }
        let hash = dashboard::password::hash("correct horse").await.unwrap();
        site.add_operator(&actor, "maija", &hash).unwrap();
    }
    let begun = Instant::now();
    fill(&path, &Filling { events, cards: CARDS, now: NOW, days: DAYS, seed: 1 }).unwrap();
    let bytes = std::fs::metadata(&path).unwrap().len();
    println!(
        "filled: {events} events of {DAYS} days at {DOORS} doors in {:.0?}, {} MB",
        begun.elapsed(),
        bytes / 1_000_000
    );
    let site = Site::open(&path, &"bench".parse().unwrap()).unwrap();
    searches(&site);
    let (stop, stopped) = watch::channel(false);
    let router = dashboard::router(dashboard::Context {
        site: site.clone(),
        clock: Arc::new(|| NOW),
        zone: chrono_tz::Europe::Helsinki,
        secure_cookies: false,
        stop: stopped,
        authorities: Arc::new(certificates::Authorities::new()),
        demo: None,
        figures: None,
    });
    let cookie = sign_in(&router).await;
    pages(&router, &cookie).await;
    table(&router, &cookie).await;
    live(&site, &router, &cookie).await;
    stop.send(true).unwrap();
}

fn id(door: u64) -> DoorId {
    format!("door-{door}").parse().unwrap()
}

/// A filter as somebody might combine it: any part may be there, with one or several values.
fn asked(chance: &mut Chance) -> EventFilter {
    let mut filter = EventFilter::default();
    let few = |chance: &mut Chance, most| 1 + chance.below(most);
    if chance.below(2) == 0 {
        let most = if chance.below(4) == 0 { 100 } else { 4 };
        filter.doors = (0..few(chance, most)).map(|_| id(chance.below(DOORS))).collect();
    }
    if chance.below(2) == 0 {
        let codes =
            ["granted", "denied", "opened", "closed", "entered", "exit-pressed", "held-open", "forced-open", "fire"];
        filter.codes =
            (0..few(chance, 3)).map(|_| codes[usize::try_from(chance.below(9)).unwrap()].to_owned()).collect();
    }
    if chance.below(3) == 0 {
        let of = |chance: &mut Chance| Reason::ALL[usize::try_from(chance.below(Reason::ALL.len() as u64)).unwrap()];
        (0..few(chance, 3)).for_each(|_| filter.reasons.insert(of(chance)));
    }
    if chance.below(4) == 0 {
        let of = |chance: &mut Chance| card(u32::try_from(chance.skewed(CARDS.into())).unwrap());
        filter.uids = (0..few(chance, 3)).map(|_| Uid::new(&of(chance)).unwrap()).collect();
    }
    if chance.below(5) == 0 {
        filter.persons = (0..few(chance, 3)).map(|_| PersonId(1 + chance.skewed(CARDS.into()).cast_signed())).collect();
    }
    filter
}

/// Within 31 days that begin anywhere in the year.
fn within_a_month(chance: &mut Chance, filter: &mut EventFilter) {
    let back = chance.below((u64::from(DAYS) - 31) * DAY_MS).cast_signed();
    filter.until = Some(UtcMs(NOW.0 - back));
    filter.from = Some(UtcMs(NOW.0 - back - 31 * DAY_MS.cast_signed()));
}

fn searches(site: &Site) {
    for (what, bounded) in [("first page within 31 days", true), ("first page of the whole log", false)] {
        let mut chance = Chance::new(7);
        let (mut times, mut slowest, mut empty, mut unfinished) = (Vec::new(), (Duration::ZERO, None), 0, 0);
        for _ in 0..SEARCHES {
            let mut filter = asked(&mut chance);
            if bounded {
                within_a_month(&mut chance, &mut filter);
            }
            let begun = Instant::now();
            let found = site.find_events(&filter, Seek::Newest, PAGE).unwrap();
            let took = begun.elapsed();
            times.push(took);
            empty += usize::from(found.events.is_empty());
            unfinished += usize::from(found.unfinished);
            if took > slowest.0 {
                slowest = (took, Some(filter));
            }
        }
        println!("{what}: {SEARCHES} filters, {}; {empty} empty, {unfinished} unfinished", said(&mut times));
        let named = slowest.1.map(|filter| (filter.doors.len(), filter.codes, filter.reasons, filter.uids.len()));
        println!("  slowest: doors, codes, reasons, cards: {named:?}");
    }
}

fn said(times: &mut [Duration]) -> String {
    times.sort_unstable();
    let at = |part: usize| times[(times.len() * part / 1_000).min(times.len() - 1)];
    format!("p50 {:.1?}, p99 {:.1?}, maximum {:.1?}", at(500), at(990), at(1_000))
}

async fn send(router: &Router, request: Request<Body>) -> Response<Body> {
    router.clone().oneshot(request).await.unwrap()
}

async fn sign_in(router: &Router) -> String {
    let response = send(router, form("/sign-in", "", "name=maija&password=correct+horse&next=%2F".to_owned())).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    response.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned()
}

/// Who looks at one person says why, once for each.
async fn say_why(router: &Router, cookie: &str, person: u64) {
    let said = format!("next=%2Fevents%3Fperson%3D{person}&reason=A+bench");
    assert_eq!(send(router, form("/privacy/purpose", cookie, said)).await.status(), StatusCode::SEE_OTHER);
}

fn form(path: &str, cookie: &str, fields: String) -> Request<Body> {
    Request::post(path)
        .header("host", "localhost")
        .header("origin", "http://localhost")
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("cookie", cookie)
        .body(Body::from(fields))
        .unwrap()
}

fn get(path: &str, cookie: &str) -> Request<Body> {
    Request::get(path).header("host", "localhost").header("cookie", cookie).body(Body::empty()).unwrap()
}

/// The same through the router, rendered and read to the end.
async fn pages(router: &Router, cookie: &str) {
    let mut chance = Chance::new(11);
    let mut times = Vec::new();
    for _ in 0..PAGES {
        let door = id(chance.below(DOORS));
        let path = match chance.below(4) {
            0 => format!("/events?door={door}&decision=denied"),
            1 => {
                let person = 1 + chance.skewed(CARDS.into());
                say_why(router, cookie, person).await;
                format!("/events?person={person}")
            }
            2 => "/events?reason=card-expired&reason=card-blocked&span=week".to_owned(),
            _ => format!("/events?door={door}&code=held-open&code=forced-open"),
        };
        let begun = Instant::now();
        let response = send(router, get(&path, cookie)).await;
        assert_eq!(response.status(), StatusCode::OK);
        axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        times.push(begun.elapsed());
    }
    println!("a page of the dashboard: {PAGES} of them, {}", said(&mut times));
}

async fn table(router: &Router, cookie: &str) {
    let before = resident_kb();
    let begun = Instant::now();
    let response = send(router, get("/events.csv?span=all", cookie)).await;
    let mut body = response.into_body().into_data_stream();
    let (mut rows, mut bytes, mut most) = (0, 0, before);
    while let Some(piece) = body.next().await {
        let piece = piece.unwrap();
        rows += piece.iter().filter(|byte| **byte == b'\n').count();
        bytes += piece.len();
        most = most.max(resident_kb());
    }
    println!(
        "table: {} rows, {} MB in {:.1?}, {} kB more memory than before",
        rows - 1,
        bytes / 1_000_000,
        begun.elapsed(),
        most - before
    );
}

fn resident_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Everybody watches everything, in three languages; each must see every row, and how late is told.
async fn live(site: &Site, router: &Router, cookie: &str) {
    let total = PER_TICK * TICKS;
    let (told, _) = watch::channel((0_u64, Instant::now()));
    let mut watchers = Vec::new();
    for watcher in 0..WATCHERS {
        let mut request = get("/events/stream", cookie);
        let language = ["fi", "sv", "en"][watcher % 3];
        request.headers_mut().insert("accept-language", language.parse().unwrap());
        let body = send(router, request).await.into_body().into_data_stream();
        watchers.push(tokio::spawn(follow(body, total, told.subscribe())));
    }
    let begun = Instant::now();
    let mut ticks = tokio::time::interval(TICK);
    let mut previous = Link::START;
    for tick in 0..TICKS {
        ticks.tick().await;
        let report = report(tick, &mut previous);
        let site = site.clone();
        tokio::task::spawn_blocking(move || site.intake(&[report]).map(drop)).await.unwrap().unwrap();
        told.send_replace(((tick + 1) * PER_TICK, Instant::now()));
    }
    let intake = begun.elapsed();
    let (mut lates, mut lost) = (Vec::new(), 0);
    for watcher in watchers {
        match watcher.await.unwrap() {
            Some(mut late) => lates.append(&mut late),
            None => lost += 1,
        }
    }
    println!(
        "live: {WATCHERS} watchers, {total} events in {intake:.1?}, all seen after {:.1?}; {lost} fell behind; behind the commit: {}",
        begun.elapsed(),
        if lates.is_empty() { "unknown".to_owned() } else { said(&mut lates) }
    );
}

/// How late each batch was seen whole, or nothing if the watcher fell behind.
async fn follow(
    mut body: axum::body::BodyDataStream,
    total: u64,
    mut told: watch::Receiver<(u64, Instant)>,
) -> Option<Vec<Duration>> {
    let (mut seen, mut lates) = (0, Vec::new());
    while seen < total {
        let piece = body.next().await?.unwrap();
        let text = std::str::from_utf8(&piece).unwrap();
        if text.contains("event: lagged") {
            return None;
        }
        seen += u64::try_from(text.matches("event: row").count()).unwrap();
        let (committed, at) = *told.borrow_and_update();
        if seen == committed {
            lates.push(at.elapsed());
        }
    }
    Some(lates)
}

fn report(tick: u64, previous: &mut Link) -> Report {
    const EPOCH: u64 = 2;
    let before = *previous;
    let events = (tick * PER_TICK + 1..=(tick + 1) * PER_TICK)
        .map(|sequence| {
            let event = Event {
                sequence,
                boot: 1,
                mono: MonoMs(sequence),
                utc: UtcMs(NOW.0 + sequence.cast_signed()),
                trust: ClockTrust::Synchronised,
                generation: Generation(1),
                state_generation: Generation(1),
                mode: Mode::Normal,
                kind: EventKind::ExitPressed,
                subject: None,
            };
            *previous = link(*previous, EPOCH, &event);
            event
        })
        .collect();
    Report { door: id(0), epoch: EPOCH, boot: 1, previous: before, events, received: NOW }
}
