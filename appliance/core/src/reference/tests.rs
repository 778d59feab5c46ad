use super::naming::{key, key_and_address, meant, mentioned, nearest};
use super::*;

/// Each reference as 「name|address」, a range as 「name|address-address」.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    check_after(None, text, expected);
}

#[track_caller]
fn check_after(context: Option<(&str, &str)>, text: &str, expected: &[&str]) {
    let context = context.map(|(name, place)| {
        let address = references(place, None).remove(0).address;
        Context { name: name.to_owned(), address }
    });
    let shown = |r: &Reference| {
        let until = r.until.as_ref().map(|u| format!("-{u}")).unwrap_or_default();
        format!("{}|{}{until}", r.before, r.address)
    };
    let found: Vec<String> = references(text, context.as_ref()).iter().map(shown).collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn one_place_in_every_writing() {
    for text in [
        "手数料条例第9条第2項第3号",
        "手数料条例第九条第二項第三号",
        "手数料条例第９条第２項第３号",
        "手数料条例9条2項3号",
        "手数料条例 第9条 第2項 第3号",
    ] {
        check(text, &["手数料条例|第9条第2項第3号"]);
    }
    check("統計法第四十二条の二には何が", &["統計法|第42条の2"]);
    check("民法1044の2", &["民法|第1044条の2"]);
    check("民法 1044条の2第1項は?", &["民法|第1044条の2第1項"]);
    check("国民年金法第百三十七条の二十三", &["国民年金法|第137条の23"]);
    check("9条2項3号", &["|第9条第2項第3号"]);
    check("1044の2", &["|第1044条の2"]);
    check("手数料条例(平成12年条例第5号)第9条の規定", &["手数料条例|第9条"]);
    check("第5条第1項第2号イに定める", &["|第5条第1項第2号イ"]);
}

#[test]
fn supplements_tables_and_forms() {
    check("手数料条例附則第2項", &["手数料条例|附則第2項"]);
    check("手数料条例附則(令和7年条例第6号)第3条", &["手数料条例|附則第3条"]);
    check("手数料条例の別表第一", &["手数料条例|別表第1"]);
    check("規則の様式第3号と第4号様式、別記様式第5号", &["規則|様式第3号", "規則|様式第4号", "規則|様式第5号"]);
    check("手数料条例の別表", &["手数料条例|別表"]);
    check("学則第2章", &["学則|第2章"]);
}

#[test]
fn several_at_once_and_ranges() {
    check("手数料条例第3条から第5条まで", &["手数料条例|第3条-第5条"]);
    check("統計法第3条～第5条", &["統計法|第3条-第5条"]);
    check("手数料条例第9条第2項及び第3項並びに第10条", &["手数料条例|第9条第2項", "手数料条例|第9条第3項", "手数料条例|第10条"]);
    check("統計法第9条と河川法第3条の違い", &["統計法|第9条", "と河川法|第3条"]);
    check("金融商品取引法第18条及び第19条により、有価証券届出書の", &["金融商品取引法|第18条", "金融商品取引法|第19条"]);
}

#[test]
fn what_a_conversation_spoke_of() {
    let spoken = Some(("手数料条例", "第9条の2第2項"));
    check_after(spoken, "前条は?", &["手数料条例|第9条"]);
    check_after(spoken, "次条第1項", &["手数料条例|第9条の3第1項"]);
    check_after(spoken, "同条第3項", &["手数料条例|第9条の2第3項"]);
    check_after(spoken, "次項と前項", &["手数料条例|第9条の2第3項", "手数料条例|第9条の2第2項"]);
    check_after(spoken, "同条例第5条", &["手数料条例|第5条"]);
    check("前条は?", &[]);
}

#[test]
fn other_numbers_are_no_references() {
    for text in [
        "三条市のごみ",
        "一条さんの席",
        "平成12年条例第25号",
        "500円",
        "第3回会議",
        "第2号被保険者",
        "10時から5時まで",
        "E5条件",
        "手数料条例 500円",
    ] {
        check(text, &[]);
    }
}

#[test]
fn a_span_is_what_was_written() {
    let text = "「手数料条例」の第９条の２　第２項は";
    let found = references(text, None);
    assert_eq!(found[0].span.slice(text), Some("第９条の２　第２項"));
}

#[test]
fn titles_and_their_keys() {
    assert_eq!(key("○みなと市手数料条例（平成１２年条例第５号）"), "みなと市手数料条例");
    let (name, address) = key_and_address("金融商品取引法　第24条の2");
    assert_eq!((name.as_str(), address.to_string().as_str()), ("金融商品取引法", "第24条の2"));
    assert_eq!(key("ごみの出し方"), "ごみの出し方");
}

#[test]
fn names_are_meant_whole_by_their_tail_or_shortened() {
    let names = [
        "みなと市手数料条例",
        "みなと市使用料条例",
        "手数料条例",
        "個人情報の保護に関する法律",
        "金融商品取引法",
        "学校教育法",
        "学校給食法",
    ];
    let first = |text: &str| meant(text, names).first().cloned().unwrap_or_default();
    assert_eq!(first("みなと市手数料条例"), ["みなと市手数料条例"]);
    assert_eq!(first("教えて手数料条例"), ["手数料条例"]);
    assert_eq!(first("本市使用料条例"), ["みなと市使用料条例"]);
    assert_eq!(first("個人情報保護法"), ["個人情報の保護に関する法律"]);
    assert_eq!(first("金商法"), ["金融商品取引法"]);
    assert_eq!(first("学校法"), ["学校教育法", "学校給食法"]);
    assert!(first("道路法").is_empty() && first("条例").is_empty() && first("").is_empty());
    assert!(meant("港区手数料条例", ["みなと市手数料条例"]).is_empty(), "another town's ordinance is another one");
}

#[test]
fn names_mentioned_and_names_alike() {
    assert_eq!(mentioned("手数料条例施行規則の目的", ["手数料条例", "手数料条例施行規則"]), ["手数料条例施行規則"]);
    assert_eq!(nearest("みなと市手数料条令", ["みなと市手数料条例", "図書館規則"], 3), ["みなと市手数料条例"]);
}

#[track_caller]
fn check_standing(headings: &[&str], text: &str, expected: &[&str]) {
    let headings: Vec<String> = headings.iter().map(|h| (*h).to_owned()).collect();
    let found = standing("みなと市手数料条例", &headings, text);
    assert_eq!(found.addresses.iter().map(String::as_str).collect::<Vec<_>>(), expected, "{text}");
}

#[test]
fn passages_stand_where_their_headings_and_lines_say() {
    check_standing(
        &["第2章 手数料", "第9条（減免）"],
        "（減免）\n第九条　市長は、次の各号の\n一　生活保護\n二　災害\n２　前項の",
        &["第2章", "第9条", "第9条第1項", "第9条第1項第1号", "第9条第1項第2号", "第9条第2項"],
    );
    check_standing(&["第9条（減免）第2項第1号"], "一　生活保護", &["第9条", "第9条第2項", "第9条第2項第1号"]);
    check_standing(&["附則", "附則第2条（経過措置）"], "第２条　この条例の", &["附則", "附則第2条", "附則第2条第1項"]);
    check_standing(&["附則第2項"], "２　この条例の", &["附則", "附則第2項"]);
    check_standing(&["別表第1（第3条関係）"], "粗大ごみ 500円", &["別表第1"]);
    check_standing(&[], "第八条　と畜場\n第九条の規定による", &["第8条", "第8条第1項"]);
    assert_eq!(standing("統計法", &["第9条（減免）第2項".to_owned()], "").captions, ["減免"]);
}

proptest::proptest! {
    #[test]
    fn no_text_is_too_odd(text in "[第附則別表様式条項号章編前次同本のはからまで及び0-9０-９一二三十百〜() （）イロ法例\n]{0,60}") {
        let context = Context { name: "手数料条例".to_owned(), address: Address::article(&[1, 2]) };
        for reference in references(&text, Some(&context)) {
            proptest::prop_assert!(reference.span.slice(&text).is_some_and(|t| !t.is_empty()));
            proptest::prop_assert!(reference.address.path().iter().all(|a| a.contains(&reference.address)));
        }
        standing(&text, std::slice::from_ref(&text), &text);
        meant(&text, ["手数料条例", "第9条法"]);
    }

    #[test]
    fn an_address_is_read_back(article in 1_u32..2_000, branch in 0_u32..30, paragraph in 0_u32..20, item in 0_u32..30, supplement: bool) {
        let numbers = if branch > 0 { vec![article, branch] } else { vec![article] };
        let paragraph = (paragraph > 0).then_some(paragraph);
        let item = if item > 0 { vec![item] } else { Vec::new() };
        let address = Address { supplement, part: Some(Part::Article(numbers)), paragraph, item, subitem: None };
        let read = references(&address.to_string(), None);
        proptest::prop_assert_eq!(read.into_iter().map(|r| r.address).collect::<Vec<_>>(), vec![address]);
    }
}

#[test]
fn an_answer_leaves_behind_what_it_was_about() {
    use crate::answer::{Answer, AnswerKind, AnswerRecord};
    use crate::id::ContentHash;
    use crate::ports::models::ModelIdentity;
    let mut source = crate::testing::source(1, "みなと市手数料条例", "第9条　市長は、手数料を減免する。");
    source.passage.passage.heading_path = vec!["第9条（減免）".to_owned()];
    let embedder = ModelIdentity { name: "e".to_owned(), hash: ContentHash::of(b"e") };
    let record = AnswerRecord {
        generation: None,
        generator: None,
        embedder,
        prompt: None,
        seed: 0,
        found: 1,
        mode: None,
        rewritten: false,
        dropped: 0,
        stages: Vec::new(),
    };
    let answer = Answer {
        as_of: None,
        arranged: None,
        kind: AnswerKind::Extracted,
        sentences: Vec::new(),
        undecided: false,
        thin: false,
        unresolved: Vec::new(),
        sources: vec![source],
        record,
    };
    let left = Context::left_by("減免はできますか", &answer).expect("a context");
    assert_eq!((left.name.as_str(), left.address), ("みなと市手数料条例", Address::article(&[9])));
    let named = Context::left_by("手数料条例第12条について", &answer).expect("a context");
    assert!(named.name.ends_with("手数料条例"), "{}", named.name);
    assert_eq!(named.address, Address::article(&[12]));
}
