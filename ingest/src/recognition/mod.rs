//! Recognition: characters of pictures, read by tesseract in a process of its own.
//!
//! [`settings`] says what there is to work with; [`picture`] prepares a page's pixels (which way its lines run, how far it
//! is tilted), [`strokes`] finds its ruled lines; [`tesseract`] runs the program; [`words`] reads what it answers. What becomes of the words, and which pages
//! come here at all, is decided where pages are read.
//!
//! The program gets a picture on its standard input and answers on its standard output: it writes no file, opens none but
//! its own libraries and the language data, and is ended when its time is up or the reading is cancelled.

pub(crate) mod picture;
mod settings;
pub(crate) mod strokes;
pub(crate) mod tesseract;
pub(crate) mod words;

pub use settings::{LANGUAGES, Recognition, Tesseract};
