//! Whether the broker answers, and believes this door.

use std::io::{ErrorKind, Read as _};
use std::net::TcpStream;
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, Stream};
use service::doctor::Finding;
use service::machine::{ANSWER_WAIT, reach};

use crate::provisioning::Provisioning;

const CHECK: &str = "broker";

/// The broker, and where the certificate is renewed. No message is sent: a session of this door would end the one of an
/// agent that runs.
pub(super) fn look(door: &Provisioning) -> Vec<Finding> {
    let mut findings = vec![broker(door)];
    if let Some(identity) = &door.identity {
        let place = &identity.enrol;
        findings.push(match reach(&place.host, place.port) {
            Ok(_) => Finding::well(
                "renewal",
                format!("{}, port {}, answers, where certificates are renewed", place.host, place.port),
            ),
            Err((found, remedy)) => Finding::attention("renewal", found, remedy),
        });
    }
    findings
}

fn broker(door: &Provisioning) -> Finding {
    let (host, port) = (door.mqtt_host.as_str(), door.mqtt_port);
    let stream = match reach(host, port) {
        Ok(stream) => stream,
        Err((found, remedy)) => return Finding::wrong(CHECK, found, remedy),
    };
    let Some(identity) = &door.identity else {
        return Finding::well(CHECK, format!("{host}, port {port}, answers"));
    };
    let shaken = identity.tls().and_then(|tls| shake_hands(stream, host, tls.client_config()));
    match shaken {
        Ok(()) => Finding::well(
            CHECK,
            format!("{host}, port {port}, is of the site's authority and takes this door's certificate"),
        ),
        Err(reason) => Finding::wrong(
            CHECK,
            format!("{host}, port {port}, answers, and no secure connection comes about: {reason}"),
            "see that the name is the one that doors_connect_to gives, that nothing in between opens the connection, and that \
             the door was not revoked (kulku-controller door identities); else enrol it again",
        ),
    }
}

fn shake_hands(mut stream: TcpStream, host: &str, config: Arc<ClientConfig>) -> Result<(), String> {
    let name = ServerName::try_from(host.to_owned()).map_err(|error| error.to_string())?;
    let mut session = ClientConnection::new(config, name).map_err(|error| error.to_string())?;
    stream
        .set_read_timeout(Some(ANSWER_WAIT))
        .and_then(|()| stream.set_write_timeout(Some(ANSWER_WAIT)))
        .map_err(|error| error.to_string())?;
    while session.is_handshaking() {
        session.complete_io(&mut stream).map_err(|error| error.to_string())?;
    }
    // Whom the broker does not believe it tells after the handshake. To one that it believes it says nothing, and waits.
    match Stream::new(&mut session, &mut stream).read(&mut [0]) {
        Ok(0) => Err("the broker has hung up".to_owned()),
        Ok(_) => Ok(()),
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}
