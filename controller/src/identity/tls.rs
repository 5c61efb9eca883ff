//! How the controller speaks TLS: version 1.3 and nothing older, with certificates of the site's authority.

use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::version::TLS13;
use rustls::{RootCertStore, ServerConfig};

use super::{Identity, IdentityError, authority};

/// Who may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clients {
    /// Whoever has a certificate of the authority.
    Known,
    /// Everybody; a certificate that is shown must be of the authority.
    Anybody,
}

pub(super) fn server<'a>(
    identity: &Identity,
    hosts: impl IntoIterator<Item = &'a str>,
    clients: Clients,
) -> Result<Arc<ServerConfig>, IdentityError> {
    let failed = |error: &dyn std::fmt::Display| IdentityError::Tls(error.to_string());
    let provider = Arc::new(ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from(identity.inner.certificate.as_slice()).into_owned())
        .map_err(|error| failed(&error))?;
    let mut verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
    if clients == Clients::Anybody {
        verifier = verifier.allow_unauthenticated();
    }
    let verifier = verifier.build().map_err(|error| failed(&error))?;
    let (chain, key) = identity.server(&authority::names(hosts)?)?;
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13])
        .map_err(|error| failed(&error))?
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain, key)
        .map_err(|error| failed(&error))?;
    // Whoever comes back shows the certificate again: what was verified once may have been revoked since.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(Arc::new(config))
}
