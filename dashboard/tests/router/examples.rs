//! The examples of `docs/API.md`: every request that it shows is sent, in their order, and what it shows of the answer has
//! the shape of the answer.

use access::reason::Reason;
use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::Value;

use crate::support::{Answer, Bench, TOKEN, door, uid};

const PAGE: &str = include_str!("../../../docs/API.md");

/// What `@people.csv` holds.
const FILE: &str = "person;name\n1001;Maija Mäkelä\n2002;Åke Öström\n";

/// Answers of which the page shows a part.
const ABRIDGED: [&str; 1] = ["/explain/event/"];

/// A block of the page: its language, its text, and the line that it begins at.
struct Block {
    language: &'static str,
    text: String,
    line: usize,
    /// Whether nothing but blank lines stands between it and the block before.
    follows: bool,
}

fn blocks() -> Vec<Block> {
    let (mut blocks, mut open, mut follows): (Vec<Block>, bool, bool) = (Vec::new(), false, false);
    for (line, text) in PAGE.lines().enumerate() {
        match text.strip_prefix("```") {
            Some(_) if open => (open, follows) = (false, true),
            Some(language) => {
                blocks.push(Block { language, text: String::new(), line: line + 1, follows });
                open = true;
            }
            None if open => blocks.last_mut().unwrap().text.push_str(&format!("{text}\n")),
            None => follows &= text.trim().is_empty(),
        }
    }
    blocks
}

/// A request as `curl` would send it.
#[derive(Debug, Default)]
struct Call {
    method: Option<Method>,
    place: String,
    body: String,
    kind: String,
}

/// Words as a shell divides them.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut any) = (Vec::new(), String::new(), None, false);
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), c) => word.push(c),
            (None, '\'' | '"') => (quote, any) = (Some(c), true),
            (None, c) if c.is_whitespace() => {
                if any || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                any = false;
            }
            (None, c) => word.push(c),
        }
    }
    if any || !word.is_empty() {
        words.push(word);
    }
    words
}

fn calls(script: &str) -> Vec<Call> {
    let whole = script.replace("\\\n", " ");
    // A body may go over several lines; a command begins with its name.
    let commands = format!("\n{whole}");
    commands.split("\ncurl ").skip(1).map(|command| call(&words(command))).collect()
}

fn call(words: &[String]) -> Call {
    let mut call = Call::default();
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        match word.as_str() {
            "-s" => {}
            ">" => drop(rest.next()),
            "-X" => call.method = Some(rest.next().unwrap().parse().unwrap()),
            "-H" => {
                let header = rest.next().unwrap();
                if let Some(kind) = header.strip_prefix("Content-Type: ") {
                    call.kind = kind.to_owned();
                }
            }
            "-d" => call.body = rest.next().unwrap().clone(),
            "--data-binary" => {
                assert_eq!(rest.next().unwrap(), "@people.csv");
                call.body = FILE.to_owned();
            }
            word => call.place = word.strip_prefix("$KULKU").unwrap_or_else(|| panic!("{word}?")).to_owned(),
        }
    }
    call
}

/// What differs between what is shown and what is answered; null stands for anything.
fn differs(shown: &Value, answered: &Value, place: &str, abridged: bool) -> Vec<String> {
    match (shown, answered) {
        (Value::Null, _) | (_, Value::Null) => Vec::new(),
        (Value::Object(shown), Value::Object(answered)) => {
            let mut found = Vec::new();
            for (name, value) in shown {
                let place = format!("{place}.{name}");
                match answered.get(name) {
                    Some(is) => found.extend(differs(value, is, &place, abridged)),
                    None => found.push(format!("{place} is not answered")),
                }
            }
            let more = answered.iter().filter(|(name, _)| !abridged && !shown.contains_key(*name));
            found.extend(more.map(|(name, value)| format!("{place}.{name}: {value} is not shown")));
            found
        }
        (Value::Array(shown), Value::Array(answered)) => match shown.first().zip(answered.first()) {
            Some((shown, answered)) => differs(shown, answered, &format!("{place}[0]"), abridged),
            None => Vec::new(),
        },
        (shown, answered) if std::mem::discriminant(shown) == std::mem::discriminant(answered) => Vec::new(),
        (shown, answered) => vec![format!("{place}: {shown} is {answered}")],
    }
}

async fn sent(bench: &Bench, call: &Call) -> Answer {
    let method = call.method.clone().unwrap_or(if call.body.is_empty() { Method::GET } else { Method::POST });
    let place = format!("/api/v1{}", call.place);
    let mut request = Request::builder().method(method).uri(&place).header("authorization", format!("Bearer {TOKEN}"));
    if !call.kind.is_empty() {
        request = request.header("content-type", &call.kind);
    }
    bench.send(request.body(Body::from(call.body.clone())).unwrap()).await
}

#[tokio::test]
async fn every_request_that_the_page_shows_is_answered_as_it_shows() {
    let mut bench = Bench::new().await;
    let mut browser = bench.signed_in().await;
    bench.furnished(&mut browser, "", "{order}{spare}").await;
    bench.tap(0, uid(1), Some(Reason::CardExpired));
    let denied = bench.site.find_events(&Default::default(), db::site::Seek::Newest, 1).unwrap().events[0].id;
    assert_eq!(bench.site.doors().unwrap().len(), 4, "{}", door(0));
    let (mut sent_calls, mut compared, mut failed) = (0, 0, Vec::new());
    let mut last: Vec<(String, Answer)> = Vec::new();
    for block in blocks() {
        match block.language {
            "sh" => {
                last.clear();
                for mut call in calls(&block.text) {
                    // Numbers that the site gives are others here: those of the answer before, and of the event.
                    call.place = call.place.replace("/1204", &format!("/{denied}"));
                    let made = last.last().and_then(|(_, answer)| answer.header("location").strip_prefix("/api/v1"));
                    if let Some(made) = made.filter(|made| {
                        made.rsplit_once('/').map(|made| made.0) == call.place.rsplit_once('/').map(|place| place.0)
                    }) {
                        call.place = made.to_owned();
                    }
                    let answer = sent(&bench, &call).await;
                    let text = String::from_utf8_lossy(&answer.body).into_owned();
                    if !answer.status.is_success() {
                        failed.push(format!("line {}: {call:?}: {} {text}", block.line, answer.status));
                    }
                    last.push((call.place, answer));
                    sent_calls += 1;
                }
            }
            "json" if block.follows && !last.is_empty() => {
                let shown: Value =
                    serde_json::from_str(&block.text).unwrap_or_else(|error| panic!("line {}: {error}", block.line));
                let found = last.iter().map(|(place, answer)| {
                    let abridged = ABRIDGED.iter().any(|short| place.starts_with(short));
                    match serde_json::from_slice(&answer.body) {
                        Ok(answered) => differs(&shown, &answered, "", abridged),
                        Err(_) => vec![format!("{place} is no JSON")],
                    }
                });
                let found: Vec<_> = found.collect();
                if !found.iter().any(Vec::is_empty) {
                    failed.push(format!("line {}: {found:#?}", block.line));
                }
                last.clear();
                compared += 1;
            }
            // What stands alone is at least JSON, and the answer to no call further up.
            "json" => {
                assert!(serde_json::from_str::<Value>(&block.text).is_ok(), "line {}", block.line);
                last.clear();
            }
            _ => {}
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(sent_calls >= 22 && compared >= 11, "{sent_calls} requests, {compared} answers");
}
