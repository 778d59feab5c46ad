//! The stylesheet and the scripts.

use crate::assets;
use crate::failure::Failure;
use actix_web::http::header::{AcceptEncoding, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, Encoding, Header, IF_NONE_MATCH, VARY};
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
    let forms = [Encoding::gzip(), Encoding::identity()];
    let preferred = AcceptEncoding::parse(&req).ok().and_then(|accepted| accepted.negotiate(forms.iter()));
    Ok(match asset.packed.as_deref().filter(|_| preferred == Some(Encoding::gzip())) {
        Some(packed) => response.insert_header((CONTENT_ENCODING, "gzip")).body(packed),
        None => response.body(asset.bytes),
    })
}
