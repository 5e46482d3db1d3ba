//! Which known name was probably meant.

use crate::{Diagnostic, Span};

/// The known names close enough to a misspelt one to be worth saying, nearest first, at most three.
pub fn close<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    // One letter is as near to every other letter: only its case can be mistaken.
    let length = wrong.chars().count();
    let limit = if length < 2 { 0 } else { (length / 3).max(1) };
    let mut scored: Vec<(usize, &str)> = known
        .into_iter()
        .filter(|name| *name != wrong)
        .map(|name| (distance(wrong, name, limit), name))
        .filter(|(distance, _)| *distance <= limit)
        .collect();
    scored.sort();
    scored.dedup();
    let nearest = scored.first().map_or(0, |(distance, _)| *distance);
    scored
        .into_iter()
        .filter(|(distance, _)| *distance <= nearest + 1)
        .map(|(_, name)| name)
        .take(3)
        .collect()
}

/// The known name that was most probably meant, if one is close.
pub fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    close(wrong, known).first().copied()
}

/// Says what was probably meant, with a fix when only one name is close.
pub fn suggest<'a>(
    message: Diagnostic,
    span: Span,
    wrong: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Diagnostic {
    match close(wrong, known).as_slice() {
        [] => message,
        [only] => {
            message
                .help(format!("did you mean `{only}`?"))
                .fix(format!("replace `{wrong}` by `{only}`"), span, *only)
        }
        several => message.help(format!("did you mean {}?", list(several.iter().copied(), "or"))),
    }
}

/// The same; when no name is close, says what to do instead.
pub fn suggest_or<'a>(
    message: Diagnostic,
    span: Span,
    wrong: &str,
    known: impl IntoIterator<Item = &'a str>,
    otherwise: impl Into<String>,
) -> Diagnostic {
    let message = suggest(message, span, wrong, known);
    match message.help {
        None => message.help(otherwise),
        Some(_) => message,
    }
}

/// Names in backquotes: `a`, `b` or `c`.
pub fn list<'a>(names: impl IntoIterator<Item = &'a str>, last: &str) -> String {
    let quoted: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => "none".into(),
        [only] => only.clone(),
        [before @ .., final_one] => format!("{} {last} {final_one}", before.join(", ")),
    }
}

/// Names in backquotes, the first few of many.
pub fn some<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    match names.len() {
        0..=8 => list(names, "and"),
        many => format!("{} and {} more", list(names.iter().copied().take(7), ","), many - 7).replace(" , ", ", "),
    }
}

/// How far two words are apart: single-letter insertions, removals, replacements and swaps of neighbours that turn one word into the other; a change of
/// case counts half, rounded down. More than `limit` is only known to be more.
pub fn distance(left: &str, right: &str, limit: usize) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    if a.len().abs_diff(b.len()) > limit || a.len() > 64 {
        return limit + 1;
    }
    let width = b.len() + 1;
    let mut rows = vec![vec![0; width]; a.len() + 1];
    rows[0] = (0..width).map(|column| column * 2).collect();
    for row in 1..=a.len() {
        rows[row][0] = row * 2;
        for column in 1..width {
            let (x, y) = (a[row - 1], b[column - 1]);
            let replaced = rows[row - 1][column - 1] + replacement(x, y);
            let mut best = replaced.min(rows[row - 1][column] + 2).min(rows[row][column - 1] + 2);
            if row > 1 && column > 1 && x == b[column - 2] && a[row - 2] == y {
                best = best.min(rows[row - 2][column - 2] + 2);
            }
            rows[row][column] = best;
        }
    }
    rows[a.len()][b.len()] / 2
}

fn replacement(x: char, y: char) -> usize {
    if x == y {
        0
    } else if x.eq_ignore_ascii_case(&y) {
        1
    } else {
        2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_come_first_and_far_ones_not_at_all() {
        assert_eq!(close("helo", ["hello", "world", "help"]), ["hello", "help"]);
        assert_eq!(close("neighbourhood", ["neighborhood", "merge"]), ["neighborhood"]);
        assert_eq!(close("gerat", ["great"]), ["great"]);
        assert_eq!(close("op", ["Op"]), ["Op"]);
        assert!(close("x", ["y", "LAST_ERROR"]).is_empty());
        assert_eq!(close("x", ["X"]), ["X"]);
    }

    #[test]
    fn long_lists_are_cut() {
        assert_eq!(some(["a", "b"]), "`a` and `b`");
        let many: Vec<String> = (0..12).map(|number| format!("n{number}")).collect();
        assert!(some(many.iter().map(String::as_str)).ends_with("`n6` and 5 more"));
    }
}
