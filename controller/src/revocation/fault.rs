//! What can be wrong with a list or its source, each with the stable code of its alarm.

use certificates::list::{FollowFault, ListFault};
use db::site::SiteError;

use crate::web::WebFault;

/// Past its next update.
pub(super) const STALE: &str = "revocation-list-stale";

/// Why an attempt came to nothing. Nothing of a list that is refused is used.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error(transparent)]
    List(#[from] ListFault),
    #[error(transparent)]
    Follow(#[from] FollowFault),
    #[error(transparent)]
    Web(#[from] WebFault),
    #[error("it cannot be read: {0}")]
    File(#[from] std::io::Error),
    #[error("there are more than {bound} lists in it and the rest is not read; remove those that are no longer needed")]
    Many { bound: usize },
    #[error("the site database does not take it: {0}")]
    Site(#[from] SiteError),
}

impl Fault {
    /// The code of the alarm.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::List(fault) => list_code(fault),
            Self::Follow(FollowFault::Older { .. }) => "revocation-list-older",
            Self::Follow(FollowFault::Differs { .. } | FollowFault::Other { .. }) => "revocation-list-differs",
            Self::Web(_) | Self::File(_) => "revocation-list-unreachable",
            Self::Many { .. } => "revocation-list-refused",
            Self::Site(SiteError::Refused { problem: "older-list", .. }) => "revocation-list-older",
            Self::Site(SiteError::Refused { problem: "other-list", .. }) => "revocation-list-differs",
            Self::Site(_) => "revocation-list-not-stored",
        }
    }
}

fn list_code(fault: &ListFault) -> &'static str {
    match fault {
        ListFault::Source(_) => "revocation-list-unreachable",
        ListFault::Unknown | ListFault::Pem(_) | ListFault::Der(_) | ListFault::Entry { .. } => {
            "revocation-list-unreadable"
        }
        ListFault::Large { .. } | ListFault::Matched { .. } => "revocation-list-too-large",
        ListFault::UnknownIssuer { .. } => "revocation-list-unknown-issuer",
        ListFault::Signature { .. } => "revocation-list-forged",
        ListFault::NoCrlSign { .. } | ListFault::Chain { .. } => "revocation-list-untrusted",
        ListFault::Delta => "revocation-list-delta",
        ListFault::Indirect
        | ListFault::SomeReasons
        | ListFault::OtherKind { .. }
        | ListFault::NoNumber
        | ListFault::Extension { .. }
        | ListFault::Twice { .. }
        | ListFault::Future { .. } => "revocation-list-refused",
    }
}
