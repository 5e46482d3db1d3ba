//! Documentation comments: the lines directly above a declaration that begin with `--`.

/// The comment above the declaration at a byte offset, without dashes; empty if there is none.
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
    fn only_comments_directly_above_are_documentation() {
        let text = "-- not this\n\n-- One.\n--- Two.  \n  func f():\n";
        assert_eq!(above(text, text.find("f()").expect("a name")), "One.\nTwo.");
        assert_eq!(above(text, 0), "");
        assert_eq!(above("func f():", 5), "");
    }
}
