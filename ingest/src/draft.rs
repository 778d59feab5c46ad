//! A document while it is written: text and blocks grow together, so that every span fits by construction.

use appliance_core::document::{Block, BlockKind};
use appliance_core::locator::{Place, Span};

/// Text with its blocks.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    text: String,
    blocks: Vec<Block>,
}

impl Draft {
    /// Bytes written so far.
    pub(crate) fn len(&self) -> usize {
        self.text.len()
    }

    /// Writes one block: `write` appends to the text and says where it stands. Nothing written, no block.
    pub(crate) fn block(&mut self, kind: BlockKind, write: impl FnOnce(&mut String) -> Place) {
        let start = self.text.len();
        let place = write(&mut self.text);
        if self.text.len() > start {
            self.blocks.push(Block { kind, span: Span::new(start, self.text.len()), place });
            self.text.push('\n');
        }
    }

    /// Writes a line of text that belongs to no block (and so to no passage).
    pub(crate) fn aside(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// The text and its blocks.
    pub(crate) fn finish(self) -> (String, Vec<Block>) {
        (self.text, self.blocks)
    }
}
