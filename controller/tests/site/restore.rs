//! A controller on a database that was put back leaves its doors alone until somebody decides.

use access::entry::{Block, Blocks};
use access::message::{Down, Listed, Up};
use access::uid::Uid;
use access::whitelist::{Digest, Generation, WhitelistId};
use db::site::{CommandState, Decision, Site, SoundBackup, WithoutDigest, back_up, put_back};

use super::door::Door;
use super::support::{Bench, actor, config, list, open_alarms, uid};

/// Stops the controller, puts a backup of now back, and starts it on that.
pub(crate) async fn put_back_now(bench: Bench) -> Bench {
    let (database, out) = (bench.database(), bench.folder().join("one.backup"));
    back_up(&database, &out, "1", actor().at, &mut |_, _| {}).unwrap();
    bench
        .restarted_on(config, |database| {
            let site = "hospital".parse().unwrap();
            let backup = SoundBackup::open(&out, &site, WithoutDigest::Refused).unwrap();
            put_back(&backup, database, &actor(), &mut |_, _| {}).unwrap();
        })
        .await
}

/// What the door tells of its list.
fn listed(whitelist: WhitelistId, cards: Vec<(Uid, Blocks)>) -> Up {
    Up::Listed(Listed { whitelist, index: 0, count: 1, cards })
}

/// Hears until the controller has answered a status, and says whether it holds; nothing else may come.
async fn held(door: &mut Door) -> bool {
    match door.hear().await.1 {
        Down::Confirmed(confirmation) => confirmation.hold,
        other => panic!("{other:?} was sent to a door that is to be left alone"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_door_is_left_alone_tells_its_list_and_follows_once_it_is_decided() {
    let bench = Bench::prepared(&["ward"], |site| list(site, 0..2, &["ward"])).await;
    let bench = put_back_now(bench).await;
    let mut ward = Door::connect(&bench, "ward").await;
    // It has heard of a change that the backup has not.
    let newer = bench.site().restored().unwrap().unwrap().last_change.0 + 1;
    let whitelist = WhitelistId { generation: Generation(newer), digest: Digest::from_bytes([3; 32]), entries: 2 };
    ward.status.whitelist = whitelist;
    ward.report_status().await;
    assert!(held(&mut ward).await);
    bench.until("online", |site| site.door(&ward.id).unwrap().online).await;

    let command =
        bench.site().request_command(&actor(), &ward.id, access::command::Action::UnlockOnce, "help").unwrap().id;
    let refused = |site: &Site| {
        let command = site.commands_of(&ward.id, 9).unwrap().into_iter().find(|known| known.id == command);
        command.is_some_and(|known| known.state == CommandState::Refused("site-restored".to_owned()))
    };
    bench.until("the command refused", refused).await;

    let blocked = Blocks::NONE.with(Block::Blocked);
    ward.send(&listed(whitelist, vec![(uid(0), blocked), (uid(1), Blocks::NONE)])).await;
    bench.until("told", |site| site.restored().unwrap().unwrap().doors.first().unwrap().told.is_some()).await;
    bench.site().decide(&actor(), Decision::KeepOut, "disk").unwrap();
    let decided = bench.site().latest().unwrap();
    ward.follow_until(|ward| ward.status.whitelist.generation >= decided && ward.state.generation >= decided).await;
    assert!(ward.list[&uid(0)].blocks.contains(Block::Blocked), "it was never told anything else");
    assert!(ward.list[&uid(1)].blocks.is_empty());

    // Nobody asks any more, and a piece that is late accuses nobody.
    ward.send(&listed(whitelist, vec![])).await;
    ward.report_status().await;
    assert!(!open_alarms(bench.site()).iter().any(|alarm| alarm.kind == "forged-message"));
    bench.stop().await;
}
