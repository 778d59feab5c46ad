//! Workers as a hostile file would have them: each costs its own file and nothing else.
//!
//! The program is its own worker: called as `workers CONDUCT PARENT`, it plays one that misbehaves.

mod misbehaving;

use appliance_core::document::Format;
use appliance_core::ports::reader::{ParseError, Password, SourceFile, Unlocked, Watch, WindowOf};
use appliance_core::ports::{DocumentReader, Parser};
use ingest::Recognition;
use kura::configuration::Ingest;
use kura::worker::{Converter, Program, WorkerParser, WorkerReader, probe};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A case: its name and what it does.
type Case = (&'static str, fn());

const CASES: &[Case] = &[
    ("what_a_worker_reads_is_what_the_parser_reads", what_a_worker_reads_is_what_the_parser_reads),
    ("pages_and_sheets_are_shown", pages_and_sheets_are_shown),
    ("a_refusal_stays_a_refusal", a_refusal_stays_a_refusal),
    ("files_of_old_kinds_are_converted_or_refused_with_the_way_out", files_of_old_kinds_are_converted_or_refused_with_the_way_out),
    ("a_worker_that_is_killed_is_told", a_worker_that_is_killed_is_told),
    ("a_worker_that_loops_is_ended", a_worker_that_loops_is_ended),
    ("a_worker_that_gets_no_further_is_ended", a_worker_that_gets_no_further_is_ended),
    ("a_worker_that_crawls_is_ended", a_worker_that_crawls_is_ended),
    ("a_worker_that_eats_memory_is_ended", a_worker_that_eats_memory_is_ended),
    ("a_worker_that_nests_without_end_is_ended", a_worker_that_nests_without_end_is_ended),
    ("a_worker_that_says_too_much_is_ended", a_worker_that_says_too_much_is_ended),
    ("a_worker_that_says_nothing_is_told", a_worker_that_says_nothing_is_told),
    ("a_forged_reading_is_refused", a_forged_reading_is_refused),
    ("nothing_leads_out_of_a_worker", nothing_leads_out_of_a_worker),
    ("what_a_worker_starts_ends_with_it", what_a_worker_starts_ends_with_it),
    ("a_reading_is_cancelled_at_once", a_reading_is_cancelled_at_once),
    ("workers_end_with_their_parent", workers_end_with_their_parent),
    ("a_hostile_page_costs_its_own_picture", a_hostile_page_costs_its_own_picture),
    ("workers_start_quickly", workers_start_quickly),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.get(1).map(String::as_str) {
        Some("parent") => return parent(&arguments[2]),
        Some(conduct) if arguments.get(2).is_some_and(|parent| parent.parse::<u32>().is_ok()) => {
            misbehaving::play(conduct);
            return ExitCode::SUCCESS;
        }
        _ => {}
    }
    run(arguments.get(1).filter(|a| !a.starts_with('-')).map(String::as_str))
}

/// Runs the cases whose name holds `wanted`, and tells of them as Rust's own harness would.
fn run(wanted: Option<&str>) -> ExitCode {
    let mut out = std::io::stdout();
    let (mut good, mut bad) = (0, 0);
    for (name, case) in CASES.iter().filter(|(name, _)| wanted.is_none_or(|w| name.contains(w))) {
        let passed = std::panic::catch_unwind(case).is_ok();
        writeln!(out, "test {name} ... {}", if passed { "ok" } else { "FAILED" }).expect("printed");
        if passed { good += 1 } else { bad += 1 }
    }
    let word = if bad == 0 { "ok" } else { "FAILED" };
    writeln!(out, "\ntest result: {word}. {good} passed; {bad} failed; 0 ignored; 0 measured; 0 filtered out").expect("printed");
    if bad == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn kura() -> Program {
    Program { path: PathBuf::from(env!("CARGO_BIN_EXE_kura")), arguments: vec!["worker".into()] }
}

fn misbehaving(conduct: &str) -> Program {
    Program { path: std::env::current_exe().expect("a path"), arguments: vec![conduct.into()] }
}

fn sample(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/sample");
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the samples").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == name) {
                return path;
            }
        }
    }
    panic!("no sample ends with {name}")
}

/// A text of one line, kept until the folder is dropped.
fn text() -> (tempfile::TempDir, SourceFile) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("規則.txt");
    std::fs::write(&path, "休館日は、月曜日とする。\n").expect("written");
    (folder, SourceFile::new(path, "規則.txt".to_owned()))
}

/// What becomes of a file whose worker misbehaves, and how long that took.
fn read_by(conduct: &str, settings: Ingest) -> (ParseError, Duration) {
    let (_folder, file) = text();
    let since = Instant::now();
    let error = WorkerParser::new(misbehaving(conduct), settings, Recognition::Off).read(&file, &Watch::default()).expect_err("no reading");
    assert!(children().is_empty(), "a worker is left");
    (error, since.elapsed())
}

#[track_caller]
fn check(conduct: &str, settings: Ingest, code: &str, words: &str) {
    let (error, took) = read_by(conduct, settings);
    assert_eq!(error.code(), code, "{error}");
    assert!(error.to_string().contains(words), "{error}");
    assert!(took < Duration::from_secs(15), "{took:?}");
}

/// The processes that this one has started and that still are.
fn children() -> Vec<rustix::process::Pid> {
    let me = std::process::id().to_string();
    let parent_of = |pid: &str| -> Option<String> {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        Some(stat.rsplit(')').next()?.split_whitespace().nth(1)?.to_owned())
    };
    let entries = std::fs::read_dir("/proc").expect("processes").flatten();
    let pids = entries.filter_map(|e| e.file_name().into_string().ok()).filter(|n| n.bytes().all(|b| b.is_ascii_digit()));
    pids.filter(|p| parent_of(p).as_deref() == Some(me.as_str())).filter_map(|p| rustix::process::Pid::from_raw(p.parse().ok()?)).collect()
}

fn what_a_worker_reads_is_what_the_parser_reads() {
    let settings = Ingest::default();
    for ending in ["pdf", "xlsx", "md", "csv"] {
        let path = sample(ending);
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let file = SourceFile::new(path, name);
        let watch = Watch::default();
        let worker = WorkerParser::new(kura(), settings.clone(), Recognition::Off).read(&file, &watch).expect("read");
        let here = settings.parser().read(&file, &watch).expect("read");
        assert_eq!(worker, here, "{}", file.name);
    }
}

#[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
fn files_of_old_kinds_are_converted_or_refused_with_the_way_out() {
    let mut old = vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    old.extend([0; 512]);
    old.extend("WordDocument".encode_utf16().flat_map(u16::to_le_bytes));
    let broken = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(broken.path(), &old).expect("written");
    let broken = SourceFile::new(broken.path(), "規則.doc");
    let watch = Watch::default();
    let parser = WorkerParser::new(kura(), Ingest::default(), Recognition::Off);
    let refused = parser.read(&broken, &watch).expect_err("refused");
    assert!(
        refused.code() == "old-format" && ["LibreOffice", "save the file as .docx"].iter().all(|way| refused.to_string().contains(way)),
        "{refused}"
    );

    let Some(converter) = Converter::of_the_machine() else { return println!("skipped: LibreOffice is not here") };
    let parser = parser.with_converter(Some(converter));
    let refused = parser.read(&broken, &watch).expect_err("refused");
    assert_eq!(refused.code(), "damaged", "{refused}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/files/poi/document/Lists.doc");
    if !path.exists() {
        return println!("skipped: {} is not here", path.display());
    }
    let read = parser.read(&SourceFile::new(path, "Lists.doc"), &watch).expect("converted and read");
    assert!(read.parsed.document.text.contains("Heading Level 1"), "{}", read.parsed.document.text);
    assert!(!read.passages.is_empty());
}

fn pages_and_sheets_are_shown() {
    let reader = WorkerReader::new(kura(), Ingest::default(), 2);
    let here = ingest::FileReader::new();
    let (pdf, xlsx) = (sample("pdf"), sample("xlsx"));
    let picture = reader.render_page(&pdf, 1, 1.0).expect("drawn");
    assert_eq!(picture, here.render_page(&pdf, 1, 1.0).expect("drawn"));
    assert!(picture.is_some());
    assert_eq!(reader.render_page(&pdf, 10_000, 1.0).expect("looked for"), None);
    let wanted = WindowOf { format: Format::Xlsx, encoding: None, sheet: 0, first_row: 0, rows: 40 };
    let window = reader.sheet_window(&xlsx, &wanted).expect("read");
    assert_eq!(window, here.sheet_window(&xlsx, &wanted).expect("read"));
    assert!(window.is_some());
    let folder = tempfile::tempdir().expect("a folder");
    let to = folder.path().join("clear.pdf");
    assert_eq!(reader.unlock(&pdf, &Password::new("x"), &to).expect("tried"), Unlocked::NotNeeded);
    assert!(!to.exists());
    assert!(reader.render_page(&xlsx, 1, 1.0).is_err_and(|e| e.message.contains("cannot be drawn")));
}

fn a_refusal_stays_a_refusal() {
    let folder = tempfile::tempdir().expect("a folder");
    let parser = WorkerParser::new(kura(), Ingest::default(), Recognition::Off);
    for (name, bytes, code) in [
        ("empty.txt", &b""[..], "empty"),
        ("broken.pdf", b"%PDF-1.7 nothing", "damaged"),
        ("x.png", b"\x89PNG\r\n\x1a\n\0\0\0\r", "unknown-format"),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        let error = parser.read(&SourceFile::new(path, name.to_owned()), &Watch::default()).expect_err(name);
        assert_eq!(error.code(), code, "{error}");
        assert!(error.to_string().contains(name), "{error}");
    }
    let odd = folder.path().join(std::ffi::OsStr::from_bytes(b"\xff.txt"));
    std::fs::write(&odd, "休館日は、月曜日とする。").expect("written");
    assert!(parser.read(&SourceFile::new(odd, "odd.txt".to_owned()), &Watch::default()).is_ok(), "a name that is no text");
    let gone = SourceFile::new(folder.path().join("gone"), "gone".to_owned());
    assert_eq!(parser.read(&gone, &Watch::default()).expect_err("gone").code(), "unavailable");
}

fn a_worker_that_is_killed_is_told() {
    let reading = std::thread::spawn(|| read_by("sleeps", Ingest::default()).0);
    let worker = loop {
        if let Some(worker) = children().first() {
            break *worker;
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    std::thread::sleep(Duration::from_millis(200));
    rustix::process::kill_process(worker, rustix::process::Signal::KILL).expect("killed");
    let error = reading.join().expect("an end");
    assert_eq!(error.code(), "reader-died");
    assert!(error.to_string().contains("killed"), "{error}");
}

fn a_worker_that_loops_is_ended() {
    check("loops", Ingest { cpu_seconds: 1, ..Ingest::default() }, "exhausted", "1 seconds of processor time");
}

fn a_worker_that_gets_no_further_is_ended() {
    check("sleeps", Ingest { stall_seconds: 1, ..Ingest::default() }, "exhausted", "without a further page");
}

fn a_worker_that_crawls_is_ended() {
    check("crawls", Ingest { worker_seconds: 1, ..Ingest::default() }, "exhausted", "more than 1 seconds");
}

fn a_worker_that_eats_memory_is_ended() {
    check("eats", Ingest { memory_mib: 64, ..Ingest::default() }, "exhausted", "64 MiB of memory");
}

fn a_worker_that_nests_without_end_is_ended() {
    check("nests", Ingest::default(), "reader-died", "nests too deeply");
}

fn a_worker_that_says_too_much_is_ended() {
    check("floods", Ingest::default(), "reader-died", "unsound");
    check("chatters", Ingest { result_mib: 1, ..Ingest::default() }, "exhausted", "more than 1 MiB");
}

fn a_worker_that_says_nothing_is_told() {
    check("leaves", Ingest::default(), "reader-died", "status 0");
}

fn a_forged_reading_is_refused() {
    check("forges", Ingest::default(), "reader-died", "outside the text");
}

fn nothing_leads_out_of_a_worker() {
    let (error, _) = read_by("escapes", Ingest::default());
    let ParseError::Unavailable { source, .. } = error else { panic!("{error}") };
    let out = source.to_string();
    if out.starts_with("skipped") {
        return drop(writeln!(std::io::stderr(), "{out}"));
    }
    assert_eq!(out, "", "ways out");
}

fn what_a_worker_starts_ends_with_it() {
    let (error, _) = read_by("multiplies", Ingest::default());
    let ParseError::Unavailable { source, .. } = error else { panic!("{error}") };
    assert_eq!(source.to_string(), "started 20, another program: false");
    let sleeping = || {
        let entries = std::fs::read_dir("/proc").expect("processes").flatten();
        entries.filter(|e| std::fs::read(e.path().join("cmdline")).is_ok_and(|c| c == b"/bin/sleep\x00600\x00")).count()
    };
    assert_eq!(sleeping(), 0);
}

fn a_reading_is_cancelled_at_once() {
    let (_folder, file) = text();
    let watch = Arc::new(Watch::default());
    let asked = std::thread::spawn({
        let watch = Arc::clone(&watch);
        move || {
            std::thread::sleep(Duration::from_millis(500));
            watch.cancel();
            Instant::now()
        }
    });
    let error = WorkerParser::new(misbehaving("crawls"), Ingest::default(), Recognition::Off).read(&file, &watch).expect_err("cancelled");
    assert_eq!(error.code(), "cancelled");
    assert!(asked.join().expect("asked").elapsed() < Duration::from_secs(1));
    assert!(watch.progress().0 > 0, "its progress was heard");
    assert!(children().is_empty());
}

/// Reads `file` with the real worker, for ever again, until it is killed.
fn parent(file: &str) -> ExitCode {
    let file = SourceFile::new(PathBuf::from(file), "規則.txt".to_owned());
    drop(WorkerParser::new(kura(), Ingest::default(), Recognition::Off).read(&file, &Watch::default()));
    ExitCode::SUCCESS
}

fn workers_end_with_their_parent() {
    // A pipe that nobody writes to: the worker waits for its first byte.
    let folder = tempfile::tempdir().expect("a folder");
    let pipe = folder.path().join("規則.txt");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0).expect("a pipe");
    let me = std::env::current_exe().expect("a path");
    let mut parent = Command::new(me).arg("parent").arg(&pipe).stdin(Stdio::null()).spawn().expect("started");
    let worker = loop {
        let entries = std::fs::read_dir("/proc").expect("processes").flatten();
        let of = |e: &std::fs::DirEntry| std::fs::read_to_string(e.path().join("stat")).ok();
        let wanted = format!(" {} ", parent.id());
        if let Some(found) = entries
            .filter(|e| of(e).is_some_and(|s| s.rsplit(')').next().is_some_and(|s| s[2..].starts_with(&wanted))))
            .map(|e| e.path())
            .next()
        {
            break found;
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    std::thread::sleep(Duration::from_millis(300));
    assert!(worker.exists(), "the worker waits");
    parent.kill().expect("killed");
    parent.wait().expect("reaped");
    let since = Instant::now();
    let gone = || std::fs::read_to_string(worker.join("stat")).map_or(true, |s| s.contains(") Z "));
    while !gone() {
        assert!(since.elapsed() < Duration::from_secs(5), "the worker lives on");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn a_hostile_page_costs_its_own_picture() {
    let pdf = sample("pdf");
    for (conduct, words) in
        [("sleeps", "more than 1 seconds"), ("eats", "64 MiB"), ("forges", "unsound"), ("floods", "unsound"), ("nests", "deeply")]
    {
        // Where time is not what ends it, a busy machine is given some.
        let settings = Ingest { view_seconds: if conduct == "sleeps" { 1 } else { 30 }, memory_mib: 64, ..Ingest::default() };
        let error = WorkerReader::new(misbehaving(conduct), settings, 1).render_page(&pdf, 1, 1.0).expect_err(conduct);
        assert!(error.message.contains(words) && error.message.contains("cannot be drawn"), "{}", error.message);
    }
    assert!(WorkerReader::new(kura(), Ingest::default(), 1).render_page(&pdf, 1, 1.0).is_ok_and(|p| p.is_some()));
}

fn workers_start_quickly() {
    let mut took: Vec<Duration> = (0..20)
        .map(|_| {
            let since = Instant::now();
            probe(&kura(), &Ingest::default()).expect("a worker");
            since.elapsed()
        })
        .collect();
    took.sort();
    drop(writeln!(std::io::stderr(), "a worker stands after {:.1} ms (median of {})", took[10].as_secs_f64() * 1e3, took.len()));
    assert!(took[10] < Duration::from_millis(100), "{took:?}");
}
