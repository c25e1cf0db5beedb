//! The console's page and what belongs to it, as `ui/` builds them: inside of the program in release builds, read from
//! `ui/dist` in others. Everybody may have them; they hold nothing. Not here: signing in.

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

use super::super::Problem;

#[derive(RustEmbed)]
#[folder = "../ui/dist"]
struct Dist;

/// Everything comes from here, and nothing else may show it in a frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data: blob:; \
                      connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// `GET /`
pub(crate) async fn index() -> Response {
    let Some(page) = Dist::get("index.html") else {
        let missing = "this Nexus was built without the console; build it with `npm run ui:build` first, or use the API";
        return Problem::new(StatusCode::NOT_FOUND, "no_console", missing).into_response();
    };
    let mut headers = HeaderMap::new();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert("referrer-policy", HeaderValue::from_static("no-referrer"));
    headers.insert(
        "cross-origin-opener-policy",
        HeaderValue::from_static("same-origin"),
    );
    (headers, page.data.into_owned()).into_response()
}

/// `GET /assets/{name}`: their names change with what is in them. And `/favicon.svg`.
pub(crate) async fn asset(name: Option<Path<String>>) -> Response {
    let name = name.map_or_else(
        || "favicon.svg".to_owned(),
        |Path(name)| format!("assets/{name}"),
    );
    // In other than release builds names are looked up in a folder; none of ours leads out of it.
    let is_ours = !name.contains("..") && name.split('/').count() <= 2;
    let Some(file) = is_ours.then(|| Dist::get(&name)).flatten() else {
        return Problem::not_found("there is no such file of the console").into_response();
    };
    let kind = match name.rsplit('.').next().unwrap_or_default() {
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "woff2" => "font/woff2",
        "png" => "image/png",
        _ => "application/octet-stream",
    };
    let lasting = if name.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "public, max-age=3600"
    };
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(lasting));
    (headers, file.data.into_owned()).into_response()
}
