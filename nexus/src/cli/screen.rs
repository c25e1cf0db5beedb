//! Where the command line writes: standard output is for what was asked for, standard error for everything about it. Text of
//! nodes is cleaned before it reaches a terminal. Not here: what is written.

use std::io::{BufRead, IsTerminal, Write};

use serde_json::Value;
use tokio::sync::oneshot;
use unicode_width::UnicodeWidthStr;

use super::table::{Paint, Table};
use super::{Failure, clean};

/// Longest answer to a question, bytes.
const ANSWER: u64 = 1024;

/// See the module.
#[derive(Debug, Clone, Copy)]
pub(super) struct Screen {
    /// Standard output.
    pub(super) out: Side,
    /// Standard error.
    pub(super) err: Side,
    asks: bool,
    width: Option<usize>,
}

/// One of the two streams.
#[derive(Debug, Clone, Copy)]
pub(super) struct Side {
    /// A person reads it.
    pub(super) terminal: bool,
    /// It shows colours.
    pub(super) colour: bool,
}

impl Screen {
    /// As this process was started.
    pub(super) fn new() -> Self {
        let dull = std::env::var_os("NO_COLOR").is_some_and(|set| !set.is_empty())
            || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let side = |terminal| Side {
            terminal,
            colour: terminal && !dull,
        };
        let out = side(std::io::stdout().is_terminal());
        let told = std::env::var("COLUMNS").ok();
        let told = told.and_then(|columns| columns.trim().parse().ok());
        let seen = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        Self {
            out,
            err: side(std::io::stderr().is_terminal()),
            asks: std::io::stdin().is_terminal(),
            width: told
                .filter(|columns| *columns > 0)
                .or_else(|| out.terminal.then(seen).flatten()),
        }
    }

    /// A line on standard output.
    pub(super) fn say(&self, line: &str) -> Result<(), Failure> {
        self.print(&format!("{}\n", clean::line(line)))
    }

    /// A line on standard error. If nobody reads it, nothing is lost.
    pub(super) fn note(&self, line: &str) {
        drop(writeln!(std::io::stderr(), "{}", clean::line(line)));
    }

    /// A table on standard output.
    pub(super) fn table(&self, table: &Table) -> Result<(), Failure> {
        self.print(&table.draw(self.width, self.out.colour))
    }

    /// A table on standard error.
    pub(super) fn note_table(&self, table: &Table) {
        let drawn = table.draw(self.width, self.err.colour);
        drop(std::io::stderr().write_all(drawn.as_bytes()));
    }

    /// JSON for programs, in one line.
    pub(super) fn json(&self, value: &Value) -> Result<(), Failure> {
        self.print(&format!("{}\n", clean::json(&value.to_string())))
    }

    /// A text of several lines, e.g. what a node wrote; cleaned for terminals only.
    pub(super) fn text(&self, text: &str) -> Result<(), Failure> {
        let end = if text.is_empty() || text.ends_with('\n') {
            ""
        } else {
            "\n"
        };
        if self.out.terminal {
            self.print(&format!("{}{end}", clean::lines(text)))
        } else {
            self.print(&format!("{text}{end}"))
        }
    }

    /// A name and what belongs to it, under each other.
    pub(super) fn fact(&self, name: &str, what: &str) -> Result<(), Failure> {
        if what.is_empty() {
            return Ok(());
        }
        let room = " ".repeat(14_usize.saturating_sub(name.width()));
        let (before, after) = if self.out.colour {
            Paint::Faint.codes()
        } else {
            ("", "")
        };
        let what = clean::line(what);
        self.print(&format!("{before}{name}{after}{room}{what}\n"))
    }

    /// Bytes as they are, to standard output, at once.
    pub(super) fn print(&self, text: &str) -> Result<(), Failure> {
        self.write(text.as_bytes(), false)
    }

    /// Bytes as they are, to one of both, at once.
    pub(super) fn write(&self, bytes: &[u8], to_stderr: bool) -> Result<(), Failure> {
        let written = if to_stderr {
            std::io::stderr().write_all(bytes)
        } else {
            let mut out = std::io::stdout().lock();
            out.write_all(bytes).and_then(|()| out.flush())
        };
        written.map_err(|error| Failure::of_output(&error))
    }

    /// Whether somebody is there to answer a question.
    pub(super) fn asks(&self) -> bool {
        self.asks && self.err.terminal
    }

    /// Asks the person at the terminal; an empty answer when there is none. A thread of its own waits for it, so that
    /// Ctrl-C is heard meanwhile.
    pub(super) async fn ask(&self, question: &str) -> String {
        let mut err = std::io::stderr();
        drop(write!(err, "{} ", clean::line(question)).and_then(|()| err.flush()));
        let (answer, answered) = oneshot::channel();
        std::thread::spawn(move || {
            let mut line = String::new();
            let stdin = std::io::stdin().lock();
            drop(std::io::Read::take(stdin, ANSWER).read_line(&mut line));
            drop(answer.send(line.trim().to_owned()));
        });
        answered.await.unwrap_or_default()
    }
}
