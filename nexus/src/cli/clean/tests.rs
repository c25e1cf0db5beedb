use super::*;

fn fed(pieces: &[&[u8]]) -> String {
    let mut cleaner = Cleaner::default();
    pieces.iter().map(|piece| cleaner.feed(piece)).collect()
}

#[test]
fn what_drives_a_terminal_is_taken_out() {
    for (hostile, left) in [
        ("\u{1b}[31mred\u{1b}[0m", "red"),
        ("\u{1b}[2J\u{1b}[Hgone", "gone"),
        ("\u{9b}31mC1\u{9b}m", "C1"),
        ("a\u{1b}]52;c;cm0gLXJmIC8=\u{7}b", "ab"),
        ("a\u{1b}]52;c;cm0gLXJmIC8=\u{1b}\\b", "ab"),
        ("a\u{9d}0;title\u{9c}b", "ab"),
        ("a\u{1b}P+q544e\u{1b}\\b", "ab"),
        (
            "a\u{1b}_apc\u{1b}\\b\u{1b}^pm\u{1b}\\c\u{1b}Xsos\u{1b}\\d",
            "abcd",
        ),
        ("a\u{1b}(0b\u{1b}cd", "abd"),
        ("a\u{8}\u{8}\u{7f}\u{0}\u{7}\u{e}b", "ab"),
        (
            "abc\u{202e}fdp.exe\u{202c}\u{2066}x\u{2069}\u{200f}",
            "abcfdp.exex",
        ),
        ("one\u{2028}two\u{85}three", "onetwothree"),
        ("\u{1b}[\u{1b}[31mx", "x"),
        ("tab\tline\r\nend", "tab\tline\r\nend"),
        ("ünï ✓ 漢字 \u{1f600}", "ünï ✓ 漢字 \u{1f600}"),
    ] {
        assert_eq!(fed(&[hostile.as_bytes()]), left, "{hostile:?}");
        let bytes: Vec<_> = hostile.as_bytes().chunks(1).collect();
        assert_eq!(fed(&bytes), left, "byte by byte: {hostile:?}");
    }
}

#[test]
fn a_sequence_that_does_not_end_swallows_no_log() {
    assert_eq!(fed(&[b"\x1b]0;title\nnext line"]), "\nnext line");
    let long = format!("\u{1b}]{}end", "x".repeat(LONGEST_SEQUENCE as usize));
    assert!(fed(&[long.as_bytes()]).ends_with("end"));
}

#[test]
fn bytes_that_are_no_text_do_not_stop_it() {
    assert_eq!(fed(&[b"a\xff\xfeb"]), "a\u{fffd}\u{fffd}b");
    assert_eq!(fed(&["ü".as_bytes().get(..1).unwrap(), b"x"]), "\u{fffd}x");
    assert_eq!(fed(&[b"\xe6\xbc", b"\xa2"]), "漢");
    // An escape sequence in overlong form is no escape sequence.
    assert!(!fed(&[b"\xc0\x9b[31m"]).contains('\u{1b}'));
}

#[test]
fn a_name_stays_on_its_line() {
    assert_eq!(line("web-1\nroot# rm\r\u{1b}[1A"), "web-1 root# rm ");
}

#[test]
fn json_stays_json_and_controls_nothing() {
    let value = serde_json::json!({"name": "a\u{9b}31m\u{202e}\u{1b}[0m\u{2028}"});
    let text = json(&value.to_string());
    assert!(text.is_ascii(), "{text}");
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&text).unwrap(),
        value
    );
}
