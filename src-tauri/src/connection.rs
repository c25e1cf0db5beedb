//! The Nexus that the windows look at: the one in this process, or one elsewhere. The console does not know the difference.
//! Not here: which ones there are, see [`crate::environments`].

use nexus::console::remote::Remote;
use nexus::console::{Answer, BridgeError, Desk};
use serde_json::value::{RawValue, to_raw_value};

/// See the module. Cheap to clone.
#[derive(Clone)]
pub enum Connection {
    /// In this process.
    Here(Box<Desk>),
    /// Elsewhere.
    There(Remote),
}

impl Connection {
    /// Makes a call of the console.
    pub async fn call(&self, name: &str, arguments: &RawValue) -> Answer<Box<RawValue>> {
        match self {
            Self::Here(desk) => desk.call(name, arguments).await,
            Self::There(remote) => remote.call(name, arguments).await,
        }
    }

    /// The same with values.
    pub async fn ask<A, R>(&self, name: &str, arguments: &A) -> Answer<R>
    where
        A: serde::Serialize + Sync,
        R: serde::de::DeserializeOwned,
    {
        let odd = |error: serde_json::Error| BridgeError::new("host", error.to_string());
        let arguments = to_raw_value(arguments).map_err(odd)?;
        let answer = self.call(name, &arguments).await?;
        serde_json::from_str(answer.get()).map_err(odd)
    }
}
