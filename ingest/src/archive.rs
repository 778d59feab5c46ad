//! Zip archives behind bounds: how many members, how many bytes in all, never onto disk.

use crate::text;
use appliance_core::ports::reader::ParseError;
use std::collections::HashMap;
use std::io::{Cursor, Read};
use zip::ZipArchive;
use zip::result::ZipError;

/// Members of one archive; an office file has a few hundred, a bundle a few thousand.
const MOST_MEMBERS: usize = 50_000;
/// The record at the end of an archive, without its comment.
const END_RECORD: usize = 22;

/// Why a container was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Its members are encrypted.
    Encrypted,
    /// It exceeds a limit.
    TooLarge(String),
    /// It cannot be read.
    Damaged(String),
    /// Somebody asked for an end.
    Cancelled,
}

impl Refusal {
    /// The same, said of a file.
    pub(crate) fn of(self, name: &str) -> ParseError {
        let name = name.to_owned();
        match self {
            Self::Encrypted => ParseError::Encrypted { name },
            Self::TooLarge(limit) => ParseError::TooLarge { name, limit },
            Self::Damaged(reason) => ParseError::Damaged { name, reason },
            Self::Cancelled => ParseError::Cancelled { name },
        }
    }
}

/// An archive in memory.
pub(crate) struct Archive<'b> {
    zip: ZipArchive<Cursor<&'b [u8]>>,
    names: Vec<String>,
    by_name: HashMap<String, usize>,
    left: u64,
}

impl<'b> Archive<'b> {
    /// Opens an archive whose members may unpack to `most` bytes in all.
    pub(crate) fn open(bytes: &'b [u8], most: u64) -> Result<Self, Refusal> {
        if members_claimed(bytes) > MOST_MEMBERS {
            return Err(Refusal::TooLarge(format!("{MOST_MEMBERS} members of an archive")));
        }
        let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(refusal)?;
        let mut names = Vec::with_capacity(zip.len().min(MOST_MEMBERS));
        for index in 0..zip.len().min(MOST_MEMBERS) {
            let name = zip.by_index_raw(index).map(|member| readable(member.name_raw())).unwrap_or_default();
            names.push(name);
        }
        // The first of two members of one name is the one that other programs show.
        let mut by_name = HashMap::new();
        for (index, name) in names.iter().enumerate() {
            by_name.entry(key(name)).or_insert(index);
        }
        Ok(Self { zip, names, by_name, left: most })
    }

    /// The members' names, in the order of the archive; folders end with a slash.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether there is a member of that name.
    pub(crate) fn holds(&self, name: &str) -> bool {
        self.by_name.contains_key(&key(name))
    }

    /// A member's bytes; `None` when there is no such member.
    pub(crate) fn read(&mut self, name: &str) -> Result<Option<Vec<u8>>, Refusal> {
        match self.by_name.get(&key(name)).copied() {
            Some(index) => self.read_at(index).map(Some),
            None => Ok(None),
        }
    }

    /// The bytes of the member at `index` of [`names`](Self::names).
    pub(crate) fn read_at(&mut self, index: usize) -> Result<Vec<u8>, Refusal> {
        let left = self.left;
        let member = self.zip.by_index(index).map_err(refusal)?;
        let mut bytes = Vec::new();
        let read = member.take(left + 1).read_to_end(&mut bytes);
        if bytes.len() as u64 > left {
            return Err(Refusal::TooLarge("bytes that an archive may unpack to".to_owned()));
        }
        self.left -= bytes.len() as u64;
        match read {
            // A member with a broken end is worth reading up to there, as office programs do.
            Err(error) if bytes.is_empty() => Err(Refusal::Damaged(error.to_string())),
            _ => Ok(bytes),
        }
    }
}

/// Names are compared without regard to case, slashes either way.
fn key(name: &str) -> String {
    name.replace('\\', "/").trim_start_matches('/').to_lowercase()
}

/// A member's name: Unicode, or the encoding of Japanese Windows.
fn readable(raw: &[u8]) -> String {
    let name = std::str::from_utf8(raw).map_or_else(|_| text::decode_name(raw), str::to_owned);
    name.replace('\\', "/")
}

/// How many members the archive's last record promises, without reading its directory.
fn members_claimed(bytes: &[u8]) -> usize {
    let tail = &bytes[bytes.len().saturating_sub(END_RECORD + usize::from(u16::MAX))..];
    let end = tail.windows(4).rposition(|w| w == b"PK\x05\x06").map(|at| &tail[at..]);
    let Some(end) = end.filter(|e| e.len() >= END_RECORD) else { return 0 };
    let count = usize::from(u16::from_le_bytes([end[10], end[11]]));
    if count < usize::from(u16::MAX) {
        return count;
    }
    // Beyond that number the record of 64 bits counts; its length of the directory bounds it well enough here.
    let wide = tail.windows(4).rposition(|w| w == b"PK\x06\x06").map(|at| &tail[at..]).filter(|w| w.len() >= 40);
    wide.map_or(count, |w| {
        let mut number = [0; 8];
        number.copy_from_slice(&w[32..40]);
        usize::try_from(u64::from_le_bytes(number)).unwrap_or(usize::MAX)
    })
}

/// The names in an archive's directory, in lower case, as far as the end of the file holds it.
pub(crate) fn directory_names(tail: &[u8]) -> Vec<String> {
    let Some(end) = tail.windows(4).rposition(|w| w == b"PK\x05\x06") else { return Vec::new() };
    let Some(size) = tail.get(end + 12..end + 16).and_then(|b| <[u8; 4]>::try_from(b).ok()).map(u32::from_le_bytes) else {
        return Vec::new();
    };
    let mut directory = &tail[end.saturating_sub(size as usize)..end];
    let mut names = Vec::new();
    while let Some(at) = directory.windows(4).position(|w| w == b"PK\x01\x02") {
        let entry = &directory[at..];
        let length = entry.get(28..30).map_or(0, |b| usize::from(u16::from_le_bytes([b[0], b[1]])));
        names.extend(entry.get(46..46 + length).map(|name| key(&readable(name))));
        directory = &directory[(at + 46 + length).min(directory.len())..];
    }
    names
}

fn refusal(error: ZipError) -> Refusal {
    match error {
        ZipError::UnsupportedArchive(what) if what == ZipError::PASSWORD_REQUIRED => Refusal::Encrypted,
        other => Refusal::Damaged(other.to_string()),
    }
}
