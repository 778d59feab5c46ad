//! Rendering pages and reading sheets off the async threads, a few at a time, with the last pictures kept.

use crate::failure::Failure;
use actix_web::web::Bytes;
use appliance_core::document::SheetWindow;
use appliance_core::id::ContentHash;
use appliance_core::page_words::PageWords;
use appliance_core::ports::reader::WindowOf;
use appliance_core::ports::{DocumentReader, PortError};
use parking_lot::Mutex;
use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long a picture waits for its turn before the reader is told to come back.
const PATIENCE: Duration = Duration::from_secs(30);

/// Which picture: the file's content, the page, and hundredths of pixels a point.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PictureKey {
    /// The file.
    pub hash: ContentHash,
    /// The page, from 1.
    pub page: u32,
    /// Hundredths of pixels a point.
    pub scale: u32,
}

/// Renders, with bounded parallelism and memory.
pub struct Renderer {
    reader: Arc<dyn DocumentReader>,
    permits: Arc<Semaphore>,
    pictures: Mutex<Pictures>,
    words: Mutex<VecDeque<(PageKey, Arc<PageWords>)>>,
}

/// A file and one of its pages.
type PageKey = (ContentHash, u32);

/// Pages whose words are kept; a page's take some ten kilobytes.
const KEPT_WORDS: usize = 200;

impl Renderer {
    /// Renders `parallel` pages at a time and keeps `cache_bytes` of them.
    pub fn new(reader: Arc<dyn DocumentReader>, parallel: usize, cache_bytes: usize) -> Self {
        let pictures = Pictures { limit: cache_bytes, ..Pictures::default() };
        Self { reader, permits: Arc::new(Semaphore::new(parallel.max(1))), pictures: Mutex::new(pictures), words: Mutex::default() }
    }

    /// A page as PNG; `None` when there is no such page. The caller has checked that the person may see it.
    pub async fn picture(&self, key: PictureKey, file: PathBuf) -> Result<Option<Bytes>, Failure> {
        if let Some(png) = self.pictures.lock().get(&key) {
            return Ok(Some(png));
        }
        let permit = self.turn().await?;
        // Another request may have rendered it while this one waited.
        if let Some(png) = self.pictures.lock().get(&key) {
            return Ok(Some(png));
        }
        let reader = Arc::clone(&self.reader);
        let (page, scale) = (key.page, key.scale as f32 / 100.0);
        let image = aside(permit, move || reader.render_page(&file, page, scale)).await?;
        let Some(image) = image else { return Ok(None) };
        let png = Bytes::from(image.png);
        self.pictures.lock().put(key, &png);
        Ok(Some(png))
    }

    /// The words of a page at their boxes; `None` when there is no such page. The caller has checked that the person may see
    /// it.
    pub async fn words(&self, hash: &ContentHash, file: PathBuf, page: u32) -> Result<Option<Arc<PageWords>>, Failure> {
        if let Some(words) = self.kept_words(hash, page) {
            return Ok(Some(words));
        }
        let permit = self.turn().await?;
        if let Some(words) = self.kept_words(hash, page) {
            return Ok(Some(words));
        }
        let reader = Arc::clone(&self.reader);
        let Some(words) = aside(permit, move || reader.page_words(&file, page)).await? else { return Ok(None) };
        let words = Arc::new(words);
        let mut kept = self.words.lock();
        kept.push_back(((hash.clone(), page), Arc::clone(&words)));
        if kept.len() > KEPT_WORDS {
            kept.pop_front();
        }
        Ok(Some(words))
    }

    fn kept_words(&self, hash: &ContentHash, page: u32) -> Option<Arc<PageWords>> {
        self.words.lock().iter().find(|((h, p), _)| h == hash && *p == page).map(|(_, words)| Arc::clone(words))
    }

    /// Rows of a sheet; `None` when there is no such sheet.
    pub async fn window(&self, file: PathBuf, wanted: WindowOf) -> Result<Option<SheetWindow>, Failure> {
        let permit = self.turn().await?;
        let reader = Arc::clone(&self.reader);
        aside(permit, move || reader.sheet_window(&file, &wanted)).await
    }

    async fn turn(&self) -> Result<OwnedSemaphorePermit, Failure> {
        let turn = Arc::clone(&self.permits).acquire_owned();
        match tokio::time::timeout(PATIENCE, turn).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(Failure::Busy),
        }
    }
}

/// Runs blocking work on its own thread. The permit stays with the work, even when the reader leaves.
async fn aside<T, W>(permit: OwnedSemaphorePermit, work: W) -> Result<T, Failure>
where
    T: Send + 'static,
    W: FnOnce() -> Result<T, PortError> + Send + 'static,
{
    let done = tokio::task::spawn_blocking(move || {
        let outcome = work();
        drop(permit);
        outcome
    });
    let outcome = done.await.map_err(|error| PortError::caused("rendering a document gave up", error))?;
    Ok(outcome?)
}

/// The pictures used last, up to a number of bytes.
#[derive(Default)]
struct Pictures {
    limit: usize,
    bytes: usize,
    held: HashMap<PictureKey, Bytes>,
    /// Least recently used first.
    order: VecDeque<PictureKey>,
}

impl Pictures {
    fn get(&mut self, key: &PictureKey) -> Option<Bytes> {
        let png = self.held.get(key)?.clone();
        self.order.retain(|k| k != key);
        self.order.push_back(key.clone());
        Some(png)
    }

    fn put(&mut self, key: PictureKey, png: &Bytes) {
        if png.len() > self.limit {
            return;
        }
        if let Some(old) = self.held.insert(key.clone(), png.clone()) {
            self.bytes -= old.len();
            self.order.retain(|k| *k != key);
        }
        self.bytes += png.len();
        self.order.push_back(key);
        while self.bytes > self.limit {
            let Some(oldest) = self.order.pop_front() else { break };
            if let Some(gone) = self.held.remove(&oldest) {
                self.bytes -= gone.len();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(page: u32) -> PictureKey {
        PictureKey { hash: ContentHash::of(b"file"), page, scale: 200 }
    }

    #[test]
    fn the_least_recently_used_picture_goes_first() {
        let mut pictures = Pictures { limit: 10, ..Pictures::default() };
        pictures.put(key(1), &Bytes::from_static(b"1111"));
        pictures.put(key(2), &Bytes::from_static(b"2222"));
        assert!(pictures.get(&key(1)).is_some());
        pictures.put(key(3), &Bytes::from_static(b"3333"));
        assert!(pictures.get(&key(2)).is_none());
        assert!(pictures.get(&key(1)).is_some() && pictures.get(&key(3)).is_some());
        pictures.put(key(4), &Bytes::from(vec![0; 11]));
        assert!(pictures.get(&key(4)).is_none(), "larger than the whole cache");
        assert_eq!(pictures.bytes, 8);
    }
}
