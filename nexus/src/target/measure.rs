//! Facts that are numbers, and what they are compared with: `cpu_cores>=8`, `mem_free>4GiB`, `cpu<50%`, `version<0.2`.
//! Amounts are whole numbers of the smallest unit, so that what is written is read back as the same. Not here: facts that
//! are words, see [`super::Field`].

use std::cmp::Ordering;
use std::fmt::{self, Display, Formatter};

use super::matching::{Facts, Truth};

/// Bytes of a mebibyte.
const MIB: u64 = 1 << 20;
/// Parts of a whole that shares are counted in.
const WHOLE: u64 = 1_000_000;
/// Most digits behind a decimal point.
const DECIMALS: usize = 6;
/// Bits of one part of a version.
const PART: u32 = 21;
/// Units of sizes in bytes, the largest first: a size is written in the first one that fits.
const UNITS: [(&str, u64); 9] = [
    ("TiB", 1 << 40),
    ("TB", 1_000_000_000_000),
    ("GiB", 1 << 30),
    ("GB", 1_000_000_000),
    ("MiB", MIB),
    ("MB", 1_000_000),
    ("KiB", 1 << 10),
    ("KB", 1_000),
    ("B", 1),
];

/// A fact that is a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Logical cores.
    CpuCores,
    /// Memory of the machine, bytes.
    Memory,
    /// What of it is free by the last heartbeat, bytes.
    MemFree,
    /// Load of all cores by the last heartbeat, a share.
    Cpu,
    /// Used memory by the last heartbeat, a share.
    Mem,
    /// Executions on it, as the Nexus counts them.
    Tasks,
    /// Version of its spore, up to three numbers; what comes behind a `-` or `+` is left out.
    Version,
}

/// How a fact is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Relation {
    Less,
    AtMost,
    More,
    AtLeast,
    Equal,
    Unequal,
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// Of what.
    pub measure: Measure,
    /// How.
    pub relation: Relation,
    /// With what: a count, bytes, millionths of a whole, or a version's numbers in 21 bits each.
    pub amount: u64,
}

impl Measure {
    pub(super) const ALL: [(&'static str, Self); 7] = [
        ("cpu_cores", Self::CpuCores),
        ("memory", Self::Memory),
        ("mem_free", Self::MemFree),
        ("cpu", Self::Cpu),
        ("mem", Self::Mem),
        ("tasks", Self::Tasks),
        ("version", Self::Version),
    ];

    pub(super) fn from_word(word: &str) -> Option<Self> {
        let mut all = Self::ALL.iter();
        all.find(|(name, _)| *name == word).map(|(_, own)| *own)
    }

    /// As it is written.
    pub fn word(self) -> &'static str {
        let mut all = Self::ALL.iter();
        all.find(|(_, own)| *own == self)
            .map_or("tasks", |(name, _)| name)
    }

    /// Whether it changes from heartbeat to heartbeat.
    pub fn is_live(self) -> bool {
        match self {
            Self::MemFree | Self::Cpu | Self::Mem | Self::Tasks => true,
            Self::CpuCores | Self::Memory | Self::Version => false,
        }
    }

    /// What can stand behind the sign, for people.
    pub(super) fn example(self) -> &'static str {
        match self {
            Self::CpuCores | Self::Tasks => "a whole number such as 8",
            Self::Memory | Self::MemFree => {
                "a size such as 16GiB; units are B, KiB, MiB, GiB, TiB, KB, MB, GB and TB"
            }
            Self::Cpu | Self::Mem => "a share such as 50% or 0.5",
            Self::Version => "a version such as 0.2.1",
        }
    }

    /// The amount of this text, if it is one of this measure.
    pub(super) fn amount(self, text: &str) -> Option<u64> {
        match self {
            Self::CpuCores | Self::Tasks => scaled(text, 1),
            Self::Memory | Self::MemFree => size(text),
            Self::Cpu | Self::Mem => match text.strip_suffix('%') {
                Some(percent) => scaled(percent, WHOLE / 100),
                None => scaled(text, WHOLE),
            }
            .filter(|share| *share <= WHOLE),
            Self::Version => version(text),
        }
    }

    /// What a node has of it, if that is known.
    fn of(self, node: &Facts<'_>) -> Option<u64> {
        let (machine, live) = (node.machine, node.live);
        let memory = || {
            let mebibytes = machine.map(|known| known.memory_mb);
            mebibytes
                .filter(|size| *size > 0)
                .map(|size| u64::from(size) * MIB)
        };
        match self {
            Self::CpuCores => machine
                .map(|known| u64::from(known.cpu_cores))
                .filter(|cores| *cores > 0),
            Self::Memory => memory(),
            Self::MemFree => {
                let free = u128::from(WHOLE - share(live?.memory?));
                let free = u128::from(memory()?) * free / u128::from(WHOLE);
                u64::try_from(free).ok()
            }
            Self::Cpu => live.and_then(|now| now.cpu).map(share),
            Self::Mem => live.and_then(|now| now.memory).map(share),
            Self::Tasks => live.map(|now| u64::from(now.tasks)),
            Self::Version => machine.and_then(|known| {
                let numbers = known.spore_version.split(['-', '+']).next();
                numbers.and_then(version)
            }),
        }
    }
}

impl Bound {
    pub(super) fn holds(self, node: &Facts<'_>) -> Truth {
        let Some(has) = self.measure.of(node) else {
            return Truth::Unknown;
        };
        let order = has.cmp(&self.amount);
        Truth::from(match self.relation {
            Relation::Less => order == Ordering::Less,
            Relation::AtMost => order != Ordering::Greater,
            Relation::More => order == Ordering::Greater,
            Relation::AtLeast => order != Ordering::Less,
            Relation::Equal => order == Ordering::Equal,
            Relation::Unequal => order != Ordering::Equal,
        })
    }
}

impl Relation {
    /// Longer signs before those that they begin with.
    pub(super) const ALL: [(&'static str, Self); 6] = [
        ("<=", Self::AtMost),
        (">=", Self::AtLeast),
        ("!=", Self::Unequal),
        ("<", Self::Less),
        (">", Self::More),
        ("=", Self::Equal),
    ];

    fn sign(self) -> &'static str {
        let mut all = Self::ALL.iter();
        all.find(|(_, own)| *own == self)
            .map_or("=", |(sign, _)| sign)
    }
}

impl Display for Bound {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "{}{}", self.measure.word(), self.relation.sign())?;
        match self.measure {
            Measure::CpuCores | Measure::Tasks => write!(out, "{}", self.amount),
            Measure::Memory | Measure::MemFree if self.amount == 0 => out.write_str("0"),
            Measure::Memory | Measure::MemFree => {
                let fits = |(_, size): &&(&str, u64)| self.amount.is_multiple_of(*size);
                let (unit, size) = UNITS.iter().find(fits).unwrap_or(&("B", 1));
                write!(out, "{}{unit}", self.amount / size)
            }
            Measure::Cpu | Measure::Mem => {
                let (whole, rest) = (self.amount / (WHOLE / 100), self.amount % (WHOLE / 100));
                if rest == 0 {
                    return write!(out, "{whole}%");
                }
                let decimals = format!("{rest:04}");
                write!(out, "{whole}.{}%", decimals.trim_end_matches('0'))
            }
            Measure::Version => {
                let part = |place: u32| self.amount >> (PART * place) & ((1 << PART) - 1);
                write!(out, "{}.{}.{}", part(2), part(1), part(0))
            }
        }
    }
}

fn size(text: &str) -> Option<u64> {
    if text == "0" {
        return Some(0);
    }
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text.get(digits.len()..)?;
    let mut units = UNITS.iter();
    let (_, bytes) = units.find(|(name, _)| name.eq_ignore_ascii_case(unit))?;
    scaled(digits, *bytes)
}

/// `12`, `0.5`, `1.25` times a whole number; what is smaller than one of it is cut off.
fn scaled(text: &str, by: u64) -> Option<u64> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !plain(whole) || !plain(decimals) || decimals.len() > DECIMALS {
        return None;
    }
    if by == 1 && text.contains('.') {
        return None;
    }
    let ten = 10_u128.checked_pow(u32::try_from(decimals.len()).ok()?)?;
    let digits = whole.parse::<u64>().ok()?;
    let number = u128::from(digits) * ten + u128::from(decimals.parse::<u64>().ok()?);
    u64::try_from(number * u128::from(by) / ten).ok()
}

fn version(text: &str) -> Option<u64> {
    let mut packed = 0;
    let mut parts = text.split('.');
    for place in 0..3 {
        let part = match parts.next() {
            Some(part) if part.bytes().all(|b| b.is_ascii_digit()) => part.parse::<u64>().ok()?,
            None if place > 0 => 0,
            Some(_) | None => return None,
        };
        if part >> PART != 0 {
            return None;
        }
        packed = packed << PART | part;
    }
    parts.next().is_none().then_some(packed)
}

/// In millionths.
fn share(part: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "clamped to what fits"
    )]
    let millionths = (part.clamp(0.0, 1.0) * WHOLE as f64).round() as u64;
    millionths
}
