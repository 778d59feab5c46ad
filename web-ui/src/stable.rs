//! Stable addresses of places: by what a place is called in its document, so that they lead there as well after the file was
//! read again or replaced by its next version.
//!
//! `/documents/7/at/article/12_2-3-1` is 第12条の2第3項第1号, `/at/supplement/2/0-3` the third paragraph of the second
//! 附則, `/at/schedule/1` 別表第1, `/at/sheet/料金表!B5:C7` cells, `/at/heading/…` what stands under a heading,
//! `/at/page/7/72,90,200,14` a rectangle in points.

use crate::links::encoded;
use crate::place_view::{bounding, rects_on};
use appliance_core::id::DocumentId;
use appliance_core::locator::{CellRange, CellRef, Place, Rect};
use appliance_core::reference::{Address, Part, references};

/// The end of the address of a place in a regulation; `None` for one that has no such address. `supplement` is the number,
/// from 1, of the 附則 that it lies in.
pub fn regulation_place(address: &Address, supplement: Option<usize>) -> Option<String> {
    let levels = levels(address);
    Some(match (&address.part, address.supplement) {
        (Some(Part::Article(numbers)), false) => format!("article/{}{levels}", branched(numbers)),
        (Some(Part::Article(numbers)), true) => format!("supplement/{}/{}{levels}", supplement.unwrap_or(1), branched(numbers)),
        (None, true) if levels.is_empty() => format!("supplement/{}", supplement.unwrap_or(1)),
        (None, true) => format!("supplement/{}/0{levels}", supplement.unwrap_or(1)),
        (Some(Part::Schedule(numbers)), _) => format!("schedule/{}", if numbers.is_empty() { "0".to_owned() } else { branched(numbers) }),
        (Some(_), false) => format!("article/{}", encoded(&address.to_string())),
        _ => return None,
    })
}

/// The stable address of a place in a regulation.
pub fn regulation(document: DocumentId, address: &Address, supplement: Option<usize>) -> Option<String> {
    regulation_place(address, supplement).map(|place| format!("/documents/{document}/at/{place}"))
}

/// The stable address of cells.
pub fn cells(document: DocumentId, sheet: &str, range: &CellRange) -> String {
    format!("/documents/{document}/at/sheet/{}!{range}", encoded_segment(sheet))
}

/// The stable address of what stands under a heading.
pub fn heading(document: DocumentId, path: &[String]) -> String {
    let path: Vec<String> = path.iter().map(|h| encoded_segment(h)).collect();
    format!("/documents/{document}/at/heading/{}", path.join("/"))
}

/// The stable address of a place: the rectangle around it on its first page, its cells by the name of their sheet, its line.
pub fn place(document: DocumentId, place: &Place) -> String {
    match place {
        Place::Pages { lines } => {
            let rects = lines.first().map(|first| rects_on(lines, first.page)).unwrap_or_default();
            let page = lines.first().map_or(1, |l| l.page);
            match bounding(&rects) {
                Some(around) => rect(document, page, around),
                None => format!("/documents/{document}/at/page/{page}"),
            }
        }
        Place::Cells { name, range, .. } => cells(document, name, range),
        Place::Text { first_line, .. } => format!("/documents/{document}/at/line/{first_line}"),
    }
}

/// The stable address of a rectangle of a page.
pub fn rect(document: DocumentId, page: u32, r: Rect) -> String {
    format!("/documents/{document}/at/page/{page}/{:.0},{:.0},{:.0},{:.0}", r.x, r.y, r.width.max(1.0), r.height.max(1.0))
}

/// A text as one segment of a path.
fn encoded_segment(text: &str) -> String {
    encoded(text).replace('/', "%2F")
}

/// Reads what [`regulation_place`] wrote behind `article/` or `supplement/n/`; also a place as people write it (第12条第3項).
pub fn parse_article(written: &str) -> Option<Address> {
    if !written.starts_with(|c: char| c.is_ascii_digit()) {
        let mut found = references(written, None);
        return (found.len() == 1).then(|| found.remove(0).address);
    }
    let mut parts = written.split('-');
    let article = numbers(parts.next()?)?;
    let mut address = Address::default();
    if article != [0] {
        address.part = Some(Part::Article(article));
    }
    let paragraph = parts.next().map(|p| p.parse::<u32>().ok()).map_or(Some(0), |p| p)?;
    address.paragraph = Some(paragraph).filter(|p| *p > 0);
    if let Some(item) = parts.next() {
        address.item = numbers(item)?;
    }
    if let Some(subitem) = parts.next() {
        let mut chars = subitem.chars();
        address.subitem = Some(chars.next()?);
        if chars.next().is_some() {
            return None;
        }
    }
    (parts.next().is_none() && !address.is_empty()).then_some(address)
}

/// Reads the numbers of a table.
pub fn parse_schedule(written: &str) -> Option<Address> {
    let numbers = numbers(written)?;
    let part = Part::Schedule(if numbers == [0] { Vec::new() } else { numbers });
    Some(Address { part: Some(part), ..Address::default() })
}

/// Reads `B5:C7`.
pub fn parse_range(text: &str) -> Option<CellRange> {
    let (first, last) = text.split_once(':').unwrap_or((text, text));
    let (first, last) = (CellRef::parse(first)?, CellRef::parse(last)?);
    (first.row <= last.row && first.column <= last.column).then_some(CellRange { first, last })
}

/// Reads a sheet's name and a range of it.
pub fn parse_sheet(text: &str) -> Option<(String, CellRange)> {
    let (name, range) = text.rsplit_once('!')?;
    Some((name.to_owned(), parse_range(range)?))
}

/// Reads `72,90,200,14`: left, top, width and height in points.
pub fn parse_rect(text: &str) -> Option<Rect> {
    let numbers: Vec<f32> = text.split(',').map(|n| n.parse().ok().filter(|n: &f32| n.is_finite())).collect::<Option<_>>()?;
    let [x, y, width, height] = numbers[..] else { return None };
    (width > 0.0 && height > 0.0).then_some(Rect { x, y, width, height })
}

fn branched(numbers: &[u32]) -> String {
    numbers.iter().map(u32::to_string).collect::<Vec<_>>().join("_")
}

fn numbers(text: &str) -> Option<Vec<u32>> {
    text.split('_').map(|n| n.parse().ok()).collect()
}

/// 項, 号 and イロハ; a level that is not named is 0 where a deeper one is.
fn levels(address: &Address) -> String {
    let mut levels = String::new();
    let deeper = !address.item.is_empty() || address.subitem.is_some();
    if address.paragraph.is_some() || deeper {
        levels.push_str(&format!("-{}", address.paragraph.unwrap_or(0)));
    }
    if deeper {
        levels.push_str(&format!("-{}", if address.item.is_empty() { "0".to_owned() } else { branched(&address.item) }));
    }
    if let Some(subitem) = address.subitem {
        levels.push_str(&format!("-{}", encoded(&subitem.to_string())));
    }
    levels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(written: &str, supplement: Option<usize>, expected: &str) {
        let address = references(written, None).remove(0).address;
        let place = regulation_place(&address, supplement).unwrap();
        assert_eq!(place, expected);
        let article =
            place.split_once('/').map(|(kind, rest)| if kind == "supplement" { rest.split_once('/').map_or("", |r| r.1) } else { rest });
        match article {
            Some(article) if place.starts_with("schedule") => assert_eq!(parse_schedule(article), Some(address)),
            Some("") => assert!(address.supplement),
            Some(article) => assert_eq!(parse_article(article).map(|a| Address { supplement: address.supplement, ..a }), Some(address)),
            None => panic!("{place}"),
        }
    }

    #[test]
    fn places_of_regulations_are_written_and_read() {
        check("第12条", None, "article/12");
        check("第12条の2第3項第1号", None, "article/12_2-3-1");
        check("第2条第4号", None, "article/2-0-4");
        check("附則", Some(2), "supplement/2");
        check("附則第3項", Some(2), "supplement/2/0-3");
        check("附則第2条第1項", None, "supplement/1/2-1");
        check("別表第1", None, "schedule/1");
        check("別表", None, "schedule/0");
        assert_eq!(parse_article("第12条第3項"), parse_article("12-3"));
        for wrong in ["", "x", "12-", "0", "12-3-1-ア-2", "12-a"] {
            assert_eq!(parse_article(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn cells_and_rectangles_are_read_strictly() {
        assert_eq!(parse_range("B5:C7").map(|r| r.to_string()), Some("B5:C7".to_owned()));
        assert_eq!(parse_range("C12").map(|r| r.to_string()), Some("C12".to_owned()));
        assert_eq!(parse_range("C7:B5"), None);
        assert_eq!(parse_sheet("料金!表!B5").map(|(n, r)| (n, r.to_string())), Some(("料金!表".to_owned(), "B5".to_owned())));
        assert_eq!(parse_rect("72,90.5,200,14").map(|r| (r.x, r.y)), Some((72.0, 90.5)));
        for wrong in ["", "1,2,3", "1,2,0,4", "1,2,3,NaN", "1,2,3,4,5"] {
            assert_eq!(parse_rect(wrong), None, "{wrong}");
        }
        assert_eq!(heading(DocumentId(3), &["a/b".to_owned(), "届出".to_owned()]), "/documents/3/at/heading/a%2Fb/%E5%B1%8A%E5%87%BA");
    }
}
