//! Packages: the zipped parts of a workbook, found by name whatever its case or slashes, unpacked within bounds.

use super::book::Refusal;
use super::bytes::Shared;
use super::xml::{Xml, attribute};
use crate::limits::Limits;
use quick_xml::events::Event;
use std::collections::HashMap;
use std::io::{Cursor, Read, Write};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// The parts of a zip archive.
pub(crate) struct Package {
    archive: ZipArchive<Cursor<Shared>>,
    parts: HashMap<String, usize>,
    most: u64,
}

/// What one part names of another.
#[derive(Debug, Clone)]
pub(crate) struct Relation {
    pub(crate) id: String,
    /// The last word of its type: `worksheet`, `hyperlink`.
    pub(crate) kind: String,
    /// A part's name, or an address outside.
    pub(crate) target: String,
}

impl Package {
    pub(crate) fn open(bytes: Shared, limits: &Limits) -> Result<Self, Refusal> {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|e| Refusal::Damaged(e.to_string()))?;
        let mut parts = HashMap::new();
        let mut unpacked = 0_u64;
        for index in 0..archive.len() {
            let Ok(part) = archive.by_index_raw(index) else { continue };
            unpacked = unpacked.saturating_add(part.size());
            let Ok(name) = part.name() else { continue };
            parts.entry(plain(&name)).or_insert(index);
        }
        if unpacked > limits.unpacked_bytes {
            return Err(Refusal::TooLarge(format!("{} MiB unpacked", limits.unpacked_bytes >> 20)));
        }
        Ok(Self { archive, parts, most: limits.unpacked_bytes })
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.parts.contains_key(&plain(name))
    }

    /// Name and unpacked size of the part whose name ends so.
    pub(crate) fn ending(&mut self, ending: &str) -> Option<(String, u64)> {
        let (name, index) = self.parts.iter().find(|(name, _)| name.ends_with(ending)).map(|(name, index)| (name.clone(), *index))?;
        let size = self.archive.by_index_raw(index).ok()?.size();
        Some((name, size))
    }

    /// The bytes of a part as they unpack; `None` when there is none of that name.
    pub(crate) fn part(&mut self, name: &str) -> Result<Option<impl Read + '_>, String> {
        let Some(index) = self.parts.get(&plain(name)) else { return Ok(None) };
        // The directory may lie about sizes; what comes out is what counts.
        self.archive.by_index(*index).map(|part| Some(part.take(self.most))).map_err(|e| e.to_string())
    }

    /// A part as XML.
    pub(crate) fn xml(&mut self, name: &str) -> Result<Option<Xml<'_>>, String> {
        self.part(name)?.map(Xml::new).transpose()
    }

    /// The same package with another text in one of its parts.
    pub(crate) fn with_part(&mut self, name: &str, text: &str) -> Result<Vec<u8>, String> {
        let changed = self.parts.get(&plain(name)).copied();
        let mut written = ZipWriter::new(Cursor::new(Vec::new()));
        for index in 0..self.archive.len() {
            let part = self.archive.by_index_raw(index).map_err(|e| e.to_string())?;
            let done = if changed == Some(index) {
                let name = part.name().map_err(|e| e.to_string())?.into_owned();
                written.start_file(name, SimpleFileOptions::default()).map_err(|e| e.to_string())?;
                written.write_all(text.as_bytes()).map_err(|e| e.to_string())
            } else {
                written.raw_copy_file(part).map_err(|e| e.to_string())
            };
            done?;
        }
        written.finish().map(Cursor::into_inner).map_err(|e| e.to_string())
    }

    /// A part as text.
    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, String> {
        let Some(mut part) = self.part(name)? else { return Ok(None) };
        let mut text = String::new();
        part.read_to_string(&mut text).map_err(|e| e.to_string())?;
        Ok(Some(text))
    }

    /// What a part names of others.
    pub(crate) fn relations(&mut self, of: &str) -> Vec<Relation> {
        let (folder, file) = of.rsplit_once('/').unwrap_or(("", of));
        let name = if folder.is_empty() { format!("_rels/{file}.rels") } else { format!("{folder}/_rels/{file}.rels") };
        let mut relations = Vec::new();
        let Ok(Some(mut xml)) = self.xml(&name) else { return relations };
        while let Ok(event) = xml.next() {
            match event {
                Event::Eof => break,
                Event::Start(e) | Event::Empty(e) if e.local_name().as_ref() == "Relationship" => {
                    let get = |name: &str| attribute(&e, name).unwrap_or_default();
                    let outside = get("TargetMode").eq_ignore_ascii_case("external");
                    let target = if outside { get("Target") } else { joined(folder, &get("Target")) };
                    let kind = get("Type").rsplit('/').next().unwrap_or("").to_owned();
                    relations.push(Relation { id: get("Id"), kind, target });
                }
                _ => {}
            }
        }
        relations
    }
}

/// A part's name as it is looked up.
fn plain(name: &str) -> String {
    name.replace('\\', "/").trim_start_matches('/').to_lowercase()
}

/// A target named from a folder.
fn joined(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let path = if target.starts_with('/') { target } else { format!("{folder}/{target}") };
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}
