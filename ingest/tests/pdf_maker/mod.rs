//! PDFs made for tests, and ways to read them back through the public parser.

use appliance_core::document::{BlockKind, Document, Parsed};
use appliance_core::locator::{PageLine, Place};
use appliance_core::ports::reader::{ParseError, SourceFile, Watch};
use ingest::{FileParser, Limits};
use lopdf::content::{Content, Operation};
use lopdf::{Dictionary, Object, Stream, dictionary};

/// A piece of text: position in points from the bottom left, font size, text.
pub type Piece<'t> = (f32, f32, f32, &'t str);

pub struct Page<'t> {
    pub pieces: Vec<Piece<'t>>,
    pub rules: Vec<[f32; 4]>,
    /// Coloured boxes behind the text: left, bottom, right, top; red, green, blue.
    pub boxes: Vec<([f32; 4], [f32; 3])>,
    pub rotate: i64,
    pub vertical: bool,
}

pub fn page(pieces: Vec<Piece<'_>>) -> Page<'_> {
    Page { pieces, rules: Vec::new(), boxes: Vec::new(), rotate: 0, vertical: false }
}

/// A PDF whose font is a Japanese one that is not embedded, with codes in Shift_JIS and no Unicode map: what old
/// office software writes.
pub fn pdf(pages: &[Page<'_>], title: Option<&str>) -> lopdf::Document {
    let mut document = lopdf::Document::with_version("1.5");
    let root_pages = document.new_object_id();
    let mut kids = Vec::new();
    for page in pages {
        let encoding = if page.vertical { "90ms-RKSJ-V" } else { "90ms-RKSJ-H" };
        let font = font(&mut document, encoding);
        let content = document.add_object(Stream::new(Dictionary::new(), content(page)));
        let id = document.add_object(dictionary! {
            "Type" => "Page",
            "Parent" => root_pages,
            "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
            "Rotate" => page.rotate,
            "Contents" => content,
            "Resources" => dictionary! { "Font" => dictionary! { "F1" => font } },
        });
        kids.push(Object::Reference(id));
    }
    let count = kids.len() as i64;
    document.objects.insert(root_pages, Object::Dictionary(dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count }));
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => root_pages });
    document.trailer.set("Root", catalog);
    if let Some(title) = title {
        let mut bytes = vec![0xfe, 0xff];
        bytes.extend(title.encode_utf16().flat_map(u16::to_be_bytes));
        let info = document.add_object(dictionary! { "Title" => Object::String(bytes, lopdf::StringFormat::Literal) });
        document.trailer.set("Info", info);
    }
    document
}

pub fn font(document: &mut lopdf::Document, encoding: &str) -> lopdf::ObjectId {
    let descendant = document.add_object(dictionary! {
        "Type" => "Font",
        "Subtype" => "CIDFontType0",
        "BaseFont" => "Ryumin-Light",
        "CIDSystemInfo" => dictionary! {
            "Registry" => Object::string_literal("Adobe"),
            "Ordering" => Object::string_literal("Japan1"),
            "Supplement" => 2,
        },
        "DW" => 1000,
    });
    document.add_object(dictionary! {
        "Type" => "Font",
        "Subtype" => "Type0",
        "BaseFont" => "Ryumin-Light",
        "Encoding" => encoding,
        "DescendantFonts" => vec![descendant.into()],
    })
}

pub fn content(page: &Page<'_>) -> Vec<u8> {
    let mut operations = Vec::new();
    for ([x0, y0, x1, y1], colour) in &page.boxes {
        operations.push(Operation::new("rg", colour.iter().map(|c| (*c).into()).collect()));
        operations.push(Operation::new("re", [*x0, *y0, x1 - x0, y1 - y0].map(Object::from).to_vec()));
        operations.push(Operation::new("f", vec![]));
    }
    operations.push(Operation::new("rg", vec![0.into(), 0.into(), 0.into()]));
    for [x0, y0, x1, y1] in &page.rules {
        operations.push(Operation::new("m", vec![(*x0).into(), (*y0).into()]));
        operations.push(Operation::new("l", vec![(*x1).into(), (*y1).into()]));
        operations.push(Operation::new("S", vec![]));
    }
    for (x, y, size, text) in &page.pieces {
        let codes = encoding_rs::SHIFT_JIS.encode(text).0.into_owned();
        operations.push(Operation::new("BT", vec![]));
        operations.push(Operation::new("Tf", vec!["F1".into(), (*size).into()]));
        operations.push(Operation::new("Td", vec![(*x).into(), (*y).into()]));
        operations.push(Operation::new("Tj", vec![Object::String(codes, lopdf::StringFormat::Hexadecimal)]));
        operations.push(Operation::new("ET", vec![]));
    }
    Content { operations }.encode().expect("operations are written")
}

pub fn saved(document: &mut lopdf::Document) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    document.save(file.path()).expect("a file");
    file
}

pub fn parsed(file: &tempfile::NamedTempFile) -> Result<Parsed, ParseError> {
    FileParser::new(Limits::default()).parse(&SourceFile::new(file.path().to_owned(), "手数料条例.pdf".to_owned()), &Watch::default())
}

pub fn read(pages: &[Page<'_>]) -> Document {
    let file = saved(&mut pdf(pages, None));
    parsed(&file).expect("a document").document
}

pub fn blocks(document: &Document) -> Vec<(BlockKind, &str)> {
    document.blocks.iter().map(|b| (b.kind, b.span.slice(&document.text).expect("the span fits"))).collect()
}

pub fn lines(document: &Document, block: usize) -> &[PageLine] {
    match &document.blocks[block].place {
        Place::Pages { lines } => lines,
        other => panic!("not on pages: {other:?}"),
    }
}

/// The object of a page, from 0.
pub fn page_id(document: &lopdf::Document, index: usize) -> lopdf::ObjectId {
    document.page_iter().nth(index).expect("a page")
}

/// Adds a content stream to a page, with a font of that name for it.
pub fn add_content(document: &mut lopdf::Document, index: usize, font: (&str, lopdf::ObjectId), content: &str) {
    let id = page_id(document, index);
    let added = document.add_object(Stream::new(Dictionary::new(), content.as_bytes().to_vec()));
    let page = document.get_object_mut(id).and_then(Object::as_dict_mut).expect("a page");
    let first = page.get(b"Contents").expect("contents").clone();
    page.set("Contents", vec![first, added.into()]);
    let fonts = page.get_mut(b"Resources").and_then(Object::as_dict_mut).and_then(|r| r.get_mut(b"Font")).and_then(Object::as_dict_mut);
    fonts.expect("fonts").set(font.0, font.1);
}

/// The operators that show codes at a place.
pub fn shown(font: &str, (x, y, size): (f32, f32, f32), codes: &[u8]) -> String {
    let hex: String = codes.iter().map(|b| format!("{b:02x}")).collect();
    format!("BT /{font} {size} Tf {x} {y} Td <{hex}> Tj ET\n")
}

/// A font of Latin letters that every reader has.
pub fn helvetica(document: &mut lopdf::Document) -> lopdf::ObjectId {
    document.add_object(dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica", "Encoding" => "WinAnsiEncoding" })
}
