//! Drives the real `kura` binary from outside: a temporary data folder, a free port, real models, a real browser.
//!
//! Nothing of Kura's insides is linked here; what these tests see is what a user or an operator sees.

pub mod appliance;
pub mod arrival;
pub mod browser;
pub mod devtools;
pub mod gates;
pub mod golden;
pub mod pdf;
pub mod snapshot;
pub mod tour;
pub mod workspace;

pub use appliance::{Appliance, Visitor};
