//! Which place of a policy a path lies in, by its words alone. Not here: opening it, which goes by the handle of that
//! place, so that links and races cannot lead out of it.

use std::path::{Component, Path, PathBuf};

/// The place that holds a path: its index, and for an absolute path the place itself. The deepest one counts.
pub(crate) fn under(places: &[String], path: &str) -> Option<(usize, Option<PathBuf>)> {
    let asked = Path::new(path);
    if !asked.has_root() {
        let here = places.iter().position(|place| place == ".")?;
        return Some((here, None));
    }
    // `..` means something only to a file system, and there it may mean something else.
    if asked.components().any(|part| part == Component::ParentDir) {
        return None;
    }
    let places = places.iter().enumerate();
    let places = places.filter(|(_, place)| Path::new(place).is_absolute());
    let found = places.filter(|(_, place)| asked.starts_with(place));
    let (at, place) = found.max_by_key(|(_, place)| Path::new(place).components().count())?;
    Some((at, Some(PathBuf::from(place))))
}

/// What is wrong with a place.
pub(crate) fn problem(place: &str) -> Option<String> {
    let path = Path::new(place);
    let up = path.components().any(|part| part == Component::ParentDir);
    let sound = place == "." || (path.is_absolute() && !up && !place.contains('\0'));
    (!sound).then(|| {
        format!("{place:?} is neither `.` (the workspace) nor an absolute path without `..`")
    })
}
