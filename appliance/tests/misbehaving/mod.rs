//! Workers that a hostile file has taken over: each does one thing that no worker may do.

use kura::worker::{Confinement, Fence, Frame, Request, bound, confine, write_frame};
use std::fs::File;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Plays the worker that `conduct` names: bounds and confines itself as the real one does, then misbehaves.
pub fn play(conduct: &str) {
    let mut asked = Vec::new();
    io::stdin().read_to_end(&mut asked).expect("a request");
    let request: Request = serde_json::from_slice(&asked).expect("a request");
    bound(&request).expect("bounds");
    let fence = Fence::around(&request.file);
    match conduct {
        "sleeps" => loop {
            std::thread::sleep(Duration::from_secs(60));
        },
        "loops" => loop {
            std::hint::spin_loop();
        },
        "crawls" => crawl(),
        "eats" => eat(),
        "floods" => while io::stdout().write_all(&[7; 4096]).is_ok() {},
        "chatters" => while write_frame(&mut io::stdout(), &Frame::Progress { done: 1, total: 2 }).is_ok() {},
        "nests" => drop(nest(u64::MAX)),
        "forges" => forge(),
        "escapes" => tell(&escapes(confine(&fence), &request)),
        "multiplies" => multiply(&fence),
        "leaves" => {}
        other => panic!("no such conduct: {other}"),
    }
}

fn tell(words: &str) {
    write_frame(&mut io::stdout(), &Frame::Failed(words.to_owned())).expect("said");
}

/// Tells of progress for ever, so that only the bound on the whole time helps.
fn crawl() {
    for done in 0.. {
        write_frame(&mut io::stdout(), &Frame::Progress { done, total: u32::MAX }).expect("said");
        io::stdout().flush().expect("said");
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn eat() {
    let mut eaten = Vec::new();
    loop {
        eaten.push(std::hint::black_box(vec![1_u8; 8 << 20]));
    }
}

fn nest(depth: u64) -> u64 {
    let pad = std::hint::black_box([depth; 64]);
    if depth == 0 { pad[0] } else { 1 + nest(std::hint::black_box(depth - 1)) + pad[1] }
}

/// A document whose one block reaches beyond its text.
fn forge() {
    use appliance_core::document::{Block, BlockKind};
    use appliance_core::locator::{Place, Span};
    let place = Place::Text { first_line: 1, last_line: 1 };
    let block = Block { kind: BlockKind::Paragraph, span: Span::new(0, 1_000_000), place };
    let frames = [
        Frame::Confined(Confinement { landlock: 6, seccomp: true }),
        Frame::Document { format: "text".to_owned(), title: "x".to_owned() },
        Frame::Text("短い".to_owned()),
        Frame::Blocks(vec![block.into()]),
        Frame::Done,
    ];
    frames.iter().for_each(|f| write_frame(&mut io::stdout(), f).expect("said"));
}

/// Tries every way out; tells those that led somewhere.
fn escapes(confinement: Confinement, request: &Request) -> String {
    if !confinement.is_whole() {
        return format!("skipped: this kernel offers {confinement}");
    }
    let beside = request.file.with_extension("stolen");
    let mut out = Vec::new();
    let mut tried = |what: &str, escaped: bool| {
        if escaped {
            out.push(what.to_owned());
        }
    };
    tried("another file", File::open("/etc/passwd").is_ok());
    tried("a folder", std::fs::read_dir("/etc").is_ok());
    tried("its own memory", File::open("/proc/self/mem").is_ok());
    tried("writing beside the file", File::create(&beside).is_ok());
    tried("writing the file", File::options().append(true).open(&request.file).is_ok());
    tried("removing the file", std::fs::remove_file(&request.file).is_ok());
    tried("a connection", TcpStream::connect("127.0.0.1:9").is_err_and(|e| e.kind() == io::ErrorKind::ConnectionRefused));
    tried("a listener", TcpListener::bind("127.0.0.1:0").is_ok());
    tried("a datagram", UdpSocket::bind("127.0.0.1:0").is_ok());
    tried("a socket", UnixStream::pair().is_ok());
    tried("a program", Command::new("/bin/true").stdin(Stdio::null()).spawn().is_ok());
    tried("a program without devices", Command::new("/bin/true").spawn().is_ok());
    let parent = rustix::process::getppid().expect("a parent");
    tried("a signal", rustix::process::kill_process(parent, rustix::process::Signal::CONT).is_ok());
    tried("a limit", rustix::process::setrlimit(rustix::process::Resource::Nofile, no_limit()).is_ok());
    tried("a session", rustix::process::setsid().is_ok());
    tried("tracing", rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::Dumpable).is_ok());
    if !std::fs::read(&request.file).is_ok_and(|b| !b.is_empty()) {
        out.push("(the file itself cannot be read)".to_owned());
    }
    if std::thread::spawn(|| 7).join().ok() != Some(7) {
        out.push("(no thread can be started)".to_owned());
    }
    out.join(", ")
}

fn no_limit() -> rustix::process::Rlimit {
    rustix::process::Rlimit { current: Some(32), maximum: Some(32) }
}

/// Starts programs, as a worker may that recognises characters, and leaves them behind.
fn multiply(fence: &Fence) {
    let programs = ["/bin/sleep", "/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"].map(Into::into).to_vec();
    let folders = ["/usr/lib", "/lib", "/lib64"].map(Into::into).to_vec();
    confine(&Fence { files: vec![fence.files[0].clone(), "/etc/ld.so.cache".into()], folders, programs, ..Fence::default() });
    let started = (0..20).filter(|_| Command::new("/bin/sleep").arg("600").stdout(Stdio::inherit()).spawn().is_ok()).count();
    let elsewhere = Command::new("/bin/true").spawn().is_ok();
    tell(&format!("started {started}, another program: {elsewhere}"));
}
