//! Each status is answered: what the door should have, what of its journal has come in, and what time it is.

use std::time::{SystemTime, UNIX_EPOCH};

use access::chain::{Link, link};
use access::confirm::{Confirmation, NEVER, Nonce, Receipt};
use access::event::EventKind;
use access::message::Down;
use access::settings::{Age, DoorSettings};

use super::door::Door;
use super::support::{Bench, actor};

const THREE: [EventKind; 3] = [EventKind::Started, EventKind::ExitPressed, EventKind::Closed];

fn now_ms() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

/// Says how it is with this nonce, and hears the answer to it; whatever else comes is followed.
async fn asked(door: &mut Door, nonce: u8, probe: u64) -> Confirmation {
    (door.status.nonce, door.status.probe) = (Nonce([nonce; 16]), probe);
    door.report_status().await;
    loop {
        match door.hear().await.1 {
            Down::Confirmed(confirmation) if confirmation.nonce == door.status.nonce => return confirmation,
            other => door.follow(other),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_is_answered_with_what_the_door_should_have_what_has_come_in_and_the_time() {
    let bench = Bench::new(&["ward"]).await;
    let mut ward = Door::connect(&bench, "ward").await;
    let before = now_ms();
    let first = asked(&mut ward, 1, 0).await;
    assert!((before..=now_ms()).contains(&first.issued.0), "{first:?}");
    assert_eq!(first.expires.0 - first.issued.0, i64::from(Age::DEFAULT.limit_s) * 1_000);
    let wanted = bench.site().door(&ward.id).unwrap();
    assert_eq!((Some(first.whitelist), first.state), (wanted.wanted, wanted.wanted_state));
    let epoch = ward.header.epoch;
    assert_eq!(first.receipt, Receipt { epoch, through: 0, probe: 0, link: None }, "nothing has come in");
    assert_eq!((first.log.row, first.hold), (0, false));

    let events = ward.happen(&THREE);
    ward.report(events.clone()).await;
    ward.acknowledged().await;
    let links = events.iter().scan(Link::START, |head, event| {
        *head = link(*head, epoch, event);
        Some(*head)
    });
    for (probe, link) in (1..).zip(links) {
        let nonce = u8::try_from(probe).unwrap() + 1;
        let answer = asked(&mut ward, nonce, probe).await;
        assert_eq!(answer.receipt, Receipt { epoch, through: 3, probe, link: Some(link) });
        assert_eq!((answer.log, answer.log.row), (bench.site().log_head().unwrap(), 3));
    }
    assert_eq!(asked(&mut ward, 9, 4).await.receipt.link, None, "this one has not come in");
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_box_with_a_new_journal_is_told_that_nothing_of_it_has_come_in() {
    let bench = Bench::new(&["ward"]).await;
    let mut ward = Door::connect(&bench, "ward").await;
    let events = ward.happen(&THREE);
    ward.report(events).await;
    ward.acknowledged().await;
    (ward.header.epoch, ward.header.sequence) = (2_000, 0);
    let receipt = asked(&mut ward, 1, 3).await.receipt;
    assert_eq!(receipt, Receipt { epoch: 2_000, through: 0, probe: 3, link: None });
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_follows_what_is_wanted_also_while_the_door_is_behind() {
    let bench = Bench::new(&["ward"]).await;
    let mut ward = Door::connect(&bench, "ward").await;
    asked(&mut ward, 1, 0).await;
    bench.site().set_settings(&actor(), &ward.id, DoorSettings { age: None, ..DoorSettings::default() }).unwrap();
    let changed = bench.site().latest().unwrap();
    ward.follow_until(|ward| ward.state.generation == changed).await;
    // What it says is as of before: it is told what it should have all the same.
    ward.status.state_generation = access::whitelist::Generation(0);
    let answer = asked(&mut ward, 2, 0).await;
    assert_eq!((answer.state, answer.expires), (changed, NEVER));
    bench.stop().await;
}
