//! The keywords of the language. All are contextual: each is a keyword only where the syntax expects one.

use crate::terminals::Terminal;
use aqua_diagnostics::suggestions::edit_distance;

/// Keywords that start a header.
pub(crate) const HEADERS: &[&str] = &["aqua", "module", "import", "use", "export"];

/// Keywords that start a declaration.
pub(crate) const DECLARATIONS: &[&str] = &["data", "ability", "service", "alias", "const", "func"];

/// Keywords that start a statement and are followed by something else than a `:`.
pub(crate) const STATEMENTS: &[&str] = &["on", "for", "parseq", "if", "catch", "par", "co", "join"];

/// Keywords that are a block header of their own, followed by a `:`.
pub(crate) const BARE_HEADS: &[&str] = &["else", "otherwise", "try"];

/// Keywords of other languages, and their counterparts in Aqua.
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

/// Returns whether a word in column 0 followed by a space starts a header or a declaration.
pub(crate) fn starts_top_level_line(word: &str) -> bool {
    DECLARATIONS.contains(&word) || HEADERS.contains(&word)
}

/// Returns the terminal of a keyword.
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

/// Returns the keyword in `keywords` that a keyword of another language corresponds to.
pub(crate) fn foreign(word: &str, keywords: &[&'static str]) -> Option<&'static str> {
    let (_, meant) = FOREIGN.iter().find(|(foreign, _)| *foreign == word)?;
    keywords.contains(meant).then_some(meant)
}

/// Returns the keyword in `keywords` with the smallest edit distance to a misspelled word: at most 1, or 2 for keywords of five
/// letters or more.
pub(crate) fn misspelled(word: &str, keywords: &[&'static str]) -> Option<&'static str> {
    let near = keywords
        .iter()
        .map(|candidate| (edit_distance(word, candidate, 2), *candidate));
    let (distance, nearest) = near.min_by_key(|(distance, _)| *distance)?;
    let allowed = if nearest.len() >= 5 { 2 } else { 1 };
    // For keywords of two letters, only a transposition or a third letter counts.
    let is_plausible = nearest.len() > 2 || word.len() == 3 || word.bytes().rev().eq(nearest.bytes());
    (word != nearest && distance <= allowed && is_plausible).then_some(nearest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelled_keywords_are_recognised() {
        assert_eq!(misspelled("fro", STATEMENTS), Some("for"));
        assert_eq!(misspelled("prseq", STATEMENTS), Some("parseq"));
        assert_eq!(misspelled("fnuc", DECLARATIONS), Some("func"));
        assert_eq!(misspelled("for", STATEMENTS), None);
        assert_eq!(misspelled("peer", STATEMENTS), None);
        assert_eq!(misspelled("in", STATEMENTS), None);
        assert_eq!(misspelled("no", STATEMENTS), Some("on"));
        assert_eq!(foreign("def", DECLARATIONS), Some("func"));
        assert_eq!(foreign("def", STATEMENTS), None);
    }

    #[test]
    fn all_listed_words_are_keywords() {
        for word in [HEADERS, DECLARATIONS, STATEMENTS, BARE_HEADS].into_iter().flatten() {
            assert!(keyword(word).is_some(), "{word}");
        }
    }
}
