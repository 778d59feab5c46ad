//! The [`Parser`] port: a worker for each file.

use super::assembly::Assembly;
use super::conversion::Converter;
use super::ending::Ending;
use super::frame::Frame;
use super::supervisor::carry_out;
use super::turns::Turns;
use super::{Program, Request, Task};
use crate::configuration::Ingest;
use appliance_core::document::{Reading, Warning};
use appliance_core::ports::Parser;
use appliance_core::ports::reader::{ParseError, SourceFile, Watch};
use ingest::{Recognition, TextEncoding};
use std::sync::Arc;

/// Reads each file in a process of its own.
///
/// A process for each file, none kept for the next: it starts in a few milliseconds, and nothing that a file did to its
/// reader can reach another file.
#[derive(Debug, Clone)]
pub struct WorkerParser {
    program: Program,
    settings: Ingest,
    recognition: Recognition,
    turns: Arc<Turns>,
    encoding: Option<TextEncoding>,
    converter: Option<Converter>,
}

/// MiB of cells that a worker may send back: they are passed on, not kept.
const CELLS_MIB: u64 = 4 << 10;

impl WorkerParser {
    /// A parser whose workers run `program` within `settings`, as many at a time as these say, and recognise characters with
    /// what was found for it.
    pub fn new(program: Program, settings: Ingest, recognition: Recognition) -> Self {
        let turns = Arc::new(Turns::new(settings.readers()));
        Self { program, settings, recognition, turns, encoding: None, converter: None }
    }

    /// The same parser, reading delimited files in an encoding that a person named.
    pub fn with_encoding(self, encoding: Option<TextEncoding>) -> Self {
        Self { encoding, ..self }
    }

    /// The same parser, having files of old kinds converted first.
    pub fn with_converter(self, converter: Option<Converter>) -> Self {
        Self { converter, ..self }
    }

    /// Hands the lines of a workbook's cells to `take` as they are read: sheet, TAB, cell, TAB, value as a person sees it.
    pub fn cells(&self, file: &SourceFile, take: &mut dyn FnMut(&str) -> std::io::Result<()>) -> Result<Vec<Warning>, ParseError> {
        let settings = Ingest { result_mib: CELLS_MIB, ..self.settings.clone() };
        let mut request = self.request(file, Task::Cells)?;
        request.settings = settings;
        let (mut refused, mut warnings, mut broken) = (None, Vec::new(), None);
        let carried = carry_out(&self.program, &request, &|| false, &mut |frame| {
            match frame {
                Frame::Text(lines) => {
                    if let Err(error) = take(&lines) {
                        broken = Some(error);
                        return Err("nobody takes the cells".to_owned());
                    }
                }
                Frame::Warnings(json) => warnings.extend(serde_json::from_str::<Vec<Warning>>(&json).map_err(|e| e.to_string())?),
                Frame::Refused(refusal) => refused = Some(refusal),
                _ => return Err("no cells".to_owned()),
            }
            Ok(())
        });
        match (broken, refused, carried) {
            (Some(source), ..) => Err(ParseError::Unavailable { name: file.name.clone(), source }),
            (None, _, Err(ending)) => Err(ending.refusal(&file.name)),
            (None, Some(refusal), _) => Err(refusal.named(&file.name)),
            (None, None, Ok(())) => Ok(warnings),
        }
    }

    fn request(&self, file: &SourceFile, task: Task) -> Result<Request, ParseError> {
        let name = file.name.clone();
        let path = file.path.canonicalize().map_err(|source| ParseError::Unavailable { name: name.clone(), source })?;
        let encoding = file.encoding.clone().or_else(|| self.encoding.map(|e| e.name().to_owned()));
        let recognition = if task == Task::Read { self.recognition.clone() } else { Recognition::Off };
        Ok(Request { file: path, name, task, settings: self.settings.clone(), recognition, encoding })
    }
}

impl Parser for WorkerParser {
    fn read(&self, file: &SourceFile, watch: &Watch) -> Result<Reading, ParseError> {
        let read = self.read_as_it_is(file, watch);
        let (Err(ParseError::OldFormat { ending, .. }), Some(converter)) = (&read, &self.converter) else { return read };
        let (_folder, path) = {
            let Some(_turn) = self.turns.take(&|| watch.is_cancelled()) else {
                return Err(ParseError::Cancelled { name: file.name.clone() });
            };
            converter.convert(&self.program, file, ending, &self.settings, watch)?
        };
        self.read_as_it_is(&SourceFile::new(path, file.name.clone()), watch)
    }
}

impl WorkerParser {
    fn read_as_it_is(&self, file: &SourceFile, watch: &Watch) -> Result<Reading, ParseError> {
        let name = &file.name;
        let request = self.request(file, Task::Read)?;
        let mut assembly = Assembly::new(usize::try_from(self.settings.result_mib << 20).unwrap_or(usize::MAX));
        let mut refused = None;
        let Some(_turn) = self.turns.take(&|| watch.is_cancelled()) else { return Err(ParseError::Cancelled { name: name.clone() }) };
        carry_out(&self.program, &request, &|| watch.is_cancelled(), &mut |frame| {
            match frame {
                Frame::Progress { done, total } => watch.note(done, total),
                Frame::Refused(refusal) => refused = Some(refusal),
                part => return assembly.take(part),
            }
            Ok(())
        })
        .map_err(|ending| ending.refusal(name))?;
        match refused {
            Some(refusal) => Err(refusal.named(name)),
            None => assembly.finish().map_err(|what| Ending::Unsound(what).refusal(name)),
        }
    }
}
