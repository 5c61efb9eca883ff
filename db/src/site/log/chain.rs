//! The formulas of the chains, in bytes. `docs/LOG.md` is this page in words.
//!
//! ```text
//! digest of a row  ─┐
//! head before       ├─▶ head ──▶ …      the row's own digest is apart, so that evidence can hold back
//!                   ┘                   other rows than those that are asked for
//! ```

use access::chain::Link;
use sha2::{Digest as _, Sha256};

/// A row of the central log, as the chain takes it. What is not here can be derived from `body`, or is covered by
/// `commitment`.
#[derive(Debug, Clone, Copy)]
pub(in crate::site) struct EventRow<'a> {
    pub(in crate::site) row: u64,
    pub(in crate::site) door: &'a str,
    pub(in crate::site) epoch: u64,
    pub(in crate::site) sequence: u64,
    pub(in crate::site) received_ms: i64,
    pub(in crate::site) body: &'a [u8],
    pub(in crate::site) commitment: Option<&'a [u8; 32]>,
    pub(in crate::site) link: Link,
    pub(in crate::site) link_ok: bool,
}

/// A row of the operator log, likewise.
#[derive(Debug, Clone, Copy)]
pub(in crate::site) struct ChangeRow<'a> {
    pub(in crate::site) number: u64,
    pub(in crate::site) at_ms: i64,
    pub(in crate::site) operator: &'a str,
    pub(in crate::site) action: &'a str,
    pub(in crate::site) commitment: &'a [u8; 32],
}

impl EventRow<'_> {
    pub(in crate::site) fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(b"kulku/row/v2");
        hash.update(self.row.to_le_bytes());
        text(&mut hash, self.door);
        hash.update(self.epoch.to_le_bytes());
        hash.update(self.sequence.to_le_bytes());
        hash.update(self.received_ms.to_le_bytes());
        hash.update(u32::try_from(self.body.len()).unwrap_or(u32::MAX).to_le_bytes());
        hash.update(self.body);
        hash.update([u8::from(self.commitment.is_some())]);
        hash.update(self.commitment.unwrap_or(&[0; 32]));
        hash.update(self.link.0);
        hash.update([u8::from(self.link_ok)]);
        hash.finalize().into()
    }

    pub(in crate::site) fn head(&self, previous: Link) -> Link {
        head(b"kulku/log/v2", previous, &self.digest())
    }
}

impl ChangeRow<'_> {
    pub(in crate::site) fn head(&self, previous: Link) -> Link {
        let mut hash = Sha256::new();
        hash.update(b"kulku/change/v1");
        hash.update(self.number.to_le_bytes());
        hash.update(self.at_ms.to_le_bytes());
        text(&mut hash, self.operator);
        text(&mut hash, self.action);
        hash.update(self.commitment);
        head(b"kulku/changes/v1", previous, &hash.finalize().into())
    }
}

/// What a change says: its detail, what it found and what it left.
#[derive(Debug, Clone, Copy)]
pub(in crate::site) struct Said<'a> {
    pub(in crate::site) detail: &'a str,
    pub(in crate::site) before: Option<&'a str>,
    pub(in crate::site) after: Option<&'a str>,
}

impl Said<'_> {
    /// What the chain holds of it. A change that neither found nor left anything has the first form, as all had before
    /// this was told.
    pub(in crate::site) fn commitment(&self, salt: &[u8; 16]) -> [u8; 32] {
        let mut hash = Sha256::new();
        if self.before.is_none() && self.after.is_none() {
            hash.update(b"kulku/detail/v1");
            hash.update(salt);
            hash.update(self.detail);
            return hash.finalize().into();
        }
        hash.update(b"kulku/detail/v2");
        hash.update(salt);
        for part in [self.detail, self.before.unwrap_or_default(), self.after.unwrap_or_default()] {
            hash.update(u32::try_from(part.len()).unwrap_or(u32::MAX).to_le_bytes());
            hash.update(part);
        }
        hash.finalize().into()
    }
}

fn head(label: &[u8], previous: Link, digest: &[u8; 32]) -> Link {
    let mut hash = Sha256::new();
    hash.update(label);
    hash.update(previous.0);
    hash.update(digest);
    Link(hash.finalize().into())
}

/// One byte of length, and the text. Ids, names of operators and actions are shorter than 255 bytes.
fn text(hash: &mut Sha256, text: &str) {
    hash.update([u8::try_from(text.len()).unwrap_or(u8::MAX)]);
    hash.update(text);
}
