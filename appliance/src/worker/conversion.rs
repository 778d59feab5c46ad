//! Files of kinds that only another program understands (Word and PowerPoint before 2007, Ichitaro): LibreOffice turns them
//! into OpenDocument, where it is installed.
//!
//! It runs in a process group of its own, behind a fence like a worker's: its own empty folder is all that it may write
//! to, the file all of the data folder that it sees, and no socket leads out of the machine. What it writes is then read by
//! a worker like any other file.

use super::confinement::{Fence, confine_converter};
use super::supervisor::Program;
use super::{Request, Task, limits};
use crate::configuration::{Ingest, Sandbox};
use appliance_core::ports::reader::{ParseError, SourceFile, Watch};
use ingest::Recognition;
use rustix::process::{Pid, Signal, kill_process_group};
use serde::{Deserialize, Serialize};
use std::io::{self, Write};
use std::os::unix::fs::FileTypeExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant, SystemTime};
use tempfile::TempDir;

/// Where LibreOffice may be.
const PROGRAMS: [&str; 4] = [
    "/usr/lib/libreoffice/program/soffice.bin",
    "/usr/lib64/libreoffice/program/soffice.bin",
    "/opt/libreoffice/program/soffice.bin",
    "/usr/local/lib/libreoffice/program/soffice.bin",
];
/// How long one file may take: hundreds of pages take seconds, and whoever waits for one shall hear of it within a minute.
const MOST_TIME: Duration = Duration::from_secs(45);
/// What LibreOffice ends with when it wants to be started again, as it does after it has made its profile.
const RESTART: [i32; 2] = [79, 81];
const MOST_STARTS: usize = 3;
/// Where LibreOffice makes its socket, and how that is called. It may not remove it behind its fence.
const SOCKETS: &str = "/tmp";
const SOCKET: &str = "OSL_PIPE_";
/// How often it is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// The program that converts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Converter {
    program: PathBuf,
}

/// A conversion as a worker is told of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversion {
    /// LibreOffice.
    pub program: PathBuf,
    /// The folder that it may write to; the file lies in it.
    pub folder: PathBuf,
    /// The format to convert to: `odt`, `odp`.
    pub to: String,
}

impl Converter {
    /// LibreOffice, where this machine has it.
    pub fn of_the_machine() -> Option<Self> {
        PROGRAMS.iter().map(PathBuf::from).find(|p| p.is_file()).map(|program| Self { program })
    }

    /// The program.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Converts a file of the kind that ends so. The folder holds the result as long as it is kept.
    pub(super) fn convert(
        &self,
        workers: &Program,
        file: &SourceFile,
        ending: &str,
        settings: &Ingest,
        watch: &Watch,
    ) -> Result<(TempDir, PathBuf), ParseError> {
        let unavailable = |source| ParseError::Unavailable { name: file.name.clone(), source };
        let folder = tempfile::tempdir().map_err(unavailable)?;
        let source = folder.path().join(format!("source.{ending}"));
        std::fs::copy(&file.path, &source).map_err(unavailable)?;
        let to = if ending == "ppt" { "odp" } else { "odt" };
        let conversion = Conversion { program: self.program.clone(), folder: folder.path().to_owned(), to: to.to_owned() };
        let request = Request {
            file: source,
            name: file.name.clone(),
            task: Task::Convert(conversion),
            settings: settings.clone(),
            recognition: Recognition::Off,
            encoding: None,
        };
        let since = Instant::now();
        let started = folder.path().metadata().and_then(|m| m.modified()).map_err(unavailable)?;
        for _ in 0..MOST_STARTS {
            let mut running = Running::start(workers, &request).map_err(unavailable)?;
            let ended = running.attend(&file.name, since, watch);
            drop(running);
            // Before the next start, which would wait for the one before at its socket.
            remove_sockets(started);
            let status = ended?;
            if !status.code().is_some_and(|code| RESTART.contains(&code)) {
                break;
            }
        }
        let result = folder.path().join(format!("source.{to}"));
        match result.is_file() {
            true => Ok((folder, result)),
            false => Err(ParseError::Damaged {
                name: file.name.clone(),
                reason: "LibreOffice could not read it (it is damaged, or has a password); save it as .docx, .pptx or PDF".to_owned(),
            }),
        }
    }
}

/// Removes the sockets that LibreOffice has left since then. One of a conversion that still runs is needed by nobody.
fn remove_sockets(since: SystemTime) {
    for entry in std::fs::read_dir(SOCKETS).into_iter().flatten().flatten() {
        let named = entry.file_name().to_string_lossy().starts_with(SOCKET);
        let fresh = || entry.metadata().is_ok_and(|m| m.file_type().is_socket() && m.modified().is_ok_and(|at| at >= since));
        if named && fresh() {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// LibreOffice under way. Dropped, it and all that it started are ended.
struct Running {
    child: Child,
    group: Pid,
}

impl Running {
    fn start(workers: &Program, request: &Request) -> io::Result<Self> {
        let mut child = workers.start_in_silence()?;
        let asked = serde_json::to_vec(request)?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(&asked)?;
        }
        let group = Pid::from_child(&child);
        Ok(Self { child, group })
    }

    fn attend(&mut self, name: &str, since: Instant, watch: &Watch) -> Result<ExitStatus, ParseError> {
        loop {
            if watch.is_cancelled() {
                return Err(ParseError::Cancelled { name: name.to_owned() });
            }
            match self.child.try_wait() {
                Ok(Some(status)) => return Ok(status),
                Ok(None) => {}
                Err(source) => return Err(ParseError::Unavailable { name: name.to_owned(), source }),
            }
            if since.elapsed() > MOST_TIME {
                let limit = format!("more than {} seconds in LibreOffice", MOST_TIME.as_secs());
                return Err(ParseError::Exhausted { name: name.to_owned(), limit });
            }
            std::thread::sleep(LOOK);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have no group any more: then there is nothing to end.
        let _ = kill_process_group(self.group, Signal::KILL);
        let _ = self.child.wait();
    }
}

/// The worker's side: bounds and confines this process, and becomes LibreOffice. Returns only where that failed.
pub(super) fn become_converter(request: &Request, conversion: &Conversion) -> io::Error {
    if let Err(error) = limits::bound_converter(request) {
        return error.into();
    }
    let confinement = confine_converter(&fence(conversion));
    if request.settings.sandbox == Sandbox::Required && !confinement.is_whole() {
        return io::Error::other(format!("ingest.sandbox is \"required\", and this kernel offers {confinement}"));
    }
    let folder = &conversion.folder;
    Command::new(&conversion.program)
        .arg(format!("-env:UserInstallation=file://{}/profile", folder.display()))
        .args(["--headless", "--norestore", "--nolockcheck", "--nodefault", "--nologo", "--convert-to", conversion.to.as_str(), "--outdir"])
        .arg(folder)
        .arg(&request.file)
        .env_clear()
        .env("HOME", folder)
        .env("TMPDIR", folder)
        .env("LANG", "C.UTF-8")
        .env("SAL_USE_VCLPLUGIN", "svp")
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .exec()
}

/// LibreOffice's own files, the system's libraries and fonts, and the folder.
fn fence(conversion: &Conversion) -> Fence {
    const READ: [&str; 10] = [
        "/usr",
        "/lib",
        "/lib64",
        "/opt",
        "/etc/fonts",
        "/etc/libreoffice",
        "/proc",
        "/var/lib/libreoffice",
        "/var/spool/libreoffice",
        "/var/cache/fontconfig",
    ];
    const SINGLE: [&str; 6] = ["/etc/ld.so.cache", "/etc/passwd", "/etc/nsswitch.conf", "/etc/localtime", "/dev/urandom", "/dev/zero"];
    let there = |path: &PathBuf| path.exists();
    let folders: Vec<PathBuf> = READ.iter().map(PathBuf::from).filter(there).collect();
    Fence {
        files: SINGLE.iter().map(PathBuf::from).filter(there).collect(),
        // Programs and libraries of the system alone: nothing that a file brings along can be started.
        programs: folders.iter().filter(|f| !f.starts_with("/etc") && !f.starts_with("/proc")).cloned().collect(),
        folders,
        sinks: vec![PathBuf::from("/dev/null")],
        own: vec![conversion.folder.clone()],
        // Where it puts the socket by which a second call would find it; nothing else names another folder for that.
        sockets: vec![PathBuf::from(SOCKETS)],
    }
}
