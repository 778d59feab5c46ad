//! The stylesheet and the scripts.

use crate::assets;
use crate::failure::Failure;
use actix_web::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Version {
    v: Option<String>,
}

/// `GET /static/{name}?v=hash`
pub async fn file(req: HttpRequest, name: web::Path<String>, version: web::Query<Version>) -> Result<HttpResponse, Failure> {
    let asset = assets::asset(&name).ok_or(Failure::NotFound)?;
    // Modules import each other without a version, so those are asked for again and answered with 304.
    let lasting = version.v.as_deref() == Some(asset.version.as_str());
    let caching = if lasting { "public, max-age=31536000, immutable" } else { "no-cache" };
    let tag = format!("\"{}\"", asset.version);
    let held = req.headers().get(IF_NONE_MATCH).is_some_and(|v| v.as_bytes() == tag.as_bytes());
    let mut response = if held { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header((CACHE_CONTROL, caching)).insert_header((ETAG, tag)).insert_header((VARY, "Accept-Encoding"));
    if held {
        return Ok(response.finish());
    }
    response.insert_header((CONTENT_TYPE, asset.media_type));
    let taken = req.headers().get(ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).is_some_and(takes_gzip);
    Ok(match asset.packed.as_deref().filter(|_| taken) {
        Some(packed) => response.insert_header((CONTENT_ENCODING, "gzip")).body(packed),
        None => response.body(asset.bytes),
    })
}

/// Whether an `Accept-Encoding` takes gzip: it names it, and not with the weight 0.
fn takes_gzip(accepted: &str) -> bool {
    accepted.split(',').any(|one| {
        let (name, weight) = one.split_once(';').unwrap_or((one, ""));
        let refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.trim().parse() == Ok(0.0));
        name.trim().eq_ignore_ascii_case("gzip") && !refused
    })
}

#[cfg(test)]
mod tests {
    use super::takes_gzip;

    #[test]
    fn packed_files_go_to_who_takes_them() {
        assert!(takes_gzip("gzip, deflate, br") && takes_gzip("br;q=1.0, gzip;q=0.8"));
        assert!(!takes_gzip("identity") && !takes_gzip("gzip;q=0, br") && !takes_gzip(""));
    }
}
