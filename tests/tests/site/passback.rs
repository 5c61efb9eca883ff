//! Rules against passing a card back, over four agents that hear of each other through the controller.
#![expect(
    clippy::print_stdout,
    reason = "how long it took, and how many slipped through, is for whoever reads the run"
)]

use std::collections::HashMap;
use std::time::{Duration, Instant};

use access::settings::DoorSettings;
use access::time::UtcMs;
use access::uid::Uid;
use db::site::{Actor, AreaId, PassbackRule, Site};
use serde_json::{Value, json};
use site::people::invent;
use site::wait;
use site::whole::{Broker, Door, Whole, now, people};

const HOLD_MS: u32 = 60;

/// The doors of the area.
const DOORS: usize = 4;

/// Cards of the test: each part uses its own.
const CARDS: usize = 12;

const HARD: PassbackRule = PassbackRule { hard: true, within_s: None, forgiven_at: None };

struct House {
    site: Whole,
    db: Site,
    area: AreaId,
    cards: Vec<String>,
}

fn operator() -> Actor<'static> {
    Actor { operator: "tests", at: UtcMs(now().0 * 1_000) }
}

impl House {
    /// Four doors with a reader on each side lead into one area with this rule.
    fn start(rule: PassbackRule) -> Self {
        let site = Whole::start_two_sided(Broker::Embedded, DOORS, &people(CARDS, DOORS).unwrap()).unwrap();
        let db = site.database().unwrap();
        let ids: Vec<_> = site.doors.iter().map(|door| door.id.parse().unwrap()).collect();
        let area = db.add_area(&operator(), "Pharmacy", &ids).unwrap();
        db.set_passback(&operator(), area, Some(rule)).unwrap();
        let into = access::passage::AreaId(u32::try_from(area.0).unwrap());
        for id in &ids {
            let settings = DoorSettings { leads_into: Some(into), ..DoorSettings::default() };
            db.set_settings(&operator(), id, settings).unwrap();
        }
        let cards: Vec<String> = invent(CARDS).iter().map(|person| person.uid.hex()).collect();
        let house = Self { site, db, area, cards };
        for door in &house.site.doors {
            for card in &house.cards {
                door.make_card(card, "classic-1k").unwrap();
            }
        }
        house.settle();
        house
    }

    /// Every door has its list and its state in force.
    fn settle(&self) {
        self.site.settle().unwrap();
        for door in &self.site.doors {
            let id = door.id.parse().unwrap();
            let wanted = self.db.door_state(&id, access::whitelist::Generation(i64::MAX.cast_unsigned())).unwrap();
            wait::until("the state in force", || {
                (state(door)["state_generation"].as_u64()? == wanted.generation.0).then_some(())
            })
            .unwrap();
        }
    }

    fn door(&self, n: usize) -> &Door {
        &self.site.doors[n]
    }

    /// Taps, and goes through if the lock lets go. Says whether it did.
    fn pass(&self, n: usize, card: &str, side: &str) -> bool {
        let door = self.door(n);
        let body = json!({"card": card, "hold_ms": HOLD_MS, "side": side});
        let seen = door.control.post("/tap", &body).unwrap().success("/tap").unwrap();
        let granted = seen["lock"] == "released";
        if granted {
            door.control.post("/contact", &json!({"open": true})).unwrap().success("open").unwrap();
            door.control.post("/contact", &json!({"open": false})).unwrap().success("close").unwrap();
        }
        granted
    }

    /// The others know as many passages as they should.
    fn heard(&self, doors: &[usize], passages: u64) -> Duration {
        let begun = Instant::now();
        for n in doors {
            let door = self.door(*n);
            wait::until("the passage at another agent", || {
                (state(door)["passages"].as_u64()? >= passages).then_some(())
            })
            .unwrap();
        }
        begun.elapsed()
    }

    /// Who went in while inside, by the doors' own times: recomputed from the log, not from what the site made of it.
    fn double_entries(&self, cards: &[String]) -> HashMap<String, u32> {
        let mut steps: Vec<(String, String, bool)> = Vec::new();
        let mut after = 0;
        loop {
            let page: Value = self.site.api.read(&format!("/api/v1/events?after={after}&limit=200")).unwrap();
            let items = page["items"].as_array().unwrap();
            for event in items.iter().filter(|event| event["code"] == "entered") {
                let text = |key: &str| event[key].as_str().unwrap().to_owned();
                steps.push((text("at"), text("card"), event["side"] == "in"));
            }
            match items.last() {
                Some(last) => after = last["id"].as_i64().unwrap(),
                None => break,
            }
        }
        steps.sort();
        let (mut inside, mut doubles) = (HashMap::new(), HashMap::new());
        for (_, card, enters) in steps {
            if inside.insert(card.clone(), enters) == Some(true) && enters {
                *doubles.entry(card).or_default() += 1;
            }
        }
        doubles.retain(|card, _| cards.contains(card));
        doubles
    }

    /// How often the alarm was raised, over all cards.
    fn alarmed(&self) -> u32 {
        let page: Value = self.site.api.read("/api/v1/alarms?kind=passback&state=all&limit=200").unwrap();
        let count = |alarm: &Value| u32::try_from(alarm["count"].as_u64().unwrap()).unwrap();
        page["items"].as_array().unwrap().iter().map(count).sum()
    }
}

fn state(door: &Door) -> Value {
    door.control.read("/state").unwrap()
}

#[test]
fn four_agents_admit_a_card_once_and_what_slips_through_is_alarmed() {
    let mut house = House::start(HARD);
    a_card_that_is_inside_is_denied_everywhere(&house);
    copies_at_all_doors_at_once(&house);
    a_door_that_is_away_falls_back_to_its_own_memory(&house);
    a_killed_agent_remembers(&mut house);
    house.site.stop().unwrap();
}

fn a_card_that_is_inside_is_denied_everywhere(house: &House) {
    let card = &house.cards[0];
    assert!(house.pass(0, card, "in"));
    let took = house.heard(&[1, 2, 3], 1);
    println!("a passage was known at three other agents after at most {} ms", took.as_millis());
    for n in 0..DOORS {
        assert!(!house.pass(n, card, "in"), "door {n} let in who is inside");
    }
    let reason = |event: &site::whole::Event| event.reasons == ["passback"];
    wait::until("the denial in the log", || house.site.taps("door-2").unwrap().iter().any(reason).then_some(()))
        .unwrap();

    assert!(house.pass(2, card, "out"), "leaving is never denied");
    wait::until("the card outside again at the first door", || house.pass(0, card, "in").then_some(())).unwrap();

    let uid: Uid = card.parse().unwrap();
    wait::until("the second entry at the centre", || {
        let inside = house.db.presence(house.area, None, 50).unwrap();
        inside.iter().any(|inside| inside.uid == uid).then_some(())
    })
    .unwrap();
    assert_eq!(house.db.forgive(&operator(), &uid, Some(house.area), "left by the fire door").unwrap(), 1);
    wait::until("forgiven at the last door", || house.pass(3, card, "in").then_some(())).unwrap();
    let forgiven = |event: &site::whole::Event| event.code == "forgiven";
    wait::until("the door tells", || house.site.events("door-4").unwrap().iter().any(forgiven).then_some(())).unwrap();
    assert!(house.pass(3, card, "out"));
}

/// Several cards, each laid on all four readers at once, as copies would be.
fn copies_at_all_doors_at_once(house: &House) {
    let cards = &house.cards[1..7];
    for card in cards {
        let entered: Vec<bool> = std::thread::scope(|scope| {
            let taps: Vec<_> = (0..DOORS).map(|n| scope.spawn(move || house.pass(n, card, "in"))).collect();
            taps.into_iter().map(|tap| tap.join().unwrap()).collect()
        });
        let entered = entered.iter().filter(|entered| **entered).count();
        assert!(entered >= 1, "somebody is let in");
        println!("a card at four doors at once was let in at {entered}");
        let uid: Uid = card.parse().unwrap();
        wait::until("the entry at the centre", || {
            let inside = house.db.presence(house.area, None, 50).unwrap();
            inside.iter().any(|inside| inside.uid == uid).then_some(())
        })
        .unwrap();
        for n in 0..DOORS {
            wait::until("the card refused at every door", || (!house.pass(n, card, "in")).then_some(())).unwrap();
            assert!(!house.pass(n, card, "in"), "a door that knew let it in");
        }
    }
    agreed(house);
}

/// What the site alarms is what the log shows. The first card was forgiven, and has no double entry.
fn agreed(house: &House) {
    wait::until("every double entry is alarmed, and nothing else", || {
        let doubles: u32 = house.double_entries(&house.cards[1..]).values().sum();
        (house.alarmed() == doubles).then(|| println!("{doubles} double entries, all alarmed"))
    })
    .unwrap();
}

fn a_door_that_is_away_falls_back_to_its_own_memory(house: &House) {
    let (elsewhere, own) = (&house.cards[7], &house.cards[8]);
    let before = house.alarmed();
    house.door(3).network(false).unwrap();
    assert!(house.pass(0, elsewhere, "in"));
    assert!(house.pass(3, own, "in"));
    assert!(!house.pass(3, own, "in"), "the door that is away forgets what it has seen itself");
    assert!(house.pass(3, elsewhere, "in"), "a door waits for no network");
    house.door(3).network(true).unwrap();
    wait::until("the double entry alarmed when the door is back", || (house.alarmed() > before).then_some(())).unwrap();
    agreed(house);
    assert_eq!(house.alarmed(), before + 1);
    wait::until("what the door saw alone, at another", || (!house.pass(1, own, "in")).then_some(())).unwrap();
}

fn a_killed_agent_remembers(house: &mut House) {
    let card = house.cards[9].clone();
    assert!(house.pass(1, &card, "in"));
    assert!(!house.pass(1, &card, "in"));
    // The passage is on the disk by the time the centre has it from the journal.
    let uid: Uid = card.parse().unwrap();
    wait::until("the entry at the centre", || {
        house.db.presence(house.area, None, 50).unwrap().iter().any(|inside| inside.uid == uid).then_some(())
    })
    .unwrap();
    house.site.doors[1].kill().unwrap();
    house.site.doors[1].run().unwrap();
    house.door(1).make_card(&card, "classic-1k").unwrap();
    assert!(!house.pass(1, &card, "in"), "a door forgot who is inside when it was killed");
}

#[test]
fn a_soft_rule_lets_in_notes_and_alarms() {
    let house = House::start(PassbackRule { hard: false, ..HARD });
    let card = &house.cards[0];
    assert!(house.pass(0, card, "in") && house.pass(0, card, "in"));
    let alarm = || (house.alarmed() > 0).then_some(());
    wait::until("the alarm", alarm).unwrap();
    let page: Value = house.site.api.read("/api/v1/events?door=door-1&after=0&limit=200").unwrap();
    let noted = |event: &&Value| event["code"] == "granted" && event["noted"] == json!(["passback"]);
    assert_eq!(page["items"].as_array().unwrap().iter().filter(noted).count(), 1);
    house.site.stop().unwrap();
}
