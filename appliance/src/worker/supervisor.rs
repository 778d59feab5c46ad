//! The server's side of a worker: starts it, hears it, and ends it.

use super::ending::Ending;
use super::frame::{Frame, read_frame};
use super::{Confinement, Request, SUBCOMMAND, Task};
use crate::configuration::{Ingest, Sandbox};
use appliance_core::ports::PortError;
use ingest::Recognition;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use std::ffi::OsString;
use std::io::{self, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

/// How often a supervisor looks whether its worker is still wanted.
const LOOK: Duration = Duration::from_millis(50);
/// How long a worker that fell silent has to end by itself, so that its true end can be told.
const LAST_BREATH: Duration = Duration::from_millis(500);
/// Frames that may wait to be taken in.
const WAITING: usize = 8;
/// Bytes of a worker's complaints that are looked at.
const COMPLAINT: u64 = 4 << 10;

/// The program that workers run.
#[derive(Debug, Clone)]
pub struct Program {
    /// The executable.
    pub path: PathBuf,
    /// Its arguments; the supervisor's process id follows them.
    pub arguments: Vec<OsString>,
}

impl Program {
    /// This very program, even after another one was put in its place on disk.
    pub fn this() -> Self {
        Self { path: PathBuf::from("/proc/self/exe"), arguments: vec![OsString::from(SUBCOMMAND)] }
    }

    fn start(&self) -> io::Result<Child> {
        self.command().stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()
    }

    /// Starts one whose words nobody hears.
    pub(super) fn start_in_silence(&self) -> io::Result<Child> {
        self.command().stdout(Stdio::null()).stderr(Stdio::null()).spawn()
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command.arg0("kura").args(&self.arguments).arg(std::process::id().to_string());
        command.env_clear().process_group(0).stdin(Stdio::piped());
        command
    }
}

/// Has a worker carry out `request`. Every frame of its answer goes to `hear`, whose error ends it; so does `unwanted`.
///
/// Blocks until the worker and everything that it started are gone. The kernel ends a worker with the thread that called,
/// so the caller must not leave before: it cannot, as this does not return.
pub fn carry_out(
    program: &Program,
    request: &Request,
    unwanted: &dyn Fn() -> bool,
    hear: &mut dyn FnMut(Frame) -> Result<(), String>,
) -> Result<(), Ending> {
    let mut worker = Worker::start(program)?;
    worker.ask(request)?;
    let (stdout, most) = (worker.stdout()?, request.settings.result_mib << 20);
    thread::scope(|scope| {
        let (send, frames) = sync_channel(WAITING);
        let listener = thread::Builder::new().name("worker".to_owned()).spawn_scoped(scope, move || listen(stdout, most, &send));
        let outcome = match listener {
            Ok(_) => worker.attend(request, &frames, unwanted, hear),
            Err(error) => Err(Ending::NotStarted(error)),
        };
        // The listener then meets the end of its pipe, or of its channel, and the scope can close.
        drop(frames);
        worker.end();
        outcome
    })
}

/// What a listener hears.
type Heard = Result<Frame, Ending>;

fn listen(stdout: ChildStdout, most: u64, send: &SyncSender<Heard>) {
    let mut from = BufReader::new(stdout);
    let mut said = 0;
    loop {
        let heard = match read_frame(&mut from) {
            Ok(None) => return,
            Ok(Some((frame, bytes))) => {
                said += bytes;
                if said > most { Err(Ending::TooMuch { mib: most >> 20 }) } else { Ok(frame) }
            }
            // Half a frame is no offence but a sudden death; its reason is told by the process's end.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return,
            Err(error) => Err(Ending::Unsound(error.to_string())),
        };
        let last = heard.is_err();
        if send.send(heard).is_err() || last {
            return;
        }
    }
}

/// A worker under way. Dropped, it and all that it started are ended and reaped.
struct Worker {
    child: Child,
    group: Pid,
    ended: bool,
}

impl Worker {
    fn start(program: &Program) -> Result<Self, Ending> {
        let child = program.start().map_err(Ending::NotStarted)?;
        let group = Pid::from_child(&child);
        Ok(Self { child, group, ended: false })
    }

    /// Writes the request and closes the pipe. A worker that ended before it was read tells its reason otherwise.
    fn ask(&mut self, request: &Request) -> Result<(), Ending> {
        let asked = serde_json::to_vec(request).map_err(|e| Ending::NotStarted(e.into()))?;
        match self.child.stdin.take().map(|mut stdin| stdin.write_all(&asked)) {
            Some(Err(error)) if error.kind() != io::ErrorKind::BrokenPipe => Err(Ending::NotStarted(error)),
            _ => Ok(()),
        }
    }

    fn stdout(&mut self) -> Result<ChildStdout, Ending> {
        self.child.stdout.take().ok_or_else(|| Ending::NotStarted(io::Error::other("the worker has no output")))
    }

    fn attend(
        &mut self,
        request: &Request,
        frames: &Receiver<Heard>,
        unwanted: &dyn Fn() -> bool,
        hear: &mut dyn FnMut(Frame) -> Result<(), String>,
    ) -> Result<(), Ending> {
        let (started, most, pause) = (Instant::now(), request.time(), request.pause());
        let mut last = started;
        loop {
            if unwanted() {
                return Err(Ending::Cancelled);
            }
            if started.elapsed() > most {
                return Err(Ending::OutOfTime(most));
            }
            if last.elapsed() > pause {
                return Err(Ending::Stuck(pause));
            }
            match frames.recv_timeout(LOOK) {
                Ok(Ok(Frame::Done)) => return Ok(()),
                Ok(Ok(Frame::Failed(reason))) => return Err(Ending::Failed(reason)),
                Ok(Ok(Frame::Confined(confinement))) => note(confinement, request.settings.sandbox)?,
                Ok(Ok(frame)) => {
                    last = Instant::now();
                    hear(frame).map_err(Ending::Unsound)?;
                }
                Ok(Err(ending)) => return Err(ending),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(self.sudden_end(request)),
            }
        }
    }

    /// The reason of a worker that closed its output without a last word.
    fn sudden_end(&mut self, request: &Request) -> Ending {
        let since = Instant::now();
        // Looked at without reaping: its process id stays its own until the whole group is ended.
        while waitid(WaitId::Pid(self.group), WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT)
            .is_ok_and(|w| w.is_none())
        {
            if since.elapsed() > LAST_BREATH {
                return Ending::Died("the reading process closed its output and went on".to_owned());
            }
            thread::sleep(Duration::from_millis(5));
        }
        let (stderr, status) = (self.child.stderr.take(), self.end());
        let complaint = stderr.map(complaint).unwrap_or_default();
        match status {
            Some(status) => Ending::of(status, &complaint, request.settings.memory_mib, request.settings.cpu_seconds),
            None => Ending::Died("the reading process is gone".to_owned()),
        }
    }

    /// Ends the worker and all that it started, and reaps it.
    fn end(&mut self) -> Option<ExitStatus> {
        if !self.ended {
            self.ended = true;
            // It may have no group any more: then there is nothing to end.
            let _ = kill_process_group(self.group, Signal::KILL);
        }
        self.child.wait().ok()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.end();
    }
}

/// What it wrote to standard error. Only looked at, never logged: it may quote the file.
fn complaint(stderr: ChildStderr) -> String {
    let mut bytes = Vec::new();
    drop(stderr.take(COMPLAINT).read_to_end(&mut bytes));
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Says once for each run of the appliance that workers stand more open than they should.
fn note(confinement: Confinement, wanted: Sandbox) -> Result<(), Ending> {
    static SAID: AtomicBool = AtomicBool::new(false);
    if confinement.is_whole() {
        return Ok(());
    }
    if wanted == Sandbox::Required {
        return Err(Ending::Failed(format!("ingest.sandbox is \"required\", and this kernel offers {confinement}")));
    }
    if !SAID.swap(true, Ordering::Relaxed) {
        tracing::warn!(sandbox = %confinement, "files are read without the whole sandbox");
    }
    Ok(())
}

/// How far this machine confines workers: starts one that does nothing else.
pub fn probe(program: &Program, settings: &Ingest) -> Result<Confinement, PortError> {
    let settings = Ingest { sandbox: Sandbox::Wanted, ..settings.clone() };
    let request =
        Request { file: PathBuf::new(), name: String::new(), task: Task::Probe, settings, recognition: Recognition::Off, encoding: None };
    let mut worker = Worker::start(program).map_err(|e| e.failure("no process can be started to read files in"))?;
    let probed = (|| {
        worker.ask(&request)?;
        let mut from = BufReader::new(worker.stdout()?);
        match read_frame(&mut from) {
            Ok(Some((Frame::Confined(confinement), _))) => Ok(confinement),
            Ok(None) => Err(worker.sudden_end(&request)),
            Ok(Some(_)) => Err(Ending::Unsound("it did not begin with its confinement".to_owned())),
            Err(error) => Err(Ending::Unsound(error.to_string())),
        }
    })();
    probed.map_err(|e| e.failure("the process that reads files does not work"))
}
