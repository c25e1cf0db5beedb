//! What could stand at a place of an expression that somebody is writing: fields, tags, names and groups that there are.
//! Not here: whether the expression is right, see [`super::parse`].

use std::collections::HashMap;

use super::written::literal;
use super::{Facts, Feature, Field, Measure};

/// Most proposals of one answer.
const ITEMS: usize = 20;
/// Most values that are looked at, since everybody waits meanwhile; counts behind it are too low.
const LOOKED_AT: usize = 100_000;

/// Proposals for one place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Completion {
    /// They replace what stands from here to the place; in characters from 0.
    pub from: usize,
    /// The best first.
    pub items: Vec<Proposal>,
}

/// One proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// To be put there as it is.
    pub text: String,
    /// `field`, `group`, `tag`, `fact`, `name`, `word`, or the field whose value it is.
    pub what: &'static str,
    /// Nodes that have it; none for what is no property of nodes.
    pub count: Option<usize>,
}

/// What is being written.
enum Place<'a> {
    /// A saved group's name, behind the `@`.
    Group,
    /// A value of a field.
    Value(Field),
    /// What is behind `has:`.
    Feature,
    /// The value of a tag of this key.
    TagValue(&'a str),
    /// The beginning of a term.
    Term,
    /// A term stands there already.
    Joint,
    /// A number, or nothing that we know.
    Nothing,
}

/// Proposals for the place behind so many characters of a text. The nodes are those that exist for the asker.
pub fn complete<'a>(
    text: &str,
    at: usize,
    nodes: impl Iterator<Item = Facts<'a>>,
    groups: impl Iterator<Item = &'a str>,
) -> Completion {
    let end = text
        .char_indices()
        .nth(at)
        .map_or(text.len(), |(byte, _)| byte);
    let before = text.get(..end).unwrap_or_default();
    let start = word_start(before);
    let word = before.get(start..).unwrap_or_default();
    let (place, skipped) = place(before.get(..start).unwrap_or_default(), word);
    let from = start + skipped;
    let typed = word.get(skipped..).unwrap_or_default();
    let mut gathered = Gathered::new(&plain(typed));
    gathered.fill(&place, nodes, groups);
    Completion {
        from: before.get(..from).unwrap_or_default().chars().count(),
        items: gathered.best(),
    }
}

/// Where the word begins that the text ends in; a quoted text belongs to it.
fn word_start(text: &str) -> usize {
    let (mut start, mut quoted, mut escaped) = (0, false, false);
    for (at, c) in text.char_indices() {
        if quoted {
            quoted = escaped || c != '"';
            escaped = !escaped && c == '\\';
        } else if c == '"' {
            quoted = true;
        } else if c.is_whitespace() || "(),".contains(c) {
            start = at + c.len_utf8();
        }
    }
    start
}

/// What is written at the end of a word, and how much of the word stands before it.
fn place<'a>(before: &str, word: &'a str) -> (Place<'a>, usize) {
    let before = before.trim_end();
    let last = before.rsplit([' ', '(', ')', ',', '\t', '\n']).next();
    let opens = before.is_empty() || before.ends_with(['(', ',']);
    if before.ends_with(['=', '<', '>']) {
        return (Place::Nothing, 0);
    }
    if !opens && !matches!(last, Some("and" | "or" | "not")) {
        return (Place::Joint, 0);
    }
    if word.starts_with('@') {
        return (Place::Group, 1);
    }
    let Some(sign) = word.find([':', '=', '<', '>', '"']) else {
        return (Place::Term, 0);
    };
    let (key, rest) = word.split_at(sign);
    match rest.chars().next() {
        Some(':') if key == "has" => (Place::Feature, sign + 1),
        Some(':') => Field::from_word(key)
            .map_or((Place::Nothing, 0), |field| (Place::Value(field), sign + 1)),
        Some('=') => (Place::TagValue(key.trim_end_matches('!')), sign + 1),
        Some('"') if sign == 0 => (Place::Value(Field::Name), 0),
        Some(_) | None => (Place::Nothing, 0),
    }
}

/// Without the quotes of what is not finished yet.
fn plain(typed: &str) -> String {
    let Some(inner) = typed.strip_prefix('"') else {
        return typed.to_owned();
    };
    inner.replace("\\\"", "\"").replace("\\\\", "\\")
}

struct Gathered<'a> {
    /// In small letters.
    typed: String,
    counted: HashMap<(Kind, &'a str), usize>,
    others: Vec<Proposal>,
    looked_at: usize,
}

/// How a value of a node is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Plain(&'static str),
    Tag,
    Key,
}

impl<'a> Gathered<'a> {
    fn new(typed: &str) -> Self {
        Self {
            typed: typed.to_lowercase(),
            counted: HashMap::new(),
            others: Vec::new(),
            looked_at: 0,
        }
    }

    fn fill(
        &mut self,
        place: &Place<'_>,
        nodes: impl Iterator<Item = Facts<'a>>,
        groups: impl Iterator<Item = &'a str>,
    ) {
        match place {
            Place::Nothing => {}
            Place::Joint => self.words(&["and", "or"], "word"),
            Place::Group => groups.for_each(|name| self.propose(name.to_owned(), "group")),
            Place::Feature => self.words(&Feature::ALL.map(|(name, _)| name), "has"),
            Place::Value(field) => {
                for node in nodes {
                    field.each_value(&node, &mut |value| {
                        self.count(Kind::Plain(field.word()), value);
                    });
                }
            }
            Place::TagValue(key) => {
                for node in nodes {
                    let values = node
                        .tags
                        .iter()
                        .filter_map(|tag| tag.strip_prefix(*key)?.strip_prefix(['=', ':']));
                    values.for_each(|value| self.count(Kind::Plain("tag"), value));
                }
            }
            Place::Term => {
                for (field, _) in Field::ALL {
                    self.propose(format!("{field}:"), "field");
                }
                self.propose("has:".to_owned(), "field");
                self.words(&Measure::ALL.map(|(name, _)| name), "fact");
                self.words(&["not"], "word");
                groups.for_each(|name| self.propose_as(name, format!("@{name}"), "group"));
                for node in nodes {
                    self.count(Kind::Plain("name"), node.name);
                    for tag in node.tags {
                        self.count(Kind::Tag, tag);
                        if let Some((key, _)) = tag.split_once(['=', ':']) {
                            self.count(Kind::Key, key);
                        }
                    }
                }
            }
        }
    }

    fn begins(&self, text: &str) -> bool {
        let mut own = text.chars().flat_map(char::to_lowercase);
        self.typed.chars().all(|typed| own.next() == Some(typed))
    }

    fn words(&mut self, words: &[&str], what: &'static str) {
        for word in words {
            self.propose((*word).to_owned(), what);
        }
    }

    fn propose(&mut self, text: String, what: &'static str) {
        self.propose_as(&text.clone(), text, what);
    }

    fn propose_as(&mut self, begins: &str, text: String, what: &'static str) {
        if self.begins(begins) {
            let count = None;
            self.others.push(Proposal { text, what, count });
        }
    }

    fn count(&mut self, kind: Kind, value: &'a str) {
        self.looked_at += 1;
        if self.looked_at <= LOOKED_AT && !value.is_empty() && self.begins(value) {
            *self.counted.entry((kind, value)).or_insert(0) += 1;
        }
    }

    fn best(self) -> Vec<Proposal> {
        let written = |((kind, value), count): (&(Kind, &str), &usize)| {
            let (text, what) = match kind {
                Kind::Plain(what) => (literal(value), *what),
                Kind::Tag => (format!("tag:{}", literal(value)), "tag"),
                Kind::Key => (format!("{value}="), "tag"),
            };
            Proposal {
                text,
                what,
                count: Some(*count),
            }
        };
        // What is asked for most is a property of nodes; with nothing typed the fields say what there is.
        let unsure = self.typed.is_empty();
        let rank = |one: &Proposal| match one.count {
            None if unsure && one.what == "field" => (0, 0),
            Some(count) => (1, usize::MAX - count),
            None => (2, 0),
        };
        let mut all: Vec<_> = self.counted.iter().map(written).collect();
        all.extend(self.others);
        let order = |a: &Proposal, b: &Proposal| (rank(a), &a.text).cmp(&(rank(b), &b.text));
        if all.len() > ITEMS {
            all.select_nth_unstable_by(ITEMS, order);
            all.truncate(ITEMS);
        }
        all.sort_unstable_by(order);
        all
    }
}

impl Field {
    fn each_value<'a>(self, node: &Facts<'a>, see: &mut dyn FnMut(&'a str)) {
        let machine = node.machine;
        match self {
            Self::Name => see(node.name),
            Self::Id => see(node.id),
            Self::Tag => node.tags.iter().for_each(|tag| see(tag)),
            Self::Group => see(node.group),
            Self::Skill => node.skills.iter().for_each(|skill| see(skill)),
            Self::Platform => see(node.platform),
            Self::State => see(node.phase.word()),
            Self::Os => see(machine.map_or("", |known| &known.os)),
            Self::Arch => see(machine.map_or("", |known| &known.arch)),
            Self::Hostname => see(machine.map_or("", |known| &known.hostname)),
            Self::Version => see(machine.map_or("", |known| &known.spore_version)),
        }
    }
}
