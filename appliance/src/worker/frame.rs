//! What a worker says: frames of a length (four bytes, little-endian) and a message.
//!
//! A document is sent in pieces, so that neither side ever holds it twice.

use super::Confinement;
use super::wire::{Refusal, WireBlock, WirePassage};
use appliance_core::document::Sheet;
use appliance_core::locator::CellRange;
use appliance_core::page_words::WordLine;
use serde::{Deserialize, Serialize};
use std::io::{self, Read, Write};

/// Bytes of one frame at most. What a frame unfolds to in memory is a few dozen times that, at worst.
pub const MAX_FRAME: usize = 4 << 20;
/// Bytes of text, or of a file, in one frame.
pub const PIECE: usize = 1 << 20;

/// One message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Frame {
    /// How far the worker could confine itself; comes first.
    Confined(Confinement),
    /// Pages or sheets read, and how many there are.
    Progress {
        /// Read.
        done: u32,
        /// In all; 0 while unknown.
        total: u32,
    },
    /// A document begins: its format's name and its title.
    Document {
        /// [`Format::name`](appliance_core::document::Format::name).
        format: String,
        /// The title.
        title: String,
    },
    /// The next piece of its text.
    Text(String),
    /// Its next blocks.
    Blocks(Vec<WireBlock>),
    /// Its next pages, as a JSON array of [`Page`](appliance_core::document::Page)s.
    Pages(String),
    /// Its sheets.
    Sheets(Vec<Sheet>),
    /// What could not be read: the next ones, as a JSON array of [`Warning`](appliance_core::document::Warning)s.
    Warnings(String),
    /// Its next passages.
    Passages(Vec<WirePassage>),
    /// A picture begins; its bytes follow.
    Picture {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// The next bytes of a picture, of a file in the clear or of a bundle's.
    Bytes(Vec<u8>),
    /// The next lines of a page's words; without any, the page has none left.
    Words(Vec<WordLine>),
    /// A window of a sheet begins: its first row and its merged ranges.
    Window {
        /// The first row, from 0.
        first_row: u32,
        /// Merged ranges that touch it.
        merged: Vec<CellRange>,
    },
    /// Its next rows.
    Rows(Vec<Vec<String>>),
    /// There is no such page or sheet.
    Nothing,
    /// The password opened the file; its bytes in the clear follow.
    Opened,
    /// The password is wrong.
    WrongPassword,
    /// The file needs no password.
    NoPassword,
    /// A file of a bundle begins, under that name; its bytes follow.
    Member(String),
    /// A file of a bundle is left out: its name, and the code of the reason.
    LeftOut(String, String),
    /// The file is refused.
    Refused(Refusal),
    /// What was asked for cannot be shown; in words.
    Failed(String),
    /// Everything was said.
    Done,
}

/// Writes a frame.
pub fn write_frame(to: &mut impl Write, frame: &Frame) -> io::Result<()> {
    let message = postcard::to_allocvec(frame).map_err(io::Error::other)?;
    let length = u32::try_from(message.len()).ok().filter(|l| *l as usize <= MAX_FRAME);
    let length = length.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the frame is too large"))?;
    to.write_all(&length.to_le_bytes())?;
    to.write_all(&message)
}

/// Reads a frame and tells how many bytes it took; `None` where the stream ends.
pub fn read_frame(from: &mut impl Read) -> io::Result<Option<(Frame, u64)>> {
    let mut length = [0; 4];
    match from.read(&mut length[..1])? {
        0 => return Ok(None),
        _ => from.read_exact(&mut length[1..])?,
    }
    let length = u32::from_le_bytes(length) as usize;
    if length > MAX_FRAME {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("a frame of {length} bytes")));
    }
    // The length is only a claim: memory is taken as bytes arrive.
    let mut message = Vec::with_capacity(length.min(PIECE));
    from.take(length as u64).read_to_end(&mut message)?;
    if message.len() < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let frame = postcard::from_bytes(&message).map_err(|e| io::Error::new(io::ErrorKind::InvalidData, e))?;
    Ok(Some((frame, 4 + length as u64)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_back_as_they_were_sent() {
        let frames = [Frame::Progress { done: 3, total: 600 }, Frame::Text("手数料".to_owned()), Frame::Bytes(vec![0, 255]), Frame::Done];
        let mut stream = Vec::new();
        frames.iter().for_each(|f| write_frame(&mut stream, f).unwrap());
        let mut from = stream.as_slice();
        let mut taken = 0;
        for frame in frames {
            let (read, bytes) = read_frame(&mut from).unwrap().unwrap();
            taken += bytes;
            assert_eq!(read, frame);
        }
        assert!(read_frame(&mut from).unwrap().is_none());
        assert_eq!(taken, stream.len() as u64);
    }

    #[test]
    fn lengths_are_claims() {
        let kind = |bytes: &[u8]| read_frame(&mut &*bytes).unwrap_err().kind();
        assert_eq!(kind(&u32::MAX.to_le_bytes()), io::ErrorKind::InvalidData, "too long");
        assert_eq!(kind(&[0, 0, 1, 0, 7]), io::ErrorKind::UnexpectedEof, "64 KiB announced, one byte sent");
        assert_eq!(kind(&[1, 0, 0, 0, 250]), io::ErrorKind::InvalidData, "no such message");
        assert_eq!(kind(&[1, 0]), io::ErrorKind::UnexpectedEof, "half a length");
    }
}
