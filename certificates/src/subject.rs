//! Who a certificate is about.

use std::fmt;

use x509_parser::x509::X509Name;

use crate::name::text_of;

/// What a certificate says about its holder. Personal: it is shown to operators and never logged.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Subject {
    /// `commonName` (2.5.4.3).
    pub common_name: Option<String>,
    /// `serialNumber` (2.5.4.5): on a card the FINUID or the card's identity, and not the serial
    /// number of the certificate.
    pub serial_number: Option<String>,
    /// `title` (2.5.4.12).
    pub title: Option<String>,
    /// `pseudonym` (2.5.4.65): in health care the doctor's identifier.
    pub pseudonym: Option<String>,
    /// `surname` (2.5.4.4).
    pub surname: Option<String>,
    /// `givenName` (2.5.4.42).
    pub given_name: Option<String>,
}

impl Subject {
    pub(crate) fn of(name: &X509Name<'_>) -> Self {
        let first = |wanted: &str| {
            name.iter_attributes().find(|attribute| attribute.attr_type().to_id_string() == wanted).map(text_of)
        };
        Self {
            common_name: first("2.5.4.3"),
            serial_number: first("2.5.4.5"),
            title: first("2.5.4.12"),
            pseudonym: first("2.5.4.65"),
            surname: first("2.5.4.4"),
            given_name: first("2.5.4.42"),
        }
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Subject(redacted)")
    }
}
