//! Suggestions for misspelled names.

use crate::{Diagnostic, Span};

/// Returns the known names that are similar to a misspelled one: at most three, most similar first.
pub fn similar_names<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    // A single letter has the same distance to every other letter, so only a wrong case is considered.
    let length = wrong.chars().count();
    let limit = if length < 2 { 0 } else { (length / 3).max(1) };
    let mut scored: Vec<(usize, &str)> = known
        .into_iter()
        .filter(|name| *name != wrong)
        .map(|name| (edit_distance(wrong, name, limit), name))
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

/// Returns the known name that is most similar to a misspelled one, if one is similar.
pub fn most_similar<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    similar_names(wrong, known).first().copied()
}

/// Adds a help line with similar names, and a fix if there is only one.
pub fn suggest<'a>(
    message: Diagnostic,
    span: Span,
    wrong: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Diagnostic {
    match similar_names(wrong, known).as_slice() {
        [] => message,
        [only] => {
            message
                .help(format!("did you mean `{only}`?"))
                .fix(format!("replace `{wrong}` by `{only}`"), span, *only)
        }
        several => message.help(format!("did you mean {}?", quoted_list(several.iter().copied(), "or"))),
    }
}

/// Like [`suggest`]; uses `otherwise` as the help line if no name is similar.
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

/// Formats names in backquotes, such as "`a`, `b` or `c`". `conjunction` joins the last two.
pub fn quoted_list<'a>(names: impl IntoIterator<Item = &'a str>, conjunction: &str) -> String {
    let quoted: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => "none".into(),
        [only] => only.clone(),
        [before @ .., last] => format!("{} {conjunction} {last}", before.join(", ")),
    }
}

/// Formats names in backquotes. If there are more than eight, lists the first seven and the number of the others.
pub fn truncated_list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    match names.len() {
        0..=8 => quoted_list(names, "and"),
        many => format!(
            "{} and {} more",
            quoted_list(names.iter().copied().take(7), ","),
            many - 7
        )
        .replace(" , ", ", "),
    }
}

/// Returns the edit distance (Damerau–Levenshtein, with adjacent transpositions) of two words. A change of case costs one half;
/// the sum is rounded down. Distances greater than `limit` are not exact.
pub fn edit_distance(left: &str, right: &str, limit: usize) -> usize {
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
    fn similar_names_are_sorted_and_others_are_excluded() {
        assert_eq!(similar_names("helo", ["hello", "world", "help"]), ["hello", "help"]);
        assert_eq!(
            similar_names("neighbourhood", ["neighborhood", "merge"]),
            ["neighborhood"]
        );
        assert_eq!(similar_names("gerat", ["great"]), ["great"]);
        assert_eq!(similar_names("op", ["Op"]), ["Op"]);
        assert!(similar_names("x", ["y", "LAST_ERROR"]).is_empty());
        assert_eq!(similar_names("x", ["X"]), ["X"]);
    }

    #[test]
    fn long_lists_are_truncated() {
        assert_eq!(truncated_list(["a", "b"]), "`a` and `b`");
        let many: Vec<String> = (0..12).map(|index| format!("n{index}")).collect();
        assert!(truncated_list(many.iter().map(String::as_str)).ends_with("`n6` and 5 more"));
    }
}
