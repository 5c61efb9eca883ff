//! The style sheet and the one script, in the program itself. Their names carry a digest of their
//! content, so browsers may keep them for ever.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256};

use crate::fault::Fault;
use crate::hex;

const CSS: &[u8] = include_bytes!("../assets/kulku.css");
const JS: &[u8] = include_bytes!("../assets/kulku.js");
const ICON: &[u8] = include_bytes!("../assets/icon.svg");

static CSS_PATH: LazyLock<String> = LazyLock::new(|| path("css", CSS));
static JS_PATH: LazyLock<String> = LazyLock::new(|| path("js", JS));
static ICON_PATH: LazyLock<String> = LazyLock::new(|| path("svg", ICON));

pub(crate) fn css_path() -> &'static str {
    &CSS_PATH
}

pub(crate) fn js_path() -> &'static str {
    &JS_PATH
}

pub(crate) fn icon_path() -> &'static str {
    &ICON_PATH
}

/// Serves an asset by the name that pages give it.
pub(crate) async fn serve(Path(name): Path<String>) -> Result<Response, Fault> {
    let known = [
        (css_path(), CSS, "text/css; charset=utf-8"),
        (js_path(), JS, "text/javascript; charset=utf-8"),
        (icon_path(), ICON, "image/svg+xml"),
    ];
    known
        .into_iter()
        .find(|(path, ..)| path.strip_prefix("/assets/") == Some(name.as_str()))
        .map(|(_, bytes, kind)| {
            let headers = [(CONTENT_TYPE, kind), (CACHE_CONTROL, "public, max-age=31536000, immutable")];
            (headers, bytes).into_response()
        })
        .ok_or(Fault::NotFound)
}

fn path(ending: &str, bytes: &[u8]) -> String {
    let digest = hex(&Sha256::digest(bytes));
    format!("/assets/{}.{ending}", digest.get(..16).unwrap_or(&digest))
}
