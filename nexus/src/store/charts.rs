//! Rows of charts: which there are, and who has which place. Not here: where a place is, which follows from their order.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use super::rows::json;
use crate::chart::{ChartInfo, Seat};

/// A chart as kept.
#[derive(Debug, Clone)]
pub struct ChartRow {
    /// Which.
    pub info: ChartInfo,
    /// Groups whose sizes were known when it was made.
    pub expected: Vec<(String, u32)>,
    /// In order.
    pub seats: Vec<Seat>,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    info: ChartInfo,
    expected: Vec<(String, u32)>,
}

/// With all of its seats. The one before it stays, older ones do not.
pub(super) fn put(connection: &Connection, chart: &ChartRow) -> rusqlite::Result<()> {
    let number = signed(chart.info.number);
    connection.execute(
        "DELETE FROM seats WHERE chart < ?1 - 1 OR chart >= ?1",
        [number],
    )?;
    connection.execute(
        "DELETE FROM charts WHERE number < ?1 - 1 OR number >= ?1",
        [number],
    )?;
    let kept = Kept {
        info: chart.info.clone(),
        expected: chart.expected.clone(),
    };
    connection
        .prepare_cached("INSERT INTO charts VALUES (?1, ?2)")?
        .execute(params![number, json(&kept)])?;
    for (number, seat) in (0..).zip(&chart.seats) {
        put_seat(connection, chart.info.number, number, seat)?;
    }
    Ok(())
}

pub(super) fn put_seat(
    connection: &Connection,
    chart: u64,
    number: u32,
    seat: &Seat,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO seats VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![signed(chart), number, seat.key, seat.holder])
        .map(drop)
}

pub(super) fn forget(connection: &Connection, number: u64) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM seats WHERE chart = ?1", [signed(number)])?;
    connection
        .execute("DELETE FROM charts WHERE number = ?1", [signed(number)])
        .map(drop)
}

/// The one in use last. One that cannot be read any more is left out; its nodes are then given places anew.
pub(super) fn charts(connection: &Connection) -> rusqlite::Result<Vec<ChartRow>> {
    let mut query = connection.prepare("SELECT number, chart FROM charts ORDER BY number")?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let rows: Vec<(i64, String)> = rows.collect::<Result<_, _>>()?;
    let mut charts = Vec::new();
    for (number, text) in rows {
        let Ok(Kept { info, expected }) = serde_json::from_str(&text) else {
            tracing::warn!(number, "a chart of the map is damaged and left out");
            continue;
        };
        charts.push(ChartRow {
            info,
            expected,
            seats: seats(connection, number)?,
        });
    }
    Ok(charts)
}

fn seats(connection: &Connection, chart: i64) -> rusqlite::Result<Vec<Seat>> {
    let mut query = connection
        .prepare("SELECT number, key, ordinal FROM seats WHERE chart = ?1 ORDER BY number")?;
    let rows = query.query_map([chart], |row| {
        let (key, holder) = (row.get(1)?, row.get(2)?);
        Ok((row.get::<_, u32>(0)?, Seat { key, holder }))
    })?;
    let mut seats: Vec<Seat> = Vec::new();
    for row in rows {
        let (number, seat) = row?;
        // A seat that was never written keeps its number, so that the others stay where they are.
        while seats.len() < usize::try_from(number).unwrap_or_default() {
            let (key, holder) = (seat.key.clone(), None);
            seats.push(Seat { key, holder });
        }
        seats.push(seat);
    }
    Ok(seats)
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
