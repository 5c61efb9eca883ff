//! `[badge]` and the masters: how cards are encoded.

use access::credential::Sector;
use access::credential::mad::Aid;
use serde::Deserialize;

use super::{Checker, ConfigError};

/// Application ids below this one mean something about the directory itself (NXP AN10787, 3.6).
const APPLICATIONS_FROM: u16 = 0x0100;

/// How cards are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Badge {
    /// Where a card that has no credential yet gets it.
    pub sector: Sector,
    /// What the sector is entered as in the directory of a card that has one.
    pub application: Option<Aid>,
    /// Whether an encoder refuses chips that can be rewritten or have a back door; else they are only noted.
    pub refuse_magic: bool,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct RawBadge {
    sector: Option<u8>,
    application: Option<String>,
    refuse_magic: Option<bool>,
}

impl Default for Badge {
    fn default() -> Self {
        // Others begin with the first.
        Self { sector: Sector::LAST, application: None, refuse_magic: true }
    }
}

impl Checker<'_> {
    pub(super) fn badge(&self, raw: &RawBadge) -> Result<Badge, ConfigError> {
        const APPLICATION: &str = "badge.application";
        let application = raw.application.as_deref().map(|text| {
            let is_id = text.len() == 4 && text.bytes().all(|digit| digit.is_ascii_hexdigit());
            let number = u16::from_str_radix(text, 16).ok().filter(|number| is_id && *number >= APPLICATIONS_FROM);
            number.map(Aid).ok_or_else(|| {
                self.key(
                    APPLICATION,
                    &format!("{text:?} is not the id of an application: four hexadecimal digits, such as \"4811\""),
                )
            })
        });
        let sector = raw.sector.map(Sector::try_from).transpose();
        let default = Badge::default();
        Ok(Badge {
            sector: sector.map_err(|error| self.key("badge.sector", &error))?.unwrap_or(default.sector),
            application: application.transpose()?,
            refuse_magic: raw.refuse_magic.unwrap_or(default.refuse_magic),
        })
    }
}
