//! Against a receiver of the test's own, over TLS.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use access::chain::{Link, link};
use access::decide::{Credential, Decision, Presented};
use access::event::{Event, EventKind, Subject};
use access::mode::Mode;
use access::passage::Side;
use access::reason::{Reason, Reasons};
use access::settings::DoorSettings;
use access::time::{ClockTrust, MonoMs, Window};
use access::uid::Uid;
use access::whitelist::Generation;
use db::site::{CardKind, ImportCard, ImportPerson, NewDoor, NewEmployment, Report};
use rustls::version::TLS12;
use tempfile::TempDir;
use tokio::time::timeout;

mod receiver;
mod told;

use receiver::{Manner, Pki, Receiver};

use super::received::Received;
use super::*;
use crate::config::{Endpoint, Pace};

/// Longest wait for anything. It is long, since only a failing test waits for it.
const DEADLINE: Duration = Duration::from_secs(30);

const START: UtcMs = UtcMs(1_800_000_000_000);
const TESTER: Actor<'static> = Actor { operator: "maija.m", at: START };

/// What people are called who want to be somebody else in the SIEM.
const HOSTILE: &str = r#"Erkki"] [kulku@32473 code="granted"] \"#;

/// What nobody is told who is to hear no names: people, operators, cards, what was written.
const SECRETS: [&str; 5] = ["Erkki", "maija", "04010000", "04990000", "broken into"];

struct Bench {
    _folder: TempDir,
    site: Site,
    pki: Pki,
    sequence: u64,
    head: Link,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let site = Site::open(&folder.path().join("site.db"), &"hospital".parse().unwrap()).unwrap();
        let (key, settings) = (access::envelope::DoorKey::new([7; 32]), DoorSettings::default());
        let new = NewDoor { id: "ward".parse().unwrap(), name: "Ward".to_owned(), key, settings };
        site.add_door(&TESTER, new).unwrap();
        let person = ImportPerson {
            name: HOSTILE.to_owned(),
            employments: vec![NewEmployment::always("Ward", "Nurse")],
            cards: vec![ImportCard {
                uid: uid(0x01),
                kind: CardKind::Staff,
                window: Window::ALWAYS,
                doors: Vec::new(),
            }],
            ..ImportPerson::default()
        };
        site.import(&TESTER, &[person]).unwrap();
        Self { _folder: folder, site, pki: Pki::new(), sequence: 0, head: Link::START }
    }

    fn settings(&self, address: SocketAddr) -> Syslog {
        Syslog {
            server: Endpoint { host: address.ip().to_string(), port: address.port() },
            authority: self.pki.path("ca.pem"),
            client: None,
            names: false,
            enterprise: 32_473,
            host: None,
            pace: Pace {
                idle: Duration::from_millis(50),
                window: Duration::from_millis(400),
                settle: Duration::from_millis(20),
                pause: (Duration::from_millis(5), Duration::from_millis(20)),
                away: Duration::from_secs(900),
            },
        }
    }

    /// So many taps, every other one with a card that nobody knows.
    fn taps(&mut self, count: u64) {
        let before = self.head;
        let events: Vec<Event> = (0..count)
            .map(|_| {
                self.sequence += 1;
                let known = self.sequence.is_multiple_of(2);
                let event = tap(self.sequence, uid(if known { 0x01 } else { 0x99 }), known);
                self.head = link(self.head, 5, &event);
                event
            })
            .collect();
        let door = "ward".parse().unwrap();
        let report = Report { door, epoch: 5, boot: 1, previous: before, events, received: START };
        let outcome = self.site.intake(&[report]).unwrap();
        assert_eq!(outcome[0].fault, None);
    }

    /// Waits until everything was handed over.
    async fn until_nothing_waits(&self) {
        let waits = async {
            while self.site.syslog_standing().unwrap().is_none_or(|standing| standing.behind > 0) {
                tokio::task::yield_now().await;
            }
        };
        timeout(DEADLINE, waits).await.expect("something waits for ever");
    }
}

fn uid(number: u8) -> Uid {
    Uid::new(&[4, number, 0, 0]).unwrap()
}

fn tap(sequence: u64, card: Uid, known: bool) -> Event {
    let reasons = if known { Reasons::NONE } else { Reasons::from(Reason::UnknownCard) };
    Event {
        sequence,
        boot: 1,
        mono: MonoMs(sequence),
        utc: UtcMs(START.0 + i64::try_from(sequence).unwrap()),
        trust: ClockTrust::Synchronised,
        generation: Generation(3),
        state_generation: Generation(3),
        mode: Mode::Normal,
        kind: EventKind::Tap {
            side: Side::In,
            noted: Reasons::NONE,
            presented: Presented::Classic1k,
            credential: Credential::NotAsked,
            rolling: None,
            decision: Decision { reasons, generation: Generation(3) },
        },
        subject: Some(Subject { uid: card, salt: [1; 16] }),
    }
}

/// The rows of the log among messages.
fn rows(messages: &[Received]) -> Vec<u64> {
    messages.iter().filter_map(|message| message.value("row")).map(|row| row.parse().unwrap()).collect()
}

/// Every number of each kind is there from the first to the last, and what came again says the same.
fn whole(messages: &[Received]) {
    let mut known = BTreeMap::new();
    for message in messages.iter().filter(|message| message.value("kind") != Some("log")) {
        let before = known.insert(message.key(), message.params.clone());
        assert!(before.is_none_or(|before| before == message.params), "another thing of the same number: {message:?}");
    }
    for kind in ["event", "change", "alarm"] {
        let numbers: BTreeSet<u64> = known.keys().filter(|(of, _)| of == kind).map(|(_, number)| *number).collect();
        if let (Some(first), Some(last)) = (numbers.first(), numbers.last()) {
            assert_eq!(numbers.len() as u64, last - first + 1, "{kind}: some are missing");
        }
    }
}

fn begin(bench: &Bench, settings: Syslog) -> (JoinHandle<()>, watch::Sender<bool>) {
    let (stop, stopped) = watch::channel(false);
    (start(&bench.site, settings, stopped), stop)
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_is_logged_from_then_on_arrives_in_order_and_names_nobody() {
    let mut bench = Bench::new();
    bench.taps(3);
    let mut receiver = Receiver::start(bench.pki.server(false), &[Manner::Takes]).await;
    let (task, stop) = begin(&bench, bench.settings(receiver.address));
    let first = receiver.next().await;
    assert_eq!((first.id.as_str(), first.value("from_row")), ("sending-begins", Some("4")));
    assert_eq!(receiver.next().await.id, "syslog-set", "that it began is in the operator log");
    for _ in 0..5 {
        bench.taps(50);
    }
    bench.site.raise_alarm("chain-fork", Some(&"ward".parse().unwrap()), None, START).unwrap();
    let alarm = bench.site.alarms(&db::site::AlarmFilter::default(), START, 1).unwrap()[0].id;
    bench.site.acknowledge_alarm(&TESTER, alarm, "the lid was broken into").unwrap();
    let mut all = receiver.until_row(253).await;
    bench.until_nothing_waits().await;
    while let Ok(more) = receiver.told.try_recv() {
        all.push(more);
    }
    assert_eq!(rows(&all), (4..=253).collect::<Vec<_>>());
    whole(&all);
    let denied = all.iter().find(|message| message.value("row") == Some("5")).unwrap();
    assert_eq!((denied.priority, denied.id.as_str()), (85, "denied"));
    for (name, value) in [
        ("door", "ward"),
        ("reasons", "unknown-card"),
        ("sequence", "5"),
        ("epoch", "0000000000000005"),
        ("generation", "3"),
        ("received", "2027-01-15T08:00:00.000Z"),
    ] {
        assert_eq!(denied.value(name), Some(value), "{denied:?}");
    }
    assert_eq!(denied.text, "denied ward unknown-card");
    let head = bench.site.log_rows(5, 5, 1).unwrap()[0].head;
    assert_eq!(denied.value("head"), Some(message::digits(&head.0).as_str()));
    let steps: Vec<_> = all.iter().filter(|message| message.id == "chain-fork").collect();
    assert_eq!(steps.iter().map(|step| step.value("what").unwrap()).collect::<Vec<_>>(), ["raised", "acknowledged"]);
    assert_eq!((steps[0].priority, steps[1].priority), (82, 85));
    for secret in SECRETS {
        assert!(!all.iter().any(|message| message.whole.contains(secret)), "{secret} is told");
    }
    stop.send(true).unwrap();
    timeout(DEADLINE, task).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn with_names_people_and_cards_are_told_and_cannot_pretend_to_be_another_message() {
    let mut bench = Bench::new();
    let mut receiver = Receiver::start(bench.pki.server(false), &[Manner::Takes]).await;
    let (_task, _stop) = begin(&bench, Syslog { names: true, ..bench.settings(receiver.address) });
    let set = receiver.until(|message| message.id == "syslog-set").await.pop().unwrap();
    assert_eq!(set.value("detail"), Some(format!("{}, with names", receiver.address).as_str()));
    assert_eq!(set.value("operator"), Some("configuration"));
    bench.taps(2);
    let all = receiver.until_row(2).await;
    let granted = all.last().unwrap();
    assert_eq!((granted.id.as_str(), granted.value("name")), ("granted", Some(HOSTILE)));
    assert_eq!((granted.value("card"), granted.value("code")), (Some("04010000"), Some("granted")));
    assert_eq!(granted.text, format!("granted ward {HOSTILE}"));
    assert!(all.iter().any(|message| message.value("card") == Some("04990000")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_dies_gets_what_it_missed_with_the_same_numbers() {
    let mut bench = Bench::new();
    let manners =
        &[Manner::EndsBare, Manner::Dies(0), Manner::Dies(7), Manner::Dies(40), Manner::EndsBare, Manner::Takes];
    let mut receiver = Receiver::start(bench.pki.server_of(false, &TLS12), manners).await;
    let (_task, _stop) = begin(&bench, bench.settings(receiver.address));
    let mut all = receiver.until(|message| message.id == "syslog-set").await;
    bench.until_nothing_waits().await;
    for _ in 0..6 {
        bench.taps(50);
    }
    let mut opened = receiver.opened.clone();
    timeout(DEADLINE, opened.wait_for(|opened| *opened >= 5)).await.unwrap().unwrap();
    bench.taps(50);
    bench.until_nothing_waits().await;
    while let Ok(more) = receiver.told.try_recv() {
        all.push(more);
    }
    whole(&all);
    let rows = rows(&all);
    assert_eq!(rows.iter().collect::<BTreeSet<_>>(), (1..=350).collect::<Vec<_>>().iter().collect());
    assert!(rows.len() >= 350 + 7, "what was not answered came again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_is_away_for_long_is_an_alarm_which_is_over_once_it_takes_again() {
    let bench = Bench::new();
    let manners = &[Manner::Dies(0), Manner::Dies(0), Manner::Takes];
    let mut receiver = Receiver::start(bench.pki.server(false), manners).await;
    let mut settings = bench.settings(receiver.address);
    settings.pace.away = Duration::ZERO;
    let (_task, _stop) = begin(&bench, settings);
    // What tells of the alarm is what waits.
    let told = receiver.until(|message| message.id == ALARM && message.value("what") == Some("over")).await;
    let steps = told.iter().filter(|message| message.id == ALARM).map(|message| message.value("what").unwrap());
    assert_eq!(steps.collect::<BTreeSet<_>>(), ["over", "raised"].into());
    let open = bench.site.alarms(&db::site::AlarmFilter::default(), START, 9).unwrap();
    assert!(open.is_empty(), "it closes by itself: {open:?}");

    let short = Bench::new();
    let mut receiver = Receiver::start(short.pki.server(false), manners).await;
    let (_task, _stop) = begin(&short, short.settings(receiver.address));
    let mut told = receiver.until(|message| message.id == "syslog-set").await;
    short.until_nothing_waits().await;
    while let Ok(more) = receiver.told.try_recv() {
        told.push(more);
    }
    assert!(!told.iter().any(|message| message.id == ALARM), "it was not away for long");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_that_is_killed_goes_on_from_what_was_surely_taken() {
    let mut bench = Bench::new();
    let manners = &[Manner::Takes, Manner::Stalls(11), Manner::Takes];
    let mut receiver = Receiver::start(bench.pki.server(false), manners).await;
    let (task, _stop) = begin(&bench, bench.settings(receiver.address));
    let mut all = receiver.until(|message| message.id == "syslog-set").await;
    bench.until_nothing_waits().await;
    bench.taps(100);
    all.extend(receiver.until_row(11).await);
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    let stands = bench.site.syslog_standing().unwrap().unwrap();
    assert_eq!((stands.position.row, stands.behind), (0, 100), "nobody has answered for any of them");
    let (_task, _stop) = begin(&bench, bench.settings(receiver.address));
    all.extend(receiver.until_row(100).await);
    bench.until_nothing_waits().await;
    whole(&all);
    assert_eq!(rows(&all), (1..=11).chain(1..=100).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_believed_is_sent_nothing_and_the_reason_is_told() {
    let bench = Bench::new();
    let stranger = Pki::new();
    let mut receiver = Receiver::start(stranger.server(false), &[Manner::Takes]).await;
    let settings = bench.settings(receiver.address);
    let fault = Connection::open(&settings).await.err().unwrap();
    assert!(matches!(fault, Fault::Handshake(_)), "{fault}");
    assert!(fault.to_string().contains("certificate"), "{fault}");
    let (_task, _stop) = begin(&bench, settings.clone());
    timeout(DEADLINE, receiver.opened.wait_for(|opened| *opened >= 4)).await.unwrap().unwrap();
    assert!(receiver.told.try_recv().is_err(), "something was told");
    assert!(bench.site.syslog_standing().unwrap().unwrap().behind > 0);

    // The right authority, and another name than that of the certificate.
    let other = Receiver::start(bench.pki.server(false), &[Manner::Takes]).await;
    let server = Endpoint { host: "localhost".to_owned(), port: other.address.port() };
    let fault = Connection::open(&Syslog { server, ..settings.clone() }).await.err().unwrap();
    assert!(fault.to_string().contains("certificate"), "{fault}");
    for (name, key) in [("absent.pem", "syslog.authority"), ("empty.pem", "syslog.authority")] {
        std::fs::write(bench.pki.path("empty.pem"), "").unwrap();
        let settings = Syslog { authority: bench.pki.path(name), ..settings.clone() };
        let fault = Connection::open(&settings).await.err().unwrap().to_string();
        assert!(fault.contains(name) && fault.contains(key), "{fault}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_asks_for_a_certificate_gets_it_and_without_one_nothing_counts_as_taken() {
    let bench = Bench::new();
    let mut receiver = Receiver::start(bench.pki.server(true), &[Manner::Takes]).await;
    let (task, _stop) = begin(&bench, bench.settings(receiver.address));
    timeout(DEADLINE, receiver.opened.wait_for(|opened| *opened >= 3)).await.unwrap().unwrap();
    task.abort();
    assert!(receiver.told.try_recv().is_err());
    assert_eq!(bench.site.syslog_standing().unwrap().unwrap().position.restored, None);
    let client = Some(bench.pki.issue("kulku.example"));
    let (_task, _stop) = begin(&bench, Syslog { client, ..bench.settings(receiver.address) });
    assert_eq!(receiver.next().await.id, "sending-begins");
    bench.until_nothing_waits().await;
}
