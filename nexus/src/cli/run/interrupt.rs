//! Ctrl-C, from the moment on when it no longer just ends this program. Not here: what it leads to.

use crate::cli::Failure;

/// See the module.
pub(in crate::cli) struct Interrupts {
    #[cfg(unix)]
    signal: tokio::signal::unix::Signal,
    #[cfg(windows)]
    signal: tokio::signal::windows::CtrlC,
}

impl Interrupts {
    /// From now on they are heard here, and kept until somebody asks.
    pub(in crate::cli) fn listen() -> Result<Self, Failure> {
        #[cfg(unix)]
        let signal = {
            use tokio::signal::unix::{SignalKind, signal};
            signal(SignalKind::interrupt())
        };
        #[cfg(windows)]
        let signal = tokio::signal::windows::ctrl_c();
        match signal {
            Ok(signal) => Ok(Self { signal }),
            Err(error) => Err(Failure::failed(format!("Ctrl-C cannot be caught: {error}"))),
        }
    }

    /// The next one. May be given up and asked again.
    pub(in crate::cli) async fn next(&mut self) {
        // None would mean that no more can come; then none ever does.
        if self.signal.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    }
}
