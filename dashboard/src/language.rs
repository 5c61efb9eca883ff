//! The three languages, and every sentence in them. No text stands anywhere else than in `locales`.

use std::borrow::Cow;
use std::collections::HashMap;

use db::site::Language;
use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader as _, langid, static_loader};
use futures_util::stream::{self, Stream};

static_loader! {
    static LOCALES = {
        locales: "./locales",
        fallback_language: "en",
        // Marks that isolate text directions are noise in languages that all run from left to right.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static FI: LanguageIdentifier = langid!("fi");
static SV: LanguageIdentifier = langid!("sv");
static EN: LanguageIdentifier = langid!("en");

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lang {
    Fi,
    Sv,
    En,
}

impl Lang {
    /// In the order in which the pages offer them.
    pub(crate) const ALL: [Self; 3] = [Self::Fi, Self::Sv, Self::En];

    /// The code of BCP 47.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Fi => "fi",
            Self::Sv => "sv",
            Self::En => "en",
        }
    }

    pub(crate) fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lang| lang.code() == code)
    }

    /// The first of ours that an Accept-Language header asks for, by its weights.
    pub(crate) fn from_accept(header: &str) -> Option<Self> {
        let mut wanted: Vec<(f32, Self)> = header.split(',').take(ACCEPTED_MAX).filter_map(weighted).collect();
        // A stable sort: of two with the same weight the first stays first.
        wanted.sort_by(|a, b| b.0.total_cmp(&a.0));
        wanted.first().map(|(_, lang)| *lang)
    }

    /// The sentence with this key.
    pub(crate) fn say(self, key: &str) -> String {
        LOCALES.lookup(self.identifier(), key)
    }

    /// The sentence with this key and these variables.
    pub(crate) fn say_with(self, key: &str, variables: &[(&'static str, FluentValue<'_>)]) -> String {
        let variables: HashMap<Cow<'static, str>, FluentValue<'_>> =
            variables.iter().map(|(name, value)| (Cow::Borrowed(*name), value.clone())).collect();
        LOCALES.lookup_with_args(self.identifier(), key, &variables)
    }

    /// The sentence with this key, if there is one. For codes that a newer door or database may send.
    pub(crate) fn try_say(self, key: &str) -> Option<String> {
        LOCALES.try_lookup(self.identifier(), key)
    }

    /// The same with variables.
    pub(crate) fn try_say_with(self, key: &str, variables: &[(&'static str, FluentValue<'_>)]) -> Option<String> {
        let variables: HashMap<Cow<'static, str>, FluentValue<'_>> =
            variables.iter().map(|(name, value)| (Cow::Borrowed(*name), value.clone())).collect();
        LOCALES.try_lookup_with_args(self.identifier(), key, &variables)
    }

    fn identifier(self) -> &'static LanguageIdentifier {
        match self {
            Self::Fi => &FI,
            Self::Sv => &SV,
            Self::En => &EN,
        }
    }
}

/// The language in which the database is to name doors and areas.
impl From<Lang> for Language {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::Fi => Self::Finnish,
            Lang::Sv => Self::Swedish,
            Lang::En => Self::English,
        }
    }
}

tokio::task_local! {
    /// What whoever reads the answer of this task speaks.
    static READER: Lang;
}

/// Makes an answer for a reader of this language: until it is made, the database names doors and areas so.
pub(crate) async fn reading<T>(lang: Lang, answer: impl Future<Output = T>) -> T {
    READER.scope(lang, answer).await
}

/// What is sent piece by piece behind the head of an answer, which is no part of its making: for the same reader.
pub(crate) fn carried<T>(pieces: impl Stream<Item = T> + Send + 'static) -> impl Stream<Item = T> + Send + 'static {
    let reader = reader();
    let mut pieces = Box::pin(pieces);
    stream::poll_fn(move |context| match reader {
        Some(lang) => READER.sync_scope(lang, || pieces.as_mut().poll_next(context)),
        None => pieces.as_mut().poll_next(context),
    })
}

/// What whoever reads the answer of this task speaks; programs speak nothing.
pub(crate) fn reader() -> Option<Lang> {
    READER.try_with(|lang| *lang).ok()
}

/// Browsers send a handful; more is somebody playing.
const ACCEPTED_MAX: usize = 20;

fn weighted(part: &str) -> Option<(f32, Lang)> {
    let mut parts = part.split(';');
    let tag = parts.next()?.trim().to_ascii_lowercase();
    let lang = Lang::from_code(tag.split('-').next()?)?;
    let weight = parts.find_map(|p| p.trim().strip_prefix("q=")).map_or(Some(1.0), |q| q.parse().ok())?;
    (weight > 0.0).then_some((weight, lang))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browsers_first_wish_that_we_speak_is_taken() {
        for (header, lang) in [
            ("fi", Some(Lang::Fi)),
            ("sv-FI,sv;q=0.9,en;q=0.8", Some(Lang::Sv)),
            ("de,en;q=0.5,fi;q=0.7", Some(Lang::Fi)),
            ("de,fr", None),
            ("fi;q=0,en;q=0.1", Some(Lang::En)),
            ("en;q=x", None),
            ("", None),
        ] {
            assert_eq!(Lang::from_accept(header), lang, "{header}");
        }
    }
}
