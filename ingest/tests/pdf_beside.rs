//! What stands beside the pages' text: outlines, labels, comments, fields, links. The files are made here.

#[expect(dead_code, reason = "each test file uses some of it")]
mod pdf_maker;

use appliance_core::document::Document;
use ingest::FileParser;
use lopdf::{Object, dictionary};
use pdf_maker::{add_content, helvetica, page, page_id, parsed, pdf, saved, shown};

fn utf16(text: &str) -> Object {
    let mut bytes = vec![0xfe, 0xff];
    bytes.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
    Object::String(bytes, lopdf::StringFormat::Hexadecimal)
}

fn two_pages() -> lopdf::Document {
    let text = "手続は窓口で行い、結果は書面で知らせる。不服があるときは、その日から十四日のうちに申し出る。";
    let pages = ["申請のしかた", "２　届出のしかた"].map(|title| {
        let mut pieces = vec![(60.0, 760.0, 10.5, title)];
        pieces.extend([700.0, 680.0, 660.0].map(|y| (60.0, y, 10.5, text)));
        page(pieces)
    });
    pdf(&pages, Some("手続の手引"))
}

fn catalog(document: &mut lopdf::Document) -> &mut lopdf::Dictionary {
    document.catalog_mut().expect("a catalog")
}

fn document(document: &mut lopdf::Document) -> Document {
    parsed(&saved(document)).expect("a document").document
}

#[test]
fn outlines_make_headings_whatever_names_their_places() {
    let mut file = two_pages();
    let (first, second) = (page_id(&file, 0), page_id(&file, 1));
    let outlines = file.new_object_id();
    let go = file.add_object(dictionary! { "S" => "GoTo", "D" => Object::string_literal("how") });
    let later = file.add_object(dictionary! { "Title" => utf16("2. 届出のしかた"), "Parent" => outlines, "Dest" => "report" });
    let entry = file.add_object(dictionary! { "Title" => utf16("申請のしかた"), "Parent" => outlines, "A" => go, "Next" => later });
    file.objects.insert(outlines, dictionary! { "First" => entry, "Last" => later, "Count" => 2 }.into());
    let names = vec![Object::string_literal("how"), dictionary! { "D" => vec![first.into(), "Fit".into()] }.into()];
    let tree = file.add_object(dictionary! { "Kids" => vec![dictionary! { "Names" => names }.into()] });
    let root = catalog(&mut file);
    root.set("Outlines", outlines);
    root.set("Names", dictionary! { "Dests" => tree });
    root.set("Dests", dictionary! { "report" => vec![second.into(), "Fit".into()] });
    let read = document(&mut file);
    let passages = FileParser::default().passages(&read);
    let path = |text: &str| passages.iter().find(|p| p.text.contains(text)).map(|p| p.heading_path.clone());
    assert_eq!(path("申請のしかた"), Some(vec!["申請のしかた".to_owned()]), "{passages:?}");
    assert_eq!(path("届出のしかた"), Some(vec!["２ 届出のしかた".to_owned()]), "{passages:?}");
}

#[test]
fn labels_name_the_pages_as_printed() {
    let mut file = two_pages();
    let range = dictionary! { "S" => "r", "St" => 3 };
    catalog(&mut file).set("PageLabels", dictionary! { "Nums" => vec![0.into(), range.into()] });
    let labels: Vec<Option<String>> = document(&mut file).pages.into_iter().map(|p| p.label).collect();
    assert_eq!(labels, [Some("iii".to_owned()), Some("iv".to_owned())]);
}

#[test]
fn comments_fields_and_addresses_are_read() {
    let mut file = two_pages();
    let rect = |y: i64| Object::from(vec![60.into(), y.into(), 260.into(), (y + 20).into()]);
    let comment = dictionary! { "Subtype" => "Text", "Rect" => rect(600), "Contents" => utf16("ここは改正が要る。") };
    let field = dictionary! { "Subtype" => "Widget", "FT" => "Tx", "Rect" => rect(500), "V" => utf16("港　太郎") };
    let secret = dictionary! { "Subtype" => "Widget", "FT" => "Tx", "Ff" => 8192, "Rect" => rect(450), "V" => utf16("ひみつ") };
    let action = dictionary! { "S" => "URI", "URI" => Object::string_literal("https://a.jp/f") };
    let link = dictionary! { "Subtype" => "Link", "Rect" => rect(690), "A" => action };
    let hidden = dictionary! { "Subtype" => "Text", "F" => 2, "Rect" => rect(300), "Contents" => utf16("見えない") };
    let annotations: Vec<Object> = [comment, field, secret, link, hidden].into_iter().map(Object::from).collect();
    let id = page_id(&file, 0);
    file.get_object_mut(id).and_then(Object::as_dict_mut).expect("a page").set("Annots", annotations);
    let read = document(&mut file);
    let passages: String = FileParser::default().passages(&read).iter().map(|p| p.text.as_str()).collect();
    assert!(passages.contains("ここは改正が要る。") && passages.contains("港　太郎"), "{passages}");
    assert!(!read.text.contains("ひみつ") && !read.text.contains("見えない"), "{}", read.text);
    let printed = read.printed();
    assert!(!printed.contains("改正") && printed.contains("港　太郎"), "{printed}");
    assert_eq!(read.notes().collect::<Vec<_>>(), ["ここは改正が要る。"]);
    let links: Vec<&str> = read.pages[0].links.iter().map(|l| l.address.as_str()).collect();
    assert_eq!(links, ["https://a.jp/f"]);
    assert!(!read.text.contains("a.jp"), "{}", read.text);
}

#[test]
fn what_the_file_spells_out_is_read_so() {
    let mut file = two_pages();
    let font = helvetica(&mut file);
    let show = |text: &str, x: f32| shown("F2", (x, 500.0, 10.0), text.as_bytes());
    let spelled = |text: &str, content: &str| {
        let hex: String = text.encode_utf16().map(|unit| format!("{unit:04x}")).collect();
        format!("/Span << /ActualText <feff{hex}> >> BDC\n{content}EMC\n")
    };
    let content = [spelled("議会", &show("##", 60.0)), show("Mit", 200.0), spelled("\u{ad}", &show(" ", 213.9)), show("arbeiter", 216.7)];
    add_content(&mut file, 0, ("F2", font), &content.concat());
    let text = document(&mut file).text;
    assert!(text.contains("議会") && !text.contains('#'), "{text}");
    assert!(text.contains("Mitarbeiter"), "{text}");
}

#[test]
fn bold_type_that_is_drawn_twice_is_read_once() {
    let mut file = two_pages();
    let font = helvetica(&mut file);
    let twice: String = (0..40)
        .map(|i| {
            format!(
                "{}{}",
                shown("F2", (60.1 + i as f32 * 7.3, 400.0, 10.0), b"H"),
                shown("F2", (59.8 + i as f32 * 7.3, 400.0, 10.0), b"H")
            )
        })
        .collect();
    add_content(&mut file, 0, ("F2", font), &twice);
    assert_eq!(document(&mut file).text.matches('H').count(), 40);
}
