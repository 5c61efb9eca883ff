//! What the types of a handler say of its call. An extractor says what goes in, the answer what comes out; a handler with
//! one that says nothing here does not compile as a call.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::{Extension, Json};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::api::answer::{Accepted, Created, Done, Spreadsheet, Tagged};
use crate::api::body::{Body, Optional};
use crate::api::tag::IfMatch;
use crate::app::App;
use crate::fault::Fault;
use crate::plan::Turn;
use crate::query::Pairs;
use crate::rights::Access;
use crate::visit::Caller;

/// Writes what a handler says into a draft.
pub(crate) type Describe = fn(&mut Draft<'_>);

/// What is known of a call so far.
pub(crate) struct Draft<'a> {
    /// Bodies are told where they stand.
    pub(super) bodies: &'a mut SchemaGenerator,
    /// Answers by their names.
    pub(super) answers: &'a mut SchemaGenerator,
    pub(super) body: Option<Value>,
    pub(super) success: Map<String, Value>,
    /// Whether it reads the query.
    pub(super) query: bool,
    /// Whether an edit can be bound to what was seen.
    pub(super) if_match: bool,
}

impl Draft<'_> {
    fn takes<T: JsonSchema>(&mut self, required: bool) {
        let schema = self.bodies.subschema_for::<T>();
        self.body = Some(json!({"required": required, "content": {"application/json": {"schema": schema}}}));
    }

    fn gives<T: JsonSchema>(&mut self, status: &str, about: &str, headers: &[(&str, &str)]) {
        let schema = self.answers.subschema_for::<T>();
        self.gives_as(status, about, headers, Some(("application/json", schema)));
    }

    fn gives_as(&mut self, status: &str, about: &str, headers: &[(&str, &str)], content: Option<(&str, Schema)>) {
        let mut answer = json!({ "description": about });
        if let (Some(answer), Some((kind, schema))) = (answer.as_object_mut(), content) {
            answer.insert("content".to_owned(), json!({ kind: {"schema": schema} }));
        }
        let told = headers.iter().map(|(name, about)| {
            let header = json!({"description": about, "schema": {"type": "string"}});
            ((*name).to_owned(), header)
        });
        let told: Map<String, Value> = told.collect();
        if let (Some(answer), false) = (answer.as_object_mut(), told.is_empty()) {
            answer.insert("headers".to_owned(), Value::Object(told));
        }
        self.success.insert(status.to_owned(), answer);
    }
}

/// An extractor.
pub(crate) trait Asks {
    fn ask(_: &mut Draft<'_>) {}
}

// What is in the path stands in the pattern of the route; the others ask for nothing that a program could send.
impl<T> Asks for Path<T> {}
impl Asks for State<App> {}
impl Asks for Caller {}
impl Asks for Access {}
impl Asks for Extension<Turn> {}
impl Asks for HeaderMap {}

impl Asks for Pairs {
    fn ask(draft: &mut Draft<'_>) {
        draft.query = true;
    }
}

impl Asks for IfMatch {
    fn ask(draft: &mut Draft<'_>) {
        draft.if_match = true;
    }
}

impl<T: JsonSchema> Asks for Body<T> {
    fn ask(draft: &mut Draft<'_>) {
        draft.takes::<T>(true);
    }
}

impl<T: JsonSchema> Asks for Optional<T> {
    fn ask(draft: &mut Draft<'_>) {
        draft.takes::<T>(false);
    }
}

/// A file that is imported.
impl Asks for Bytes {
    fn ask(draft: &mut Draft<'_>) {
        let file = json!({"schema": {"type": "string"}});
        let rights = json!({"schema": {"type": "array", "items": {"type": "object"}}});
        draft.body = Some(json!({"required": true, "content": {"text/csv": file, "application/json": rights}}));
    }
}

/// An answer.
pub(crate) trait Answers {
    fn answer(draft: &mut Draft<'_>);
}

impl<T: Answers> Answers for Result<T, Fault> {
    fn answer(draft: &mut Draft<'_>) {
        T::answer(draft);
    }
}

impl<T: JsonSchema> Answers for Json<T> {
    fn answer(draft: &mut Draft<'_>) {
        draft.gives::<T>("200", "As asked for", &[]);
    }
}

impl<T: JsonSchema> Answers for Created<T> {
    fn answer(draft: &mut Draft<'_>) {
        draft.gives::<T>("201", "It was made", &[("Location", "Where it is, if it is to be found somewhere")]);
    }
}

impl<T: JsonSchema> Answers for Accepted<T> {
    fn answer(draft: &mut Draft<'_>) {
        draft.gives::<T>("202", "It was asked for", &[("Location", "Where to see what becomes of it")]);
    }
}

impl<T: JsonSchema> Answers for Tagged<T> {
    fn answer(draft: &mut Draft<'_>) {
        draft.gives::<T>("200", "As asked for", &[("ETag", "The version, to be handed in as If-Match")]);
    }
}

impl Answers for Spreadsheet {
    fn answer(draft: &mut Draft<'_>) {
        let text = draft.answers.subschema_for::<String>();
        draft.gives_as("200", "A table of RFC 4180", &[], Some(("text/csv", text)));
    }
}

impl Answers for Done {
    fn answer(draft: &mut Draft<'_>) {
        draft.gives_as("204", "It is done", &[], None);
    }
}

/// What all extractors of a handler ask for: the type by which axum tells handlers apart is a tuple of them.
pub(crate) trait Asking {
    fn ask(draft: &mut Draft<'_>);
}

/// A handler whose answer describes itself.
pub(crate) trait Answering<T> {
    type Answer: Answers;
}

/// What a handler says of its call.
pub(crate) fn describe<H: Answering<T>, T: Asking>(draft: &mut Draft<'_>) {
    T::ask(draft);
    H::Answer::answer(draft);
}

macro_rules! handlers {
    ($($extractor:ident)*) => {
        impl<M, $($extractor: Asks),*> Asking for (M, $($extractor,)*) {
            fn ask(draft: &mut Draft<'_>) {
                let _ = &draft;
                $($extractor::ask(draft);)*
            }
        }

        impl<F, R, M, $($extractor),*> Answering<(M, $($extractor,)*)> for F
        where
            F: FnOnce($($extractor),*) -> R,
            R: Future,
            R::Output: Answers,
        {
            type Answer = R::Output;
        }
    };
}

handlers!();
handlers!(A);
handlers!(A B);
handlers!(A B C);
handlers!(A B C D);
handlers!(A B C D E);
handlers!(A B C D E G);
handlers!(A B C D E G H);
