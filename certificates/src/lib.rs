//! Certificates of cards and the lists that revoke them.
//!
//! Three subjects, and nothing of doors, people or databases:
//!
//! * [`Certificate`] reads one X.509 certificate (PEM or DER), and [`Authorities`] says whether a
//!   chain of signatures leads from it to an authority that the site has configured.
//! * [`list::read`] reads a certificate revocation list of any length without holding its entries:
//!   the signature is verified before the first entry is looked at, and only the entries that the
//!   caller knows are kept. [`list::follows`] says whether a list may replace the last one.
//!
//! * [`Request`] reads a request for a certificate, of which only the key and its signature count.
//!
//! Nothing here reads a clock: every function that depends on time takes it, in Unix seconds.
//! The rules are those of RFC 5280, less what Kulku does not evaluate (policies and name
//! constraints): a certificate or list that depends on such a thing is refused by its name.
//!
//! Signatures: RSA PKCS#1 v1.5 with SHA-256, SHA-384 or SHA-512 and keys of 2048 to 8192 bits, and
//! ECDSA over P-256 or P-384 with SHA-256 or SHA-384.

mod authorities;
mod certificate;
mod chain;
mod der;
mod extensions;
pub mod list;
mod name;
mod pem;
mod request;
mod serial;
mod signature;
mod subject;
mod time;

pub use authorities::{Authorities, AuthorityFault, MAX_AUTHORITIES, MAX_AUTHORITY_FILE_BYTES};
pub use certificate::{Certificate, CertificateFault, MAX_CERTIFICATE_BYTES};
pub use chain::{ChainFault, MAX_PATH};
pub use der::DerFault;
pub use extensions::KeyUsage;
pub use name::{MAX_NAME_BYTES, Name};
pub use pem::PemFault;
pub use request::{MAX_REQUEST_BYTES, Request, RequestFault};
pub use serial::{MAX_SERIAL_BYTES, Serial, SerialFault};
pub use signature::SignatureFault;
pub use subject::Subject;
