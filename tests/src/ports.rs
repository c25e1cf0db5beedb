//! Ports for programs that must be told one, and must get the same one again when they are killed and started. They lie below those
//! that systems give to connections by themselves, so that no connection of a test beside this one takes it in between.

use std::net::TcpListener;
use std::ops::Range;

/// Linux gives away 32768 and above, macOS and Windows 49152 and above.
const OURS: Range<u16> = 12_000..32_000;

/// A port of this machine that nobody uses now.
pub fn free_port() -> u16 {
    loop {
        let (_, number) = uuid::Uuid::new_v4().as_u64_pair();
        let spread = number % u64::from(OURS.end - OURS.start);
        let port = OURS.start + u16::try_from(spread).unwrap();
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
