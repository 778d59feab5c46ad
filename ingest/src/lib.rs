//! Files in, documents and passages out.
//!
//! [`FileParser`] turns the bytes of a stored file into a [`Document`](appliance_core::document::Document) whose text
//! knows where it stands (rectangles of a page, cells of a sheet, lines of a text), and cuts documents into passages.
//! [`FileReader`] shows those places to a person: pages as pixels, sheets as windows of cells.
//!
//! The files are other people's: broken, hostile, huge. Every format is read behind [`Limits`], third-party code runs
//! on a thread of its own with a deep stack, and its panics become refusals or warnings. Characters of scans are recognised
//! by a program beside it, if one is named ([`Recognition`]). What this crate deliberately does not do: follow links, run
//! macros, or keep anything on disk.

mod counting;
mod limits;
mod parser;
mod sniff;

mod archive;
mod grid_table;
mod running;
mod xml;

mod heading;
mod passages;

mod pdf;
mod recognition;
mod sheet;
mod text;
mod unpacking;

mod bundle;
mod mail;
mod office;
mod web;

#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;

mod draft;
mod reader;
mod script;
mod shield;

pub use limits::Limits;
pub use parser::{CellTaker, FileParser};
pub use pdf::Unlock;
pub use reader::{FONT_FOLDERS, FileReader, print_font};
pub use recognition::{LANGUAGES, Recognition, Tesseract};
pub use sniff::sniff;
pub use text::TextEncoding;
pub use unpacking::{Piece, unpack};
