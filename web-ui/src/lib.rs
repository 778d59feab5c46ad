//! The desk: the pages, streams and JSON through which people use Kura.
//!
//! Every page is rendered here, on the server, and works without JavaScript; the scripts under `static/` only add to
//! it. The crate knows the ports of `appliance-core` and nothing of the engines behind them. It grants no permission
//! of its own: what a person may see and do comes with the session's `Viewer`, asked for anew with every request.

mod again_view;
mod answer_view;
mod arranged_view;
mod articles_view;
mod assets;
mod comparison_view;
mod dates;
mod desk;
mod display;
mod encodings;
mod failure;
mod feedback_view;
mod fields;
mod find_view;
mod follow_view;
mod following;
mod initials;
mod jump_view;
mod landing;
mod library_filter;
mod links;
mod messages;
mod opening;
mod outline;
mod page;
mod paging;
mod paper;
mod place_view;
mod places;
mod principals;
mod readings;
mod record_view;
mod rendering;
mod request;
mod routes;
mod scope_view;
mod security;
mod serve;
mod sheet_view;
mod signed_in;
mod site;
mod stable;
mod status;
mod text_layer;
mod told_view;
mod turn_view;
mod unpacking;
mod validity_view;
mod words;

pub use dates::Calendar;
pub use desk::{Desk, HttpSettings};
pub use readings::{NoReading, Readings};
pub use serve::{WebError, serve};
pub use site::Site;
pub use status::{
    ApplianceStatus, DiskStatus, DocumentCounts, IndexStatus, MemoryStatus, ModelRole, ModelStatus, SandboxStatus, StatusSource,
};
