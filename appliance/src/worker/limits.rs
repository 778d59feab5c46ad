//! The bounds that a worker sets itself through the kernel.

use super::Request;
use rustix::io;
use rustix::process::{Resource, Rlimit, Signal, getppid, getrlimit, nice, set_parent_process_death_signal, setrlimit};

/// Address space of the deep stack that files are read on, which counts as memory though hardly any of it is taken.
const DEEP_STACK: u64 = 256 << 20;
/// Address space beside the memory: the program itself, and what the allocator reserves for its threads.
const PROGRAM: u64 = 1 << 30;
/// Open files: the pipes, the file, the fonts.
const OPEN_FILES: u64 = 64;

/// Processor seconds between the bound and the end, which comes at once where the first signal is not heeded.
const GRACE_SECONDS: u64 = 5;

/// Sets the bounds of `request`: memory, processor time, no file written, no core dump, low priority.
pub fn bound(request: &Request) -> io::Result<()> {
    // Where memory runs out all the same, the kernel should take a worker before the appliance. A wish, no bound.
    drop(std::fs::write("/proc/self/oom_score_adj", "500"));
    let memory = (request.settings.memory_mib << 20).saturating_add(DEEP_STACK);
    set(Resource::Data, memory)?;
    set(Resource::As, memory.saturating_add(PROGRAM))?;
    set_cpu(request.settings.cpu_seconds)?;
    set(Resource::Fsize, 0)?;
    set(Resource::Core, 0)?;
    set(Resource::Nofile, OPEN_FILES)?;
    nice(request.niceness())?;
    Ok(())
}

/// Address space that LibreOffice maps beside its memory: its libraries, most of it never taken.
const OFFICE: u64 = 4 << 30;
/// Bytes of a file that it may write.
const OFFICE_FILE: u64 = 512 << 20;
/// Files that it may have open.
const OFFICE_OPEN_FILES: u64 = 512;

/// Sets the bounds of a conversion: memory, processor time, size of what it writes, no core dump, low priority.
pub fn bound_converter(request: &Request) -> io::Result<()> {
    drop(std::fs::write("/proc/self/oom_score_adj", "500"));
    let memory = request.settings.memory_mib << 20;
    set(Resource::Data, memory)?;
    set(Resource::As, memory.saturating_add(OFFICE))?;
    set_cpu(request.settings.cpu_seconds)?;
    set(Resource::Fsize, OFFICE_FILE)?;
    set(Resource::Core, 0)?;
    set(Resource::Nofile, OFFICE_OPEN_FILES)?;
    nice(request.niceness())?;
    Ok(())
}

/// A bound may be narrower already, and then stays so.
fn set(resource: Resource, most: u64) -> io::Result<()> {
    set_between(resource, most, most)
}

/// The kernel kills without a word at the hard bound, and says which bound it was (`SIGXCPU`) at the soft one.
fn set_cpu(seconds: u64) -> io::Result<()> {
    set_between(Resource::Cpu, seconds, seconds.saturating_add(GRACE_SECONDS))
}

fn set_between(resource: Resource, soft: u64, hard: u64) -> io::Result<()> {
    let hard = getrlimit(resource).maximum.map_or(hard, |held| held.min(hard));
    setrlimit(resource, Rlimit { current: Some(soft.min(hard)), maximum: Some(hard) })
}

/// Ends this process as soon as the one that called it ends. `false` when that has happened already.
pub fn die_with(parent: u32) -> bool {
    let bound = set_parent_process_death_signal(Some(Signal::KILL)).is_ok();
    bound && getppid().is_some_and(|p| u32::try_from(p.as_raw_nonzero().get()).is_ok_and(|p| p == parent))
}
