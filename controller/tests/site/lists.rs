//! Revocation lists: what arrives is believed or changes nothing, and what is believed is in force.

use std::path::{Path, PathBuf};
use std::time::Duration;

use access::entry::Block;
use access::time::UtcMs;
use controller::config::{ListSource, Location, Stale};
use db::site::{CertificateState, Site, SourceView};

use crate::door::Door;
use crate::support::{Bench, list, uid};

pub(crate) mod ca;
pub(crate) mod server;

use ca::{Ca, HOLD, KEY_COMPROMISE, List};
use server::{Mode, Web};

const DOOR: &str = "pharmacy";

/// Long before any list is read.
const LONG_AGO: UtcMs = UtcMs(1_790_000_000_000);

fn source(location: Location) -> ListSource {
    ListSource { every: Duration::from_millis(50), time_out: Duration::from_millis(500), ..ListSource::new(location) }
}

fn path(path: &Path) -> ListSource {
    // Only a change of the file has it read.
    ListSource { every: Duration::from_secs(3_600), ..source(Location::Path(path.to_path_buf())) }
}

/// Cards 1 to 3 with certificates 1 to 3 of the authority, and these lists.
async fn bench(ca: &Ca, lists: impl FnOnce(&Path) -> Vec<ListSource>) -> Bench {
    bench_of(&[ca], lists).await
}

async fn bench_of(all: &[&Ca], lists: impl FnOnce(&Path) -> Vec<ListSource>) -> Bench {
    let prepare = |site: &Site| {
        list(site, 1..4, &[DOOR]);
        let first = all.first().unwrap();
        (1..4).for_each(|card| first.attach(site, u32::from(card), card, LONG_AGO));
    };
    Bench::with(&[DOOR], prepare, |config, folder| {
        let authorities = folder.join("authorities");
        std::fs::create_dir(&authorities).unwrap();
        for (number, ca) in all.iter().enumerate() {
            std::fs::write(authorities.join(format!("{number}.pem")), &ca.pem).unwrap();
        }
        config.authorities = vec![authorities.join("*.pem")];
        config.lists = lists(folder);
    })
    .await
}

/// As whoever publishes a list should: written beside, then moved into place.
fn publish(path: &Path, bytes: &[u8]) {
    let beside = path.with_extension("part");
    std::fs::write(&beside, bytes).unwrap();
    std::fs::rename(&beside, path).unwrap();
}

fn state(site: &Site, card: u32) -> CertificateState {
    site.certificates(&uid(card)).unwrap().first().unwrap().state
}

fn states(site: &Site) -> [CertificateState; 3] {
    [1, 2, 3].map(|card| state(site, card))
}

fn blocks(site: &Site, card: u32) -> access::entry::Blocks {
    let entries = site.entries(&DOOR.parse().unwrap(), Some(&[uid(card)]), site.latest().unwrap()).unwrap();
    entries.first().unwrap().blocks
}

fn the_source(site: &Site) -> Option<SourceView> {
    site.revocation_sources().unwrap().into_iter().next()
}

fn number(site: &Site) -> Option<String> {
    site.revocation_lists().unwrap().first().map(|list| list.number_text.clone())
}

async fn until_number(bench: &Bench, wanted: &str) {
    bench.until(wanted, |site| number(site).as_deref() == Some(wanted)).await;
}

const GOOD: CertificateState = CertificateState::Good;

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_arrives_in_a_watched_file_is_in_force_at_a_connected_door_and_a_hold_ends_with_the_next() {
    let ca = Ca::new("Authority");
    let mut file = PathBuf::new();
    let bench = bench(&ca, |folder| {
        file = folder.join("list.crl");
        vec![path(&file)]
    })
    .await;
    let mut door = Door::connect(&bench, DOOR).await;
    door.report_status().await;
    door.follow_until(|door| door.list.len() == 3).await;
    door.report_status().await;
    publish(&file, &ca.sign(&List::new(7, &[(1, KEY_COMPROMISE), (2, HOLD)])));
    door.follow_until(|door| {
        door.list[&uid(1)].blocks.contains(Block::Revoked) && door.list[&uid(2)].blocks.contains(Block::Suspended)
    })
    .await;
    assert!(door.list[&uid(3)].blocks.is_empty());
    let certificate = bench.site().certificates(&uid(1)).unwrap().remove(0);
    assert_eq!(certificate.list_number.as_deref(), Some("7"), "a refusal can name the list");
    door.report_status().await;
    publish(&file, &ca.sign(&List::new(8, &[(1, KEY_COMPROMISE)])));
    door.follow_until(|door| door.list[&uid(2)].blocks.is_empty()).await;
    assert!(door.list[&uid(1)].blocks.contains(Block::Revoked));
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_not_to_be_believed_changes_nothing_and_raises_its_alarm() {
    let (ca, stranger) = (Ca::new("Authority"), Ca::new("Stranger"));
    let mut file = PathBuf::new();
    let bench = bench(&ca, |folder| {
        file = folder.join("list.crl");
        vec![ListSource { size_max: 2_000, ..path(&file) }]
    })
    .await;
    publish(&file, &ca.sign(&List::new(10, &[(2, HOLD)])));
    until_number(&bench, "10").await;
    let all = [(1, KEY_COMPROMISE), (2, KEY_COMPROMISE), (3, KEY_COMPROMISE)];
    let good = ca.sign(&List::new(11, &all));
    let mut bent = good.clone();
    let middle = bent.len() / 2;
    bent[middle] ^= 1;
    let many: Vec<(u8, u8)> = (0..100).map(|serial| (serial, KEY_COMPROMISE)).collect();
    let cases = [
        ("revocation-list-forged", stranger.forge(&ca, &List::new(11, &all))),
        ("revocation-list-unreadable", good[..good.len() - 1].to_vec()),
        ("revocation-list-older", ca.sign(&List::new(9, &[]))),
        ("revocation-list-unknown-issuer", stranger.sign(&List::new(11, &all))),
        ("revocation-list-delta", ca.sign(&List { delta: true, ..List::new(11, &all) })),
        ("revocation-list-differs", ca.sign(&List::new(10, &all))),
        ("revocation-list-too-large", ca.sign(&List::new(11, &many))),
    ];
    let before = (bench.site().latest().unwrap(), bench.site().revocation_lists().unwrap());
    for (code, bytes) in cases {
        publish(&file, &bytes);
        bench.until_alarm(code).await;
        let fault = |site: &Site| the_source(site).unwrap().fault.as_deref() == Some(code);
        bench.until(code, fault).await;
        assert_eq!((bench.site().latest().unwrap(), bench.site().revocation_lists().unwrap()), before, "{code}");
        assert_eq!(states(bench.site()), [GOOD, CertificateState::Held, GOOD], "{code}");
    }
    std::fs::remove_file(&file).unwrap();
    bench.until_alarm("revocation-list-unreachable").await;
    publish(&file, &good);
    bench.until("well again", |site| the_source(site).unwrap().fault.is_none()).await;
    assert_eq!(states(bench.site()), [CertificateState::Revoked; 3]);
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_asked_for_what_is_newer_only_also_after_a_restart() {
    let ca = Ca::new("Authority");
    let web = Web::start("\"one\"", ca.sign(&List::new(1, &[(1, HOLD)])));
    let bench = bench(&ca, |_| vec![source(Location::Address(web.url.clone()))]).await;
    until_number(&bench, "1").await;
    let asked = |count: usize| {
        let web = web.clone();
        move |_: &Site| web.asked().len() >= count
    };
    bench.until("asked again", asked(3)).await;
    let heads = web.asked();
    assert!(!heads[0].contains("if-none-match"));
    assert!(heads[1..].iter().all(|head| {
        head.contains("if-none-match: \"one\"") && head.contains("if-modified-since: thu, 01 jan 2026 00:00:00 gmt")
    }));
    assert_eq!(the_source(bench.site()).unwrap().fault, None);
    web.publish("\"two\"", ca.sign(&List::new(2, &[(2, HOLD)])));
    until_number(&bench, "2").await;
    assert_eq!(states(bench.site()), [GOOD, CertificateState::Held, GOOD]);
    let note = |site: &Site| the_source(site).unwrap().etag.as_deref() == Some("\"two\"");
    bench.until("noted", note).await;

    let before = web.asked().len();
    let (url, authority) = (web.url.clone(), bench.folder().join("authorities"));
    let bench = bench
        .restarted_with(|config| {
            config.authorities = vec![authority];
            config.lists = vec![source(Location::Address(url))];
        })
        .await;
    bench.until("asked by the new one", asked(before + 3)).await;
    assert!(web.asked()[before..].iter().all(|head| head.contains("if-none-match: \"two\"")));
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_fails_stalls_or_breaks_off_is_an_alarm_and_is_tried_again() {
    let ca = Ca::new("Authority");
    let web = Web::start("\"one\"", ca.sign(&List::new(1, &[(1, KEY_COMPROMISE)])));
    // Nothing is newer than nothing: it was told of no version.
    web.set(Mode::Status(304));
    let bench = bench(&ca, |_| vec![source(Location::Address(web.url.clone()))]).await;
    bench.until_alarm("revocation-list-unreachable").await;
    for (wanted, mode) in (1..).zip([Mode::Stall, Mode::Cut, Mode::Status(404)]) {
        web.set(mode);
        web.publish(&format!("\"{wanted}\""), ca.sign(&List::new(wanted, &[])));
        let before = web.asked().len();
        bench.until("it was tried twice", |_| web.asked().len() >= before + 2).await;
        assert_eq!(the_source(bench.site()).unwrap().fault.as_deref(), Some("revocation-list-unreachable"));
        web.set(if wanted == 1 { Mode::Redirect } else { Mode::Serve });
        until_number(&bench, &wanted.to_string()).await;
        bench.until("well", |site| the_source(site).unwrap().fault.is_none()).await;
    }
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_past_its_next_update_is_an_alarm_and_nothing_else_if_the_site_goes_on() {
    let ca = Ca::new("Authority");
    let mut file = PathBuf::new();
    let bench = bench(&ca, |folder| {
        file = folder.join("list.crl");
        vec![path(&file)]
    })
    .await;
    publish(&file, &ca.sign(&List { next_year: 22, ..List::new(1, &[(1, KEY_COMPROMISE)]) }));
    bench.until_alarm("revocation-list-stale").await;
    assert_eq!(states(bench.site()), [CertificateState::Revoked, GOOD, GOOD], "what it says holds");
    assert!(blocks(bench.site(), 2).is_empty());
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cards_are_refused_while_a_list_is_too_old_if_the_administrator_says_so_and_pass_again_with_a_fresh_one() {
    let ca = Ca::new("Authority");
    let mut file = PathBuf::new();
    let bench = bench(&ca, |folder| {
        file = folder.join("list.crl");
        vec![ListSource { stale: Stale::Refuse, ..path(&file) }]
    })
    .await;
    let unknown =
        |site: &Site| states(site) == [CertificateState::Revoked, CertificateState::Unknown, CertificateState::Unknown];
    publish(&file, &ca.sign(&List { next_year: 22, ..List::new(1, &[(1, KEY_COMPROMISE)]) }));
    bench.until("unknown", unknown).await;
    bench.until_alarm("revocation-list-stale").await;
    assert!(blocks(bench.site(), 2).contains(Block::RevocationUnknown));
    publish(&file, &ca.sign(&List::new(2, &[(1, KEY_COMPROMISE)])));
    bench.until("known", |site| states(site) == [CertificateState::Revoked, GOOD, GOOD]).await;
    assert!(blocks(bench.site(), 2).is_empty());

    // An administrator who thinks otherwise starts the controller anew, and the cards pass.
    publish(&file, &ca.sign(&List { next_year: 22, ..List::new(3, &[(1, KEY_COMPROMISE)]) }));
    bench.until("unknown", unknown).await;
    let authority = bench.folder().join("authorities");
    let bench = bench
        .restarted_with(|config| {
            config.authorities = vec![authority];
            config.lists = vec![path(&file)];
        })
        .await;
    bench.until("known", |site| states(site) == [CertificateState::Revoked, GOOD, GOOD]).await;
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_holds_lists_of_several_authorities_and_what_leaves_it_stays_in_force() {
    let (ca, other) = (Ca::new("Authority"), Ca::new("Other"));
    let mut folder = PathBuf::new();
    let bench = bench_of(&[&ca, &other], |root| {
        folder = root.join("lists");
        vec![path(&folder)]
    })
    .await;
    bench.until_alarm("revocation-list-unreachable").await;
    std::fs::create_dir(&folder).unwrap();
    publish(&folder.join("other.der"), &other.sign(&List::new(120, &[(1, KEY_COMPROMISE)])));
    publish(&folder.join("authority.crl"), &ca.sign(&List::new(1, &[(2, KEY_COMPROMISE)])));
    std::fs::write(folder.join("notes.txt"), "no list").unwrap();
    bench.until("both", |site| site.revocation_lists().unwrap().len() == 2).await;
    assert_eq!(states(bench.site()), [GOOD, CertificateState::Revoked, GOOD], "numbers are of their issuer");
    bench
        .until("no fault", |site| site.revocation_sources().unwrap().iter().all(|source| source.fault.is_none()))
        .await;
    publish(&folder.join("authority.crl"), &ca.sign(&List::new(2, &[(2, KEY_COMPROMISE), (3, HOLD)])));
    bench.until("replaced", |site| state(site, 3) == CertificateState::Held).await;
    std::fs::remove_file(folder.join("authority.crl")).unwrap();
    bench.until("forgotten", |site| site.revocation_sources().unwrap().len() == 2).await;
    assert_eq!(states(bench.site()), [GOOD, CertificateState::Revoked, CertificateState::Held]);
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_is_attached_later_is_looked_for_in_the_list_at_once() {
    let (ca, other) = (Ca::new("Authority"), Ca::new("Other"));
    let web = Web::start("\"one\"", ca.sign(&List::new(1, &[(9, KEY_COMPROMISE)])));
    let mut file = PathBuf::new();
    let bench = bench_of(&[&ca, &other], |folder| {
        file = folder.join("list.crl");
        std::fs::write(&file, other.sign(&List::new(1, &[(9, KEY_COMPROMISE)]))).unwrap();
        let every = Duration::from_secs(3_600);
        vec![ListSource { every, ..source(Location::Address(web.url.clone())) }, path(&file)]
    })
    .await;
    let well = |site: &Site| {
        let sources = site.revocation_sources().unwrap();
        sources.len() == 2 && sources.iter().all(|source| source.issuer.is_some())
    };
    bench.until("both read", well).await;
    // After the lists were read, whatever this machine's clock does.
    let later = bench.site().revocation_lists().unwrap().iter().map(|list| list.accepted).max().unwrap();
    ca.attach(bench.site(), 1, 9, UtcMs(later.0 + 1));
    other.attach(bench.site(), 2, 9, UtcMs(later.0 + 1));
    let revoked = |site: &Site| blocks(site, 1).contains(Block::Revoked) && blocks(site, 2).contains(Block::Revoked);
    bench.until("both revoked", revoked).await;
    assert!(web.asked().iter().all(|head| !head.contains("if-none-match")), "the whole is needed");
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_two_distribution_points_do_not_undo_each_other() {
    let ca = Ca::new("Authority");
    let (mut first, mut second) = (PathBuf::new(), PathBuf::new());
    let bench = bench(&ca, |folder| {
        (first, second) = (folder.join("first.crl"), folder.join("second.crl"));
        vec![path(&first), path(&second)]
    })
    .await;
    let of = |scope, number, entries: &[(u8, u8)]| ca.sign(&List { scope: Some(scope), ..List::new(number, entries) });
    publish(&first, &of("http://ca.example/1", 90, &[(1, HOLD)]));
    bench.until("first", |site| state(site, 1) == CertificateState::Held).await;
    publish(&second, &of("http://ca.example/2", 5, &[(2, HOLD)]));
    bench.until("second", |site| state(site, 2) == CertificateState::Held).await;
    assert_eq!(state(bench.site(), 1), CertificateState::Held);
    publish(&second, &of("http://ca.example/2", 6, &[(3, HOLD)]));
    bench.until("second again", |site| state(site, 3) == CertificateState::Held).await;
    assert_eq!(states(bench.site()), [CertificateState::Held, GOOD, CertificateState::Held]);
    publish(&first, &of("http://ca.example/1", 91, &[]));
    bench.until("first again", |site| state(site, 1) == GOOD).await;
    bench.stop().await;
}
