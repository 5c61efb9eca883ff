//! Whoever stands between a door and its controller hears nothing: the check comes before the first word.

use access::enrol::ENROL_NAME;
use door_agent::enrol::{EnrolError, enrol};

use crate::fake::{Authority, Server, Shown, soon};

/// What a door says of a server, which must not have got through the handshake: there is no key under which it could
/// read anything then.
async fn met(server: &Server, site: &Authority) -> EnrolError {
    let (code, place) = (site.code(), server.place());
    let (door, server) = soon(async { tokio::join!(enrol(&code, &place), server.accept()) }).await;
    assert!(server.is_err(), "the handshake must not come to its end");
    door.unwrap_err()
}

#[tokio::test]
async fn who_cannot_show_the_authority_of_the_code_hears_nothing() {
    let (site, thief) = (Authority::new(), Authority::new());
    let with_the_real_one = |mut shown: Shown| {
        // The authority's certificate is no secret, so a thief can show it; the key of it is.
        shown.chain = vec![shown.chain[0].clone(), site.der()];
        shown
    };
    let alone = |mut shown: Shown| {
        shown.chain.truncate(1);
        shown
    };
    for shown in [
        thief.controller(),
        with_the_real_one(thief.controller()),
        // Certificates of the site that are not the controller's: a broker's, a door's.
        site.shown(&["127.0.0.1", "kulku.example"]),
        site.shown(&[]),
        // Not even known, since it is not shown.
        alone(site.controller()),
    ] {
        let error = met(&Server::start(shown, None).await, &site).await;
        assert!(matches!(error, EnrolError::Foreign { .. }), "{error}");
        assert!(!error.passes_by_itself());
        assert!(!error.to_string().contains("a1b2c3"));
    }
}

#[tokio::test]
async fn an_older_tls_hears_nothing() {
    let site = Authority::new();
    let error = met(&Server::old(site.controller()).await, &site).await;
    assert!(matches!(error, EnrolError::Unreachable { .. } | EnrolError::NotBelieved { .. }), "{error}");
}

#[tokio::test]
async fn a_thief_who_copies_the_chain_has_not_its_key() {
    let site = Authority::new();
    let real = site.controller();
    let own = Authority::new().shown(&[ENROL_NAME]);
    let server = Server::start_unchecked(Shown { chain: real.chain, key: own.key }).await;
    let error = met(&server, &site).await;
    assert!(matches!(error, EnrolError::Foreign { .. } | EnrolError::Unreachable { .. }), "{error}");
}
