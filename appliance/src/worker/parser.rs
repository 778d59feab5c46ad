//! The [`Parser`] port: a worker for each file.

use super::assembly::Assembly;
use super::ending::Ending;
use super::frame::Frame;
use super::supervisor::carry_out;
use super::turns::Turns;
use super::{Program, Request, Task};
use crate::configuration::Ingest;
use appliance_core::document::Reading;
use appliance_core::ports::Parser;
use appliance_core::ports::reader::{ParseError, SourceFile, Watch};
use ingest::Recognition;
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
}

impl WorkerParser {
    /// A parser whose workers run `program` within `settings`, as many at a time as these say, and recognise characters with
    /// what was found for it.
    pub fn new(program: Program, settings: Ingest, recognition: Recognition) -> Self {
        let turns = Arc::new(Turns::new(settings.readers()));
        Self { program, settings, recognition, turns }
    }
}

impl Parser for WorkerParser {
    fn read(&self, file: &SourceFile, watch: &Watch) -> Result<Reading, ParseError> {
        let name = &file.name;
        let path = file.path.canonicalize().map_err(|source| ParseError::Unavailable { name: name.clone(), source })?;
        let recognition = self.recognition.clone();
        let request = Request { file: path, name: name.clone(), task: Task::Read, settings: self.settings.clone(), recognition };
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
