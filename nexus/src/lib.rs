//! The Nexus.
pub mod chart;
pub mod model;
pub mod state;
pub mod store;
pub mod config;
pub mod hub;
mod metrics;
pub mod secret;
