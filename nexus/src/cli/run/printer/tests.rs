use super::*;

fn lines(pieces: &[&[u8]]) -> String {
    let mut pipe = Pipe::default();
    let mut all: Vec<u8> = Vec::new();
    for piece in pieces {
        all.extend(pipe.lines(piece, "n | "));
    }
    String::from_utf8(all).unwrap()
}

#[test]
fn lines_are_whole_however_they_come() {
    assert_eq!(lines(&[b"one\ntw", b"o\n", b"rest"]), "n | one\nn | two\n");
    assert_eq!(lines(&[b"a\r", b"\nb\n\n"]), "n | a\nn | b\nn | \n");
}

#[test]
fn nothing_writes_over_the_name_before_it() {
    assert_eq!(
        lines(&[b"real\rweb-2 | fake\n"]),
        "n | real\nn | web-2 | fake\n"
    );
}

#[test]
fn a_line_that_does_not_end_is_broken() {
    let piece = vec![b'x'; LINE + 1];
    let written = lines(&[&piece]);
    assert_eq!(written.len(), LINE + "n | \n".len());
}

#[test]
fn names_are_cut_padded_and_cleaned() {
    let side = |colour| Side {
        terminal: colour,
        colour,
    };
    assert_eq!(before(Look::Named, "web", 5, side(false)), "web   | ");
    assert_eq!(before(Look::Lines, "web", 5, side(true)), "");
    let hostile = "w\u{1b}]0;x\u{7}eb\n\u{202e}fake";
    let before_line = before(Look::Named, hostile, 5, side(false));
    assert_eq!(before_line, "web fake | ");
    let long = before(Look::Named, &"漢".repeat(40), 0, side(false));
    assert!(long.width() <= NAME + 3, "{long}");
    assert!(before(Look::Named, "web", 5, side(true)).starts_with("\u{1b}[3"));
}

#[test]
fn who_wrote_is_remembered_even_when_nothing_is_shown() {
    let mut printer = Printer::new(Screen::new(), Look::Silent, Choice::default(), []);
    let output: Output = serde_json::from_value(
        serde_json::json!({"execution_id": "a", "stream": "stdout", "text": "x"}),
    )
    .unwrap();
    printer.write(&output).unwrap();
    assert!(printer.has_heard("a") && !printer.has_heard("b"));
}
