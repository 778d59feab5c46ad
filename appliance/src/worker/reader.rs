//! The [`DocumentReader`] port: a worker for each page drawn, each window of a sheet, each password tried.

use super::ending::Ending;
use super::frame::Frame;
use super::request::Secret;
use super::supervisor::carry_out;
use super::turns::Turns;
use super::{Program, Request, Task};
use crate::configuration::Ingest;
use appliance_core::document::{PageImage, SheetWindow};
use appliance_core::page_words::{PageWords, Word, WordLine};
use appliance_core::ports::reader::{Password, Unlocked, UnpackBounds, Unpacked, WindowOf};
use appliance_core::ports::{DocumentReader, PortError};
use ingest::Recognition;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

/// Pixels along a picture's side at most: what the renderer brings larger ones down to.
const MAX_PIXELS: u32 = 8_192;
/// Files left out of a bundle that are named; a person reads no longer list.
const MOST_LEFT_OUT: usize = 1_000;
/// Bytes of a word at most; a line whose glyphs are not known is one word.
const MAX_WORD: usize = 64 << 10;
/// How a PNG file begins.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Shows places of stored files, each in a process of its own, a few at a time.
#[derive(Debug, Clone)]
pub struct WorkerReader {
    program: Program,
    settings: Ingest,
    turns: Arc<Turns>,
}

impl WorkerReader {
    /// A reader whose workers run `program` within `settings`, at most `parallel` at a time.
    pub fn new(program: Program, settings: Ingest, parallel: usize) -> Self {
        Self { program, settings, turns: Arc::new(Turns::new(parallel)) }
    }

    /// Has a worker do `task`; `what` names it, should it fail.
    fn ask(&self, file: &Path, task: Task, what: &str, mut hear: impl FnMut(Frame) -> Result<(), String>) -> Result<(), PortError> {
        let path = file.canonicalize().map_err(|e| PortError::caused(format!("{} cannot be opened", file.display()), e))?;
        let request = Request {
            file: path,
            name: String::new(),
            task,
            settings: self.settings.clone(),
            recognition: Recognition::Off,
            encoding: None,
        };
        let _turn = self.turns.take(&|| false);
        carry_out(&self.program, &request, &|| false, &mut hear).map_err(|ending| ending.failure(what))
    }
}

impl DocumentReader for WorkerReader {
    fn render_page(&self, file: &Path, page: u32, scale: f32) -> Result<Option<PageImage>, PortError> {
        let what = format!("page {page} of {} cannot be drawn", file.display());
        let (mut size, mut png, mut none) = (None, Vec::new(), false);
        self.ask(file, Task::Render { page, scale }, &what, |frame| {
            match frame {
                Frame::Picture { width, height } if size.is_none() && width.max(height) <= MAX_PIXELS => size = Some((width, height)),
                Frame::Bytes(bytes) if size.is_some() => png.extend_from_slice(&bytes),
                Frame::Nothing => none = true,
                _ => return Err("no picture".to_owned()),
            }
            Ok(())
        })?;
        match size {
            _ if none => Ok(None),
            Some((width, height)) if png.starts_with(PNG) => Ok(Some(PageImage { png, width, height })),
            _ => Err(Ending::Unsound("no picture".to_owned()).failure(&what)),
        }
    }

    fn page_words(&self, file: &Path, page: u32) -> Result<Option<PageWords>, PortError> {
        let what = format!("the words of page {page} of {} cannot be read", file.display());
        let (mut words, mut whole, mut none) = (PageWords::default(), false, false);
        let mut count = 0;
        self.ask(file, Task::Words { page }, &what, |frame| {
            match frame {
                Frame::Words(lines) if lines.is_empty() && !none => whole = true,
                Frame::Words(lines) if !whole && lines.iter().all(is_on_a_page) => {
                    count += lines.iter().map(|l| l.words.len()).sum::<usize>();
                    words.lines.extend(lines);
                    if count > PageWords::MOST {
                        return Err("more words than a page has".to_owned());
                    }
                }
                Frame::Nothing if words.lines.is_empty() && !whole => none = true,
                _ => return Err("no words of a page".to_owned()),
            }
            Ok(())
        })?;
        match (none, whole) {
            (true, _) => Ok(None),
            (false, true) => Ok(Some(words)),
            (false, false) => Err(Ending::Unsound("half a page of words".to_owned()).failure(&what)),
        }
    }

    fn sheet_window(&self, file: &Path, wanted: &WindowOf) -> Result<Option<SheetWindow>, PortError> {
        let what = format!("sheet {} of {} cannot be read", u64::from(wanted.sheet) + 1, file.display());
        let (mut window, mut none): (Option<SheetWindow>, bool) = (None, false);
        self.ask(file, Task::Window(wanted.clone()), &what, |frame| {
            match (frame, &mut window) {
                (Frame::Window { first_row, merged }, None) => window = Some(SheetWindow { first_row, rows: Vec::new(), merged }),
                (Frame::Rows(rows), Some(window)) if window.rows.len() + rows.len() <= wanted.rows as usize => window.rows.extend(rows),
                (Frame::Nothing, None) => none = true,
                _ => return Err("no window of a sheet".to_owned()),
            }
            Ok(())
        })?;
        match window {
            _ if none => Ok(None),
            Some(window) if is_even(&window) => Ok(Some(window)),
            _ => Err(Ending::Unsound("no window of a sheet".to_owned()).failure(&what)),
        }
    }

    fn unlock(&self, file: &Path, password: &Password, to: &Path) -> Result<Unlocked, PortError> {
        let what = format!("{} cannot be opened", file.display());
        let (mut outcome, mut clear) = (None, None);
        let told = self.ask(file, Task::Unlock { password: Secret(password.reveal().to_owned()) }, &what, |frame| {
            match (frame, &mut clear) {
                (Frame::Opened, None) if outcome.is_none() => clear = Some(File::create_new(to).map_err(|e| e.to_string())?),
                (Frame::Bytes(bytes), Some(clear)) => clear.write_all(&bytes).map_err(|e| e.to_string())?,
                (Frame::WrongPassword, None) => outcome = Some(Unlocked::WrongPassword),
                (Frame::NoPassword, None) => outcome = Some(Unlocked::NotNeeded),
                _ => return Err("no answer to a password".to_owned()),
            }
            Ok(())
        });
        match (told, &clear, outcome) {
            (Ok(()), Some(_), _) => Ok(Unlocked::Opened),
            (Ok(()), None, Some(outcome)) => Ok(outcome),
            (Ok(()), None, None) => Err(Ending::Unsound("no answer to a password".to_owned()).failure(&what)),
            (Err(error), written, _) => {
                // Half a file is none.
                if written.is_some() {
                    drop(std::fs::remove_file(to));
                }
                Err(error)
            }
        }
    }

    fn unpack(&self, file: &Path, into: &Path, bounds: UnpackBounds) -> Result<Option<Unpacked>, PortError> {
        let what = format!("{} cannot be unpacked", file.display());
        let bytes = bounds.bytes.min((self.settings.result_mib << 20).saturating_sub(AROUND));
        let mut arriving = Arriving { into, most: bounds.files, unpacked: Unpacked::default(), open: None };
        let mut none = false;
        self.ask(file, Task::Unpack(UnpackBounds { bytes, ..bounds }), &what, |frame| match frame {
            Frame::Nothing => {
                none = true;
                Ok(())
            }
            frame => arriving.hear(frame),
        })?;
        Ok((!none).then_some(arriving.unpacked))
    }
}

/// What a worker may not forget of its bounds: the frames around the bytes.
const AROUND: u64 = 16 << 20;

/// A bundle as it arrives, file by file.
struct Arriving<'a> {
    into: &'a Path,
    most: usize,
    unpacked: Unpacked,
    open: Option<File>,
}

impl Arriving<'_> {
    fn hear(&mut self, frame: Frame) -> Result<(), String> {
        match frame {
            Frame::Member(name) if self.unpacked.files.len() < self.most => {
                let to = self.into.join(self.unpacked.files.len().to_string());
                self.open = Some(File::create_new(&to).map_err(|e| e.to_string())?);
                self.unpacked.files.push((name, to));
            }
            Frame::Bytes(bytes) => {
                let file = self.open.as_mut().ok_or("bytes of no file")?;
                file.write_all(&bytes).map_err(|e| e.to_string())?;
            }
            Frame::LeftOut(name, code) if self.unpacked.left_out.len() < MOST_LEFT_OUT => self.unpacked.left_out.push((name, code)),
            Frame::LeftOut(..) => {}
            _ => return Err("no file of a bundle".to_owned()),
        }
        Ok(())
    }
}

/// Whether the words of a line have boxes that a picture can show.
fn is_on_a_page(line: &WordLine) -> bool {
    let bounded = |at: f32| at.is_finite() && at.abs() < 1e6;
    let shown = |w: &Word| [w.rect.x, w.rect.y, w.rect.width, w.rect.height].into_iter().all(bounded);
    !line.words.is_empty() && line.words.iter().all(|w| shown(w) && w.text.len() <= MAX_WORD && !w.text.chars().any(char::is_control))
}

/// Whether every row is as wide as the first.
fn is_even(window: &SheetWindow) -> bool {
    window.rows.windows(2).all(|rows| rows[0].len() == rows[1].len())
}
