//! Writes what nodes write: one node as if the command ran here, several line by line with their names before. Not here: where it
//! comes from.

use std::collections::{HashMap, HashSet};

use unicode_width::UnicodeWidthStr;

use crate::cli::Failure;
use crate::cli::answers::Output;
use crate::cli::clean::{self, Cleaner};
use crate::cli::screen::{Screen, Side};
use crate::cli::table::cut;

/// A line that does not end is broken here, bytes.
const LINE: usize = 64 << 10;
/// Widest name before a line, columns.
const NAME: usize = 24;
/// For names, by their letters.
const COLOURS: [&str; 6] = ["36", "33", "35", "32", "34", "31"];

/// How it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Look {
    /// As it comes: standard output to standard output, standard error to standard error.
    AsItComes,
    /// Whole lines, with the node's name before each.
    Named,
    /// Whole lines without names.
    Lines,
    /// Not at all.
    Silent,
}

/// What is shown of it.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::cli) struct Choice {
    /// Leave out standard error.
    pub(in crate::cli) no_stderr: bool,
    /// Leave out standard output.
    pub(in crate::cli) no_stdout: bool,
    /// Leave in what controls a terminal.
    pub(in crate::cli) raw: bool,
}

/// See the module.
pub(in crate::cli) struct Printer {
    screen: Screen,
    look: Look,
    choice: Choice,
    width: usize,
    pipes: HashMap<(String, bool), Pipe>,
    heard: HashSet<String>,
}

/// One of the two pipes of an execution.
#[derive(Default)]
struct Pipe {
    name: String,
    cleaner: Cleaner,
    line: Vec<u8>,
    after_return: bool,
}

impl Printer {
    /// Nothing was written yet. The names are those that may come.
    pub(in crate::cli) fn new<'a>(
        screen: Screen,
        look: Look,
        choice: Choice,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let widths = names.into_iter().map(|name| clean::line(name).width());
        Self {
            screen,
            look,
            choice,
            width: widths.max().unwrap_or(0).min(NAME),
            pipes: HashMap::new(),
            heard: HashSet::new(),
        }
    }

    /// Whether this execution wrote anything.
    pub(in crate::cli) fn has_heard(&self, execution: &str) -> bool {
        self.heard.contains(execution)
    }

    /// The next piece.
    pub(in crate::cli) fn write(&mut self, output: &Output) -> Result<(), Failure> {
        let bytes = output.bytes();
        let is_stderr = output.is_stderr();
        if !bytes.is_empty() && !self.heard.contains(&output.execution_id) {
            self.heard.insert(output.execution_id.clone());
        }
        let is_left_out = if is_stderr {
            self.choice.no_stderr
        } else {
            self.choice.no_stdout
        };
        if is_left_out || self.look == Look::Silent {
            return Ok(());
        }
        let key = (output.execution_id.clone(), is_stderr);
        let pipe = self.pipes.entry(key).or_insert_with(|| Pipe {
            name: output.node_name.clone(),
            ..Pipe::default()
        });
        let side = if is_stderr {
            self.screen.err
        } else {
            self.screen.out
        };
        let cleans = side.terminal && !self.choice.raw;
        let ready = match self.look {
            Look::AsItComes if cleans => pipe.cleaner.feed(&bytes).into_bytes(),
            Look::AsItComes => bytes,
            Look::Named | Look::Lines | Look::Silent => {
                let bytes = if cleans {
                    pipe.cleaner.feed(&bytes).into_bytes()
                } else {
                    bytes
                };
                let before = before(self.look, &pipe.name, self.width, side);
                pipe.lines(&bytes, &before)
            }
        };
        if ready.is_empty() {
            return Ok(());
        }
        self.screen.write(&ready, is_stderr)
    }

    /// It writes nothing more: what is left of its last line is written.
    pub(in crate::cli) fn end(&mut self, execution: &str) -> Result<(), Failure> {
        for is_stderr in [false, true] {
            let Some(pipe) = self.pipes.remove(&(execution.to_owned(), is_stderr)) else {
                continue;
            };
            if pipe.line.is_empty() {
                continue;
            }
            let side = if is_stderr {
                self.screen.err
            } else {
                self.screen.out
            };
            let mut last = before(self.look, &pipe.name, self.width, side).into_bytes();
            last.extend(pipe.line);
            last.push(b'\n');
            self.screen.write(&last, is_stderr)?;
        }
        Ok(())
    }

    /// The same for all that are left.
    pub(in crate::cli) fn end_all(&mut self) -> Result<(), Failure> {
        let executions: HashSet<_> = self.pipes.keys().map(|(id, _)| id.clone()).collect();
        executions.iter().try_for_each(|id| self.end(id))
    }
}

impl Pipe {
    /// All lines that are whole by now. A carriage return ends one too: nothing may write over the name before it.
    fn lines(&mut self, bytes: &[u8], before: &str) -> Vec<u8> {
        let mut ready = Vec::new();
        for byte in bytes {
            let follows_return = std::mem::take(&mut self.after_return);
            match byte {
                b'\n' if follows_return => {}
                b'\n' | b'\r' => {
                    self.after_return = *byte == b'\r';
                    self.break_line(before, &mut ready);
                }
                other => {
                    self.line.push(*other);
                    if self.line.len() >= LINE {
                        self.break_line(before, &mut ready);
                    }
                }
            }
        }
        ready
    }

    fn break_line(&mut self, before: &str, ready: &mut Vec<u8>) {
        ready.extend(before.as_bytes());
        ready.append(&mut self.line);
        ready.push(b'\n');
    }
}

/// What stands before each line of a node.
fn before(look: Look, name: &str, width: usize, side: Side) -> String {
    if look != Look::Named {
        return String::new();
    }
    let name = cut(&clean::line(name), NAME);
    let room = " ".repeat(width.saturating_sub(name.width()));
    if !side.colour {
        return format!("{name}{room} | ");
    }
    let sum = name.bytes().fold(0_usize, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(usize::from(byte))
    });
    let colour = COLOURS.get(sum % COLOURS.len()).copied().unwrap_or("36");
    format!("\u{1b}[{colour}m{name}{room} |\u{1b}[0m ")
}

#[cfg(test)]
mod tests;
