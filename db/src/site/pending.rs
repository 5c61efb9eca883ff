//! Calls whose bodies follow.

use access::time::{UtcMs, UtcS};
use access::uid::Uid;

use super::certificates::{
    CertificateRecord, CertificateView, IssuerId, ListApplied, ListOutcome, ListView, SourceView,
};
use super::conditions::{EmploymentId, EmploymentView, NewEmployment, NewRight, RightId, RightView};
use super::import::{ImportOptions, ImportPlan, ImportRows, Imported};
use super::{Actor, PersonId, Site, SiteError};

macro_rules! pending {
    ($($(#[$doc:meta])* fn $name:ident($($arg:ident: $ty:ty),* $(,)?) -> $ret:ty;)*) => {
        impl Site {$(
            $(#[$doc])*
            ///
            /// # Errors
            /// [`SiteError`].
            pub fn $name(&self, $($arg: $ty),*) -> Result<$ret, SiteError> {
                let _ = ($($arg,)*);
                Err(SiteError::refused(stringify!($name), "not-built"))
            }
        )*}
    };
}

pending! {

    /// Adds an employment; one with this external id of the same person is changed instead.
    fn add_employment(actor: &Actor<'_>, person: PersonId, new: NewEmployment) -> EmploymentView;
    /// Changes an employment.
    fn change_employment(actor: &Actor<'_>, id: EmploymentId, to: NewEmployment) -> EmploymentView;
    /// Ends an employment at an instant.
    fn end_employment(actor: &Actor<'_>, id: EmploymentId, at: UtcS) -> EmploymentView;
    /// Takes back an employment that never was.
    fn remove_employment(actor: &Actor<'_>, id: EmploymentId) -> ();
    /// The employments of a person, latest end first.
    fn employments(person: PersonId) -> Vec<EmploymentView>;
    /// Adds a right to practise.
    fn add_right(actor: &Actor<'_>, person: PersonId, new: NewRight) -> RightView;
    /// Changes a right to practise.
    fn change_right(actor: &Actor<'_>, id: RightId, to: NewRight) -> RightView;
    /// Ends a right to practise at an instant.
    fn end_right(actor: &Actor<'_>, id: RightId, at: UtcS) -> RightView;
    /// Takes back a right to practise that never was.
    fn remove_right(actor: &Actor<'_>, id: RightId) -> ();
    /// Notes that a right was looked up and is as it was.
    fn note_checked(id: RightId, at: UtcMs) -> RightView;
    /// The rights to practise of a person, latest end first.
    fn rights(person: PersonId) -> Vec<RightView>;


    /// Attaches a certificate to a card.
    fn attach_certificate(actor: &Actor<'_>, uid: &Uid, record: &CertificateRecord) -> CertificateView;
    /// Takes a certificate off a card; it is named by issuer and serial.
    fn detach_certificate(actor: &Actor<'_>, uid: &Uid, issuer: &IssuerId, serial: &[u8]) -> ();
    /// The certificates of a card.
    fn certificates(uid: &Uid) -> Vec<CertificateView>;
    /// The serials of all certificates of an issuer, in order, without leading zeros.
    fn known_serials(issuer: &IssuerId) -> Vec<Vec<u8>>;
    /// Applies a revocation list.
    fn apply_list(actor: &Actor<'_>, list: &ListApplied<'_>) -> ListOutcome;
    /// Says whether an issuer's list is too old; so many certificates have another state for it.
    fn set_stale(actor: &Actor<'_>, issuer: &IssuerId, stale: bool) -> u32;
    /// The newest accepted list of each issuer.
    fn revocation_lists() -> Vec<ListView>;
    /// Notes how an attempt to read a list ended.
    fn note_source(source: &SourceView) -> ();
    /// Forgets a place that lists came from.
    fn forget_source(location: &str) -> ();
    /// Where lists come from.
    fn revocation_sources() -> Vec<SourceView>;

    /// What an import would do.
    fn plan_import(rows: &ImportRows, options: ImportOptions, now: UtcMs) -> ImportPlan;
    /// Imports rows: all of them or none.
    fn apply_import(actor: &Actor<'_>, rows: &ImportRows, options: ImportOptions) -> Imported;
}
