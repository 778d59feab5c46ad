//! The bounded corpus run: crashes that were found once, thousands of small mutations, every file of the shared data.

use super::{TARGETS, Target, hold, own_panics, watch_own_panics};
use crate::FileParser;
use appliance_core::ports::reader::{SourceFile, Watch};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::sync::{Mutex, Once};
use std::thread;
use std::time::{Duration, Instant};

/// What one input may take before it counts as a hang, on a machine that does other things besides.
const PATIENCE: Duration = Duration::from_secs(20);

fn watch() {
    static WATCHING: Once = Once::new();
    // The hook is called on whichever thread panics; what it prints is all that tells where.
    WATCHING.call_once(|| watch_own_panics(|info| eprintln!("{info}")));
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Runs a target on a thread of its own and waits so long and no longer.
#[track_caller]
fn run(name: &str, target: Target, bytes: Vec<u8>) {
    let (done, waiting) = mpsc::channel();
    let panics = own_panics();
    let worker = thread::spawn(move || {
        target(&bytes);
        let _ = done.send(());
    });
    match waiting.recv_timeout(PATIENCE) {
        Ok(()) => {}
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("{name} hangs"),
        Err(mpsc::RecvTimeoutError::Disconnected) => panic!("{name} breaks what must hold"),
    }
    worker.join().unwrap_or_else(|_| panic!("{name} panics"));
    assert_eq!(own_panics(), panics, "{name} panics in a shield");
}

fn target(name: &str) -> Target {
    TARGETS.iter().find(|(n, _)| *n == name).unwrap_or_else(|| panic!("no target {name}")).1
}

fn files_under(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files = Vec::new();
    for path in entries.flatten().map(|e| e.path()) {
        if path.is_dir() { files.extend(files_under(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

/// A fixture is named after its target: `pdf-what-was-wrong`.
#[test]
fn every_crash_found_once_stays_mended() {
    watch();
    for path in files_under(&root().join("tests/fixtures/crashes")) {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let bytes = std::fs::read(&path).expect("a fixture");
        run(&name, target(name.split(['-', '.']).next().expect("a target")), bytes);
    }
}

/// One cell of megabytes is cut into thousands of passages, each of which once looked at the whole cell again.
#[test]
fn a_cell_without_end_is_cut_in_time() {
    watch();
    let since = Instant::now();
    run("a long cell", super::delimited, format!("\0題,本文\n一,{}", "長い文です。".repeat(150_000)).into_bytes());
    assert!(since.elapsed() < PATIENCE / 4, "it took {:?}", since.elapsed());
}

/// Numbers that follow from a seed (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

/// Values that break counters, lengths and references.
const NUMBERS: [&str; 12] = [
    "0",
    "-1",
    "1",
    "255",
    "65536",
    "2147483647",
    "-2147483648",
    "4294967295",
    "9223372036854775807",
    "1e38",
    "0.0000001",
    "99999999999999999999",
];

/// A damaged copy: between one and six small damages of the kinds that files and attackers have.
fn damaged(original: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = original.to_vec();
    for _ in 0..=numbers.below(6) {
        let length = bytes.len();
        if length < 8 {
            break;
        }
        let at = numbers.below(length);
        let until = (at + 1 + numbers.below(64)).min(length);
        match numbers.below(9) {
            0 => bytes[at] ^= 1 << numbers.below(8),
            1 => bytes[at] = numbers.next() as u8,
            2 => bytes[at..until].fill(0),
            3 => drop(bytes.drain(at..until)),
            4 => {
                let copy = bytes[at..until].to_vec();
                let to = numbers.below(length);
                bytes.splice(to..to, copy);
            }
            5 => bytes.truncate(at.max(8)),
            // A number instead of a number, where one is near.
            6 | 7 => {
                let Some(start) = bytes[at..].iter().position(u8::is_ascii_digit).map(|p| at + p) else { continue };
                let digits = bytes[start..].iter().take_while(|b| b.is_ascii_digit()).count();
                let number = NUMBERS[numbers.below(NUMBERS.len())];
                bytes.splice(start..start + digits, number.bytes());
            }
            _ => {
                let from = numbers.below(length);
                let span = (until - at).min(length - from);
                for i in 0..span {
                    bytes.swap(at + i, from + i);
                }
            }
        }
    }
    bytes
}

/// The sample library's files with the targets that read them. PDFs come a second time with their streams unpacked:
/// a mutation inside a packed stream breaks the packing and reaches nothing behind it.
fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let mut seeds = Vec::new();
    for path in files_under(&root().join("../deploy/sample/library")) {
        let bytes = std::fs::read(&path).expect("a sample");
        let chosen = |choice: u8| [&[choice], bytes.as_slice()].concat();
        match path.extension().and_then(|e| e.to_str()).unwrap_or_default() {
            "pdf" => {
                seeds.push(("pdf", unpacked(&bytes)));
                seeds.push(("pdf", bytes));
            }
            "xlsx" => seeds.push(("workbook", chosen(0))),
            "ods" => seeds.push(("workbook", chosen(2))),
            "csv" => seeds.push(("delimited", chosen(0))),
            "md" => seeds.push(("text", chosen(1))),
            "txt" => seeds.push(("text", chosen(0))),
            _ => {}
        }
    }
    let mut numbers = Numbers(7);
    seeds.push(("layout", (0..3_000).map(|_| numbers.next() as u8).collect()));
    seeds.push(("layout", (0..600).flat_map(|i| [0, (i % 30 * 4) as u8, (i / 30 * 6) as u8, 6, (i % 8) as u8, i as u8]).collect()));
    let map = b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <ffff> endcodespacerange 2 begincidrange \
        <0000> <00ff> 843 <0100> <ffff> 1 endcidrange 2 beginbfrange <0000> <0040> <3042> <0041> <0042> [<4e00> <4e01>] endbfrange endcmap end";
    seeds.push(("cmap", [map.as_slice(), map].concat()));
    let page = "<!doctype html><meta charset=utf-8><title>案内</title><h1>手数料</h1><table><tr><th rowspan=2>区分<th colspan=2>料金<tr><td>1<td>2</table><ul><li>一<ul><li>二</ul></ul><pre>a\nb</pre>";
    seeds.push(("web", page.as_bytes().to_vec()));
    let letter = format!(
        "From: a@example.jp\r\nSubject: =?ISO-2022-JP?B?GyRCOy8bKEI=?=\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b\"\r\n\r\n\
         --b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n粗大ごみの件\r\n--b\r\nContent-Type: text/html\r\n\r\n{page}\r\n\
         --b\r\nContent-Type: text/csv; name=\"a.csv\"\r\nContent-Transfer-Encoding: base64\r\n\r\nYSxiCjEsMgo=\r\n--b--\r\n"
    );
    seeds.push(("mail", letter.into_bytes()));
    for path in ["/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf", "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"] {
        seeds.extend(std::fs::read(path).ok().map(|font| ("font", font[..font.len().min(200_000)].to_vec())));
    }
    assert!(seeds.len() > 10, "the sample library is missing");
    seeds
}

fn unpacked(pdf: &[u8]) -> Vec<u8> {
    let mut document = lopdf::Document::load_mem(pdf).expect("a sample opens");
    document.decompress();
    let mut written = Vec::new();
    document.save_to(&mut written).expect("a sample is written");
    written
}

#[test]
#[ignore = "half a minute; the test command runs it by itself"]
fn thousands_of_damaged_files_are_read_or_refused() {
    watch();
    let seeds = seeds();
    let mut numbers = Numbers(20_260_401);
    let since = Instant::now();
    let mut slowest = (Duration::ZERO, String::new());
    let mut run_so_far = 0;
    // So many rather than so long: the same inputs on every machine.
    for round in 0..5_000 {
        let (name, original) = &seeds[round % seeds.len()];
        let bytes = damaged(original, &mut numbers);
        let begun = Instant::now();
        let what = format!("{name}, round {round}");
        run(&what, target(name), bytes);
        if begun.elapsed() > slowest.0 {
            slowest = (begun.elapsed(), what);
        }
        run_so_far += 1;
    }
    println!(
        "corpus: {run_so_far} damaged files in {:.1} s, slowest {:.2} s ({})",
        since.elapsed().as_secs_f64(),
        slowest.0.as_secs_f64(),
        slowest.1
    );
}

#[test]
#[ignore = "for where the shared data is; the test command runs it by itself"]
fn every_shared_file_is_read_or_refused() {
    let folder = root().join("../../shared/data/files");
    let files = files_under(&folder);
    if files.is_empty() {
        println!("skipped: no shared data");
        return;
    }
    watch();
    let count = files.len();
    let since = Instant::now();
    let waiting = Mutex::new(files);
    let told: Vec<(usize, usize, Vec<String>)> = thread::scope(|scope| {
        let reader = || {
            let (mut read, mut refused, mut slow) = (0, 0, Vec::new());
            while let Some(path) = waiting.lock().expect("no reader breaks").pop() {
                let begun = Instant::now();
                if open(&path) {
                    read += 1;
                } else {
                    refused += 1;
                }
                if begun.elapsed() > PATIENCE {
                    slow.push(format!("{} took {:?}", path.display(), begun.elapsed()));
                }
            }
            (read, refused, slow)
        };
        let readers = [scope.spawn(reader), scope.spawn(reader)];
        readers.map(|r| r.join().expect("a reader")).into()
    });
    let read: usize = told.iter().map(|t| t.0).sum();
    let refused: usize = told.iter().map(|t| t.1).sum();
    let slow: Vec<&String> = told.iter().flat_map(|t| &t.2).collect();
    println!("corpus: {count} shared files in {:.1} s, {read} read, {refused} refused", since.elapsed().as_secs_f64());
    assert_eq!(own_panics(), 0, "our own code panics");
    assert!(slow.is_empty(), "{slow:#?}");
}

fn open(path: &Path) -> bool {
    let name = path.file_name().expect("a name").to_string_lossy().into_owned();
    let parser = FileParser::default();
    match parser.parse(&SourceFile::new(path.to_owned(), name), &Watch::default()) {
        Ok(parsed) => {
            hold(&parser, &parsed);
            true
        }
        Err(error) => {
            assert!(!error.to_string().is_empty(), "a refusal without a word");
            false
        }
    }
}
