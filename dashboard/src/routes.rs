//! Which routes there are, and what each asks of whoever calls it.
//!
//! ```text
//!  Routes::get(Right::Events, "/events", handler) ──▶ router
//!                     └──────────────────────────────▶ table ──▶ visit: who asks ──▶ may they? ──▶ handler
//! ```
//!
//! Routes are made here and nowhere else, so none can be without a right. The table that stands before the handlers is the
//! one that the tests read.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodRouter, delete, get, post, put};

use crate::app::App;
use crate::rights::Right;

/// A route as it is called from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Its method. What answers GET also answers HEAD.
    pub method: Method,
    /// Its path, with names in braces.
    pub path: String,
    /// What it asks for; nothing if anybody may call it.
    pub right: Option<Right>,
}

/// Routes while they are put together.
#[derive(Default)]
pub(crate) struct Routes {
    router: Router<App>,
    table: Vec<Route>,
}

impl Routes {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Looks at something.
    pub(crate) fn get<H: Handler<T, App>, T: 'static>(self, right: Right, path: &str, handler: H) -> Self {
        self.add(Method::GET, Some(right), path, get(handler))
    }

    /// Does something.
    pub(crate) fn post<H: Handler<T, App>, T: 'static>(self, right: Right, path: &str, handler: H) -> Self {
        self.add(Method::POST, Some(right), path, post(handler))
    }

    /// Sets something.
    pub(crate) fn put<H: Handler<T, App>, T: 'static>(self, right: Right, path: &str, handler: H) -> Self {
        self.add(Method::PUT, Some(right), path, put(handler))
    }

    /// Ends something.
    pub(crate) fn delete<H: Handler<T, App>, T: 'static>(self, right: Right, path: &str, handler: H) -> Self {
        self.add(Method::DELETE, Some(right), path, delete(handler))
    }

    /// Shows something to anybody, signed in or not.
    pub(crate) fn open_get<H: Handler<T, App>, T: 'static>(self, path: &str, handler: H) -> Self {
        self.add(Method::GET, None, path, get(handler))
    }

    /// Does something for anybody, signed in or not.
    pub(crate) fn open_post<H: Handler<T, App>, T: 'static>(self, path: &str, handler: H) -> Self {
        self.add(Method::POST, None, path, post(handler))
    }

    /// Both.
    pub(crate) fn merge(mut self, other: Self) -> Self {
        self.table.extend(other.table);
        Self { router: self.router.merge(other.router), table: self.table }
    }

    /// All of them below this path.
    pub(crate) fn below(self, prefix: &str) -> Self {
        Self { router: Router::new().nest(prefix, self.router), table: moved(self.table, prefix) }
    }

    /// The table, as it is seen from outside if all of it lies below this path.
    pub(crate) fn table(&self, prefix: &str) -> Vec<Route> {
        moved(self.table.clone(), prefix)
    }

    /// The router, and what is to be asked before its handlers. `prefix` is where it will be mounted.
    pub(crate) fn finish(self, prefix: &str) -> (Router<App>, Table) {
        let mut table: HashMap<String, Methods> = HashMap::new();
        for Route { method, path, right } in moved(self.table, prefix) {
            table.entry(path).or_default().push((method, right));
        }
        (self.router, Table(Arc::new(table)))
    }

    fn add(mut self, method: Method, right: Option<Right>, path: &str, handler: MethodRouter<App>) -> Self {
        self.table.push(Route { method, path: path.to_owned(), right });
        Self { router: self.router.route(path, handler), table: self.table }
    }
}

fn moved(mut table: Vec<Route>, prefix: &str) -> Vec<Route> {
    for route in &mut table {
        route.path.insert_str(0, prefix);
    }
    table
}

/// What is to be asked of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Nothing.
    Nothing,
    /// That it is known who asks: there is no such path, or no such method of it, and strangers do not learn even that.
    Known,
    /// This right.
    Right(Right),
    /// What nobody has: somebody has made a route without this module.
    Impossible,
}

/// The methods of a path, each with what it asks for.
type Methods = Vec<(Method, Option<Right>)>;

/// Path and method to what they need.
#[derive(Clone)]
pub(crate) struct Table(Arc<HashMap<String, Methods>>);

impl Table {
    /// What this request needs, which the router has matched already.
    pub(crate) fn need(&self, request: &Request) -> Need {
        let Some(path) = request.extensions().get::<MatchedPath>() else {
            return Need::Known;
        };
        let Some(methods) = self.0.get(path.as_str()) else {
            return Need::Impossible;
        };
        let asked = if request.method() == Method::HEAD { &Method::GET } else { request.method() };
        match methods.iter().find(|(method, _)| method == asked) {
            Some((_, Some(right))) => Need::Right(*right),
            Some((_, None)) => Need::Nothing,
            // The router answers which methods there are.
            None if methods.iter().all(|(_, right)| right.is_none()) => Need::Nothing,
            None => Need::Known,
        }
    }
}
