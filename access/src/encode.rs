//! Jobs for an encoder: the reader at the desk that writes credentials.
//!
//! ```text
//!            waiting for the card ─▶ probing ─▶ writing ─▶ locking ─▶ done
//!                                                  │           │
//!               card leaves: as before, or         │           │ the one write that can lose the sector:
//!               the same job begun again ◀─────────┘           └─▶ in doubt
//! ```
//!
//! An encoder gets what one card needs, for one job, sealed for it. A job is bound to a boot and a session and
//! ends by the encoder's own clock, like a [`crate::command::Command`].

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::credential::Sector;
use crate::credential::block::Block;
use crate::credential::mad::Aid;
use crate::credential::sealed::{self, SealError};
use crate::envelope::DoorKey;
use crate::time::MonoMs;
use crate::uid::Uid;

/// Longest life of a job: somebody stands at the desk with the card.
pub const JOB_LIFE_MS_MAX: u64 = 120_000;

/// Most pairs of keys that are tried on a sector: those of the present and the former masters, and the
/// transport keys.
pub const KEYS_MAX: usize = 6;

/// Longest sealed work, in bytes.
pub const WORK_LENGTH_MAX: usize = 512;

/// One card to be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EncodeJob {
    /// Drawn at random by the controller.
    pub id: u64,
    /// The boot of the encoder that is meant.
    pub boot: u64,
    /// The session of the encoder that is meant.
    pub session: u64,
    /// The encoder's own time at which the job is void.
    pub expires: MonoMs,
    /// The chip. Another card is not touched.
    pub uid: Uid,
    /// [`Work`], sealed for this encoder and card; at most [`WORK_LENGTH_MAX`].
    pub sealed: SealedWork,
}

/// What to do, encrypted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedWork(pub Vec<u8>);

/// What to do.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub struct Work {
    /// Where.
    #[zeroize(skip)]
    pub sector: Sector,
    /// Keys that may open the sector as it is, the likeliest first; at most [`KEYS_MAX`].
    pub keys: Vec<KeyPair>,
    /// The three data blocks as they shall be, and then the trailer.
    pub blocks: [Block; 4],
    /// Under which application id the sector is entered in the card's directory, if it has one.
    #[zeroize(skip)]
    pub application: Option<Aid>,
    /// Whether a chip that can be rewritten or has a back door is refused; else it is only noted.
    pub refuse_magic: bool,
}

/// The two keys of a sector.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Zeroize)]
pub struct KeyPair {
    /// Key A.
    pub a: [u8; 6],
    /// Key B.
    pub b: [u8; 6],
}

impl KeyPair {
    /// As delivered.
    pub const TRANSPORT: Self = Self { a: [0xFF; 6], b: [0xFF; 6] };
}

macro_rules! hidden {
    ($($name:ident),*) => { $(
        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(concat!(stringify!($name), "(hidden)"))
            }
        }
    )* };
}

hidden!(Work, KeyPair);

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// The card is not on the reader.
    Waiting,
    /// The chip is being looked at.
    Probing,
    /// The data blocks are being written and read back.
    Writing,
    /// The trailer is being written.
    Locking,
}

/// How a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// Everything is on the card, read back.
    Done,
    /// The card did not come, or left before anything was changed: it is as it was.
    Untouched,
    /// The card left while data blocks were written: lay it down again and begin anew.
    Interrupted,
    /// The card left during the one write that can lose the sector, and it does not open any more.
    InDoubt,
    /// None of the keys opens the sector: it belongs to somebody else, or is lost.
    Foreign,
    /// The chip is one that is refused.
    ChipRefused,
    /// The job was not for this boot, this session or this moment, or could not be unsealed.
    Refused,
}

/// What a chip turned out to be when it was probed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChipClass {
    /// Not probed.
    Unknown,
    /// No probe found anything.
    Plain,
    /// Answers the wake-up of a first generation magic card, both steps.
    Gen1a,
    /// Answers the first step only.
    Gen1b,
    /// Lets block 0 be written.
    Gen2,
    /// Is read without a key.
    Gen3,
    /// Answers the configuration commands of an ultimate magic card.
    Gen4Gtu,
    /// Answers the wake-up of a fourth generation card of another maker.
    Gen4Gdm,
    /// Challenges with the same number each time.
    StaticNonce,
    /// Has the published back door of the FM11RF08 family.
    BackDoor,
}

impl ChipClass {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Unknown,
        Self::Plain,
        Self::Gen1a,
        Self::Gen1b,
        Self::Gen2,
        Self::Gen3,
        Self::Gen4Gtu,
        Self::Gen4Gdm,
        Self::StaticNonce,
        Self::BackDoor,
    ];

    /// The stable code, for the database, the API and the sentences.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Plain => "plain",
            Self::Gen1a => "gen1a",
            Self::Gen1b => "gen1b",
            Self::Gen2 => "gen2",
            Self::Gen3 => "gen3",
            Self::Gen4Gtu => "gen4-gtu",
            Self::Gen4Gdm => "gen4-gdm",
            Self::StaticNonce => "static-nonce",
            Self::BackDoor => "back-door",
        }
    }

    /// The class with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.code() == code)
    }

    /// Whether anybody with a telephone or a cheap tool can rewrite or read it.
    #[must_use]
    pub fn is_suspect(self) -> bool {
        !matches!(self, Self::Unknown | Self::Plain)
    }
}

impl Stage {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Probing => "probing",
            Self::Writing => "writing",
            Self::Locking => "locking",
        }
    }
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Done,
        Self::Untouched,
        Self::Interrupted,
        Self::InDoubt,
        Self::Foreign,
        Self::ChipRefused,
        Self::Refused,
    ];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Untouched => "untouched",
            Self::Interrupted => "interrupted",
            Self::InDoubt => "in-doubt",
            Self::Foreign => "foreign",
            Self::ChipRefused => "chip-refused",
            Self::Refused => "refused",
        }
    }
}

impl EncodeJob {
    /// Whether the job is for this boot, this session and this moment.
    #[must_use]
    pub fn is_for(&self, boot: u64, session: u64, now: MonoMs) -> bool {
        self.boot == boot && self.session == session && now < self.expires && self.expires.since(now) <= JOB_LIFE_MS_MAX
    }
}

impl Work {
    /// Encrypts it for one encoder and card.
    #[must_use]
    pub fn seal(&self, encoder: &DoorKey, uid: &Uid) -> SealedWork {
        // Writing plain data to memory cannot fail in postcard; nothing would not unseal.
        let mut bytes = postcard::to_allocvec(self).unwrap_or_default();
        let sealed = sealed::encrypt(encoder, uid, &bytes);
        bytes.zeroize();
        SealedWork(sealed)
    }

    /// Decrypts it at the encoder, and checks its bounds.
    ///
    /// # Errors
    /// [`SealError`] if it is not for this encoder and card.
    pub fn unseal(sealed: &SealedWork, encoder: &DoorKey, uid: &Uid) -> Result<Self, SealError> {
        if sealed.0.len() > WORK_LENGTH_MAX {
            return Err(SealError);
        }
        let mut bytes = sealed::decrypt(encoder, uid, &sealed.0)?;
        let work = postcard::from_bytes::<Self>(&bytes);
        bytes.zeroize();
        work.ok().filter(|work| work.keys.len() <= KEYS_MAX).ok_or(SealError)
    }
}
