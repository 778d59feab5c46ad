//! Pictures of pages, and the original file. Permission is asked for before anything is taken from a cache.

use crate::failure::Failure;
use crate::rendering::PictureKey;
use crate::signed_in::SignedIn;
use actix_web::body::SizedStream;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_TYPE, Charset, ContentDisposition, DispositionParam, DispositionType, ETAG, ExtendedValue, IF_NONE_MATCH,
};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use appliance_core::document::Page;
use appliance_core::id::DocumentId;
use appliance_core::ports::PortError;
use appliance_core::ports::catalog::{Edition, OpenDocument};
use futures_util::stream;
use serde::Deserialize;
use tokio::io::AsyncReadExt;

const LEAST_SCALE: f32 = 0.25;
const MOST_SCALE: f32 = 3.0;
/// Pixels of a picture; an A0 drawing at full scale would have 60 million.
const MOST_PIXELS: f32 = 16_000_000.0;
const CHUNK_BYTES: usize = 64 * 1024;

#[derive(Deserialize)]
pub struct Scale {
    #[serde(default = "one")]
    scale: f32,
    #[serde(default)]
    edition: String,
    version: Option<i64>,
}

fn one() -> f32 {
    1.0
}

/// `GET /documents/{id}/pages/{page}.png?scale=1.5`
pub async fn picture(
    req: HttpRequest,
    by: SignedIn,
    path: web::Path<(i64, u32)>,
    scale: web::Query<Scale>,
) -> Result<HttpResponse, Failure> {
    let (id, number) = path.into_inner();
    let open = open(&by, id, by.edition(&scale.edition, scale.version)?).await?;
    let page = open.pages.iter().find(|p| p.number == number).ok_or(Failure::NotFound)?;
    let key = PictureKey { page: number, scale: hundredths(page, scale.scale), hash: open.hash };
    let tag = format!("\"{}-{}-{}\"", key.hash.short(), key.page, key.scale);
    // `no-cache`: kept by the browser, but asked for again, so that a right that was taken away counts.
    let caching = (CACHE_CONTROL, "private, no-cache");
    if req.headers().get(IF_NONE_MATCH).is_some_and(|v| v.as_bytes() == tag.as_bytes()) {
        return Ok(HttpResponse::NotModified().insert_header(caching).insert_header((ETAG, tag)).finish());
    }
    let png = by.site.renderer.picture(key, open.file).await?.ok_or(Failure::NotFound)?;
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, "image/png")).insert_header(caching).insert_header((ETAG, tag)).body(png))
}

/// The scale in hundredths, bounded so that the picture stays within [`MOST_PIXELS`].
fn hundredths(page: &Page, scale: f32) -> u32 {
    let wanted = if scale.is_finite() { scale.clamp(LEAST_SCALE, MOST_SCALE) } else { 1.0 };
    let area = (page.width * page.height).max(1.0);
    let fitting = wanted.min((MOST_PIXELS / area).sqrt());
    (fitting * 100.0).floor().max(1.0) as u32
}

#[derive(Deserialize)]
pub struct Wanted {
    version: Option<i64>,
}

/// `GET /documents/{id}/file`
pub async fn original(by: SignedIn, id: web::Path<i64>, wanted: web::Query<Wanted>) -> Result<HttpResponse, Failure> {
    let open = open(&by, *id, by.edition("", wanted.version)?).await?;
    let unreadable = |error| PortError::caused(format!("the stored file of document {} cannot be read", open.entry.id), error);
    let file = tokio::fs::File::open(&open.file).await.map_err(unreadable)?;
    let bytes = file.metadata().await.map_err(unreadable)?.len();
    let name = ExtendedValue { charset: Charset::Ext("UTF-8".to_owned()), language_tag: None, value: open.entry.file_name.into_bytes() };
    let disposition =
        ContentDisposition { disposition: DispositionType::Attachment, parameters: vec![DispositionParam::FilenameExt(name)] };
    let chunks = stream::try_unfold(file, |mut file| async move {
        let mut chunk = vec![0; CHUNK_BYTES];
        let read = file.read(&mut chunk).await?;
        chunk.truncate(read);
        Ok::<_, std::io::Error>((read > 0).then(|| (Bytes::from(chunk), file)))
    });
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/octet-stream"))
        .insert_header((CACHE_CONTROL, "private, no-store"))
        .insert_header(disposition)
        .body(SizedStream::new(bytes, chunks)))
}

async fn open(by: &SignedIn, id: i64, edition: Edition) -> Result<OpenDocument, Failure> {
    by.site.desk.library.open_document(&by.viewer, DocumentId(id), edition).await?.ok_or(Failure::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;
    use appliance_core::document::PageReading;

    #[test]
    fn no_picture_outgrows_its_bounds() {
        let page = |width, height| Page { number: 1, label: None, width, height, reading: PageReading::default(), links: Vec::new() };
        assert_eq!(hundredths(&page(595.0, 842.0), 2.0), 200);
        assert_eq!(hundredths(&page(595.0, 842.0), 99.0), 300);
        assert_eq!(hundredths(&page(595.0, 842.0), f32::NAN), 100);
        let huge = hundredths(&page(14_400.0, 14_400.0), 3.0) as f32 / 100.0;
        assert!((14_400.0 * huge).powi(2) <= MOST_PIXELS);
    }
}
