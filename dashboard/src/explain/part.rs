//! The conditions of passing, and to which of them each reason belongs.

use access::reason::Reason;

/// One condition of passing, whatever it was found to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Reading,
    Listed,
    Credential,
    Block,
    Card,
    Certificate,
    Holding,
    Right,
    Employment,
    Rules,
    Mode,
    Passage,
    Company,
    Chamber,
    Attempts,
    Age,
    Time,
}

/// What a condition was found to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finding {
    Holds,
    Fails,
    /// The decision did not come to it, or the door does not ask.
    Unchecked,
}

impl Part {
    /// All of them, in the order in which a person should hear of them.
    pub(crate) const ALL: [Self; 17] = [
        Self::Reading,
        Self::Listed,
        Self::Credential,
        Self::Block,
        Self::Card,
        Self::Certificate,
        Self::Holding,
        Self::Right,
        Self::Employment,
        Self::Rules,
        Self::Mode,
        Self::Passage,
        Self::Company,
        Self::Chamber,
        Self::Attempts,
        Self::Age,
        Self::Time,
    ];

    /// The stable code.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Listed => "listed",
            Self::Credential => "credential",
            Self::Block => "block",
            Self::Card => "card",
            Self::Certificate => "certificate",
            Self::Holding => "holding",
            Self::Right => "right-to-practise",
            Self::Employment => "employment",
            Self::Rules => "rules",
            Self::Mode => "mode",
            Self::Passage => "passage",
            Self::Company => "company",
            Self::Chamber => "chamber",
            Self::Attempts => "attempts",
            Self::Age => "age",
            Self::Time => "time",
        }
    }

    /// To which condition a reason belongs.
    pub(crate) fn of(reason: Reason) -> Self {
        match reason {
            Reason::SeveralCards | Reason::UnsupportedCard | Reason::ReadFailed => Self::Reading,
            Reason::NoWhitelist | Reason::UnknownCard => Self::Listed,
            Reason::CredentialUnreadable
            | Reason::CredentialInvalid
            | Reason::CredentialDamaged
            | Reason::CredentialNotWritten
            | Reason::CardNotEncoded => Self::Credential,
            Reason::CardBlocked
            | Reason::CardSuspended
            | Reason::CardRetired
            | Reason::CardReturned
            | Reason::CardNotDelivered
            | Reason::CardCloned
            | Reason::CardInactive
            | Reason::BlockedOtherwise => Self::Block,
            Reason::CardNotYetValid | Reason::CardExpired => Self::Card,
            Reason::CertificateNotYetValid
            | Reason::CertificateExpired
            | Reason::CertificateRevoked
            | Reason::RevocationUnknown => Self::Certificate,
            Reason::HoldingNotBegun | Reason::HoldingEnded => Self::Holding,
            Reason::RightToPractiseMissing | Reason::RightToPractiseNotBegun | Reason::RightToPractiseEnded => {
                Self::Right
            }
            Reason::EmploymentMissing | Reason::EmploymentNotBegun | Reason::EmploymentEnded => Self::Employment,
            Reason::NoGrant
            | Reason::GrantNotBegun
            | Reason::GrantEnded
            | Reason::OutsideSchedule
            | Reason::RefusedByRule => Self::Rules,
            Reason::LockedDown => Self::Mode,
            Reason::Passback => Self::Passage,
            Reason::SecondPersonNeeded | Reason::EscortNeeded => Self::Company,
            Reason::Interlocked => Self::Chamber,
            Reason::LockedOut => Self::Attempts,
            Reason::ListTooOld => Self::Age,
            Reason::TimeUnknown => Self::Time,
        }
    }
}

impl Finding {
    /// The stable code.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Fails => "fails",
            Self::Unchecked => "unchecked",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_condition_has_a_reason_and_every_reason_a_condition() {
        for part in Part::ALL {
            assert!(Reason::ALL.iter().any(|reason| Part::of(*reason) == part), "{part:?}");
        }
    }
}
