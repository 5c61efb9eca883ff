//! Why a tap was denied, as codes that stay the same for ever.

use core::fmt;

use serde::{Deserialize, Serialize};

macro_rules! reasons {
    ($( $(#[$doc:meta])* $name:ident = $number:literal, $code:literal; )*) => {
        /// One failing condition. The number is a bit on the wire and in the log, the code stands in the
        /// API and names the sentence in each language. Neither is ever given another meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Reason { $( $(#[$doc])* $name = $number, )* }

        impl Reason {
            /// All of them, in the order in which a person should hear of them.
            pub const ALL: &'static [Self] = &[ $( Self::$name, )* ];

            /// The stable code.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $( Self::$name => $code, )* }
            }
        }
    };
}

reasons! {
    /// The door has not got its whitelist yet, or not its state.
    NoWhitelist = 0, "no-whitelist";
    /// The whitelist has no such card.
    UnknownCard = 1, "unknown-card";
    /// More than one card was in the field.
    SeveralCards = 2, "several-cards";
    /// Not a MIFARE Classic 1K.
    UnsupportedCard = 3, "unsupported-card";
    /// The card left, or answered garbage, before its number was read.
    ReadFailed = 4, "read-failed";
    /// The door asks for the credential and did not get one that holds.
    CredentialUnreadable = 5, "credential-unreadable";
    /// Blocked for good.
    CardBlocked = 6, "card-blocked";
    /// Paused.
    CardSuspended = 7, "card-suspended";
    /// At the end of its life.
    CardRetired = 8, "card-retired";
    /// Given back.
    CardReturned = 9, "card-returned";
    /// Not handed over yet.
    CardNotDelivered = 10, "card-not-delivered";
    /// Two copies have been seen.
    CardCloned = 11, "card-cloned";
    /// For a cause that a newer controller knows.
    BlockedOtherwise = 12, "blocked-otherwise";
    /// The card's validity has not begun.
    CardNotYetValid = 13, "card-not-yet-valid";
    /// The card's validity is over.
    CardExpired = 14, "card-expired";
    /// The certificate's validity has not begun.
    CertificateNotYetValid = 15, "certificate-not-yet-valid";
    /// The certificate's validity is over.
    CertificateExpired = 16, "certificate-expired";
    /// The certificate is on the revocation list.
    CertificateRevoked = 17, "certificate-revoked";
    /// The right to practise has not begun.
    RightToPractiseNotBegun = 18, "right-to-practise-not-begun";
    /// The right to practise is over.
    RightToPractiseEnded = 19, "right-to-practise-ended";
    /// The employment has not begun.
    EmploymentNotBegun = 20, "employment-not-begun";
    /// The employment is over.
    EmploymentEnded = 21, "employment-ended";
    /// The card does not belong to its holder yet.
    HoldingNotBegun = 22, "holding-not-begun";
    /// The card does not belong to its holder any more.
    HoldingEnded = 23, "holding-ended";
    /// Listed, but nothing lets it in here.
    NoGrant = 24, "no-grant";
    /// What lets it in here has not begun.
    GrantNotBegun = 25, "grant-not-begun";
    /// What lets it in here is over.
    GrantEnded = 26, "grant-ended";
    /// It may pass here, at other hours.
    OutsideSchedule = 27, "outside-schedule";
    /// The door is locked down.
    LockedDown = 28, "locked-down";
    /// The door does not know what time it is, and the card's conditions depend on it.
    TimeUnknown = 29, "time-unknown";
    /// The card's sector was read, and is not what the site has written there.
    CredentialInvalid = 30, "credential-invalid";
    /// The card's credential has suffered and must be written anew; nobody is accused.
    CredentialDamaged = 31, "credential-damaged";
    /// The card left before its counter was written and read back: hold it longer.
    CredentialNotWritten = 32, "credential-not-written";
    /// The door asks for a credential, and the card has not been encoded.
    CardNotEncoded = 33, "card-not-encoded";
    /// The card needs a right to practise, and there is no record of one.
    RightToPractiseMissing = 34, "right-to-practise-missing";
    /// The card needs an employment, and there is no record of one.
    EmploymentMissing = 35, "employment-missing";
    /// A rule keeps it out here at this time, whatever else lets it in.
    RefusedByRule = 36, "refused-by-rule";
    /// The revocation list is too old to tell whether the certificate is revoked.
    RevocationUnknown = 37, "revocation-unknown";
    /// The card is inside already, and has not left.
    Passback = 38, "passback";
    /// The door wants two people, and this is the first.
    SecondPersonNeeded = 39, "second-person-needed";
    /// The door wants somebody with this visitor.
    EscortNeeded = 40, "escort-needed";
    /// Another door of the lock chamber is open or released.
    Interlocked = 41, "interlocked";
    /// Denied too often in a short time.
    LockedOut = 42, "locked-out";
    /// Paused, since it was not used for a long time.
    CardInactive = 43, "card-inactive";
    /// Nobody has confirmed for too long that the door's list is the newest.
    ListTooOld = 44, "list-too-old";
}

impl Reason {
    /// What only the door knows, beside its rules: [`crate::local`] decides these, and whoever explains a tap takes them
    /// from its event.
    pub const LOCAL: Reasons = Reasons::of(&[
        Self::Passback,
        Self::SecondPersonNeeded,
        Self::EscortNeeded,
        Self::Interlocked,
        Self::LockedOut,
        Self::ListTooOld,
    ]);

    /// What whoever stands there mends alone: by holding the card longer, by itself, or when the other door has closed.
    pub const TRY_AGAIN: Reasons = Reasons::of(&[
        Self::SeveralCards,
        Self::ReadFailed,
        Self::CredentialUnreadable,
        Self::CredentialNotWritten,
        Self::Interlocked,
    ]);

    /// What one card more mends.
    pub const SECOND_CARD: Reasons = Reasons::of(&[Self::SecondPersonNeeded, Self::EscortNeeded]);

    /// What neither waiting nor trying again mends: somebody must do something about the card.
    pub const FOR_GOOD: Reasons = Reasons::of(&[
        Self::CardBlocked,
        Self::CardSuspended,
        Self::CardRetired,
        Self::CardReturned,
        Self::CardNotDelivered,
        Self::CardCloned,
        Self::BlockedOtherwise,
        Self::CardExpired,
        Self::CertificateExpired,
        Self::CertificateRevoked,
        Self::RightToPractiseEnded,
        Self::EmploymentEnded,
        Self::HoldingEnded,
        Self::CredentialInvalid,
        Self::CredentialDamaged,
        Self::CardNotEncoded,
        Self::RightToPractiseMissing,
        Self::EmploymentMissing,
        Self::CardInactive,
    ]);

    /// Whether only the door can know it. See [`Reason::LOCAL`].
    #[must_use]
    pub fn is_local(self) -> bool {
        Self::LOCAL.contains(self)
    }

    /// The reason with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|reason| reason.code() == code)
    }
}

/// A set of [`Reason`]s. Empty means granted. Bits of a newer version are kept.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Reasons(u64);

impl Reasons {
    /// None at all.
    pub const NONE: Self = Self(0);

    /// From the bits of the wire or the database.
    #[must_use]
    pub fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// These.
    #[must_use]
    pub const fn of(reasons: &[Reason]) -> Self {
        let (mut bits, mut rest) = (0, reasons);
        while let [first, others @ ..] = rest {
            bits |= 1 << *first as u8;
            rest = others;
        }
        Self(bits)
    }

    /// Those of either.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those that are in both.
    #[must_use]
    pub const fn within(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Those that are not in `other`, with the bits of a newer version.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// As bits.
    #[must_use]
    pub fn bits(self) -> u64 {
        self.0
    }

    /// Adds one.
    pub fn insert(&mut self, reason: Reason) {
        self.0 |= 1 << reason as u8;
    }

    /// Whether this one is in it.
    #[must_use]
    pub fn contains(self, reason: Reason) -> bool {
        self.0 & 1 << reason as u8 != 0
    }

    /// Whether nothing failed.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those that this version has a name for, in the order of [`Reason::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Reason> {
        Reason::ALL.iter().copied().filter(move |reason| self.contains(*reason))
    }
}

impl From<Reason> for Reasons {
    fn from(reason: Reason) -> Self {
        let mut reasons = Self::NONE;
        reasons.insert(reason);
        reasons
    }
}

impl FromIterator<Reason> for Reasons {
    fn from_iter<I: IntoIterator<Item = Reason>>(iter: I) -> Self {
        let mut reasons = Self::NONE;
        iter.into_iter().for_each(|reason| reasons.insert(reason));
        reasons
    }
}

impl fmt::Debug for Reasons {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Reason::code)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn codes_and_numbers_are_unique_and_fit_the_set() {
        let codes: HashSet<_> = Reason::ALL.iter().map(|r| r.code()).collect();
        let numbers: HashSet<_> = Reason::ALL.iter().map(|r| *r as u8).collect();
        assert_eq!(codes.len(), Reason::ALL.len());
        assert_eq!(numbers.len(), Reason::ALL.len());
        assert!(Reason::ALL.iter().all(|r| (*r as u8) < 64));
        assert!(Reason::ALL.iter().all(|r| Reason::from_code(r.code()) == Some(*r)));
    }

    #[test]
    fn bits_of_a_newer_version_still_deny() {
        let reasons = Reasons::from_bits(1 << 63);
        assert!(!reasons.is_empty());
        assert_eq!(reasons.iter().count(), 0);
    }
}
