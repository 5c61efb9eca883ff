//! The life of an alarm, from outside: how it opens, repeats, ends, is muted, and what is told of it.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of a test that cannot go on must fail it")]

use access::chain::Link;
use access::envelope::DoorKey;
use access::event::{Event, EventKind, Watched};
use access::id::DoorId;
use access::mode::Mode;
use access::settings::DoorSettings;
use access::time::{ClockTrust, MonoMs, UtcMs};
use access::whitelist::Generation;
use db::site::{
    Actor, AlarmFilter, AlarmState, AlarmView, Channel, Condition, MUTE_LENGTH_MAX_MS, NOTIFICATION_ATTEMPTS_MAX,
    NewDoor, NewMute, REMINDERS_MAX, Report, Severity, Site, SiteError,
};
use tempfile::TempDir;

const NOW: UtcMs = UtcMs(1_800_000_000_000);
const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

struct Bench {
    folder: TempDir,
    site: Site,
}

fn after(ms: i64) -> UtcMs {
    UtcMs(NOW.0 + ms)
}

fn maija(ms: i64) -> Actor<'static> {
    Actor { operator: "maija", at: after(ms) }
}

fn ward() -> DoorId {
    "ward".parse().unwrap()
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let site = Site::open(&folder.path().join("site.db"), &"hospital".parse().unwrap()).unwrap();
        let new = NewDoor {
            id: ward(),
            name: "Ward".to_owned(),
            key: DoorKey::new([7; 32]),
            settings: DoorSettings::default(),
        };
        site.add_door(&maija(0), new).unwrap();
        Self { folder, site }
    }

    fn told(&self) -> &Self {
        let channel = |name: &str, severity| Channel { name: name.to_owned(), severity };
        let channels = [channel("all", Severity::Notice), channel("urgent", Severity::Urgent)];
        self.site.set_channels(&channels, NOW).unwrap();
        self
    }

    fn raise(&self, kind: &str, ms: i64) {
        self.site.raise_alarm(kind, Some(&ward()), None, after(ms)).unwrap();
    }

    fn note(&self, kind: &'static str, wrong: bool, ms: i64) {
        self.site.note_conditions(&[Condition { kind, door: Some(ward()), wrong }], after(ms)).unwrap();
    }

    fn all(&self, ms: i64) -> Vec<AlarmView> {
        self.site.alarms(&AlarmFilter { closed_too: true, ..AlarmFilter::default() }, after(ms), 100).unwrap()
    }

    fn only(&self, ms: i64) -> AlarmView {
        let all = self.all(ms);
        assert_eq!(all.len(), 1, "{all:?}");
        all.into_iter().next().unwrap()
    }

    fn steps(&self, id: i64) -> Vec<String> {
        self.site.alarm(id, NOW).unwrap().steps.into_iter().map(|step| step.what).collect()
    }

    fn due(&self, channel: &str, ms: i64) -> Vec<String> {
        let due = self.site.notifications_due(channel, after(ms), 100).unwrap();
        due.into_iter().map(|notification| notification.what).collect()
    }

    /// Takes everything that is due on a channel, step after step.
    fn deliver(&self, channel: &str, ms: i64) -> Vec<String> {
        let mut all = Vec::new();
        loop {
            let due = self.site.notifications_due(channel, after(ms), 100).unwrap();
            if due.is_empty() {
                return all;
            }
            for one in due {
                assert!(self.site.notification_delivered(one.id, after(ms)).unwrap());
                all.push(one.what);
            }
        }
    }

    /// The door reports these, one after the other.
    fn events(&self, kinds: &[EventKind]) {
        let events: Vec<Event> = (1..).zip(kinds).map(|(sequence, kind)| event(sequence, *kind)).collect();
        let report = Report { door: ward(), epoch: 1, boot: 1, previous: Link::START, events, received: NOW };
        assert!(self.site.intake(&[report]).unwrap()[0].fault.is_none());
    }
}

fn event(sequence: u64, kind: EventKind) -> Event {
    Event {
        sequence,
        boot: 1,
        mono: MonoMs(sequence),
        utc: NOW,
        trust: ClockTrust::Synchronised,
        generation: Generation(1),
        state_generation: Generation(1),
        mode: Mode::Normal,
        kind,
        subject: None,
    }
}

#[test]
fn a_repeat_is_counted_and_opens_again_what_was_acknowledged() {
    let bench = Bench::new();
    bench.raise("forged-message", 0);
    bench.raise("forged-message", 10);
    let alarm = bench.only(20);
    assert_eq!((alarm.count, alarm.first, alarm.last, alarm.state()), (2, NOW, after(10), AlarmState::Open));
    bench.site.acknowledge_alarm(&maija(20), alarm.id, "seen").unwrap();
    bench.site.acknowledge_alarm(&Actor { operator: "olli", at: after(25) }, alarm.id, "too").unwrap();
    let seen = bench.only(30).acknowledged.unwrap();
    assert_eq!((seen.who.as_str(), seen.at, seen.comment.as_str()), ("maija", after(20), "seen"));
    bench.raise("forged-message", 40);
    let again = bench.only(50);
    assert_eq!((again.count, again.state()), (3, AlarmState::Open));
    assert_eq!(bench.steps(alarm.id), ["raised", "acknowledged", "reopened"]);
    bench.site.close_alarm(&maija(60), alarm.id, "").unwrap();
    assert_eq!(bench.only(70).state(), AlarmState::Closed);
    bench.raise("forged-message", 80);
    assert_eq!(bench.all(90).len(), 2, "what is closed stays so");
    let log: Vec<_> = bench.site.change_log(None, 3).unwrap().into_iter().map(|change| change.action).collect();
    assert_eq!(log, ["alarm-close", "alarm-acknowledge", "alarm-acknowledge"]);
}

#[test]
fn technical_ones_close_by_themselves_and_those_of_security_once_somebody_has_seen_them() {
    let bench = Bench::new();
    bench.note("door-offline", true, 0);
    bench.note("door-offline", false, 10);
    let closed = bench.only(20).closed.unwrap();
    assert_eq!((closed.who, closed.at), (None, after(10)));

    bench.events(&[EventKind::ForcedOpen, EventKind::ForcedCleared, EventKind::HeldOpen]);
    let of = |kind: &str| bench.all(20).into_iter().find(|alarm| alarm.kind == kind).unwrap();
    let forced = of("forced-open");
    assert_eq!((forced.state(), forced.over), (AlarmState::Open, Some(NOW)));
    assert_eq!(bench.site.alarm(forced.id, NOW).unwrap().events.len(), 2, "what raised it, and what ended it");
    bench.site.acknowledge_alarm(&maija(30), forced.id, "").unwrap();
    assert_eq!(of("forced-open").state(), AlarmState::Closed);

    let held = of("held-open");
    bench.site.acknowledge_alarm(&maija(30), held.id, "").unwrap();
    assert_eq!(of("held-open").state(), AlarmState::Acknowledged, "it is still open");
    let refused = bench.site.close_alarm(&maija(40), held.id, " ");
    assert!(matches!(refused, Err(SiteError::Invalid { field: "comment", problem: "empty" })));
    bench.site.close_alarm(&maija(40), held.id, "the contact is broken").unwrap();
    assert_eq!(of("held-open").closed.unwrap().comment, "the contact is broken");
}

#[test]
fn every_fault_that_a_door_reports_is_an_alarm_and_its_end_ends_it() {
    let bench = Bench::new();
    let pairs = Watched::ALL.into_iter().flat_map(|watched| [EventKind::Raised(watched), EventKind::Cleared(watched)]);
    let mut kinds: Vec<EventKind> = pairs.collect();
    kinds.extend([EventKind::ReaderBlind, EventKind::ReaderRecovered]);
    bench.events(&kinds);
    let all = bench.all(0);
    assert_eq!(all.len(), Watched::ALL.len() + 1);
    assert!(all.iter().all(|alarm| alarm.over.is_some()), "{all:?}");
}

#[test]
fn what_ended_while_an_agent_was_off_ends_when_it_starts_and_what_lasts_is_the_same_alarm() {
    let bench = Bench::new();
    bench.note("door-offline", true, 0);
    let wrong = [Watched::Mains, Watched::Fire, Watched::Tamper].map(EventKind::Raised);
    let [mains, fire, tamper] = wrong;
    let of = |kind: &str| {
        let mut all: Vec<_> = bench.all(9).into_iter().filter(|alarm| alarm.kind == kind).collect();
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    };
    bench.events(&[mains, fire, tamper, EventKind::ReaderBlind, EventKind::Started, mains, tamper]);
    assert_eq!(of("reader-blind").state(), AlarmState::Closed, "nothing tells of it again");
    assert_eq!((of("mains-lost").state(), of("mains-lost").count), (AlarmState::Open, 2), "it is still off");
    assert_eq!((of("fire").state(), of("fire").over), (AlarmState::Open, Some(NOW)), "over, and nobody has seen it");
    assert_eq!((of("tamper").over, of("tamper").count), (None, 2));
    assert_eq!(of("door-offline").over, None, "of that the controller says when it ends");
    let fire = of("fire").id;
    assert_eq!(bench.steps(fire), ["raised", "over"]);
    assert_eq!(bench.site.alarm(fire, NOW).unwrap().events.len(), 2, "what raised it, and the start");
}

#[test]
fn a_condition_that_lasts_is_raised_once_and_one_that_flutters_is_one_alarm() {
    let bench = Bench::new();
    bench.note("door-offline", true, 0);
    let id = bench.only(0).id;
    bench.site.acknowledge_alarm(&maija(1), id, "").unwrap();
    bench.note("door-offline", true, 10);
    assert_eq!((bench.only(10).count, bench.only(10).state()), (1, AlarmState::Acknowledged), "as after a restart");
    for turn in 1..=50 {
        bench.note("door-offline", false, turn * 1_000);
        bench.note("door-offline", true, turn * 1_000 + 500);
    }
    assert_eq!((bench.only(60_000).count, bench.only(60_000).state()), (51, AlarmState::Open));
    bench.note("door-offline", false, MINUTE);
    bench.note("door-offline", true, 12 * MINUTE);
    assert_eq!(bench.all(12 * MINUTE).len(), 2, "a good while later it is another");
}

#[test]
fn what_tells_of_no_end_ends_after_a_quiet_hour() {
    let bench = Bench::new();
    bench.raise("journal-slow", 0);
    bench.site.alarms_due(after(HOUR - 1)).unwrap();
    assert_eq!(bench.only(HOUR).state(), AlarmState::Open);
    bench.site.alarms_due(after(HOUR)).unwrap();
    assert_eq!(bench.only(HOUR).state(), AlarmState::Closed);
}

#[test]
fn reminders_come_at_their_interval_until_somebody_looks_and_have_an_end() {
    let bench = Bench::new();
    bench.told().raise("clone-suspected", 0);
    assert_eq!(bench.site.alarms_due(after(15 * MINUTE - 1)).unwrap(), 0);
    assert_eq!(bench.site.alarms_due(after(15 * MINUTE)).unwrap(), 1);
    assert_eq!(bench.deliver("all", 15 * MINUTE), ["raised", "reminded"]);
    let mut told = 1;
    for turn in 2..100 {
        told += bench.site.alarms_due(after(turn * 15 * MINUTE)).unwrap();
    }
    assert_eq!(told, REMINDERS_MAX);
    let other = Bench::new();
    other.told().raise("clone-suspected", 0);
    other.site.acknowledge_alarm(&maija(1), other.only(1).id, "").unwrap();
    assert_eq!(other.site.alarms_due(after(HOUR)).unwrap(), 0);
}

#[test]
fn a_mute_shows_is_not_told_of_ends_by_itself_and_what_is_still_open_is_told_then() {
    let bench = Bench::new();
    let mute = |door, until| NewMute { kind: "tamper", door, until: after(until), reason: "building works" };
    let door = ward();
    let too_long = bench.site.mute_alarms(&maija(0), &mute(None, MUTE_LENGTH_MAX_MS + 1));
    assert!(matches!(too_long, Err(SiteError::Invalid { field: "until", .. })));
    bench.told().site.mute_alarms(&maija(0), &mute(None, HOUR)).unwrap();
    bench.site.mute_alarms(&maija(0), &mute(Some(&door), 2 * HOUR)).unwrap();
    bench.raise("tamper", 10);
    assert_eq!(bench.only(20).muted_until, Some(after(2 * HOUR)));
    assert_eq!(bench.site.alarm_counts(after(20)).unwrap().muted, 1);
    bench.site.alarms_due(after(2 * HOUR - 1)).unwrap();
    assert!(bench.due("all", 2 * HOUR).is_empty());
    bench.site.alarms_due(after(2 * HOUR)).unwrap();
    assert_eq!(bench.due("all", 2 * HOUR), ["reminded"]);
    assert!(bench.site.alarm_mutes(after(2 * HOUR)).unwrap().is_empty() && bench.only(2 * HOUR).muted_until.is_none());
    let id = bench.site.mute_alarms(&maija(3 * HOUR), &mute(None, 4 * HOUR)).unwrap();
    bench.site.unmute_alarms(&maija(3 * HOUR + 1), id).unwrap();
    assert!(bench.site.alarm_mutes(after(3 * HOUR + 1)).unwrap().is_empty());
}

#[test]
fn each_step_is_told_once_on_each_channel_that_asks_for_its_severity() {
    let bench = Bench::new();
    bench.told().note("door-offline", true, 0);
    bench.note("door-offline", false, 10);
    assert_eq!(bench.due("all", 10), ["raised"], "one after the other");
    assert_eq!(bench.deliver("all", 10), ["raised", "closed"]);
    assert!(bench.due("urgent", 10).is_empty(), "a warning");
    bench.raise("tamper", 20);
    bench.raise("tamper", 21);
    assert_eq!(bench.deliver("urgent", 30), ["raised"]);
    for turn in 1..100 {
        bench.note("mains-lost", true, turn * 100);
        bench.note("mains-lost", false, turn * 100 + 50);
    }
    let told = bench.deliver("all", MINUTE).len();
    assert_eq!(told, 1 + 6, "a supply that flutters does not fill a mailbox");
}

#[test]
fn reminders_use_up_nothing_of_what_is_told_and_the_end_is_always_told() {
    let bench = Bench::new();
    bench.told().raise("tamper", 0);
    for turn in 1..=8 {
        bench.site.alarms_due(after(turn * 5 * MINUTE)).unwrap();
    }
    let reminded = bench.deliver("urgent", 40 * MINUTE).len();
    assert_eq!(reminded, 1 + 8);
    let id = bench.only(41 * MINUTE).id;
    for turn in 0..10 {
        bench.site.acknowledge_alarm(&maija(41 * MINUTE + turn), id, "").unwrap();
        bench.raise("tamper", 41 * MINUTE + turn);
    }
    bench.site.close_alarm(&maija(42 * MINUTE), id, "mended").unwrap();
    let told = bench.deliver("urgent", 42 * MINUTE);
    assert_eq!(told, [&["reopened"; 5][..], &["closed"]].concat());
}

#[test]
fn what_cannot_be_told_is_tried_again_given_up_tried_anew_and_dropped() {
    let bench = Bench::new();
    bench.told().raise("tamper", 0);
    let mut at = 0;
    for attempt in 1..=NOTIFICATION_ATTEMPTS_MAX {
        let due = bench.site.notifications_due("urgent", after(at), 10).unwrap();
        assert_eq!((due.len(), due[0].attempts), (1, attempt - 1));
        let dead = bench.site.notifications_failed(&[due[0].id], "status 500", after(at)).unwrap();
        assert_eq!(dead, u32::from(attempt == NOTIFICATION_ATTEMPTS_MAX));
        assert!(bench.due("urgent", at + 29_999).is_empty(), "not at once");
        at += HOUR;
    }
    let failed = |bench: &Bench| bench.all(at).into_iter().find(|alarm| alarm.kind == "notify-failed").unwrap();
    assert_eq!(failed(&bench).state(), AlarmState::Open);
    let dead = bench.site.dead_letters(after(at), 10).unwrap();
    assert_eq!((dead.len(), dead[0].error.as_deref()), (1, Some("status 500")));
    assert_eq!(bench.site.alarm_counts(after(at)).unwrap().dead_letters, 1);
    bench.site.retry_notification(&maija(at), dead[0].id).unwrap();
    assert_eq!(failed(&bench).state(), AlarmState::Closed);
    assert_eq!(bench.due("urgent", at), ["raised"]);
    let missing = bench.site.drop_notification(&maija(at), dead[0].id);
    assert!(matches!(missing, Err(SiteError::NotFound { .. })), "it waits");
    for _ in 0..NOTIFICATION_ATTEMPTS_MAX {
        bench.site.notifications_failed(&[dead[0].id], "away", after(at)).unwrap();
    }
    bench.site.drop_notification(&maija(at), dead[0].id).unwrap();
    assert!(bench.site.dead_letters(after(at), 10).unwrap().is_empty() && bench.due("urgent", at + HOUR).is_empty());
}

#[test]
fn a_channel_that_is_down_uses_up_no_attempts_and_what_was_tried_least_comes_first() {
    let bench = Bench::new();
    bench.told().raise("tamper", 0);
    bench.raise("fire", 1);
    let [tried, other] = [0, 1].map(|nth| bench.site.notifications_due("urgent", after(1), 9).unwrap()[nth].id);
    bench.site.notifications_failed(&[tried], "away", after(1)).unwrap();
    bench.site.channel_away("urgent", after(2)).unwrap();
    assert!(bench.due("urgent", 30_001).is_empty());
    assert_eq!(bench.due("all", 2).len(), 2, "the other channel is not down");
    let due = bench.site.notifications_due("urgent", after(30_002), 9).unwrap();
    let order: Vec<_> = due.iter().map(|one| (one.id, one.attempts)).collect();
    assert_eq!(order, [(other, 0), (tried, 1)]);
}

#[test]
fn a_channel_that_is_full_takes_no_room_from_the_others() {
    let bench = Bench::new();
    bench.told().raise("tamper", 0);
    let file = rusqlite::Connection::open(bench.folder.path().join("site.db")).unwrap();
    let fill = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
        INSERT INTO alarm_step (alarm, at_ms, what) SELECT 1, 0, 'raised' FROM n";
    file.execute(fill, [db::site::NOTIFICATIONS_WAITING_MAX]).unwrap();
    let fill = "INSERT INTO notification (alarm, step, channel, made_ms, due_ms, attempts, state, changed_ms)
        SELECT 1, id, 'urgent', 0, 0, 0, 'waiting', 0 FROM alarm_step WHERE at_ms = 0";
    file.execute(fill, []).unwrap();
    bench.raise("fire", 1);
    let told = bench.site.notifications_due("all", after(1), 9).unwrap();
    let kinds: Vec<_> = told.iter().map(|one| one.alarm.kind.as_str()).collect();
    assert_eq!(kinds, ["tamper", "fire", "notify-full"]);
    file.execute("UPDATE notification SET state = 'delivered' WHERE channel = 'urgent'", []).unwrap();
    bench.site.alarms_due(after(2)).unwrap();
    let full = bench.all(3).into_iter().find(|alarm| alarm.kind == "notify-full").unwrap();
    assert_eq!(full.state(), AlarmState::Closed);
}

#[test]
fn a_channel_that_is_gone_leaves_nothing_waiting() {
    let bench = Bench::new();
    bench.told().raise("tamper", 0);
    bench.site.set_channels(&[], after(1)).unwrap();
    assert!(bench.due("all", 2).is_empty() && bench.site.dead_letters(after(2), 9).unwrap().is_empty());
}

#[test]
fn an_alarm_is_given_to_operators_only_and_the_list_goes_on_after_its_last_one() {
    let bench = Bench::new();
    bench.raise("tamper", 0);
    bench.raise("fire", 0);
    bench.raise("passback", 5);
    let id = bench.all(9)[0].id;
    let stranger = bench.site.own_alarm(&maija(9), id, Some("nobody"));
    assert!(matches!(stranger, Err(SiteError::Invalid { field: "owner", .. })));
    bench.site.add_operator(&maija(9), "olli", "hash").unwrap();
    bench.site.own_alarm(&maija(9), id, Some("olli")).unwrap();
    let told = bench.site.change_log(None, 1).unwrap().remove(0).differences.remove(0);
    assert_eq!(
        (told.of.as_str(), told.fields[0].0.as_str(), told.fields[0].2.as_str()),
        ("alarm", "owner", Some("olli"))
    );
    let mut seen = Vec::new();
    let mut filter = AlarmFilter::default();
    while let Some(alarm) = bench.site.alarms(&filter, NOW, 1).unwrap().pop() {
        filter.after = Some(alarm.key());
        seen.push(alarm.kind);
    }
    assert_eq!(seen, ["passback", "fire", "tamper"]);
    filter = AlarmFilter { kind: Some("fire".to_owned()), door: Some(ward()), ..AlarmFilter::default() };
    assert_eq!(bench.site.alarms(&filter, NOW, 9).unwrap().len(), 1);
}
