//! The initial under which a title stands in a list by sound (五十音).
//!
//! Kana are their own initial. Kanji are taken by the sound that stands for them in the first level of JIS X 0208, whose
//! characters the standard puts in the order of their usual reading: a list in that order is what Japanese offices have long
//! sorted by, though a word may be read otherwise (手 stands under シ). What the operator says of readings goes before that; the
//! index's dictionary holds none.

use crate::readings::Readings;
use appliance_core::folding::fold;
use encoding_rs::EUC_JP;

/// The lines of the table of sounds, and the others.
pub const LINES: [&str; 11] = ["ア", "カ", "サ", "タ", "ナ", "ハ", "マ", "ヤ", "ラ", "ワ", "他"];

/// The first kanji of each line in the order of JIS X 0208.
const FIRST: [char; 10] = ['亜', '下', '些', '他', '奈', '巴', '摩', '也', '羅', '倭'];
/// The last kana of each line.
const LAST_KANA: [char; 10] = ['オ', 'ゴ', 'ゾ', 'ド', 'ノ', 'ポ', 'モ', 'ヨ', 'ロ', 'ン'];

/// The line of [`LINES`] that a title stands in, and the key by which it is ordered there.
pub fn place(title: &str, readings: &Readings) -> (usize, Vec<u8>) {
    let bare = readings.spell(&fold(title));
    let bare = bare.trim_start_matches(|c: char| !c.is_alphanumeric());
    let katakana: String = bare.chars().map(katakana).collect();
    let line = katakana.chars().next().and_then(line_of).unwrap_or(LINES.len() - 1);
    (line, EUC_JP.encode(&katakana).0.into_owned())
}

fn line_of(first: char) -> Option<usize> {
    if ('ァ'..='ン').contains(&first) {
        return LAST_KANA.iter().position(|last| first <= *last);
    }
    let code = jis(first)?;
    FIRST.iter().rposition(|kanji| jis(*kanji).is_some_and(|c| c <= code))
}

/// The place of a kanji in the first level of JIS X 0208; `None` for every other character.
fn jis(c: char) -> Option<[u8; 2]> {
    let text = c.to_string();
    let (bytes, _, lost) = EUC_JP.encode(&text);
    let code: [u8; 2] = bytes.as_ref().try_into().ok()?;
    // The second level, from row 48 on, is ordered by radicals.
    (!lost && (0xb0..0xd0).contains(&code[0])).then_some(code)
}

fn katakana(c: char) -> char {
    match c {
        'ぁ'..='ん' => char::from_u32(c as u32 + 0x60).unwrap_or(c),
        c => c,
    }
}

/// What most of the titles begin with and what tells none of them apart: the name of a town (「みなと市」); empty where fewer
/// than half begin so.
pub fn common_town<'t>(titles: impl Iterator<Item = &'t str> + Clone) -> String {
    const ENDS: [char; 8] = ['市', '区', '町', '村', '県', '府', '都', '学'];
    let count = titles.clone().count();
    let town = |title: &str| {
        title.char_indices().skip(1).take(8).find(|(_, c)| ENDS.contains(c)).map(|(at, c)| title[..at + c.len_utf8()].to_owned())
    };
    let mut towns: Vec<String> = titles.filter_map(|t| town(t.trim_start_matches(['○', '◯', '●', '◎']))).collect();
    towns.sort();
    let most = towns.chunk_by(|a, b| a == b).max_by_key(|same| same.len());
    most.filter(|same| count > 1 && same.len() * 2 > count).map(|same| same[0].clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(title: &str, line: &str) {
        assert_eq!(LINES[place(title, &Readings::default()).0], line, "{title}");
    }

    #[test]
    fn a_written_reading_goes_before_the_order_of_kanji() {
        let readings = Readings::read("手数料=てすうりょう").expect("readings");
        assert_eq!(LINES[place("手数料条例", &readings).0], "タ");
        assert_eq!(LINES[place("手数料条例", &Readings::default()).0], "サ");
        assert!(place("手数料条例", &readings).1 < place("とおり条例", &readings).1);
    }

    #[test]
    fn titles_stand_under_their_sound() {
        check("公民館条例", "カ");
        check("廃棄物の処理に関する条例", "ハ");
        check("職員の勤務時間に関する規則", "サ");
        check("ごみの出し方", "カ");
        check("○ぱんふれっと", "ハ");
        check("んだ", "ワ");
        check("腕章規程", "ワ");
        check("VPN", "他");
        check("丕業の要綱", "他");
        check("", "他");
    }

    #[test]
    fn the_town_tells_nothing_apart() {
        let titles = ["みなと市公民館条例", "みなと市手数料条例", "個人情報保護規程"];
        assert_eq!(common_town(titles.into_iter()), "みなと市");
        assert_eq!(common_town(["公民館条例", "みなと市手数料条例"].into_iter()), "");
        assert_eq!(common_town(["みなと市手数料条例"].into_iter()), "");
    }
}
