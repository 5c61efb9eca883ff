//! Codes of the second step: RFC 6238 as every authenticator app computes it (HMAC-SHA-1, six digits, 30 seconds).

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;

use access::time::UtcMs;

use crate::invitation::digest;

/// Seconds for which a code is shown.
const STEP_S: i64 = 30;
/// Steps before and after the one that the clock is in, since a telephone's clock may be wrong by so much, and typing takes
/// time.
const STEPS_OFF: i64 = 1;
/// Digits of a code.
const DIGITS: usize = 6;
/// Bytes of a secret, as RFC 4226 asks for.
pub(crate) const SECRET_LENGTH: usize = 20;

/// The letters of RFC 4648's base 32.
const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The step whose code this is, if it is one of now. Every step is computed and compared whatever comes of it, so the time
/// that it takes tells nothing.
pub(crate) fn step_of(secret: &[u8], code: &str, now: UtcMs) -> Option<i64> {
    let digits: Vec<u32> =
        code.chars().filter(|letter| !letter.is_whitespace()).map_while(|d| d.to_digit(10)).collect();
    let is_whole =
        digits.len() == DIGITS && code.chars().all(|letter| letter.is_whitespace() || letter.is_ascii_digit());
    let typed = digits.iter().take(DIGITS).fold(0, |number, digit| number * 10 + digit);
    let current = now.0.div_euclid(1000 * STEP_S);
    let mut found = None;
    for step in current - STEPS_OFF..=current + STEPS_OFF {
        // The newest that fits: a code that is used up must not stand for the one after it.
        if code_at(secret, step) ^ typed == 0 {
            found = Some(step);
        }
    }
    found.filter(|_| is_whole)
}

/// The code of a step.
fn code_at(secret: &[u8], step: i64) -> u32 {
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret) else {
        // A key of any length is one.
        return u32::MAX;
    };
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    // Dynamic truncation, RFC 4226, section 5.3: the last four bits say where four bytes are taken from.
    let from = usize::from(digest.last().copied().unwrap_or(0) & 0x0F);
    let number = digest.iter().skip(from).take(4).fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    (number & 0x7FFF_FFFF) % 1_000_000
}

/// A secret as it is typed into an app.
pub(crate) fn base32(secret: &[u8]) -> String {
    let mut text = String::new();
    let (mut bits, mut held) = (0_u32, 0_u32);
    for byte in secret {
        bits = (bits << 8 | u32::from(*byte)) & 0xFFFF;
        held += 8;
        while held >= 5 {
            held -= 5;
            text.push(letter(bits >> held));
        }
    }
    if held > 0 {
        text.push(letter(bits << (5 - held)));
    }
    text
}

fn letter(value: u32) -> char {
    LETTERS.get((value & 31) as usize).copied().map_or('A', char::from)
}

/// What an app reads, by a link on the telephone or typed by hand.
pub(crate) fn uri(secret: &[u8], operator: &str, site: &str) -> String {
    let encode = crate::query::encode;
    // A blank as `+` is a plus sign to apps.
    let text = |text: &str| encode(text).replace('+', "%20");
    format!("otpauth://totp/Kulku%20{}:{}?secret={}&issuer=Kulku%20{0}", text(site), text(operator), base32(secret))
}

/// A code for the day on which the telephone is lost, however it was typed.
pub(crate) fn recovery(typed: &str) -> [u8; 32] {
    let plain: String = typed.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    digest(&plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, for SHA-1: the last six of its eight digits.
    const VECTORS: [(i64, u32); 6] = [
        (59, 287_082),
        (1_111_111_109, 81_804),
        (1_111_111_111, 50_471),
        (1_234_567_890, 5_924),
        (2_000_000_000, 279_037),
        (20_000_000_000, 353_130),
    ];
    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn the_codes_are_those_of_the_standard() {
        for (second, code) in VECTORS {
            assert_eq!(code_at(SECRET, second / STEP_S), code, "{second}");
            let typed = format!("{code:06}");
            assert_eq!(step_of(SECRET, &typed, UtcMs(second * 1000)), Some(second / STEP_S));
        }
    }

    #[test]
    fn a_code_is_good_for_the_step_before_and_after_and_no_longer() {
        let (second, code) = (1_111_111_109, "081804");
        for (off, good) in [(-60, false), (-30, true), (0, true), (30, true), (60, false)] {
            assert_eq!(step_of(SECRET, code, UtcMs((second + off) * 1000)).is_some(), good, "{off}");
        }
    }

    #[test]
    fn blanks_do_not_matter_and_anything_else_does() {
        let now = UtcMs(1_111_111_109_000);
        for good in ["081804", "081 804", " 081804 "] {
            assert!(step_of(SECRET, good, now).is_some(), "{good}");
        }
        for bad in ["", "81804", "0818040", "081804x", "x081804", "08180", "-81804"] {
            assert!(step_of(SECRET, bad, now).is_none(), "{bad}");
        }
    }

    #[test]
    fn secrets_are_written_as_rfc_4648_does() {
        for (bytes, text) in
            [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB")]
        {
            assert_eq!(base32(bytes.as_bytes()), text);
        }
        assert_eq!(base32(b"foobar"), "MZXW6YTBOI");
    }

    #[test]
    fn an_app_reads_the_name_of_the_site_and_of_the_operator() {
        let uri = uri(b"foobar", "maija m", "hospital");
        assert_eq!(uri, "otpauth://totp/Kulku%20hospital:maija%20m?secret=MZXW6YTBOI&issuer=Kulku%20hospital");
    }
}
