//! Whatever is logged, no key is in it.
#![expect(clippy::disallowed_types, reason = "threads log, and what they log is looked at in the end")]

use std::io::Write;
use std::sync::{Arc, Mutex};

use access::encode::Outcome;
use access::settings::Reading;
use db::site::{EncodeState, EncodeWork};

use super::door::Door;
use super::encoder::{desk, end, is, request, unsealed};
use super::support::{Bench, key, list, master_bytes, set_reading, uid};

/// Everything that any test of this program logs.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// As digits of either case, and as a list of numbers.
fn shapes(secret: &[u8]) -> [String; 3] {
    let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let list = format!("{secret:?}");
    [hex.to_uppercase(), hex, list.trim_matches(['[', ']']).to_owned()]
}

#[tokio::test(flavor = "multi_thread")]
async fn no_log_of_an_encoding_and_of_the_lists_after_it_holds_a_key() {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .init();
    let bench = Bench::with_masters(&["ward"], "desk", |site| {
        list(site, 0..3, &["ward"]);
        set_reading(site, "ward", Reading::Sector);
    })
    .await;
    let mut desk = desk(&bench).await;
    let asked = request(&bench, EncodeWork::Encode);
    let job = desk.job().await;
    let work = unsealed(&job);
    end(&mut desk, &job, Outcome::Done).await;
    bench.until("done", is(asked.id, EncodeState::Done)).await;
    let mut ward = Door::connect(&bench, "ward").await;
    ward.report_status().await;
    ward.follow_until(|ward| ward.list.get(&uid(1)).is_some_and(|entry| entry.keys.is_some())).await;
    bench.stop().await;

    let log = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(log.contains("the door is connected"), "nothing was logged");
    let [.., trailer] = work.blocks;
    let (key_a, key_b) = (&trailer[..6], &trailer[10..]);
    let (masters, door, encoder) = (master_bytes(), key("ward"), key("desk"));
    for secret in [key_a, key_b, &masters[..16], &masters[32..48], door.expose(), encoder.expose()] {
        for shape in shapes(secret) {
            assert!(!log.contains(&shape), "a secret is in the log");
        }
    }
}
