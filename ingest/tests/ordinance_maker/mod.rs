//! The sample ordinances in other formats than the library holds: the same source text as a Word file with automatic
//! numbers, as a web page in the manner of ordinance systems, and as its list of articles.

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A line of a source.
#[derive(Debug, Clone, PartialEq)]
pub enum Line {
    /// A line of text.
    Text(String),
    /// A row of a table: header or not, and its cells (`^` continues the one above, `<` the one to the left).
    Row(bool, Vec<String>),
}

/// An ordinance's source.
#[derive(Debug, Clone)]
pub struct Ordinance {
    /// Title.
    pub title: String,
    /// The file's name without its ending.
    pub name: String,
    /// Lines under the title.
    pub head: Vec<String>,
    /// The body.
    pub body: Vec<Line>,
    /// The same document as the library holds it.
    pub pdf: PathBuf,
}

/// All sources of the sample library.
pub fn all() -> Vec<Ordinance> {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/sample");
    let mut found = Vec::new();
    for room in ["municipal", "university"] {
        let Ok(folder) = std::fs::read_dir(sample.join("source").join(room)) else { continue };
        for path in folder.flatten().map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "ordinance")) {
            found.push(read(&path, &sample.join("library").join(room)));
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

fn read(path: &Path, library: &Path) -> Ordinance {
    let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
    let (mut title, mut head, mut body) = (String::new(), Vec::new(), Vec::new());
    for line in std::fs::read_to_string(path).expect("a source").lines() {
        match line.split_once(": ") {
            Some(("題名", text)) => title = text.to_owned(),
            Some(("公布" | "番号", text)) => head.push(text.to_owned()),
            Some(("改正", text)) => head.push(format!("改正　{text}")),
            _ if line.starts_with('%') || line.trim().is_empty() => {}
            _ if line.starts_with(['|', '!']) => {
                let cells = line.trim_start_matches('!').trim_matches(['|', ' ']).split(" | ");
                body.push(Line::Row(line.starts_with('!'), cells.map(|c| c.trim().to_owned()).collect()));
            }
            _ => body.push(Line::Text(line.to_owned())),
        }
    }
    let pdf = library.join(format!("{name}.pdf"));
    Ordinance { title, name, head, body, pdf }
}

/// What a line of a source opens, by the plain rules that the source is written in: kind and number.
pub fn opens(line: &str) -> Option<(&'static str, String)> {
    let number = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>();
    if let Some(rest) = line.strip_prefix('第') {
        let digits = number(rest);
        let after = &rest[digits.len()..];
        let kind = ["章", "節", "条"].into_iter().find(|k| after.starts_with(k))?;
        let (name, _) = after[kind.len()..].split_once('\u{3000}')?;
        let branches = name.replace('の', "-");
        return Some((kind, format!("{digits}{branches}")));
    }
    if line.starts_with("附　則") {
        return Some(("附則", String::new()));
    }
    for kind in ["別表", "様式"] {
        if let Some(rest) = line.strip_prefix(kind) {
            let rest = rest.strip_prefix('第').unwrap_or(rest);
            let digits = number(rest);
            let branch = rest[digits.len()..].strip_prefix('の').map(|r| format!("-{}", number(r))).unwrap_or_default();
            return Some((kind, format!("{digits}{branch}")));
        }
    }
    if let Some(rest) = line.strip_prefix('(') {
        return rest.split_once(")\u{3000}").map(|(digits, _)| ("号", digits.to_owned()));
    }
    if let Some((mark, _)) = line.split_once('\u{3000}') {
        if !mark.is_empty() && mark.chars().all(|c| c.is_ascii_digit()) {
            return Some(("項", mark.to_owned()));
        }
        let letter = "アイウエオカキクケコサシスセソ".chars().position(|c| mark.chars().eq([c]));
        return letter.map(|n| ("細目", (n + 1).to_string()));
    }
    None
}

/// The kinds and numbers of a source, in order; nothing under 別表 or 様式 counts.
pub fn expected(ordinance: &Ordinance) -> Vec<String> {
    let mut attached = false;
    let mut found = Vec::new();
    for line in &ordinance.body {
        let Line::Text(line) = line else { continue };
        let Some((kind, number)) = opens(line) else { continue };
        attached = match kind {
            "別表" | "様式" => true,
            "附則" => false,
            _ => attached,
        };
        if !attached || matches!(kind, "別表" | "様式") {
            found.push(format!("{kind}{number}"));
        }
    }
    found
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A row of a table: whether it is a header, and its cells.
type Cells = (bool, Vec<String>);
/// The same, each cell with the columns and rows it covers and the column it begins in.
type Covering = (bool, Vec<(String, usize, usize, usize)>);

/// Cells with how many columns and rows they cover.
fn merged(rows: &[&Cells]) -> Vec<Covering> {
    let at = |r: usize, c: usize| rows.get(r).and_then(|row| row.1.get(c)).map(String::as_str);
    let cells = rows.iter().enumerate().map(|(r, (head, row))| {
        let own = row.iter().enumerate().filter(|(_, t)| !matches!(t.as_str(), "^" | "<")).map(|(c, text)| {
            let wide = 1 + (c + 1..row.len()).take_while(|n| at(r, *n) == Some("<")).count();
            let high = 1 + (r + 1..rows.len()).take_while(|n| at(*n, c) == Some("^")).count();
            (text.clone(), wide, high, c)
        });
        (*head, own.collect())
    });
    cells.collect()
}

/// Runs of rows between lines of text.
fn parts(ordinance: &Ordinance) -> Vec<Result<&str, Vec<Cells>>> {
    let mut parts: Vec<Result<&str, Vec<Cells>>> = Vec::new();
    for line in &ordinance.body {
        match (line, parts.last_mut()) {
            (Line::Text(text), _) => parts.push(Ok(text)),
            (Line::Row(head, cells), Some(Err(rows))) => rows.push((*head, cells.clone())),
            (Line::Row(head, cells), _) => parts.push(Err(vec![(*head, cells.clone())])),
        }
    }
    parts
}

/// The ordinance as a web page, with what stands around it on a site.
pub fn html(ordinance: &Ordinance) -> Vec<u8> {
    let mut page = format!(
        "<!DOCTYPE html><html lang=ja><head><meta charset=utf-8><title>{0}</title><script>var a='<p>第1条　x</p>';</script></head><body>\
         <nav><ul><li><a href=/>例規集</a><li><a href=/a>五十音</a></ul></nav><div id=primary><p class=title>○{0}</p>",
        escaped(&ordinance.title)
    );
    for line in &ordinance.head {
        page.push_str(&format!("<p class=number>{}</p>", escaped(line)));
    }
    for part in parts(ordinance) {
        match part {
            Ok(line) => {
                let (num, rest) = line.split_once('\u{3000}').unwrap_or(("", line));
                let num = if num.is_empty() { String::new() } else { format!("<span class=num>{}</span>\u{3000}", escaped(num)) };
                page.push_str(&format!("<div class=eline><p>{num}<span>{}</span></p></div>\n", escaped(rest)));
            }
            Err(rows) => {
                page.push_str("<table>");
                for (head, cells) in merged(&rows.iter().collect::<Vec<_>>()) {
                    let name = if head { "th" } else { "td" };
                    page.push_str("<tr>");
                    for (text, wide, high, _) in cells {
                        page.push_str(&format!("<{name} colspan={wide} rowspan={high}><p>{}</p></{name}>", escaped(&text)));
                    }
                }
                page.push_str("</table>");
            }
        }
    }
    page.push_str("</div><div id=secondary><h2>沿革</h2><ul><li><a href=#1>第1条</a><li><a href=#2>第2条</a><li><a href=#3>第3条</a><li><a href=#4>附則</a><li><a href=#5>別表</a></ul></div></body></html>");
    page.into_bytes()
}

const NUMBERING: &str = r#"<w:numbering xmlns:w="w"><w:abstractNum w:abstractNumId="0">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="第%1条"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="2"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%2"/></w:lvl>
<w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="(%3)"/></w:lvl>
<w:lvl w:ilvl="3"><w:start w:val="1"/><w:numFmt w:val="aiueoFullWidth"/><w:lvlText w:val="%4"/></w:lvl>
</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>"#;

/// The ordinance as a Word file. Its articles, paragraphs and items bear the numbers that Word counts, except where an
/// ordinance numbers otherwise (branches, 附則): those are typed.
pub fn docx(ordinance: &Ordinance) -> Vec<u8> {
    let mut body = String::new();
    let typed = |text: &str| format!("<w:p><w:r><w:t xml:space=\"preserve\">{}</w:t></w:r></w:p>", escaped(text));
    body.push_str(&typed(&format!("○{}", ordinance.title)));
    ordinance.head.iter().for_each(|line| body.push_str(&typed(line)));
    // What Word would count next, by level: articles in the main part alone.
    let mut counts = [0u32, 1, 0, 0];
    let mut main = true;
    for part in parts(ordinance) {
        match part {
            Ok(line) => {
                let opened = opens(line);
                let level = match &opened {
                    Some(("条", _)) => Some(0),
                    Some(("項", _)) => Some(1),
                    Some(("号", _)) => Some(2),
                    Some(("細目", _)) => Some(3),
                    Some(("附則" | "別表" | "様式", _)) => {
                        main = false;
                        None
                    }
                    _ => None,
                };
                let counted = level.filter(|l| main && opened.as_ref().is_some_and(|(_, n)| *n == (counts[*l] + 1).to_string()));
                match counted {
                    Some(level) => {
                        counts[level] += 1;
                        counts[level + 1..].iter_mut().zip([1, 0, 0].iter().skip(level)).for_each(|(c, start)| *c = *start);
                        let rest = line.split_once('\u{3000}').map_or("", |(_, rest)| rest);
                        body.push_str(&format!(
                            "<w:p><w:pPr><w:numPr><w:ilvl w:val=\"{level}\"/><w:numId w:val=\"1\"/></w:numPr></w:pPr><w:r><w:t>{}</w:t></w:r></w:p>",
                            escaped(rest)
                        ));
                    }
                    None => {
                        body.push_str(&typed(line));
                        // A typed article does not count, nor start its paragraphs over in Word: they are typed as well.
                        if level == Some(0) {
                            counts[1] = u32::MAX - 1;
                            counts[2] = u32::MAX - 1;
                        }
                    }
                }
            }
            Err(rows) => body.push_str(&word_table(&rows)),
        }
    }
    let document = format!("<w:document xmlns:w=\"w\"><w:body>{body}<w:sectPr/></w:body></w:document>");
    let relations = |entries: &[(&str, &str)]| {
        let list: String = entries
            .iter()
            .enumerate()
            .map(|(n, (kind, target))| format!("<Relationship Id=\"rId{n}\" Type=\"x/{kind}\" Target=\"{target}\"/>"))
            .collect();
        format!("<Relationships>{list}</Relationships>")
    };
    let parts = [
        ("[Content_Types].xml", "<Types/>".to_owned()),
        ("_rels/.rels", relations(&[("officeDocument", "word/document.xml")])),
        ("word/_rels/document.xml.rels", relations(&[("numbering", "numbering.xml")])),
        ("word/numbering.xml", NUMBERING.to_owned()),
        ("word/document.xml", document),
    ];
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(name, SimpleFileOptions::default().compression_method(CompressionMethod::Stored)).expect("a part");
        zip.write_all(content.as_bytes()).expect("written");
    }
    zip.finish().expect("a file").into_inner()
}

/// A table as Word writes merged cells: `gridSpan` for columns, `vMerge` for rows.
fn word_table(rows: &[(bool, Vec<String>)]) -> String {
    let mut table = String::from("<w:tbl>");
    for (head, cells) in rows {
        table.push_str("<w:tr>");
        if *head {
            table.push_str("<w:trPr><w:tblHeader/></w:trPr>");
        }
        let mut column = 0;
        while column < cells.len() {
            let wide = 1 + cells[column + 1..].iter().take_while(|c| *c == "<").count();
            let merge = match cells[column].as_str() {
                "^" => "<w:vMerge/>",
                _ => "<w:vMerge w:val=\"restart\"/>",
            };
            let text = if cells[column] == "^" { String::new() } else { escaped(&cells[column]) };
            table.push_str(&format!(
                "<w:tc><w:tcPr><w:gridSpan w:val=\"{wide}\"/>{merge}</w:tcPr><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"
            ));
            column += wide;
        }
        table.push_str("</w:tr>");
    }
    table + "</w:tbl>"
}
