//! Backups, putting one back, and what doors know that it does not.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use access::chain::Link;
use access::entry::{Block, Blocks};
use access::envelope::Header;
use access::event::EventKind;
use access::message::{Listed, Status};
use access::mode::Mode;
use access::time::{ClockTrust, UtcMs, Window};
use access::uid::Uid;
use access::whitelist::{Digest, Generation, WhitelistId};
use db::site::{
    Actor, AlarmFilter, Cause, ChainFault, Decided, Decision, Differs, EventFilter, Life, LockdownScope, PutBack, Seek,
    Site, SiteError, SoundBackup, Told, Transition, WithoutDigest, back_up, check_soon, put_back,
};

use crate::support::{ACTOR, Bench, Journal, NOW, door, event, site_id, uid};

const LATER: UtcMs = UtcMs(NOW.0 + 60_000);
const RESTORER: Actor<'static> = Actor { operator: "matti", at: LATER };

fn database(bench: &Bench) -> PathBuf {
    bench.folder.path().join("site.db")
}

fn backup(bench: &Bench, name: &str) -> PathBuf {
    let out = bench.folder.path().join(name);
    back_up(&database(bench), &out, "1", NOW, &mut |_, _| {}).unwrap();
    out
}

fn sound(file: &Path) -> SoundBackup {
    SoundBackup::open(file, &site_id(), WithoutDigest::Refused).unwrap()
}

/// Puts it back in place of what is there, and opens it.
fn restore(bench: Bench, file: &Path) -> (Bench, PutBack) {
    let Bench { folder, site } = bench;
    drop(site);
    let path = folder.path().join("site.db");
    let put = put_back(&sound(file), &path, &RESTORER, &mut |_, _| {}).unwrap();
    let site = Site::open(&path, &site_id()).unwrap();
    (Bench { folder, site }, put)
}

/// A list of a door: its number, and cards with what is in their way.
fn list(generation: u64, cards: &[(Uid, Blocks)]) -> Listed {
    let digest = Digest::from_bytes([u8::try_from(generation % 250).unwrap(); 32]);
    let entries = u32::try_from(cards.len()).unwrap();
    let whitelist = WhitelistId { generation: Generation(generation), digest, entries };
    Listed { whitelist, index: 0, count: 1, cards: cards.to_vec() }
}

fn status(bench: &Bench, name: &str, mode: Mode, oldest: u64) {
    let header =
        Header { site: site_id(), door: door(name), key_id: 1, epoch: 5, boot: 1, sequence: 1, link: Link::START };
    let status =
        Status { utc: NOW, trust: ClockTrust::Synchronised, mode, journal_oldest: oldest, ..Status::of_new_box("1") };
    bench.site.record_status(&door(name), &header, &status, UtcMs(LATER.0 + 1)).unwrap();
}

/// Two doors and three cards that are listed at both, with a backup, then a restored one.
fn restored() -> (Bench, PutBack) {
    let bench = Bench::with_doors(&["lab", "ward"]);
    for number in 1..=3 {
        let card = bench.add_card(number);
        for name in ["lab", "ward"] {
            bench.site.list_card(&ACTOR, &card, &door(name), Window::ALWAYS).unwrap();
        }
    }
    let file = backup(&bench, "one.backup");
    restore(bench, &file)
}

fn life(bench: &Bench, card: u8) -> (Life, Cause) {
    let card = bench.site.card(&uid(card)).unwrap();
    (card.life, card.cause)
}

fn held(bench: &Bench) -> Vec<String> {
    let holds = bench.site.holds().unwrap().into_iter();
    holds.filter(|(_, released)| released.is_none()).map(|(door, _)| door.to_string()).collect()
}

fn alarms(bench: &Bench) -> Vec<String> {
    let open = AlarmFilter::default();
    bench.site.alarms(&open, NOW, 100).unwrap().into_iter().filter(|a| a.closed.is_none()).map(|a| a.kind).collect()
}

const NONE: Blocks = Blocks::NONE;

#[test]
fn a_backup_made_while_others_write_is_of_one_moment_and_only_its_owners() {
    let bench = Bench::with_doors(&["ward"]);
    let stop = std::sync::atomic::AtomicBool::new(false);
    let out = bench.folder.path().join("one.backup");
    let made = std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut journal = 0;
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                journal += 1;
                bench.site.intake(&[Journal::of("ward", journal, 20).report(1, 20)]).unwrap();
            }
        });
        let made = back_up(&database(&bench), &out, "1", NOW, &mut |_, _| {});
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        made.unwrap()
    });
    assert_eq!(fs::metadata(&out).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(&out).unwrap().len(), made.bytes);
    assert!(!bench.folder.path().join("one.backup.part").exists());
    let copy = Site::open(&out, &site_id()).unwrap();
    assert_eq!(copy.latest().unwrap().0, made.change);
    let rows = copy.events(&EventFilter::default(), Seek::Before(i64::MAX), 1).unwrap();
    assert_eq!(rows.first().map_or(0, |row| row.id.cast_unsigned()), made.row);
    assert_eq!(made.row % 20, 0, "of one moment");
    let again = back_up(&database(&bench), &out, "1", NOW, &mut |_, _| {}).unwrap_err().to_string();
    assert!(again.contains("nothing is written over"), "{again}");
}

#[test]
fn generations_jump_over_what_doors_know_and_every_door_is_left_alone() {
    let (bench, put) = restored();
    let before = put.last_change;
    assert_eq!(put.change, LATER.0.cast_unsigned(), "the time in milliseconds");
    assert_eq!(put.made, Some(NOW));
    assert_eq!(bench.latest(), Generation(put.change));
    assert!(before < 100);
    assert_eq!(held(&bench), ["lab", "ward"]);
    for name in ["lab", "ward"] {
        let state = bench.site.door_state(&door(name), bench.latest()).unwrap();
        assert_eq!(state.generation, Generation(put.change), "its state is newer than any that it has");
    }
    assert_eq!(alarms(&bench), ["site-restored"]);
    assert_eq!(bench.site.restore_waits().unwrap(), (true, 2));
    // What was there is kept, and is whole.
    let kept = put.kept.unwrap();
    assert_eq!(Site::open(&kept, &site_id()).unwrap().latest().unwrap().0, before);
    // A change after it goes on from there.
    bench.add_card(9);
    assert_eq!(bench.latest(), Generation(put.change + 1));
}

#[test]
fn what_doors_keep_out_is_kept_out_and_they_follow_again() {
    let (bench, put) = restored();
    let newer = put.last_change + 10;
    let there = [(uid(1), NONE.with(Block::Blocked)), (uid(3), NONE), (uid(77), NONE)];
    assert_eq!(
        bench.site.take_listed(&door("ward"), &list(newer, &there), LATER).unwrap(),
        Told::All { released: false }
    );
    assert_eq!(bench.site.take_listed(&door("ward"), &list(newer, &there), LATER).unwrap(), Told::NotAsked, "told");
    let known = bench.site.restored_cards(10).unwrap();
    let shown: Vec<_> = known.iter().map(|known| (known.uid, known.differs, known.doors)).collect();
    assert_eq!(
        shown,
        [(uid(1), Differs::Blocked, 1), (uid(2), Differs::Unlisted, 1), (uid(77), Differs::OnlyThere, 1),]
    );
    assert_eq!(bench.site.restored().unwrap().unwrap().cards, [1, 1, 1, 0]);
    status(&bench, "ward", Mode::LockedDown, 1);

    let decided = bench.site.decide(&RESTORER, Decision::KeepOut, "disk").unwrap();
    assert_eq!(decided, Decided { cards: 2, lockdowns: 1, left: 0, waiting: 1 });
    assert_eq!(life(&bench, 1), (Life::Blocked, Cause::Restored));
    assert_eq!(life(&bench, 2), (Life::Suspended, Cause::Restored));
    assert_eq!(life(&bench, 3).0, Life::Active);
    assert_eq!(held(&bench), ["lab"]);
    assert!(bench.site.door_state(&door("ward"), bench.latest()).unwrap().lockdown.is_some(), "it stays locked down");
    assert!(alarms(&bench).is_empty());
    let twice = bench.site.decide(&RESTORER, Decision::KeepOut, "disk");
    assert!(matches!(twice, Err(SiteError::Refused { problem: "is-decided", .. })), "{twice:?}");
}

#[test]
fn a_door_that_tells_late_suspends_nobody_by_itself() {
    let (bench, put) = restored();
    bench.site.decide(&RESTORER, Decision::KeepOut, "disk").unwrap();
    assert_eq!(held(&bench), ["lab", "ward"], "nobody has told");
    let before = bench.latest();
    let there = [(uid(1), NONE), (uid(2), NONE.with(Block::Suspended)), (uid(3), NONE)];
    // Days later: there are new cards.
    let new = bench.add_card(9);
    bench.site.list_card(&ACTOR, &new, &door("lab"), Window::ALWAYS).unwrap();
    bench.site.list_card(&ACTOR, &new, &door("ward"), Window::ALWAYS).unwrap();
    let told = bench.site.take_listed(&door("lab"), &list(put.last_change + 1, &there), LATER).unwrap();
    assert_eq!(told, Told::All { released: false });
    assert_eq!((life(&bench, 2).0, held(&bench).len()), (Life::Active, 2), "that is for somebody to decide");
    assert_eq!(alarms(&bench), ["site-restored"]);
    let decided = bench.site.decide(&RESTORER, Decision::KeepOut, "looked at it").unwrap();
    assert_eq!(decided, Decided { cards: 1, lockdowns: 0, left: 0, waiting: 1 });
    assert_eq!((life(&bench, 2), life(&bench, 9).0), ((Life::Suspended, Cause::Restored), Life::Active));
    assert!(alarms(&bench).is_empty());
    assert_eq!(held(&bench), ["ward"]);
    // One that has nothing against anybody follows at once.
    let same = [(uid(1), NONE), (uid(2), NONE), (uid(3), NONE)];
    let told = bench.site.take_listed(&door("ward"), &list(put.last_change + 1, &same), LATER).unwrap();
    assert_eq!(told, Told::All { released: true });
    assert_eq!(life(&bench, 9).0, Life::Active);
    let released = bench.site.holds().unwrap().into_iter().find(|(name, _)| *name == door("lab")).unwrap().1;
    assert!(released.is_some_and(|change| change > before), "whoever has read less leaves it alone");
    assert!(held(&bench).is_empty());
}

#[test]
fn a_card_that_was_forgotten_and_is_paused_at_a_door_is_not_resumed_with_its_backup() {
    let bench = Bench::with_doors(&["ward"]);
    let original = bench.add_card(1);
    bench.site.list_card(&ACTOR, &original, &door("ward"), Window::ALWAYS).unwrap();
    bench.site.transit(&ACTOR, &original, Transition::Suspend, Cause::Forgotten).unwrap();
    let file = backup(&bench, "one.backup");
    let (bench, put) = restore(bench, &file);
    let there = [(original, NONE.with(Block::Suspended))];
    bench.site.take_listed(&door("ward"), &list(put.last_change + 1, &there), LATER).unwrap();
    assert_eq!(bench.site.restored().unwrap().unwrap().cards, [1, 0, 0, 0]);
    assert_eq!(bench.site.decide(&RESTORER, Decision::KeepOut, "disk").unwrap().cards, 1);
    assert_eq!(life(&bench, 1), (Life::Suspended, Cause::Restored));
}

#[test]
fn a_door_is_believed_only_about_its_own_cards() {
    let bench = Bench::with_doors(&["lab", "ward"]);
    for (number, name) in [(1, "lab"), (2, "ward")] {
        let card = bench.add_card(number);
        bench.site.list_card(&ACTOR, &card, &door(name), Window::ALWAYS).unwrap();
    }
    let file = backup(&bench, "one.backup");
    let (bench, put) = restore(bench, &file);
    let blocked = NONE.with(Block::Blocked);
    let there = [(uid(1), blocked), (uid(2), blocked)];
    bench.site.take_listed(&door("lab"), &list(put.last_change + 1, &there), LATER).unwrap();
    let decided = bench.site.decide(&RESTORER, Decision::KeepOut, "disk").unwrap();
    assert_eq!(decided, Decided { cards: 1, lockdowns: 0, left: 1, waiting: 1 });
    assert_eq!((life(&bench, 1).0, life(&bench, 2).0), (Life::Blocked, Life::Active));
}

#[test]
fn a_card_that_was_taken_off_one_door_is_not_paused_where_another_lets_it_in() {
    let (bench, put) = restored();
    let newer = put.last_change + 1;
    bench.site.take_listed(&door("lab"), &list(newer, &[(uid(1), NONE), (uid(3), NONE)]), LATER).unwrap();
    let there = [(uid(1), NONE), (uid(2), NONE)];
    bench.site.take_listed(&door("ward"), &list(newer, &there), LATER).unwrap();
    let decided = bench.site.decide(&RESTORER, Decision::KeepOut, "disk").unwrap();
    assert_eq!(decided, Decided { cards: 0, lockdowns: 0, left: 2, waiting: 0 });
    assert_eq!((life(&bench, 2).0, life(&bench, 3).0), (Life::Active, Life::Active));
}

#[test]
fn a_list_that_this_site_cannot_have_made_is_refused() {
    let (bench, put) = restored();
    let mut endless = list(put.last_change + 1, &[(uid(1), NONE)]);
    endless.whitelist.entries = 30_000;
    let refused = bench.site.take_listed(&door("ward"), &endless, LATER);
    assert!(matches!(refused, Err(SiteError::Invalid { problem: "too-long", .. })), "{refused:?}");
}

#[test]
fn a_door_that_claims_to_be_years_ahead_is_not_followed() {
    let (bench, put) = restored();
    status(&bench, "ward", Mode::Normal, 1);
    let sql = "UPDATE door_status SET list_generation = 4503599627370496";
    rusqlite::Connection::open(database(&bench)).unwrap().execute_batch(sql).unwrap();
    bench.site.decide(&RESTORER, Decision::Accept, "disk").unwrap();
    assert_eq!(bench.latest(), Generation(put.change + 1));
    assert_eq!(alarms(&bench), ["door-ahead"]);
}

#[test]
fn a_door_with_a_list_from_before_the_backup_keeps_nobody_out() {
    let (bench, put) = restored();
    let older = list(put.last_change - 1, &[(uid(1), NONE.with(Block::Blocked))]);
    bench.site.take_listed(&door("ward"), &older, LATER).unwrap();
    assert!(bench.site.restored_cards(10).unwrap().is_empty());
    assert_eq!(bench.site.decide(&RESTORER, Decision::KeepOut, "disk").unwrap().cards, 0);
    assert_eq!(life(&bench, 1).0, Life::Active);
}

#[test]
fn accepting_the_backup_changes_no_card() {
    let (bench, put) = restored();
    let there = list(put.last_change + 1, &[(uid(1), NONE.with(Block::Blocked))]);
    bench.site.take_listed(&door("ward"), &there, LATER).unwrap();
    assert_eq!(bench.site.decide(&RESTORER, Decision::Accept, "a test").unwrap(), Decided::default());
    assert_eq!(life(&bench, 1).0, Life::Active);
    assert!(held(&bench).is_empty());
    assert_eq!(bench.site.change_log(None, 1).unwrap()[0].action, "restore-accept");
}

#[test]
fn pieces_come_in_any_order_and_those_that_do_not_make_the_list_are_forgotten() {
    let (bench, put) = restored();
    let whole = list(put.last_change + 1, &[(uid(1), NONE), (uid(2), NONE), (uid(3), NONE)]);
    let piece =
        |index: u32, cards: &[(Uid, Blocks)]| Listed { index, count: 2, cards: cards.to_vec(), ..whole.clone() };
    let take = |listed: &Listed| bench.site.take_listed(&door("ward"), listed, LATER).unwrap();
    assert_eq!(take(&piece(1, &whole.cards[2..])), Told::Kept);
    assert_eq!(take(&piece(1, &whole.cards[2..])), Told::Kept, "repeated");
    assert_eq!(take(&piece(0, &whole.cards[..1])), Told::Mismatch, "a card is missing");
    assert_eq!(take(&piece(0, &whole.cards[..2])), Told::Kept);
    assert_eq!(take(&piece(1, &whole.cards[2..])), Told::All { released: false });
    let reversed = Listed { cards: whole.cards.iter().rev().copied().collect(), ..whole.clone() };
    assert!(bench.site.take_listed(&door("lab"), &reversed, LATER).is_err());
    assert!(bench.site.restored_cards(10).unwrap().is_empty(), "the same as here");
}

/// The clock of a new machine may be behind: the decision goes beyond what doors have said.
#[test]
fn a_decision_has_a_higher_number_than_every_door() {
    let (bench, put) = restored();
    let ahead = put.change + 1_000_000;
    let sql = format!("UPDATE door_status SET list_generation = {ahead}");
    status(&bench, "ward", Mode::Normal, 1);
    rusqlite::Connection::open(database(&bench)).unwrap().execute_batch(&sql).unwrap();
    bench.site.decide(&RESTORER, Decision::Accept, "disk").unwrap();
    assert_eq!(bench.latest(), Generation(ahead + 1));
}

#[test]
fn a_lockdown_that_the_backup_knows_is_not_made_twice() {
    let bench = Bench::with_doors(&["ward"]);
    bench.site.lock_down(&ACTOR, &LockdownScope::Site, None, "a threat").unwrap();
    let file = backup(&bench, "one.backup");
    let (bench, put) = restore(bench, &file);
    bench.site.take_listed(&door("ward"), &list(put.last_change + 1, &[]), LATER).unwrap();
    status(&bench, "ward", Mode::LockedDown, 1);
    assert_eq!(bench.site.decide(&RESTORER, Decision::KeepOut, "disk").unwrap().lockdowns, 0);
}

#[test]
fn events_that_doors_do_not_hold_any_more_are_missed_aloud_and_the_others_are_taken() {
    let bench = Bench::with_doors(&["ward"]);
    let mut journal = Journal::of("ward", 5, 12);
    bench.site.intake(&[journal.report(1, 4)]).unwrap();
    let file = backup(&bench, "one.backup");
    bench.site.intake(&[journal.report(5, 9)]).unwrap();
    let (bench, _) = restore(bench, &file);
    let take =
        |journal: &Journal, from, through| bench.site.intake(&[journal.report(from, through)]).unwrap().remove(0);

    status(&bench, "ward", Mode::Normal, 5);
    assert_eq!(take(&journal, 7, 9).fault, Some(ChainFault::Gap { expected: 5, got: 7 }), "the door has 5 and 6");
    status(&bench, "ward", Mode::Normal, 7);
    let taken = take(&journal, 7, 9);
    assert_eq!((taken.through, taken.inserted, taken.fault), (9, 3, None));
    assert!(alarms(&bench).contains(&"events-missing".to_owned()));
    let rows = bench.site.events(&EventFilter::default(), Seek::After(0), 100).unwrap();
    let rows: Vec<_> = rows.iter().map(|row| (row.sequence, row.link_ok)).collect();
    let fits = |sequence| (sequence, true);
    assert_eq!(rows, [fits(1), fits(2), fits(3), fits(4), (7, false), fits(8), fits(9)]);
    // What was missing comes after all, from a broker: it does not stand in its place, and disturbs nothing.
    assert_eq!(take(&journal, 4, 10).through, 10);
    journal.events.push(event(13, EventKind::ExitPressed));
    assert_eq!(take(&journal, 11, 13).fault, None);
}

/// Why a backup is not taken.
fn refused(file: &Path, site: &str, without_digest: WithoutDigest) -> String {
    let opened = SoundBackup::open(file, &site.parse().unwrap(), without_digest);
    opened.map(drop).unwrap_err().to_string()
}

/// A site with cards, and the bytes of its backup.
fn of_many_cards() -> (Bench, PathBuf, Vec<u8>) {
    let bench = Bench::with_doors(&["ward"]);
    for number in 0..200 {
        bench.add_card(number);
    }
    let file = backup(&bench, "one.backup");
    let bytes = fs::read(&file).unwrap();
    (bench, file, bytes)
}

#[test]
fn a_backup_of_another_site_is_refused() {
    let (_bench, file, _) = of_many_cards();
    assert!(refused(&file, "school", WithoutDigest::Refused).contains("backup of site hospital"));
    assert!(sound(&file).digest);
}

#[test]
fn a_backup_in_which_one_bit_differs_is_refused_wherever_it_is() {
    let (_bench, file, bytes) = of_many_cards();
    // One of each page, and each of its digest; the text of the header that says what it is speaks for itself.
    for at in (100..bytes.len()).step_by(4_093).chain(bytes.len() - 86..bytes.len()) {
        let mut bytes = bytes.clone();
        bytes[at] ^= 0x10;
        fs::write(&file, bytes).unwrap();
        let text = refused(&file, "hospital", WithoutDigest::Refused);
        assert!(text.contains("not as it was made") || text.contains("no digest"), "byte {at}: {text}");
    }
}

#[test]
fn a_backup_without_its_end_is_refused_unless_somebody_takes_it_as_it_is() {
    let (_bench, file, bytes) = of_many_cards();
    for missing in [1, 20, 86] {
        fs::write(&file, &bytes[..bytes.len() - missing]).unwrap();
        let text = refused(&file, "hospital", WithoutDigest::Refused);
        assert!(text.contains("no digest") && text.contains("--without-digest"), "{text}");
    }
    // As an older program made it.
    let taken = SoundBackup::open(&file, &site_id(), WithoutDigest::Taken).unwrap();
    assert!(!taken.digest);
    assert_eq!(taken.made, Some(NOW));
}

#[test]
fn a_backup_that_contradicts_itself_is_refused_also_as_it_is() {
    let (_bench, file, mut bytes) = of_many_cards();
    let half = bytes.len() / 2;
    for byte in &mut bytes[half..half + 8_192] {
        *byte ^= 0x5a;
    }
    bytes.truncate(bytes.len() - 86);
    fs::write(&file, bytes).unwrap();
    let text = refused(&file, "hospital", WithoutDigest::Taken);
    assert!(text.contains("not sound"), "{text}");
}

#[test]
fn the_line_behind_a_backup_is_what_sha256sum_says_of_the_rest() {
    let (bench, file, bytes) = of_many_cards();
    let (pages, line) = bytes.split_at(bytes.len() - 86);
    fs::write(bench.folder.path().join("pages"), pages).unwrap();
    let said = std::process::Command::new("sha256sum").arg(bench.folder.path().join("pages")).output().unwrap();
    let said = String::from_utf8(said.stdout).unwrap();
    assert_eq!(std::str::from_utf8(line).unwrap(), format!("\nkulku-backup sha256 {}\n", &said[..64]));
    assert!(file.exists());
}

#[test]
fn a_damaged_database_is_refused_with_the_way_to_restore() {
    let bench = Bench::with_doors(&["ward"]);
    for number in 0..200 {
        bench.add_card(number);
    }
    let path = database(&bench);
    let Bench { folder, site } = bench;
    drop(site);
    let checked = || check_soon(&path, Duration::from_secs(10));
    checked().unwrap();
    let mut bytes = fs::read(&path).unwrap();
    let half = bytes.len() / 2;
    for byte in &mut bytes[half..half + 8_192] {
        *byte ^= 0x5a;
    }
    fs::write(&path, bytes).unwrap();
    let text = checked().unwrap_err().to_string();
    assert!(text.contains("damaged") && text.contains("kulku-controller restore"), "{text}");
    drop(folder);
}

#[test]
fn a_restore_that_was_cut_short_is_done_again_and_never_starts_with_an_empty_site() {
    let bench = Bench::with_doors(&["ward"]);
    let file = backup(&bench, "one.backup");
    let path = database(&bench);
    let Bench { folder, site } = bench;
    drop(site);
    // The old one has gone, and the new one has not got its name.
    fs::rename(&path, folder.path().join("site.db.restoring")).unwrap();
    let Err(error) = Site::open(&path, &site_id()) else { panic!("an empty site was begun") };
    assert!(error.to_string().contains("kulku-controller restore"), "{error}");
    put_back(&sound(&file), &path, &RESTORER, &mut |_, _| {}).unwrap();
    assert_eq!(Site::open(&path, &site_id()).unwrap().doors().unwrap().len(), 1);
}
