//! Comments that document a declaration: the lines right above it that begin with `--`.

/// The comment above the declaration that stands at a byte of the text, without dashes; empty when there is none.
pub(crate) fn above(text: &str, declaration: usize) -> String {
    let before = text.get(..declaration).unwrap_or_default();
    let before = before.rfind('\n').map_or("", |end| &before[..end]);
    let comment = |line: &'_ str| {
        line.trim()
            .strip_prefix("--")
            .map(|words| words.trim_start_matches('-').trim().to_owned())
    };
    let mut lines: Vec<String> = before.lines().rev().map_while(comment).collect();
    lines.reverse();
    lines.join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::above;

    #[test]
    fn comments_right_above_are_taken() {
        let text = "-- not this\n\n-- One.\n--- Two.  \n  func f():\n";
        assert_eq!(above(text, text.find("f()").expect("a name")), "One.\nTwo.");
        assert_eq!(above(text, 0), "");
        assert_eq!(above("func f():", 5), "");
    }
}
