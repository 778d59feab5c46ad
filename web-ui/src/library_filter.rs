//! What the library's table is narrowed to, as its address says it.

use appliance_core::document::Format;
use appliance_core::ports::catalog::VersionState;
use appliance_core::ports::shelves::{Order, Wanted};
use serde::Deserialize;

/// Rows of a page.
pub const ROWS: usize = 25;
/// Pages further than this are nobody's.
const FARTHEST: usize = 1_000_000;

/// What the table is narrowed to, and what was done just before.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Filter {
    /// Words of the name.
    pub q: String,
    /// A collection's number.
    pub collection: String,
    /// A format's name.
    pub format: String,
    /// A state, or `warned`.
    pub state: String,
    /// `worst`, `title`, or nothing for the newest first.
    pub sort: String,
    /// Documents before this page.
    pub from: usize,
    /// Documents that were added.
    pub added: Option<u32>,
    /// Documents that were there already.
    pub duplicate: Option<u32>,
    /// Documents that went to the trash.
    pub deleted: Option<u32>,
    /// Documents that moved.
    pub moved: Option<u32>,
    /// Documents whose access was changed.
    pub opened: Option<u32>,
    /// What was decided about a document.
    pub done: String,
    /// Uploads that their password did not open, by id with commas between.
    pub locked: String,
}

impl Filter {
    /// The page of the list that is wanted.
    pub fn wanted(&self) -> Wanted {
        let states = match self.state.as_str() {
            "searchable" => vec![VersionState::Searchable],
            "waiting" => vec![VersionState::Queued, VersionState::Ingesting],
            "held" => vec![VersionState::Held],
            "failed" => vec![VersionState::Failed, VersionState::Cancelled],
            _ => Vec::new(),
        };
        Wanted {
            words: self.q.clone(),
            collection: self.collection.parse().ok().map(appliance_core::id::CollectionId),
            format: Format::from_name(&self.format),
            states,
            warned: self.state == "warned",
            order: match self.sort.as_str() {
                "worst" => Order::Worst,
                "title" => Order::Title,
                _ => Order::Newest,
            },
            from: self.from.min(FARTHEST),
            count: ROWS,
        }
    }

    /// Whether a choice of the filter row is the one in force.
    pub fn chosen(&self, field: &str, value: &str) -> bool {
        match field {
            "collection" => self.collection == value,
            "format" => self.format == value,
            "state" => self.state == value,
            _ => self.sort == value,
        }
    }

    /// The same list from another place on.
    pub fn page_from(&self, from: usize) -> String {
        let fields = [&self.q, &self.collection, &self.format, &self.state, &self.sort];
        let [q, collection, format, state, sort] = fields.map(|v| crate::links::encoded(v));
        format!("/documents?q={q}&collection={collection}&format={format}&state={state}&sort={sort}&from={from}")
    }
}

/// The formats offered, each with the key of its words; those that share their words are one choice less to read.
pub const FORMATS: [Format; 10] = [
    Format::Pdf,
    Format::Docx,
    Format::Pptx,
    Format::Xlsx,
    Format::Csv,
    Format::Text,
    Format::Markdown,
    Format::Html,
    Format::Mail,
    Format::Zip,
];
