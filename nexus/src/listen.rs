//! Connections before they are requests. Not here: what is asked through them.

mod peer;

pub(crate) use peer::Peer;
