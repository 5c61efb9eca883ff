//! Comparing secrets.

/// Takes the same time wherever two texts of one length differ.
pub(crate) fn same(given: &[u8], right: &[u8]) -> bool {
    let difference = given.iter().zip(right).fold(0_u8, |all, (a, b)| std::hint::black_box(all | (a ^ b)));
    given.len() == right.len() && difference == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_very_same_secret_is_the_same() {
        assert!(same(b"abc", b"abc"));
        for other in [&b"abd"[..], b"ab", b"abcd", b"", b"ABC"] {
            assert!(!same(other, b"abc"));
        }
    }
}
