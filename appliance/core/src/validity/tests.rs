use super::lineage::{Edition, Period, SetDays, periods};
use super::*;
use proptest::prelude::*;

fn day(text: &str) -> Day {
    typed_day(text).expect("a day")
}

const ORDINANCE: &str = "○港市駐車場条例
平成30年3月23日
条例第12号
改正　令和5年12月20日条例第30号
改正　令和7年12月19日条例第41号
（使用料）
第1条　使用料は、1回につき250円とする。
（減免）
第2条　市長は、使用料を減免することができる。
（還付）
第3条　既に納付された使用料は、還付しない。
附　則
この条例は、平成30年4月1日から施行する。
附　則（令和5年12月20日条例第30号）
この条例は、令和6年4月1日から施行する。
附　則（令和7年12月19日条例第41号）
（施行期日）
1　この条例は、令和8年4月1日から施行する。ただし、第3条の改正規定は、令和9年4月1日から施行する。
（経過措置）
2　改正後の第1条の規定は、施行の日以後の使用について適用し、同日前の使用については、なお従前の例による。
";

#[test]
fn an_ordinance_tells_its_days() {
    let said = read_text("港市駐車場条例", ORDINANCE);
    assert_eq!(said.promulgated, Some(day("2018-03-23")));
    assert_eq!(said.number.as_deref(), Some("条例第12号"));
    assert_eq!(said.amended, [day("2023-12-20"), day("2025-12-19")]);
    assert_eq!(said.from, Some(day("2026-04-01")));
    let parts: Vec<_> = said.parts.iter().map(|p| (p.address.to_string(), p.from, p.kind)).collect();
    assert_eq!(parts, [("第3条".to_owned(), day("2027-04-01"), PartKind::Amended)]);
    assert_eq!(said.until, None);
}

#[test]
fn other_texts_tell_none() {
    let manual = "窓口の手引\n附則\nこの条例は、令和8年4月1日から施行する。と書かれています。\n";
    assert_eq!(read_text("窓口の手引", manual), Said::default());
    let two = "○港市駐車場条例\n第1条　甲\n附　則\nこの条例は、令和8年4月1日から施行する。\n○港市公園条例\n第1条　乙\n";
    assert_eq!(read_text("例規集", two), Said::default());
}

#[test]
fn rules_of_schools_and_councils_tell_theirs() {
    let text = "図書委員会令\n（令和六年規程第六号）\n第一条　図書を整える。\n附　則\n（施行期日）\n第一条　本委員会令は、令和六年十一月二十八日からこれを施行する。\n";
    assert_eq!(read_text("図書委員会令（令和六年規程第六号）.law", text).from, Some(day("2024-11-28")));
}

#[test]
fn an_amendment_without_its_supplement_leaves_the_day_unknown() {
    let cut = ORDINANCE.split("附　則（令和7年").next().expect("a text");
    let said = read_text("港市駐車場条例", cut);
    assert_eq!((said.from, said.uncomputed.len()), (None, 1));
}

#[test]
fn ends_are_read_where_they_are_plain() {
    let repealed = ORDINANCE.replace("条例第12号\n", "条例第12号\n（令和10年3月31日限り廃止）\n");
    let said = read_text("港市駐車場条例", &repealed);
    assert_eq!((said.until, said.ending), (Some(day("2028-04-01")), Some(Ending::Repealed)));
    let expiring = ORDINANCE.replace("（経過措置）", "この条例は、令和12年3月31日限り、その効力を失う。\n（経過措置）");
    assert_eq!(read_text("港市駐車場条例", &expiring).days().ending, Some(Ending::Expired));
}

#[test]
fn added_articles_are_those_that_follow() {
    let text = "○港市駐車場条例\n平成30年3月23日\n条例第12号\n第1条　甲とする。\n第1条の2　乙とする。\n第2条　丙とする。\n附　則\nこの条例は、平成30年4月1日から施行する。\n\
                附　則（令和7年12月19日条例第41号）\nこの条例は、令和8年4月1日から施行する。ただし、第1条の次に1条を加える改正規定は、令和8年10月1日から施行する。\n";
    let parts = read_text("港市駐車場条例", text).parts;
    let parts: Vec<_> = parts.iter().map(|p| (p.address.to_string(), p.from, p.kind)).collect();
    assert_eq!(parts, [("第1条の2".to_owned(), day("2026-10-01"), PartKind::New)]);
}

fn edition(from: Option<&str>) -> Edition {
    Edition { said: Said { from: from.map(day), ..Said::default() }, ..Edition::default() }
}

#[track_caller]
fn check(editions: &[Option<&str>], expected: &[&str]) {
    let editions: Vec<Edition> = editions.iter().map(|e| edition(*e)).collect();
    let told = |p: &Option<Period>| match p {
        None => "-".to_owned(),
        Some(Period { days, .. }) => {
            let day = |d: Option<Day>| d.map(|d| d.to_string()).unwrap_or_default();
            format!("{}..{}", day(days.from), day(days.until))
        }
    };
    let found: Vec<String> = periods(&editions).iter().map(told).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_version_holds_until_the_next() {
    check(&[None], &[".."]);
    check(&[None, None], &["-", ".."]);
    check(&[Some("2024-04-01"), Some("2026-04-01")], &["2024-04-01..2026-04-01", "2026-04-01.."]);
    check(&[Some("2026-04-01"), Some("2024-04-01")], &["2026-04-01..", "2024-04-01..2026-04-01"]);
    check(&[Some("2024-04-01"), Some("2024-04-01")], &["-", "2024-04-01.."]);
    check(&[None, Some("2027-04-01")], &["..2027-04-01", "2027-04-01.."]);
    check(&[Some("2024-04-01"), None], &["-", ".."]);
    check(&[Some("2024-04-01"), None, Some("2026-04-01")], &["-", "..2026-04-01", "2026-04-01.."]);
}

#[test]
fn what_an_operator_sets_wins() {
    let set = SetDays { from: Some(day("2025-10-01")), until: Some(day("2026-01-01")) };
    let editions = [edition(Some("2024-04-01")), Edition { set, ..edition(None) }, edition(Some("2026-04-01"))];
    let found = periods(&editions);
    let days = |i: usize| found[i].as_ref().expect("a period").days;
    assert_eq!(days(0).until, Some(day("2025-10-01")));
    assert_eq!((days(1).until, days(1).ending), (Some(day("2026-01-01")), Some(Ending::Repealed)));
    assert_eq!(days(1).standing(day("2026-02-01")), Standing::Repealed);
    assert!(days(2).include(day("2026-04-01")) && !days(2).include(day("2026-03-31")));
}

#[test]
fn an_amended_article_leaves_the_former_wording_in_force_until_its_day() {
    let mut newer = edition(Some("2026-04-01"));
    let address = Address::article(&[3]);
    newer.said.parts.push(PartSaid { address, from: day("2027-04-01"), kind: PartKind::Amended });
    let found = periods(&[edition(Some("2024-04-01")), newer.clone()]);
    let third = |i: usize| found[i].as_ref().expect("a period").of_passage("条例", &["第3条（還付）".to_owned()], "還付しない。");
    let second = |i: usize| found[i].as_ref().expect("a period").of_passage("条例", &["第2条".to_owned()], "減免する。");
    assert_eq!(second(0).until, Some(day("2026-04-01")));
    assert_eq!(third(0).until, Some(day("2027-04-01")));
    assert_eq!(third(1).from, Some(day("2027-04-01")));
    // Alone, the text may as well show the former wording.
    let alone = periods(&[newer]);
    let third = alone[0].as_ref().expect("a period").of_passage("条例", &["第3条（還付）".to_owned()], "還付しない。");
    assert_eq!(third.from, Some(day("2026-04-01")));
}

#[test]
fn transitional_measures_are_known() {
    let path = |h: &[&str]| h.iter().map(|h| (*h).to_owned()).collect::<Vec<_>>();
    assert!(is_transitional(&path(&["附則（令和7年3月21日条例第6号）"]), "3　同日前の申請については、なお従前の例による。"));
    assert!(!is_transitional(&path(&["第9条（減免）"]), "従前の例による。"));
}

#[test]
fn the_day_turns_at_midnight_in_japan() {
    struct At(&'static str);
    impl Clock for At {
        fn now(&self) -> jiff::Timestamp {
            self.0.parse().expect("a moment")
        }
    }
    assert_eq!(today(&At("2026-03-31T15:00:00Z")), day("2026-04-01"));
    assert_eq!(today(&At("2026-03-31T14:59:59Z")), day("2026-03-31"));
    assert_eq!((day_number(day("1970-01-02")), day_number(day("1969-12-31"))), (1, -1));
}

#[test]
fn a_regulation_ends_where_another_repeals_it() {
    let repealed = Edition { repealed: Some(day("2026-04-01")), ..edition(Some("2024-04-01")) };
    let found = periods(std::slice::from_ref(&repealed));
    let days = found[0].as_ref().expect("a period").days;
    assert_eq!((days.until, days.ending), (Some(day("2026-04-01")), Some(Ending::Repealed)));
    let set = SetDays { from: None, until: Some(day("2027-04-01")) };
    assert_eq!(Edition { set, ..repealed }.days().until, Some(day("2027-04-01")), "an operator's day wins");
    let text = ORDINANCE.replace(
        "この条例は、平成30年4月1日から施行する。",
        "1　この条例は、平成30年4月1日から施行する。\n2　港市自転車置場条例（昭和60年条例第7号）は、廃止する。",
    );
    let repeals = read_text("港市駐車場条例", &text).repeals;
    assert_eq!((repeals.len(), repeals[0].name.as_str(), repeals[0].from), (1, "港市自転車置場条例", day("2018-04-01")));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    /// Whatever a text or a question holds, reading it ends, and what is cut out of a question is whole characters.
    #[test]
    fn any_text_is_read(pieces in prop::collection::vec(prop_oneof![
        Just("附　則\n"), Just("この条例は、"), Just("令和８年4月1日"), Just("から施行する。"), Just("ただし、"), Just("第９条の改正規定は"),
        Just("公布の日"), Just("から起算して"), Just("三月を経過した日"), Just("○港市条例\n"), Just("廃止"), Just("2024-04-01"), Just("時点で"),
        Just("as of "), Just("April 1, 2024"), Just("第1条　"), Just("99999999999999999999"), Just("日限り、その効力を失う"), Just("は、廃止する。"), Just("\n"), Just("é")
    ], 0..24), rest in ".{0,12}") {
        let text = pieces.concat() + &rest;
        let said = read_text("港市条例", &format!("○港市条例\n{text}"));
        prop_assert!(said.until.is_none() || said.ending.is_some());
        if let Some((_, span)) = named_day(&text) {
            prop_assert!(span.slice(&text).is_some());
        }
        let _day = typed_day(&text);
        for part in crate::structure::text_parts(&text) {
            prop_assert!(part.span.slice(&text).is_some());
        }
    }
}
