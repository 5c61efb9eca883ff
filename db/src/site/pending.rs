//! Calls whose bodies follow.

use access::time::UtcMs;

use super::import::{ImportOptions, ImportPlan, ImportRows, Imported};
use super::{Actor, Site, SiteError};

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




    /// What an import would do.
    fn plan_import(rows: &ImportRows, options: ImportOptions, now: UtcMs) -> ImportPlan;
    /// Imports rows: all of them or none.
    fn apply_import(actor: &Actor<'_>, rows: &ImportRows, options: ImportOptions) -> Imported;
}
