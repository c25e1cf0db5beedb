//! Tables for people: columns under their heads, as wide as the terminal allows. Not here: what stands in them.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::clean;

/// Between two columns.
const GAP: usize = 2;
/// No column is made narrower than this.
const NARROW: usize = 8;

/// What a word means, for terminals that have colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Paint {
    #[default]
    None,
    Good,
    Bad,
    Busy,
    Faint,
}

/// One field. Its text is cleaned when it is made, so none can drive the terminal.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    text: String,
    paint: Paint,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Table {
    head: Vec<&'static str>,
    rows: Vec<Vec<Cell>>,
}

impl Paint {
    /// What is written round a word.
    pub(super) fn codes(self) -> (&'static str, &'static str) {
        match self {
            Self::None => ("", ""),
            Self::Good => ("\u{1b}[32m", "\u{1b}[0m"),
            Self::Bad => ("\u{1b}[31m", "\u{1b}[0m"),
            Self::Busy => ("\u{1b}[33m", "\u{1b}[0m"),
            Self::Faint => ("\u{1b}[2m", "\u{1b}[0m"),
        }
    }

    /// For the states of nodes, jobs and targets.
    pub(super) fn of(state: &str) -> Self {
        match state {
            "online" | "succeeded" => Self::Good,
            "failed" | "timed_out" | "unknown" | "refused" | "offline" | "expired" => Self::Bad,
            "running" | "stopping" | "suspect" | "paused" | "dispatched" => Self::Busy,
            "queued" | "waiting" | "cancelled" | "skipped" => Self::Faint,
            _ => Self::None,
        }
    }
}

impl Cell {
    /// Any text.
    pub(super) fn new(text: impl AsRef<str>) -> Self {
        Self {
            text: clean::line(text.as_ref()),
            paint: Paint::None,
        }
    }

    /// The word for a state.
    pub(super) fn state(word: &str) -> Self {
        Self {
            paint: Paint::of(word),
            ..Self::new(word)
        }
    }
}

impl<T: AsRef<str>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::new(text)
    }
}

impl Table {
    /// With these heads and nothing below.
    pub(super) fn new(head: &[&'static str]) -> Self {
        Self {
            head: head.to_vec(),
            rows: Vec::new(),
        }
    }

    /// One more line. What is missing is empty, what is too much is left out.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        let mut row: Vec<_> = cells.into_iter().take(self.head.len()).collect();
        row.resize_with(self.head.len(), || Cell::new(""));
        self.rows.push(row);
    }

    /// All lines, each with its end; none is wider than this, unless even narrow columns are.
    pub(super) fn draw(&self, width: Option<usize>, colour: bool) -> String {
        let widths = self.widths(width);
        let mut drawn = String::new();
        let head: Vec<_> = self.head.iter().map(Cell::new).collect();
        for (at, row) in std::iter::once(&head).chain(&self.rows).enumerate() {
            let mut line = String::new();
            let mut missing = 0;
            for (cell, width) in row.iter().zip(&widths) {
                let text = cut(&cell.text, *width);
                line.push_str(&" ".repeat(missing));
                missing = width.saturating_sub(text.width()) + GAP;
                let paint = if at == 0 { Paint::Faint } else { cell.paint };
                let (before, after) = if colour { paint.codes() } else { ("", "") };
                line.push_str(&format!("{before}{text}{after}"));
            }
            drawn.push_str(line.trim_end());
            drawn.push('\n');
        }
        drawn
    }

    fn widths(&self, most: Option<usize>) -> Vec<usize> {
        let mut widths: Vec<_> = self.head.iter().map(|head| head.width()).collect();
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.text.width());
            }
        }
        let gaps = GAP * widths.len().saturating_sub(1);
        let room = most.map_or(usize::MAX, |most| most.saturating_sub(gaps));
        let mut over = widths.iter().sum::<usize>().saturating_sub(room);
        // Always the widest one gives way, until all are alike.
        while over > 0 {
            let second = second_widest(&widths).max(NARROW);
            let Some(widest) = widths.iter_mut().max() else {
                break;
            };
            if *widest <= NARROW {
                break;
            }
            let step = widest.saturating_sub(second).clamp(1, over);
            *widest -= step;
            over -= step;
        }
        widths
    }
}

fn second_widest(widths: &[usize]) -> usize {
    let mut sorted = widths.to_vec();
    sorted.sort_unstable();
    sorted.iter().rev().nth(1).copied().unwrap_or(0)
}

/// As much of a text as fits into so many columns; what is cut off is told by an ellipsis.
pub(super) fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = 1;
    for character in text.chars() {
        used += character.width().unwrap_or(0);
        if used > width {
            break;
        }
        kept.push(character);
    }
    kept.push('…');
    kept
}

#[cfg(test)]
mod tests;
