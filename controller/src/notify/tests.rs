//! Against a mail server and a program of the test's own, on threads.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};

use db::site::{Actor, Channel, NOTIFICATION_ATTEMPTS_MAX, NewDoor, Severity};
use tempfile::TempDir;
use zeroize::Zeroizing;

use super::*;
use crate::config::{Login, Security};

const START: UtcMs = UtcMs(1_800_000_000_000);
const SECRET: &[u8] = b"a secret of the test";

struct Bench {
    _folder: TempDir,
    site: Site,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let site = Site::open(&folder.path().join("site.db"), &"hospital".parse().unwrap()).unwrap();
        site.set_channels(&[to_channel()], START).unwrap();
        Self { _folder: folder, site }
    }

    fn raise(&self) {
        self.site.raise_alarm("no-masters", None, None, START).unwrap();
    }

    fn teller(&self, way: Way) -> Teller {
        Teller { site: self.site.clone(), channel: "desk".to_owned(), way }
    }
}

fn to_channel() -> Channel {
    Channel { name: "desk".to_owned(), severity: Severity::Notice }
}

fn email(port: u16, login: Option<Login>) -> Email {
    Email {
        channel: to_channel(),
        host: "127.0.0.1".to_owned(),
        port,
        security: Security::None,
        login,
        authority: None,
        from: "kulku@hospital.example".to_owned(),
        to: vec!["security@hospital.example".to_owned()],
        language: "fi".to_owned(),
    }
}

fn mailer(port: u16) -> Way {
    Way::Mail(Box::new(Mailer::new(&email(port, None), "hospital", chrono_tz::Europe::Helsinki, TIME_OUT).unwrap()))
}

fn caller(port: u16) -> Way {
    let webhook = Webhook {
        channel: to_channel(),
        url: format!("http://127.0.0.1:{port}/kulku"),
        secret: Zeroizing::new(SECRET.to_vec()),
        authority: None,
    };
    Way::Call(Caller::new(&webhook, "hospital", TIME_OUT).unwrap())
}

/// Serves one connection after the other, and tells what each said.
fn serve(serve: impl Fn(TcpStream, usize) -> String + Send + 'static) -> (u16, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, told) = channel();
    std::thread::spawn(move || {
        for (turn, stream) in listener.incoming().enumerate() {
            if tell.send(serve(stream.unwrap(), turn)).is_err() {
                return;
            }
        }
    });
    (port, told)
}

/// A mail server that says `to_rcpt` when it hears for whom, by turn.
fn smtp(to_rcpt: fn(usize) -> &'static str) -> (u16, Receiver<String>) {
    serve(move |mut stream, turn| {
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        let mut say = |text: &str| write!(stream, "{text}\r\n").unwrap_or(());
        say("220 test");
        let mut mail = String::new();
        while let Some(Ok(line)) = lines.next() {
            match line.split([' ', ':']).next().unwrap_or_default() {
                "EHLO" => say("250 test"),
                "RCPT" => say(to_rcpt(turn)),
                "DATA" => {
                    say("354 go on");
                    for line in lines.by_ref().map_while(Result::ok).take_while(|line| line != ".") {
                        mail.push_str(&line);
                        mail.push('\n');
                    }
                    say("250 taken");
                }
                "QUIT" => {
                    say("221 bye");
                    break;
                }
                _ => say("250 ok"),
            }
        }
        mail
    })
}

/// A program that answers with a status, by turn.
fn http(status: fn(usize) -> u16) -> (u16, Receiver<String>) {
    serve(move |mut stream, turn| {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if line.trim().is_empty() {
                break;
            }
            head.push_str(&line);
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        write!(stream, "HTTP/1.1 {} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n", status(turn)).unwrap();
        format!("{head}\n{}", String::from_utf8(body).unwrap())
    })
}

fn header<'a>(said: &'a str, name: &str) -> &'a str {
    let line = said.lines().find(|line| line.to_ascii_lowercase().starts_with(&format!("{name}:"))).unwrap();
    line.split_once(':').unwrap().1.trim()
}

fn after(ms: i64) -> UtcMs {
    UtcMs(START.0 + ms)
}

#[test]
fn a_mail_is_delivered_once_in_the_channels_language() {
    let (bench, (port, said)) = (Bench::new(), smtp(|_| "250 ok"));
    bench.raise();
    let teller = bench.teller(mailer(port));
    assert_eq!(teller.step(START).unwrap(), 1);
    assert_eq!(teller.step(after(1)).unwrap(), 0, "nothing is left");
    let mail = said.recv().unwrap();
    assert!(mail.contains("To: security@hospital.example"), "{mail}");
    assert!(mail.contains("Message-ID: <hospital.desk.1@kulku.invalid>"), "{mail}");
    assert!(mail.contains("Subject:"), "{mail}");
}

#[test]
fn a_mail_names_a_door_in_its_own_language() {
    let (bench, (port, said)) = (Bench::new(), smtp(|_| "250 ok"));
    let (actor, door) = (Actor { operator: "test", at: START }, "pharmacy".parse().unwrap());
    let settings = access::settings::DoorSettings::default();
    let key = access::envelope::DoorKey::new([7; 32]);
    bench
        .site
        .add_door(&actor, NewDoor { id: "pharmacy".parse().unwrap(), name: "Pharmacy".to_owned(), key, settings })
        .unwrap();
    bench.site.set_door_names(&actor, &door, &[(Language::Finnish, "Apteekki".to_owned())].into()).unwrap();
    bench.site.raise_alarm("door-offline", Some(&door), None, START).unwrap();
    let teller = Teller::of_mails(&bench.site, &email(port, None), chrono_tz::Europe::Helsinki).unwrap();
    assert_eq!(teller.step(START).unwrap(), 1);
    let mail = said.recv().unwrap();
    assert!(mail.contains("Apteekki") && !mail.contains("Pharmacy"), "{mail}");
}

#[test]
fn a_mail_that_is_refused_is_tried_again_later() {
    let (bench, (port, _said)) = (Bench::new(), smtp(|turn| if turn == 0 { "450 later" } else { "250 ok" }));
    bench.raise();
    let teller = bench.teller(mailer(port));
    assert_eq!(teller.step(START).unwrap(), 0);
    assert_eq!(teller.step(after(29_999)).unwrap(), 0);
    assert_eq!(teller.step(after(30_000)).unwrap(), 1);
}

#[test]
fn a_call_is_signed_and_the_signature_is_that_of_the_document() {
    let (bench, (port, said)) = (Bench::new(), http(|_| 204));
    bench.raise();
    assert_eq!(bench.teller(caller(port)).step(START).unwrap(), 1);
    let said = said.recv().unwrap();
    let (_, body) = said.split_once("\n\n").or_else(|| said.split_once("\r\n\n")).unwrap();
    let seconds = header(&said, "kulku-timestamp");
    assert_eq!(seconds, "1800000000");
    assert_eq!(header(&said, "kulku-signature"), webhook::sign(SECRET, seconds, body.as_bytes()));
    assert_eq!(header(&said, "idempotency-key"), "hospital.desk.1");
    let told: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!((&told["what"], &told["alarm"]["kind"]), (&"raised".into(), &"no-masters".into()));
    assert_eq!((&told["alarm"]["count"], &told["alarm"]["state"]), (&1.into(), &"open".into()));
}

#[test]
fn the_example_of_the_document_is_right() {
    let document = include_str!("../../../docs/ALARMS.md");
    let line = |start: &str| document.lines().find_map(|line| line.trim().strip_prefix(start)).unwrap().trim();
    let signature = webhook::sign(line("secret:").as_bytes(), line("kulku-timestamp:"), line("body:").as_bytes());
    assert_eq!(line("kulku-signature:"), signature);
}

#[test]
fn the_document_has_every_kind_with_its_class_severity_and_reminder() {
    let document = include_str!("../../../docs/ALARMS.md");
    for kind in db::site::AlarmKind::all() {
        let reminder = kind.remind_s.map_or_else(|| "never".to_owned(), |seconds| format!("{} min", seconds / 60));
        let row = format!("| `{}` | {} | {} | {reminder} |", kind.code, kind.class.code(), kind.severity.code());
        assert!(document.lines().any(|line| line.starts_with(&row)), "docs/ALARMS.md lacks {row}");
    }
}

#[test]
fn what_nobody_takes_is_given_up_and_an_operator_can_have_it_tried_again() {
    let (bench, (port, _said)) =
        (Bench::new(), http(|turn| if turn < NOTIFICATION_ATTEMPTS_MAX as usize { 500 } else { 200 }));
    bench.raise();
    let teller = bench.teller(caller(port));
    let hour = 3_600_000;
    for turn in 0..i64::from(NOTIFICATION_ATTEMPTS_MAX) {
        assert_eq!(teller.step(after(turn * hour)).unwrap(), 0);
    }
    let now = after(i64::from(NOTIFICATION_ATTEMPTS_MAX) * hour);
    let dead = bench.site.dead_letters(now, 9).unwrap();
    assert_eq!((dead.len(), dead[0].error.as_deref()), (1, Some("status 500")));
    bench.site.retry_notification(&Actor { operator: "maija", at: now }, dead[0].id).unwrap();
    assert!(teller.step(now).unwrap() >= 1);
}

#[test]
fn a_server_that_is_away_is_asked_once_for_all_that_is_due() {
    let bench = Bench::new();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    bench.raise();
    bench.site.raise_alarm("chain-fork", None, None, START).unwrap();
    let teller = bench.teller(mailer(free));
    assert_eq!(teller.step(START).unwrap(), 0);
    let due = bench.site.notifications_due("desk", after(30_000), 9).unwrap();
    assert_eq!(due.iter().map(|one| one.attempts).collect::<Vec<_>>(), [0, 1], "only one was tried");
    assert!(bench.site.notifications_due("desk", after(29_999), 9).unwrap().is_empty());
}

#[test]
fn one_that_is_never_taken_keeps_no_other_from_being_told() {
    let answers: [fn(usize) -> u16; 2] =
        [|turn| if turn == 0 { 500 } else { 204 }, |turn| if turn == 0 { 503 } else { 204 }];
    for status in answers {
        let (bench, (port, _said)) = (Bench::new(), http(status));
        bench.raise();
        bench.site.raise_alarm("chain-fork", None, None, START).unwrap();
        let teller = bench.teller(caller(port));
        let first = bench.site.notifications_due("desk", START, 1).unwrap().remove(0).id;
        let taken = teller.step(START).unwrap();
        let left = bench.site.notifications_due("desk", after(30_000), 9).unwrap();
        assert_eq!(left.len() + taken as usize, 2);
        let last = left.last().unwrap();
        assert_eq!((last.id, last.attempts), (first, 1), "it comes after what was not tried");
        assert!(left.iter().rev().skip(1).all(|other| other.attempts == 0));
        assert_eq!(taken, u32::from(last.error.as_deref() == Some("status 500")), "500 is about that one only");
    }
}

#[test]
fn a_password_is_not_in_what_logs_show() {
    let login = Login { user: "kulku".to_owned(), password: Zeroizing::new("tell-nobody".to_owned()) };
    let shown = format!("{:?}", email(25, Some(login)));
    assert!(!shown.contains("tell-nobody"), "{shown}");
}
