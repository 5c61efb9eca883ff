//! A card whose certificate is revoked is refused at a door that is connected, soon after the list has come.

use access::uid::Uid;
use serde_json::{Value, json};
use site::lists::{Authority, publish};
use site::people::invent;
use site::wait;
use site::whole::{Broker, Whole, people};

const HOLD_MS: u32 = 60;

fn is_refused(site: &Whole, uid: &Uid) -> bool {
    let body = json!({"card": uid.hex(), "hold_ms": HOLD_MS});
    let seen: Value = site.doors[0].control.post("/tap", &body).unwrap().success("/tap").unwrap();
    seen["signal"] == "denied-for-good"
}

#[test]
fn a_card_whose_certificate_is_revoked_by_a_list_that_arrives_is_refused_with_that_reason() {
    let authority = Authority::new("Authority").unwrap();
    let mut site = Whole::start(Broker::Embedded, 1, &people(2, 1).unwrap()).unwrap();
    let cards: Vec<Uid> = invent(2).iter().map(|person| person.uid).collect();
    for card in &cards {
        site.doors[0].make_card(&card.hex(), "classic-1k").unwrap();
    }
    let file = authority.set_up(&mut site, &[(cards[0], 1_001), (cards[1], 1_002)]).unwrap();
    site.settle().unwrap();
    assert!(!is_refused(&site, &cards[0]), "nothing is against it yet");
    publish(&file, &authority.list(7, [1_001, 5_555]).unwrap()).unwrap();
    wait::until("the card is refused", || is_refused(&site, &cards[0]).then_some(())).unwrap();
    assert!(!is_refused(&site, &cards[1]), "the other one is not on the list");
    let denied = wait::until("the refusal in the log", || {
        site.taps("door-1").unwrap().into_iter().find(|event| event.code == "denied")
    })
    .unwrap();
    assert_eq!(denied.reasons, ["certificate-revoked"]);
    wait::until("how long the block took", || {
        let health: Value = site.api.read("/api/v1/health").ok()?;
        let revoke = health["figures"]["revoke"]["hour"].clone();
        (revoke["count"] == 1 && revoke["p99_ms"].is_number() && health["behind"] == 0).then_some(())
    })
    .unwrap();

    // A forged list that would let it in again changes nothing, and is an alarm.
    let thief = Authority::new("Authority").unwrap();
    publish(&file, &thief.list(8, []).unwrap()).unwrap();
    wait::until("the alarm", || {
        let alarms: Value = site.api.read("/api/v1/alarms").ok()?;
        alarms["items"].as_array()?.iter().any(|alarm| alarm["kind"] == "revocation-list-forged").then_some(())
    })
    .unwrap();
    assert!(is_refused(&site, &cards[0]));
    site.stop().unwrap();
}
