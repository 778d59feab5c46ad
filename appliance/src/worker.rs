//! Workers: other people's files are opened in processes of their own, never in the server's.
//!
//! A worker is this very binary, called as `kura worker` with one [`Request`] on its standard input. Before it looks at
//! the file it bounds its own time, memory and output, gives up the network and every file but that one ([`confine`]), and
//! then answers in [`Frame`]s on its standard output. The supervisor feeds it, hears of its progress, ends it when it goes
//! past a limit or is no longer wanted, and puts its end into words. Nothing that it sends is believed: a document is built
//! from the frames only as far as every span and every place holds.
//!
//! [`WorkerParser`] and [`WorkerReader`] are the two ports that this module fills.

mod assembly;
mod calls;
mod confinement;
mod conversion;
mod ending;
mod frame;
mod limits;
mod parser;
mod reader;
mod request;
mod serving;
mod supervisor;
mod turns;
mod wire;

pub use confinement::{Confinement, Fence, confine};
pub use conversion::Converter;
pub use frame::{Frame, write_frame};
pub use limits::bound;
pub use parser::WorkerParser;
pub use reader::WorkerReader;
pub use request::{Request, Task};
pub use serving::main;
pub use supervisor::{Program, probe};

/// What a worker is called with. Not for people.
pub const SUBCOMMAND: &str = "worker";
