//! The system calls that a worker may make. Any other answers as if the kernel did not know it (`ENOSYS`).
//!
//! A list of what is allowed, not of what is forbidden: calls that are yet to be invented stay out, and so do all sockets,
//! tracing, mounting, namespaces, keys, BPF and io_uring. `ENOSYS` rather than death, because the C library tries new calls
//! first and falls back to old ones when they are missing.

use libc::c_long;
use seccompiler::SeccompCmpArgLen::{Dword, Qword};
use seccompiler::SeccompCmpOp::{Eq, MaskedEq, Ne};
use seccompiler::{BackendError, BpfProgram, SeccompAction, SeccompCondition, SeccompFilter, SeccompRule, apply_filter};
use std::collections::BTreeMap;
use std::fmt;

/// Reading, memory, threads, time: what a parser written in Rust needs.
const READING: &[c_long] = &[
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_pread64,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_close,
    libc::SYS_openat,
    libc::SYS_fstat,
    libc::SYS_newfstatat,
    libc::SYS_statx,
    libc::SYS_lseek,
    libc::SYS_getdents64,
    libc::SYS_readlinkat,
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    libc::SYS_getcwd,
    libc::SYS_fcntl,
    libc::SYS_fadvise64,
    libc::SYS_mmap,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_mprotect,
    libc::SYS_madvise,
    libc::SYS_brk,
    libc::SYS_futex,
    libc::SYS_set_robust_list,
    libc::SYS_rseq,
    libc::SYS_set_tid_address,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_restart_syscall,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_getrandom,
    libc::SYS_clock_gettime,
    libc::SYS_clock_getres,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_gettimeofday,
    libc::SYS_getpid,
    libc::SYS_getppid,
    libc::SYS_gettid,
    libc::SYS_getuid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getegid,
    libc::SYS_getrusage,
    libc::SYS_sysinfo,
    libc::SYS_uname,
    libc::SYS_membarrier,
    libc::SYS_ppoll,
];

/// The same for calls that only older architectures have.
#[cfg(target_arch = "x86_64")]
const READING_BEFORE: &[c_long] = &[
    libc::SYS_open,
    libc::SYS_stat,
    libc::SYS_lstat,
    libc::SYS_access,
    libc::SYS_readlink,
    libc::SYS_poll,
    libc::SYS_time,
    libc::SYS_arch_prctl,
];
#[cfg(not(target_arch = "x86_64"))]
const READING_BEFORE: &[c_long] = &[];

/// What starting and ending a program takes besides.
const STARTING: &[c_long] =
    &[libc::SYS_execve, libc::SYS_wait4, libc::SYS_waitid, libc::SYS_pipe2, libc::SYS_dup, libc::SYS_dup3, libc::SYS_kill];
#[cfg(target_arch = "x86_64")]
const STARTING_BEFORE: &[c_long] = &[libc::SYS_vfork, libc::SYS_fork, libc::SYS_pipe, libc::SYS_dup2];
#[cfg(not(target_arch = "x86_64"))]
const STARTING_BEFORE: &[c_long] = &[];

/// Every flag of `clone` that makes a namespace.
const NAMESPACES: c_long = libc::CLONE_NEWNS as c_long
    | libc::CLONE_NEWCGROUP as c_long
    | libc::CLONE_NEWUTS as c_long
    | libc::CLONE_NEWIPC as c_long
    | libc::CLONE_NEWUSER as c_long
    | libc::CLONE_NEWPID as c_long
    | libc::CLONE_NEWNET as c_long;

/// Why the calls could not be restricted.
#[derive(Debug)]
pub enum Unrestricted {
    /// The filter cannot be made for this architecture.
    Filter(BackendError),
    /// The kernel refused it.
    Kernel(seccompiler::Error),
}

impl fmt::Display for Unrestricted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Filter(e) => e.fmt(f),
            Self::Kernel(e) => e.fmt(f),
        }
    }
}

/// Restricts the calling thread and all that it starts; `alone` when it may start no other program.
pub fn restrict(alone: bool) -> Result<(), Unrestricted> {
    let program = filter(alone).map_err(Unrestricted::Filter)?;
    apply_filter(&program).map_err(Unrestricted::Kernel)
}

/// Calls that reach other processes, the kernel's own workings, or past other rules.
const REACHING: &[c_long] = &[
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_bpf,
    libc::SYS_io_uring_setup,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
];

/// Keeps the calling thread and all that it starts on this machine: sockets of other kinds than between its own processes
/// are refused, and so are [`REACHING`] calls. Everything else is allowed: a program of millions of lines has no short list
/// of what it needs.
pub fn keep_home() -> Result<(), Unrestricted> {
    let program = || -> Result<BpfProgram, BackendError> {
        let mut rules: BTreeMap<i64, Vec<SeccompRule>> = REACHING.iter().map(|call| (*call, Vec::new())).collect();
        let abroad = SeccompCondition::new(0, Dword, Ne, libc::AF_UNIX as u64)?;
        rules.insert(libc::SYS_socket, vec![SeccompRule::new(vec![abroad])?]);
        let refused = SeccompAction::Errno(libc::EACCES as u32);
        SeccompFilter::new(rules, SeccompAction::Allow, refused, std::env::consts::ARCH.try_into()?)?.try_into()
    };
    apply_filter(&program().map_err(Unrestricted::Filter)?).map_err(Unrestricted::Kernel)
}

fn filter(alone: bool) -> Result<BpfProgram, BackendError> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = BTreeMap::new();
    let mut allow = |calls: &[c_long]| rules.extend(calls.iter().map(|call| (*call, Vec::new())));
    allow(READING);
    allow(READING_BEFORE);
    if !alone {
        allow(STARTING);
        allow(STARTING_BEFORE);
    }
    // A thread, or where programs may start a process too, but no namespace. `clone3` hides its flags from a filter; the C
    // library falls back to `clone`.
    let clone = if alone {
        let thread = libc::CLONE_THREAD as c_long;
        SeccompCondition::new(0, Qword, MaskedEq((thread | NAMESPACES) as u64), thread as u64)?
    } else {
        SeccompCondition::new(0, Qword, MaskedEq(NAMESPACES as u64), 0)?
    };
    let mut only_if = |call: c_long, condition| -> Result<(), BackendError> {
        rules.insert(call, vec![SeccompRule::new(vec![condition])?]);
        Ok(())
    };
    only_if(libc::SYS_clone, clone)?;
    // Names for threads, nothing else.
    only_if(libc::SYS_prctl, SeccompCondition::new(0, Dword, Eq, libc::PR_SET_NAME as u64)?)?;
    // Limits may be asked for, not set.
    only_if(libc::SYS_prlimit64, SeccompCondition::new(2, Qword, Eq, 0)?)?;
    // A process may end itself; on kernels without Landlock's scopes it could end others of the same user.
    only_if(libc::SYS_tgkill, SeccompCondition::new(0, Dword, Eq, u64::from(std::process::id()))?)?;
    let missing = SeccompAction::Errno(libc::ENOSYS as u32);
    SeccompFilter::new(rules, missing, SeccompAction::Allow, std::env::consts::ARCH.try_into()?)?.try_into()
}
