//! Encodings: UTF-8 and UTF-16 by their marks or their form, the Japanese ones by their statistics.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{EUC_JP, Encoding, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE};
use std::borrow::Cow;

/// Text as decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decoded {
    /// The text, with `\n` for every line end.
    pub(crate) text: String,
    /// The encoding's name.
    pub(crate) encoding: &'static str,
    /// Whether some bytes did not fit it.
    pub(crate) doubtful: bool,
}

/// Bytes that the detector reads; more do not change its mind.
const SAMPLE: usize = 1 << 20;

/// An encoding that a person named, because the guess was wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextEncoding(&'static Encoding);

impl TextEncoding {
    /// The encoding of a name: the labels of the web (`shift_jis`, `euc-jp`, `utf-16`), and `cp932`, `cp51932`.
    pub fn named(name: &str) -> Option<Self> {
        let name = name.trim().to_ascii_lowercase().replace('_', "-");
        let label = match name.as_str() {
            "cp932" | "ms932" | "windows-31j" | "shift-jis" | "sjis" => "shift_jis",
            "cp51932" | "eucjp" => "euc-jp",
            "utf8" => "utf-8",
            "utf16" | "utf16le" => "utf-16le",
            "utf16be" => "utf-16be",
            "jis" | "iso2022jp" => "iso-2022-jp",
            other => other,
        };
        Encoding::for_label(label.as_bytes()).map(Self)
    }

    /// The encoding's usual name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }
}

/// Decodes a text.
pub(crate) fn decode(bytes: &[u8]) -> Decoded {
    decode_named(bytes, None)
}

/// Decodes a text from the encoding that a person named, else from the one its bytes tell.
pub(crate) fn decode_named(bytes: &[u8], named: Option<TextEncoding>) -> Decoded {
    let (encoding, body) = match (named, Encoding::for_bom(bytes)) {
        (Some(named), Some((marked, mark))) if named.0 == marked => (marked, &bytes[mark..]),
        (Some(named), _) => (named.0, bytes),
        (None, Some((encoding, mark))) => (encoding, &bytes[mark..]),
        (None, None) => (guess(bytes), bytes),
    };
    decode_as(body, encoding)
}

/// Decodes a text in an encoding that is known.
pub(crate) fn decode_as(bytes: &[u8], encoding: &'static Encoding) -> Decoded {
    let (text, doubtful) = encoding.decode_without_bom_handling(bytes);
    let text = if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.into_owned() };
    let text = if text.contains('\0') { text.replace('\0', "") } else { text };
    Decoded { text, encoding: encoding.name(), doubtful }
}

/// The name of a file in an archive that does not say how names are written.
pub(crate) fn decode_name(raw: &[u8]) -> String {
    let (text, doubtful) = SHIFT_JIS.decode_without_bom_handling(raw);
    if doubtful { String::from_utf8_lossy(raw).into_owned() } else { text.into_owned() }
}

/// The text of an XML file: by its mark, else as its declaration says, else UTF-8.
pub(crate) fn decode_xml(bytes: &[u8]) -> Cow<'_, str> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[mark..]).0;
    }
    match bytes {
        [b'<', 0, ..] => return UTF_16LE.decode_without_bom_handling(bytes).0,
        [0, b'<', ..] => return UTF_16BE.decode_without_bom_handling(bytes).0,
        _ => {}
    }
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]);
    let said = head.split_once("encoding=").and_then(|(_, rest)| rest.get(1..)).and_then(|rest| rest.split(['"', '\'']).next());
    let encoding = said.and_then(|name| Encoding::for_label(name.as_bytes())).unwrap_or(UTF_8);
    encoding.decode_without_bom_handling(bytes).0
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    // A cut inside the last character must not make UTF-8 look like something else.
    match std::str::from_utf8(bytes) {
        Ok(_) => return UTF_8,
        Err(error) if error.error_len().is_none() => return UTF_8,
        Err(_) => {}
    }
    if let Some(encoding) = utf16_by_form(bytes) {
        return encoding;
    }
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    // What decodes without a fault as one Japanese encoding and not as the other needs no statistics.
    let fits = |encoding: &'static Encoding| !encoding.decode_without_bom_handling(sample).1;
    match (fits(SHIFT_JIS), fits(EUC_JP)) {
        (true, false) => return SHIFT_JIS,
        (false, true) => return EUC_JP,
        _ => {}
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(sample, true);
    detector.guess(Some(b"jp"), Utf8Detection::Allow)
}

/// UTF-16 without a mark: the high bytes of Latin text are zero, those of kana are 0x30.
fn utf16_by_form(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(4096)];
    let high = |offset: usize| sample.iter().skip(offset).step_by(2).filter(|b| matches!(**b, 0x00 | 0x30 | 0x4e..=0x9f)).count();
    let zeros = sample.iter().filter(|b| **b == 0).count();
    let half = sample.len() / 2;
    match (high(0), high(1)) {
        _ if half < 4 || zeros == 0 => None,
        (big, little) if big * 10 > half * 9 && little * 2 < big => Some(UTF_16BE),
        (big, little) if little * 10 > half * 9 && big * 2 < little => Some(UTF_16LE),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "施設名,所在地,電話番号\nみなと市民会館,みなと市港町１丁目①番,03-0000-0000\n";

    #[track_caller]
    fn check(bytes: &[u8], encoding: &str) {
        let decoded = decode(bytes);
        assert_eq!((decoded.text.as_str(), decoded.encoding), (TEXT, encoding));
        assert!(!decoded.doubtful);
    }

    fn utf16(unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        TEXT.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn encodings_of_japanese_offices_are_told_apart() {
        check(TEXT.as_bytes(), "UTF-8");
        check(&["\u{feff}", TEXT].concat().into_bytes(), "UTF-8");
        check(&SHIFT_JIS.encode(TEXT).0, "Shift_JIS");
        check(&EUC_JP.encode(TEXT).0, "EUC-JP");
        check(&[&[0xff, 0xfe], utf16(u16::to_le_bytes).as_slice()].concat(), "UTF-16LE");
        check(&[&[0xfe, 0xff], utf16(u16::to_be_bytes).as_slice()].concat(), "UTF-16BE");
        check(&utf16(u16::to_le_bytes), "UTF-16LE");
        assert_eq!(decode(b"a\r\nb\rc").text, "a\nb\nc");
    }

    #[test]
    fn a_named_encoding_overrules_the_guess() {
        let named = TextEncoding::named("cp932").expect("known");
        assert_eq!(named.name(), "Shift_JIS");
        // Two bytes that are half-width katakana in one encoding and a kanji in the other.
        let bytes = EUC_JP.encode("亜").0;
        assert_eq!(decode_named(&bytes, Some(named)).text, "ｰ｡");
        assert_eq!(decode_named(&bytes, TextEncoding::named("EUC-JP")).text, "亜");
        assert_eq!(TextEncoding::named("klingon"), None);
    }
}
