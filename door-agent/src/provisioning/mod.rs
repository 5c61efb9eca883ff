//! Who this door is: the file that `kulku-door-agent enrol` writes, or `kulku-controller door add` where the broker speaks
//! no TLS.
//!
//! ```json
//! {"format":2,"site":"hospital","door":"pharmacy","key_id":2,"key":"64 hexadecimal digits",
//!  "mqtt":{"host":"kulku.example","port":8883},"enrol":{"host":"kulku.example","port":8443},
//!  "identity":{"authority":"PEM","certificate":"PEM","private_key":"PEM"}}
//! ```
//!
//! Format 1 has neither `enrol` nor `identity`. What is renewed lies in the data folder, where the agent may write:
//! see [`Provisioning::renewed`].

mod files;
mod identity;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use access::enrol::Place;
use access::envelope::DoorKey;
use access::id::{DoorId, SiteId};
use serde::Deserialize;
use serde_json::{Value, json};
use zeroize::Zeroizing;

pub use files::NewFile;
use identity::RawIdentity;
pub use identity::{Identity, Life};

/// Without TLS.
const FORMAT_PLAIN: u32 = 1;

/// With a certificate.
const FORMAT: u32 = 2;

/// The format of [`RENEWED_FILE`].
const FORMAT_RENEWED: u32 = 1;

/// Name of the file in the data folder that holds a renewed certificate.
pub const RENEWED_FILE: &str = "identity.json";

/// What a door is told once, when it is installed.
#[derive(Debug, Clone)]
pub struct Provisioning {
    /// The site that it belongs to.
    pub site: SiteId,
    /// Its name there.
    pub door: DoorId,
    /// Which of its keys this is.
    pub key_id: u32,
    /// The secret that it shares with the controller.
    pub key: DoorKey,
    /// The broker's name or address.
    pub mqtt_host: String,
    /// The broker's port.
    pub mqtt_port: u16,
    /// Its certificate; none where the broker speaks no TLS.
    pub identity: Option<Arc<Identity>>,
}

/// The file cannot be used. Its content is never shown: it holds the door's key.
#[derive(Debug, thiserror::Error)]
#[error(
    "the provisioning file {} cannot be used: {reason}. `kulku-door-agent enrol` writes it",
    path.display()
)]
pub struct ProvisioningError {
    path: PathBuf,
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    format: u32,
    site: SiteId,
    door: DoorId,
    key_id: u32,
    key: String,
    mqtt: Place,
    enrol: Option<Place>,
    identity: Option<RawIdentity>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRenewed {
    format: u32,
    mqtt: Place,
    identity: RawIdentity,
}

impl Provisioning {
    /// Reads and checks the file.
    ///
    /// # Errors
    /// Names the file and what is wrong with it, never what it holds.
    pub fn load(path: &Path) -> Result<Self, ProvisioningError> {
        let fail = |reason: String| ProvisioningError { path: path.to_path_buf(), reason };
        let bytes = files::read(path).map_err(|error| fail(error.to_string()))?;
        let provisioning = Self::parse(&bytes).map_err(fail)?;
        let open = files::open_to_everybody(path).map_err(|error| fail(error.to_string()))?;
        if open && provisioning.identity.is_some() {
            let advice = "every account of this machine may read it: run chmod 640 on it, and consider enrolling again";
            return Err(fail(advice.to_owned()));
        }
        Ok(provisioning)
    }

    /// Writes it into a file that was prepared.
    ///
    /// # Errors
    /// What the operating system says; there is no file then.
    pub fn write(&self, file: NewFile) -> std::io::Result<()> {
        let mut value = json!({
            "format": FORMAT_PLAIN,
            "site": self.site.as_str(),
            "door": self.door.as_str(),
            "key_id": self.key_id,
            "key": hex(self.key.expose()),
            "mqtt": { "host": self.mqtt_host, "port": self.mqtt_port },
        });
        if let (Some(identity), Some(fields)) = (&self.identity, value.as_object_mut()) {
            fields.insert("format".to_owned(), json!(FORMAT));
            fields.insert("enrol".to_owned(), json!(identity.enrol));
            fields.insert("identity".to_owned(), identity.json());
        }
        file.write(&text(&value))
    }

    /// The same with the certificate that was renewed into the data folder, if there is one of the same authority
    /// that is newer. One that cannot be read is left: the door's first certificate may still do, and is renewed.
    #[must_use]
    pub fn renewed(mut self, data: &Path) -> Self {
        let Some(first) = self.identity.clone() else { return self };
        let path = data.join(RENEWED_FILE);
        if !path.exists() {
            return self;
        }
        match Self::read_renewed(&path, &first) {
            Ok((mqtt, renewed)) if renewed.life().from > first.life().from => {
                (self.mqtt_host, self.mqtt_port) = (mqtt.host, mqtt.port);
                self.identity = Some(Arc::new(renewed));
            }
            Ok(_) => {}
            Err(reason) => {
                tracing::warn!(file = %path.display(), reason, "the renewed certificate cannot be used; the first is");
            }
        }
        self
    }

    fn read_renewed(path: &Path, first: &Identity) -> Result<(Place, Identity), String> {
        let bytes = files::read(path).map_err(|error| error.to_string())?;
        let raw: RawRenewed = serde_json::from_slice(&bytes).map_err(|error| without_secrets(&error))?;
        if raw.format != FORMAT_RENEWED {
            return Err(format!("it has format {}, and this agent reads format {FORMAT_RENEWED}", raw.format));
        }
        let renewed = Identity::from_raw(raw.identity, first.enrol.clone())?;
        if renewed.authority() != first.authority() {
            return Err("it is of another authority".to_owned());
        }
        Ok((raw.mqtt, renewed))
    }

    /// Writes a renewed certificate into the data folder, and where the broker is now.
    ///
    /// # Errors
    /// What the operating system says; what was there before is there then.
    pub fn keep_renewed(data: &Path, mqtt: &Place, identity: &Identity) -> std::io::Result<()> {
        let value = json!({ "format": FORMAT_RENEWED, "mqtt": mqtt, "identity": identity.json() });
        files::replace(&data.join(RENEWED_FILE), &text(&value))
    }

    fn parse(bytes: &[u8]) -> Result<Self, String> {
        let raw: Raw = serde_json::from_slice(bytes).map_err(|error| without_secrets(&error))?;
        let digits = Zeroizing::new(raw.key);
        let identity = match (raw.format, raw.enrol, raw.identity) {
            (FORMAT_PLAIN, None, None) => None,
            (FORMAT, Some(enrol), Some(identity)) => Some(Arc::new(Identity::from_raw(identity, enrol)?)),
            (FORMAT_PLAIN | FORMAT, _, _) => {
                return Err(format!("format {FORMAT} has enrol and identity, and format {FORMAT_PLAIN} has neither"));
            }
            (other, _, _) => {
                return Err(format!("it has format {other}, and this agent reads formats {FORMAT_PLAIN} and {FORMAT}"));
            }
        };
        if raw.mqtt.host.is_empty() {
            return Err("mqtt.host is empty".to_owned());
        }
        let key = key(&digits).ok_or("key must be 64 hexadecimal digits")?;
        Ok(Self {
            site: raw.site,
            door: raw.door,
            key_id: raw.key_id,
            key,
            mqtt_host: raw.mqtt.host,
            mqtt_port: raw.mqtt.port,
            identity,
        })
    }
}

fn text(value: &Value) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(format!("{value}\n").into_bytes())
}

/// A door's key from its 64 hexadecimal digits.
pub(crate) fn key(text: &str) -> Option<DoorKey> {
    let mut bytes = Zeroizing::new([0_u8; 32]);
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(DoorKey::new(*bytes))
}

/// Longest run of letters and digits that an error may repeat from a file: longer than every key's name, shorter than every
/// secret.
const SHOWN_MAX: usize = 20;

/// What is wrong with the text, without what might be a secret that has slipped into another place of it.
fn without_secrets(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let long = |part: &str| part.len() > SHOWN_MAX;
    if text.split(|c: char| !(c.is_ascii_alphanumeric() || "+/=_".contains(c))).any(long) {
        return format!("something is wrong at line {}, column {}", error.line(), error.column());
    }
    text
}

/// The bytes as lower-case hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"format":1,"site":"hospital","door":"pharmacy","key_id":3,
        "key":"000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F",
        "mqtt":{"host":"broker","port":1883}}"#;

    fn refused(from: &str, to: &str) -> String {
        assert!(GOOD.contains(from));
        Provisioning::parse(GOOD.replace(from, to).as_bytes()).unwrap_err()
    }

    #[test]
    fn a_good_file_is_understood() {
        let door = Provisioning::parse(GOOD.as_bytes()).unwrap();
        assert_eq!((door.key_id, door.mqtt_port), (3, 1883));
        assert_eq!(hex(&door.key.expose()[..3]), "000102");
        assert_eq!(door.key.expose()[31], 0x1F);
    }

    #[test]
    fn a_bad_file_is_refused_by_its_key_and_never_shown() {
        assert!(refused("\"format\":1", "\"format\":3").contains("format 3"));
        assert!(refused("\"format\":1", "\"format\":2").contains("identity"));
        assert!(refused("1E1F\"", "1E\"").contains("64"));
        assert!(refused("1E1F\"", "1E1G\"").contains("64"));
        assert!(refused("\"pharmacy\"", "\"The Pharmacy\"").contains("The Pharmacy"));
        assert!(refused("\"key_id\":3", "\"key_no\":3").contains("key_no"));
        assert!(!refused("1E1F\"", "1E1G\"").contains("0001"));
    }

    #[test]
    fn the_file_is_named() {
        let error = Provisioning::load(Path::new("no-such.json")).unwrap_err().to_string();
        assert!(error.contains("no-such.json"), "{error}");
    }
}
