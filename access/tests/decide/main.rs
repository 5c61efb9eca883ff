//! The decision: every reason, both sides of every boundary, and what can never turn a denial into a grant.
#![expect(clippy::unwrap_used, reason = "a test that cannot set up its case has failed")]

mod case;
mod ends_soon;
mod properties;
mod rules;
mod table;
