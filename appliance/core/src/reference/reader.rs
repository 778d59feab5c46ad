//! Reading references at a place of a folded text.

use super::address::{Address, Part};
use crate::locator::Span;
use crate::structure::numeral;

/// Characters before a reference in which its regulation is looked for.
const LONGEST_NAME: usize = 80;
/// What joins references of one regulation.
const JOINTS: [&str; 16] =
    ["及び", "並びに", "又は", "若しくは", "および", "ならびに", "または", "もしくは", "と", "や", "、", ",", "，", "・", "から", "まで"];
/// What stands between the ends of a range.
const RANGES: [&str; 9] = ["から", "乃至", "ないし", "~", "〜", "-", "–", "—", "−"];
/// A regulation's name ends with one of these characters, so that a bare number after it is an article.
const ENDS_OF_NAMES: &str = "法令例則程綱約領律示";
/// What begins a new clause: no name runs over it.
const BREAKS: &str = "。、，,．!?！？「」『』【】\"“”:：;；()\n";
/// References that mean the regulation spoken of.
const SAME_NAMES: [&str; 12] =
    ["同法", "同令", "同条例", "同規則", "同規程", "同要綱", "本法", "本条例", "本規則", "この法律", "この条例", "この規則"];

/// A reference read, before its regulation is known.
pub(crate) struct Written {
    pub address: Address,
    /// Whether it leans on what was spoken of before.
    pub relative: bool,
}

/// A folded text as characters with their bytes.
pub(crate) struct Reader {
    chars: Vec<char>,
    /// The byte at which each character begins, and the end of the text.
    starts: Vec<usize>,
}

impl Reader {
    pub fn new(folded: &str) -> Self {
        let mut starts: Vec<usize> = folded.char_indices().map(|(at, _)| at).collect();
        starts.push(folded.len());
        Self { chars: folded.chars().collect(), starts }
    }

    pub fn len(&self) -> usize {
        self.chars.len()
    }

    /// The bytes of a run of characters.
    pub fn bytes(&self, from: usize, to: usize) -> Span {
        Span::new(self.starts[from], self.starts[to])
    }

    /// The reference that begins at a place, and the place after it. `last` is the place spoken of before.
    pub fn reference(&self, at: usize, last: Option<&Address>) -> Option<(Written, usize)> {
        let absolute = |(address, end)| (Written { address, relative: false }, end);
        let leaning = |(address, end)| (Written { address, relative: true }, end);
        self.supplement(at)
            .or_else(|| self.schedule_or_form(at))
            .or_else(|| self.numbered(at))
            .or_else(|| self.bare(at))
            .map(absolute)
            .or_else(|| self.relative(at, last?).map(leaning))
            .or_else(|| self.level_alone(at, last?).map(leaning))
    }

    /// The other end of a range that begins with `written`, and the place after it.
    pub fn range_after(&self, written: &Written, end: usize) -> (Option<Address>, usize) {
        let at = self.spaces(end);
        let reference = RANGES.iter().find_map(|joint| {
            let from = self.spaces(self.literal(at, joint)?);
            self.reference(from, Some(&written.address)).or_else(|| self.short_end(from, &written.address))
        });
        match reference {
            Some((other, after)) if comparable(&written.address, &other.address) => {
                (Some(other.address), self.literal(self.spaces(after), "まで").unwrap_or(after))
            }
            _ => (None, end),
        }
    }

    /// 「3〜5条」: the first end of such a range has no counter and is no reference; this is for 「第3条〜5」.
    fn short_end(&self, at: usize, first: &Address) -> Option<(Written, usize)> {
        let Some(Part::Article(_)) = first.part else { return None };
        let (number, taken) = numeral::decimal(&self.chars[at..])?;
        let next = self.chars.get(at + taken);
        let ends = next.is_none_or(|c| c.is_whitespace() || BREAKS.contains(*c));
        let part = Some(Part::Article(vec![number]));
        ends.then(|| (Written { address: Address { part, ..Address::default() }, relative: false }, at + taken))
    }

    /// Whether only joints stand between two places.
    pub fn joined(&self, from: usize, to: usize) -> bool {
        let mut at = from;
        while at < to {
            at = self.spaces(at);
            if at >= to {
                break;
            }
            match JOINTS.iter().filter_map(|j| self.literal(at, j)).max() {
                Some(after) => at = after,
                None => return false,
            }
        }
        true
    }

    /// Whether 「同法」 or its like stands before a place.
    pub fn same_name(&self, at: usize) -> bool {
        SAME_NAMES.iter().any(|name| {
            let from = at.checked_sub(name.chars().count());
            from.is_some_and(|from| self.literal(from, name) == Some(at))
        })
    }

    /// The text before a place that a regulation's name may end.
    pub fn before(&self, from: usize, at: usize) -> String {
        let lower = from.max(at.saturating_sub(LONGEST_NAME));
        let mut open = 0u32;
        let mut start = at;
        while start > lower {
            let c = self.chars[start - 1];
            match c {
                // 「手数料条例(平成12年条例第5号)第9条」: what stands in brackets is no part of the name.
                ')' if open == 0 && (start == at || self.chars[start..at].iter().all(|c| c.is_whitespace() || *c == 'の')) => open += 1,
                '(' if open > 0 => open -= 1,
                _ if open == 0 && BREAKS.contains(c) => break,
                _ => {}
            }
            start -= 1;
        }
        let text: String = self.chars[start..at].iter().collect();
        let text = text.trim_end();
        let text = text.strip_suffix('の').unwrap_or(text).trim_end();
        let text = if text.ends_with(')') { text.rfind('(').map_or(text, |at| &text[..at]) } else { text };
        text.trim().to_owned()
    }

    /// 「附則」「附則第2項」「附則(令和7年条例第6号)第3条」
    fn supplement(&self, at: usize) -> Option<(Address, usize)> {
        let mut end = self.literal(at, "附則").or_else(|| self.literal(at, "付則"))?;
        let mut address = Address { supplement: true, ..Address::default() };
        let mut next = self.spaces(end);
        if self.chars.get(next) == Some(&'(') {
            next = self.chars[next..].iter().take(40).position(|c| *c == ')').map_or(next, |close| next + close + 1);
        }
        if self.chars.get(next) == Some(&'の') {
            next += 1;
        }
        let article = self.numbered(self.spaces(next)).filter(|(numbered, _)| matches!(numbered.part, Some(Part::Article(_))));
        if let Some((numbered, after)) = article {
            return Some((Address { supplement: true, ..numbered }, after));
        }
        let after = self.levels(self.spaces(next), &mut address);
        if after > self.spaces(next) {
            end = after;
        }
        Some((address, end))
    }

    /// 「別表第1」「別表」「様式第3号」「第3号様式」「別記第1号様式」
    fn schedule_or_form(&self, at: usize) -> Option<(Address, usize)> {
        let whole = |part: Part, end: usize| Some((Address { part: Some(part), ..Address::default() }, end));
        if let Some(end) = self.literal(at, "別表") {
            let (numbers, end) = self.ordinal(end, "").unwrap_or((Vec::new(), end));
            return whole(Part::Schedule(numbers), end);
        }
        let named = ["別記様式", "別紙様式", "様式"].iter().find_map(|name| self.literal(at, name));
        if let Some((numbers, end)) = named.and_then(|end| self.ordinal(end, "号")) {
            return whole(Part::Form(numbers), end);
        }
        let prefixed = ["別記", "別紙"].iter().find_map(|name| self.literal(at, name)).map_or(at, |end| self.spaces(end));
        let (numbers, end) = self.ordinal(prefixed, "号")?;
        let end = self.literal(self.spaces(end), "様式")?;
        whole(Part::Form(numbers), end)
    }

    /// A number that may have 第 before it and a counter behind it, with its branches.
    fn ordinal(&self, at: usize, counter: &str) -> Option<(Vec<u32>, usize)> {
        let at = self.spaces(at);
        let at = self.spaces(self.literal(at, "第").unwrap_or(at));
        let (number, taken) = numeral::number(&self.chars[at..])?;
        let mut numbers = vec![number];
        let mut end = at + taken;
        if let Some(counted) = self.literal(end, counter) {
            end = counted;
        }
        end = self.branches(end, &mut numbers);
        Some((numbers, self.literal(end, counter).unwrap_or(end)))
    }

    /// 「第9条の2第1項」「9条2項3号」「第2章」
    fn numbered(&self, at: usize) -> Option<(Address, usize)> {
        let ordinal = self.literal(at, "第").map(|end| self.spaces(end));
        let from = ordinal.unwrap_or(at);
        if ordinal.is_none() && !self.begins_number(at) {
            return None;
        }
        let (number, taken) = numeral::number(&self.chars[from..])?;
        let unit = self.spaces(from + taken);
        let mut numbers = vec![number];
        let end = self.branches(unit + 1, &mut numbers);
        let part = match self.chars.get(unit)? {
            '条' => Part::Article(numbers),
            '章' if ordinal.is_some() => Part::Chapter(numbers),
            '編' if ordinal.is_some() => Part::Book(numbers),
            _ => return None,
        };
        let mut address = Address { part: Some(part), ..Address::default() };
        let after = if matches!(address.part, Some(Part::Article(_))) { self.levels(end, &mut address) } else { end };
        // 三条市 and 一条家 are no articles: kanji without 第 count only behind a name or before a paragraph.
        let kanji = !self.chars[from].is_ascii_digit();
        if ordinal.is_none() && kanji && address.paragraph.is_none() && !self.follows_name(at) {
            return None;
        }
        Some((address, after))
    }

    /// 「民法1044の2」, and a number that is the whole text.
    fn bare(&self, at: usize) -> Option<(Address, usize)> {
        if !self.chars.get(at)?.is_ascii_digit() || !self.begins_number(at) {
            return None;
        }
        let (number, taken) = numeral::decimal(&self.chars[at..])?;
        let mut numbers = vec![number];
        let end = self.branches(at + taken, &mut numbers);
        let named =
            self.follows_name(at) && self.chars.get(end).is_none_or(|c| c.is_whitespace() || "のはにをとでもがへ?。、".contains(*c));
        let alone = self.chars[..at].iter().chain(&self.chars[end..]).all(|c| c.is_whitespace());
        let alone = alone && numbers.len() > 1;
        (named || alone).then(|| (Address::article(&numbers), end))
    }

    /// 「前条第2項」「同条」「次項」
    fn relative(&self, at: usize, last: &Address) -> Option<(Address, usize)> {
        let step: i64 = match self.chars.get(at)? {
            '前' => -1,
            '次' => 1,
            '同' | '本' => 0,
            _ => return None,
        };
        let mut address = last.clone();
        address.subitem = None;
        match self.chars.get(at + 1)? {
            '条' => {
                let Some(Part::Article(numbers)) = &mut address.part else { return None };
                moved(numbers.last_mut()?, step)?;
                // Before 第9条の2 stands 第9条.
                if numbers.len() > 1 && numbers.last() == Some(&1) {
                    numbers.pop();
                }
                (address.paragraph, address.item) = (None, Vec::new());
            }
            '項' => {
                let mut paragraph = address.paragraph.unwrap_or(1);
                moved(&mut paragraph, step)?;
                (address.paragraph, address.item) = (Some(paragraph), Vec::new());
            }
            '号' => moved(address.item.last_mut()?, step)?,
            _ => return None,
        }
        // 「本項目」「同条例」「前号俸」 are other words.
        if self.chars.get(at + 2).is_some_and(|c| matches!(c, '例' | '目' | '約' | '文' | '件' | '俸')) {
            return None;
        }
        let end = self.levels(at + 2, &mut address);
        Some((address, end))
    }

    /// 「第3項」「2号」 of the article spoken of.
    fn level_alone(&self, at: usize, last: &Address) -> Option<(Address, usize)> {
        let ordinal = self.literal(at, "第").is_some();
        // 「条例第25号」 is the number of the regulation itself.
        if last.part.is_none() && !last.supplement || !ordinal && !self.begins_number(at) || self.follows_name(at) {
            return None;
        }
        let mut named = Address::default();
        let end = self.levels(at, &mut named);
        if end == at || !ordinal && !self.chars[at].is_ascii_digit() {
            return None;
        }
        let paragraph = named.paragraph.or(last.paragraph);
        Some((Address { paragraph, supplement: last.supplement, part: last.part.clone(), ..named }, end))
    }

    /// Reads 項, 号 and イロハ into `address`; gives the place after them.
    fn levels(&self, at: usize, address: &mut Address) -> usize {
        let mut end = at;
        loop {
            let mut from = self.spaces(end);
            if self.chars.get(from) == Some(&'の') {
                from = self.spaces(from + 1);
            }
            let from = self.spaces(self.literal(from, "第").unwrap_or(from));
            let Some((number, taken)) = self.chars.get(from..).and_then(numeral::number) else { break };
            let unit = self.spaces(from + taken);
            match self.chars.get(unit) {
                Some('項') if address.paragraph.is_none() && address.item.is_empty() && !self.follows(unit, "目") => {
                    address.paragraph = Some(number);
                    end = unit + 1;
                }
                Some('号') if address.item.is_empty() && !self.follows(unit, "様式") => {
                    address.item.push(number);
                    end = self.branches(unit + 1, &mut address.item);
                }
                _ => break,
            }
        }
        if end > at && !address.item.is_empty() {
            return self.subitem(end, address);
        }
        end
    }

    fn follows(&self, unit: usize, word: &str) -> bool {
        self.literal(unit + 1, word).is_some()
    }

    fn subitem(&self, at: usize, address: &mut Address) -> usize {
        let from = if self.chars.get(at) == Some(&'の') { at + 1 } else { at };
        let kana = |i: usize| self.chars.get(i).is_some_and(|c| matches!(c, 'ア'..='ン' | 'ー'));
        if kana(from) && !kana(from + 1) {
            address.subitem = self.chars.get(from).copied();
            return from + 1;
        }
        at
    }

    /// Reads 「の2の3」 into `numbers`; gives the place after it.
    fn branches(&self, at: usize, numbers: &mut Vec<u32>) -> usize {
        let mut end = at;
        while self.chars.get(end) == Some(&'の') {
            let Some((number, taken)) = numeral::number(&self.chars[end + 1..]) else { break };
            // 「第9条の2項」「第9条の5日前」 count something else.
            if self.chars.get(end + 1 + taken).is_some_and(|c| "項号日月年人回円つ個点".contains(*c)) {
                break;
            }
            numbers.push(number);
            end += 1 + taken;
        }
        end
    }

    /// Whether a number that begins here is not the end of another one or of a code.
    fn begins_number(&self, at: usize) -> bool {
        let before = at.checked_sub(1).map(|i| self.chars[i]);
        before.is_none_or(|c| !c.is_ascii_alphanumeric() && !"〇一二三四五六七八九十百千第.,".contains(c) && c != '-')
    }

    fn follows_name(&self, at: usize) -> bool {
        let before = self.chars[..at].iter().rev().find(|c| !c.is_whitespace());
        before.is_some_and(|c| ENDS_OF_NAMES.contains(*c))
    }

    fn literal(&self, at: usize, word: &str) -> Option<usize> {
        let mut end = at;
        for c in word.chars() {
            if self.chars.get(end) != Some(&c) {
                return None;
            }
            end += 1;
        }
        Some(end)
    }

    /// The place after at most two spaces.
    fn spaces(&self, at: usize) -> usize {
        let at = at.min(self.chars.len());
        at + self.chars[at..].iter().take(2).take_while(|c| c.is_whitespace()).count()
    }
}

fn moved(number: &mut u32, step: i64) -> Option<()> {
    *number = u32::try_from(i64::from(*number) + step).ok().filter(|n| *n > 0)?;
    Some(())
}

/// Whether two places can be the ends of one range.
fn comparable(first: &Address, last: &Address) -> bool {
    let like = match (&first.part, &last.part) {
        (Some(a), Some(b)) => a.is_like(b),
        (None, None) => true,
        _ => false,
    };
    like && first.supplement == last.supplement && first < last
}
