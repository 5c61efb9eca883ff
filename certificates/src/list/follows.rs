//! Whether a list may replace the one that was accepted before it.

use thiserror::Error;

use super::{ListNumber, RevocationList};
use crate::name::Name;

/// What is kept of the list that is in force. It is kept for each issuer and scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// Whose list.
    pub issuer: Name,
    /// For which distribution point, see [`RevocationList::scope`].
    pub scope: Option<Vec<u8>>,
    /// Its number.
    pub number: ListNumber,
    /// SHA-256 of what is signed.
    pub digest: [u8; 32],
}

/// What a list is to the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// There was none before it.
    First,
    /// The very same list: nothing changes, and it is as fresh as it was.
    Same,
    /// A later one: it replaces the one before.
    Newer,
}

/// Why a list may not replace the one before it, which stays in force.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FollowFault {
    /// Two lists that stand side by side.
    #[error("the list of «{found}» does not replace one of «{accepted}» or of another distribution point")]
    Other {
        /// Whose list was accepted.
        accepted: String,
        /// Whose list this is.
        found: String,
    },
    /// The number went back: somebody has put back an older list.
    #[error("list {found} of «{issuer}» is older than list {accepted}, which is in force; check where it came from")]
    Older {
        /// The issuer.
        issuer: String,
        /// The number in force.
        accepted: ListNumber,
        /// This list's number.
        found: ListNumber,
    },
    /// Two different lists of one number.
    #[error("list {number} of «{issuer}» differs from the one of the same number, which is in force; ask its issuer")]
    Differs {
        /// The issuer.
        issuer: String,
        /// The number of both.
        number: ListNumber,
    },
}

/// Whether `new` may replace `previous`: the number decides and never goes back (RFC 5280, 5.2.3),
/// whatever the dates are.
///
/// # Errors
/// It may not; the previous list stays in force.
pub fn follows(previous: Option<&Accepted>, new: &RevocationList) -> Result<Step, FollowFault> {
    let Some(previous) = previous else { return Ok(Step::First) };
    let issuer = new.issuer.text().to_owned();
    if previous.issuer != new.issuer || previous.scope != new.scope {
        return Err(FollowFault::Other { accepted: previous.issuer.text().to_owned(), found: issuer });
    }
    match new.number.cmp(&previous.number) {
        std::cmp::Ordering::Greater => Ok(Step::Newer),
        std::cmp::Ordering::Equal if previous.digest == new.digest => Ok(Step::Same),
        std::cmp::Ordering::Equal => Err(FollowFault::Differs { issuer, number: new.number }),
        std::cmp::Ordering::Less => Err(FollowFault::Older { issuer, accepted: previous.number, found: new.number }),
    }
}
