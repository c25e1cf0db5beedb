//! The console in a browser, and what a window at another Nexus talks to: the page, signing in, and one WebSocket for calls
//! and the feed. Not here: what can be asked, see [`crate::console`].

mod login;
mod page;
mod sessions;
mod socket;

pub(super) use login::{look, sign_in, sign_out};
pub(super) use page::{asset, index};
pub(super) use sessions::Sessions;
pub(super) use socket::socket;
