//! What a door or an area is called in each language: one form for both.

use db::site::{Language, Names, Translations};

use crate::form::Form;

/// The form as the names are.
pub(super) fn filled(names: &Names) -> Form {
    let given = names.own.iter().map(|(language, name)| (language.code().to_owned(), name.clone()));
    Form::entered(given.collect())
}

/// What was entered: a field for each language. An empty one takes the name away.
pub(super) fn read(form: &Form) -> Translations {
    Language::ALL.into_iter().filter_map(|language| Some((language, form.optional(language.code())?))).collect()
}
