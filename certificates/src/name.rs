//! Distinguished names: compared as they are written, shown as people read them.

use std::fmt;
use std::hash::{Hash, Hasher};

use x509_parser::prelude::FromDer;
use x509_parser::x509::{AttributeTypeAndValue, X509Name};

use crate::der::DerFault;

/// Texts of names stay readable in a log line; a longer one is cut.
const MAX_TEXT_CHARS: usize = 256;

/// The longest name. Those of authorities have about 100 bytes; one that fills a file is no name,
/// and is refused before its text is made.
pub const MAX_NAME_BYTES: usize = 4096;

/// A distinguished name.
///
/// Two names are equal if their DER is: RFC 5280 (4.1.2.4) has an authority write its name in the
/// same way everywhere, and a looser comparison could let one authority speak for another.
#[derive(Clone, Eq)]
pub struct Name {
    der: Vec<u8>,
    text: String,
}

impl Name {
    /// From the DER that [`Name::der`] gave.
    ///
    /// # Errors
    /// The bytes are no name, more than [`MAX_NAME_BYTES`], or more follow.
    pub fn from_der(der: &[u8]) -> Result<Self, DerFault> {
        if der.len() > MAX_NAME_BYTES {
            return Err(DerFault::Value("a name of so many bytes"));
        }
        match X509Name::from_der(der) {
            Ok(([], name)) => Ok(Self::of(&name)),
            Ok((rest, _)) => Err(DerFault::Trailing { bytes: rest.len() }),
            Err(_) => Err(DerFault::Value("a distinguished name")),
        }
    }

    pub(crate) fn of(name: &X509Name<'_>) -> Self {
        let parts = name.iter_attributes().map(|attribute| format!("{}={}", short(attribute), text_of(attribute)));
        let text = parts.collect::<Vec<_>>().join(", ");
        Self { der: name.as_raw().to_vec(), text: text.chars().take(MAX_TEXT_CHARS).collect() }
    }

    /// The name as it is written in the certificate.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The name for people: `C=FI, O=…, CN=…`.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.der.hash(state);
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({})", self.text)
    }
}

/// An attribute's value, without characters that could break a line or a terminal.
pub(crate) fn text_of(attribute: &AttributeTypeAndValue<'_>) -> String {
    let bytes = attribute.as_slice();
    let text = match attribute.attr_value().tag().0 {
        // BMPString: UTF-16, big-endian.
        30 => {
            let units = bytes.chunks_exact(2).map(|pair| match pair {
                [high, low] => u16::from_be_bytes([*high, *low]),
                _ => 0,
            });
            char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        // TeletexString: what authorities write in it is ISO 8859-1.
        20 => bytes.iter().map(|&byte| char::from(byte)).collect(),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    };
    text.chars().filter(|c| !c.is_control()).collect()
}

fn short(attribute: &AttributeTypeAndValue<'_>) -> String {
    let oid = attribute.attr_type().to_id_string();
    let short = match oid.as_str() {
        "2.5.4.3" => "CN",
        "2.5.4.4" => "SN",
        "2.5.4.5" => "serialNumber",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "2.5.4.12" => "title",
        "2.5.4.42" => "GN",
        "2.5.4.65" => "pseudonym",
        "0.9.2342.19200300.100.1.25" => "DC",
        _ => return oid,
    };
    short.to_owned()
}
