//! What is said about jobs for encoders.

use access::credential::Sector;
use access::credential::keys::KeyVersion;
use access::encode::{ChipClass, Outcome, Stage};
use access::id::DoorId;
use access::time::UtcMs;
use access::uid::Uid;

use crate::site::CredentialRecord;

/// A job and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodeView {
    /// Drawn at random.
    pub id: u64,
    /// The card to be written.
    pub uid: Uid,
    /// Where.
    pub encoder: DoorId,
    /// What people call that encoder.
    pub encoder_name: String,
    /// What to do.
    pub work: EncodeWork,
    /// Who asked.
    pub operator: String,
    /// When.
    pub requested: UtcMs,
    /// When it came to its state.
    pub changed: UtcMs,
    /// Where it stands.
    pub state: EncodeState,
    /// What the chip turned out to be, once the encoder has said.
    pub chip: Option<ChipClass>,
}

/// What to do with a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EncodeWork {
    /// Write a credential with a new issue number, where the card has one or else where the site has them.
    Encode,
    /// The same in the next sector that was never tried on this card: the one before is lost, or somebody
    /// else's.
    EncodeElsewhere,
    /// Give the sector back as it was delivered.
    Wipe,
}

/// Where a job stands, or how it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EncodeState {
    /// Asked for, and not sent yet.
    Requested,
    /// On its way.
    Sent,
    /// The card is not on the reader.
    Waiting,
    /// The chip is being looked at.
    Probing,
    /// The data blocks are being written.
    Writing,
    /// The trailer is being written.
    Locking,
    /// Everything is on the card.
    Done,
    /// The card is as it was.
    Untouched,
    /// The card left while data blocks were written: begin anew.
    Interrupted,
    /// The card left during the one write that can lose the sector.
    InDoubt,
    /// The sector belongs to somebody else, or is lost.
    Foreign,
    /// The chip is one that is refused.
    ChipRefused,
    /// The encoder did not take the job.
    Refused,
    /// The encoder is not connected.
    EncoderAway,
    /// Nothing came back in time.
    Expired,
    /// The controller has no masters, so there is nothing to derive keys from.
    NoMasters,
}

/// What the controller decides about an encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EncodePlan {
    /// Where the site has its credentials; a card that has one elsewhere keeps it there.
    pub sector: Sector,
    /// Under which masters.
    pub version: KeyVersion,
    /// Drawn at random.
    pub credential: u32,
}

/// A job that is about to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// The job.
    pub job: EncodeView,
    /// Where.
    pub sector: Sector,
    /// What to write; nothing if the card is to be wiped.
    pub record: Option<CredentialRecord>,
    /// What may be on the card until then, the likeliest first.
    pub known: Vec<CredentialRecord>,
}

impl EncodeWork {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Encode => "encode",
            Self::EncodeElsewhere => "encode-elsewhere",
            Self::Wipe => "wipe",
        }
    }

    /// The work with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Encode, Self::EncodeElsewhere, Self::Wipe].into_iter().find(|work| work.code() == code)
    }
}

impl EncodeState {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::Requested,
        Self::Sent,
        Self::Waiting,
        Self::Probing,
        Self::Writing,
        Self::Locking,
        Self::Done,
        Self::Untouched,
        Self::Interrupted,
        Self::InDoubt,
        Self::Foreign,
        Self::ChipRefused,
        Self::Refused,
        Self::EncoderAway,
        Self::Expired,
        Self::NoMasters,
    ];

    /// The stable code, for the database, the API and the sentences.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Sent => "sent",
            Self::Waiting => Stage::Waiting.code(),
            Self::Probing => Stage::Probing.code(),
            Self::Writing => Stage::Writing.code(),
            Self::Locking => Stage::Locking.code(),
            Self::Done => Outcome::Done.code(),
            Self::Untouched => Outcome::Untouched.code(),
            Self::Interrupted => Outcome::Interrupted.code(),
            Self::InDoubt => Outcome::InDoubt.code(),
            Self::Foreign => Outcome::Foreign.code(),
            Self::ChipRefused => Outcome::ChipRefused.code(),
            Self::Refused => Outcome::Refused.code(),
            Self::EncoderAway => "encoder-away",
            Self::Expired => "expired",
            Self::NoMasters => "no-masters",
        }
    }

    /// The state with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Whether nothing more is to come, unless the encoder's own event does.
    #[must_use]
    pub fn is_over(self) -> bool {
        !matches!(self, Self::Requested | Self::Sent | Self::Waiting | Self::Probing | Self::Writing | Self::Locking)
    }
}

impl From<Stage> for EncodeState {
    fn from(stage: Stage) -> Self {
        match stage {
            Stage::Waiting => Self::Waiting,
            Stage::Probing => Self::Probing,
            Stage::Writing => Self::Writing,
            Stage::Locking => Self::Locking,
        }
    }
}

impl From<Outcome> for EncodeState {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Done => Self::Done,
            Outcome::Untouched => Self::Untouched,
            Outcome::Interrupted => Self::Interrupted,
            Outcome::InDoubt => Self::InDoubt,
            Outcome::Foreign => Self::Foreign,
            Outcome::ChipRefused => Self::ChipRefused,
            Outcome::Refused => Self::Refused,
        }
    }
}
