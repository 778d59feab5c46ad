//! The worker's own side: one request from standard input, its answer to standard output.

use super::conversion::become_converter;
use super::frame::{Frame, PIECE, write_frame};
use super::wire::{Refusal, WireBlock, WirePassage};
use super::{Confinement, Fence, Request, Task, confine, limits};
use crate::configuration::Sandbox;
use appliance_core::document::{Document, PageImage, Parsed, Reading, SheetWindow};
use appliance_core::page_words::{PageWords, WordLine};
use appliance_core::ports::reader::{Password, SourceFile, Watch};
use appliance_core::ports::{DocumentReader, Parser, PortError};
use ingest::{FileReader, Piece, Recognition, Tesseract, Unlock};
use serde::Serialize;
use std::borrow::Cow;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// Bytes of a request at most.
const MAX_REQUEST: u64 = 1 << 20;
/// How often the reading's progress is told.
const TICK: Duration = Duration::from_millis(100);
/// Lines, cells and pieces in one frame, so that it stays far below its bound.
const FRAME_WEIGHT: usize = 20_000;

/// Reads one request, does what it says, and tells the outcome.
pub fn main() -> ExitCode {
    let parent = std::env::args().nth(2).and_then(|p| p.parse().ok()).unwrap_or(0);
    if !limits::die_with(parent) {
        drop(writeln!(io::stderr(), "kura worker: started by other parts of Kura, not by people"));
        return ExitCode::from(2);
    }
    // A panic is told in a frame; its message may quote the file.
    std::panic::set_hook(Box::new(|_| {}));
    match serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            drop(writeln!(io::stderr(), "kura worker: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn serve() -> io::Result<()> {
    let mut asked = Vec::new();
    io::stdin().lock().take(MAX_REQUEST).read_to_end(&mut asked)?;
    let request: Request = serde_json::from_slice(&asked)?;
    drop(asked);
    let mut answer = Answer(BufWriter::new(File::from(io::stdout().as_fd().try_clone_to_owned()?)));
    if let Task::Convert(conversion) = &request.task {
        return Err(become_converter(&request, conversion));
    }
    limits::bound(&request)?;
    let confinement = confine(&fence(&request));
    answer.say(&Frame::Confined(confinement))?;
    if request.settings.sandbox == Sandbox::Required && !confinement.is_whole() {
        answer.say(&Frame::Failed(too_open(confinement)))?;
    } else {
        carry_out(&request, &mut answer)?;
    }
    answer.say(&Frame::Done)?;
    answer.0.flush()
}

fn too_open(confinement: Confinement) -> String {
    format!("ingest.sandbox is \"required\", and this kernel offers {confinement}")
}

/// What this task needs besides the file.
fn fence(request: &Request) -> Fence {
    let around = match request.task {
        Task::Probe => Fence::default(),
        _ => Fence::around(&request.file),
    };
    match request.task {
        Task::Render { .. } => Fence { folders: ingest::FONT_FOLDERS.map(PathBuf::from).to_vec(), ..around },
        Task::Read => match &request.recognition {
            Recognition::Tesseract(tesseract) => with_program(around, tesseract),
            _ => Fence { folders: ingest::FONT_FOLDERS.map(PathBuf::from).to_vec(), ..around },
        },
        _ => around,
    }
}

/// The fence with a gate for the program that recognises characters: it, the loader that starts it, its libraries, its
/// data, and the fonts that pages are drawn with. It reads its picture from a pipe and writes to a pipe.
fn with_program(fence: Fence, tesseract: &Tesseract) -> Fence {
    const LOADERS: [&str; 2] = ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"];
    const LIBRARIES: [&str; 4] = ["/lib", "/lib64", "/usr/lib", "/usr/local/lib"];
    let there = |path: &PathBuf| path.exists();
    let loaders = LOADERS.iter().map(PathBuf::from).filter_map(|p| p.canonicalize().ok());
    let folders = ingest::FONT_FOLDERS.iter().chain(&LIBRARIES).map(PathBuf::from).filter(there);
    Fence {
        files: fence.files.into_iter().chain(Some(PathBuf::from("/etc/ld.so.cache")).filter(there)).collect(),
        folders: folders.chain([tesseract.data.clone()]).collect(),
        programs: loaders.chain([tesseract.program.clone()]).collect(),
        ..fence
    }
}

fn carry_out(request: &Request, answer: &mut Answer) -> io::Result<()> {
    let file = &request.file;
    match &request.task {
        // Never comes here: such a worker has become LibreOffice.
        Task::Probe | Task::Convert(_) => Ok(()),
        Task::Read => read(request, answer),
        Task::Cells => cells(request, answer),
        Task::Render { page, scale } => match FileReader::new().render_page(file, *page, *scale) {
            Ok(Some(picture)) => answer.picture(&picture),
            Ok(None) => answer.say(&Frame::Nothing),
            Err(error) => answer.failed(&error),
        },
        Task::Words { page } => match FileReader::with_fonts(&[]).page_words(file, *page) {
            Ok(Some(words)) => answer.words(words),
            Ok(None) => answer.say(&Frame::Nothing),
            Err(error) => answer.failed(&error),
        },
        Task::Window(wanted) => match FileReader::with_fonts(&[]).sheet_window(file, wanted) {
            Ok(Some(window)) => answer.window(window),
            Ok(None) => answer.say(&Frame::Nothing),
            Err(error) => answer.failed(&error),
        },
        Task::Unpack(bounds) => {
            let told = ingest::unpack(file, *bounds, &mut |piece| match piece {
                Piece::File(name, bytes) => {
                    answer.say(&Frame::Member(name.to_owned()))?;
                    answer.bytes(&bytes)
                }
                Piece::LeftOut(name, code) => answer.say(&Frame::LeftOut(name.to_owned(), code.to_owned())),
            });
            match told {
                Ok(true) => Ok(()),
                Ok(false) => answer.say(&Frame::Nothing),
                Err(error) => answer.failed(&error),
            }
        }
        Task::Unlock { password } => match FileReader::with_fonts(&[]).in_the_clear(file, &Password::new(password.0.as_str())) {
            Ok(Unlock::Opened(clear)) => {
                answer.say(&Frame::Opened)?;
                answer.bytes(&clear)
            }
            Ok(Unlock::WrongPassword) => answer.say(&Frame::WrongPassword),
            Ok(Unlock::NotNeeded) => answer.say(&Frame::NoPassword),
            Err(error) => answer.failed(&error),
        },
    }
}

/// Reads the file on a thread of its own and tells meanwhile how far it is.
fn read(request: &Request, answer: &mut Answer) -> io::Result<()> {
    let file = SourceFile::new(request.file.clone(), request.name.clone());
    let watch = Watch::default();
    thread::scope(|scope| {
        let (send, outcome) = mpsc::channel();
        let (file, watch) = (&file, &watch);
        let reading = thread::Builder::new().name("read".to_owned()).spawn_scoped(scope, move || {
            let parser = request.parser();
            drop(send.send(parser.read(file, watch)));
        })?;
        let mut told = (0, 0);
        loop {
            match outcome.recv_timeout(TICK) {
                Ok(Ok(reading)) => return answer.reading(reading),
                Ok(Err(error)) => return answer.say(&Frame::Refused(error.into())),
                Err(RecvTimeoutError::Disconnected) => {
                    drop(reading.join());
                    return answer.say(&Frame::Refused(Refusal::ReaderDied("it broke off in the middle of the file".to_owned())));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
            let progress = watch.progress();
            if progress != told {
                told = progress;
                answer.say(&Frame::Progress { done: progress.0, total: progress.1 })?;
                answer.0.flush()?;
            }
        }
    })
}

/// Sends a line for each cell: what would end the line or its column stands as a space.
fn cells(request: &Request, answer: &mut Answer) -> io::Result<()> {
    let file = SourceFile::new(request.file.clone(), request.name.clone());
    let (mut lines, mut sent) = (String::with_capacity(PIECE + 1024), Ok(()));
    let outcome = request.parser().cells(&file, &mut |sheet, cell, value| {
        let broken = |c: char| matches!(c, '\n' | '\r' | '\t');
        let value = if value.contains(broken) { Cow::Owned(value.replace("\r\n", " ").replace(broken, " ")) } else { Cow::Borrowed(value) };
        // Writing to a string cannot fail.
        let _ = writeln!(lines, "{}\t{cell}\t{value}", sheet.replace(broken, " "));
        if lines.len() >= PIECE {
            sent = answer.text(&mut lines);
        }
        sent.is_ok()
    });
    sent?;
    answer.text(&mut lines)?;
    match outcome {
        Ok(warnings) => answer.batches(warnings, |_| 20, |w| Ok(Frame::Warnings(json(&w)?))),
        Err(error) => answer.say(&Frame::Refused(error.into())),
    }
}

/// Where frames go.
struct Answer(BufWriter<File>);

impl Answer {
    fn say(&mut self, frame: &Frame) -> io::Result<()> {
        write_frame(&mut self.0, frame)
    }

    fn failed(&mut self, error: &PortError) -> io::Result<()> {
        self.say(&Frame::Failed(error.message.clone()))
    }

    /// Sends the lines gathered so far, and empties them.
    fn text(&mut self, lines: &mut String) -> io::Result<()> {
        let mut rest = lines.as_str();
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(rest.floor_char_boundary(PIECE));
            self.say(&Frame::Text(piece.to_owned()))?;
            rest = after;
        }
        lines.clear();
        Ok(())
    }

    fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        bytes.chunks(PIECE).try_for_each(|piece| self.say(&Frame::Bytes(piece.to_vec())))
    }

    fn picture(&mut self, picture: &PageImage) -> io::Result<()> {
        self.say(&Frame::Picture { width: picture.width, height: picture.height })?;
        self.bytes(&picture.png)
    }

    fn words(&mut self, words: PageWords) -> io::Result<()> {
        let weigh = |line: &WordLine| 1 + line.words.iter().map(|w| 1 + w.text.len() / 64).sum::<usize>();
        self.batches(words.lines, weigh, |lines| Ok(Frame::Words(lines)))?;
        self.say(&Frame::Words(Vec::new()))
    }

    fn window(&mut self, window: SheetWindow) -> io::Result<()> {
        self.say(&Frame::Window { first_row: window.first_row, merged: window.merged })?;
        let weigh = |row: &Vec<String>| row.iter().map(|cell| 1 + cell.len() / 64).sum();
        self.batches(window.rows, weigh, |rows| Ok(Frame::Rows(rows)))
    }

    fn reading(&mut self, reading: Reading) -> io::Result<()> {
        let Reading { parsed: Parsed { document, warnings }, passages } = reading;
        let Document { format, title, text, blocks, pages, sheets } = document;
        self.say(&Frame::Document { format: format.name().to_owned(), title })?;
        let mut rest = text.as_str();
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(rest.floor_char_boundary(PIECE));
            self.say(&Frame::Text(piece.to_owned()))?;
            rest = after;
        }
        drop(text);
        self.batches(blocks.into_iter().map(WireBlock::from), WireBlock::weight, |b| Ok(Frame::Blocks(b)))?;
        self.batches(pages, |_| 20, |p| Ok(Frame::Pages(json(&p)?)))?;
        self.batches(sheets, |s| 1 + s.name.len() / 64, |s| Ok(Frame::Sheets(s)))?;
        self.batches(warnings, |_| 20, |w| Ok(Frame::Warnings(json(&w)?)))?;
        self.batches(passages.into_iter().map(WirePassage::from), WirePassage::weight, |p| Ok(Frame::Passages(p)))
    }

    /// Sends `items` in frames of about [`FRAME_WEIGHT`].
    fn batches<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        weight: impl Fn(&T) -> usize,
        frame: impl Fn(Vec<T>) -> io::Result<Frame>,
    ) -> io::Result<()> {
        let (mut batch, mut heavy) = (Vec::new(), 0);
        for item in items {
            heavy += weight(&item);
            batch.push(item);
            if heavy >= FRAME_WEIGHT {
                self.say(&frame(std::mem::take(&mut batch))?)?;
                heavy = 0;
            }
        }
        if batch.is_empty() { Ok(()) } else { self.say(&frame(batch)?) }
    }
}

fn json(value: &impl Serialize) -> io::Result<String> {
    Ok(serde_json::to_string(value)?)
}
