//! Quality: how far the characters of a page read as language.
//!
//! Wrong character maps are the common illness of Japanese PDFs: every の becomes 䛾, or every letter the one three places
//! on. What such a page holds are characters in good order, so it is the pairs that give it away: Japanese words are made
//! of some 50,000 pairs of characters, and text through a wrong map hits hardly any of them. Latin words are judged by
//! their vowels, mojibake by its accents and symbols. What proves nothing either way counts as sound: digits,
//! punctuation, codes and formulas, and writing that is neither Japanese nor Latin.

use super::glyphs::Glyph;

/// Which pairs of characters Japanese words hold: see `data/README.md`.
static PAIRS: &[u8; 1 << 16] = include_bytes!("../../data/japanese-pairs.bin");

/// The hiragana that make up 93 % of those in running text.
const FREQUENT: &str = "のにるいをしすとではてながまたれもこりかっうあらさくよきっえつけやおばみめそせんどだわ";

/// The share of usual pairs at which text is surely none, and surely text. Of 395 healthy pages 99.5 % stood above the
/// upper bound; through maps that are wrong by one place or more, 95 % of 200 pages stood under the lower one.
const HITS: (f32, f32) = (0.30, 0.52);
/// Pairs that are taken for granted, with their share of usual ones: a page of a few characters proves little.
const PRIOR: (f32, f32) = (8.0, 0.7);
/// The share of vowels among the letters of long words, the same. English has 0.38, German 0.37, Polish 0.36; a shift of
/// the alphabet leaves 0.1 to 0.25.
const VOWELS: (f32, f32) = (0.16, 0.27);
/// Letters of long Latin words from which vowels prove something.
const FEWEST_LETTERS: f32 = 40.0;
/// The share of a page's characters that may be symbols and accented letters.
const ODD: (f32, f32) = (0.25, 0.5);

/// The score of a page's characters, from 0 (garbage) to 1 (language), with `unknown` glyphs that no map names.
pub(crate) fn score(glyphs: &[Glyph], unknown: u32) -> f32 {
    let mut tally = Tally::default();
    let mut last: Option<&Glyph> = None;
    for glyph in glyphs {
        let beside = last.filter(|l| adjacent(l, glyph)).map(|l| l.character);
        tally.take(beside, glyph.character);
        last = Some(glyph);
    }
    tally.score(unknown)
}

/// Whether one glyph follows the other on the same line without a gap, so that they may belong to one word.
fn adjacent(a: &Glyph, b: &Glyph) -> bool {
    let size = a.size.max(b.size);
    let (gap, shift) = (b.u.0 - a.u.1, b.v.0 - a.v.0);
    a.frame == b.frame && shift.abs() < 0.4 * size && (-0.5 * size..0.6 * size).contains(&gap)
}

/// What was counted.
#[derive(Debug, Default)]
struct Tally {
    characters: u32,
    /// Hiragana, katakana and kanji.
    japanese: u32,
    kana: u32,
    kanji: u32,
    /// Pairs of those, and the usual ones among them.
    pairs: u32,
    usual: u32,
    /// Kanji that are in daily use in Chinese, and the words that hold its sentences together.
    chinese: u32,
    chinese_particles: u32,
    /// Letters of Latin words of four letters and more that are not all capitals, and the vowels among them.
    letters: u32,
    vowels: u32,
    word: Word,
    odd: u32,
    replaced: u32,
    last_odd: Option<char>,
}

/// The Latin word that is being read.
#[derive(Debug, Default, Clone, Copy)]
struct Word {
    letters: u32,
    vowels: u32,
    small: u32,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Hiragana,
    Katakana,
    Kanji,
    /// Half-width katakana stand among themselves; beside kanji they are UTF-8 read as Shift_JIS.
    Narrow,
}

fn kind(c: char) -> Option<Kind> {
    match c as u32 {
        0x3041..=0x3096 => Some(Kind::Hiragana),
        0x30a1..=0x30fa | 0x30fc => Some(Kind::Katakana),
        0x3005 | 0x3400..=0x9fff | 0xf900..=0xfaff | 0x20000..=0x3ffff => Some(Kind::Kanji),
        0xff66..=0xff9f => Some(Kind::Narrow),
        _ => None,
    }
}

fn is_usual(a: char, b: char) -> bool {
    // Invariant: the same hash as `bit` in data/japanese_pairs.py.
    let mut hash = (a as u32).wrapping_mul(0x9e37_79b1) ^ (b as u32).wrapping_mul(0x85eb_ca6b);
    hash ^= hash >> 15;
    hash = hash.wrapping_mul(0x2c1b_3c6d);
    hash ^= hash >> 12;
    let bit = (hash as usize) % (PAIRS.len() * 8);
    PAIRS[bit >> 3] >> (bit & 7) & 1 == 1
}

fn is_known(kanji: char) -> bool {
    is_usual(kanji, '\0')
}

fn is_frequent(hiragana: char) -> bool {
    // 40 comparisons of a fixed string would be the dearest step of all.
    static FREQUENT_BITS: std::sync::LazyLock<u128> =
        std::sync::LazyLock::new(|| FREQUENT.chars().fold(0, |bits, c| bits | 1 << (c as u32 - 0x3041)));
    let at = (hiragana as u32).wrapping_sub(0x3041);
    at < 128 && *FREQUENT_BITS >> at & 1 == 1
}

/// Whether the pair is a usual one; `None` when it proves nothing.
fn judged(a: char, b: char) -> Option<bool> {
    use Kind::{Hiragana, Kanji, Katakana, Narrow};
    match (kind(a)?, kind(b)?) {
        (Narrow, Narrow) => None,
        (Narrow, _) | (_, Narrow) => Some(false),
        (Kanji, Hiragana) => Some(is_known(a) && is_frequent(b)),
        (Hiragana, Kanji) => Some(is_frequent(a) && is_known(b)),
        (Kanji, Katakana) => Some(is_known(a)),
        (Katakana, Kanji) => Some(is_known(b)),
        (Katakana, Hiragana) | (Hiragana, Katakana) => None,
        // Numbers of years and articles stand beside anything.
        (Kanji, Kanji) if is_numeral(a) || is_numeral(b) => None,
        _ => Some(is_usual(a, b)),
    }
}

fn is_numeral(c: char) -> bool {
    matches!(c, '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十' | '〇' | '百' | '千' | '万')
}

fn is_chinese_particle(c: char) -> bool {
    const PARTICLES: &str = "的了是我他不這这們们個个為为與与對对於于時时會会來来說说還还沒没讓让從从在有";
    PARTICLES.contains(c)
}

/// Whether the character is of the first level of GB 2312 or Big5, which hold what Chinese is written with every day.
fn is_daily_chinese(c: char) -> bool {
    let mut buffer = [0; 4];
    let text = c.encode_utf8(&mut buffer);
    let lead = |encoding: &'static encoding_rs::Encoding| {
        let (bytes, _, bad) = encoding.encode(text);
        if bad || bytes.len() != 2 { 0 } else { bytes[0] }
    };
    matches!(lead(encoding_rs::GBK), 0xb0..=0xd7) || matches!(lead(encoding_rs::BIG5), 0xa4..=0xc6)
}

impl Tally {
    fn take(&mut self, before: Option<char>, c: char) {
        if c.is_whitespace() {
            self.end_word();
            return;
        }
        self.characters += 1;
        if before.is_none() || !c.is_alphabetic() || !c.is_ascii() && kind(c).is_some() {
            self.end_word();
        }
        if let Some(kind) = kind(c) {
            self.japanese += 1;
            match kind {
                Kind::Kanji => {
                    self.kanji += 1;
                    self.chinese_particles += u32::from(is_chinese_particle(c));
                    self.chinese += u32::from(self.kana == 0 && is_daily_chinese(c));
                }
                _ => self.kana += 1,
            }
            if let Some(usual) = before.and_then(|b| judged(b, c)) {
                self.pairs += 1;
                self.usual += u32::from(usual);
            }
            return;
        }
        if c.is_ascii_alphabetic() || matches!(c, '\u{c0}'..='\u{24f}') && c.is_alphabetic() {
            self.word.letters += 1;
            self.word.small += u32::from(c.is_lowercase());
            self.word.vowels += u32::from(is_vowel(c));
        }
        match c {
            '\u{fffd}' | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}' => self.replaced += 1,
            _ if is_odd(c) && self.last_odd != Some(c) => self.odd += 1,
            _ => {}
        }
        self.last_odd = Some(c);
    }

    fn end_word(&mut self) {
        let word = std::mem::take(&mut self.word);
        // Capitals are names of things and codes; a shifted alphabet has words in small letters as well.
        if word.letters >= 4 && word.small * 2 >= word.letters {
            self.letters += word.letters;
            self.vowels += word.vowels;
        }
    }

    fn score(mut self, unknown: u32) -> f32 {
        self.end_word();
        let all = (self.characters + unknown) as f32;
        if all == 0.0 {
            return 0.0;
        }
        let mut bad = (unknown + self.replaced) as f32;
        bad += self.japanese as f32 * (1.0 - self.japanese_score());
        if self.letters as f32 >= FEWEST_LETTERS {
            bad += self.letters as f32 * (1.0 - ramp(self.vowels as f32 / self.letters as f32, VOWELS));
        }
        // One É alone is no mojibake.
        let odd = self.odd as f32 / (all + PRIOR.0);
        bad += all * ramp(odd, ODD);
        (1.0 - bad / all).clamp(0.0, 1.0)
    }

    fn japanese_score(&self) -> f32 {
        let kanji = self.kanji.max(1) as f32;
        // Chinese: hardly a kana, its daily characters, its particles.
        let chinese = self.kana * 20 < self.kanji && self.chinese as f32 >= 0.8 * kanji && (self.chinese_particles as f32 >= 0.02 * kanji);
        if chinese {
            return 1.0;
        }
        let (count, share) = PRIOR;
        ramp((self.usual as f32 + count * share) / (self.pairs as f32 + count), HITS)
    }
}

fn is_vowel(c: char) -> bool {
    if c.is_ascii() {
        return matches!(c.to_ascii_lowercase(), 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
    }
    matches!(c, '\u{c0}'..='\u{c6}' | '\u{c8}'..='\u{cf}' | '\u{d2}'..='\u{d6}' | '\u{d8}'..='\u{dd}')
        || matches!(c, '\u{e0}'..='\u{e6}' | '\u{e8}'..='\u{ef}' | '\u{f2}'..='\u{f6}' | '\u{f8}'..='\u{fd}' | '\u{ff}')
}

/// Symbols and accented letters, which text has few of and text in a wrong encoding many.
fn is_odd(c: char) -> bool {
    matches!(
        c,
        '!' | '"' | '#' | '$' | '&' | '*' | ';' | '<' | '=' | '>' | '?' | '@' | '[' | '\\' | ']' | '^' | '`' | '{' | '|' | '}' | '~'
    ) || matches!(c, '\u{80}'..='\u{ff}' | '\u{152}' | '\u{153}' | '\u{160}' | '\u{161}' | '\u{178}' | '\u{192}' | '\u{2c6}' | '\u{2dc}')
        || matches!(c, '\u{201a}' | '\u{201e}' | '\u{2020}' | '\u{2021}' | '\u{2030}' | '\u{2039}' | '\u{203a}')
}

/// 0 up to the first bound, 1 from the second, straight between.
fn ramp(value: f32, (low, high): (f32, f32)) -> f32 {
    ((value - low) / (high - low)).clamp(0.0, 1.0)
}

/// The score of a text that stands on one line.
#[cfg(test)]
pub(crate) fn score_of_text(text: &str) -> f32 {
    use super::frame::Frame;
    let glyph = |(i, character): (usize, char)| {
        let at = i as f32 * 10.0;
        Glyph { character, frame: Frame::Right, u: (at, at + 10.0), v: (0.0, 10.0), size: 10.0 }
    };
    score(&text.chars().enumerate().map(glyph).collect::<Vec<_>>(), 0)
}

#[cfg(test)]
mod tests {
    use super::super::frame::Frame;
    use super::*;

    const SENTENCE: &str = "市長は、災害その他特別の事由があると認めるときは、手数料を減額し、又は免除することができる。前項の規定による減免を受けようとする者は、\
         あらかじめ申請書を市長に提出しなければならない。";

    #[track_caller]
    fn healthy(text: &str) {
        let score = score_of_text(text);
        assert!(score >= 0.9, "{score}: {text}");
    }

    #[track_caller]
    fn garbage(text: &str) {
        let score = score_of_text(text);
        assert!(score < 0.5, "{score}: {text}");
    }

    fn shifted(text: &str, by: u32) -> String {
        text.chars().map(|c| if kind(c).is_some() { char::from_u32(c as u32 + by).unwrap_or(c) } else { c }).collect()
    }

    #[test]
    fn text_of_every_kind_is_healthy() {
        healthy(SENTENCE);
        healthy("佐藤太郎　鈴木花子　高橋一郎　田中美咲　伊藤健太　渡辺直子　山本大輔　中村陽子");
        healthy("東京都港区芝公園四丁目2番8号　大阪府大阪市北区中之島一丁目3番20号");
        healthy("12,800 3,450 98.5 ▲120 △4 1,024 768 0.35 2026/04/01 10:30");
        healthy("The appliance reads every page and says how far it can be trusted.");
        healthy("C6H12O6 + 6O2 -> 6CO2 + 6H2O; NaCl, H2SO4, CH3COOH");
        healthy("AX-4200-B7 TK-1180 SSD-512G QWRT-9 ZX81 BCDF HJKL");
        healthy("我们的工作是为了让每一个人都有更好的生活，他们在这里学习中文，说得很好。");
        healthy("ﾄｳｷｮｳﾄ ﾐﾅﾄｸ ｼﾊﾞｺｳｴﾝ");
        healthy("Die Straße führt über die Brücke, und das Mädchen läuft fröhlich hinüber.");
        healthy("有 無 否 済 ○ × 可");
        healthy("É");
    }

    #[test]
    fn wrong_maps_and_encodings_are_garbage() {
        garbage(&shifted(SENTENCE, 1));
        garbage(&shifted(SENTENCE, 0x1670));
        garbage("Wkh dssoldqfh uhdgv hyhub sdjh dqg vdbv krz idu lw fdq eh wuxvwhg, zklfk lv zkdw zh zdqw.");
        garbage("Žs’·‚ÍAÐŠQ‚»‚Ì‘¼“Á•Ê‚ÌŽ–—R‚ª‚ ‚é‚Æ”F‚ß‚é‚Æ‚«‚Í");
        garbage("蟶る聞縺ｯ縲∫⊃螳ｳ縺昴�莉也音蛻･縺ｮ莠狗罰縺後≠繧九→隱阪ａ繧九→縺阪�縲∵焔謨ｰ譁吶ｒ貂幃｡阪＠");
        garbage("!\"#$%&'()*+#\"$!&*;<=>?@[\\]^!#\"&$*");
        garbage("£± Ä¿ ¡¡ Â¼ ¹Ø Ó Ú ºì ¾ ü ×÷ Õ ½ µÄ Ô ò Ã¡Á¢ Àð¼÷");
    }

    #[test]
    fn glyphs_without_a_meaning_count_against_a_page() {
        let glyph = |i: usize| {
            let at = i as f32 * 10.0;
            Glyph { character: '9', frame: Frame::Right, u: (at, at + 10.0), v: (0.0, 10.0), size: 10.0 }
        };
        let glyphs: Vec<Glyph> = (0..10).map(glyph).collect();
        assert!((score(&glyphs, 30) - 0.25).abs() < 1e-6);
        assert!(score(&[], 5) < 1e-6);
    }
}
