//! `nexus fingerprint`: by what the command line of another machine knows this Nexus. Not here: the fingerprint of its identity,
//! which join codes hold and spores check.

use nexus::tls::client::{fingerprint_of_file, written};

use super::settings::Settings;
use super::{Ended, Exit, Failure};

/// The fingerprint of the key that its TLS certificate has.
pub(super) fn show(settings: &Settings) -> Ended {
    let config = settings.local()?;
    let own = config.data_dir.join("tls.pem");
    let shown = config.tls.as_ref().map_or(&own, |(chain, _)| chain);
    let key = fingerprint_of_file(shown).map_err(|error| Failure::failed(error.to_string()))?;
    settings.screen().say(&written(&key))?;
    Ok(Exit::OK)
}
