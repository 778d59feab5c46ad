//! The program tesseract as a child process: a picture in, a table of words out, within its time.

use super::picture::Picture;
use super::settings::Tesseract;
use super::words::{self, WordLine};
use appliance_core::ports::reader::Watch;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Bytes of an answer at most: a page of 20,000 words.
const LONGEST_ANSWER: u64 = 4 << 20;
/// Bytes kept of what the program complains.
const LONGEST_COMPLAINT: u64 = 4 << 10;
/// How often a running program is looked at.
const LOOK: Duration = Duration::from_millis(20);
/// How pages are cut into blocks: columns of text of varying size. The automatic cut (3) loses one line in a hundred that
/// this one finds; a single block (6) loses columns (docs/decisions/0006-recognition.md).
const COLUMNS: &str = "4";
/// The same for lines that run down, where only the automatic cut sees that columns stand in tiers.
const LINES_DOWN: &str = "3";

/// Why a picture was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Somebody asked for an end.
    Cancelled,
    /// Anything else, in words.
    Failed(String),
}

/// Reads a picture in one language.
pub(crate) fn read(
    picture: &Picture,
    language: &str,
    dpi: u32,
    time: Duration,
    tesseract: &Tesseract,
    watch: &Watch,
) -> Result<Vec<WordLine>, Refusal> {
    let cut = if language.ends_with("_vert") { LINES_DOWN } else { COLUMNS };
    let table =
        run(tesseract, &["-l", language, "--psm", cut, "--dpi", &dpi.to_string(), "-c", "tessedit_create_tsv=1"], picture, time, watch)?;
    Ok(words::lines(&table))
}

/// By how many quarters of a circle, clockwise, the picture must be turned to stand upright; `None` when the program
/// cannot tell. Needs the language `osd`.
pub(crate) fn upright(picture: &Picture, dpi: u32, time: Duration, tesseract: &Tesseract, watch: &Watch) -> Result<Option<u8>, Refusal> {
    if !tesseract.data.join("osd.traineddata").is_file() {
        return Ok(None);
    }
    let said = match run(tesseract, &["-l", "osd", "--psm", "0", "--dpi", &dpi.to_string()], picture, time, watch) {
        Ok(said) => said,
        // Too few characters to tell.
        Err(Refusal::Failed(_)) => return Ok(None),
        Err(cancelled) => return Err(cancelled),
    };
    let degrees = said.lines().find_map(|l| l.strip_prefix("Rotate: ")).and_then(|d| d.trim().parse::<u32>().ok());
    Ok(degrees.map(|d| (d / 90 % 4) as u8))
}

fn run(tesseract: &Tesseract, arguments: &[&str], picture: &Picture, time: Duration, watch: &Watch) -> Result<String, Refusal> {
    let failed = |what: &str, error: std::io::Error| Refusal::Failed(format!("{what}: {error}"));
    let mut child = Command::new(&tesseract.program)
        .args(["stdin", "stdout", "--tessdata-dir"])
        .arg(&tesseract.data)
        .args(arguments)
        .env_clear()
        // Its threads spin while they wait, and would take the cores from everybody else.
        .env("OMP_THREAD_LIMIT", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| failed("tesseract does not start", e))?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    thread::scope(|scope| {
        // A program that ends early closes its input; the answer says why.
        scope.spawn(move || stdin.map(|mut pipe| pipe.write_all(picture.header().as_bytes()).and_then(|()| pipe.write_all(&picture.grey))));
        let answer = scope.spawn(move || stdout.map(|pipe| read_bounded(pipe, LONGEST_ANSWER)).unwrap_or_default());
        let complaint = scope.spawn(move || stderr.map(|pipe| read_bounded(pipe, LONGEST_COMPLAINT)).unwrap_or_default());
        let ended = wait(&mut child, time, watch);
        let (answer, complaint) = (answer.join().unwrap_or_default(), complaint.join().unwrap_or_default());
        match ended? {
            status if status.success() => Ok(String::from_utf8_lossy(&answer).into_owned()),
            status => {
                let said = String::from_utf8_lossy(&complaint);
                let said = said.lines().map(str::trim).find(|l| !l.is_empty()).unwrap_or("without a word").to_owned();
                Err(Refusal::Failed(format!("tesseract ended with {status}: {said}")))
            }
        }
    })
}

/// Waits for the child; ends it when its time is up or somebody cancels.
fn wait(child: &mut Child, time: Duration, watch: &Watch) -> Result<std::process::ExitStatus, Refusal> {
    let started = Instant::now();
    loop {
        let refusal = match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) if watch.is_cancelled() => Refusal::Cancelled,
            Ok(None) if started.elapsed() > time => Refusal::Failed(format!("tesseract took longer than {} s", time.as_secs())),
            Ok(None) => {
                thread::sleep(LOOK);
                continue;
            }
            Err(error) => Refusal::Failed(format!("tesseract cannot be waited for: {error}")),
        };
        // Both fail only when the child has ended by itself in this moment.
        let _ = child.kill();
        let _ = child.wait();
        return Err(refusal);
    }
}

/// Reads to the end, keeping the first `most` bytes: a pipe that nobody empties would stop the program.
fn read_bounded(mut pipe: impl Read, most: u64) -> Vec<u8> {
    let mut kept = Vec::new();
    let _ = pipe.by_ref().take(most).read_to_end(&mut kept);
    let _ = std::io::copy(&mut pipe, &mut std::io::sink());
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;

    fn program(path: &str) -> Tesseract {
        Tesseract {
            program: PathBuf::from(path),
            data: PathBuf::from("/nowhere"),
            languages: vec!["jpn".to_owned()],
            page_time: Duration::from_secs(5),
            file_time: Duration::from_secs(60),
        }
    }

    fn white() -> Picture {
        Picture { width: 800, height: 800, grey: vec![255; 640_000] }
    }

    #[test]
    fn a_program_that_is_absent_or_fails_is_a_reason_in_words() {
        let said = |program: &Tesseract| read(&white(), "jpn", 300, Duration::from_secs(5), program, &Watch::default());
        let Err(Refusal::Failed(reason)) = said(&program("/nowhere/tesseract")) else { panic!("it cannot start") };
        assert!(reason.contains("does not start"), "{reason}");
        let Err(Refusal::Failed(reason)) = said(&program("/bin/false")) else { panic!("it fails") };
        assert!(reason.contains("ended with"), "{reason}");
    }

    #[test]
    fn a_program_that_hangs_is_ended() {
        let folder = tempfile::tempdir().expect("a folder");
        let script = folder.path().join("tesseract");
        std::fs::write(&script, "#!/bin/sh\nexec sleep 60\n").expect("written");
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).expect("may be run");
        let program = program(&script.display().to_string());
        let started = Instant::now();
        let late = read(&white(), "jpn", 300, Duration::from_millis(200), &program, &Watch::default());
        assert!(matches!(late, Err(Refusal::Failed(reason)) if reason.contains("longer than")));
        let watch = Watch::default();
        watch.cancel();
        assert_eq!(read(&white(), "jpn", 300, Duration::from_secs(60), &program, &watch), Err(Refusal::Cancelled));
        assert!(started.elapsed() < Duration::from_secs(5));
    }
}
