//! The vocabulary of Kura, its pure rules, the ports it works through, and its two use cases.
//!
//! Nothing here opens a file, a socket, a database or a model: those stand behind [`ports`]. What is here can be
//! tested without any of them, with the in-memory ports of `testing` (feature `testing`).

pub mod access;
pub mod answer;
pub mod answering;
pub mod asked;
pub mod asking;
pub mod citation;
pub mod comparison;
pub mod completion;
pub mod conversation;
pub mod disarming;
pub mod document;
pub mod evaluation;
pub mod evidence;
pub mod facets;
pub mod feedback;
pub mod figure;
pub mod finding;
pub mod folding;
pub mod following;
pub mod forms;
pub mod id;
pub mod ingesting;
pub mod jumping;
pub mod language;
pub mod likeness;
pub mod locator;
pub mod narrowing;
pub mod pace;
pub mod page_words;
pub mod passage;
pub mod polarity;
pub mod ports;
pub mod printed;
pub mod prompt;
pub mod quality;
pub mod quantity;
pub mod question;
pub mod quoting;
pub mod ranking;
pub mod reference;
pub mod repetition;
pub mod sentence;
pub mod sought;
pub mod structure;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod validity;
pub mod viewer;
