//! The vectors on the disk: a file that is only ever appended to, and is the truth about the vector leg.
//!
//! A commit appends its changes, syncs, and then writes the file's name and length into tantivy's commit. That commit
//! is one rename, so both legs move from before to after at once. Bytes beyond the length that was committed belong to
//! a commit that never happened; they are ignored by readers and cut off by the next writer.

use crate::durable::sync_folder;
use crate::error::RetrievalError;
use crate::in_force::InForce;
use crate::vectors::{Entry, Vectors};
use appliance_core::id::{CollectionId, DocumentId, PassageId, VersionId};
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

const MAGIC: &[u8; 8] = b"KURAVEC2";
const HEADER_BYTES: u64 = 12;
/// Bytes of an entry: four ids and two days.
const ENTRY_BYTES: usize = 40;
const PUT: u8 = 1;
const REMOVE_VERSION: u8 = 2;
/// A passage whose vector is still to be made.
const PUT_BARE: u8 = 3;
/// The vector of such a passage.
const EMBED: u8 = 4;

/// A committed state: which file, and how much of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Position {
    /// The file; a rebuilt one gets the next number.
    pub generation: u64,
    /// Bytes that count.
    pub length: u64,
}

/// A change on its way to the next commit.
pub(crate) enum Change {
    /// A passage with its vector, or without it while it is still to be made.
    Put(Entry, Option<Vec<f32>>),
    /// The vector of a passage that waits for it.
    Embed(PassageId, Vec<f32>),
    RemoveVersion(VersionId),
}

impl Change {
    /// Applies the change to what is in memory.
    pub fn apply(&self, vectors: &mut Vectors) {
        match self {
            Self::Put(entry, Some(values)) => vectors.put(*entry, values),
            Self::Put(entry, None) => vectors.put_bare(*entry),
            Self::Embed(passage, values) => vectors.embed(*passage, values),
            Self::RemoveVersion(version) => vectors.remove_version(*version),
        }
    }
}

/// The file that is written to.
pub(crate) struct VectorLog {
    file: File,
    path: PathBuf,
    position: Position,
}

/// The name of a generation's file.
pub(crate) fn path_of(folder: &Path, generation: u64) -> PathBuf {
    folder.join(format!("{generation:08}.vectors"))
}

impl VectorLog {
    /// Starts a generation, with nothing or with the living of an earlier one.
    pub fn create<'a>(
        folder: &Path,
        generation: u64,
        dimension: usize,
        entries: impl Iterator<Item = (Entry, Option<&'a [f32]>)>,
    ) -> Result<Self, RetrievalError> {
        let path = path_of(folder, generation);
        let mut file = File::create(&path).map_err(RetrievalError::file(&path, "creating"))?;
        let mut header = MAGIC.to_vec();
        header.extend((dimension as u32).to_le_bytes());
        file.write_all(&header).map_err(RetrievalError::file(&path, "writing"))?;
        let mut log = Self { file, path, position: Position { generation, length: HEADER_BYTES } };
        let mut bytes = Vec::new();
        for (entry, values) in entries {
            encode_put(&mut bytes, &entry, values);
            if bytes.len() > 1 << 20 {
                log.write(&bytes)?;
                bytes.clear();
            }
        }
        log.write(&bytes)?;
        log.sync()?;
        sync_folder(folder)?;
        Ok(log)
    }

    /// Opens a committed state for writing, and cuts off what was never committed.
    pub fn open(folder: &Path, position: Position) -> Result<Self, RetrievalError> {
        let path = path_of(folder, position.generation);
        let mut file = OpenOptions::new().write(true).open(&path).map_err(RetrievalError::file(&path, "opening"))?;
        let length = file.metadata().map_err(RetrievalError::file(&path, "reading"))?.len();
        if length > position.length {
            tracing::info!(vectors.bytes = length - position.length, "cut off a commit that was interrupted");
            file.set_len(position.length).map_err(RetrievalError::file(&path, "cutting"))?;
        }
        file.seek(SeekFrom::Start(position.length)).map_err(RetrievalError::file(&path, "seeking"))?;
        Ok(Self { file, path, position })
    }

    /// What has been written so far.
    pub fn position(&self) -> Position {
        self.position
    }

    /// Appends changes and makes them durable. They count once the new position is committed.
    pub fn append(&mut self, changes: &[Change]) -> Result<Position, RetrievalError> {
        let mut bytes = Vec::new();
        for change in changes {
            match change {
                Change::Put(entry, values) => encode_put(&mut bytes, entry, values.as_deref()),
                Change::Embed(passage, values) => {
                    bytes.push(EMBED);
                    bytes.extend(passage.0.to_le_bytes());
                    encode_values(&mut bytes, values);
                }
                Change::RemoveVersion(version) => {
                    bytes.push(REMOVE_VERSION);
                    bytes.extend(version.0.to_le_bytes());
                }
            }
        }
        self.write(&bytes)?;
        self.sync()?;
        Ok(self.position)
    }

    /// Goes back to an earlier position of this file, after a commit that failed.
    pub fn rewind(&mut self, to: Position) -> Result<(), RetrievalError> {
        self.file.set_len(to.length).map_err(RetrievalError::file(&self.path, "cutting"))?;
        self.file.seek(SeekFrom::Start(to.length)).map_err(RetrievalError::file(&self.path, "seeking"))?;
        self.position = to;
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), RetrievalError> {
        self.file.write_all(bytes).map_err(RetrievalError::file(&self.path, "writing"))?;
        self.position.length += bytes.len() as u64;
        Ok(())
    }

    fn sync(&self) -> Result<(), RetrievalError> {
        self.file.sync_data().map_err(RetrievalError::file(&self.path, "syncing"))
    }
}

fn encode_put(bytes: &mut Vec<u8>, entry: &Entry, values: Option<&[f32]>) {
    bytes.push(if values.is_some() { PUT } else { PUT_BARE });
    for id in [entry.passage.0, entry.version.0, entry.document.0, entry.collection.0] {
        bytes.extend(id.to_le_bytes());
    }
    for day in [entry.days.from, entry.days.until] {
        bytes.extend(day.to_le_bytes());
    }
    encode_values(bytes, values.unwrap_or_default());
}

fn encode_values(bytes: &mut Vec<u8>, values: &[f32]) {
    bytes.extend(values.iter().flat_map(|v| v.to_le_bytes()));
}

/// Reads a committed state.
pub(crate) fn replay(folder: &Path, position: Position, dimension: usize) -> Result<Vectors, RetrievalError> {
    let path = path_of(folder, position.generation);
    let damaged = |reason: String| RetrievalError::IndexDamaged { path: path.clone(), reason };
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Err(damaged("the vectors are missing".to_owned())),
        Err(e) => return Err(RetrievalError::file(&path, "opening")(e)),
    };
    let length = file.metadata().map_err(RetrievalError::file(&path, "reading"))?.len();
    if length < position.length {
        return Err(damaged(format!("{length} bytes of vectors, {} were committed", position.length)));
    }
    let file = BufReader::with_capacity(1 << 20, file).take(position.length);
    let mut reader = Records { reader: file, left: position.length, path: &path, components: vec![0; dimension * 4] };
    let mut header = [0; HEADER_BYTES as usize];
    reader.fill(&mut header)?;
    if header[..8] != MAGIC[..] || header[8..] != (dimension as u32).to_le_bytes() {
        return Err(damaged("the header is not that of vectors of this dimension".to_owned()));
    }
    let mut vectors = Vectors::new(dimension);
    let mut values = vec![0.0; dimension];
    while reader.left > 0 {
        match reader.kind()? {
            PUT => {
                let entry = reader.entry()?;
                reader.components(&mut values)?;
                vectors.put(entry, &values);
            }
            PUT_BARE => vectors.put_bare(reader.entry()?),
            EMBED => {
                let passage = PassageId(reader.id()?);
                reader.components(&mut values)?;
                vectors.embed(passage, &values);
            }
            REMOVE_VERSION => vectors.remove_version(VersionId(reader.id()?)),
            other => return Err(damaged(format!("a record of the unknown kind {other}"))),
        }
    }
    Ok(vectors)
}

fn entry(bytes: &[u8]) -> Entry {
    let id = |i: usize| {
        let mut id = [0; 8];
        id.copy_from_slice(&bytes[i * 8..i * 8 + 8]);
        i64::from_le_bytes(id)
    };
    let day = |i: usize| {
        let mut day = [0; 4];
        day.copy_from_slice(&bytes[32 + i * 4..36 + i * 4]);
        i32::from_le_bytes(day)
    };
    let days = InForce { from: day(0), until: day(1) };
    Entry { passage: PassageId(id(0)), version: VersionId(id(1)), document: DocumentId(id(2)), collection: CollectionId(id(3)), days }
}

/// Reads records, and knows how many committed bytes are left.
struct Records<'a, R> {
    reader: R,
    left: u64,
    path: &'a Path,
    /// The bytes of one vector.
    components: Vec<u8>,
}

impl<R: Read> Records<'_, R> {
    fn kind(&mut self) -> Result<u8, RetrievalError> {
        let mut kind = [0];
        self.fill(&mut kind)?;
        Ok(kind[0])
    }

    fn entry(&mut self) -> Result<Entry, RetrievalError> {
        let mut bytes = [0; ENTRY_BYTES];
        self.fill(&mut bytes)?;
        Ok(entry(&bytes))
    }

    fn id(&mut self) -> Result<i64, RetrievalError> {
        let mut id = [0; 8];
        self.fill(&mut id)?;
        Ok(i64::from_le_bytes(id))
    }

    fn components(&mut self, values: &mut [f32]) -> Result<(), RetrievalError> {
        let mut bytes = std::mem::take(&mut self.components);
        self.fill(&mut bytes)?;
        for (value, bytes) in values.iter_mut().zip(bytes.chunks_exact(4)) {
            *value = f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        }
        self.components = bytes;
        Ok(())
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RetrievalError> {
        let needed = bytes.len() as u64;
        let Some(left) = self.left.checked_sub(needed) else {
            return Err(RetrievalError::IndexDamaged { path: self.path.to_owned(), reason: "a record is cut short".to_owned() });
        };
        self.reader.read_exact(bytes).map_err(RetrievalError::file(self.path, "reading"))?;
        self.left = left;
        Ok(())
    }
}
