//! The wires, over pins in a file and with a clock of the test's own.

use std::fs::read_to_string;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use access::door::Drive;
use access::event::{Faults, Watched};
use access::settings::Times;
use access::signal::Lamps;
use access::time::MonoMs;
use tokio::sync::mpsc;

use super::pin_file::{PinFile, log_path};
use super::wires::Wires;
use super::{DoorIo, HOLD_RENEW_MS, INPUTS_MAX, IoInput, Levels, WiredIo};
use crate::config::{InputPin, Level, LockKind, LockPin, Pins};

const RELEASE: Drive = Drive::Release { for_ms: 5_000 };
const SAMPLE_MS: u64 = 10;
const DEADLINE: Duration = Duration::from_secs(30);

const CONTACT: u8 = 6;
const CHECK: u8 = 12;
const EXIT: u8 = 5;
const TAMPER: u8 = 13;
const FIRE: u8 = 26;

/// All inputs that these tests look at, wired as the defaults have it.
fn pins(lock: LockPin) -> Pins {
    let low = |pin| Some(InputPin { pin, normal: Level::Low });
    Pins {
        lock,
        green: Some(22),
        red: Some(23),
        buzzer: None,
        contact: low(CONTACT),
        contact_check: Some(CHECK),
        exit: Some(InputPin { pin: EXIT, normal: Level::High }),
        tamper: low(TAMPER),
        mains: None,
        battery: None,
        fire: low(FIRE),
    }
}

const STRIKE: LockPin = LockPin { pin: 17, active: Level::High, kind: LockKind::FailSecure };

/// What is outside: a closed door, a shut lid, no fire.
struct World {
    folder: tempfile::TempDir,
    file: PinFile,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = PinFile::open(&folder.path().join("pins")).unwrap();
        let world = Self { folder, file };
        for (pin, level) in [(CONTACT, Level::Low), (CHECK, Level::High), (TAMPER, Level::Low), (FIRE, Level::Low)] {
            world.set(pin, Some(level));
        }
        world
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("pins")
    }

    fn set(&self, pin: u8, level: Option<Level>) {
        self.file.drive_wire(pin, level).unwrap();
    }

    fn pins(&self) -> PinFile {
        PinFile::open(&self.path()).unwrap()
    }

    /// What was done to a pin, in order.
    fn log(&self, pin: u8) -> Vec<String> {
        let log = read_to_string(log_path(&self.path())).unwrap();
        let pin = format!("{pin:02} ");
        log.lines().filter_map(|line| line.strip_prefix(&pin).map(str::to_owned)).collect()
    }
}

/// The machine of the thread, at a time that the test moves.
struct Bench {
    world: World,
    wires: Wires<PinFile>,
    now: MonoMs,
    told: Vec<IoInput>,
}

impl Bench {
    fn new(lock: LockPin) -> Self {
        let world = World::new();
        let mut wires = Wires::take(world.pins(), &pins(lock)).unwrap();
        assert_eq!(wires.settle(), Levels { contact: Some(false), exit: false, faults: Faults::NONE });
        Self { world, wires, now: MonoMs(0), told: Vec::new() }
    }

    fn pass(&mut self, ms: u64) {
        let until = self.now + ms;
        while self.now < until {
            self.now = self.now + SAMPLE_MS;
            self.wires.step(self.now, |input| {
                self.told.push(input);
                true
            });
        }
    }

    fn told(&mut self) -> Vec<IoInput> {
        std::mem::take(&mut self.told)
    }
}

#[test]
fn the_level_of_a_lock_is_set_before_its_direction_and_a_second_life_changes_nothing() {
    for kind in [LockKind::FailSecure, LockKind::FailSafe] {
        for active in [Level::High, Level::Low] {
            let lock = LockPin { pin: 17, active, kind };
            let world = World::new();
            let rest = if lock.locked() == Level::High { "level 1" } else { "level 0" };
            drop(Wires::take(world.pins(), &pins(lock)).unwrap());
            assert_eq!(world.log(17), [rest, "out"], "{lock:?}");
            drop(Wires::take(world.pins(), &pins(lock)).unwrap());
            assert_eq!(world.log(17), [rest, "out", rest, "out"], "{lock:?}");
        }
    }
}

#[test]
fn a_loop_that_hangs_leaves_no_lock_released() {
    let longest_ms = u64::from(Times::RELEASE_MS_MAX) + 1_000;
    for (drive, at_least_ms, at_most_ms) in [
        (RELEASE, 5_000, 6_000),
        (Drive::Hold, HOLD_RENEW_MS - SAMPLE_MS, HOLD_RENEW_MS + SAMPLE_MS),
        (Drive::Release { for_ms: u32::MAX }, u64::from(Times::RELEASE_MS_MAX), longest_ms),
    ] {
        let mut bench = Bench::new(STRIKE);
        bench.wires.drive(drive, bench.now);
        bench.pass(at_least_ms);
        assert!(bench.wires.is_released(), "{drive:?}");
        bench.pass(at_most_ms - at_least_ms);
        assert!(!bench.wires.is_released(), "{drive:?}");
        assert_eq!(bench.world.log(17), ["level 0", "out", "level 1", "level 0"], "{drive:?}");
    }
}

#[test]
fn a_hold_that_is_renewed_is_one_release() {
    let mut bench = Bench::new(STRIKE);
    for _ in 0..60 {
        bench.wires.drive(Drive::Hold, bench.now);
        bench.pass(1_000);
    }
    bench.wires.drive(Drive::Rest, bench.now);
    assert_eq!(bench.world.log(17), ["level 0", "out", "level 1", "level 0"]);
}

#[test]
fn whoever_lets_go_of_the_wires_leaves_the_lock_at_rest_and_no_lamp_lit() {
    let mut bench = Bench::new(STRIKE);
    bench.wires.drive(RELEASE, bench.now);
    bench.wires.light(Lamps { green: true, ..Lamps::default() });
    drop(bench.wires);
    assert_eq!(bench.world.log(17).last().unwrap(), "level 0");
    assert_eq!(bench.world.log(22), ["level 0", "out", "level 1", "level 0"]);
}

#[test]
fn what_lasts_is_told_once_and_what_bounces_is_not() {
    let mut bench = Bench::new(STRIKE);
    bench.world.set(EXIT, Some(Level::Low));
    bench.pass(20);
    bench.world.set(EXIT, None);
    bench.pass(1_000);
    assert_eq!(bench.told(), []);
    bench.world.set(EXIT, Some(Level::Low));
    bench.pass(400);
    bench.world.set(EXIT, None);
    bench.pass(400);
    assert_eq!(bench.told(), [IoInput::Exit(true), IoInput::Exit(false)]);
}

/// An open wire is pulled up.
#[test]
fn a_cut_wire_tells_of_lid_fire_and_door_and_presses_no_button() {
    for (pin, told) in [
        (TAMPER, vec![IoInput::Watched(Watched::Tamper, true)]),
        (FIRE, vec![IoInput::Watched(Watched::Fire, true)]),
        (CONTACT, vec![IoInput::Contact(true), IoInput::Watched(Watched::Contact, true)]),
        (EXIT, vec![]),
    ] {
        let mut bench = Bench::new(STRIKE);
        bench.world.set(pin, None);
        bench.pass(2_000);
        assert_eq!(bench.told(), told, "GPIO {pin}");
    }
}

#[test]
fn a_contact_is_broken_once_both_poles_agree_for_a_second() {
    let mut bench = Bench::new(STRIKE);
    let fault = |wrong| IoInput::Watched(Watched::Contact, wrong);
    bench.world.set(CHECK, Some(Level::Low));
    bench.pass(900);
    assert_eq!(bench.told(), []);
    bench.pass(200);
    assert_eq!(bench.told(), [fault(true)]);
    bench.world.set(CHECK, Some(Level::High));
    bench.pass(1_100);
    assert_eq!(bench.told(), [fault(false)]);
    // A door that opens: both poles switch, one a little after the other.
    bench.world.set(CONTACT, Some(Level::High));
    bench.pass(100);
    bench.world.set(CHECK, Some(Level::Low));
    bench.pass(2_000);
    assert_eq!(bench.told(), [IoInput::Contact(true)]);
}

#[test]
fn what_finds_no_room_is_told_later_and_a_press_is_not_forgotten() {
    let mut bench = Bench::new(STRIKE);
    let step = |bench: &mut Bench, room: bool| {
        let mut told = Vec::new();
        for _ in 0..20 {
            bench.now = bench.now + SAMPLE_MS;
            bench.wires.step(bench.now, |input| {
                if room {
                    told.push(input);
                }
                room
            });
        }
        told
    };
    bench.world.set(EXIT, Some(Level::Low));
    step(&mut bench, false);
    bench.world.set(EXIT, None);
    step(&mut bench, false);
    assert_eq!(step(&mut bench, true), [IoInput::Exit(true), IoInput::Exit(false)]);
}

#[test]
fn a_button_that_is_down_at_the_start_is_no_press() {
    let world = World::new();
    world.set(EXIT, Some(Level::Low));
    world.set(FIRE, None);
    let mut wires = Wires::take(world.pins(), &pins(STRIKE)).unwrap();
    let levels = wires.settle();
    assert!(levels.exit && levels.faults.has(Watched::Fire));
    for now in 1..100 {
        wires.step(MonoMs(now * SAMPLE_MS), |input| panic!("{input:?}"));
    }
}

#[tokio::test]
async fn the_thread_ends_a_release_that_nobody_ends() {
    let world = World::new();
    let mut io = WiredIo::open(world.pins(), &pins(STRIKE)).unwrap();
    io.drive(Drive::Release { for_ms: 1 }).unwrap();
    assert!(io.panel().released);
    let until = Instant::now() + DEADLINE;
    while io.panel().released || world.log(17).len() < 4 {
        assert!(Instant::now() < until);
        tokio::task::yield_now().await;
    }
    assert_eq!(world.log(17), ["level 0", "out", "level 1", "level 0"]);
}

#[tokio::test]
async fn the_thread_tells_inputs_and_ends_with_the_loop() {
    let world = World::new();
    let mut io = WiredIo::open(world.pins(), &pins(STRIKE)).unwrap();
    let (sender, mut inputs) = mpsc::channel(INPUTS_MAX);
    io.listen(sender).unwrap();
    world.set(CONTACT, Some(Level::High));
    assert_eq!(inputs.recv().await, Some(IoInput::Contact(true)));
    let panicking = std::thread::spawn(move || {
        io.drive(Drive::Hold).unwrap();
        panic!("as a loop might");
    });
    assert!(panicking.join().is_err());
    assert_eq!(world.log(17), ["level 0", "out", "level 1", "level 0"]);
    while inputs.recv().await.is_some() {}
}
