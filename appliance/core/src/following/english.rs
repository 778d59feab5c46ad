//! English follow-ups: “What about by mail?”, “How do I pay it?”, “Until when?”.

use super::Before;
use super::topic::Topic;
use crate::language::Language;

/// What announces that something else is asked now.
const TURNING: [&str; 7] =
    ["by the way", "another question", "a different question", "different topic", "on another", "unrelated", "separately"];
/// What a follow-up may begin with without saying anything.
const LEADING: [&str; 7] = ["and ", "so ", "then ", "ok ", "okay ", "but ", "also "];
/// What begins a question that is no sentence.
const FRAGMENTS: [&str; 5] = ["what about ", "how about ", "what of ", "and ", "or "];
/// Words that stand for what was asked about.
const PRONOUNS: [&str; 10] = ["it", "they", "them", "this", "that", "these", "those", "there", "its", "their"];
const AUXILIARIES: [&str; 18] =
    ["is", "are", "was", "were", "do", "does", "did", "can", "could", "should", "would", "will", "may", "must", "have", "has", "be", "am"];
const SUBJECTS: [&str; 4] = ["i", "we", "you", "one"];
const PREPOSITIONS: [&str; 12] = ["for", "by", "at", "in", "on", "to", "with", "from", "without", "after", "before", "during"];
/// Words of the frame, and those that belong to whatever is spoken of.
const GENERAL: &[&str] = &[
    "a",
    "an",
    "the",
    "my",
    "your",
    "our",
    "any",
    "some",
    "of",
    "what",
    "how",
    "when",
    "where",
    "who",
    "whom",
    "which",
    "why",
    "whose",
    "much",
    "many",
    "long",
    "often",
    "soon",
    "late",
    "early",
    "far",
    "old",
    "if",
    "not",
    "no",
    "or",
    "and",
    "also",
    "too",
    "then",
    "than",
    "more",
    "less",
    "most",
    "else",
    "other",
    "possible",
    "necessary",
    "need",
    "needs",
    "needed",
    "require",
    "required",
    "requires",
    "bring",
    "cost",
    "costs",
    "price",
    "pay",
    "paid",
    "payment",
    "fee",
    "fees",
    "charge",
    "charged",
    "discount",
    "discounts",
    "free",
    "refund",
    "deadline",
    "due",
    "date",
    "dates",
    "day",
    "days",
    "week",
    "weeks",
    "month",
    "months",
    "year",
    "years",
    "hour",
    "hours",
    "time",
    "times",
    "open",
    "close",
    "closed",
    "start",
    "end",
    "begin",
    "expire",
    "valid",
    "until",
    "since",
    "apply",
    "application",
    "register",
    "renew",
    "change",
    "cancel",
    "extend",
    "extended",
    "borrow",
    "return",
    "get",
    "take",
    "takes",
    "make",
    "use",
    "do",
    "done",
    "go",
    "come",
    "happen",
    "happens",
    "call",
    "contact",
    "phone",
    "number",
    "email",
    "address",
    "office",
    "person",
    "document",
    "documents",
    "form",
    "forms",
    "proof",
    "rule",
    "rules",
    "exception",
    "exceptions",
    "limit",
    "limits",
    "maximum",
    "minimum",
    "condition",
    "conditions",
    "allowed",
    "mean",
    "means",
    "meaning",
    "reason",
    "help",
    "helps",
    "doesn't",
    "don't",
    "isn't",
    "can't",
    "fail",
    "fails",
    "work",
    "works",
    "same",
    "different",
    "way",
    "online",
    "mail",
    "person",
    "people",
    "children",
    "child",
    "students",
    "student",
    "adults",
    "adult",
    "seniors",
    "weekend",
    "weekends",
    "holidays",
    "sunday",
    "saturday",
    "someone",
    "somebody",
    "anyone",
    "instead",
    "later",
    "again",
    "calculated",
    "decided",
    "sent",
    "send",
    "submit",
    "submitted",
    "carried",
    "over",
    "up",
    "down",
    "out",
    "please",
    "tell",
    "about",
    "me",
];

/// The follow-up in words that need nothing before them; `None` when it does already.
pub(super) fn plain(typed: &str, before: &Before<'_>) -> Option<String> {
    let typed = typed.trim();
    let folded = typed.to_ascii_lowercase();
    if TURNING.iter().any(|t| folded.starts_with(t)) {
        return None;
    }
    let topic = Spoken::of(before.question);
    if topic.noun.is_empty() {
        return None;
    }
    by_fragment(typed, &topic, before.question).or_else(|| by_pronoun(typed, &topic)).or_else(|| by_omission(typed, &topic))
}

/// What a question speaks of.
struct Spoken {
    /// The thing: “the fee for a resident record”, without its article.
    noun: String,
    /// What is done, with its object: “connect to the VPN”; empty where the question asks for no doing.
    doing: String,
}

impl Spoken {
    fn of(question: &str) -> Self {
        if Language::of_question(question) == Language::Ja {
            let Topic { full, .. } = Topic::of(question);
            return Self { noun: full, doing: String::new() };
        }
        let asked = question.trim_end_matches(['?', '.', ' ']);
        let words: Vec<&str> = asked.split_whitespace().collect();
        let lower: Vec<String> = words.iter().map(|w| w.to_ascii_lowercase()).collect();
        let helps = (0..lower.len()).find(|i| AUXILIARIES.contains(&lower[*i].as_str()));
        let subject = helps.filter(|i| lower.get(i + 1).is_some_and(|w| SUBJECTS.contains(&w.as_str())));
        match (helps, subject) {
            // How many days of leave do I get: what is asked for stands before.
            (Some(at), Some(_)) if at > 2 && matches!(lower[0].as_str(), "how" | "what" | "which") => {
                let noun = without_articles(&words[if lower[0] == "how" { 2 } else { 1 }..at]);
                let doing = words[at + 2..].join(" ");
                let object = object(&words[at + 2..]);
                Self { noun: if object.is_empty() { noun } else { object }, doing }
            }
            (Some(at), Some(_)) => Self { noun: object(&words[at + 2..]), doing: without_aside(&words[at + 2..]) },
            // What documents are required for …: the subject stands before.
            (Some(at), None) if at > 1 && lower[0] != "how" => Self { noun: without_articles(&words[1..]), doing: String::new() },
            (Some(at), None) => {
                let existential = lower.get(at + 1).is_some_and(|w| w == "there");
                Self { noun: without_articles(&words[(at + 1 + usize::from(existential)).min(words.len())..]), doing: String::new() }
            }
            (None, _) => Self { noun: without_articles(&words), doing: String::new() },
        }
    }
}

/// What is done something to: the words behind the verb. “What should I do when …” speaks of what follows.
fn object(words: &[&str]) -> String {
    if let Some(when) = words.iter().position(|w| ["when", "if"].contains(&w.to_ascii_lowercase().as_str())) {
        return without_articles(&words[when + 1..]);
    }
    let rest = words.get(1..).unwrap_or_default();
    let skipped = rest.iter().take_while(|w| PREPOSITIONS.contains(&w.to_ascii_lowercase().as_str())).count();
    without_articles(&rest[skipped..])
}

fn without_aside(words: &[&str]) -> String {
    if words.iter().any(|w| w.eq_ignore_ascii_case("when")) { String::new() } else { words.join(" ") }
}

fn without_articles(words: &[&str]) -> String {
    let skipped =
        words.iter().take_while(|w| ["the", "a", "an", "my", "your", "our", "any"].contains(&w.to_ascii_lowercase().as_str())).count();
    words[skipped..].join(" ")
}

/// “What about by mail?”, “And for graduate students?”
fn by_fragment(typed: &str, topic: &Spoken, question: &str) -> Option<String> {
    let folded = typed.to_ascii_lowercase();
    let lead = FRAGMENTS.iter().find(|f| folded.starts_with(**f))?;
    let phrase = typed[lead.len()..].trim_end_matches(['?', '.', ' ']);
    let words: Vec<&str> = phrase.split_whitespace().collect();
    let first = words.first()?.to_ascii_lowercase();
    // “And how much is it?” is a sentence.
    if words.len() > 7
        || AUXILIARIES.contains(&first.as_str())
        || ["how", "what", "when", "where", "who", "why", "which", "if"].contains(&first.as_str())
    {
        return None;
    }
    let asked = question.trim_end_matches(['?', '.', ' ', '？']);
    if let Some(code) = codes(phrase).first()
        && let Some(other) = codes(asked).iter().find(|c| same_letters(c, code))
    {
        return Some(format!("{}?", asked.replacen(other.as_str(), code, 1)));
    }
    if PREPOSITIONS.contains(&first.as_str()) {
        // The same preposition takes the place of its phrase.
        let marker = format!(" {first} ");
        let kept = asked.rfind(&marker).map_or(asked, |at| &asked[..at]);
        let _ = topic;
        return Some(format!("{kept} {phrase}?"));
    }
    Some(format!("{asked} for {phrase}?"))
}

/// “How do I pay it?”: what the pronoun stands for takes its place.
fn by_pronoun(typed: &str, topic: &Spoken) -> Option<String> {
    let words: Vec<&str> = typed.split_whitespace().collect();
    let bare = |w: &str| w.trim_matches(|c: char| !c.is_alphanumeric()).to_ascii_lowercase();
    let exists = |i: usize| {
        bare(words[i]) == "there"
            && (i > 0 && AUXILIARIES.contains(&bare(words[i - 1]).as_str())
                || words.get(i + 1).is_some_and(|w| AUXILIARIES.contains(&bare(w).as_str())))
    };
    let at = (0..words.len()).find(|i| PRONOUNS.contains(&bare(words[*i]).as_str()) && !exists(*i))?;
    // How long does it take, is it possible: it is the doing.
    let next = words.get(at + 1).map(|w| bare(w)).unwrap_or_default();
    if bare(words[at]) == "it" && ["take", "cost", "possible", "necessary"].contains(&next.as_str()) && !topic.doing.is_empty() {
        let asked = typed.trim_end_matches(['?', '.', ' ']);
        return Some(format!("{asked} to {}?", topic.doing));
    }
    let tail: String = words[at].chars().skip_while(|c| c.is_alphanumeric()).collect();
    let possessive = if ["its", "their"].contains(&bare(words[at]).as_str()) { "'s" } else { "" };
    let mut plain: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
    plain[at] = format!("the {}{possessive}{tail}", topic.noun);
    Some(plain.join(" "))
}

/// “Until when?”, “Where can I apply?”: every word belongs to whatever is spoken of.
fn by_omission(typed: &str, topic: &Spoken) -> Option<String> {
    let folded = typed.to_ascii_lowercase();
    let body = LEADING.iter().find_map(|l| folded.starts_with(l).then(|| &typed[l.len()..])).unwrap_or(typed);
    let spoken = format!("{} {}", topic.noun, topic.doing).to_ascii_lowercase();
    let words: Vec<String> = body.split_whitespace().map(|w| w.trim_matches(|c: char| !c.is_alphanumeric()).to_ascii_lowercase()).collect();
    let belongs = |w: &String| {
        w.is_empty()
            || GENERAL.contains(&w.as_str())
            || AUXILIARIES.contains(&w.as_str())
            || SUBJECTS.contains(&w.as_str())
            || PREPOSITIONS.contains(&w.as_str())
            || w == "there"
            || codes(w).first().is_some_and(|c| codes(&spoken).iter().any(|o| same_letters(o, c)))
            || w.bytes().all(|b| b.is_ascii_digit())
    };
    if !words.iter().all(belongs) {
        return None;
    }
    let about = if topic.doing.is_empty() { &topic.noun } else { &topic.doing };
    Some(format!("{} ({about})", body.trim()))
}

/// Words of letters and digits.
fn codes(text: &str) -> Vec<String> {
    text.split_whitespace()
        .map(|w| w.trim_matches(|c: char| !c.is_ascii_alphanumeric()))
        .filter(|w| w.bytes().any(|b| b.is_ascii_digit()) && w.bytes().any(|b| b.is_ascii_alphabetic()))
        .map(str::to_owned)
        .collect()
}

fn same_letters(a: &str, b: &str) -> bool {
    let letters = |w: &str| w.chars().take_while(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase();
    letters(a) == letters(b)
}
