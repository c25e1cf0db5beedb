//! What a Nexus says of addresses. It has proved its key, and so must whoever answers there; yet it may be hostile, or wrong:
//! what is taken is bounded, and nothing of it leads back to this machine unless that Nexus is on it.
//!
//! They are kept in a file of their own: the file with the key is not written anew because instances come and go, and a
//! spore of before can read it. Not here: when they are asked for, see [`crate::driver`].

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::net::IpAddr;
use std::path::Path;

use protocol::{Address, PublicKey, limits};
use serde::{Deserialize, Serialize};

use crate::identity::private_file;

const KEPT: &str = "doors.json";
/// Longest file that is read.
const LONGEST: u64 = 64 * 1024;

#[derive(Serialize, Deserialize)]
struct File {
    /// Of the Nexus that told them: another one's are worth nothing here.
    nexus_key: PublicKey,
    learned: Vec<String>,
}

/// What a Nexus there told, as far as it can be believed; and how many entries cannot.
pub(crate) fn believed(told: &[String], nexus: IpAddr) -> (Vec<Address>, usize) {
    let mut believed = Vec::new();
    let mut odd = told.len().saturating_sub(limits::DOORS);
    for text in told.iter().take(limits::DOORS) {
        match read(text).filter(|address| may_be_told(&address.host, nexus)) {
            Some(address) if believed.contains(&address) => {}
            Some(address) => believed.push(address),
            None => odd += 1,
        }
    }
    (believed, odd)
}

/// `host:port`, exactly so: no scheme, for this is always over TLS.
fn read(text: &str) -> Option<Address> {
    if text.len() > limits::NAME {
        return None;
    }
    let address: Address = text.parse().ok()?;
    let exact = address.port != 0 && !address.plain && address.to_string() == text;
    let sound = !address.host.contains([':', '%']) || ip_of(&address.host).is_some();
    (exact && sound).then_some(address)
}

/// Without the zone of an IPv6 address.
fn ip_of(host: &str) -> Option<IpAddr> {
    let bare = host.split('%').next().unwrap_or(host);
    bare.parse::<IpAddr>().ok().map(|ip| ip.to_canonical())
}

fn may_be_told(host: &str, nexus: IpAddr) -> bool {
    let here = match ip_of(host) {
        Some(ip) if ip.is_unspecified() || ip.is_multicast() => return false,
        // For everybody on the wire; and where clouds tell machines their secrets.
        Some(IpAddr::V4(ip)) if ip.is_broadcast() || ip.is_link_local() => return false,
        Some(ip) => ip.is_loopback(),
        None => is_localhost(host),
    };
    !here || nexus.to_canonical().is_loopback()
}

fn is_localhost(host: &str) -> bool {
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

/// Whether a learned host may be dialed at this address that it was found to have: a name can lead to this machine too, and so
/// can `127.1`. An address, or `localhost`, was judged when it was told.
pub(crate) fn may_lead_to(host: &str, ip: IpAddr) -> bool {
    let ip = ip.to_canonical();
    let here = ip.is_loopback() || ip.is_unspecified();
    !here || ip_of(host).is_some() || is_localhost(host)
}

/// What was kept of this Nexus. It is advice: what cannot be read is as if there was none.
pub(crate) fn load(data_dir: &Path, nexus_key: &PublicKey) -> Vec<Address> {
    let path = data_dir.join(KEPT);
    let Ok(file) = fs::File::open(&path) else {
        return Vec::new();
    };
    let mut text = String::new();
    let whole = file.take(LONGEST).read_to_string(&mut text).is_ok();
    let file = serde_json::from_str::<File>(&text).ok();
    let Some(file) = file.filter(|_| whole) else {
        let path = path.display();
        tracing::warn!(
            "{path} is damaged; it is ignored, and written anew when the Nexus tells its addresses"
        );
        return Vec::new();
    };
    if file.nexus_key != *nexus_key {
        return Vec::new();
    }
    let kept = file.learned.iter().take(limits::DOORS);
    kept.filter_map(|text| read(text)).collect()
}

/// Keeps them, whole or not at all.
pub(crate) fn save(data_dir: &Path, nexus_key: PublicKey, learned: &[Address]) -> io::Result<()> {
    let file = File {
        nexus_key,
        learned: learned.iter().map(Address::to_string).collect(),
    };
    let text = serde_json::to_string_pretty(&file).map_err(io::Error::other)?;
    let draft = data_dir.join("doors.draft");
    let mut out = private_file(&draft, true)?;
    out.write_all(text.as_bytes())?;
    out.sync_all()?;
    fs::rename(&draft, data_dir.join(KEPT))
}
