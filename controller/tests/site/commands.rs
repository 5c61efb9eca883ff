//! What a person asks of a door now.

use access::command::Action;
use access::event::EventKind;
use access::message::Down;
use db::site::{CommandState, Site};

use super::door::{Door, SESSION};
use super::support::{Bench, actor};

#[tokio::test(flavor = "multi_thread")]
async fn a_connected_door_hears_it_and_its_event_says_that_it_was_followed() {
    let bench = Bench::new(&["ward"]).await;
    let mut ward = Door::connect(&bench, "ward").await;
    ward.report_status().await;
    bench.until("online", |site| site.doors().unwrap()[0].online).await;
    let asked = bench.site().request_command(&actor_now(), &ward.id, Action::UnlockOnce, "a delivery").unwrap();
    let command = loop {
        match ward.hear().await.1 {
            Down::Command(command) => break command,
            other => ward.follow(other),
        }
    };
    assert_eq!((command.id, command.boot, command.session), (asked.id, 1, SESSION));
    assert_eq!(command.check(1, SESSION, ward.status.mono), Ok(()));
    let kind = EventKind::Command { id: command.id, action: command.action, refused: None };
    let event = ward.happen(&[kind]);
    ward.report(event).await;
    bench.until("followed", is(asked.id, CommandState::Followed)).await;
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_door_that_is_away_never_hears_it() {
    let bench = Bench::new(&["ward"]).await;
    let asked =
        bench.site().request_command(&actor_now(), &"ward".parse().unwrap(), Action::UnlockOnce, "a delivery").unwrap();
    bench.until("away", is(asked.id, CommandState::DoorAway)).await;
    let mut ward = Door::connect(&bench, "ward").await;
    ward.report_status().await;
    let events = ward.happen(&[EventKind::Started]);
    ward.report(events).await;
    loop {
        match ward.hear().await.1 {
            Down::Command(command) => panic!("{command:?}"),
            Down::Acknowledged { .. } => break,
            other => ward.follow(other),
        }
    }
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_nobody_answers_is_over_after_its_life() {
    let bench = Bench::new(&["ward"]).await;
    let mut ward = Door::connect(&bench, "ward").await;
    ward.report_status().await;
    bench.until("online", |site| site.doors().unwrap()[0].online).await;
    let asked = bench.site().request_command(&actor_now(), &ward.id, Action::TestSignal, "a test").unwrap();
    bench.until("sent", is(asked.id, CommandState::Sent)).await;
    bench.until("expired", is(asked.id, CommandState::Expired)).await;
    bench.stop().await;
}

fn is(id: u64, state: CommandState) -> impl Fn(&Site) -> bool {
    move |site| site.command(id).unwrap().state == state
}

fn actor_now() -> db::site::Actor<'static> {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let at = access::time::UtcMs(i64::try_from(now.as_millis()).unwrap());
    db::site::Actor { at, ..actor() }
}
