//! A small made-up site behind the router, and a browser that keeps its cookies.

use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};

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
use dashboard::{Context, DemoCard, DemoDoor, DemoDoors, Right, Route, TapShown};
use db::site::{
    Actor, CardKind, NewCard, NewDoor, NewEmployment, NewPerson, NewToken, Report, Role, Site, SoundBackup,
    WithoutDigest,
};
use db::trial::log::Filling;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use tokio::sync::{OnceCell, watch};
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
    pub(crate) routes: Vec<Route>,
    pub(crate) stop: watch::Sender<bool>,
    context: Context,
    clock: Arc<AtomicI64>,
    heads: [(u64, Link); 4],
    _folder: TempDir,
}

/// A route, called with something for each of its names.
#[derive(Debug, Clone)]
pub(crate) struct Called {
    pub(crate) method: Method,
    pub(crate) path: String,
    /// With names in braces.
    pub(crate) pattern: String,
    pub(crate) right: Right,
}

impl Called {
    fn new(route: &Route) -> Option<Self> {
        let named = [
            ("{uid}", "04A1B201"),
            ("{id}", "1"),
            ("{door}", "pharmacy"),
            ("{person}", "1"),
            ("{what}", "employments"),
            ("{number}", "1"),
            ("{kind}", "people"),
            ("{issuer}", "1"),
            ("{serial}", "01"),
            ("{session}", "1"),
            ("{change}", "1"),
        ];
        let right = route.right?;
        let path = named.into_iter().fold(route.path.clone(), |path, (name, value)| path.replace(name, value));
        assert!(!path.contains('{'), "{path}: what is to be called?");
        Some(Self { method: route.method.clone(), path, pattern: route.path.clone(), right })
    }
}

fn open(path: &Path) -> Site {
    Site::open(path, &"hospital".parse().unwrap()).unwrap()
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
        Self::built(demo, false, None).await
    }

    /// With a log that is as long as this says.
    pub(crate) async fn with_log(filling: Filling) -> Self {
        Self::built(false, false, Some(filling)).await
    }

    /// With cookies bound to HTTPS, or not.
    pub(crate) async fn built(demo: bool, secure_cookies: bool, filling: Option<Filling>) -> Self {
        let bench = Self::mounted(demo, secure_cookies, |path| {
            std::fs::write(path, filled()).unwrap();
            if let Some(filling) = filling {
                db::trial::log::fill(path, &filling).unwrap();
            }
        });
        bench.with_operator().await
    }

    /// A site that was put back from a backup, about which nobody has decided yet.
    pub(crate) async fn restored() -> Self {
        let bench = Self::mounted(false, false, |path| {
            std::fs::write(path, filled()).unwrap();
            let backup = path.with_file_name("backup");
            db::site::back_up(path, &backup, "1", UtcMs(NOW), &mut |_, _| {}).unwrap();
            let backup = SoundBackup::open(&backup, &"hospital".parse().unwrap(), WithoutDigest::Refused).unwrap();
            db::site::put_back(&backup, path, &actor(), &mut |_, _| {}).unwrap();
        });
        bench.with_operator().await
    }

    /// Adds the operator and the token that the tests use.
    async fn with_operator(self) -> Self {
        let bench = self;
        let site = &bench.site;
        let hash = HASH.get_or_init(|| async { dashboard::password::hash(PASSWORD).await.unwrap() }).await;
        let operator = site.add_operator(&actor(), OPERATOR, hash).unwrap();
        let digest = Sha256::digest(TOKEN.as_bytes()).into();
        let token = NewToken { operator: operator.id, label: "test", sha256: digest, scope: "all", expires: None };
        site.add_token(&actor(), &token).unwrap();
        bench
    }

    /// A site in which nothing is yet, not even an operator.
    pub(crate) fn empty() -> Self {
        Self::mounted(false, false, |_| ())
    }

    fn mounted(demo: bool, secure_cookies: bool, prepare: impl FnOnce(&Path)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("site.db");
        prepare(&path);
        let site = open(&path);
        let clock = Arc::new(AtomicI64::new(NOW));
        let (stop, stopped) = watch::channel(false);
        let hand = Arc::clone(&clock);
        let (figures, asked) = dashboard::figures::ask();
        // Tests that only look at the routes have no runtime.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(crate::health::count(asked));
        }
        let context = Context {
            site: site.clone(),
            clock: Arc::new(move || UtcMs(hand.load(Ordering::SeqCst))),
            zone: chrono_tz::Europe::Helsinki,
            secure_cookies,
            stop: stopped,
            authorities: Arc::new(authorities()),
            demo: demo.then(|| Arc::new(Emulated) as Arc<dyn DemoDoors>),
            figures: Some(figures),
        };
        let routes = dashboard::routes(context.clone());
        let router = dashboard::router(context.clone());
        Self { site, router, routes, stop, context, clock, heads: [(0, Link::START); 4], _folder: folder }
    }

    /// Where nobody counts how long things take.
    pub(crate) async fn without_figures() -> Self {
        let mut bench = Self::new().await;
        bench.context.figures = None;
        bench.restart();
        bench
    }

    /// The controller begins anew, with what stands in the database.
    pub(crate) fn restart(&mut self) {
        self.router = dashboard::router(self.context.clone());
    }

    /// Every page that asks for a right, as the router has them.
    pub(crate) fn pages(&self) -> Vec<Called> {
        self.routes.iter().filter(|route| !route.path.starts_with("/api/")).filter_map(Called::new).collect()
    }

    /// Every call of the API.
    pub(crate) fn calls(&self) -> Vec<Called> {
        self.routes.iter().filter(|route| route.path.starts_with("/api/")).filter_map(Called::new).collect()
    }

    /// What a place asks for; nothing if anybody may go there.
    pub(crate) fn right_of(&self, method: &Method, place: &str) -> Option<Right> {
        self.route_of(method, place).right
    }

    /// The route that answers at a place.
    pub(crate) fn route_of(&self, method: &Method, place: &str) -> &Route {
        let words = |path: &str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
        let asked = words(place);
        let fits = |route: &&Route| {
            let names = words(&route.path);
            let same = |(name, word): (&String, &String)| name == word || name.starts_with('{');
            route.method == *method && names.len() == asked.len() && names.iter().zip(&asked).all(same)
        };
        // Of two that fit, the one with fewer names is meant.
        let found = self.routes.iter().filter(fits).min_by_key(|route| route.path.matches('{').count());
        found.unwrap_or_else(|| panic!("{method} {place} leads nowhere"))
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

    /// A browser in which somebody of this role has signed in, whose name is the role's.
    pub(crate) async fn signed_in_as(&self, role: Role) -> Browser {
        self.operator_of(role);
        let mut browser = self.browser();
        let form = format!("name={}&password=correct+horse&next=%2F", role.code());
        assert_eq!(browser.post("/sign-in", &form).await.status, StatusCode::SEE_OTHER);
        browser
    }

    /// A token of somebody of this role.
    pub(crate) fn token_of(&self, role: Role, scope: &str) -> String {
        let token = format!("token-{}-{scope}", role.code());
        let sha256 = Sha256::digest(token.as_bytes()).into();
        let token_of = NewToken { operator: self.operator_of(role), label: scope, sha256, scope, expires: None };
        self.site.add_token(&actor(), &token_of).unwrap();
        token
    }

    fn operator_of(&self, role: Role) -> i64 {
        if let Some(known) = self.site.operator(role.code()).unwrap() {
            return known.id;
        }
        let hash = self.site.operator(OPERATOR).unwrap().unwrap().password_hash;
        let added = self.site.add_operator(&actor(), role.code(), &hash).unwrap();
        self.site.set_role(&actor(), added.id, role).unwrap();
        added.id
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

/// The hash of [`PASSWORD`], which takes a while on purpose.
static HASH: OnceCell<String> = OnceCell::const_new();

/// The file of a site that is filled, made once.
fn filled() -> &'static [u8] {
    static FILE: OnceLock<Vec<u8>> = OnceLock::new();
    FILE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("site.db");
        fill(&open(&path));
        let rest = std::fs::metadata(path.with_file_name("site.db-wal")).map_or(0, |rest| rest.len());
        assert_eq!(rest, 0, "all of it stands in the file");
        std::fs::read(&path).unwrap()
    })
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
