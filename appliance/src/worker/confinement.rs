//! What a worker gives up before it looks at a file: the network, every file but that one, and most of the kernel.
//!
//! Two fences of the kernel, one behind the other. Landlock says which files may be opened, and that no port may be bound
//! or connected to; seccomp says which calls may be made at all ([`calls`](super::calls)). Both hold for everything that
//! the process starts, and nothing takes them down again.

use super::calls;
use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, LandlockStatus, Ruleset, RulesetAttr, RulesetCreatedAttr,
    RulesetError, RulesetStatus, Scope, path_beneath_rules,
};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::{Path, PathBuf};

/// The newest rules asked for; an older kernel enforces those that it knows.
const RULES: ABI = ABI::V6;

/// What stays open to a worker.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fence {
    /// The one file, and further ones that may be read.
    pub files: Vec<PathBuf>,
    /// Folders whose files may be listed and read.
    pub folders: Vec<PathBuf>,
    /// Programs that may be started.
    pub programs: Vec<PathBuf>,
    /// Devices that may be written to.
    pub sinks: Vec<PathBuf>,
    /// Folders in which everything may be done but starting programs.
    pub own: Vec<PathBuf>,
    /// Folders in which sockets may be made.
    pub sockets: Vec<PathBuf>,
}

impl Fence {
    /// Around one file.
    pub fn around(file: &Path) -> Self {
        Self { files: vec![file.to_owned()], ..Self::default() }
    }
}

/// How far a worker is confined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confinement {
    /// The version of Landlock's rules that hold; 0 for none.
    pub landlock: u8,
    /// Whether seccomp holds.
    pub seccomp: bool,
}

impl Confinement {
    /// None at all.
    pub const NONE: Self = Self { landlock: 0, seccomp: false };

    /// Whether files, network and kernel are all out of reach.
    pub fn is_whole(self) -> bool {
        self.landlock > 0 && self.seccomp
    }
}

impl fmt::Display for Confinement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.landlock, self.seccomp) {
            (0, false) => f.write_str("neither Landlock nor seccomp"),
            (0, true) => f.write_str("seccomp, no Landlock"),
            (version, false) => write!(f, "Landlock {version}, no seccomp"),
            (version, true) => write!(f, "Landlock {version} and seccomp"),
        }
    }
}

/// Confines the calling thread, and every thread and process that it starts from now on, to `fence`.
///
/// Never fails: what the kernel does not offer is missing from the result, and the caller decides whether that is enough.
pub fn confine(fence: &Fence) -> Confinement {
    let landlock = restrict_files(fence).unwrap_or(0);
    // Last, because it forbids the calls that put up the other fence.
    let seccomp = calls::restrict(fence.programs.is_empty()).is_ok();
    Confinement { landlock, seccomp }
}

/// The same for a program of many parts, which may make any call that stays on this machine.
pub fn confine_converter(fence: &Fence) -> Confinement {
    let landlock = restrict_files(fence).unwrap_or(0);
    Confinement { landlock, seccomp: calls::keep_home().is_ok() }
}

/// Puts up Landlock's fence; returns the version of the rules that hold.
fn restrict_files(fence: &Fence) -> Result<u8, RulesetError> {
    let file: BitFlags<AccessFs> = AccessFs::ReadFile.into();
    let status = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(RULES))?
        .handle_access(AccessNet::from_all(RULES))?
        .scope(Scope::from_all(RULES))?
        .create()?
        .add_rules(path_beneath_rules(&fence.files, file))?
        .add_rules(path_beneath_rules(&fence.folders, file | AccessFs::ReadDir))?
        .add_rules(path_beneath_rules(&fence.programs, file | AccessFs::Execute))?
        .add_rules(path_beneath_rules(&fence.sinks, file | AccessFs::WriteFile))?
        .add_rules(path_beneath_rules(&fence.own, AccessFs::from_all(RULES) & !AccessFs::Execute))?
        .add_rules(path_beneath_rules(&fence.sockets, AccessFs::MakeSock))?
        .restrict_self()?;
    Ok(match (status.ruleset, status.landlock) {
        (RulesetStatus::NotEnforced, _) => 0,
        (_, LandlockStatus::Available { effective_abi, .. }) => u8::try_from(effective_abi as i32).unwrap_or(u8::MAX),
        _ => 0,
    })
}
