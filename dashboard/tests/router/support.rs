//! A small made-up site behind the router, and a browser that keeps its cookies.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use access::chain::{Link, link};
use access::command::Action;
use access::decide::{Credential, Decision, Presented};
use access::envelope::DoorKey;
use access::event::{Event, EventKind, Subject};
use access::id::DoorId;
use access::mode::Mode;
use access::passage::Side;
use access::reason::{Reason, Reasons};
use access::settings::DoorSettings;
use access::time::{ClockTrust, MonoMs, UtcMs, Window};
use access::uid::Uid;
use access::whitelist::Generation;
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use certificates::Authorities;
use dashboard::{Context, DemoCard, DemoDoor, DemoDoors, TapShown};
use db::site::{Actor, CardKind, NewCard, NewDoor, NewEmployment, NewPerson, Report, Site};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use tokio::sync::watch;
use tower::ServiceExt as _;

/// 24 November 2026, 15:00 in Helsinki.
pub(crate) const NOW: i64 = 1_795_525_200_000;
pub(crate) const OPERATOR: &str = "maija";
pub(crate) const PASSWORD: &str = "correct horse";
pub(crate) const TOKEN: &str = "kulku-test-token";
pub(crate) const DOORS: [(&str, &str); 3] = [("pharmacy", "Apteekki"), ("ward-3", "Osasto 3"), ("main", "Pääovi")];
/// The encoder, behind the doors.
pub(crate) const DESK: usize = DOORS.len();
/// Somebody whose name is a script.
pub(crate) const EVIL: &str = "<script>alert('Ö')</script>&\"";

/// A site with three doors, two people, two cards and a few events.
pub(crate) struct Bench {
    pub(crate) site: Site,
    pub(crate) router: Router,
    pub(crate) stop: watch::Sender<bool>,
    clock: Arc<AtomicI64>,
    heads: [(u64, Link); 4],
    _folder: TempDir,
}

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.to_vec()).unwrap()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Bench {
    pub(crate) async fn new() -> Self {
        Self::with(false).await
    }

    /// With or without the demo's doors.
    pub(crate) async fn with(demo: bool) -> Self {
        Self::built(demo, false).await
    }

    /// With cookies bound to HTTPS, or not.
    pub(crate) async fn built(demo: bool, secure_cookies: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let site = Site::open(&folder.path().join("site.db"), &"hospital".parse().unwrap()).unwrap();
        let clock = Arc::new(AtomicI64::new(NOW));
        fill(&site);
        let hash = dashboard::password::hash(PASSWORD).await.unwrap();
        let operator = site.add_operator(&actor(), OPERATOR, &hash).unwrap();
        let digest = Sha256::digest(TOKEN.as_bytes()).into();
        site.add_token(&actor(), operator.id, "test", digest, None).unwrap();
        let (stop, stopped) = watch::channel(false);
        let hand = Arc::clone(&clock);
        let router = dashboard::router(Context {
            site: site.clone(),
            clock: Arc::new(move || UtcMs(hand.load(Ordering::SeqCst))),
            zone: chrono_tz::Europe::Helsinki,
            secure_cookies,
            stop: stopped,
            authorities: Arc::new(authorities()),
            demo: demo.then(|| Arc::new(Emulated) as Arc<dyn DemoDoors>),
        });
        Self { site, router, stop, clock, heads: [(0, Link::START); 4], _folder: folder }
    }

    pub(crate) fn now(&self) -> UtcMs {
        UtcMs(self.clock.load(Ordering::SeqCst))
    }

    /// Lets time pass.
    pub(crate) fn wait_ms(&self, ms: i64) {
        self.clock.fetch_add(ms, Ordering::SeqCst);
    }

    /// Something happens at a door (by its place in [`DOORS`]), or at [`DESK`], and reaches the log.
    pub(crate) fn happen(&mut self, door: usize, kind: EventKind, uid: Option<Uid>) {
        self.happen_in(door, (Generation(1), Mode::Normal), kind, uid);
    }

    /// The same at a door that has this state and tells this mode.
    pub(crate) fn happen_in(
        &mut self,
        door: usize,
        (state_generation, mode): (Generation, Mode),
        kind: EventKind,
        uid: Option<Uid>,
    ) {
        let (sequence, previous) = self.heads[door];
        let event = Event {
            sequence: sequence + 1,
            boot: 1,
            mono: MonoMs(sequence * 10),
            utc: self.now(),
            trust: ClockTrust::Synchronised,
            generation: Generation(1),
            state_generation,
            mode,
            kind,
            subject: uid.map(|uid| Subject { uid, salt: [7; 16] }),
        };
        self.heads[door] = (sequence + 1, link(previous, 1, &event));
        self.site
            .intake(&[Report {
                door: self::door(door),
                epoch: 1,
                boot: 1,
                previous,
                events: vec![event],
                received: self.now(),
            }])
            .unwrap();
    }

    /// A card is tapped.
    pub(crate) fn tap(&mut self, door: usize, card: Uid, reason: Option<Reason>) {
        self.happen(door, tapped(reason), Some(card));
    }

    /// Sends a request as it is.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        answer(&self.router, request).await
    }

    /// Calls the API with the token.
    pub(crate) async fn api(&self, method: Method, path: &str, body: &str) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("authorization", format!("Bearer {TOKEN}"));
        if !body.is_empty() {
            request = request.header("content-type", "application/json");
        }
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    /// A browser that has signed in.
    pub(crate) async fn signed_in(&self) -> Browser {
        let mut browser = self.browser();
        let form = format!("name={OPERATOR}&password=correct+horse&next=%2F");
        let answer = browser.post("/sign-in", &form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        browser
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser { router: self.router.clone(), cookies: Vec::new(), language: "en" }
    }
}

/// Keeps cookies, and speaks of its origin as browsers do.
pub(crate) struct Browser {
    router: Router,
    cookies: Vec<(String, String)>,
    pub(crate) language: &'static str,
}

impl Browser {
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

async fn answer(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    Answer { status: parts.status, headers: parts.headers, body: to_bytes(body, 1 << 20).await.unwrap() }
}

/// The authority whose cards the tests have.
pub(crate) fn authorities() -> Authorities {
    let mut authorities = Authorities::new();
    authorities.add_all("authority.pem", include_bytes!("data/authority.pem")).unwrap();
    authorities
}

pub(crate) fn actor() -> Actor<'static> {
    Actor { operator: "setup", at: UtcMs(NOW) }
}

/// A tap, denied for one reason or granted.
pub(crate) fn tapped(reason: Option<Reason>) -> EventKind {
    EventKind::Tap {
        side: Side::In,
        presented: Presented::Classic1k,
        credential: Credential::NotAsked,
        decision: Decision { reasons: reason.map_or(Reasons::NONE, Reasons::from), generation: Generation(1) },
        noted: Reasons::NONE,
        rolling: None,
    }
}

pub(crate) fn uid(number: u8) -> Uid {
    Uid::new(&[0x04, 0xA1, 0xB2, number]).unwrap()
}

pub(crate) fn door(number: usize) -> DoorId {
    DOORS.get(number).map_or("desk", |(id, _)| id).parse().unwrap()
}

/// Asks a door for something, as an operator would.
pub(crate) fn command(site: &Site, number: usize) -> u64 {
    site.request_command(&actor(), &door(number), Action::UnlockOnce, "A visitor waits").unwrap().id
}

fn fill(site: &Site) {
    for (id, name) in DOORS {
        let settings = DoorSettings::default();
        let door = NewDoor { id: id.parse().unwrap(), name: name.to_owned(), key: DoorKey::new([7; 32]), settings };
        site.add_door(&actor(), door).unwrap();
    }
    for ((name, external_id), number) in [("Maija Meikäläinen", Some("1001")), (EVIL, None)].into_iter().zip(1..) {
        let person = NewPerson { name: name.to_owned(), external_id: external_id.map(str::to_owned) };
        let person = site.add_person(&actor(), person).unwrap().id;
        let card = NewCard::new(uid(number), CardKind::Staff, Window::ALWAYS);
        site.add_card(&actor(), card).unwrap();
        site.give_card(&actor(), &uid(number), person, Window::ALWAYS).unwrap();
        // A staff card opens nothing for somebody who does not work here.
        site.add_employment(&actor(), person, &NewEmployment::always("Päivystys", "Sairaanhoitaja")).unwrap();
        site.list_card(&actor(), &uid(number), &door(0), Window::ALWAYS).unwrap();
    }
}

/// The demo's doors: one card opens, the other does not.
struct Emulated;

impl DemoDoors for Emulated {
    fn doors(&self) -> Vec<DemoDoor> {
        vec![DemoDoor { id: "pharmacy".to_owned(), name: "Apteekki".to_owned() }]
    }

    fn cards(&self) -> Vec<DemoCard> {
        ["good", "bad"].map(|name| DemoCard { name: name.to_owned(), label: format!("Card {name}") }).to_vec()
    }

    fn tap(&self, door: &str, card: &str) -> Result<TapShown, String> {
        if door != "pharmacy" {
            return Err("there is no such door".to_owned());
        }
        let good = card == "good";
        let reasons = if good { Vec::new() } else { vec!["card-expired".to_owned()] };
        Ok(TapShown {
            lock: if good { "released" } else { "locked" }.to_owned(),
            signal: if good { "granted" } else { "denied" }.to_owned(),
            reader_ms: 12.34,
            reasons,
        })
    }
}
