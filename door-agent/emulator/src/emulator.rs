//! The handle: what a test or a control does to the emulator while a driver talks to the chip.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use crate::card::VirtualCard;
use crate::clock::{Pace, SpiCost};
use crate::fault::Fault;
#[cfg(doc)]
use crate::field::MAX_CARDS;
use crate::field::{CardId, FieldFull};
use crate::spi::Spi;
use crate::world::World;

/// What `VersionReg` says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Version {
    /// MFRC522 version 1.0, 0x91.
    V1,
    /// MFRC522 version 2.0, 0x92.
    #[default]
    V2,
}

impl Version {
    pub(crate) fn byte(self) -> u8 {
        match self {
            Self::V1 => 0x91,
            Self::V2 => 0x92,
        }
    }
}

/// From where `CollPos` counts in a frame that was received with `RxAlign`. The datasheet does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CollisionCount {
    /// From the lowest bit of the first received byte, whether the card or the reader sent it.
    #[default]
    FromAlignedByte,
    /// From the first bit of the UID, whatever the reader knew of it. This is what many drivers take for granted.
    FromFirstUidBit,
}

/// How the emulator is set up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// Virtual or real time.
    pub pace: Pace,
    /// What SPI traffic costs.
    pub spi: SpiCost,
    /// Chip version.
    pub version: Version,
    /// How collisions are counted.
    pub collision_count: CollisionCount,
    /// Microseconds from the first energy to a card's first answer. The standard allows 5 ms; most cards need far
    /// less, and the default is none.
    pub card_start_us: u32,
}

/// An emulated MFRC522 with a field in front of it. Clones are handles of the same one.
///
/// The driver owns [`Emulator::spi`] and may live in another thread. Real time and virtual time pass for both.
#[derive(Clone, Debug)]
pub struct Emulator {
    shared: Arc<Shared>,
}

impl Emulator {
    /// A chip after power-on, with its field off and no card near.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self { shared: Arc::new(Shared::new(World::new(config))) }
    }

    /// The bus that a driver talks to.
    #[must_use]
    pub fn spi(&self) -> Spi {
        Spi::new(Arc::clone(&self.shared))
    }

    /// Lays a card on the field, until it is taken off.
    ///
    /// # Errors
    /// There is room for [`MAX_CARDS`].
    pub fn place(&self, card: VirtualCard) -> Result<CardId, FieldFull> {
        self.with(|world| world.field.place(card, None, world.clock.now_ns()))
    }

    /// Holds a card in the field for so many milliseconds of the emulator's time.
    ///
    /// It leaves by itself, if need be in the middle of a frame. [`Emulator::remove`] still gives it back then.
    ///
    /// # Errors
    /// There is room for [`MAX_CARDS`].
    pub fn place_for(&self, card: VirtualCard, hold_ms: u64) -> Result<CardId, FieldFull> {
        self.with(|world| {
            let now_ns = world.clock.now_ns();
            let leaves_ns = now_ns.saturating_add(hold_ms.saturating_mul(1_000_000));
            world.field.place(card, Some(leaves_ns), now_ns)
        })
    }

    /// Holds several cards in the field at once for so many milliseconds, like a purse: no reader sees one of them
    /// without the others.
    ///
    /// # Errors
    /// There is room for [`MAX_CARDS`]; if not for all of them, then none is laid down.
    pub fn place_all_for(&self, cards: Vec<VirtualCard>, hold_ms: u64) -> Result<Vec<CardId>, FieldFull> {
        self.with(|world| {
            let now_ns = world.clock.now_ns();
            let leaves_ns = now_ns.saturating_add(hold_ms.saturating_mul(1_000_000));
            if cards.len() > world.field.room() {
                return Err(FieldFull);
            }
            cards.into_iter().map(|card| world.field.place(card, Some(leaves_ns), now_ns)).collect()
        })
    }

    /// Takes a card off the field and gives it back with what was written to it.
    ///
    /// Of the cards that left by themselves the last 16 can be taken back too.
    #[must_use = "the card holds what was written to it"]
    pub fn remove(&self, card: CardId) -> Option<VirtualCard> {
        self.with(|world| {
            let now_ns = world.clock.now_ns();
            world.chip.card_left(card, now_ns);
            world.field.take(card, now_ns)
        })
    }

    /// Takes the first card with this UID off the field.
    #[must_use = "the card holds what was written to it"]
    pub fn remove_uid(&self, uid: &[u8]) -> Option<VirtualCard> {
        let found = self.cards().into_iter().find(|(_, other)| other == uid);
        found.and_then(|(card, _)| self.remove(card))
    }

    /// Takes all cards off the field.
    pub fn clear(&self) -> Vec<VirtualCard> {
        let cards = self.cards().into_iter();
        cards.filter_map(|(card, _)| self.remove(card)).collect()
    }

    /// The cards on the field with their UIDs, in the order in which they came.
    #[must_use]
    pub fn cards(&self) -> Vec<(CardId, Vec<u8>)> {
        self.with(|world| {
            let cards = world.field.cards();
            cards.map(|(card, uid)| (card, uid.to_vec())).collect()
        })
    }

    /// Whether the card lies on the field.
    #[must_use]
    pub fn is_present(&self, card: CardId) -> bool {
        self.with(|world| world.field.cards().any(|(other, _)| other == card))
    }

    /// Time since the emulator was made, in its own time.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.with(|world| Duration::from_nanos(world.clock.now_ns()))
    }

    /// Lets virtual time pass with nobody talking to the chip. In real time the wall does that; this then only
    /// moves the emulator ahead of it, and the next transaction sleeps.
    pub fn wait(&self, duration: Duration) {
        self.with(|world| world.pass_for(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)));
    }

    /// Transactions so far.
    #[must_use]
    pub fn transactions(&self) -> u64 {
        self.with(|world| world.transactions)
    }

    /// Lets only so many further transactions succeed, so that a program which polls without end fails instead.
    /// `None` lifts the limit.
    pub fn set_transaction_budget(&self, transactions: Option<u64>) {
        self.with(|world| world.budget = transactions);
    }

    /// Sets a fault, or takes it back.
    pub fn set_fault(&self, fault: Option<Fault>) {
        self.with(|world| world.set_fault(fault));
    }

    /// The chip resets itself, as after a brown-out or an electrostatic discharge: every setting is lost while
    /// `VersionReg` still reads well. A pulse on the reset pin does the same, and frees a wedged chip.
    pub fn reset_chip(&self) {
        self.with(World::reset_chip);
    }

    /// Changes what SPI traffic costs from now on.
    pub fn set_spi_cost(&self, cost: SpiCost) {
        self.with(|world| world.config.spi = cost);
    }

    pub(crate) fn with<T>(&self, act: impl FnOnce(&mut World) -> T) -> T {
        let mut world = self.shared.lock();
        world.catch_up();
        act(&mut world)
    }
}

impl Default for Emulator {
    /// Virtual time, SPI as on a Raspberry Pi, chip version 2.0.
    fn default() -> Self {
        Self::new(Config::default())
    }
}

#[expect(
    clippy::disallowed_types,
    reason = "a piece of hardware that a driver thread and somebody with cards in hand share; it is held for one \
              transaction, and it is no state that decides anything"
)]
mod lock {
    use std::sync::{Mutex, MutexGuard};

    use super::{PoisonError, World};

    /// The emulator behind its lock.
    pub(crate) struct Shared(Mutex<World>);

    impl std::fmt::Debug for Shared {
        /// Without its content: keys are on their way through the chip.
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("Shared")
        }
    }

    impl Shared {
        pub(super) fn new(world: World) -> Self {
            Self(Mutex::new(world))
        }

        pub(crate) fn lock(&self) -> MutexGuard<'_, World> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner)
        }
    }
}

pub(crate) use lock::Shared;
