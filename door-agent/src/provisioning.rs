//! Who this door is: the file that `kulku-controller door add` writes.
//!
//! ```json
//! {"format":1,"site":"hospital","door":"pharmacy","key_id":1,"key":"64 hexadecimal digits",
//!  "mqtt":{"host":"127.0.0.1","port":1883}}
//! ```

use std::path::{Path, PathBuf};

use access::envelope::DoorKey;
use access::id::{DoorId, SiteId};
use serde::Deserialize;
use zeroize::Zeroizing;

/// The only format so far.
const FORMAT: u32 = 1;

/// The file has a few hundred bytes; one that has more is another file.
const LENGTH_MAX: u64 = 16 * 1024;

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
}

/// The file cannot be used. Its content is never shown: it holds the door's key.
#[derive(Debug, thiserror::Error)]
#[error(
    "the provisioning file {} cannot be used: {reason}. `kulku-controller door add` writes it",
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
    mqtt: RawMqtt,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMqtt {
    host: String,
    port: u16,
}

impl Provisioning {
    /// Reads and checks the file.
    ///
    /// # Errors
    /// Names the file and what is wrong with it, never what it holds.
    pub fn load(path: &Path) -> Result<Self, ProvisioningError> {
        let fail = |reason: String| ProvisioningError { path: path.to_path_buf(), reason };
        let length = std::fs::metadata(path).map_err(|error| fail(error.to_string()))?.len();
        if length > LENGTH_MAX {
            return Err(fail(format!("it has {length} bytes; {LENGTH_MAX} is the most")));
        }
        let bytes = std::fs::read(path).map(Zeroizing::new).map_err(|error| fail(error.to_string()))?;
        Self::parse(&bytes).map_err(fail)
    }

    fn parse(bytes: &[u8]) -> Result<Self, String> {
        let raw: Raw = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        let digits = Zeroizing::new(raw.key);
        if raw.format != FORMAT {
            return Err(format!("it has format {}, and this agent reads format {FORMAT}", raw.format));
        }
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
        })
    }
}

fn key(text: &str) -> Option<DoorKey> {
    let mut bytes = Zeroizing::new([0_u8; 32]);
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(DoorKey::new(*bytes))
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
        assert!(refused("\"format\":1", "\"format\":2").contains("format 2"));
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
