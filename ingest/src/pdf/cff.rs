//! The charset of an embedded CFF font, read backwards: the CIDs or the names of its glyphs (Adobe technical note 5176).
//!
//! Only what leads to characters is read; outlines are hayro's.

/// What a CFF font calls its glyphs, by glyph number.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Charset {
    /// CIDs of the collection with that ordering (`Japan1`).
    Cids { ordering: String, cids: Vec<u16> },
    /// Names; `None` for the standard ones beyond ASCII.
    Names(Vec<Option<String>>),
}

/// Strings that every CFF font shares; the font's own follow them.
const STANDARD_STRINGS: usize = 391;
/// The standard strings 1 to 95 name these characters.
const ASCII: &str = " !\"#$%&’()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_‘abcdefghijklmnopqrstuvwxyz{|}~";

/// The charset of a bare CFF font.
pub(crate) fn charset(font: &[u8]) -> Option<Charset> {
    let names = usize::from(*font.get(2)?);
    let (_, after_names) = index(font, names)?;
    let (tops, after_tops) = index(font, after_names)?;
    let (strings, _) = index(font, after_tops)?;
    let top = Top::read(tops.first()?)?;
    let count = usize::from(u16_at(font, top.char_strings)?);
    let sids = sids(font, top.charset, count)?;
    let string = |sid: usize| {
        let own = strings.get(sid.checked_sub(STANDARD_STRINGS)?)?;
        Some(String::from_utf8_lossy(own).into_owned())
    };
    Some(match top.ordering {
        Some(sid) => Charset::Cids { ordering: string(sid)?, cids: sids },
        None => {
            let name = |sid: &u16| match usize::from(*sid) {
                sid @ 1..=95 => ASCII.chars().nth(sid - 1).map(String::from),
                sid => string(sid),
            };
            Charset::Names(sids.iter().map(name).collect())
        }
    })
}

/// What the top dictionary says of the places of the others.
#[derive(Debug, Default)]
struct Top {
    charset: usize,
    char_strings: usize,
    /// The string of the collection's ordering, in a font keyed by CID.
    ordering: Option<usize>,
}

impl Top {
    fn read(dict: &[u8]) -> Option<Self> {
        let mut top = Self::default();
        let mut operands: Vec<i64> = Vec::new();
        let mut at = 0;
        while at < dict.len() {
            let byte = dict[at];
            at += 1;
            match byte {
                0..=21 => {
                    let operator = if byte == 12 { 1200 + u16::from(*dict.get(at)?) } else { u16::from(byte) };
                    at += usize::from(byte == 12);
                    let last = operands.last().and_then(|o| usize::try_from(*o).ok());
                    match operator {
                        15 => top.charset = last?,
                        17 => top.char_strings = last?,
                        1230 => top.ordering = operands.get(1).and_then(|o| usize::try_from(*o).ok()),
                        _ => {}
                    }
                    operands.clear();
                }
                28 => {
                    operands.push(i64::from(i16::from_be_bytes(dict.get(at..at + 2)?.try_into().ok()?)));
                    at += 2;
                }
                29 => {
                    operands.push(i64::from(i32::from_be_bytes(dict.get(at..at + 4)?.try_into().ok()?)));
                    at += 4;
                }
                30 => {
                    while dict.get(at).is_some_and(|b| b & 0x0f != 0x0f) {
                        at += 1;
                    }
                    at += 1;
                    operands.push(0);
                }
                32..=246 => operands.push(i64::from(byte) - 139),
                247..=250 => {
                    operands.push((i64::from(byte) - 247) * 256 + i64::from(*dict.get(at)?) + 108);
                    at += 1;
                }
                251..=254 => {
                    operands.push(-(i64::from(byte) - 251) * 256 - i64::from(*dict.get(at)?) - 108);
                    at += 1;
                }
                _ => {}
            }
        }
        (top.char_strings > 0).then_some(top)
    }
}

/// The entries of an INDEX, and where it ends.
fn index(font: &[u8], at: usize) -> Option<(Vec<&[u8]>, usize)> {
    let count = usize::from(u16_at(font, at)?);
    if count == 0 {
        return Some((Vec::new(), at + 2));
    }
    let size = usize::from(*font.get(at + 2)?);
    if !(1..=4).contains(&size) {
        return None;
    }
    let offset = |i: usize| {
        let bytes = font.get(at + 3 + i * size..at + 3 + (i + 1) * size)?;
        Some(bytes.iter().fold(0_usize, |sum, b| sum << 8 | usize::from(*b)))
    };
    let data = at + 2 + (count + 1) * size;
    let entries = (0..count).map(|i| font.get(data.checked_add(offset(i)?)?..data.checked_add(offset(i + 1)?)?)).collect::<Option<_>>()?;
    Some((entries, data.checked_add(offset(count)?)?))
}

/// The string numbers (or CIDs) of the glyphs.
fn sids(font: &[u8], at: usize, count: usize) -> Option<Vec<u16>> {
    let mut sids = vec![0_u16];
    if at <= 2 {
        // The predefined charset 0 (ISOAdobe) counts up; the expert ones hold no text.
        return (at == 0).then(|| (0..count.min(229) as u16).collect());
    }
    let format = *font.get(at)?;
    let mut at = at + 1;
    while sids.len() < count {
        let first = u16_at(font, at)?;
        let left = match format {
            0 => 0,
            1 => u16::from(*font.get(at + 2)?),
            2 => u16_at(font, at + 2)?,
            _ => return None,
        };
        at += [2, 3, 4][usize::from(format)];
        sids.extend((0..=left).map(|i| first.saturating_add(i)).take(count - sids.len()));
    }
    Some(sids)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A font of three glyphs, whose charset is given.
    fn font(ordering: bool, charset: &[u8], strings: &[&[u8]]) -> Vec<u8> {
        let index = |entries: &[&[u8]]| {
            let mut out = (entries.len() as u16).to_be_bytes().to_vec();
            if !entries.is_empty() {
                out.push(1);
                let mut offset = 1_u8;
                out.push(offset);
                for entry in entries {
                    offset += entry.len() as u8;
                    out.push(offset);
                }
                entries.iter().for_each(|e| out.extend_from_slice(e));
            }
            out
        };
        let number = |n: usize| {
            let mut out = vec![29];
            out.extend((n as i32).to_be_bytes());
            out
        };
        let top = |charset: usize, char_strings: usize| {
            let mut dict = Vec::new();
            if ordering {
                dict.extend([number(391), number(392), number(0), vec![12, 30]].concat());
            }
            dict.extend([number(charset), vec![15], number(char_strings), vec![17]].concat());
            dict
        };
        let head = vec![1, 0, 4, 4];
        let length = |t: &[u8]| [head.clone(), index(&[b"F"]), index(&[t]), index(strings), index(&[])].concat().len();
        let start = length(&top(0, 0));
        let top = top(start, start + charset.len());
        [head.clone(), index(&[b"F"]), index(&[&top]), index(strings), index(&[]), charset.to_vec(), index(&[b"a", b"b", b"c"])].concat()
    }

    #[test]
    fn names_and_cids_of_glyphs_are_found() {
        let named = font(false, &[0, 0, 34, 1, 0x87], &[b"uni5E02"]);
        let expected = vec![None, Some("A".to_owned()), Some("uni5E02".to_owned())];
        assert_eq!(charset(&named), Some(Charset::Names(expected)));
        let keyed = font(true, &[2, 3, 0x4b, 0, 1], &[b"Adobe", b"Japan1"]);
        assert_eq!(charset(&keyed), Some(Charset::Cids { ordering: "Japan1".to_owned(), cids: vec![0, 843, 844] }));
        assert_eq!(charset(&named[..20]), None);
    }
}
