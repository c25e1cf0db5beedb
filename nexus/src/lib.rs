//! The Nexus.
