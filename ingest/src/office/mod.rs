//! Office files: Word, PowerPoint, OpenDocument. Each becomes running text, with the numbers that its program shows.

mod chart;
mod docx;
mod numbering;
mod odf;
mod pptx;
mod relations;
mod styles;
mod word_numbers;

use crate::archive::{Archive, Refusal};
use crate::limits::Limits;
use crate::running::{Piece, Running, are_blank};
use appliance_core::document::{Format, Parsed, Warning};
use appliance_core::ports::reader::{ParseError, Watch};

/// What was read of an office file.
#[derive(Debug, Default)]
struct Contents {
    title: String,
    pieces: Vec<Piece>,
    /// Parts that could not be read whole.
    broken: Vec<String>,
}

/// Reads a document or a presentation.
pub(crate) fn parse(name: &str, format: Format, bytes: &[u8], limits: &Limits, watch: &Watch) -> Result<Parsed, ParseError> {
    let contents = read(format, bytes, limits, watch).map_err(|refusal| refusal.of(name))?;
    let mut running = Running::new(limits);
    // A letter paper whose only words are its head still has those.
    let only_heads = contents.pieces.iter().all(|p| matches!(p, Piece::Aside(_)) || are_blank(std::slice::from_ref(p)));
    for piece in &contents.pieces {
        match piece {
            Piece::Aside(text) if only_heads => running.paragraph(text),
            piece => running.write(std::slice::from_ref(piece)),
        }
    }
    for part in contents.broken {
        running.warn(Warning::Repaired { what: format!("{part} is not well formed") });
    }
    Ok(running.finish(format, contents.title))
}

fn read(format: Format, bytes: &[u8], limits: &Limits, watch: &Watch) -> Result<Contents, Refusal> {
    let mut archive = Archive::open(bytes, limits.unpacked_bytes)?;
    match format {
        Format::Pptx => pptx::read(&mut archive, limits, watch),
        Format::Odt | Format::Odp => odf::read(&mut archive),
        _ => docx::read(&mut archive),
    }
}
