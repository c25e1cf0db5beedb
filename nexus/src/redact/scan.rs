//! Where secrets stand in a text. One automaton finds words that may lead to one; what follows each is then looked at, and
//! never twice. Not here: replacing them.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

type Range = (usize, usize);

/// What a word leads to.
#[derive(Clone, Copy)]
enum Lead {
    /// A token that begins so: at least so many of these characters follow.
    Token(usize, fn(u8) -> bool),
    /// `AKIA` and sixteen capitals or digits.
    AwsKey,
    /// Three parts with dots between them.
    Jwt,
    /// `Bearer …`
    Bearer,
    /// `scheme://user:password@`
    Url,
    /// A private key in PEM.
    Pem,
    /// `--password x`, `token=x`, `"secret": "x"`
    Name,
    /// The same, up to the end of the line or of the quotes.
    Header,
}

const LEADS: &[(&str, Lead)] = &[
    ("nxs_", Lead::Token(16, |byte| byte.is_ascii_hexdigit())),
    ("nxj_", Lead::Token(16, word)),
    ("ghp_", Lead::Token(20, word)),
    ("gho_", Lead::Token(20, word)),
    ("ghu_", Lead::Token(20, word)),
    ("ghs_", Lead::Token(20, word)),
    ("ghr_", Lead::Token(20, word)),
    ("github_pat_", Lead::Token(20, word)),
    ("glpat-", Lead::Token(20, word)),
    ("xoxa-", Lead::Token(10, word)),
    ("xoxb-", Lead::Token(10, word)),
    ("xoxp-", Lead::Token(10, word)),
    ("xoxr-", Lead::Token(10, word)),
    ("xoxs-", Lead::Token(10, word)),
    ("sk_live_", Lead::Token(16, word)),
    ("rk_live_", Lead::Token(16, word)),
    ("AIza", Lead::Token(35, word)),
    ("AKIA", Lead::AwsKey),
    ("ASIA", Lead::AwsKey),
    ("eyJ", Lead::Jwt),
    ("bearer", Lead::Bearer),
    ("://", Lead::Url),
    ("-----BEGIN ", Lead::Pem),
    ("password", Lead::Name),
    ("passwd", Lead::Name),
    ("passphrase", Lead::Name),
    ("pwd", Lead::Name),
    ("secret", Lead::Name),
    ("token", Lead::Name),
    ("apikey", Lead::Name),
    ("api_key", Lead::Name),
    ("api-key", Lead::Name),
    ("credential", Lead::Name),
    ("credentials", Lead::Name),
    ("private_key", Lead::Name),
    ("private-key", Lead::Name),
    ("privatekey", Lead::Name),
    ("secret_key", Lead::Name),
    ("secret-key", Lead::Name),
    ("secretkey", Lead::Name),
    ("access_key", Lead::Name),
    ("access-key", Lead::Name),
    ("accesskey", Lead::Name),
    ("authorization", Lead::Header),
    ("cookie", Lead::Header),
];

/// Words of parameters' names that the leads above do not find.
const MORE: &[&str] = &["pass", "key", "auth", "pin"];

static WORDS: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| automaton(LEADS.iter().map(|(word, _)| *word)));
static HINTS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let words = LEADS.iter().map(|(word, _)| *word);
    automaton(words.chain(MORE.iter().copied()))
});

fn automaton<'a>(words: impl Iterator<Item = &'a str>) -> Option<AhoCorasick> {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(words)
        .ok()
}

/// Whether it is worth a closer look. Quick.
pub(super) fn may_hold_secrets(text: &[u8]) -> bool {
    HINTS.as_ref().is_none_or(|hints| hints.is_match(text))
}

/// The secrets in a text, in order and apart.
pub(super) fn secrets(text: &[u8]) -> Vec<Range> {
    // The words are constants; that they make an automaton is tested.
    let Some(words) = WORDS.as_ref() else {
        return vec![(0, text.len())];
    };
    let mut scan = Scan {
        text,
        run: (0, 0),
        dots: None,
    };
    let mut found: Vec<Range> = Vec::new();
    for hit in words.find_overlapping_iter(text) {
        let done = found.last().map_or(0, |last| last.1);
        let Some((_, lead)) = LEADS.get(hit.pattern().as_usize()) else {
            continue;
        };
        if hit.start() < done {
            continue;
        }
        if let Some((from, to)) = scan.after(*lead, hit.start(), hit.end())
            && to > from
        {
            found.push((from.max(done), to));
        }
    }
    found
}

fn word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

fn token(byte: u8) -> bool {
    word(byte) || b".~+/=".contains(&byte)
}

fn quote(byte: u8) -> bool {
    byte == b'"' || byte == b'\'' || byte == b'`'
}

struct Scan<'a> {
    text: &'a [u8],
    /// The last run of token characters that was walked through, so that none is walked twice.
    run: Range,
    /// From where on, and up to which dot, these are the next two dots of the run; none if there are not so many.
    dots: Option<(Range, Option<Range>)>,
}

impl Scan<'_> {
    fn after(&mut self, lead: Lead, start: usize, end: usize) -> Option<Range> {
        match lead {
            Lead::Token(least, of) => {
                if !self.begins(start) {
                    return None;
                }
                let to = self.while_in_run(end, of);
                (to - end >= least).then_some((start, to))
            }
            Lead::AwsKey => {
                let of = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
                let to = end + 16;
                let key = self.text.get(start..to)?;
                let over = self.at(to).is_none_or(|next| !word(next));
                (self.begins(start) && over && key.iter().all(|byte| of(*byte)))
                    .then_some((start, to))
            }
            Lead::Jwt => {
                let exact = self.text.get(start..end) == Some(b"eyJ");
                let (first, second) = if exact && self.begins(start) {
                    self.dots(start)?
                } else {
                    return None;
                };
                (first - start > 10 && second - first > 4).then(|| (start, self.run_end(start)))
            }
            Lead::Bearer => {
                let from = self.while_true(end, |byte| byte == b' ' || byte == b'\t');
                let to = self.run_end(from);
                (self.begins(start) && from > end && to - from >= 8).then_some((from, to))
            }
            Lead::Url => self.url(end),
            Lead::Pem => self.pem(start, end),
            Lead::Name => self.named(start, end, false),
            Lead::Header => self.named(start, end, true),
        }
    }

    /// Between the first colon and the last `@` of what follows `://`.
    fn url(&self, end: usize) -> Option<Range> {
        let over = |byte: u8| byte.is_ascii_whitespace() || quote(byte) || b"/<>?#".contains(&byte);
        let to = self.while_true(end, |byte| !over(byte));
        let authority = self.text.get(end..to)?;
        let at = authority.iter().rposition(|byte| *byte == b'@')?;
        let colon = authority.get(..at)?.iter().position(|byte| *byte == b':')?;
        Some((end + colon + 1, end + at))
    }

    fn pem(&self, start: usize, end: usize) -> Option<Range> {
        let label_end = self.while_true(end, |byte| {
            byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b' '
        });
        let label = self.text.get(end..label_end)?;
        let private = label.windows(11).any(|part| part == b"PRIVATE KEY");
        if !private || !self.text.get(label_end..)?.starts_with(b"-----") {
            return None;
        }
        let body = self.text.get(label_end + 5..)?;
        let Some(over) = body.windows(9).position(|part| part == b"-----END ") else {
            // The end is in a later piece, or nowhere.
            return Some((start, self.text.len()));
        };
        let over = label_end + 5 + over + 9;
        let dashes = self.while_true(over, |byte| byte != b'-' && byte != b'\n');
        Some((start, self.while_true(dashes, |byte| byte == b'-')))
    }

    /// The value of a name that ends here.
    fn named(&self, start: usize, end: usize, line: bool) -> Option<Range> {
        let name = self.text.get(start.saturating_sub(64)..start)?;
        let before = name.iter().rev().take_while(|byte| word(**byte)).count();
        let flag = name.get(name.len() - before..)?.starts_with(b"--");
        let mut at = end;
        if self.at(at) == Some(b'\\') {
            at += 1;
        }
        if self.at(at).is_some_and(quote) {
            at += 1;
        }
        let spaces = self.while_true(at, |byte| byte == b' ' || byte == b'\t');
        let assigned = spaces - at <= 4 && matches!(self.at(spaces), Some(b'=' | b':'));
        let separate = flag && spaces > at && at == end;
        if !assigned && !separate {
            return None;
        }
        let from = if assigned {
            self.while_true(spaces + 1, |byte| byte == b' ' || byte == b'\t')
        } else if self.at(spaces) == Some(b'-') {
            // Another option: this one has no value.
            return None;
        } else {
            spaces
        };
        let value = self.value(from, line, flag);
        let rest = self.text.get(value.0..).unwrap_or_default();
        // What was taken out already stays as it is.
        (!rest.starts_with(super::REDACTED.as_bytes())).then_some(value)
    }

    fn value(&self, from: usize, line: bool, flag: bool) -> Range {
        let escaped = usize::from(self.at(from) == Some(b'\\'));
        match self.at(from + escaped) {
            Some(open) if quote(open) => {
                let from = from + escaped + 1;
                (from, self.closing(from, open, escaped == 1))
            }
            _ if line => {
                let over = |byte: u8| byte == b'\n' || byte == b'\r' || quote(byte);
                (from, self.while_true(from, |byte| !over(byte)))
            }
            _ => {
                let over = |byte: u8| {
                    byte.is_ascii_whitespace()
                        || quote(byte)
                        || b"&;|)".contains(&byte)
                        || (!flag && b",}]".contains(&byte))
                };
                (from, self.while_true(from, |byte| !over(byte)))
            }
        }
    }

    /// The quote that ends a value, or the end of the text.
    fn closing(&self, from: usize, open: u8, escaped: bool) -> usize {
        let mut at = from;
        while let Some(byte) = self.at(at) {
            match byte {
                b'\\' if escaped && self.at(at + 1) == Some(open) => return at,
                b'\\' if open == b'"' => at += 2,
                _ if byte == open => return at,
                _ => at += 1,
            }
        }
        self.text.len()
    }

    /// Nothing that belongs to the same word stands before.
    fn begins(&self, start: usize) -> bool {
        let before = start.checked_sub(1).and_then(|at| self.at(at));
        before.is_none_or(|byte| !byte.is_ascii_alphanumeric() && byte != b'_')
    }

    fn at(&self, at: usize) -> Option<u8> {
        self.text.get(at).copied()
    }

    fn while_true(&self, from: usize, of: impl Fn(u8) -> bool) -> usize {
        let rest = self.text.get(from..).unwrap_or_default();
        from + rest.iter().take_while(|byte| of(**byte)).count()
    }

    fn while_in_run(&mut self, from: usize, of: fn(u8) -> bool) -> usize {
        let run = self.run_end(from);
        let rest = self.text.get(from..run).unwrap_or_default();
        from + rest.iter().take_while(|byte| of(**byte)).count()
    }

    /// The next two dots of the run of token characters.
    fn dots(&mut self, start: usize) -> Option<Range> {
        if let Some(((from, to), dots)) = self.dots
            && (from..to).contains(&start)
        {
            return dots;
        }
        let run = self.run_end(start);
        let part = self.text.get(start..run).unwrap_or_default();
        let mut at = part.iter().enumerate().filter(|(_, byte)| **byte == b'.');
        let found = match (at.next(), at.next()) {
            (Some((first, _)), Some((second, _))) => Some((start + first, start + second)),
            _ => None,
        };
        let until = found.map_or(run, |(first, _)| first);
        self.dots = Some(((start, until), found));
        found
    }

    fn run_end(&mut self, from: usize) -> usize {
        if from < self.run.0 || from >= self.run.1 {
            self.run = (from, self.while_true(from, token));
        }
        self.run.1
    }
}
