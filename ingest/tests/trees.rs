//! Every article of real and of sample regulations is found, none is invented, and each format gives the same tree.

mod ordinance_maker;

use appliance_core::document::Document;
use appliance_core::folding::fold_tight;
use appliance_core::ports::reader::{SourceFile, Watch};
use appliance_core::structure::{Node, NodeKind, Tree};
use ingest::{FileParser, Limits};
use ordinance_maker::{all, docx, expected, html};
use std::path::{Path, PathBuf};

fn document(path: &Path, name: &str) -> Document {
    let file = SourceFile::new(path.to_owned(), name.to_owned());
    FileParser::new(Limits::default()).parse(&file, &Watch::default()).expect("it can be read").document
}

fn document_of(bytes: &[u8], name: &str) -> Document {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), bytes).expect("written");
    document(file.path(), name)
}

/// Kinds and numbers in order, without titles and without the first paragraphs that bear no number.
fn numbers(tree: &Tree) -> Vec<String> {
    let counted = |n: &&Node| {
        let bare = n.kind == NodeKind::Paragraph && n.label.is_empty();
        !bare && !matches!(n.kind, NodeKind::Title | NodeKind::Heading(_) | NodeKind::Contents)
    };
    let number = |n: &Node| n.number.iter().map(u32::to_string).collect::<Vec<_>>().join("-");
    tree.nodes.iter().filter(counted).map(|n| format!("{}{}", n.kind.name(), number(n))).collect()
}

/// All that formats must agree on: depth, kind, number, caption, dates.
fn skeleton(tree: &Tree) -> Vec<String> {
    let line = |(index, n): (usize, &Node)| {
        format!(
            "{} {} {:?} {} {:?} {:?}",
            tree.path_of(index).len(),
            n.kind.name(),
            n.number,
            fold_tight(&n.caption),
            n.promulgated,
            n.effective
        )
    };
    tree.nodes.iter().enumerate().map(line).collect()
}

/// Files under the folder of shared data, or none where it is absent.
#[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
fn shared(folder: &str, ending: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/files").join(folder);
    let Ok(entries) = std::fs::read_dir(&root) else {
        println!("skipped: {} is absent", root.display());
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries.flatten().map(|e| e.path()).filter(|p| p.to_string_lossy().ends_with(ending)).collect();
    files.sort();
    files
}

fn name(path: &Path) -> String {
    path.file_name().expect("a name").to_string_lossy().into_owned()
}

#[test]
fn sample_ordinances_have_the_same_tree_in_every_format() {
    let ordinances = all();
    assert!(ordinances.len() >= 6);
    for ordinance in ordinances {
        let wanted = expected(&ordinance);
        assert!(wanted.len() > 20, "{}", ordinance.name);
        let page = Tree::of(&document_of(&html(&ordinance), "a.html"));
        let word = Tree::of(&document_of(&docx(&ordinance), "a.docx"));
        let pdf = Tree::of(&document(&ordinance.pdf, "a.pdf"));
        assert_eq!(numbers(&page), wanted, "{} as a web page", ordinance.name);
        assert_eq!(numbers(&word), wanted, "{} as a Word file", ordinance.name);
        assert_eq!(numbers(&pdf), wanted, "{} as a PDF", ordinance.name);
        assert_eq!(skeleton(&page), skeleton(&word), "{}", ordinance.name);
        assert_eq!(skeleton(&page), skeleton(&pdf), "{}", ordinance.name);
        assert_eq!(page.dates, pdf.dates, "{}", ordinance.name);
    }
}

/// The number at the start of a text, in kanji or in digits.
fn counted(text: &str) -> Option<(u32, &str)> {
    let kanji = "〇一二三四五六七八九";
    let taken: String =
        text.chars().take_while(|c| c.is_ascii_digit() || ('０'..='９').contains(c) || kanji.contains(*c) || "十百".contains(*c)).collect();
    let (mut whole, mut last) = (0, 0);
    for c in taken.chars() {
        match c {
            '十' | '百' => {
                whole += last.max(1) * if c == '十' { 10 } else { 100 };
                last = 0;
            }
            c => {
                last = last * 10
                    + c.to_digit(10).or_else(|| kanji.chars().position(|k| k == c).map(|n| n as u32)).unwrap_or(c as u32 - '０' as u32);
            }
        }
    }
    (!taken.is_empty()).then(|| (whole + last, &text[taken.len()..]))
}

/// What the lines of a regulation open, by rules that look at nothing but the line.
fn by_line<'t>(lines: impl Iterator<Item = &'t str>) -> Vec<String> {
    let mut found = Vec::new();
    for line in lines {
        let bare = line.trim();
        let parted = |rest: &str| rest.is_empty() || rest.starts_with([' ', '\u{3000}', '（', '(']);
        if let Some((n, rest)) = bare.strip_prefix('第').and_then(counted) {
            let kind = ["章", "節", "条"].into_iter().find(|k| rest.starts_with(k));
            match kind {
                Some(kind) if parted(&rest[kind.len()..]) && !bare.ends_with("条）") => found.push(format!("{kind}{n}")),
                Some(kind) => {
                    if let Some((branch, _)) = rest[kind.len()..].strip_prefix('の').and_then(counted).filter(|(_, rest)| parted(rest)) {
                        found.push(format!("{kind}{n}-{branch}"));
                    }
                }
                None => {}
            }
        } else if bare.starts_with("附") && fold_tight(bare).starts_with("附則") {
            found.push("附則".to_owned());
        } else if let Some((n, rest)) = bare.strip_prefix(['(', '（']).and_then(counted) {
            if rest.starts_with([')', '）']) {
                found.push(format!("号{n}"));
            }
        } else if let Some(n) = bare.strip_prefix('（').and_then(|b| {
            "アイウエオカキクケコサシスセソタチツテト".chars().position(|c| b.starts_with(c) && b[c.len_utf8()..].starts_with('）'))
        }) {
            found.push(format!("号{}", n + 1));
        } else if let Some((n, rest)) = counted(bare)
            && rest.starts_with([' ', '\u{3000}', '.'])
        {
            let deep = line.len() - line.trim_start().len() >= 4;
            found.push(format!("{}{n}", if deep { "号" } else { "項" }));
        }
    }
    found
}

#[test]
fn regulations_of_a_school_are_read_whole() {
    for path in shared("school-regulations", ".law.txt") {
        let text = std::fs::read_to_string(&path).expect("text");
        // The table of contents ends where its first part is named again, as a heading of its own.
        let lines: Vec<&str> = text.lines().collect();
        let contents = lines.iter().position(|l| fold_tight(l) == "目次");
        let begins = contents.map_or(0, |at| {
            let end = lines[at..].iter().position(|l| l.trim_start().starts_with("附則")).unwrap_or(0);
            at + end + 1
        });
        let wanted = by_line(lines[begins..].iter().copied());
        let tree = Tree::of(&document(&path, "a.txt"));
        assert_eq!(numbers(&tree), wanted, "{}", name(&path));
    }
}

#[test]
fn work_rules_in_markdown_are_read_whole() {
    for path in shared("tuqulore-handbook", ".md") {
        let text = std::fs::read_to_string(&path).expect("text");
        let wanted = by_line(text.lines().map(|l| l.trim_start_matches('#')));
        let tree = Tree::of(&document(&path, "a.md"));
        assert_eq!(numbers(&tree), wanted, "{}", name(&path));
    }
}

#[test]
fn ordinances_of_the_web_are_read_whole() {
    for path in shared("reiki-html/reiki_honbun", ".html") {
        let truth = path.parent().and_then(Path::parent).expect("a folder").join("tests/golden").join(format!("{}.txt", name(&path)));
        let truth = std::fs::read_to_string(truth).expect("its checked text");
        let wanted = by_line(
            truth
                .lines()
                .skip_while(|l| !l.starts_with("## "))
                .filter(|l| !l.starts_with('|'))
                .map(|l| l.trim_start_matches(['#', '-', ' '])),
        );
        let tree = Tree::of(&document(&path, "a.html"));
        assert_eq!(numbers(&tree), wanted, "{}", name(&path));
    }
}

#[test]
fn model_work_rules_of_the_ministry_have_all_their_articles() {
    for path in shared("mhlw-model-work-rules", ".pdf") {
        let document = document(&path, "a.pdf");
        let tree = Tree::of(&document);
        let main = |n: &&Node| n.kind == NodeKind::Article && n.parent.is_some_and(|p| tree.nodes[p].kind == NodeKind::Chapter);
        let articles: Vec<u32> = tree.nodes.iter().filter(main).map(|n| n.number[0]).collect();
        // The model offers wordings to choose from: of two articles in turn, and of single ones.
        let alternatives = [19, 20, 19, 20, 22, 51, 51, 51];
        let expected: Vec<u32> =
            (1..=18).chain([19, 20].repeat(3)).chain([21, 22, 22]).chain(23..=50).chain([51; 4]).chain(52..=70).collect();
        assert_eq!(expected.len(), 70 + alternatives.len());
        assert_eq!(articles, expected);
        let chapters: Vec<u32> = tree.nodes.iter().filter(|n| n.kind == NodeKind::Chapter).map(|n| n.number[0]).collect();
        assert_eq!(chapters, (1..=14).collect::<Vec<u32>>());
        assert_eq!(tree.nodes.iter().filter(|n| n.kind == NodeKind::Supplement).count(), 1);
    }
}
