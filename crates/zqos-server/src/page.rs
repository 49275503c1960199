//! The dashboard: files that were built into the program.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, Uri, header};
use axum::response::IntoResponse as _;
use rust_embed::RustEmbed;

/// What `cargo xtask web` has built; nothing where nobody called it before the program was built.
#[derive(RustEmbed)]
#[folder = "../../web/dist/"]
#[allow_missing = true]
struct Files;

/// What is shown by a program that was built without its dashboard.
const WITHOUT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>zqos</title>\
<p>This zqos was built without its dashboard. <code>cargo xtask web</code> builds it; then build zqos again.\
<p>The API is there: <a href=\"/api/openapi.json\">/api/openapi.json</a>.";

/// The file at a path; a path without an ending is one of the dashboard's own pages.
pub(crate) async fn file(uri: Uri, headers: HeaderMap) -> Response<Body> {
    let path = uri.path().trim_start_matches('/');
    let last = path.rsplit('/').next().unwrap_or_default();
    let is_page = !last.contains('.') || last.is_empty();
    // UUIDs may have dots in them, but what is below `assets/` alone is a file by its name.
    let (name, found) = match Files::get(path).filter(|_| !path.is_empty()) {
        Some(found) => (path, Some(found)),
        None if is_page || !path.starts_with("assets/") => ("index.html", Files::get("index.html")),
        None => (path, None),
    };
    let Some(found) = found else {
        if name == "index.html" {
            return html(WITHOUT.into());
        }
        return StatusCode::NOT_FOUND.into_response();
    };
    let tag = format!("\"{}\"", hex(&found.metadata.sha256_hash()[..16]));
    let is_known =
        headers.get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok()).is_some_and(
            |tags| tags.split(',').any(|known| known.trim().trim_start_matches("W/") == tag),
        );
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Response::new(Body::from(found.data.into_owned()))
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(name)));
    // Names of assets have their content's digest in them.
    let keeps = if name.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keeps));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

fn html(text: String) -> Response<Body> {
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    let mut response = Response::new(Body::from(text));
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a text");
        text
    })
}

/// By the endings that Vite writes.
fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("json" | "webmanifest") => "application/json",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
