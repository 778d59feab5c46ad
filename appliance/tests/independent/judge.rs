//! What a sentence must have in its source, read by code of its own.

use std::collections::HashSet;
use unicode_normalization::UnicodeNormalization;

/// A text in the writing in which it is compared.
pub fn plain(text: &str) -> String {
    let narrow: String = text.nfkc().filter(|c| !c.is_whitespace() && *c != ',').collect();
    western(&arabic(&narrow))
}

/// Kanji numbers as digits.
fn arabic(text: &str) -> String {
    let mut out = String::new();
    let mut run = String::new();
    for c in text.chars().chain(['\n']) {
        // Behind a digit they are part of its number (3億5千万), which is left as it is written.
        let behind_digit = run.is_empty() && out.ends_with(|c: char| c.is_ascii_digit()) && "十百千".contains(c);
        if "〇一二三四五六七八九十百千万億兆".contains(c) && !behind_digit && !(run.is_empty() && "万億兆".contains(c)) {
            run.push(c);
            continue;
        }
        if !run.is_empty() {
            out.push_str(&spelled(&run));
            run.clear();
        }
        out.push(c);
    }
    out.pop();
    out
}

fn spelled(run: &str) -> String {
    let digit = |c: char| "〇一二三四五六七八九".chars().position(|d| d == c);
    if run.chars().all(|c| digit(c).is_some()) {
        return run.chars().filter_map(|c| digit(c).map(|d| d.to_string())).collect();
    }
    let (mut whole, mut myriad, mut last) = (0_u64, 0_u64, 0_u64);
    for c in run.chars() {
        match c {
            '十' | '百' | '千' => {
                let scale = [('十', 10), ('百', 100), ('千', 1000)].iter().find(|(k, _)| *k == c).unwrap().1;
                myriad += last.max(1) * scale;
                last = 0;
            }
            '万' | '億' | '兆' => {
                let scale = [('万', 10_000), ('億', 100_000_000), ('兆', 1_000_000_000_000)].iter().find(|(k, _)| *k == c).unwrap().1;
                whole += (myriad + last).max(1) * scale;
                (myriad, last) = (0, 0);
            }
            _ => last = last * 10 + digit(c).unwrap() as u64,
        }
    }
    (whole + myriad + last).to_string()
}

/// Years of eras as Western years.
fn western(text: &str) -> String {
    let mut out = text.replace("令和元年", "2019年").replace("平成元年", "1989年").replace("昭和元年", "1926年");
    for (era, before) in [("令和", 2018), ("平成", 1988), ("昭和", 1925), ("大正", 1911), ("明治", 1867)] {
        let mut from = 0;
        while let Some(at) = out[from..].find(era).map(|at| from + at) {
            let digits: String = out[at + era.len()..].chars().take_while(char::is_ascii_digit).collect();
            let end = at + era.len() + digits.len();
            if !digits.is_empty() && out[end..].starts_with('年') {
                let year = digits.parse::<u32>().unwrap() + before;
                out.replace_range(at..end, &year.to_string());
            }
            from = at + 1;
            while !out.is_char_boundary(from) {
                from += 1;
            }
        }
    }
    out
}

/// The numbers of a text in one writing, each with the character behind it where that tells what it counts.
fn numbers(plain: &str) -> HashSet<(String, char)> {
    let mut found = HashSet::new();
    let mut digits = String::new();
    for c in plain.chars().chain(['\n']) {
        if c.is_ascii_digit() || (c == '.' && !digits.is_empty()) {
            digits.push(c);
        } else if !digits.is_empty() {
            let unit = if "円人日年月時分条項号歳回%件名個枚点倍度章".contains(c) { c } else { ' ' };
            let unit = if unit == '名' { '人' } else { unit };
            found.insert((std::mem::take(&mut digits).trim_end_matches('.').to_owned(), unit));
        }
    }
    found
}

/// Why a supported sentence lacks its source; `None` when it has it.
pub fn lacking(sentence: &str, verbatim: bool, cited: &[String]) -> Option<String> {
    if cited.is_empty() {
        return Some("it cites nothing".to_owned());
    }
    let said = plain(sentence);
    let places: Vec<String> = cited.iter().map(|text| plain(text)).collect();
    if verbatim {
        return (!cited.iter().any(|text| text.contains(sentence))).then(|| "its words do not stand there".to_owned());
    }
    let held: HashSet<(String, char)> = places.iter().flat_map(|place| numbers(place)).collect();
    let any: HashSet<&String> = held.iter().map(|(digits, _)| digits).collect();
    let missing = numbers(&said)
        .into_iter()
        .find(|(digits, unit)| if *unit == ' ' { !any.contains(digits) } else { !held.contains(&(digits.clone(), *unit)) });
    missing.map(|(digits, unit)| format!("{digits}{unit} does not stand there"))
}
