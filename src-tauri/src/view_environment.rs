//! How other Nexuses cross into the window.

use serde::{Deserialize, Serialize};
use specta::Type;

/// One that the window can look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentView {
    /// To switch to it; `here` is the one in this application.
    pub id: String,
    /// As the operator calls it.
    pub name: String,
    /// `host:port`; empty for the one in this application.
    pub address: String,
    /// Where it is.
    pub kind: EnvironmentKind,
    /// The windows look at it.
    pub current: bool,
    /// As far as is known.
    pub state: EnvironmentState,
}

/// Where a Nexus is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum EnvironmentKind {
    /// In this application.
    Here,
    /// On another machine.
    Remote,
}

/// Whether it can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum EnvironmentState {
    /// It is connected.
    Online,
    /// It was tried.
    Offline,
    /// Nobody has tried.
    Unknown,
}

/// What answers at an address, before anything is told to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ProbeView {
    /// `host:port`.
    pub address: String,
    /// To compare with what `nexus fingerprint` shows there.
    pub fingerprint: String,
    /// Its certificate is good by the rules of the web, so that nothing has to be compared.
    pub trusted: bool,
}
