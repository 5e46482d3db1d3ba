//! Reads the headers of a text without parsing its declarations, so that the imports of a large program can be followed before
//! any module is parsed as a whole.
//!
//! A declaration keyword in column 0 ends every string, bracket and block before it. The headers of a text whose lines in column
//! 0 are headers followed by declarations are therefore those of the text before its first declaration. Other texts are parsed.

use crate::tree::Header;
use crate::{codes, keyword_sets, parse};
use aqua_diagnostics::FileId;

/// Returns the headers of [`parse`](crate::parse). If the text has syntax errors, later headers may be missing.
pub fn headers(file: FileId, text: &str) -> Vec<Header> {
    if let Some(before) = before_declarations(text) {
        let parsed = parse(file, before);
        // A text without headers is valid here: the missing header is reported when the module is parsed.
        let mut diagnostics = parsed.diagnostics.iter();
        if diagnostics.all(|message| message.code == codes::MISSING_HEADER) {
            return parsed.tree.headers;
        }
    }
    parse(file, text).tree.headers
}

/// Returns the text before the first declaration. Returns `None` if a line in column 0 after it starts with anything else than a
/// declaration or a comment.
fn before_declarations(text: &str) -> Option<&str> {
    let mut end = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if starts_declaration(line) {
            end.get_or_insert(start);
        } else if end.is_some() && !line.starts_with([' ', '\t', '\r', '\n']) && !line.starts_with("--") {
            return None;
        }
        start += line.len();
    }
    text.get(..end.unwrap_or(text.len()))
}

/// Returns whether a line starts with a declaration keyword, a space and a name.
fn starts_declaration(line: &str) -> bool {
    // Most lines are indented.
    if !line.starts_with(|first: char| first.is_ascii_lowercase()) {
        return false;
    }
    let Some((word, rest)) = line.split_once([' ', '\t']) else {
        return false;
    };
    let name = rest.trim_start_matches([' ', '\t']);
    keyword_sets::DECLARATIONS.contains(&word) && name.starts_with(|first: char| first.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_end_the_headers() {
        let text = "aqua A\n\nimport \"b\"\n\n-- Twice.\nfunc f():\n    g()\n\n-- End.\n";
        assert_eq!(before_declarations(text), Some("aqua A\n\nimport \"b\"\n\n-- Twice.\n"));
        assert_eq!(before_declarations("aqua A\n"), Some("aqua A\n"));
        assert_eq!(before_declarations("func f():\n  g()\nimport \"b\"\n"), None);
        assert_eq!(headers(FileId(0), "func f():\n  g()\nimport \"b\"\n").len(), 1);
    }
}
