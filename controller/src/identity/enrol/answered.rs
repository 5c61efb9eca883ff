//! Answers to whoever has enrolled, until its code would have ended by itself.
//!
//! They are kept in memory only: the key for messages is in them. After a start of the controller a lost answer needs
//! another code.
#![expect(clippy::disallowed_types, reason = "answers that are on their way; no part of what is true of the site")]

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use access::time::UtcMs;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// Answers that are kept; the one whose code ends first goes. A site is enrolled door by door.
const KEPT_MAX: usize = 256;

/// By the digest of the code.
#[derive(Default)]
pub(crate) struct Answered(Mutex<HashMap<[u8; 32], Kept>>);

struct Kept {
    request: [u8; 32],
    fingerprint: [u8; 32],
    answer: Zeroizing<Vec<u8>>,
    until: UtcMs,
}

impl Answered {
    /// Keeps what whoever has this code was told upon this request: `fingerprint` is that of the certificate in it.
    pub(super) fn keep(&self, code: [u8; 32], request: &str, fingerprint: [u8; 32], answer: &[u8], until: UtcMs) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT_MAX
            && let Some(first) = kept.iter().min_by_key(|(_, kept)| kept.until).map(|(code, _)| *code)
        {
            kept.remove(&first);
        }
        let answer = Zeroizing::new(answer.to_vec());
        kept.insert(code, Kept { request: digest(request), fingerprint, answer, until });
    }

    /// What whoever has this code was told upon this very request, and the certificate in it.
    pub(super) fn find(&self, code: [u8; 32], request: &str, now: UtcMs) -> Option<([u8; 32], Zeroizing<Vec<u8>>)> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, kept| kept.until > now);
        let same = kept.get(&code).filter(|kept| crate::same::same(&kept.request, &digest(request)))?;
        Some((same.fingerprint, same.answer.clone()))
    }
}

fn digest(request: &str) -> [u8; 32] {
    Sha256::digest(request).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_request_is_answered_again_until_the_code_ends_and_no_other_is() {
        let answered = Answered::default();
        answered.keep([1; 32], "mine", [2; 32], b"answer", UtcMs(10));
        let found = |code: u8, request: &str, now: i64| answered.find([code; 32], request, UtcMs(now)).is_some();
        assert!(found(1, "mine", 9) && found(1, "mine", 9));
        assert!(!found(1, "another", 9) && !found(3, "mine", 9));
        assert!(!found(1, "mine", 10));
        (0..=255).for_each(|code| answered.keep([code; 32], "mine", [2; 32], b"answer", UtcMs(20)));
        answered.keep([7; 32], "more", [2; 32], b"answer", UtcMs(20));
        assert!(answered.0.lock().unwrap().len() <= KEPT_MAX);
    }
}
