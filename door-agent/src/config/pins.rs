//! GPIO numbers (BCM) of a door's wires, and what is wrong with a set of them.
//!
//! What hangs on which pin, and what a cut wire does, is in `docs/HARDWARE.md`.

use serde::Deserialize;

use super::Bus;

/// Highest GPIO on the header of a Raspberry Pi.
pub const PIN_MAX: u8 = 27;

/// The board pulls GPIO 0 to 8 up while it boots, and the others down.
const PULLED_UP_AT_BOOT_MAX: u8 = 8;

/// The board moves these while it boots: it asks for a plugged-on board's memory on 0 and 1, and speaks on its serial
/// line on 14.
const MOVE_AT_BOOT: [u8; 3] = [0, 1, 14];

/// The wires of one door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pins {
    /// The lock.
    pub lock: LockPin,
    /// Green lamp; high lights it.
    pub green: Option<u8>,
    /// Red lamp; high lights it.
    pub red: Option<u8>,
    /// Buzzer; high sounds it.
    pub buzzer: Option<u8>,
    /// Door contact; normal is a closed door.
    pub contact: Option<InputPin>,
    /// The contact's other pole, which is always at the opposite level as long as both wires are whole.
    pub contact_check: Option<u8>,
    /// Exit button; normal is that nobody presses it.
    pub exit: Option<InputPin>,
    /// The lid of the box; normal is shut.
    pub tamper: Option<InputPin>,
    /// The supply's mains contact; normal is mains.
    pub mains: Option<InputPin>,
    /// The supply's battery contact; normal is charged.
    pub battery: Option<InputPin>,
    /// The fire alarm system's contact; normal is no fire.
    pub fire: Option<InputPin>,
}

/// The pin of a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LockPin {
    /// GPIO number.
    pub pin: u8,
    /// The level that energises the coil.
    pub active: Level,
    /// What the lock does without power.
    pub kind: LockKind,
}

/// What a lock does without power.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LockKind {
    /// It stays locked: most electric strikes. The coil releases it.
    #[default]
    FailSecure,
    /// It opens: magnets. The coil holds it locked.
    FailSafe,
}

/// The level of a pin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Near 3.3 V.
    High,
    /// Near ground.
    Low,
}

/// A pin that is read, against the board's pull-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InputPin {
    /// GPIO number.
    pub pin: u8,
    /// The level while all is as it should be.
    pub normal: Level,
}

impl Level {
    /// The other one.
    #[must_use]
    pub fn opposite(self) -> Self {
        match self {
            Self::High => Self::Low,
            Self::Low => Self::High,
        }
    }
}

impl LockPin {
    /// The level at which the door is locked. It is the same at work and at rest: neither a restart nor an upgrade may
    /// open a fail-safe lock, and a board without power opens it anyway.
    #[must_use]
    pub fn locked(self) -> Level {
        match self.kind {
            LockKind::FailSecure => self.active.opposite(),
            LockKind::FailSafe => self.active,
        }
    }

    /// The level at which it lets people through.
    #[must_use]
    pub fn released(self) -> Level {
        self.locked().opposite()
    }
}

impl Pins {
    /// Each pin, under the key that names it in a door's part of the file.
    pub(super) fn named(&self) -> impl Iterator<Item = (&'static str, u8)> {
        let input = |pin: Option<InputPin>| pin.map(|input| input.pin);
        [
            ("io.lock_pin", Some(self.lock.pin)),
            ("io.green_pin", self.green),
            ("io.red_pin", self.red),
            ("io.buzzer_pin", self.buzzer),
            ("io.contact_pin", input(self.contact)),
            ("io.contact_check_pin", self.contact_check),
            ("io.exit_pin", input(self.exit)),
            ("io.tamper_pin", input(self.tamper)),
            ("io.mains_pin", input(self.mains)),
            ("io.battery_pin", input(self.battery)),
            ("io.fire_pin", input(self.fire)),
        ]
        .into_iter()
        .filter_map(|(key, pin)| pin.map(|pin| (key, pin)))
    }
}

/// What is wrong with a lock on this pin: a board that boots must not let people in.
pub(super) fn unfit_for_lock(lock: LockPin) -> Option<String> {
    let LockPin { pin, active, kind } = lock;
    if MOVE_AT_BOOT.contains(&pin) {
        return Some(format!("is {pin}, which the board itself moves while it boots; use one of 9 to 13 or 16 to 27"));
    }
    let opens = kind == LockKind::FailSecure && active == Level::High && pin <= PULLED_UP_AT_BOOT_MAX;
    opens.then(|| {
        format!("is {pin}, which the board pulls up while it boots: the lock would stand open. Use one of 9 to 27")
    })
}

/// The pins that the driver of a bus takes for itself, with what they carry. A lock on one of them would move with
/// every look for a card. Those of buses 3 to 6 are a Raspberry Pi 4's.
pub(super) fn pins_of(bus: &Bus) -> Vec<(u8, &'static str)> {
    let (data, selects): ([u8; 3], &[u8]) = match bus.number {
        // `dtparam=spi=on` takes both chip selects, whichever is used.
        0 => ([9, 10, 11], &[8, 7]),
        1 => ([19, 20, 21], &[18, 17, 16]),
        3 => ([1, 2, 3], &[0, 24]),
        4 => ([5, 6, 7], &[4, 25]),
        5 => ([13, 14, 15], &[12, 26]),
        6 => ([19, 20, 21], &[18, 27]),
        _ => return Vec::new(),
    };
    let used = if bus.number == 0 { selects } else { selects.get(usize::from(bus.chip_select)..).unwrap_or_default() };
    let used = used.iter().take(if bus.number == 0 { 2 } else { 1 });
    data.into_iter().map(|pin| (pin, "data")).chain(used.map(|pin| (*pin, "chip select"))).collect()
}
