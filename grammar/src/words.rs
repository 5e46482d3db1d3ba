//! The words of the language. None is reserved: each is a keyword only where it stands as one.

use crate::terminals::Terminal;
use aqua_diagnostics::suggestions::distance;

/// Words that begin a header line.
pub(crate) const HEADERS: &[&str] = &["aqua", "module", "import", "use", "export"];

/// Words that begin a declaration.
pub(crate) const DECLARATIONS: &[&str] = &["data", "ability", "service", "alias", "const", "func"];

/// Words that begin a statement which something follows on the same line.
pub(crate) const STATEMENTS: &[&str] = &["on", "for", "parseq", "if", "catch", "par", "co", "join"];

/// Words that are a whole statement head: a `:` follows.
pub(crate) const BARE_HEADS: &[&str] = &["else", "otherwise", "try"];

/// Words of other languages, and what is meant.
const FOREIGN: &[(&str, &str)] = &[
    ("def", "func"),
    ("fn", "func"),
    ("fun", "func"),
    ("function", "func"),
    ("proc", "func"),
    ("struct", "data"),
    ("record", "data"),
    ("type", "alias"),
    ("typedef", "alias"),
    ("interface", "service"),
    ("foreach", "for"),
    ("except", "catch"),
    ("include", "import"),
    ("require", "import"),
    ("finally", "otherwise"),
];

/// Whether a word in column 0, with a space after it, begins a header line or a declaration.
pub(crate) fn begins_line_in_column_0(word: &str) -> bool {
    DECLARATIONS.contains(&word) || HEADERS.contains(&word)
}

/// The keyword of that spelling.
pub(crate) fn keyword(word: &str) -> Option<Terminal> {
    Some(match word {
        "aqua" | "module" => Terminal::Aqua,
        "declares" => Terminal::Declares,
        "import" => Terminal::Import,
        "use" => Terminal::Use,
        "export" => Terminal::Export,
        "from" => Terminal::From,
        "as" => Terminal::As,
        "data" => Terminal::Data,
        "ability" => Terminal::Ability,
        "service" => Terminal::Service,
        "alias" => Terminal::Alias,
        "const" => Terminal::Const,
        "func" => Terminal::Func,
        "on" => Terminal::On,
        "via" => Terminal::Via,
        "for" => Terminal::For,
        "par" => Terminal::Par,
        "try" => Terminal::Try,
        "rec" => Terminal::Rec,
        "parseq" => Terminal::Parseq,
        "if" => Terminal::If,
        "else" => Terminal::Else,
        "otherwise" => Terminal::Otherwise,
        "catch" => Terminal::Catch,
        "co" => Terminal::Co,
        "join" => Terminal::Join,
        _ => return None,
    })
}

/// Which of the words another language's word means.
pub(crate) fn foreign(word: &str, words: &[&'static str]) -> Option<&'static str> {
    let (_, meant) = FOREIGN.iter().find(|(foreign, _)| *foreign == word)?;
    words.contains(meant).then_some(meant)
}

/// Which of the words a word is a slip of: the nearest one at most one slip away, or two for words of five letters and
/// more.
pub(crate) fn misspelt(word: &str, words: &[&'static str]) -> Option<&'static str> {
    let near = words.iter().map(|candidate| (distance(word, candidate, 2), *candidate));
    let (distance, nearest) = near.min_by_key(|(distance, _)| *distance)?;
    let allowed = if nearest.len() >= 5 { 2 } else { 1 };
    // Two letters are near to everything: only their exchange or a third letter counts.
    let clear = nearest.len() > 2 || word.len() == 3 || word.bytes().rev().eq(nearest.bytes());
    (word != nearest && distance <= allowed && clear).then_some(nearest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_have_a_keyword_in_mind() {
        assert_eq!(misspelt("fro", STATEMENTS), Some("for"));
        assert_eq!(misspelt("prseq", STATEMENTS), Some("parseq"));
        assert_eq!(misspelt("fnuc", DECLARATIONS), Some("func"));
        assert_eq!(misspelt("for", STATEMENTS), None);
        assert_eq!(misspelt("peer", STATEMENTS), None);
        assert_eq!(misspelt("in", STATEMENTS), None);
        assert_eq!(misspelt("no", STATEMENTS), Some("on"));
        assert_eq!(foreign("def", DECLARATIONS), Some("func"));
        assert_eq!(foreign("def", STATEMENTS), None);
    }

    #[test]
    fn every_listed_word_is_a_keyword() {
        for word in [HEADERS, DECLARATIONS, STATEMENTS, BARE_HEADS].into_iter().flatten() {
            assert!(keyword(word).is_some(), "{word}");
        }
    }
}
