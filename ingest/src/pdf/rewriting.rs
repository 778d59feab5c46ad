//! A PDF written anew: what its catalog leads to, in the clear, with sound cross-references.
//!
//! hayro reads files that no update can be appended to: encrypted ones, and ones whose cross-references it had to find
//! by itself. What it reads is written out here, object by object, and the result is a plain file again.

use hayro_interpret::hayro_syntax::Pdf;
use hayro_interpret::hayro_syntax::object::{Array, Dict, MaybeRef, Number, ObjRef, Object, ObjectIdentifier, Stream};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::Write;

/// Bytes of a file written anew. Streams that several objects share are written once, so only a bomb comes near.
const MOST_BYTES: usize = 1 << 30;
/// Objects of a file written anew.
const MOST_OBJECTS: usize = 4_000_000;
/// Nesting of arrays and dictionaries; what lies deeper is written as null.
const DEPTH: usize = 256;

/// Writes `pdf` anew; `None` when it exceeds what is written.
pub(super) fn rewritten(pdf: &Pdf) -> Option<Vec<u8>> {
    let mut writer = Writer { out: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec(), numbers: HashMap::new(), waiting: Vec::new() };
    let root = writer.number(pdf.xref().root_id());
    let mut offsets: Vec<(usize, usize)> = Vec::new();
    while let Some((number, id)) = writer.waiting.pop() {
        if writer.out.len() > MOST_BYTES || writer.numbers.len() > MOST_OBJECTS {
            return None;
        }
        offsets.push((number, writer.out.len()));
        writer.put(&format!("{number} 0 obj\n"));
        match pdf.xref().get::<Object<'_>>(id) {
            Some(object) => writer.object(&object, DEPTH),
            None => writer.put("null"),
        }
        writer.put("\nendobj\n");
    }
    let info = writer.numbers.len() + 1;
    if let Some(title) = &pdf.metadata().title {
        offsets.push((info, writer.out.len()));
        writer.put(&format!("{info} 0 obj\n<</Title "));
        writer.string(title);
        writer.put(">>\nendobj\n");
    }
    offsets.sort_unstable();
    writer.end(root, &offsets, pdf.metadata().title.is_some().then_some(info));
    Some(writer.out)
}

struct Writer {
    out: Vec<u8>,
    /// The new numbers of the objects seen, from 1. Generations are left behind.
    numbers: HashMap<ObjectIdentifier, usize>,
    /// Objects that were referred to and are not written yet.
    waiting: Vec<(usize, ObjectIdentifier)>,
}

impl Writer {
    fn put(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn number(&mut self, id: ObjectIdentifier) -> usize {
        let next = self.numbers.len() + 1;
        match self.numbers.entry(id) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                self.waiting.push((next, id));
                *new.insert(next)
            }
        }
    }

    fn object(&mut self, object: &Object<'_>, depth: usize) {
        match object {
            _ if depth == 0 => self.put("null"),
            Object::Null(_) => self.put("null"),
            Object::Boolean(value) => self.put(if *value { "true" } else { "false" }),
            Object::Number(number) => self.number_literal(*number),
            Object::String(string) => self.string(string.as_bytes()),
            Object::Name(name) => self.name(name),
            Object::Array(array) => self.array(array, depth - 1),
            Object::Dict(dict) => {
                self.put("<<");
                self.entries(dict, depth - 1, &[]);
                self.put(">>");
            }
            Object::Stream(stream) => self.stream(stream, depth - 1),
        }
    }

    fn referred(&mut self, item: &MaybeRef<Object<'_>>, depth: usize) {
        match item {
            MaybeRef::Ref(reference) => self.reference(*reference),
            MaybeRef::NotRef(object) => self.object(object, depth),
        }
    }

    fn reference(&mut self, reference: ObjRef) {
        let number = self.number(reference.into());
        self.put(&format!("{number} 0 R"));
    }

    fn array(&mut self, array: &Array<'_>, depth: usize) {
        self.put("[");
        for item in array.raw_iter() {
            self.referred(&item, depth);
            self.put(" ");
        }
        self.put("]");
    }

    fn entries(&mut self, dict: &Dict<'_>, depth: usize, without: &[&[u8]]) {
        for (key, value) in dict.entries() {
            if without.contains(&key.as_ref()) {
                continue;
            }
            self.name(&key);
            self.put(" ");
            self.referred(&value, depth);
            self.put("\n");
        }
    }

    fn stream(&mut self, stream: &Stream<'_>, depth: usize) {
        let data = stream.raw_data();
        let dict = stream.dict();
        self.put("<<");
        // A filter of the encryption has done its work by now (ISO 32000-1, 7.4.10).
        let crypt = dict.get::<Array<'_>>("Filter").is_some_and(|f| f.iter::<Object<'_>>().next().is_some_and(|f| is_crypt(&f)));
        if crypt {
            self.entries(dict, depth, &[b"Length", b"Filter", b"DecodeParms"]);
            for key in ["Filter", "DecodeParms"] {
                if let Some(list) = dict.get::<Array<'_>>(key) {
                    self.put(&format!("/{key} ["));
                    for item in list.raw_iter().skip(1) {
                        self.referred(&item, depth);
                        self.put(" ");
                    }
                    self.put("]\n");
                }
            }
        } else if dict.get::<Object<'_>>("Filter").is_some_and(|f| is_crypt(&f)) {
            self.entries(dict, depth, &[b"Length", b"Filter", b"DecodeParms"]);
        } else {
            self.entries(dict, depth, &[b"Length"]);
        }
        self.put(&format!("/Length {}>>\nstream\n", data.len()));
        self.out.extend_from_slice(&data);
        self.put("\nendstream");
    }

    fn number_literal(&mut self, number: Number) {
        let value = number.as_f64();
        if value.fract() == 0.0 && value.abs() < 9e15 {
            self.put(&number.as_i64().to_string());
        } else if value.is_finite() {
            // Rust writes no exponents, as PDF wants it.
            self.put(&value.to_string());
        } else {
            self.put("0");
        }
    }

    fn name(&mut self, name: &[u8]) {
        self.out.push(b'/');
        for byte in name {
            if byte.is_ascii_alphanumeric() || b"-_.+:*".contains(byte) {
                self.out.push(*byte);
            } else {
                let _ = write!(self.out, "#{byte:02x}");
            }
        }
    }

    fn string(&mut self, bytes: &[u8]) {
        self.out.push(b'<');
        for byte in bytes {
            let _ = write!(self.out, "{byte:02x}");
        }
        self.out.push(b'>');
    }

    /// Cross-references, from 0; numbers that no object has are free.
    fn end(&mut self, root: usize, offsets: &[(usize, usize)], info: Option<usize>) {
        let start = self.out.len();
        let size = offsets.last().map_or(1, |(number, _)| number + 1);
        self.put(&format!("xref\n0 {size}\n0000000000 65535 f \n"));
        let mut known = offsets.iter().peekable();
        for number in 1..size {
            match known.next_if(|(n, _)| *n == number) {
                Some((_, offset)) => self.put(&format!("{offset:010} 00000 n \n")),
                None => self.put("0000000000 00000 f \n"),
            }
        }
        let info = info.map_or_else(String::new, |number| format!("/Info {number} 0 R "));
        self.put(&format!("trailer\n<</Size {size} {info}/Root {root} 0 R>>\nstartxref\n{start}\n%%EOF\n"));
    }
}

fn is_crypt(filter: &Object<'_>) -> bool {
    matches!(filter, Object::Name(name) if name.as_ref() == b"Crypt")
}
