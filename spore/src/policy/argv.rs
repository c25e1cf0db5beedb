//! Patterns of commands. An argument that begins with `-` is an option and may turn a harmless program into
//! another one, so only a literal, `-*` or `-...` takes it.

/// Whether a command is of this pattern.
pub(crate) fn matches(pattern: &[String], words: &[String]) -> bool {
    let (Some((program, pattern)), Some((asked, words))) =
        (pattern.split_first(), words.split_first())
    else {
        return false;
    };
    let (fixed, rest) = match pattern.split_last() {
        Some((last, fixed)) if matches!(last.as_str(), "..." | "-...") => (fixed, Some(last)),
        _ => (pattern, None),
    };
    let Some((first, more)) = words.split_at_checked(fixed.len()) else {
        return false;
    };
    program == asked
        && fixed.iter().zip(first).all(|(rule, word)| one(rule, word))
        && match rest.map(String::as_str) {
            None => more.is_empty(),
            Some("-...") => true,
            Some(_) => more.iter().all(|word| !word.starts_with('-')),
        }
}

fn one(rule: &str, word: &str) -> bool {
    match rule {
        "*" => !word.starts_with('-'),
        "-*" => true,
        literal => literal == word,
    }
}

/// What is wrong with a pattern.
pub(crate) fn problem(pattern: &[String]) -> Option<String> {
    let Some((program, arguments)) = pattern.split_first() else {
        return Some("`argv` names no program".to_owned());
    };
    let bare = !program.is_empty() && !program.contains(['/', '\\', '*']) && program != "...";
    if !bare && !std::path::Path::new(program).is_absolute() {
        return Some(format!(
            "{program:?} is neither a bare name nor an absolute path"
        ));
    }
    let fixed = arguments.split_last().map_or(arguments, |(_, fixed)| fixed);
    if fixed
        .iter()
        .any(|rule| matches!(rule.as_str(), "..." | "-..."))
    {
        return Some("`...` may only come last".to_owned());
    }
    let half = arguments
        .iter()
        .find(|rule| rule.contains('*') && !matches!(rule.as_str(), "*" | "-*"));
    half.map(|rule| format!("{rule:?}: `*` stands for a whole argument and not for a part"))
}
