//! The reader: places of a stored file, shown to a person.

use crate::limits::Limits;
use crate::unpacking::{Piece, unpack};
use crate::{pdf, sheet, shield, sniff};
use appliance_core::document::{Format, PageImage, SheetWindow};
use appliance_core::page_words::PageWords;
use appliance_core::ports::reader::{Password, Unlocked, UnpackBounds, Unpacked, WindowOf};
use appliance_core::ports::{DocumentReader, PortError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where Debian's packages put fonts.
pub const FONT_FOLDERS: [&str; 2] = ["/usr/share/fonts", "/usr/local/share/fonts"];

/// Renders pages and reads windows of sheets.
#[derive(Debug, Clone)]
pub struct FileReader {
    fonts: pdf::Fonts,
}

/// A Japanese font of this machine to print with; `None` where none is installed.
pub fn print_font() -> Option<std::path::PathBuf> {
    pdf::Fonts::for_print()
}

impl FileReader {
    /// A reader with the machine's Japanese fonts (IPA or Noto CJK) for text whose fonts are not embedded.
    pub fn new() -> Self {
        Self { fonts: pdf::Fonts::of_the_machine() }
    }

    /// A reader with the fonts under `folders`. Without a Japanese font there, text that a file does not embed a font
    /// for stays blank.
    pub fn with_fonts(folders: &[PathBuf]) -> Self {
        Self { fonts: pdf::Fonts::under(folders) }
    }

    /// An encrypted file in the clear, if `password` opens it.
    pub fn in_the_clear(&self, file: &Path, password: &Password) -> Result<pdf::Unlock, PortError> {
        let bytes = Arc::new(read(file)?);
        if !matches!(sniff::sniff(file, ""), Ok(Format::Pdf)) {
            return Ok(pdf::Unlock::NotNeeded);
        }
        let unlocked = shield::on_deep_stack(|| pdf::unlock(&bytes, password));
        unlocked.and_then(|u| u).map_err(|reason| PortError::new(format!("{} cannot be opened: {reason}", file.display())))
    }
}

impl Default for FileReader {
    fn default() -> Self {
        Self::new()
    }
}

impl DocumentReader for FileReader {
    fn render_page(&self, file: &Path, page: u32, scale: f32) -> Result<Option<PageImage>, PortError> {
        let bytes = Arc::new(read(file)?);
        let rendered = shield::on_deep_stack(|| pdf::render_page(&bytes, page, scale, &self.fonts));
        rendered.and_then(|r| r).map_err(|reason| PortError::new(format!("page {page} of {} cannot be drawn: {reason}", file.display())))
    }

    fn page_words(&self, file: &Path, page: u32) -> Result<Option<PageWords>, PortError> {
        let bytes = Arc::new(read(file)?);
        let words = shield::on_deep_stack(|| pdf::page_words(&bytes, page, &Limits::default()));
        words.and_then(|w| w).map_err(|reason| PortError::new(format!("page {page} of {} cannot be read: {reason}", file.display())))
    }

    fn sheet_window(&self, file: &Path, wanted: &WindowOf) -> Result<Option<SheetWindow>, PortError> {
        let bytes = read(file)?;
        let window = shield::on_deep_stack(|| sheet::window(bytes, wanted));
        window
            .and_then(|w| w)
            .map_err(|reason| PortError::new(format!("sheet {} of {} cannot be read: {reason}", wanted.sheet + 1, file.display())))
    }

    fn unlock(&self, file: &Path, password: &Password, to: &Path) -> Result<Unlocked, PortError> {
        match self.in_the_clear(file, password)? {
            pdf::Unlock::NotNeeded => Ok(Unlocked::NotNeeded),
            pdf::Unlock::WrongPassword => Ok(Unlocked::WrongPassword),
            pdf::Unlock::Opened(clear) => {
                std::fs::write(to, clear).map_err(|e| PortError::caused(format!("{} cannot be written", to.display()), e))?;
                Ok(Unlocked::Opened)
            }
        }
    }

    fn unpack(&self, file: &Path, into: &Path, bounds: UnpackBounds) -> Result<Option<Unpacked>, PortError> {
        let mut unpacked = Unpacked::default();
        let is_bundle = unpack(file, bounds, &mut |piece| {
            match piece {
                Piece::File(name, bytes) => {
                    let to = into.join(unpacked.files.len().to_string());
                    std::fs::write(&to, bytes)?;
                    unpacked.files.push((name.to_owned(), to));
                }
                Piece::LeftOut(name, code) => unpacked.left_out.push((name.to_owned(), code.to_owned())),
            }
            Ok(())
        })?;
        Ok(is_bundle.then_some(unpacked))
    }
}

fn read(file: &Path) -> Result<Vec<u8>, PortError> {
    std::fs::read(file).map_err(|e| PortError::caused(format!("{} cannot be opened", file.display()), e))
}
