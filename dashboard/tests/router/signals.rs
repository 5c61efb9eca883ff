//! What people see and hear at doors: the printed page, its form, and the API.

use access::signal::{Signal, SignalSet};
use axum::http::{Method, StatusCode};
use serde_json::json;

use crate::support::Bench;

/// The form as it is shown, with one field changed.
fn form(bench: &Bench, signal: &str, pattern: &str) -> String {
    let set = bench.site.signals().unwrap();
    let pairs = Signal::ALL.map(|of| {
        let text = if of.code() == signal { pattern.to_owned() } else { set.pattern(of).to_string() };
        format!("{}={}", of.code(), text.replace(' ', "+"))
    });
    pairs.join("&")
}

#[tokio::test]
async fn the_printed_page_tells_every_signal_in_the_language_that_is_asked_for() {
    let bench = Bench::new().await;
    let mut browser = bench.signed_in().await;
    for (language, parts) in [
        ("en", ["Come in", "Nobody comes in, apart", "3 × red + buzzer 0.9 s, with dark 0.15 s between"]),
        ("fi", ["Voit kulkea", "Ulos pääsee vapaasti", "3 × punainen + ääni 0,9 s, välissä pimeä 0,15 s"]),
        ("sv", ["Stig in", "Vägen ut är fri", "3 × rött + summer 0,9 s, däremellan mörkt 0,15 s"]),
    ] {
        let text = browser.get(&format!("/signals?language={language}")).await.text();
        for part in parts {
            assert!(text.contains(part), "{language}: {part}");
        }
        for signal in Signal::ALL {
            assert!(text.contains(&format!("id=\"signal-{}\"", signal.code())), "{}", signal.code());
        }
        for of in ["green", "red", "buzzer"] {
            assert!(text.contains(&format!("<rect class=\"{of}\"")), "{of}");
        }
    }
}

#[tokio::test]
async fn a_pattern_is_changed_shown_and_given_back() {
    let bench = Bench::new().await;
    let mut browser = bench.signed_in().await;
    let before = bench.site.latest().unwrap();
    let same = browser.post("/signals", &form(&bench, "", "")).await;
    assert_eq!(same.status, StatusCode::SEE_OTHER);
    assert_eq!(bench.site.latest().unwrap(), before, "what is so already is no change");

    let set = browser.post("/signals", &form(&bench, "denied", "R400 .200 R400")).await;
    assert_eq!(set.header("location"), "/signals?done=signals-set");
    assert_eq!(bench.site.signals().unwrap().pattern(Signal::Denied).to_string(), "R400 .200 R400");
    assert!(browser.get("/signals").await.text().contains("2 × red 0.4 s, with dark 0.2 s between"));
    assert_eq!(browser.post("/signals", &form(&bench, "denied", "")).await.status, StatusCode::SEE_OTHER);
    assert_eq!(bench.site.signals().unwrap(), SignalSet::default());
}

#[tokio::test]
async fn what_could_be_taken_for_another_or_cannot_be_read_is_refused_and_changes_nothing() {
    let bench = Bench::new().await;
    let mut browser = bench.signed_in().await;
    let before = bench.site.latest().unwrap();
    for (pattern, said) in [
        ("R900", "taken for each other without colour and sound: Come in – Not here, or not now"),
        ("B900", "without any light it cannot be seen"),
        ("R900 900", "Step 2 cannot be read"),
        ("R40", "A step lasts 40 ms"),
        (&"R50 ".repeat(13), "one to twelve steps"),
    ] {
        let answer = browser.post("/signals", &form(&bench, "denied", pattern)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{pattern}");
        assert!(answer.text().contains(said), "{pattern}: {said}");
    }
    for (body, field, code) in [
        (json!({"denied": "R40"}), Some("denied"), Some("not-a-pattern")),
        (json!({"unknown": "R400"}), Some("signals"), Some("unknown-code")),
        (json!({"denied": "R900"}), None, None),
    ] {
        let answer = bench.api(Method::PUT, "/signals", &body.to_string()).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        let problem = answer.json();
        assert_eq!((problem["field"].as_str(), problem["code"].as_str()), (field, code), "{body}");
        assert!(code.is_some() || problem["detail"].as_str().unwrap().contains("granted = denied"), "{body}");
    }
    assert_eq!(bench.site.latest().unwrap(), before);
}

#[tokio::test]
async fn programs_read_and_set_patterns() {
    let bench = Bench::new().await;
    let body = json!({"denied": "R400 .200 R400"}).to_string();
    let set = bench.api(Method::PUT, "/signals", &body).await.json();
    assert_eq!(set, bench.api(Method::GET, "/signals", "").await.json());
    let denied = json!({"signal": "denied", "pattern": "R400 .200 R400", "built_in": false, "repeats": false});
    assert!(set.as_array().unwrap().contains(&denied), "{set}");
    let reset = bench.api(Method::PUT, "/signals", "{}").await;
    assert_eq!(reset.status, StatusCode::OK);
    assert_eq!(bench.site.signals().unwrap(), SignalSet::default());
}
