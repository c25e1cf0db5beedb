//! Up to 256 readings as one blob: a column for each part of them, each as runs or as it is, whichever is shorter. Most
//! columns of a healthy fleet are one run, so a reading takes two to three bytes. Damage is found, not believed.
//! Not here: which nodes they are of; the place in the blob is the ordinal.

use super::{Reading, Stood};

/// Readings of one blob.
pub(crate) const BLOCK: usize = 256;

/// The first byte; another way of packing gets another one.
const COLUMNS: u8 = 1;
const AS_IT_IS: u8 = 0;
const RUNS: u8 = 1;

/// The blob; none when none of these nodes was there. At most [`BLOCK`] readings.
pub(crate) fn pack(readings: &[Reading]) -> Option<Vec<u8>> {
    let readings = readings.get(..BLOCK).unwrap_or(readings);
    if readings.iter().all(|one| one.stood == Stood::Absent) {
        return None;
    }
    let last = u8::try_from(readings.len().checked_sub(1)?).ok()?;
    let mut blob = Vec::with_capacity(3 * BLOCK);
    blob.extend([COLUMNS, last]);
    let parts: [fn(&Reading) -> u8; 5] = [
        |one| one.stood as u8,
        |one| one.cpu,
        |one| one.memory,
        |one| one.tasks.to_le_bytes()[0],
        |one| one.tasks.to_le_bytes()[1],
    ];
    let mut column = Vec::with_capacity(BLOCK);
    for part in parts {
        column.clear();
        column.extend(readings.iter().map(part));
        put_column(&mut blob, &column);
    }
    Some(blob)
}

/// The readings of a blob; none when it is damaged.
pub(crate) fn unpack(blob: &[u8]) -> Option<Vec<Reading>> {
    let (&[COLUMNS, last], mut rest) = blob.split_first_chunk::<2>()? else {
        return None;
    };
    let count = usize::from(last) + 1;
    let mut readings = vec![Reading::default(); count];
    let parts: [fn(&mut Reading, u8); 5] = [
        |one, byte| one.stood = Stood::from_byte(byte),
        |one, byte| one.cpu = byte,
        |one, byte| one.memory = byte,
        |one, byte| one.tasks = u16::from(byte),
        |one, byte| one.tasks |= u16::from(byte) << 8,
    ];
    for part in parts {
        let column;
        (column, rest) = take_column(rest, count)?;
        for (one, byte) in readings.iter_mut().zip(column) {
            part(one, byte);
        }
    }
    rest.is_empty().then_some(readings)
}

/// One reading of a blob, without unpacking the others; none when the blob is damaged or has no such place.
pub(crate) fn pick(blob: &[u8], place: usize) -> Option<Reading> {
    let (&[COLUMNS, last], mut rest) = blob.split_first_chunk::<2>()? else {
        return None;
    };
    let count = usize::from(last) + 1;
    let mut parts = [0_u8; 5];
    for part in &mut parts {
        (*part, rest) = pick_column(rest, count, place)?;
    }
    let [stood, cpu, memory, low, high] = parts;
    Some(Reading {
        stood: Stood::from_byte(stood),
        cpu,
        memory,
        tasks: u16::from_le_bytes([low, high]),
    })
}

/// One byte of a column, and what comes behind the column.
fn pick_column(bytes: &[u8], count: usize, place: usize) -> Option<(u8, &[u8])> {
    let (&kind, mut rest) = bytes.split_first()?;
    if kind == AS_IT_IS {
        let (column, rest) = rest.split_at_checked(count)?;
        return Some((*column.get(place)?, rest));
    }
    let (mut found, mut at) = (None, 0);
    while kind == RUNS && at < count {
        let (&[more, byte], behind) = rest.split_first_chunk::<2>()?;
        let end = at + usize::from(more) + 1;
        if (at..end).contains(&place) {
            found = Some(byte);
        }
        (at, rest) = (end, behind);
    }
    if at == count {
        Some((found?, rest))
    } else {
        None
    }
}

fn put_column(blob: &mut Vec<u8>, column: &[u8]) {
    let runs = column.chunk_by(|a, b| a == b);
    if runs.clone().count() * 2 >= column.len() {
        blob.push(AS_IT_IS);
        blob.extend_from_slice(column);
        return;
    }
    blob.push(RUNS);
    for run in runs {
        let more = u8::try_from(run.len() - 1).unwrap_or(u8::MAX);
        blob.extend([more, run.first().copied().unwrap_or_default()]);
    }
}

/// A column of so many bytes, and what comes behind it.
fn take_column(bytes: &[u8], count: usize) -> Option<(Vec<u8>, &[u8])> {
    let (&kind, mut rest) = bytes.split_first()?;
    match kind {
        AS_IT_IS => {
            let (column, rest) = rest.split_at_checked(count)?;
            Some((column.to_vec(), rest))
        }
        RUNS => {
            let mut column = Vec::with_capacity(count);
            while column.len() < count {
                let (&[more, byte], behind) = rest.split_first_chunk::<2>()?;
                column.resize(column.len() + usize::from(more) + 1, byte);
                rest = behind;
            }
            (column.len() == count).then_some((column, rest))
        }
        _ => None,
    }
}
