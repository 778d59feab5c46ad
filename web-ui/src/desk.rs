//! What the desk is given: the ports it works through, and its settings.

use crate::dates::Calendar;
use crate::readings::Readings;
use crate::status::StatusSource;
use appliance_core::asking::Asking;
use appliance_core::ports::trial::SearchTrial;
use appliance_core::ports::{
    AccessRules, Archive, Clock, CollectionWording, DocumentReader, FeedbackBox, History, Library, People, Shelves, TypingHelp,
};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::watch;

/// Everything behind the pages.
#[derive(Clone)]
pub struct Desk {
    /// Answers questions.
    pub asking: Asking,
    /// The documents.
    pub library: Arc<dyn Library>,
    /// How they are kept: page by page, their places, and the trash.
    pub shelves: Arc<dyn Shelves>,
    /// The people and their sessions.
    pub people: Arc<dyn People>,
    /// Groups, and the rules of who may see what.
    pub access: Arc<dyn AccessRules>,
    /// Tries other settings of the search out.
    pub trial: Arc<dyn SearchTrial>,
    /// The words of collections.
    pub wording: Arc<dyn CollectionWording>,
    /// Completes what people type.
    pub typing: Arc<dyn TypingHelp>,
    /// The answers people were given.
    pub archive: Arc<dyn Archive>,
    /// What people say of answers, and who is in charge of documents.
    pub feedback: Arc<dyn FeedbackBox>,
    /// The conversations that these belong to.
    pub history: Arc<dyn History>,
    /// Shows pages and cells of stored files.
    pub reader: Arc<dyn DocumentReader>,
    /// How the appliance fares.
    pub status: Arc<dyn StatusSource>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

/// How the desk presents itself and what it bounds.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// The institution's name, shown at sign-in and in the header; may be empty.
    pub institution: String,
    /// Questions to try, shown under the question field.
    pub examples: Vec<String>,
    /// How dates are written in Japanese.
    pub calendar: Calendar,
    /// Where uploads are written until they are complete; on the same file system as the store.
    pub upload_dir: PathBuf,
    /// Bytes of one uploaded file at most.
    pub max_upload_bytes: u64,
    /// Files of one upload at most.
    pub max_upload_files: usize,
    /// How words of titles are read aloud.
    pub readings: Readings,
    /// Days for which deleted documents can be restored.
    pub trash_days: u32,
    /// Whether people reach the desk over TLS; makes the cookies `Secure`.
    pub tls: bool,
    /// Threads that serve requests.
    pub workers: usize,
    /// Questions answered at the same time; further ones are told to come back.
    pub concurrent_questions: usize,
    /// Pages and sheets rendered at the same time.
    pub concurrent_renders: usize,
    /// Bytes of rendered pages kept in memory.
    pub render_cache_bytes: usize,
    /// The font with which sheets are printed as PDF; none where no Japanese font is installed.
    pub print_font: Option<PathBuf>,
    /// Becomes `true` when the server is to end.
    pub shutdown: watch::Receiver<bool>,
}

impl HttpSettings {
    /// The defaults, with the two things that have none.
    pub fn new(upload_dir: PathBuf, shutdown: watch::Receiver<bool>) -> Self {
        Self {
            institution: String::new(),
            examples: Vec::new(),
            calendar: Calendar::Western,
            upload_dir,
            max_upload_bytes: 200 * 1024 * 1024,
            max_upload_files: 200,
            readings: Readings::default(),
            trash_days: 30,
            tls: false,
            workers: 2,
            concurrent_questions: 32,
            concurrent_renders: 2,
            render_cache_bytes: 64 * 1024 * 1024,
            print_font: None,
            shutdown,
        }
    }
}
