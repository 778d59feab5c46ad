//! Wording: which words of a sentence its cited passages do not have, and which of those are names.

use super::token::{Placed, Token, Tokens};

/// General words that a rewording brings in without saying anything new.
const GENERAL: [&str; 44] = [
    "場合", "必要", "可能", "以下", "対象", "方法", "内容", "資料", "根拠", "回答", "質問", "上記", "記載", "規定", "場所", "際", "者",
    "人", "時", "旨", "為", "事", "物", "等", "他", "点", "次", "中", "上", "下", "間", "内", "外", "方", "件", "実施", "説明", "確認",
    "利用", "提供", "設定", "行", "示", "定",
];
/// What names end with.
const SUFFIXES: [&str; 44] = [
    "市", "区", "町", "村", "県", "府", "都", "道", "課", "部", "局", "室", "係", "署", "庁", "省", "院", "会", "社", "所", "館", "園",
    "校", "学", "病院", "大学", "条例", "規則", "要綱", "要領", "規程", "法", "法律", "令", "計画", "制度", "氏", "長", "駅", "線", "川",
    "山", "城", "寺",
];
/// What names of documents end with.
const DOCUMENTS: [&str; 10] = ["条例", "規則", "要綱", "要領", "規程", "法", "法律", "施行令", "省令", "政令"];

/// A run of characters of one script that makes a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub text: String,
    /// Tokens of the sentence.
    pub first: usize,
    pub last: usize,
}

#[derive(PartialEq, Eq, Clone, Copy)]
enum Script {
    Kanji,
    Katakana,
    Latin,
}

fn script(token: &Token) -> Option<Script> {
    match token {
        Token::Letter(c) => match c {
            '\u{3400}'..='\u{9fff}' | '々' | '\u{f900}'..='\u{faff}' => Some(Script::Kanji),
            '\u{30a0}'..='\u{30ff}' => Some(Script::Katakana),
            _ => None,
        },
        Token::Word(_) => Some(Script::Latin),
        _ => None,
    }
}

/// The words of a sentence that could be names: runs of kanji, of katakana, of Latin letters.
pub(super) fn words(tokens: &Tokens) -> Vec<Word> {
    let mut words: Vec<(Script, Word)> = Vec::new();
    for (i, Placed { token, start, end }) in tokens.placed.iter().enumerate() {
        let Some(script) = script(token).filter(|_| !is_conjunction(tokens, i)) else { continue };
        let written = &tokens.folded[*start..*end];
        let adjoins = |w: &Word| w.last + 1 == i && tokens.placed[w.last].end == *start;
        match words.last_mut() {
            Some((last, word)) if *last == script && script != Script::Latin && adjoins(word) => {
                word.text.push_str(written);
                word.last = i;
            }
            _ => words.push((script, Word { text: written.to_owned(), first: i, last: i })),
        }
    }
    words.into_iter().map(|(_, word)| word).collect()
}

/// Whether the token is the kanji of 及び, 又は, 若しくは, 並びに.
fn is_conjunction(tokens: &Tokens, i: usize) -> bool {
    const CONJUNCTIONS: [(char, char); 4] = [('及', 'び'), ('又', 'は'), ('若', 'し'), ('並', 'び')];
    let letter = |i: usize| if let Some(Placed { token: Token::Letter(c), .. }) = tokens.placed.get(i) { Some(*c) } else { None };
    CONJUNCTIONS.iter().any(|(kanji, kana)| letter(i) == Some(*kanji) && letter(i + 1) == Some(*kana))
}

/// Whether a word is made of words of `passage` (folded): it stands there, or pieces of two and more characters do.
pub(super) fn stands(word: &str, passage: &str) -> bool {
    if word.is_ascii() {
        // A figure may stand right before a word (8F).
        let begins = |at: usize| !passage[..at].ends_with(|c: char| c.is_ascii_alphabetic());
        let ends = |at: usize| !passage[at..].starts_with(|c: char| c.is_ascii_alphanumeric());
        return passage.match_indices(word).any(|(at, _)| begins(at) && ends(at + word.len()));
    }
    if passage.contains(word) || GENERAL.contains(&word) {
        return true;
    }
    let letters: Vec<char> = word.chars().collect();
    let mut reached = vec![false; letters.len() + 1];
    reached[0] = true;
    for end in 2..=letters.len() {
        reached[end] = (0..=end - 2).any(|start| {
            let piece: String = letters[start..end].iter().collect();
            reached[start] && (passage.contains(&piece) || GENERAL.contains(&piece.as_str()))
        });
    }
    reached[letters.len()]
}

/// Whether a word says nothing new by itself.
pub(super) fn is_general(word: &str) -> bool {
    GENERAL.contains(&word)
}

/// Whether a word looks like a name: its script, what it ends with, or the quotation marks around it.
pub(super) fn is_name(word: &Word, tokens: &Tokens) -> bool {
    let before = tokens.placed.get(word.first).map_or("", |p| &tokens.folded[..p.start]);
    let quoted = before.ends_with(['「', '『', '"', '“']);
    let several = word.text.chars().count() > 1;
    let katakana = word.text.chars().all(|c| matches!(c, '\u{30a0}'..='\u{30ff}')) && word.text.chars().count() > 2;
    let latin = word.text.is_ascii() && !is_common_english(&word.text);
    quoted || katakana || latin || (several && SUFFIXES.iter().any(|suffix| word.text.ends_with(suffix)))
}

/// Whether a word names a regulation.
pub(super) fn is_document(word: &str) -> bool {
    word.chars().count() > 2 && DOCUMENTS.iter().any(|suffix| word.ends_with(suffix))
}

/// Short words and such with common endings say nothing of whom a sentence speaks.
fn is_common_english(word: &str) -> bool {
    const COMMON: [&str; 40] = [
        "the", "a", "an", "of", "in", "on", "at", "to", "is", "are", "was", "were", "be", "been", "it", "its", "this", "that", "these",
        "those", "and", "or", "for", "by", "with", "from", "as", "there", "their", "they", "you", "your", "which", "who", "when", "where",
        "has", "have", "do", "does",
    ];
    COMMON.contains(&word)
}

/// The share of the sentence's pairs of characters that the passage holds; pairs of kana alone do not count.
pub(super) fn overlap(said: &Tokens, passage: &Tokens) -> f32 {
    let held: std::collections::HashSet<(&Token, &Token)> = passage.placed.windows(2).map(|p| (&p[0].token, &p[1].token)).collect();
    let single: std::collections::HashSet<&Token> = passage.placed.iter().map(|p| &p.token).collect();
    let (mut found, mut all) = (0.0_f32, 0.0_f32);
    for pair in said.placed.windows(2) {
        let (a, b) = (&pair[0].token, &pair[1].token);
        if !a.is_content() && !b.is_content() {
            continue;
        }
        all += 1.0;
        let both = a.is_content() && b.is_content();
        if held.contains(&(a, b)) {
            found += 1.0;
        } else if !both && single.contains(if a.is_content() { a } else { b }) {
            // A word with another ending.
            found += 0.5;
        }
    }
    if all > 0.0 { found / all } else { 1.0 }
}
