//! Requests that are done once: what is known of a key, over a restart and over a lost answer.

use access::time::UtcMs;
use db::site::{KeptAnswer, NewPerson, ONCE_ANSWER_MAX, ONCE_KEPT_MS, ONCE_KEYS_MAX, Once, OnceKey};

use crate::support::{ACTOR, Bench, NOW, problem};

const REQUEST: [u8; 32] = [1; 32];
const OTHER: [u8; 32] = [2; 32];

fn key(key: &str) -> OnceKey {
    OnceKey { token: [7; 32], key: key.to_owned() }
}

fn later(ms: i64) -> UtcMs {
    UtcMs(NOW.0 + ms)
}

fn person(name: &str) -> NewPerson {
    NewPerson { name: name.to_owned(), external_id: None }
}

#[test]
fn an_answer_is_given_again_for_a_day_to_the_same_token_and_request() {
    let bench = Bench::new();
    let begin = |key: &OnceKey, request, at| bench.site.begin_once(key, request, 5, at).unwrap();
    assert_eq!(begin(&key("a"), REQUEST, NOW), Once::Begun);
    assert_eq!(begin(&key("a"), REQUEST, later(1)), Once::UnderWay);
    assert_eq!(begin(&key("a"), OTHER, later(1)), Once::Another);
    let headers = vec![("location".to_owned(), "/api/v1/people/1".to_owned())];
    let answer = KeptAnswer { status: 201, headers, body: b"{}".to_vec() };
    bench.site.answered_once(&key("a"), Some(&answer)).unwrap();
    assert_eq!(begin(&key("a"), REQUEST, later(2)), Once::Answered(answer.clone()));
    assert_eq!(begin(&key("a"), OTHER, later(2)), Once::Another);
    let elsewhere = OnceKey { token: [8; 32], ..key("a") };
    assert_eq!(begin(&elsewhere, OTHER, later(2)), Once::Begun, "another token has its own keys");
    assert_eq!(begin(&key("a"), REQUEST, later(ONCE_KEPT_MS - 1)), Once::Answered(answer));
    assert_eq!(begin(&key("a"), OTHER, later(ONCE_KEPT_MS)), Once::Begun, "the day is over");
    for (name, code) in [("", "empty"), (&"x".repeat(256), "too-long")] {
        assert_eq!(problem(bench.site.begin_once(&key(name), REQUEST, 5, NOW)), ("idempotency-key", code));
    }
}

#[test]
fn what_was_done_before_the_answer_was_lost_is_not_done_again_and_what_was_not_is() {
    let bench = Bench::new();
    let begin = |name: &str, run, at| bench.site.begin_once(&key(name), REQUEST, run, at).unwrap();
    assert_eq!(begin("done", 5, NOW), Once::Begun);
    bench.site.doing(key("done")).add_person(&ACTOR, person("Aino")).unwrap();
    let change = bench.latest().0;
    assert_eq!(begin("done", 5, later(1)), Once::UnderWay, "its answer may still come");
    assert_eq!(begin("done", 6, later(2)), Once::Done(change), "the controller began anew");
    assert_eq!(begin("undone", 5, NOW), Once::Begun);
    assert!(bench.site.doing(key("undone")).add_person(&ACTOR, person("")).is_err());
    assert_eq!(begin("undone", 6, later(2)), Once::Begun, "nothing was done");
    assert_eq!(begin("undone", 6, later(600_000)), Once::UnderWay);
    assert_eq!(begin("undone", 6, later(600_002)), Once::Begun, "no request takes so long");
}

#[test]
fn a_refused_request_frees_its_key_and_a_long_answer_is_only_known_to_have_been_given() {
    let bench = Bench::new();
    let begin = |name: &str| bench.site.begin_once(&key(name), REQUEST, 5, NOW).unwrap();
    assert_eq!(begin("refused"), Once::Begun);
    bench.site.refused_once(&key("refused")).unwrap();
    assert_eq!(bench.site.begin_once(&key("refused"), OTHER, 5, NOW).unwrap(), Once::Begun);
    for (name, length) in [("long", Some(ONCE_ANSWER_MAX + 1)), ("secret", None)] {
        assert_eq!(begin(name), Once::Begun);
        bench.site.doing(key(name)).add_person(&ACTOR, person(name)).unwrap();
        let answer = length.map(|length| KeptAnswer { status: 200, headers: Vec::new(), body: vec![b' '; length] });
        bench.site.answered_once(&key(name), answer.as_ref()).unwrap();
        bench.site.refused_once(&key(name)).unwrap();
        assert_eq!(begin(name), Once::Done(bench.latest().0), "{name}");
    }
}

#[test]
fn a_token_has_so_many_keys_and_loses_the_oldest_first() {
    let bench = Bench::new();
    for number in 0..=ONCE_KEYS_MAX {
        let begun = bench.site.begin_once(&key(&number.to_string()), REQUEST, 5, later(number.into())).unwrap();
        assert_eq!(begun, Once::Begun);
    }
    let at = later(ONCE_KEYS_MAX.into());
    assert_eq!(bench.site.begin_once(&key("1"), OTHER, 5, at).unwrap(), Once::Another, "it is still known");
    assert_eq!(bench.site.begin_once(&key("0"), OTHER, 5, at).unwrap(), Once::Begun, "the oldest is not");
}
