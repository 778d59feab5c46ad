//! Office files, web pages, letters and archives as people make them, and as enemies make them.

use appliance_core::document::{BlockKind, Document, Parsed};
use appliance_core::locator::Place;
use appliance_core::ports::reader::{ParseError, SourceFile, Watch};
use ingest::{FileParser, Limits};
use std::io::{Cursor, Write};
use std::time::{Duration, Instant};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

fn read(bytes: &[u8], name: &str) -> Result<Parsed, ParseError> {
    read_within(bytes, name, Limits::default())
}

fn read_within(bytes: &[u8], name: &str, limits: Limits) -> Result<Parsed, ParseError> {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), bytes).expect("written");
    let source = SourceFile::new(file.path().to_owned(), name.to_owned());
    FileParser::new(limits).parse(&source, &Watch::default())
}

fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        let method = if *name == "mimetype" { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        zip.start_file(*name, SimpleFileOptions::default().compression_method(method)).expect("a part");
        zip.write_all(content).expect("written");
    }
    zip.finish().expect("a file").into_inner()
}

fn word(body: &str, more: &[(&str, &[u8])]) -> Vec<u8> {
    let document = format!("<w:document xmlns:w=\"w\"><w:body>{body}</w:body></w:document>");
    let kinds = ["footnotes", "styles", "header1"];
    let relations: String = kinds
        .iter()
        .filter(|k| more.iter().any(|(name, _)| name.contains(**k)))
        .map(|k| format!("<Relationship Id=\"{k}\" Type=\"x/{}\" Target=\"{k}.xml\"/>", k.trim_end_matches('1')))
        .collect();
    let relations = format!("<Relationships>{relations}</Relationships>");
    let mut parts: Vec<(&str, &[u8])> = vec![
        ("[Content_Types].xml", b"<Types/>"),
        ("word/document.xml", document.as_bytes()),
        ("word/_rels/document.xml.rels", relations.as_bytes()),
    ];
    parts.extend(more);
    zipped(&parts)
}

/// Every block's lines are the lines of the text that its place names.
fn lines_are_places(document: &Document) {
    let lines: Vec<&str> = document.text.lines().collect();
    for block in &document.blocks {
        let Place::Text { first_line, last_line } = block.place else { panic!("text has lines") };
        assert_eq!(block.span.slice(&document.text), Some(lines[first_line as usize - 1..last_line as usize].join("\n").as_str()));
    }
}

#[test]
fn a_word_file_is_read_as_it_would_be_printed() {
    let body = r#"<w:p><w:pPr><w:pStyle w:val="H1"/></w:pPr><w:r><w:t>窓口の手引</w:t></w:r></w:p>
        <w:p><w:r><w:t>手数料は</w:t></w:r><w:ins><w:r><w:t>300円</w:t></w:r></w:ins><w:del><w:r><w:delText>250円</w:delText></w:r></w:del>
          <w:r><w:t>です</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>内緒</w:t></w:r><w:r><w:t>。</w:t></w:r></w:p>
        <w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>前半と</w:t></w:r></w:p><w:p><w:r><w:t>後半</w:t></w:r></w:p>
        <w:p><w:r><w:ruby><w:rt><w:r><w:t>みなと</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>港</w:t></w:r></w:rubyBase></w:ruby><w:t>市</w:t></w:r>
          <w:r><mc:AlternateContent><mc:Choice><w:drawing><wps:txbx><w:txbxContent><w:p><w:r><w:t>箱の中</w:t></w:r></w:p></w:txbxContent></wps:txbx></w:drawing></mc:Choice>
          <mc:Fallback><w:pict><v:textbox><w:txbxContent><w:p><w:r><w:t>箱の中</w:t></w:r></w:p></w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>
        <w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGEREF x</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>12ページ</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>
        <w:tbl><w:tr><w:tc><w:p><w:r><w:t>区分</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>金額</w:t></w:r></w:p></w:tc></w:tr>
          <w:tr><w:tc><w:p><w:r><w:t>住民票</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>300円</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"#;
    let styles = r#"<w:styles><w:style w:type="paragraph" w:styleId="H1"><w:name w:val="heading 1"/></w:style></w:styles>"#;
    let notes = r#"<w:footnotes><w:footnote w:id="2"><w:p><w:r><w:t>税込み</w:t></w:r></w:p></w:footnote></w:footnotes>"#;
    let header = r#"<w:hdr><w:p><w:r><w:t>みなと市</w:t></w:r></w:p></w:hdr>"#;
    let more = [("word/styles.xml", styles.as_bytes()), ("word/footnotes.xml", notes.as_bytes()), ("word/header1.xml", header.as_bytes())];
    let document = read(&word(body, &more), "a.docx").expect("it can be read").document;
    let lines: Vec<&str> = document.text.lines().collect();
    assert_eq!(
        lines,
        [
            "窓口の手引",
            "手数料は300円です［注1］。",
            "［注1］税込み",
            "前半と後半",
            "港市",
            "箱の中",
            "12ページ",
            "区分: 住民票、金額: 300円",
            "みなと市"
        ]
    );
    assert_eq!(document.title, "窓口の手引");
    assert_eq!(document.blocks.len(), 8, "the running head is said of no passage");
    lines_are_places(&document);
}

#[test]
fn slides_stand_in_their_order_with_their_notes() {
    let slide = |title: &str, body: &str| {
        format!(
            "<p:sld><p:cSld><p:spTree><p:sp><p:txBody><a:p><a:r><a:t>{body}</a:t></a:r></a:p></p:txBody></p:sp>\
             <p:sp><p:nvSpPr><p:nvPr><p:ph type=\"title\"/></p:nvPr></p:nvSpPr><p:txBody><a:p><a:r><a:t>{title}</a:t></a:r></a:p></p:txBody></p:sp></p:spTree></p:cSld></p:sld>"
        )
    };
    let (one, two) = (slide("はじめに", "本文一"), slide("おわりに", "本文二"));
    let notes = "<p:notes><p:cSld><p:spTree><p:sp><p:nvSpPr><p:nvPr><p:ph type=\"body\"/></p:nvPr></p:nvSpPr><p:txBody><a:p><a:r><a:t>話すこと</a:t></a:r></a:p></p:txBody></p:sp></p:spTree></p:cSld></p:notes>";
    let file = zipped(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("ppt/presentation.xml", b"<p:presentation><p:sldIdLst><p:sldId id=\"256\" r:id=\"rId2\"/><p:sldId id=\"257\" r:id=\"rId1\"/></p:sldIdLst></p:presentation>"),
        ("ppt/_rels/presentation.xml.rels", b"<R><Relationship Id=\"rId1\" Type=\"x/slide\" Target=\"slides/slide1.xml\"/><Relationship Id=\"rId2\" Type=\"x/slide\" Target=\"slides/slide2.xml\"/></R>"),
        ("ppt/slides/slide1.xml", two.as_bytes()),
        ("ppt/slides/slide2.xml", one.as_bytes()),
        ("ppt/slides/_rels/slide2.xml.rels", b"<R><Relationship Id=\"n\" Type=\"x/notesSlide\" Target=\"../notesSlides/n.xml\"/></R>"),
        ("ppt/notesSlides/n.xml", notes.as_bytes()),
    ]);
    let document = read(&file, "a.pptx").expect("it can be read").document;
    assert_eq!(document.text.lines().collect::<Vec<_>>(), ["はじめに", "本文一", "話すこと", "おわりに", "本文二"]);
    assert!(matches!(document.blocks[3].kind, BlockKind::Heading { .. }));
    lines_are_places(&document);
}

#[test]
fn an_open_document_shows_its_lists_and_notes() {
    let content = r#"<office:document-content><office:automatic-styles><text:list-style style:name="L1"><text:list-level-style-number text:level="1" style:num-prefix="(" style:num-suffix=")" style:num-format="1"/></text:list-style></office:automatic-styles>
        <office:body><office:text><text:tracked-changes><text:p>消した</text:p></text:tracked-changes><text:h text:outline-level="1">手引</text:h>
        <text:p>本文<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>注です</text:p></text:note-body></text:note>の続き</text:p>
        <text:list text:style-name="L1"><text:list-item><text:p>一つ</text:p></text:list-item><text:list-item><text:p>二つ</text:p></text:list-item></text:list>
        <table:table><table:table-row><table:table-cell><text:p>区分</text:p></table:table-cell><table:table-cell><text:p>金額</text:p></table:table-cell></table:table-row>
        <table:table-row><table:table-cell><text:p>住民票</text:p></table:table-cell><table:table-cell><text:p>300円</text:p></table:table-cell></table:table-row></table:table></office:text></office:body></office:document-content>"#;
    let file = zipped(&[
        ("mimetype", b"application/vnd.oasis.opendocument.text"),
        ("content.xml", content.as_bytes()),
        ("META-INF/manifest.xml", b"<m/>"),
    ]);
    let document = read(&file, "a.odt").expect("it can be read").document;
    let wanted = ["手引", "本文［注1］の続き", "［注1］注です", "(1)\u{3000}一つ", "(2)\u{3000}二つ", "区分: 住民票、金額: 300円"];
    assert_eq!(document.text.lines().collect::<Vec<_>>(), wanted);
    lines_are_places(&document);
}

#[test]
fn an_archive_shows_each_of_its_files_under_its_name() {
    let inner = zipped(&[("奥.txt", "奥の本文です。".as_bytes())]);
    let file = zipped(&[
        ("資料/", b""),
        ("資料/b.txt", "本文です。".as_bytes()),
        ("a.csv", "区分,金額\n住民票,300円\n".as_bytes()),
        ("x.bin", &[0; 64]),
        ("c.zip", &inner),
    ]);
    let parsed = read(&file, "まとめ.zip").expect("it can be read");
    let text = &parsed.document.text;
    assert_eq!(parsed.document.title, "まとめ");
    for word in ["資料/b.txt", "本文です。", "a.csv", "金額: 300円", "c.zip", "奥.txt", "奥の本文です。"] {
        assert!(text.contains(word), "{word} in {text}");
    }
    assert!(parsed.warnings.iter().any(|w| w.to_string().contains("x.bin")));
    lines_are_places(&parsed.document);
}

#[test]
fn bombs_end_in_a_refusal() {
    let started = Instant::now();
    // Blanks pack to a thousandth; what they unpack to counts, over all members.
    let zeros = vec![b' '; 1 << 20];
    let names: Vec<String> = (0..40).map(|n| format!("{n}.txt")).collect();
    let parts: Vec<(&str, &[u8])> = names.iter().map(|n| (n.as_str(), zeros.as_slice())).collect();
    let limits = Limits { unpacked_bytes: 32 << 20, ..Limits::default() };
    assert!(matches!(read_within(&zipped(&parts), "a.zip", limits), Err(ParseError::TooLarge { .. })));
    // Entities that grow, elements without an end, rows that repeat.
    let laughs = b"<!DOCTYPE l [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">]><w:document><w:body><w:p><w:r><w:t>x&b;</w:t></w:r></w:p></w:body></w:document>";
    let file = zipped(&[("[Content_Types].xml", b"<Types/>"), ("word/document.xml", laughs)]);
    assert_eq!(read(&file, "a.docx").expect("it can be read").document.text.trim(), "x");
    let deep = "<w:tbl><w:tr><w:tc>".repeat(100_000);
    let _ = read(&word(&deep, &[]), "a.docx");
    let wide =
        "<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val=\"4000000000\"/></w:tcPr><w:p><w:r><w:t>x</w:t></w:r></w:p></w:tc></w:tr></w:tbl>";
    assert!(read(&word(wide, &[]), "a.docx").is_ok());
    let tables = "<table>".repeat(50_000);
    let _ = read(tables.as_bytes(), "a.html");
    assert!(started.elapsed() < Duration::from_secs(60));
}

#[test]
fn old_kinds_are_refused_with_the_way_out() {
    let mut old = vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    old.extend([0; 512]);
    old.extend("WordDocument".encode_utf16().flat_map(u16::to_le_bytes));
    let said = |bytes: &[u8], name: &str| read(bytes, name).expect_err("refused").to_string();
    for (bytes, name) in [(&old[..], "a.doc"), (&old[..520], "a.jtd")] {
        let said = said(bytes, name);
        assert!(said.contains("save the file as .docx") && said.contains(&format!("({})", &name[1..])), "{said}");
    }
}
