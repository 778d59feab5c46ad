//! Regulations that a regulation repeals, and whether one of them is meant.

use super::{Day, Repeal, Said, tight};
use crate::reference::naming;
use crate::structure::{dates, is_regulation};

/// The regulations that some blocks repeal from a day on: in a sentence of their own, or as items under 「次に掲げる条例は、廃止する」.
pub(super) fn read(blocks: &[&str], from: Day) -> Vec<Repeal> {
    let (mut found, mut listed) = (Vec::new(), false);
    for block in blocks {
        let block = tight(block);
        let bare = block.trim_start_matches(|c: char| c.is_numeric() || "()（）".contains(c));
        if listed && let Some(repeal) = regulation(bare, from) {
            found.push(repeal);
            continue;
        }
        for sentence in bare.split('。') {
            let Some(subject) = sentence.strip_suffix("は、廃止する").or_else(|| sentence.strip_suffix("は廃止する")) else {
                continue;
            };
            if subject.starts_with("次に掲げる") || subject.starts_with("次の") {
                listed = true;
            } else {
                found.extend(subject.split("及び").flat_map(|s| s.split('、')).filter_map(|s| regulation(s, from)));
            }
        }
    }
    found
}

/// 「港市清掃条例（昭和47年条例第19号）」
fn regulation(text: &str, from: Day) -> Option<Repeal> {
    let (name, number) = match text.split_once(['（', '(']) {
        Some((name, rest)) => (name, rest.split(['）', ')']).next().filter(|n| n.ends_with('号')).map(str::to_owned)),
        None => (text, None),
    };
    is_regulation(name).then(|| Repeal { name: name.to_owned(), number, from })
}

impl Repeal {
    /// Whether it repeals the regulation of this title, whose text says this of itself. Names are given to new regulations
    /// again: where both numbers are known, they must agree.
    pub fn means(&self, title: &str, said: &Said) -> bool {
        let numbered = |n: &str| n.rsplit_once('第').map(|(_, number)| number.to_owned());
        let own = said.number.as_deref().and_then(numbered);
        let other = self.number.as_deref().and_then(numbered);
        let year = |text: &str| {
            dates(&format!("{}1月1日", text.split('年').next().map(|y| format!("{y}年")).unwrap_or_default())).first().map(|d| d.0.year)
        };
        let years = self.number.as_deref().and_then(year).zip(said.promulgated.map(|d| d.year() as u16));
        let agree = own.zip(other).is_none_or(|(a, b)| a == b) && years.is_none_or(|(a, b)| a == b);
        let before = said.promulgated.is_none_or(|p| p < self.from);
        agree && before && naming::key(title) == naming::key(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regulations_that_are_repealed_are_named() {
        let from = Day::constant(1994, 4, 1);
        let found = read(&["2　港市清掃条例（昭和47年条例第19号）は、廃止する。", "第4章を削る。"], from);
        let expected = Repeal { name: "港市清掃条例".to_owned(), number: Some("昭和47年条例第19号".to_owned()), from };
        assert_eq!(found, [expected]);
        let listed = read(&["次に掲げる条例は、廃止する。", "(1)　港市甲条例（平成元年条例第2号）", "(2)　港市乙条例"], from);
        assert_eq!(listed.iter().map(|r| r.name.as_str()).collect::<Vec<_>>(), ["港市甲条例", "港市乙条例"]);
        assert!(read(&["前項の規定による廃止前の港市清掃条例は、なお効力を有する。"], from).is_empty());
    }

    #[test]
    fn a_new_regulation_of_the_same_name_is_not_meant() {
        let repeal = &read(&["港市清掃条例（昭和47年条例第19号）は、廃止する。"], Day::constant(1994, 4, 1))[0];
        let said = |number: &str, year: i16| Said {
            number: Some(number.to_owned()),
            promulgated: Some(Day::constant(year, 3, 1)),
            ..Said::default()
        };
        assert!(repeal.means("○港市清掃条例", &said("条例第19号", 1972)));
        assert!(!repeal.means("港市清掃条例", &said("条例第31号", 1993)));
        assert!(!repeal.means("港市清掃条例施行規則", &said("条例第19号", 1972)));
    }
}
