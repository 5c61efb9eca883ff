//! A card is encoded at the desk, and the doors can read it.

use access::credential::block::{Slot, Static, site_tag, static_digest};
use access::credential::keys::{KeyVersion, Masters, Place};
use access::credential::rolling::Reading as SlotReading;
use access::credential::sealed::open;
use access::encode::{ChipClass, EncodeJob, KeyPair, Outcome, Stage, Work};
use access::event::EventKind;
use access::message::Up;
use access::settings::Reading;
use db::site::{CredentialState, EncodeState, EncodeView, EncodeWork, Site};

use super::door::{Door, SESSION};
use super::support::{Bench, actor, key, list, master_bytes, set_reading, uid};

fn actor_now() -> db::site::Actor<'static> {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let at = access::time::UtcMs(i64::try_from(now.as_millis()).unwrap());
    db::site::Actor { at, ..actor() }
}

pub(crate) fn request(bench: &Bench, work: EncodeWork) -> EncodeView {
    bench.site().request_encoding(&actor_now(), &uid(1), &"desk".parse().unwrap(), work).unwrap()
}

pub(crate) fn is(id: u64, state: EncodeState) -> impl Fn(&Site) -> bool {
    move |site| site.encoding(id).unwrap().state == state
}

pub(crate) async fn desk(bench: &Bench) -> Door {
    let mut desk = Door::connect(bench, "desk").await;
    desk.report_status().await;
    bench.until("the encoder is online", |site| site.door(&"desk".parse().unwrap()).unwrap().online).await;
    desk
}

pub(crate) async fn end(desk: &mut Door, job: &EncodeJob, outcome: Outcome) {
    let kind = EventKind::Encoded { job: job.id, outcome, chip: ChipClass::Plain };
    let events = desk.happen_with(job.uid, kind);
    desk.report(events).await;
}

pub(crate) fn unsealed(job: &EncodeJob) -> Work {
    Work::unseal(&job.sealed, &key("desk"), &job.uid).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_is_encoded_is_read_by_the_doors_that_list_it() {
    let bench = Bench::with_masters(&["ward"], "desk", |site| {
        list(site, 0..3, &["ward"]);
        set_reading(site, "ward", Reading::RollingStrict);
    })
    .await;
    let mut ward = Door::connect(&bench, "ward").await;
    ward.report_status().await;
    ward.follow_until(|ward| ward.list.len() == 3).await;
    ward.report_status().await;
    assert!(ward.list[&uid(1)].keys.is_none());
    let mut desk = desk(&bench).await;
    let asked = request(&bench, EncodeWork::Encode);
    let job = desk.job().await;
    assert!(job.is_for(1, SESSION, desk.status.mono));
    assert_eq!((job.id, job.uid), (asked.id, uid(1)));
    let work = unsealed(&job);
    assert_eq!(work.keys, [KeyPair::TRANSPORT, work.keys[1]], "those of the masters are tried last");
    bench.until("sent", is(asked.id, EncodeState::Sent)).await;
    for stage in [Stage::Waiting, Stage::Probing, Stage::Writing, Stage::Locking] {
        desk.send(&Up::Encoding { job: job.id, stage }).await;
        bench.until("a stage", is(asked.id, stage.into())).await;
    }
    end(&mut desk, &job, Outcome::Done).await;
    bench.until("done", is(asked.id, EncodeState::Done)).await;

    ward.follow_until(|ward| ward.list[&uid(1)].keys.is_some()).await;
    let keys = open(&key("ward"), &uid(1), ward.list[&uid(1)].keys.as_ref().unwrap()).unwrap();
    let (site, masters) = (bench.site().id().clone(), Masters::new(&master_bytes()));
    let version = KeyVersion::new(1).unwrap();
    let place = Place { site: &site, uid: &uid(1), sector: work.sector, version };
    assert_eq!((keys.sector, keys.issue, keys.key_a), (work.sector, 1, masters.key_a(&place)));
    assert_eq!(keys.static_digest, static_digest(&work.blocks[0]));
    let fixed = Static::from_block(&work.blocks[0], &masters.static_key(&place)).unwrap();
    assert_eq!((fixed.issue, fixed.site_tag, fixed.version), (1, site_tag(&site), version));
    let slot = |block: usize, slot| SlotReading::from_block(&work.blocks[block], &keys.rolling, slot, 1).unwrap();
    assert_eq!((slot(1, Slot::A).token.counter, slot(2, Slot::B).token.counter), (1, 0));
    assert_eq!(work.blocks[3][..6], masters.key_a(&place).0);
    assert_eq!(work.blocks[3][6..10], [0x7E, 0x17, 0x88, 0x69]);
    assert_eq!(work.blocks[3][10..], masters.key_b(&place).0);
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_restart_the_lists_are_the_same_to_the_last_byte() {
    let bench = Bench::with_masters(&["ward"], "desk", |site| {
        list(site, 0..3, &["ward"]);
        set_reading(site, "ward", Reading::Sector);
    })
    .await;
    let mut desk = desk(&bench).await;
    let asked = request(&bench, EncodeWork::Encode);
    let job = desk.job().await;
    end(&mut desk, &job, Outcome::Done).await;
    let latest = |site: &Site| site.latest().unwrap();
    bench.until("done", is(asked.id, EncodeState::Done)).await;
    let compiled = |site: &Site| {
        let wanted = site.door(&"ward".parse().unwrap()).unwrap().wanted;
        wanted.filter(|wanted| wanted.generation == latest(site))
    };
    bench.until("compiled", |site| compiled(site).is_some()).await;
    let before = compiled(bench.site());
    let masters = bench.folder().join("masters");
    let bench = bench.restarted_with(|config| config.masters_file = Some(masters)).await;
    let mut ward = Door::connect(&bench, "ward").await;
    ward.status.whitelist = before.unwrap();
    ward.report_status().await;
    bench.until("compared", |site| site.door(&"ward".parse().unwrap()).unwrap().online).await;
    assert_eq!(compiled(bench.site()), before);
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_torn_encoding_is_begun_anew_with_both_sets_of_keys() {
    let bench = Bench::with_masters(&[], "desk", |site| list(site, 0..3, &[])).await;
    let mut desk = desk(&bench).await;
    let first = request(&bench, EncodeWork::Encode);
    let job = desk.job().await;
    end(&mut desk, &job, Outcome::InDoubt).await;
    bench.until("in doubt", is(first.id, EncodeState::InDoubt)).await;
    let ours = KeyPair {
        a: unsealed(&job).blocks[3][..6].try_into().unwrap(),
        b: unsealed(&job).blocks[3][10..].try_into().unwrap(),
    };
    let second = request(&bench, EncodeWork::Encode);
    let job = desk.job().await;
    assert_eq!(unsealed(&job).keys, [ours, KeyPair::TRANSPORT]);
    end(&mut desk, &job, Outcome::Done).await;
    bench.until("done", is(second.id, EncodeState::Done)).await;
    let wipe = request(&bench, EncodeWork::Wipe);
    let job = desk.job().await;
    assert_eq!(unsealed(&job).blocks[..3], [[0; 16]; 3]);
    assert_eq!(unsealed(&job).keys[0], ours);
    end(&mut desk, &job, Outcome::Done).await;
    bench.until("wiped", is(wipe.id, EncodeState::Done)).await;
    assert!(bench.site().credentials(None, bench.site().latest().unwrap()).unwrap().is_empty());
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_encoder_that_is_away_is_said_to_be_at_once() {
    let bench = Bench::with_masters(&["ward"], "desk", |site| list(site, 0..3, &["ward"])).await;
    let nobody = request(&bench, EncodeWork::Encode);
    bench.until("away", is(nobody.id, EncodeState::EncoderAway)).await;
    assert!(bench.site().credentials(None, bench.site().latest().unwrap()).unwrap().is_empty());
    let mut desk = desk(&bench).await;
    let lost = request(&bench, EncodeWork::Encode);
    let job = desk.job().await;
    desk.send(&Up::Encoding { job: job.id, stage: Stage::Writing }).await;
    bench.until("writing", is(lost.id, EncodeState::Writing)).await;
    desk.cut().await;
    bench.until("cut off", is(lost.id, EncodeState::EncoderAway)).await;
    let records = bench.site().credentials(None, bench.site().latest().unwrap()).unwrap();
    assert_eq!(records[0].state, CredentialState::Pending, "it may be on the card");
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_masters_everything_else_works_and_somebody_is_told() {
    let bench = Bench::prepared(&["ward"], |site| {
        site.add_encoder(&actor(), super::support::new_door("desk")).unwrap();
        list(site, 0..3, &["ward"]);
        set_reading(site, "ward", Reading::Sector);
    })
    .await;
    bench.until_alarm("no-masters").await;
    let _desk = desk(&bench).await;
    let asked = request(&bench, EncodeWork::Encode);
    bench.until("refused", is(asked.id, EncodeState::NoMasters)).await;
    let mut ward = Door::connect(&bench, "ward").await;
    ward.report_status().await;
    ward.follow_until(|ward| ward.list.len() == 3).await;
    assert!(ward.list.values().all(|entry| entry.keys.is_none()));
    bench.stop().await;
}
