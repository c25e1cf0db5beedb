//! How a command ends: the exit codes that scripts rely on, and what is said with them. Not here: what went wrong in detail.

/// The code that the shell sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exit(pub(crate) u8);

impl Exit {
    /// All is well.
    pub(crate) const OK: Self = Self(0);
    /// Something that was asked for failed.
    pub(crate) const FAILED: Self = Self(1);
    /// The command line makes no sense.
    pub(crate) const USAGE: Self = Self(2);
    /// No Nexus answers.
    pub(crate) const UNREACHABLE: Self = Self(3);
    /// The Nexus does not let it happen, or not yet.
    pub(crate) const REFUSED: Self = Self(4);
    /// Nobody can prove what became of something.
    pub(crate) const UNKNOWN: Self = Self(5);
    /// Ctrl-C.
    pub(crate) const INTERRUPTED: Self = Self(130);
    /// Whoever read our output has gone; the code that shells give such an end.
    pub(crate) const NO_READER: Self = Self(141);
}

/// What `nexus --help` says about exit codes.
pub(super) const CODES: &str = "\
Exit codes:
    0  done
    1  something failed, e.g. on a node
    2  the command line makes no sense
    3  no Nexus answers there
    4  refused: not allowed, stopped by STOP, or a second yes is needed
    5  unknown: nobody can prove what became of something
  130  interrupted by Ctrl-C
  141  whoever read the output has gone
`nexus run` on one node ends with the exit code of the command itself.";

/// Why a command does not end well.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// For the shell.
    pub(crate) exit: Exit,
    /// For people, one line each.
    pub(crate) said: Vec<String>,
}

/// How a command ended.
pub(crate) type Ended = Result<Exit, Failure>;

impl Failure {
    /// With one line.
    pub(crate) fn new(exit: Exit, line: impl Into<String>) -> Self {
        Self {
            exit,
            said: vec![line.into()],
        }
    }

    /// Something failed.
    pub(crate) fn failed(line: impl Into<String>) -> Self {
        Self::new(Exit::FAILED, line)
    }

    /// The command line makes no sense.
    pub(crate) fn usage(line: impl Into<String>) -> Self {
        Self::new(Exit::USAGE, line)
    }

    /// An error of our own output. That nobody reads any more is no reason to complain.
    pub(crate) fn of_output(error: &std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            return Self {
                exit: Exit::NO_READER,
                said: Vec::new(),
            };
        }
        Self::failed(format!("cannot write: {error}"))
    }
}

impl From<super::Problems> for Failure {
    fn from(said: super::Problems) -> Self {
        Self {
            exit: Exit::FAILED,
            said,
        }
    }
}
