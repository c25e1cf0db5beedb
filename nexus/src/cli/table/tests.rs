use super::*;

fn table(rows: &[&[&str]]) -> Table {
    let mut table = Table::new(&["NAME", "STATE", "WHAT"]);
    for row in rows {
        table.row(row.iter().map(Cell::new));
    }
    table
}

#[test]
fn columns_stand_under_each_other_whatever_the_script() {
    let drawn =
        table(&[&["漢字", "online", "x"], &["e\u{301}a", "offline", "y"]]).draw(None, false);
    assert_eq!(
        drawn,
        "NAME  STATE    WHAT\n漢字  online   x\ne\u{301}a    offline  y\n"
    );
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    let long = "漢".repeat(60);
    let table = table(&[&["a-very-long-name-of-a-node-somewhere", "online", &long]]);
    for width in [40, 60, 80] {
        let drawn = table.draw(Some(width), false);
        assert!(
            drawn.lines().all(|line| line.width() <= width),
            "{width}: {drawn}"
        );
        assert!(drawn.contains('…') && drawn.contains("online"), "{drawn}");
    }
    // Narrower than sense: it is drawn all the same.
    assert_eq!(table.draw(Some(0), false).lines().count(), 2);
}

#[test]
fn a_name_cannot_break_out_of_its_cell() {
    let drawn = table(&[&["evil\nfake  online\u{1b}[2J\u{202e}", "x", "y"]]).draw(None, false);
    assert_eq!(drawn.lines().count(), 2);
    assert!(!drawn.contains(['\u{1b}', '\u{202e}']), "{drawn:?}");
}

#[test]
fn colours_are_only_for_those_who_want_them() {
    let mut table = Table::new(&["STATE"]);
    table.row([Cell::state("failed")]);
    assert!(!table.draw(None, false).contains('\u{1b}'));
    assert!(table.draw(None, true).contains("\u{1b}[31mfailed\u{1b}[0m"));
}

#[test]
fn rows_of_another_length_fit_all_the_same() {
    let mut table = table(&[]);
    table.row([Cell::new("only")]);
    table.row(["1", "2", "3", "4"].map(Cell::new));
    assert_eq!(
        table.draw(None, false),
        "NAME  STATE  WHAT\nonly\n1     2      3\n"
    );
}

#[test]
fn what_is_cut_says_so() {
    assert_eq!(cut("abcdef", 4), "abc…");
    assert_eq!(cut("漢字漢字", 4), "漢…");
    assert_eq!(cut("abc", 3), "abc");
    assert_eq!(cut("abc", 0), "…");
}
