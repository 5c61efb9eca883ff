//! Calls of the API while they are put together: a route with its right, and what its handler's own types say of it.
//!
//! ```text
//!  Calls::post(right, "/people", add) ──▶ Routes                 who may
//!         add(…, Body<Add>) -> Result<Created<PersonShape>, _>
//!               └──────────────┴──────▶ Operation                what goes in, what comes out
//! ```

use axum::handler::Handler;
use axum::http::Method;

use super::openapi::describe::{Answering, Asking, Describe, describe};
use crate::app::App;
use crate::rights::Right;
use crate::routes::Routes;

/// A call, as the document tells of it.
#[derive(Clone)]
pub(crate) struct Operation {
    pub(crate) method: Method,
    /// With names in braces.
    pub(crate) path: String,
    pub(crate) right: Right,
    pub(crate) describe: Describe,
}

/// See the module. Every call is made here, so none can be without an operation.
#[derive(Default)]
pub(crate) struct Calls {
    routes: Routes,
    operations: Vec<Operation>,
}

impl Calls {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Looks at something.
    pub(super) fn get<H, T>(mut self, right: Right, path: &str, handler: H) -> Self
    where
        H: Handler<T, App> + Answering<T>,
        T: Asking + 'static,
    {
        self.note::<H, T>(Method::GET, right, path);
        Self { routes: self.routes.get(right, path, handler), ..self }
    }

    /// Does something.
    pub(super) fn post<H, T>(mut self, right: Right, path: &str, handler: H) -> Self
    where
        H: Handler<T, App> + Answering<T>,
        T: Asking + 'static,
    {
        self.note::<H, T>(Method::POST, right, path);
        Self { routes: self.routes.post(right, path, handler), ..self }
    }

    /// The same behind layers of its own.
    pub(super) fn post_behind<H, T, L>(
        mut self,
        right: Right,
        path: &str,
        handler: H,
        layers: impl FnOnce(H) -> L,
    ) -> Self
    where
        H: Handler<T, App> + Answering<T>,
        T: Asking + 'static,
        L: Handler<T, App>,
    {
        self.note::<H, T>(Method::POST, right, path);
        Self { routes: self.routes.post(right, path, layers(handler)), ..self }
    }

    /// Sets something.
    pub(super) fn put<H, T>(mut self, right: Right, path: &str, handler: H) -> Self
    where
        H: Handler<T, App> + Answering<T>,
        T: Asking + 'static,
    {
        self.note::<H, T>(Method::PUT, right, path);
        Self { routes: self.routes.put(right, path, handler), ..self }
    }

    /// Ends something.
    pub(super) fn delete<H, T>(mut self, right: Right, path: &str, handler: H) -> Self
    where
        H: Handler<T, App> + Answering<T>,
        T: Asking + 'static,
    {
        self.note::<H, T>(Method::DELETE, right, path);
        Self { routes: self.routes.delete(right, path, handler), ..self }
    }

    /// Both.
    pub(super) fn merge(mut self, other: Self) -> Self {
        self.operations.extend(other.operations);
        Self { routes: self.routes.merge(other.routes), ..self }
    }

    /// The routes below this path, and all operations as they are called from outside, where that lies below `place`.
    pub(super) fn below(self, place: &str, path: &str) -> (Routes, Vec<Operation>) {
        let mut operations = self.operations;
        operations.iter_mut().for_each(|operation| operation.path.insert_str(0, &format!("{place}{path}")));
        (self.routes.below(path), operations)
    }

    fn note<H: Answering<T>, T: Asking>(&mut self, method: Method, right: Right, path: &str) {
        let describe = describe::<H, T>;
        self.operations.push(Operation { method, path: path.to_owned(), right, describe });
    }
}
