//! The authorities that a site has configured.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use thiserror::Error;

use crate::certificate::{Certificate, CertificateFault, MAX_CERTIFICATE_BYTES};
use crate::chain::{ChainFault, Search};
use crate::name::Name;

/// How many authorities one site can have. The whole Finnish hierarchy, with the one for tests, has
/// fewer than 40.
pub const MAX_AUTHORITIES: usize = 256;

/// The largest file of authorities: as many as there may be.
pub const MAX_AUTHORITY_FILE_BYTES: usize = MAX_AUTHORITIES * MAX_CERTIFICATE_BYTES;

/// Certificates of authorities, of which some are trusted by themselves (anchors).
///
/// An authority that has signed itself is an anchor, because an administrator put it here. One that
/// another has signed counts only if a chain leads on to an anchor, or if it was added with
/// [`Authorities::trust`].
#[derive(Debug, Clone, Default)]
pub struct Authorities {
    all: Vec<Configured>,
}

#[derive(Debug, Clone)]
pub(crate) struct Configured {
    pub(crate) certificate: Certificate,
    pub(crate) anchor: bool,
}

/// Why an authority cannot be added.
#[derive(Debug, Error)]
pub enum AuthorityFault {
    /// The file cannot be read.
    #[error("the authorities' file {file} cannot be read: {fault}")]
    File {
        /// Its path.
        file: String,
        /// What the system says.
        fault: io::Error,
    },
    /// What is in the file is no certificate.
    #[error("the authorities' file {file}: {fault}")]
    Certificate {
        /// Its path.
        file: String,
        /// What is wrong.
        fault: CertificateFault,
    },
    /// A certificate without `basicConstraints` that say that it is one.
    #[error("certificate {certificate} is not an authority's; add that of the authority which has issued it")]
    NotAnAuthority {
        /// Which certificate.
        certificate: String,
    },
    /// More than [`MAX_AUTHORITIES`].
    #[error(
        "there are {MAX_AUTHORITIES} authorities already, so {certificate} is not added; remove those that have ended"
    )]
    TooMany {
        /// Which certificate.
        certificate: String,
    },
}

impl Authorities {
    /// No authority: nothing passes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds every certificate of the given files (PEM with any number, or DER with one).
    ///
    /// # Errors
    /// A file cannot be read, is too large, or holds what is no authority. Authorities before that
    /// one are added.
    pub fn load<P: AsRef<Path>>(&mut self, files: impl IntoIterator<Item = P>) -> Result<(), AuthorityFault> {
        for path in files {
            let path = path.as_ref();
            let file = path.display().to_string();
            let bytes = contents(path).map_err(|fault| AuthorityFault::File { file: file.clone(), fault })?;
            self.add_all(&file, &bytes)?;
        }
        Ok(())
    }

    /// Adds every certificate of a file's content; `file` is how faults call it.
    ///
    /// # Errors
    /// As for [`Authorities::load`].
    pub fn add_all(&mut self, file: &str, bytes: &[u8]) -> Result<(), AuthorityFault> {
        let all = Certificate::read_all(bytes, MAX_AUTHORITIES)
            .map_err(|fault| AuthorityFault::Certificate { file: file.to_owned(), fault })?;
        all.into_iter().try_for_each(|certificate| self.add(certificate))
    }

    /// Adds one authority: an anchor if it has signed itself, else a link between others. One that
    /// is there already stays as it is.
    ///
    /// # Errors
    /// It is no authority, or there are too many.
    pub fn add(&mut self, certificate: Certificate) -> Result<(), AuthorityFault> {
        let anchor = certificate.is_self_issued() && Search::signed_by(&certificate, &certificate).is_ok();
        self.insert(certificate, anchor)
    }

    /// Adds one authority as an anchor, whoever has signed it.
    ///
    /// # Errors
    /// It is no authority, or there are too many.
    pub fn trust(&mut self, certificate: Certificate) -> Result<(), AuthorityFault> {
        self.insert(certificate, true)
    }

    /// Whether a chain of signatures leads from `certificate` to an anchor, with every link valid
    /// at `at_s` (Unix seconds) and allowed to sign certificates.
    ///
    /// # Errors
    /// The first link that does not hold, by its name.
    pub fn check(&self, certificate: &Certificate, at_s: i64) -> Result<(), ChainFault> {
        Search::over(&self.all, at_s).check(certificate)
    }

    /// Every authority, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = &Certificate> {
        self.all.iter().map(|configured| &configured.certificate)
    }

    /// Those of this name: several while an authority changes its key.
    pub(crate) fn named<'s, 'n>(&'s self, name: &'n Name) -> impl Iterator<Item = &'s Certificate> + use<'s, 'n> {
        self.iter().filter(move |certificate| certificate.subject_name() == name)
    }

    fn insert(&mut self, certificate: Certificate, anchor: bool) -> Result<(), AuthorityFault> {
        if !certificate.is_authority() {
            return Err(AuthorityFault::NotAnAuthority { certificate: certificate.label() });
        }
        let same = self.all.iter_mut().find(|configured| configured.certificate.der() == certificate.der());
        if let Some(same) = same {
            same.anchor |= anchor;
            return Ok(());
        }
        if self.all.len() >= MAX_AUTHORITIES {
            return Err(AuthorityFault::TooMany { certificate: certificate.label() });
        }
        self.all.push(Configured { certificate, anchor });
        Ok(())
    }
}

/// A file's content, and one byte more than is allowed so that a longer one is noticed.
fn contents(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let bound = u64::try_from(MAX_AUTHORITY_FILE_BYTES).unwrap_or(u64::MAX);
    File::open(path)?.take(bound.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}
