//! The header of a GGUF file: its metadata and where its tensors lie, read without trusting the file.
//!
//! llama.cpp's own reader ends the process on some broken files, and says little about others, so a file is looked at
//! here before it is handed over. Every count and length is bounded by the file's size before anything is allocated.
//! Format: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

/// The longest string that is kept; longer ones are skipped. Chat templates are a few kilobytes.
const MAX_KEPT_STRING: u64 = 1 << 20;
/// Metadata entries and tensors that are read at most. The largest models have a few thousand tensors.
const MAX_ENTRIES: u64 = 1 << 16;
/// Levels of arrays within arrays. Real files have none.
const MAX_ARRAY_DEPTH: u32 = 2;

/// Why a file is no usable GGUF.
#[derive(Debug)]
pub enum GgufError {
    /// It could not be read.
    Io(io::Error),
    /// It is something else, or broken; the text says where.
    Malformed(String),
}

impl From<io::Error> for GgufError {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::UnexpectedEof { Self::Malformed("it ends within its header".to_owned()) } else { Self::Io(error) }
    }
}

fn malformed<T>(reason: impl Into<String>) -> Result<T, GgufError> {
    Err(GgufError::Malformed(reason.into()))
}

/// A metadata value. Numbers of all widths come out as one kind each; of arrays only the length is kept.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the kinds of GGUF values")]
pub enum Value {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Bool(bool),
    Text(String),
    Array {
        length: u64,
    },
    /// A string too long to be kept.
    Skipped,
}

/// What a GGUF file says about itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    /// Of the format: 2 or 3.
    pub version: u32,
    /// The metadata, by key.
    pub metadata: BTreeMap<String, Value>,
    /// How many tensors this file holds.
    pub tensors: u64,
    /// Names of the tensors.
    pub tensor_names: Vec<String>,
    /// Bytes that the file must have for its last tensor to be whole.
    pub needed_bytes: u64,
    /// Bytes that it has.
    pub file_bytes: u64,
}

impl Header {
    /// Reads the header of a file.
    pub fn read(path: &Path) -> Result<Self, GgufError> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        Self::parse(BufReader::with_capacity(1 << 16, file), length)
    }

    /// Reads a header from `source`, which has `length` bytes.
    pub fn parse(source: impl Read + Seek, length: u64) -> Result<Self, GgufError> {
        let mut cursor = Cursor { source, at: 0, length };
        let mut magic = [0; 4];
        match cursor.bytes(&mut magic) {
            Ok(()) if magic == *b"GGUF" => {}
            Err(GgufError::Io(e)) => return Err(GgufError::Io(e)),
            _ => return malformed("it does not begin with the letters GGUF"),
        }
        let version = cursor.u32()?;
        if version.swap_bytes() <= 3 {
            return malformed("it is a big-endian GGUF");
        }
        if !(2..=3).contains(&version) {
            return malformed(format!("its format version is {version}; versions 2 and 3 are known"));
        }
        let tensors = cursor.u64()?;
        let entries = cursor.u64()?;
        if tensors > MAX_ENTRIES || entries > MAX_ENTRIES {
            return malformed(format!("it announces {tensors} tensors and {entries} entries"));
        }
        let metadata = read_metadata(&mut cursor, entries)?;
        let (tensor_names, data_bytes) = read_tensors(&mut cursor, tensors)?;
        let alignment = match metadata.get("general.alignment") {
            None => 32,
            Some(Value::Unsigned(n)) if n.is_power_of_two() && *n <= 1 << 20 => *n,
            Some(other) => return malformed(format!("its alignment is {other:?}")),
        };
        let data_at = cursor.at.next_multiple_of(alignment);
        let needed_bytes = if tensors == 0 { cursor.at } else { data_at.saturating_add(data_bytes) };
        Ok(Self { version, metadata, tensors, tensor_names, needed_bytes, file_bytes: length })
    }

    /// Whether the file is long enough for all its tensors.
    pub fn is_whole(&self) -> bool {
        self.file_bytes >= self.needed_bytes
    }

    /// A text value.
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.metadata.get(key)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A whole number that is not negative.
    pub fn number(&self, key: &str) -> Option<u64> {
        match self.metadata.get(key)? {
            Value::Unsigned(n) => Some(*n),
            Value::Signed(n) => u64::try_from(*n).ok(),
            _ => None,
        }
    }

    /// A truth value.
    pub fn flag(&self, key: &str) -> Option<bool> {
        match self.metadata.get(key)? {
            Value::Bool(b) => Some(*b),
            _ => None,
        }
    }

    /// The length of an array.
    pub fn array_length(&self, key: &str) -> Option<u64> {
        match self.metadata.get(key)? {
            Value::Array { length } => Some(*length),
            _ => None,
        }
    }

    /// `general.architecture`, as in "gemma3".
    pub fn architecture(&self) -> Option<&str> {
        self.text("general.architecture")
    }

    /// A whole number under the architecture's name, as in `gemma3.context_length`.
    pub fn architecture_number(&self, key: &str) -> Option<u64> {
        self.number(&format!("{}.{key}", self.architecture()?))
    }
}

fn read_metadata<S: Read + Seek>(cursor: &mut Cursor<S>, entries: u64) -> Result<BTreeMap<String, Value>, GgufError> {
    let mut metadata = BTreeMap::new();
    for _ in 0..entries {
        let Some(key) = cursor.string(1 << 16)? else { return malformed("a key is longer than 65,536 bytes") };
        let kind = cursor.u32()?;
        let value = cursor.value(kind, &key)?;
        if metadata.insert(key.clone(), value).is_some() {
            return malformed(format!("the key {key} appears twice"));
        }
    }
    Ok(metadata)
}

/// The tensors' names, and the bytes from the first one's start to the last one's end.
fn read_tensors<S: Read + Seek>(cursor: &mut Cursor<S>, tensors: u64) -> Result<(Vec<String>, u64), GgufError> {
    let mut names = Vec::new();
    let mut end = 0_u64;
    for _ in 0..tensors {
        let Some(name) = cursor.string(1 << 10)? else { return malformed("a tensor's name is longer than 1,024 bytes") };
        let dimensions = cursor.u32()?;
        if dimensions > 4 {
            return malformed(format!("tensor {name} has {dimensions} dimensions"));
        }
        let mut elements = 1_u64;
        for _ in 0..dimensions {
            elements = match elements.checked_mul(cursor.u64()?) {
                Some(n) => n,
                None => return malformed(format!("tensor {name} is too large")),
            };
        }
        let kind = cursor.u32()?;
        let Some((block, bytes)) = block_size(kind) else { return malformed(format!("tensor {name} is of unknown type {kind}")) };
        let size = (elements / block).checked_mul(bytes).filter(|_| elements.is_multiple_of(block));
        let offset = cursor.u64()?;
        end = match size.and_then(|s| s.checked_add(offset)) {
            Some(tensor_end) => end.max(tensor_end),
            None => return malformed(format!("tensor {name} has {elements} elements at {offset}, which no file can hold")),
        };
        names.push(name);
    }
    Ok((names, end))
}

/// Elements and bytes of one block of a tensor type (ggml's `type_traits`).
fn block_size(kind: u32) -> Option<(u64, u64)> {
    Some(match kind {
        0 | 26 => (1, 4),
        1 | 25 | 30 => (1, 2),
        24 => (1, 1),
        27 | 28 => (1, 8),
        2 | 20 => (32, 18),
        3 => (32, 20),
        6 => (32, 22),
        7 => (32, 24),
        8 => (32, 34),
        9 => (32, 36),
        39 => (32, 17),
        10 => (256, 84),
        11 | 21 => (256, 110),
        12 => (256, 144),
        13 => (256, 176),
        14 => (256, 210),
        15 => (256, 292),
        16 | 35 => (256, 66),
        17 => (256, 74),
        18 => (256, 98),
        19 => (256, 50),
        22 => (256, 82),
        23 => (256, 136),
        29 => (256, 56),
        34 => (256, 54),
        40 => (64, 36),
        41 => (128, 18),
        42 => (64, 18),
        _ => return None,
    })
}

/// Reads forward within a known length.
struct Cursor<S> {
    source: S,
    at: u64,
    length: u64,
}

impl<S: Read + Seek> Cursor<S> {
    fn bytes(&mut self, into: &mut [u8]) -> Result<(), GgufError> {
        self.source.read_exact(into)?;
        self.at += into.len() as u64;
        Ok(())
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], GgufError> {
        let mut raw = [0; N];
        self.bytes(&mut raw)?;
        Ok(raw)
    }

    fn u32(&mut self) -> Result<u32, GgufError> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    fn u64(&mut self) -> Result<u64, GgufError> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    fn skip(&mut self, bytes: u64) -> Result<(), GgufError> {
        if bytes > self.length.saturating_sub(self.at) {
            return malformed("it ends within its header");
        }
        self.at += bytes;
        // Short hops stay within the reader's buffer only by reading; seeking would throw the buffer away.
        if bytes <= 1 << 12 {
            io::copy(&mut self.source.by_ref().take(bytes), &mut io::sink())?;
        } else {
            self.source.seek(SeekFrom::Start(self.at))?;
        }
        Ok(())
    }

    /// A string, or `None` when it is longer than `max` (it is skipped then).
    fn string(&mut self, max: u64) -> Result<Option<String>, GgufError> {
        let bytes = self.u64()?;
        if bytes > self.length.saturating_sub(self.at) {
            return malformed("a string is longer than the file");
        }
        if bytes > max {
            self.skip(bytes)?;
            return Ok(None);
        }
        let mut raw = vec![0; bytes as usize];
        self.bytes(&mut raw)?;
        Ok(Some(String::from_utf8_lossy(&raw).into_owned()))
    }

    fn value(&mut self, kind: u32, key: &str) -> Result<Value, GgufError> {
        Ok(match kind {
            0 => Value::Unsigned(u64::from(u8::from_le_bytes(self.array()?))),
            1 => Value::Signed(i64::from(i8::from_le_bytes(self.array()?))),
            2 => Value::Unsigned(u64::from(u16::from_le_bytes(self.array()?))),
            3 => Value::Signed(i64::from(i16::from_le_bytes(self.array()?))),
            4 => Value::Unsigned(u64::from(self.u32()?)),
            5 => Value::Signed(i64::from(i32::from_le_bytes(self.array()?))),
            6 => Value::Float(f64::from(f32::from_le_bytes(self.array()?))),
            7 => Value::Bool(self.array::<1>()?[0] != 0),
            8 => self.string(MAX_KEPT_STRING)?.map_or(Value::Skipped, Value::Text),
            9 => Value::Array { length: self.skip_array(key, 0)? },
            10 => Value::Unsigned(self.u64()?),
            11 => Value::Signed(i64::from_le_bytes(self.array()?)),
            12 => Value::Float(f64::from_le_bytes(self.array()?)),
            _ => return malformed(format!("the value of {key} is of unknown type {kind}")),
        })
    }

    fn skip_array(&mut self, key: &str, depth: u32) -> Result<u64, GgufError> {
        if depth >= MAX_ARRAY_DEPTH {
            return malformed(format!("the value of {key} is nested too deeply"));
        }
        let kind = self.u32()?;
        let length = self.u64()?;
        let width = match kind {
            0 | 1 | 7 => 1,
            2 | 3 => 2,
            4..=6 => 4,
            10..=12 => 8,
            // Each element takes at least eight bytes, which bounds the loops below by the file's length.
            8 | 9 if length <= self.length / 8 => 0,
            _ => return malformed(format!("the array {key} has {length} elements of type {kind}")),
        };
        match kind {
            8 => {
                for _ in 0..length {
                    let bytes = self.u64()?;
                    self.skip(bytes)?;
                }
            }
            9 => {
                for _ in 0..length {
                    self.skip_array(key, depth + 1)?;
                }
            }
            _ => match length.checked_mul(width) {
                Some(bytes) => self.skip(bytes)?,
                None => return malformed(format!("the array {key} is longer than the file")),
            },
        }
        Ok(length)
    }
}

#[cfg(test)]
pub(crate) mod testing {
    //! Small GGUF files, made by hand.

    /// A header in the making.
    #[derive(Default)]
    pub(crate) struct Draft {
        entries: Vec<Vec<u8>>,
        tensors: Vec<Vec<u8>>,
        data: u64,
    }

    fn string(text: &str) -> Vec<u8> {
        [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat()
    }

    impl Draft {
        fn entry(mut self, key: &str, kind: u32, value: &[u8]) -> Self {
            self.entries.push([string(key), kind.to_le_bytes().to_vec(), value.to_vec()].concat());
            self
        }

        pub(crate) fn text(self, key: &str, value: &str) -> Self {
            self.entry(key, 8, &string(value))
        }

        pub(crate) fn number(self, key: &str, value: u32) -> Self {
            self.entry(key, 4, &value.to_le_bytes())
        }

        pub(crate) fn flag(self, key: &str, value: bool) -> Self {
            self.entry(key, 7, &[u8::from(value)])
        }

        pub(crate) fn texts(self, key: &str, values: &[&str]) -> Self {
            let body: Vec<u8> = values.iter().flat_map(|v| string(v)).collect();
            self.entry(key, 9, &[&8_u32.to_le_bytes()[..], &(values.len() as u64).to_le_bytes(), &body].concat())
        }

        /// A tensor of F32 elements.
        pub(crate) fn tensor(mut self, name: &str, elements: u64) -> Self {
            let info = [&1_u32.to_le_bytes()[..], &elements.to_le_bytes(), &0_u32.to_le_bytes(), &self.data.to_le_bytes()].concat();
            self.tensors.push([string(name), info].concat());
            self.data += (elements * 4).next_multiple_of(32);
            self
        }

        pub(crate) fn bytes(self) -> Vec<u8> {
            let counts = [self.tensors.len() as u64, self.entries.len() as u64];
            let mut file = [&b"GGUF"[..], &3_u32.to_le_bytes(), &counts[0].to_le_bytes(), &counts[1].to_le_bytes()].concat();
            file.extend(self.entries.concat());
            file.extend(self.tensors.concat());
            file.resize(file.len().next_multiple_of(32) + self.data as usize, 0);
            file
        }
    }
}

#[cfg(test)]
mod tests {
    use super::testing::Draft;
    use super::*;
    use proptest::prelude::*;

    fn parse(bytes: &[u8]) -> Result<Header, GgufError> {
        Header::parse(io::Cursor::new(bytes), bytes.len() as u64)
    }

    fn sample() -> Vec<u8> {
        Draft::default()
            .text("general.architecture", "gemma3")
            .number("gemma3.context_length", 2048)
            .flag("gemma3.attention.causal", true)
            .texts("tokenizer.ggml.tokens", &["<s>", "蔵", "倉"])
            .tensor("token_embd.weight", 96)
            .tensor("output_norm.weight", 8)
            .bytes()
    }

    #[test]
    fn a_header_says_what_the_file_holds() {
        let header = parse(&sample()).unwrap();
        assert_eq!(header.architecture(), Some("gemma3"));
        assert_eq!(header.architecture_number("context_length"), Some(2048));
        assert_eq!(header.flag("gemma3.attention.causal"), Some(true));
        assert_eq!(header.array_length("tokenizer.ggml.tokens"), Some(3));
        assert_eq!(header.tensor_names, ["token_embd.weight", "output_norm.weight"]);
        assert!(header.is_whole());
    }

    #[test]
    fn a_file_whose_tensors_are_cut_short_is_noticed() {
        let whole = sample();
        let header = parse(&whole[..whole.len() - 1]).unwrap();
        assert_eq!(header.needed_bytes, whole.len() as u64);
        assert!(!header.is_whole());
    }

    #[track_caller]
    fn check_refusal(bytes: &[u8], expected: &str) {
        match parse(bytes) {
            Err(GgufError::Malformed(reason)) => assert!(reason.contains(expected), "{reason:?} does not say {expected:?}"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_no_gguf_is_refused_with_the_reason() {
        check_refusal(b"", "letters GGUF");
        check_refusal(b"PK\x03\x04 a zip file", "letters GGUF");
        check_refusal(b"GGUF\x01\0\0\0", "version is 1");
        check_refusal(b"GGUF\0\0\0\x03", "big-endian");
        check_refusal(&sample()[..60], "ends within its header");
        let huge = [&b"GGUF\x03\0\0\0"[..], &u64::MAX.to_le_bytes(), &u64::MAX.to_le_bytes()].concat();
        check_refusal(&huge, "announces");
        let long_key = [&b"GGUF\x03\0\0\0"[..], &0_u64.to_le_bytes(), &1_u64.to_le_bytes(), &(1_u64 << 60).to_le_bytes()].concat();
        check_refusal(&long_key, "longer than the file");
        check_refusal(&Draft::default().number("a", 1).number("a", 2).bytes(), "appears twice");
    }

    proptest! {
        #[test]
        fn any_bytes_give_a_header_or_a_reason(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = parse(&[&b"GGUF\x03\0\0\0"[..], &bytes].concat());
            let _ = parse(&bytes);
        }

        #[test]
        fn a_header_with_bytes_changed_gives_a_header_or_a_reason(changes in prop::collection::vec((0_usize..400, any::<u8>()), 1..8)) {
            let mut bytes = sample();
            for (at, byte) in changes {
                let at = at % bytes.len();
                bytes[at] = byte;
            }
            let _ = parse(&bytes);
        }
    }
}
