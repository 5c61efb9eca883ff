//! A configuration with which Mosquitto does what the embedded broker does.
//!
//! The client's certificate is its identity: its common name becomes user name and client identifier, whatever the
//! client says, and what it may publish and hear follows from that. Nothing is configured for each door.

use std::path::{Path, PathBuf};

use access::envelope::MESSAGE_LENGTH_MAX;
use access::id::SiteId;
use access::time::UtcS;
use db::site::Site;

use super::folder::{self, Readers};
use super::{CONTROLLER, Identity, IdentityError};

/// The broker's certificate, both where Mosquitto reads it and where the controller looks when it ends.
pub(crate) const CERTIFICATE: &str = "broker.pem";

const CONFIG: &str = "mosquitto.conf";
const RIGHTS: &str = "acl";
const AUTHORITY: &str = "authority.pem";
const KEY: &str = "broker.key";
const LIST: &str = "crl.pem";

/// Reports that may wait for a controller that is busy; beyond it Mosquitto drops them without a word, and the doors
/// send them again.
const QUEUED_MAX: u32 = 100_000;

/// Messages on their way to one client without its acknowledgement.
const INFLIGHT_MAX: u32 = 200;

/// Where Mosquitto shall listen and under which names.
pub(crate) struct Place<'a> {
    pub(crate) port: u16,
    /// This address only, if any.
    pub(crate) bind: Option<std::net::IpAddr>,
    pub(crate) hosts: &'a [String],
}

/// Writes everything that Mosquitto needs into a folder; what was there before is replaced. Returns the path of the
/// configuration.
pub(crate) fn write(
    identity: &Identity,
    site: &Site,
    out: &Path,
    place: &Place<'_>,
    now: UtcS,
) -> Result<PathBuf, IdentityError> {
    let failed = |source| IdentityError::File { path: out.to_path_buf(), source };
    folder::make(out)?;
    // Mosquitto takes paths from where it was started.
    let out = std::fs::canonicalize(out).map_err(failed)?;
    let broker = identity.external_broker(place.hosts, now)?;
    folder::write(&out.join(AUTHORITY), identity.certificate_pem(), Readers::Everybody)?;
    // A folder that was made for both accounts has Mosquitto's group.
    folder::write(&out.join(KEY), &broker.key, Readers::Group)?;
    folder::write(&out.join(CERTIFICATE), &broker.certificate, Readers::Everybody)?;
    folder::write(&identity.inner.folder.join(CERTIFICATE), &broker.certificate, Readers::Everybody)?;
    identity.write_list(site, now, Some(&out.join(LIST)))?;
    folder::write(&out.join(RIGHTS), &rights(site.id()), Readers::Everybody)?;
    let config = out.join(CONFIG);
    folder::write(&config, &text(&out, place), Readers::Everybody)?;
    Ok(config)
}

fn text(out: &Path, place: &Place<'_>) -> String {
    let file = |name: &str| out.join(name).display().to_string();
    let bind = place.bind.map(|bind| format!(" {bind}")).unwrap_or_default();
    let (authority, certificate, key) = (file(AUTHORITY), file(CERTIFICATE), file(KEY));
    let (list, rights) = (file(LIST), file(RIGHTS));
    format!(
        "# Made by kulku-controller mosquitto-config, which makes it anew: change nothing here.\n\
         listener {port}{bind}\n\
         cafile {authority}\n\
         certfile {certificate}\n\
         keyfile {key}\n\
         crlfile {list}\n\
         tls_version tlsv1.3\n\
         require_certificate true\n\
         use_identity_as_username true\n\
         use_username_as_clientid true\n\
         allow_anonymous false\n\
         acl_file {rights}\n\
         persistence false\n\
         retain_available false\n\
         set_tcp_nodelay true\n\
         max_packet_size {MESSAGE_LENGTH_MAX}\n\
         max_queued_messages {QUEUED_MAX}\n\
         max_inflight_messages {INFLIGHT_MAX}\n",
        port = place.port
    )
}

fn rights(site: &SiteId) -> String {
    format!(
        "pattern write kulku/{site}/%u/up/#\n\
         pattern read kulku/{site}/%u/down/#\n\
         \n\
         user {CONTROLLER}\n\
         topic read kulku/{site}/+/up/#\n\
         topic write kulku/{site}/+/down/#\n"
    )
}
