//! In-memory ports behind the desk, for its tests and for `examples/desk.rs`.

#![expect(dead_code, reason = "the tests and the example each use a part of it")]

pub mod access;
pub mod feedback;
pub mod history;
pub mod library;
pub mod models;
pub mod people;
pub mod sample;
pub mod shelves;
pub mod trial;
pub mod typing;
pub mod wording;

use access::FakeAccess;
use appliance_core::asking::{Asking, AskingPolicy};
use appliance_core::document::{PageImage, SheetWindow};
use appliance_core::id::ContentHash;
use appliance_core::page_words::PageWords;
use appliance_core::ports::models::ModelIdentity;
use appliance_core::ports::reader::{Password, Unlocked, UnpackBounds, Unpacked, WindowOf};
use appliance_core::ports::{Clock, DocumentReader, Generator, PortError};
use appliance_core::testing::{FixedClock, HashEmbedder, MemoryIndex};
use async_trait::async_trait;
use history::FakeHistory;
use jiff::Timestamp;
use library::FakeLibrary;
use people::FakePeople;
use std::path::Path;
use std::sync::Arc;
use trial::FakeTrial;
use typing::FakeTyping;
use web_ui::{
    ApplianceStatus, Desk, DiskStatus, DocumentCounts, IndexStatus, MemoryStatus, ModelRole, ModelStatus, SandboxStatus, StatusSource,
};
use wording::FakeWording;

/// A clock that moves.
pub struct RunningClock(pub std::time::Instant);

impl Clock for RunningClock {
    fn now(&self) -> Timestamp {
        FixedClock.now() + self.0.elapsed()
    }
}

/// Everything behind a desk, with the parts that tests look into.
pub struct Behind {
    pub desk: Desk,
    pub library: Arc<FakeLibrary>,
    pub people: Arc<FakePeople>,
}

/// A desk over the library's passages.
pub fn behind(library: FakeLibrary, generator: Option<Arc<dyn Generator>>) -> Behind {
    let library = Arc::new(library);
    let people = Arc::new(FakePeople::default());
    let history = Arc::new(FakeHistory::default());
    let index = MemoryIndex::default();
    index.hold(&library.all_passages());
    let clock: Arc<dyn Clock> = Arc::new(RunningClock(std::time::Instant::now()));
    let asking = Asking {
        index: Arc::new(index),
        passages: library.clone(),
        embedder: Arc::new(HashEmbedder::new()),
        generator,
        reranker: None,
        clock: Arc::clone(&clock),
        policy: AskingPolicy::default(),
    };
    let desk = Desk {
        trial: Arc::new(FakeTrial(Arc::clone(&asking.index))),
        asking,
        library: library.clone(),
        shelves: library.clone(),
        people: people.clone(),
        typing: Arc::new(FakeTyping(library.clone())),
        wording: Arc::new(FakeWording::default()),
        access: Arc::new(FakeAccess::new(people.clone(), library.clone())),
        feedback: Arc::new(feedback::FakeFeedback::default()),
        archive: history.clone(),
        history,
        reader: Arc::new(FakeReader),
        status: Arc::new(FakeStatus),
        clock,
    };
    Behind { desk, library, people }
}

struct FakeStatus;

#[async_trait]
impl StatusSource for FakeStatus {
    async fn status(&self) -> Result<ApplianceStatus, PortError> {
        let model = |role, name: &str, context_tokens| ModelStatus {
            role,
            identity: ModelIdentity { name: name.to_owned(), hash: ContentHash::of(name.as_bytes()) },
            context_tokens,
            ready: true,
        };
        Ok(ApplianceStatus {
            version: "0.1.0".to_owned(),
            started: FixedClock.now(),
            data_dir: "/srv/kura".to_owned(),
            models: vec![
                model(ModelRole::Embedder, "multilingual-e5-small", 512),
                model(ModelRole::Generator, "gemma-3-270m-it + grounded-ja", 4096),
            ],
            index: IndexStatus { generation: "7".to_owned(), passages: 12_480, awaiting_embeddings: 0 },
            documents: DocumentCounts { searchable: 14, waiting: 1, held: 1, failed: 1 },
            disk: DiskStatus { free: 210 << 30, total: 480 << 30 },
            memory: MemoryStatus { resident: 900 << 20, available: 6 << 30, total: 16 << 30 },
            outbound: Vec::new(),
            sandbox: SandboxStatus { whole: true, means: "Landlock 7 and seccomp".to_owned() },
        })
    }
}

/// Draws grey bars where lines of type would be, and reads the sample's one sheet.
struct FakeReader;

impl DocumentReader for FakeReader {
    fn render_page(&self, _: &Path, page: u32, scale: f32) -> Result<Option<PageImage>, PortError> {
        let (width, height) = ((595.0 * scale) as u32, (842.0 * scale) as u32);
        let mut picture = image::GrayImage::from_pixel(width, height, image::Luma([255]));
        for (x, y, pixel) in picture.enumerate_pixels_mut() {
            let (at_x, at_y) = (x as f32 / scale, y as f32 / scale);
            let line = ((at_y - sample::FIRST_LINE) / sample::LINE_HEIGHT).floor();
            let inside = at_y - sample::FIRST_LINE - line * sample::LINE_HEIGHT < 11.0;
            let end = 500.0 - ((line as u32 * 37 + page * 53) % 160) as f32;
            if (0.0..28.0).contains(&line) && inside && (sample::LEFT..end).contains(&at_x) && (at_x as u32 % 12) < 10 {
                *pixel = image::Luma([90]);
            }
        }
        let mut png = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut png, image::ImageFormat::Png).map_err(|e| PortError::caused("drawing", e))?;
        Ok(Some(PageImage { png: png.into_inner(), width, height }))
    }

    /// The sample's words, each character twelve points wide.
    fn page_words(&self, _: &Path, page: u32) -> Result<Option<PageWords>, PortError> {
        Ok(Some(sample::words(page)))
    }

    fn sheet_window(&self, _: &Path, wanted: &WindowOf) -> Result<Option<SheetWindow>, PortError> {
        let WindowOf { sheet, first_row, rows: count, .. } = *wanted;
        if sheet > 1 {
            return Ok(None);
        }
        let rows: Vec<Vec<String>> = sample::sheet_rows().into_iter().skip(first_row as usize).take(count as usize).collect();
        Ok(Some(SheetWindow { first_row, rows, merged: sample::merged() }))
    }

    /// Files that begin with `locked:` open with one password.
    fn unlock(&self, file: &Path, password: &Password, to: &Path) -> Result<Unlocked, PortError> {
        let bytes = std::fs::read(file).map_err(|e| PortError::caused("reading", e))?;
        let Some(clear) = bytes.strip_prefix(b"locked:") else { return Ok(Unlocked::NotNeeded) };
        if password.reveal() != sample::FILE_PASSWORD {
            return Ok(Unlocked::WrongPassword);
        }
        std::fs::write(to, clear).map_err(|e| PortError::caused("writing", e))?;
        Ok(Unlocked::Opened)
    }

    /// Files that begin with `bundle:` hold two texts and one that is left out.
    fn unpack(&self, file: &Path, into: &Path, _: UnpackBounds) -> Result<Option<Unpacked>, PortError> {
        let bytes = std::fs::read(file).map_err(|e| PortError::caused("reading", e))?;
        if !bytes.starts_with(b"bundle:") {
            return Ok(None);
        }
        let mut files = Vec::new();
        for (n, name) in ["例規/一.txt", "../二.txt"].into_iter().enumerate() {
            let to = into.join(n.to_string());
            std::fs::write(&to, name).map_err(|e| PortError::caused("writing", e))?;
            files.push((name.to_owned(), to));
        }
        Ok(Some(Unpacked { files, left_out: vec![("絵.bin".to_owned(), "unknown-format".to_owned())] }))
    }
}
