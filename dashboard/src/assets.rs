//! The style sheet and the one script, in the program itself. Their names carry a digest of their
//! content, so browsers may keep them for ever. They are the larger half of a first page, so they go out compressed;
//! pages do not: what somebody else has put into an address stands beside names there, and its length would tell.

use std::io::Write as _;
use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

use crate::fault::Fault;
use crate::hex;

static CSS: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("css", "text/css; charset=utf-8", include_bytes!("../assets/kulku.css")));
static JS: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("js", "text/javascript; charset=utf-8", include_bytes!("../assets/kulku.js")));
static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("svg", "image/svg+xml", include_bytes!("../assets/icon.svg")));

/// A file, as it is and compressed once for all.
struct Asset {
    path: String,
    kind: &'static str,
    bytes: &'static [u8],
    /// Empty if it could not be compressed.
    compressed: Vec<u8>,
}

impl Asset {
    fn new(ending: &str, kind: &'static str, bytes: &'static [u8]) -> Self {
        let digest = hex(&Sha256::digest(bytes));
        let path = format!("/assets/{}.{ending}", digest.get(..16).unwrap_or(&digest));
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        // Writing to memory does not fail; if it did, the file would go out as it is.
        let compressed = encoder.write_all(bytes).and_then(|()| encoder.finish()).unwrap_or_default();
        Self { path, kind, bytes, compressed }
    }
}

pub(crate) fn css_path() -> &'static str {
    &CSS.path
}

pub(crate) fn js_path() -> &'static str {
    &JS.path
}

pub(crate) fn icon_path() -> &'static str {
    &ICON.path
}

/// Serves an asset by the name that pages give it.
pub(crate) async fn serve(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Fault> {
    let known: [&'static Asset; 3] = [&CSS, &JS, &ICON];
    let named = |asset: &&Asset| asset.path.strip_prefix("/assets/") == Some(name.as_str());
    let asset = known.into_iter().find(named).ok_or(Fault::NotFound)?;
    let about =
        [(CONTENT_TYPE, asset.kind), (CACHE_CONTROL, "public, max-age=31536000, immutable"), (VARY, "accept-encoding")];
    if takes_gzip(&headers) && !asset.compressed.is_empty() {
        return Ok((about, [(CONTENT_ENCODING, "gzip")], asset.compressed.as_slice()).into_response());
    }
    Ok((about, asset.bytes).into_response())
}

/// Whether whoever asks can unpack it. Browsers name it plainly; a weight of nought would mean the opposite.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let wanted = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    wanted.split(',').any(|part| part.trim() == "gzip")
}
