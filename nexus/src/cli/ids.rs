//! Ids as people type them: whole, or so much of their beginning that only one is meant. Not here: where the ids come from.

use super::Failure;

/// Fewer characters are too likely a slip.
const FEWEST: usize = 4;
/// Ids are shown with at least so many.
const SHOWN: usize = 8;

/// Whether this can be the beginning of an id, before anybody is asked.
pub(super) fn check(typed: &str) -> Result<(), Failure> {
    if is_part(&bare(typed)) {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "{typed:?} is no id: at least {FEWEST} hexadecimal digits of its beginning are needed"
    )))
}

/// The one id that is meant.
pub(super) fn find<'a>(
    typed: &str,
    ids: impl IntoIterator<Item = &'a str>,
    what: &str,
) -> Result<String, Failure> {
    let wanted = bare(typed);
    check(typed)?;
    let mut found: Vec<_> = ids
        .into_iter()
        .filter(|id| bare(id).starts_with(&wanted))
        .collect();
    found.sort_unstable();
    found.dedup();
    match found.as_slice() {
        [one] => Ok((*one).to_owned()),
        [] => Err(Failure::failed(format!(
            "no {what} has an id that begins with {typed}"
        ))),
        several => Err(Failure::failed(format!(
            "{} {what}s have an id that begins with {typed}; give more of it",
            several.len()
        ))),
    }
}

/// A whole id, in its usual form.
pub(super) fn whole(typed: &str) -> Option<String> {
    uuid::Uuid::try_parse(typed).ok().map(|id| id.to_string())
}

/// As little of each id as tells them apart.
pub(super) fn shortened<'a>(ids: &[&'a str]) -> Vec<&'a str> {
    let mut sorted = ids.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let alike = |one: &str, other: &str| {
        one.bytes()
            .zip(other.bytes())
            .take_while(|(a, b)| a == b)
            .count()
    };
    let longest = sorted
        .windows(2)
        .map(|pair| match pair {
            [one, other] => alike(one, other) + 1,
            _ => 0,
        })
        .max();
    // All of one length, so that they stand in a column; never ending with a dash.
    let mut length = longest.unwrap_or(0).max(SHOWN);
    if matches!(length, 9 | 14 | 19 | 24) {
        length += 1;
    }
    ids.iter()
        .map(|id| id.get(..length).unwrap_or(id))
        .collect()
}

fn bare(id: &str) -> String {
    id.chars()
        .filter(|character| *character != '-')
        .map(|character| character.to_ascii_lowercase())
        .collect()
}

fn is_part(bare: &str) -> bool {
    (FEWEST..=32).contains(&bare.len()) && bare.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "0193a7b2-1111-7000-8000-000000000001";
    const OTHER: &str = "0193a7b2-2222-7000-8000-000000000001";

    #[test]
    fn only_what_means_one_is_found() {
        let find = |typed| find(typed, [ONE, OTHER, ONE], "job");
        assert_eq!(find("0193a7b2-1").unwrap(), ONE);
        assert_eq!(find("0193A7B22").unwrap(), OTHER);
        assert_eq!(find(ONE).unwrap(), ONE);
        assert!(find("0193").unwrap_err().said.concat().contains("2 jobs"));
        assert_eq!(find("ffff").unwrap_err().exit, crate::cli::Exit::FAILED);
        for typed in ["", "019", "----", "xyzw", "0193/../..", &"0".repeat(33)] {
            assert_eq!(
                find(typed).unwrap_err().exit,
                crate::cli::Exit::USAGE,
                "{typed}"
            );
        }
    }

    #[test]
    fn shown_ids_can_be_typed_again() {
        let shown = shortened(&[ONE, OTHER]);
        assert_eq!(shown, ["0193a7b2-1", "0193a7b2-2"]);
        for (id, shown) in [ONE, OTHER].iter().zip(shown) {
            assert_eq!(find(shown, [ONE, OTHER], "job").unwrap(), *id);
        }
        assert_eq!(shortened(&[ONE]), ["0193a7b2"]);
        assert!(shortened(&[]).is_empty());
        assert_eq!(shortened(&[ONE, ONE, "x"]), ["0193a7b2", "0193a7b2", "x"]);
    }
}
