//! Light, dark, or as the system says: what somebody has chosen for their browser.
//!
//! It is kept in a cookie and not in the account, since it belongs to a screen: the control room's is dark at night
//! whoever sits there. It stands in the page itself, so that nothing flashes and no script is needed.

use axum::http::HeaderMap;
use axum::http::header::COOKIE;

/// The cookie that remembers it.
pub(crate) const COOKIE_NAME: &str = "kulku-theme";

/// A theme of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Theme {
    /// Whatever the system is set to.
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    /// In the order in which the page offers them.
    pub(crate) const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The stable code.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub(crate) fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.code() == code)
    }

    /// What a browser has chosen.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(name, _)| *name == COOKIE_NAME).and_then(|(_, code)| Self::from_code(code)).unwrap_or_default()
    }

    /// Whether it is another than the system's.
    pub(crate) fn is_chosen(self) -> bool {
        self != Self::System
    }

    /// The schemes that a page is drawn in, as CSS names them.
    pub(crate) fn schemes(self) -> &'static str {
        match self {
            Self::System => "light dark",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}
