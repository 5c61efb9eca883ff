//! What the loop starts from, read from the disk.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use access::credential::keys::KeyVersion;
use access::id::DoorId;
use access::whitelist::{Generation, WhitelistId};
use access::wire::Wire;
use certificates::Authorities;
use db::site::{Condition, Site, SiteError};

use super::StartError;
use crate::authorities;
use crate::clock::utc_now;
use crate::config::{Config, Https};
use crate::desk::Desk;
use crate::distribute::{PerStream, Stream};
use crate::hold::Holds;
use crate::identity::{Identity, IdentityError};
use crate::keys::Keyring;
use crate::line::{Epochs, Line, Said, Sender};
use crate::scan::{self, Found};
use crate::seal::kept::KeptSeals;
use crate::seal::{SealError, SealKey, Trusted};
use crate::stream::Following;

/// The masters, if there are any.
pub(super) async fn masters(config: &Config) -> Result<Option<Arc<Keyring>>, StartError> {
    let (path, site) = (config.masters_file.clone(), config.site.clone());
    let read = move || path.map(|path| Keyring::read(&path, &site)).transpose();
    Ok(tokio::task::spawn_blocking(read).await??.map(Arc::new))
}

/// The authorities whose lists and certificates are believed.
pub(super) async fn authorities(config: &Config) -> Result<Arc<Authorities>, StartError> {
    let paths = config.authorities.clone();
    Ok(Arc::new(tokio::task::spawn_blocking(move || authorities::load(&paths)).await??))
}

/// The key that seals the logs, made if there is none, and those that are believed.
pub(super) async fn seal(config: &Config) -> Result<(SealKey, Trusted, KeptSeals), StartError> {
    let folder = config.identity.clone();
    let open =
        move || Ok::<_, SealError>((SealKey::open(&folder)?, Trusted::read(&folder, &[])?, KeptSeals::read(&folder)?));
    Ok(tokio::task::spawn_blocking(open).await??)
}

/// The site's authority where doors show certificates, with the list of revoked ones as it is now.
pub(super) async fn identity(config: &Config, site: &Site) -> Result<Option<Identity>, StartError> {
    if !config.mqtt.is_tls() && !matches!(config.https, Https::Own(_)) {
        return Ok(None);
    }
    let (folder, site, list) = (config.identity.clone(), site.clone(), config.crl_file().map(Path::to_path_buf));
    let open = move || {
        let now = utc_now().second();
        let identity = Identity::of(&site, &folder, now)?;
        identity.write_list(&site, now, list.as_deref())?;
        Ok::<_, IdentityError>(identity)
    };
    Ok(Some(tokio::task::spawn_blocking(open).await??))
}

/// What the loop starts from.
pub(crate) struct Read {
    pub(crate) sender: Sender,
    pub(crate) found: Generation,
    pub(crate) lines: BTreeMap<DoorId, Line>,
    pub(crate) streams: PerStream<Following>,
    pub(crate) holds: Holds,
}

/// Reads what should be true and where each door stood. All doors are away until they say otherwise.
///
/// # Errors
/// If the database cannot be read.
pub(crate) async fn of_site(config: &Config, site: &Site, secrets: Option<Arc<Keyring>>) -> Result<Read, StartError> {
    let (site, path) = (site.clone(), config.database.display().to_string());
    let read = tokio::task::spawn_blocking(move || read(&site, secrets.as_deref())).await?;
    read.map_err(|source| StartError::Site { path, source })
}

/// The same, on the caller's thread.
///
/// # Errors
/// If the database cannot be read.
pub(crate) fn read(site: &Site, secrets: Option<&Keyring>) -> Result<Read, SiteError> {
    let now = utc_now();
    let sender = Sender { site: site.id().clone(), boot: site.next_boot(now)?, head: site.log_head()? };
    let Found { through, new, mut keys, holds, .. } = scan::all(site, secrets)?;
    check_versions(site, secrets, through)?;
    site.give_up_encodings(now)?;
    let following = |stream: Stream| Ok::<_, SiteError>(Following::new(stream.moved(site, Generation(u64::MAX))?.0));
    let streams = PerStream { counters: following(Stream::Counters)?, passages: following(Stream::Passages)? };
    let mut lines = BTreeMap::new();
    for found in new {
        site.record_offline(&found.door, None, now)?;
        let keys = keys.remove(&found.door).unwrap_or_default();
        let mut line = Line::new(found.door.clone(), found.kind, keys, found.whitelist, found.state);
        let newest = site.freshness(&found.door)?.map(|(epoch, boot, sequence)| Said { epoch, boot, sequence });
        line.epochs = Epochs::since(newest, &site.journals(&found.door)?);
        // It may speak before the door does.
        let wire = site.wire(&found.door)?.and_then(|(min, max)| Wire::common(min, max));
        line.wire = wire.unwrap_or(Wire::OLDEST);
        lines.insert(found.door, line);
    }
    Ok(Read { sender, found: through, lines, streams, holds })
}

/// Cards whose masters are gone are read by no door that asks for credentials.
fn check_versions(site: &Site, secrets: Option<&Keyring>, as_of: Generation) -> Result<(), SiteError> {
    let Some(secrets) = secrets else { return Ok(()) };
    let known: Vec<KeyVersion> = secrets.versions().collect();
    let records = site.credentials(None, as_of)?.into_iter();
    let lost = records.filter(|record| !known.contains(&record.version)).count();
    if lost > 0 {
        tracing::error!(cards = lost, "masters that cards were encoded with are missing; no door can read those cards");
    }
    let condition = Condition { kind: "no-masters", door: None, wrong: lost > 0 };
    site.note_conditions(&[condition], utc_now())
}

impl Desk {
    /// What was compiled for each door.
    pub(crate) fn wanted(&self) -> Vec<(DoorId, WhitelistId, Generation)> {
        self.lines.values().filter_map(Line::wanted).collect()
    }

    /// Says at once which doors admit nobody for want of masters.
    pub(super) fn check_all_masters(&mut self) {
        let doors: Vec<DoorId> = self.lines.keys().cloned().collect();
        doors.iter().for_each(|door| self.check_masters(door));
    }
}
