//! Japanese follow-ups: 「では、65歳以上は？」「それはいつまで？」「必要なものは？」.

use super::Before;
use super::nouns::{Class, class, is_condition, is_general};
use super::topic::Topic;
use crate::reference::{self, Address, Context, naming};

/// What announces that something else is asked now.
const TURNING: [&str; 8] = ["ところで", "話は変わ", "話が変わ", "話変わ", "別件", "別の質問", "さて", "それとは別"];
/// What a follow-up may begin with without saying anything.
const LEADING: [&str; 17] = [
    "それでは",
    "それじゃあ",
    "それじゃ",
    "そしたら",
    "だったら",
    "でしたら",
    "では",
    "じゃあ",
    "じゃ",
    "ちなみに",
    "そして",
    "それから",
    "あと",
    "なお",
    "また",
    "なら",
    "で、",
];
/// Words that stand for what was asked about.
const PRONOUNS: [&str; 9] = ["それら", "これら", "それ", "これ", "そちら", "こちら", "そこ", "あれ", "そっち"];
/// Endings of a question that is no sentence.
const FRAGMENT_ENDS: [&str; 14] = [
    "の場合はどうですか",
    "の場合はどう",
    "の場合は",
    "の場合",
    "だったら",
    "だとどうですか",
    "だと",
    "ならどうですか",
    "なら",
    "はどうですか",
    "はどうなりますか",
    "はどう",
    "では",
    "は",
];

/// The follow-up in words that need nothing before them; `None` when it does already.
pub(super) fn plain(typed: &str, before: &Before<'_>) -> Option<String> {
    let typed = typed.trim();
    if TURNING.iter().any(|t| typed.starts_with(t)) {
        return None;
    }
    let (body, led) = without_lead(typed);
    if let Some(plain) = by_reference(body, before.context.as_ref()) {
        return Some(plain);
    }
    let topic = Topic::of(before.question);
    if topic.full.is_empty() {
        return None;
    }
    by_pronoun(body, &topic, before).or_else(|| by_fragment(body, &topic, before.question)).or_else(|| by_omission(body, &topic, led))
}

/// The words without what only leads over to them, and whether there was anything.
fn without_lead(typed: &str) -> (&str, bool) {
    for lead in LEADING {
        if let Some(rest) = typed.strip_prefix(lead).filter(|r| !r.starts_with('も') && !r.is_empty()) {
            return (rest.trim_start_matches(['、', ',', ' ', '　']), true);
        }
    }
    (typed, false)
}

/// A place that is named by another one (前条, 第2項) is named in full.
fn by_reference(body: &str, context: Option<&Context>) -> Option<String> {
    let context = context?;
    let found = reference::references(body, Some(context));
    let Some(first) = found.first() else { return by_part(body, context) };
    let named = naming::is_regulation(&naming::key(&first.before));
    let written = first.span.slice(body)?;
    let relative = super::speaks_of_before(written);
    if named && !relative && first.before != context.name {
        return None;
    }
    let mut address = first.address.clone();
    if address.part.is_none() && !address.supplement {
        address.part.clone_from(&context.address.part);
        address.supplement = context.address.supplement;
    }
    let name = if relative || first.before.is_empty() || !named { context.name.as_str() } else { "" };
    (!name.is_empty()).then(|| format!("{}{name}{address}{}", &body[..first.span.start], &body[first.span.end..]))
}

/// 「第2項は？」: a part of the place that was spoken of.
fn by_part(body: &str, context: &Context) -> Option<String> {
    let number = body.strip_prefix('第')?;
    let rest = number.trim_start_matches(|c: char| c.is_ascii_digit() || "０１２３４５６７８９一二三四五六七八九十".contains(c));
    let place = Address { part: context.address.part.clone(), supplement: context.address.supplement, ..Address::default() };
    let place = match rest.chars().next()? {
        '項' if rest.len() < number.len() => place,
        '号' if rest.len() < number.len() => Address { paragraph: context.address.paragraph, ..place },
        _ => return None,
    };
    Some(format!("{}{place}{body}", context.name))
}

/// それ, その…: what they stand for takes their place.
fn by_pronoun(body: &str, topic: &Topic, before: &Before<'_>) -> Option<String> {
    if body.starts_with("それでも") || body.starts_with("それなのに") {
        return Some(format!("{}について、{body}", topic.full));
    }
    let pronoun = PRONOUNS.iter().filter_map(|p| Some((body.find(p)?, *p))).min();
    let possessive = ["その", "この", "当該", "上記の", "先ほどの", "さっきの"].iter().filter_map(|p| Some((body.find(p)?, *p))).min();
    match (pronoun, possessive) {
        (Some((at, word)), other) if other.is_none_or(|(o, _)| at <= o) => {
            Some(format!("{}{}{}", &body[..at], topic.full, &body[at + word.len()..]))
        }
        (_, Some((at, word))) => {
            let rest = &body[at + word.len()..];
            let noun: String = rest.chars().take_while(|c| is_content(*c)).collect();
            let (named, rest) = match spoken_of(&noun, topic, before) {
                Some(named) => (named, &rest[noun.len()..]),
                None => (format!("{}の", topic.full), rest),
            };
            Some(format!("{}{named}{rest}", &body[..at]))
        }
        _ => None,
    }
}

/// What the last question or its answer calls by this noun: その手数料 is 粗大ごみの手数料, その課 the 市民課 of the answer.
fn spoken_of(noun: &str, topic: &Topic, before: &Before<'_>) -> Option<String> {
    if noun.is_empty() {
        return None;
    }
    if topic.full.ends_with(noun) {
        return Some(topic.full.clone());
    }
    before.answered.iter().find_map(|text| {
        let at = text.find(noun)?;
        let start = text[..at].char_indices().rev().take_while(|(_, c)| is_content(*c)).last()?.0;
        let named = &text[start..at + noun.len()];
        let ends = text[at + noun.len()..].chars().next().is_none_or(|c| !is_content(c));
        (ends && named.chars().count() <= 16).then(|| named.to_owned())
    })
}

/// 「65歳以上は？」: no sentence, but a phrase that takes the place of another or narrows the question.
fn by_fragment(body: &str, topic: &Topic, question: &str) -> Option<String> {
    let bare = body.trim_end_matches(['?', '？', '。', '、', ' ', '　']);
    let asked = bare.len() < body.len();
    let (phrase, end) = FRAGMENT_ENDS
        .iter()
        .find_map(|end| Some((bare.strip_suffix(end)?, *end)))
        .or_else(|| (asked && !has_predicate(bare)).then_some((bare, "")))?;
    if phrase.is_empty() || phrase.contains('、') && has_predicate(phrase) {
        return None;
    }
    let question = question.trim_end_matches(['?', '？', '。']);
    if phrase.ends_with("とき") || phrase.ends_with("時") && phrase.chars().count() > 3 || has_predicate(phrase) {
        return Some(format!("{}について、{body}", topic.full));
    }
    if let Some(other) = counterpart(phrase, question) {
        return Some(question.replacen(&other, phrase, 1));
    }
    let conditional = end.contains("場合") || end.starts_with("だ") || end.starts_with("なら") || end == "では";
    if conditional || is_condition(phrase) {
        let joint = if end == "では" { "では、" } else { "の場合、" };
        return Some(format!("{phrase}{joint}{question}"));
    }
    if is_general_phrase(phrase) || is_general_phrase(phrase.rsplit('の').next().unwrap_or(phrase)) {
        return Some(format!("{}の{body}", topic.thing));
    }
    (topic.thing != topic.full || !has_own_predicate(question))
        .then(|| question.replacen(&topic.thing, phrase, 1))
        .or_else(|| Some(question.replacen(&topic.full, phrase, 1)))
}

/// The phrase of the last question that this one takes the place of: of the same class, or of the same last characters.
fn counterpart(phrase: &str, question: &str) -> Option<String> {
    let others: Vec<&str> = phrases(question).into_iter().filter(|p| *p != phrase).collect();
    if let Some(own) = class(phrase)
        && let Some(found) = others.iter().find(|p| class(p).is_some_and(|c| c == own))
    {
        return Some(match own {
            Class::Code(_) => code(found),
            _ => (*found).to_owned(),
        });
    }
    if is_general_phrase(phrase) {
        return None;
    }
    let alike = |other: &&&str| alike_at_the_end(phrase, other);
    others.iter().find(alike).map(|p| (*p).to_owned())
}

fn code(phrase: &str) -> String {
    phrase.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect()
}

/// Whether two names end alike, as names of one sort do: 固定資産税 and 軽自動車税, 大ホール and 小ホール.
fn alike_at_the_end(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().rev().collect(), b.chars().rev().collect());
    let same = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let kanji = a.first().is_some_and(|c| matches!(c, '\u{3400}'..='\u{9fff}'));
    let is_sort = a.first().is_some_and(|c| !"者人日料費額率先数間".contains(*c));
    a.len() > same && b.len() > same && is_sort && same >= if kanji { 1 } else { 2 }
}

/// The phrases of a question between its particles.
fn phrases(question: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    for (at, c) in question.char_indices() {
        let next = question[at + c.len_utf8()..].chars().next();
        let before = question[..at].chars().next_back();
        let is_particle = "のはをがにでともへ、".contains(c)
            && before.is_some_and(|b| is_content(b) || is_noun_tail(&question[start..at]))
            && next.is_none_or(|n| is_content(n) || "のはもい、どごくお燃".contains(n));
        if is_particle {
            found.push(question[start..at].trim_matches([' ', '、']));
            start = at + c.len_utf8();
        }
    }
    found.push(question[start..].trim_matches([' ', '、']));
    // What is asked is no phrase, with the predicate behind it (平日いくらですか).
    for phrase in &mut found {
        let asked = ["何", "いくら", "いくつ", "いつ", "どこ", "誰", "どう", "どの"].iter().filter_map(|w| phrase.find(w)).min();
        *phrase = asked.map_or(*phrase, |at| &phrase[..at]);
    }
    found.retain(|p| !p.is_empty() && p.chars().count() <= 20 && !has_predicate(p));
    found
}

fn is_noun_tail(phrase: &str) -> bool {
    ["ごみ", "ゴミ", "こと", "もの", "ところ", "写し", "申込み", "受け取り"].iter().any(|t| phrase.ends_with(t))
}

/// A sentence whose words all belong to whatever is spoken of: 「期限はいつですか」「郵送でもできますか」.
fn by_omission(body: &str, topic: &Topic, led: bool) -> Option<String> {
    // 「猫も必要ですか」: another thing beside the one asked about.
    if let Some((other, rest)) = body.split_once('も')
        && !other.is_empty()
        && other.chars().all(is_content)
        && !is_general(other)
        && runs(rest).iter().all(|(run, after)| is_frame(run, after))
    {
        let with = topic.full.replacen(&topic.thing, other, 1);
        return Some(format!("{with}も{rest}"));
    }
    let own = runs(body).into_iter().any(|(run, after)| !is_frame(run, after));
    if own || names_in_kana(body) || !led && body.chars().count() > 60 {
        return None;
    }
    let first = runs(body).first().map(|(run, _)| *run).unwrap_or_default();
    let begins_with_property =
        !first.is_empty() && body.starts_with(first) && is_general(first) && !is_condition(first) && !is_adverb(first);
    Some(match begins_with_property && !first.contains('何') && !first.contains('誰') {
        true if names_property(first) => format!("{}の{body}", topic.thing),
        true => format!("{}の{body}", topic.full),
        false => format!("{}について、{body}", topic.full),
    })
}

/// Properties of a thing by themselves (電話番号), unlike those that change another property (減免, 延長).
fn names_property(run: &str) -> bool {
    const CHANGING: [&str; 14] =
        ["減免", "免除", "割引", "延長", "例外", "罰則", "計算", "根拠", "変更", "取消", "返金", "還付", "上限", "理由"];
    !CHANGING.iter().any(|c| run.starts_with(c))
}

fn is_adverb(run: &str) -> bool {
    ["最大", "最低", "最長", "最短", "必要", "同様", "同じ", "可能", "今", "全部"].contains(&run)
}

/// Whether a run belongs to the sentence's frame: a verb, a property, a condition, a wh-word, a number.
fn is_frame(run: &str, after: &str) -> bool {
    let single = run.chars().count() == 1;
    let okurigana = after.chars().next().is_some_and(|c| matches!(c, '\u{3041}'..='\u{309f}') && !"のはがをにでとへも".contains(c));
    let done = ["でき", "すれ", "する", "して", "した", "しま", "され", "しな", "可能"].iter().any(|v| after.starts_with(v));
    single && okurigana || done || is_general(run)
}

/// Whether a name in hiragana stands before a particle (ごみの, おむつは).
fn names_in_kana(body: &str) -> bool {
    const KNOWN: [&str; 36] = [
        "いくら",
        "いつ",
        "どこ",
        "だれ",
        "どう",
        "どれ",
        "なに",
        "なん",
        "もの",
        "こと",
        "とき",
        "ところ",
        "ほか",
        "ため",
        "よう",
        "あと",
        "まで",
        "から",
        "ほう",
        "どなた",
        "どちら",
        "どんな",
        "どのくらい",
        "どれくらい",
        "わけ",
        "はず",
        "くらい",
        "ぐらい",
        "だけ",
        "ひと",
        "こども",
        "おとな",
        "など",
        "たら",
        "なら",
        "なけれ",
    ];
    let kana = |c: char| matches!(c, '\u{3041}'..='\u{309f}' | 'ー');
    let body = body.trim_end_matches(['?', '？', '。']);
    let starts = body.char_indices().filter(|(at, c)| kana(*c) && body[..*at].chars().next_back().is_none_or(|b| "、 　".contains(b)));
    starts.map(|(at, _)| &body[at..]).any(|rest| {
        let run: String = rest.chars().take_while(|c| kana(*c)).collect();
        let stem = run.split(['の', 'は', 'を', 'が']).next().unwrap_or("");
        (2..=5).contains(&stem.chars().count()) && stem.len() < run.len() && !KNOWN.iter().any(|k| stem.starts_with(k) || stem.ends_with(k))
    })
}

/// Whether every run of a phrase belongs to whatever is spoken of.
fn is_general_phrase(phrase: &str) -> bool {
    let found = runs(phrase);
    !found.is_empty() && found.iter().all(|(run, after)| is_frame(run, after) || is_general(run)) && !names_in_kana(phrase)
}

/// The runs of kanji, katakana, letters and digits, each with what follows it.
fn runs(text: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain(std::iter::once((text.len(), ' '))) {
        match (is_content(c), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                found.push((&text[from..at], &text[at..]));
                start = None;
            }
            _ => {}
        }
    }
    found
}

/// A character of a noun's stem.
pub(super) fn is_content(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || matches!(c, '\u{3400}'..='\u{9fff}' | '\u{30a1}'..='\u{30fa}' | 'ー' | '々' | '-' | '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ')
}

/// Whether a text ends or goes on as a sentence does.
fn has_predicate(text: &str) -> bool {
    const PREDICATES: [&str; 22] = [
        "ですか",
        "ますか",
        "ですよね",
        "ください",
        "でしょうか",
        "ません",
        "ました",
        "たい",
        "れば",
        "だろう",
        "できる",
        "なる",
        "ある",
        "ない",
        "する",
        "した",
        "れた",
        "って",
        "たら",
        "ている",
        "のか",
        "ったら",
    ];
    PREDICATES.iter().any(|p| text.ends_with(p)) || ["ですか", "ますか", "ません"].iter().any(|p| text.contains(p))
}

fn has_own_predicate(question: &str) -> bool {
    has_predicate(question)
}
