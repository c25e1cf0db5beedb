//! The spore as a whole: real processes, real files, a real WebSocket server that plays the Nexus.
//!
//! Nothing here asserts how long something takes; [`nexus::PATIENCE`] only ends a test that hangs.

mod binary;
mod link;
mod nexus;
mod output;
mod resume;
mod run;
mod stop;
