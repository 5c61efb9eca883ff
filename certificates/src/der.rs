//! A walker over DER that borrows and never holds: one element after another.
//!
//! Revocation lists are walked with it because a million entries must not become a million
//! objects. It is strict (X.690, section 10): lengths are definite and as short as can be.

use thiserror::Error;

/// BOOLEAN.
pub(crate) const BOOLEAN: u8 = 0x01;
/// INTEGER.
pub(crate) const INTEGER: u8 = 0x02;
/// BIT STRING.
pub(crate) const BIT_STRING: u8 = 0x03;
/// OCTET STRING.
pub(crate) const OCTET_STRING: u8 = 0x04;
/// OBJECT IDENTIFIER.
pub(crate) const OID: u8 = 0x06;
/// ENUMERATED.
pub(crate) const ENUMERATED: u8 = 0x0a;
/// UTCTime.
pub(crate) const UTC_TIME: u8 = 0x17;
/// GeneralizedTime.
pub(crate) const GENERALIZED_TIME: u8 = 0x18;
/// SEQUENCE.
pub(crate) const SEQUENCE: u8 = 0x30;

/// Why bytes are not the DER that they should be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DerFault {
    /// An element says that it is longer than what holds it.
    #[error("it ends in the middle of an element; it was cut short")]
    Truncated,
    /// A length that DER does not allow: indefinite, or longer than it need be.
    #[error("an element's length is not written as DER demands")]
    Length,
    /// Another element than the one that belongs here.
    #[error("an element of tag {wanted:#04x} should be where one of tag {found:#04x} is")]
    Tag {
        /// The tag that belongs here.
        wanted: u8,
        /// The tag that is here.
        found: u8,
    },
    /// Bytes after the end.
    #[error("{bytes} bytes follow after its end")]
    Trailing {
        /// How many.
        bytes: usize,
    },
    /// An element whose content makes no sense.
    #[error("{0} cannot be read")]
    Value(&'static str),
}

/// One element.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Element<'a> {
    /// The identifier octet.
    pub(crate) tag: u8,
    /// What it holds.
    pub(crate) content: &'a [u8],
    /// The element with its tag and length.
    pub(crate) raw: &'a [u8],
}

/// What is left to walk over.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Walker<'a> {
    rest: &'a [u8],
}

impl<'a> Walker<'a> {
    pub(crate) fn over(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The only element of `bytes`, of the given tag.
    pub(crate) fn only(bytes: &'a [u8], tag: u8) -> Result<Element<'a>, DerFault> {
        let mut walker = Self::over(bytes);
        let element = walker.take(tag)?;
        walker.finish()?;
        Ok(element)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next element, of whatever tag.
    pub(crate) fn any(&mut self) -> Result<Element<'a>, DerFault> {
        let (&tag, after_tag) = self.rest.split_first().ok_or(DerFault::Truncated)?;
        // Tags of more than one octet occur nowhere in certificates or lists.
        if tag & 0x1f == 0x1f {
            return Err(DerFault::Value("a tag of several octets"));
        }
        let (length, after_length) = length(after_tag)?;
        let content = after_length.get(..length).ok_or(DerFault::Truncated)?;
        let whole = self.rest.len() - after_length.len() + length;
        let (raw, rest) = self.rest.split_at_checked(whole).ok_or(DerFault::Truncated)?;
        self.rest = rest;
        Ok(Element { tag, content, raw })
    }

    /// The next element, which must be of this tag.
    pub(crate) fn take(&mut self, wanted: u8) -> Result<Element<'a>, DerFault> {
        match self.rest.first() {
            Some(&found) if found != wanted => Err(DerFault::Tag { wanted, found }),
            _ => self.any(),
        }
    }

    /// The next element if it is of this tag.
    pub(crate) fn take_if(&mut self, wanted: u8) -> Result<Option<Element<'a>>, DerFault> {
        if self.rest.first() == Some(&wanted) { self.any().map(Some) } else { Ok(None) }
    }

    /// Nothing may be left.
    pub(crate) fn finish(&self) -> Result<(), DerFault> {
        match self.rest.len() {
            0 => Ok(()),
            bytes => Err(DerFault::Trailing { bytes }),
        }
    }
}

/// The content of an INTEGER, which may be neither empty nor padded (X.690, 8.3.2).
pub(crate) fn integer<'a>(element: &Element<'a>) -> Result<&'a [u8], DerFault> {
    match element.content {
        [] => Err(DerFault::Value("an integer of no bytes")),
        [0x00, next, ..] if next & 0x80 == 0 => Err(DerFault::Value("a padded integer")),
        [0xff, next, ..] if next & 0x80 != 0 => Err(DerFault::Value("a padded integer")),
        content => Ok(content),
    }
}

/// A BOOLEAN as DER writes it.
pub(crate) fn boolean(content: &[u8]) -> Result<bool, DerFault> {
    match content {
        [0x00] => Ok(false),
        [0xff] => Ok(true),
        _ => Err(DerFault::Value("a boolean")),
    }
}

/// An object identifier's content as people write it (`2.5.29.20`).
pub(crate) fn oid_text(content: &[u8]) -> String {
    let mut arcs: Vec<u64> = Vec::new();
    let mut arc: u64 = 0;
    for &byte in content {
        arc = arc.wrapping_shl(7) | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            if arcs.is_empty() {
                let root = (arc / 40).min(2);
                arcs.extend([root, arc - root * 40]);
            } else {
                arcs.push(arc);
            }
            arc = 0;
        }
    }
    arcs.iter().map(u64::to_string).collect::<Vec<_>>().join(".")
}

fn length(bytes: &[u8]) -> Result<(usize, &[u8]), DerFault> {
    let (&first, rest) = bytes.split_first().ok_or(DerFault::Truncated)?;
    if first < 0x80 {
        return Ok((usize::from(first), rest));
    }
    // Four octets count 4 GiB, far above every bound here; 0x80 is the indefinite form.
    let octets = usize::from(first & 0x7f);
    if octets == 0 || octets > 4 {
        return Err(DerFault::Length);
    }
    let (digits, rest) = rest.split_at_checked(octets).ok_or(DerFault::Truncated)?;
    let length = digits.iter().fold(0_u32, |length, &digit| length << 8 | u32::from(digit));
    let shortest = length >= 0x80 && digits.first() != Some(&0);
    if !shortest {
        return Err(DerFault::Length);
    }
    let length = usize::try_from(length).map_err(|_| DerFault::Length)?;
    Ok((length, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_definite_and_shortest() {
        let cases: &[(&[u8], Result<usize, DerFault>)] = &[
            (&[0x04, 0x00], Ok(0)),
            (&[0x04, 0x01, 7], Ok(1)),
            (&[0x04, 0x80, 0, 0], Err(DerFault::Length)),
            (&[0x04, 0x81, 0x01, 7], Err(DerFault::Length)),
            (&[0x04, 0x82, 0x00, 0x80], Err(DerFault::Length)),
            (&[0x04, 0x85, 0, 0, 0, 0, 1], Err(DerFault::Length)),
            (&[0x04, 0x02, 7], Err(DerFault::Truncated)),
            (&[0x04, 0x84, 0xff, 0xff, 0xff, 0xff], Err(DerFault::Truncated)),
            (&[0x04, 0x82, 0xff], Err(DerFault::Truncated)),
            (&[0x04], Err(DerFault::Truncated)),
            (&[], Err(DerFault::Truncated)),
            (&[0x1f, 0x01, 0x00], Err(DerFault::Value("a tag of several octets"))),
        ];
        for (bytes, expected) in cases {
            let found = Walker::over(bytes).any().map(|element| element.content.len());
            assert_eq!(&found, expected, "{bytes:02x?}");
        }
        let mut long = vec![0x04, 0x81, 0x80];
        long.extend([0; 0x80]);
        assert_eq!(Walker::only(&long, OCTET_STRING).map(|e| e.content.len()), Ok(0x80));
    }

    #[test]
    fn integers_are_neither_empty_nor_padded() {
        for (bytes, fine) in [
            (&[0x02, 0x00][..], false),
            (&[0x02, 0x01, 0x00], true),
            (&[0x02, 0x02, 0x00, 0x7f], false),
            (&[0x02, 0x02, 0x00, 0x80], true),
            (&[0x02, 0x02, 0xff, 0x80], false),
            (&[0x02, 0x02, 0xff, 0x7f], true),
        ] {
            let element = Walker::only(bytes, INTEGER).unwrap();
            assert_eq!(integer(&element).is_ok(), fine, "{bytes:02x?}");
        }
    }

    #[test]
    fn an_object_identifier_is_written_as_people_do() {
        assert_eq!(oid_text(&[0x55, 0x1d, 0x14]), "2.5.29.20");
        assert_eq!(oid_text(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b]), "1.2.840.113549.1.1.11");
    }
}
