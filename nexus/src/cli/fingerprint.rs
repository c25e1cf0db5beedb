//! `nexus fingerprint`: by what the command line of another machine knows this Nexus. Not here: the fingerprint of its identity,
//! which join codes hold and spores check.

use super::client::shown_by_file;
use super::settings::Settings;
use super::{Ended, Exit};

/// The fingerprint of the key that its TLS certificate has.
pub(super) fn show(settings: &Settings) -> Ended {
    let config = settings.local()?;
    let own = config.data_dir.join("tls.pem");
    let shown = config.tls.as_ref().map_or(&own, |(chain, _)| chain);
    settings.screen().say(&shown_by_file(shown)?)?;
    Ok(Exit::OK)
}
