//! How a door that is nobody yet becomes a door of its site: the one-time code, and what the two ends say over HTTPS.
//!
//! ```text
//! operator      kulku-controller door enrol ward-1      ──▶ the code, read aloud or typed
//! door          draws a key pair; TLS 1.3 to the controller, whose chain must end in the authority of the code
//! door ──▶      POST /enrol   EnrolRequest   the code's secret, a request for a certificate
//!      ◀──      EnrolAnswer                  door, key for messages, certificate, authority, broker
//! later ──▶     POST /renew   RenewRequest   with the certificate that ends soon as the client's
//!      ◀──      RenewAnswer                  the next certificate
//! ```
//!
//! Whoever stands between the two has another authority, so the door says nothing to it. Bodies are JSON; what they
//! are is in `docs/PROTOCOL.md`, section 11.

use alloc::string::{String, ToString};
use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::id::{DoorId, SiteId};

/// The version of the bodies.
pub const ENROL_FORMAT: u32 = 1;

/// The name that the controller's certificate bears for enrolment, and that doors check instead of the host that was
/// typed: it is reached by any name or address, and a broker's certificate of the same authority does not do.
pub const ENROL_NAME: &str = "enrol.kulku.internal";

/// The port of the enrolment by default.
pub const ENROL_PORT: u16 = 8443;

/// Longest body in either direction, in bytes. A certificate has less than 2,000.
pub const ENROL_BODY_MAX: usize = 16 * 1024;

/// Bytes of a code's secret.
pub const SECRET_LENGTH: usize = 10;

/// Bytes of the fingerprint that a code carries: the first of the SHA-256 of the authority's certificate in DER.
pub const AUTHORITY_LENGTH: usize = 16;

/// What separates the check of a code from other digests.
const CHECK_LABEL: &[u8] = b"kulku/enrol/v1";
const CHECK_LENGTH: usize = 2;
const BYTES: usize = SECRET_LENGTH + AUTHORITY_LENGTH + CHECK_LENGTH;

/// Letters of a code: nine groups of five.
const LETTERS: usize = 45;
const GROUP: usize = 5;

/// Without I, L, O and U, which look like others or make words (Crockford).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A one-time code: who may become the door, and which authority it may believe.
///
/// As text it has 45 letters in groups of five: the base-32 digits of secret, fingerprint and a check of two bytes.
/// Small letters, spaces and hyphens do not matter when it is read, and I and L are 1 and O is 0.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct EnrolCode {
    /// Known to whoever was given the code.
    pub secret: [u8; SECRET_LENGTH],
    /// Of the site's authority.
    pub authority: [u8; AUTHORITY_LENGTH],
}

/// What is wrong with a code. It is never repeated, since most of it may be right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Too many or too few letters.
    #[error("the code has {0} letters instead of {LETTERS}")]
    Length(usize),
    /// A letter that no code has.
    #[error("the code has {0:?} in it, which no code has")]
    Letter(char),
    /// All letters could be right, and together they are not.
    #[error("the code is mistyped: its last letters do not fit the others")]
    Check,
}

/// What a door asks with.
#[derive(Clone, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
pub struct EnrolRequest {
    /// [`ENROL_FORMAT`].
    pub format: u32,
    /// The secret of the code: 20 lower-case hexadecimal digits.
    pub secret: String,
    /// A PKCS#10 request in PEM with a key of P-256. Only the key counts.
    pub request: String,
}

/// What it becomes.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnrolAnswer {
    /// [`ENROL_FORMAT`].
    pub format: u32,
    /// The site.
    pub site: SiteId,
    /// Which door it is.
    pub door: DoorId,
    /// The number of its key for messages.
    pub key_id: u32,
    /// The key: 64 lower-case hexadecimal digits. To be wiped.
    pub key: String,
    /// Where the broker is. Its certificate bears this host.
    pub mqtt: Place,
    /// The door's certificate in PEM, and nothing else.
    pub certificate: String,
    /// The certificate of the site's authority in PEM.
    pub authority: String,
}

/// What a door asks with that has a certificate, which it shows as the client's.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RenewRequest {
    /// [`ENROL_FORMAT`].
    pub format: u32,
    /// As in [`EnrolRequest`]. A new key is better, and not asked for.
    pub request: String,
}

/// The next certificate. The one before stays valid until it ends.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RenewAnswer {
    /// [`ENROL_FORMAT`].
    pub format: u32,
    /// As in [`EnrolAnswer`].
    pub mqtt: Place,
    /// As in [`EnrolAnswer`].
    pub certificate: String,
    /// As in [`EnrolAnswer`].
    pub authority: String,
}

/// Host and port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Name or address, without brackets.
    pub host: String,
    /// Its port.
    pub port: u16,
}

/// Why not, as the body of every answer that is not 200.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnrolRefusal {
    /// One of the codes in `docs/PROTOCOL.md`.
    pub error: String,
}

impl EnrolCode {
    /// The fingerprint that a code carries of an authority.
    #[must_use]
    pub fn fingerprint(certificate_der: &[u8]) -> [u8; AUTHORITY_LENGTH] {
        let mut short = [0; AUTHORITY_LENGTH];
        for (to, from) in short.iter_mut().zip(Sha256::digest(certificate_der)) {
            *to = from;
        }
        short
    }

    fn bytes(&self) -> [u8; BYTES] {
        let mut bytes = [0; BYTES];
        let parts = self.secret.iter().chain(&self.authority).copied();
        for (to, from) in bytes.iter_mut().zip(parts.chain(check(&self.secret, &self.authority))) {
            *to = from;
        }
        bytes
    }
}

impl fmt::Display for EnrolCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = self.bytes();
        for place in 0..LETTERS {
            if place > 0 && place % GROUP == 0 {
                f.write_str("-")?;
            }
            let digit = (0..5).fold(0_usize, |digit, bit| digit << 1 | usize::from(bit_of(&bytes, place * 5 + bit)));
            let letter = ALPHABET.get(digit).copied().unwrap_or(b'0');
            write!(f, "{}", char::from(letter))?;
        }
        bytes.zeroize();
        Ok(())
    }
}

impl FromStr for EnrolCode {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<Self, CodeError> {
        let letters = || text.chars().filter(|letter| !matches!(letter, '-' | ' ' | '\t' | '\r' | '\n'));
        let count = letters().take(4 * LETTERS).count();
        let mut bytes = [0_u8; BYTES];
        for (place, letter) in letters().take(LETTERS).enumerate() {
            let digit = digit(letter).ok_or(CodeError::Letter(letter))?;
            for bit in 0..5 {
                if let Some(byte) = bytes.get_mut((place * 5 + bit) / 8) {
                    *byte |= (digit >> (4 - bit) & 1) << (7 - (place * 5 + bit) % 8);
                } else if digit >> (4 - bit) & 1 != 0 {
                    return Err(CodeError::Check);
                }
            }
        }
        if count != LETTERS {
            return Err(CodeError::Length(count));
        }
        let mut code = Self { secret: [0; SECRET_LENGTH], authority: [0; AUTHORITY_LENGTH] };
        let (secret, rest) = bytes.split_at(SECRET_LENGTH);
        let (authority, given) = rest.split_at(AUTHORITY_LENGTH);
        code.secret.copy_from_slice(secret);
        code.authority.copy_from_slice(authority);
        let right = check(&code.secret, &code.authority) == given;
        bytes.zeroize();
        if right { Ok(code) } else { Err(CodeError::Check) }
    }
}

impl fmt::Debug for EnrolCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EnrolCode(hidden)")
    }
}

impl fmt::Debug for EnrolRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnrolRequest").field("format", &self.format).finish_non_exhaustive()
    }
}

impl fmt::Debug for EnrolAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnrolAnswer").field("door", &self.door).field("mqtt", &self.mqtt).finish_non_exhaustive()
    }
}

impl Drop for EnrolAnswer {
    fn drop(&mut self) {
        self.key.zeroize();
    }
}

impl EnrolRefusal {
    /// With this code.
    #[must_use]
    pub fn new(error: &str) -> Self {
        Self { error: error.to_string() }
    }
}

fn check(secret: &[u8], authority: &[u8]) -> [u8; CHECK_LENGTH] {
    let digest = Sha256::new().chain_update(CHECK_LABEL).chain_update(secret).chain_update(authority).finalize();
    let mut check = [0; CHECK_LENGTH];
    for (to, from) in check.iter_mut().zip(digest) {
        *to = from;
    }
    check
}

fn bit_of(bytes: &[u8], bit: usize) -> bool {
    bytes.get(bit / 8).is_some_and(|byte| byte >> (7 - bit % 8) & 1 == 1)
}

fn digit(letter: char) -> Option<u8> {
    let letter = match letter.to_ascii_uppercase() {
        'I' | 'L' => '1',
        'O' => '0',
        other => other,
    };
    let place = ALPHABET.iter().position(|known| char::from(*known) == letter)?;
    u8::try_from(place).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    fn code() -> EnrolCode {
        EnrolCode { secret: [0xa5, 1, 2, 3, 4, 5, 6, 7, 8, 0xff], authority: [7; AUTHORITY_LENGTH] }
    }

    #[test]
    fn a_code_is_read_as_it_was_printed_and_as_people_type_it() {
        let text = code().to_string();
        assert_eq!(text, "MM0G4-0R40M-30E27-Z0W3G-E1R70-W3GE1-R70W3-GE1R7-0XDRJ");
        assert_eq!(text.parse(), Ok(code()));
        assert_eq!(text.to_lowercase().replace('-', " ").parse(), Ok(code()));
        assert_eq!(text.replace('0', "o").replace('1', "l").replace('-', "").parse(), Ok(code()));
    }

    #[test]
    fn a_code_that_is_mistyped_is_not_another_code() {
        let text = code().to_string();
        for at in 0..text.len() {
            for letter in "0Z9".chars().filter(|letter| !text[at..].starts_with(*letter)) {
                let mut wrong = text.clone();
                wrong.replace_range(at..=at, &letter.to_string());
                assert!(wrong.parse::<EnrolCode>().is_err(), "{wrong}");
            }
        }
        assert_eq!("".parse::<EnrolCode>(), Err(CodeError::Length(0)));
        assert_eq!(text[1..].parse::<EnrolCode>(), Err(CodeError::Length(LETTERS - 1)));
        assert_eq!(format!("{text}0").parse::<EnrolCode>(), Err(CodeError::Length(LETTERS + 1)));
        assert_eq!(text.replace('M', "U").parse::<EnrolCode>(), Err(CodeError::Letter('U')));
    }

    #[test]
    fn neither_a_code_nor_a_key_is_printed() {
        let answer = EnrolAnswer {
            format: ENROL_FORMAT,
            site: "hospital".parse().unwrap(),
            door: "ward".parse().unwrap(),
            key_id: 2,
            key: "topsecret".to_string(),
            mqtt: Place { host: "kulku".to_string(), port: 8883 },
            certificate: String::new(),
            authority: String::new(),
        };
        let request = EnrolRequest { format: ENROL_FORMAT, secret: "topsecret".to_string(), request: String::new() };
        assert!(!format!("{answer:?}{request:?}{:?}", code()).contains("topsecret"));
        assert!(!format!("{:?}", code()).contains("MM0G4"));
    }
}
