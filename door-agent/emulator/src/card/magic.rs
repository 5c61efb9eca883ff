//! Chips that are not what they say: magic cards, chips with a maker's key, clones with one nonce.
//!
//! Modelled is what a reader can find out without harm, and what makes such a card dangerous: an unlocked memory, a
//! UID that can be written. Commands that only wipe or configure are not.
//!
//! ```text
//!   Gen1a   Idle, Halt ── 40 (7 bits) ─▶ Knocked ── 43 ─▶ Active, Unlocked
//!   Gen1b   Idle, Halt ── 40 (7 bits) ─────────────────▶ Active, Unlocked     43 is not answered
//!   GDM     Idle, Halt ── 20 (7 bits) ─▶ Knocked ── 23 ─▶ Active, Unlocked
//! ```

use super::VirtualCard;
use super::nonce::STATIC_NONCE;
use super::protocol::{ACK, Link, State};
use crate::air::Uplink;
use crate::crc::with_crc;

/// Length of what a Gen4 GTU card says of its configuration.
const GTU_CONFIGURATION: usize = 30;
/// Length of what a Gen4 GDM card says of its configuration.
const GDM_CONFIGURATION: usize = 16;

/// What kind of chip a card has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Personality {
    /// A chip that does what the datasheet says, and no more.
    #[default]
    Genuine,
    /// `40` (7 bits) and `43` are acknowledged; then everything is open, block 0 too.
    Gen1a,
    /// The same after `40` alone; `43` is not answered.
    Gen1b,
    /// CUID, direct write: block 0 is a block like any other.
    Gen2,
    /// Block 0 is read without a key, and changed by commands that are not modelled.
    Gen3,
    /// Ultimate magic card: answers `CF`, its password, `C6` with its configuration.
    Gen4Gtu {
        /// Its password; zeros from the factory.
        password: [u8; 4],
    },
    /// USCUID: answers `80` with a nonce and opens with a key of zeros; `20` (7 bits), `23` unlock it, and `E0 00`
    /// then tells its configuration.
    Gen4Gdm,
    /// Fudan FM11RF08: answers `64` and `65` and opens with its maker's key.
    Fm11rf08,
    /// Fudan FM11RF08S, the same with another key.
    Fm11rf08s,
    /// Fudan FM11RF32N, the same with another key.
    Fm11rf32n,
    /// Old NXP MF1ICS5003 and 5004 and Infineon SLE66R35: honest chips with the key of the FM11RF08.
    Mf1ics50,
    /// A clone whose nonce is always `01 20 01 45`.
    StaticNonce,
}

impl Personality {
    pub(super) fn block_0_is_writable(self) -> bool {
        matches!(self, Self::Gen1a | Self::Gen1b | Self::Gen2 | Self::Gen4Gdm | Self::Gen4Gtu { .. })
    }

    /// The key behind a command that opens a back door, if the chip knows that command.
    pub(super) fn backdoor_key(self, code: u8) -> Option<[u8; 6]> {
        let code_fits = match self {
            Self::Gen4Gdm => code == 0x80,
            _ => code == 0x64 || code == 0x65,
        };
        self.any_backdoor_key().filter(|_| code_fits)
    }

    /// The key of the back door (Teuwen, ePrint 2024/1275).
    pub(super) fn any_backdoor_key(self) -> Option<[u8; 6]> {
        match self {
            Self::Fm11rf08 | Self::Mf1ics50 => Some([0xA3, 0x16, 0x67, 0xA8, 0xCE, 0xC1]),
            Self::Fm11rf08s => Some([0xA3, 0x96, 0xEF, 0xA4, 0xE2, 0x4F]),
            Self::Fm11rf32n => Some([0x51, 0x8B, 0x33, 0x54, 0xE7, 0x60]),
            Self::Gen4Gdm => Some([0; 6]),
            _ => None,
        }
    }

    pub(super) fn fixed_nonce(self) -> Option<[u8; 4]> {
        (self == Self::StaticNonce).then_some(STATIC_NONCE)
    }

    /// Whether it says things to a reader without a key.
    pub(super) fn is_chatty(self) -> bool {
        matches!(self, Self::Gen3 | Self::Gen4Gtu { .. })
    }
}

impl VirtualCard {
    /// The first half of an unlocking, for a card at rest. `None` if the command is nothing special to it.
    pub(super) fn knock(&mut self, command: u8) -> Option<Uplink> {
        let state = self.protocol.state;
        if !matches!(state, State::Idle | State::Halt) {
            return None;
        }
        let next = match (self.personality, command) {
            (Personality::Gen1a, 0x40) | (Personality::Gen4Gdm, 0x20) => State::Knocked,
            (Personality::Gen1b, 0x40) => State::Active,
            _ => return None,
        };
        self.protocol.from_halt = state == State::Halt;
        self.protocol.state = next;
        self.protocol.link = if next == State::Active { Link::Unlocked } else { Link::Plain };
        Some(Uplink::nibble(ACK))
    }

    /// The second half.
    pub(super) fn second_knock(&mut self, bytes: &[u8]) -> Option<Uplink> {
        match (self.personality, bytes) {
            (Personality::Gen1a, [0x43]) | (Personality::Gen4Gdm, [0x23]) => {
                self.protocol.state = State::Active;
                self.protocol.link = Link::Unlocked;
                Some(Uplink::nibble(ACK))
            }
            _ => self.give_up(),
        }
    }

    /// A command to a card that was unlocked: no cipher, no keys, no access bits.
    pub(super) fn unlocked_command(&mut self, data: &[u8]) -> Option<Uplink> {
        match data {
            [0x30, block] => match self.memory.sense(usize::from(*block)) {
                Some(data) => Some(Uplink::bytes(&with_crc(&data))),
                None => self.give_up(),
            },
            [0xA0, block] if self.memory.block(usize::from(*block)).is_some() => {
                self.protocol.link = Link::UnlockedWrite(usize::from(*block));
                Some(Uplink::nibble(ACK))
            }
            [0xE0, 0x00] if self.personality == Personality::Gen4Gdm => {
                Some(Uplink::bytes(&with_crc(&[0; GDM_CONFIGURATION])))
            }
            _ => self.give_up(),
        }
    }

    pub(super) fn write_unlocked(&mut self, block: usize, data: &[u8], now_ns: u64) -> Option<Uplink> {
        let Ok(data) = <[u8; 16]>::try_from(data) else {
            return self.give_up();
        };
        self.protocol.link = Link::Unlocked;
        let work_ns = self.program(block, data, now_ns);
        Some(Uplink { work_ns, ..Uplink::nibble(ACK) })
    }

    /// What a magic card says without a key.
    pub(super) fn chat(&mut self, data: &[u8]) -> Option<Uplink> {
        match (self.personality, data) {
            (Personality::Gen3, [0x30, 0x00]) => {
                let block = self.memory.sense(0)?;
                Some(Uplink::bytes(&with_crc(&block)))
            }
            (Personality::Gen4Gtu { password }, [0xCF, given @ .., 0xC6]) if *given == password => {
                Some(Uplink::bytes(&with_crc(&[0; GTU_CONFIGURATION])))
            }
            // Any other chip refuses these two, and is silent to the rest.
            (_, [0x30 | 0xA0, _]) => self.refuse(super::protocol::NAK_OPERATION),
            _ => self.give_up(),
        }
    }

    /// A card whose block 0 was written is another card when it is fed again. Check byte, SAK and ATQA in the block are
    /// not believed.
    pub(super) fn adopt_block_0(&mut self) {
        let length = self.identity.uid.len();
        if let Some(block) = self.memory.block(0).filter(|_| self.personality.block_0_is_writable()) {
            self.identity.uid = block.into_iter().take(length).collect();
        }
    }
}
