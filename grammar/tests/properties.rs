//! Property tests: for any text, tokens cover it, parsing does not panic, and spans are in bounds.

use crate::dump::dump;
use crate::vectors;
use aqua_diagnostics::{FileId, Span};
use aqua_grammar::{MAX_DIAGNOSTICS, Parsed, headers, parse};
use proptest::prelude::*;
use std::sync::LazyLock;

/// Valid programs of the vectors, as a base for mutations.
static CORPUS: LazyLock<Vec<String>> = LazyLock::new(vectors::accepted_sources);

/// Parses a text and checks the invariants.
fn checked(text: &str) -> Parsed {
    let parsed = parse(FileId(0), text);
    let mut end = 0;
    for (_, span) in parsed.tokens.iter() {
        assert_eq!(span.start, end, "tokens are contiguous");
        assert!(span.end > span.start, "no token is empty");
        end = span.end;
    }
    assert_eq!(end as usize, text.len(), "tokens cover the text");
    let inside = |span: Span| text.get(span.start as usize..span.end as usize).is_some();
    assert!(parsed.diagnostics.len() <= MAX_DIAGNOSTICS);
    for message in &parsed.diagnostics {
        assert!(inside(message.span), "{message:?}");
        assert!(message.secondary.iter().all(|label| inside(label.span)), "{message:?}");
        if let Some(fix) = &message.fix {
            assert!(fix.apply(FileId(0), text).is_some(), "{message:?}");
        }
    }
    // Visits each node.
    dump(&parsed.tree);
    let scanned = headers(FileId(0), text);
    match parsed.has_errors() {
        true => assert!(parsed.tree.headers.starts_with(&scanned), "{text}"),
        false => assert_eq!(parsed.tree.headers, scanned, "{text}"),
    }
    parsed
}

/// Lexemes, so that arbitrary texts are similar to programs.
const LEXEMES: &[&str] = &[
    "\n",
    "\n\n",
    "\n  ",
    "\n    ",
    "\n\t",
    " ",
    "func",
    "data",
    "service",
    "ability",
    "alias",
    "const",
    "aqua",
    "import",
    "use",
    "export",
    "on",
    "via",
    "for",
    "par",
    "try",
    "rec",
    "if",
    "else",
    "otherwise",
    "catch",
    "parseq",
    "co",
    "join",
    "from",
    "as",
    "declares",
    "module",
    "true",
    "x",
    "y1",
    "Name",
    "NAME",
    "M.N",
    "12",
    "0",
    "1.05",
    "\"text\"",
    "\"",
    "'",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    ".",
    "=",
    "->",
    "<-",
    "<<-",
    "+",
    "-",
    "*",
    "**",
    "/",
    "%",
    "<",
    "<=",
    ">",
    ">=",
    "==",
    "!=",
    "&&",
    "||",
    "!",
    "?",
    "⊤",
    "⊥",
    "%init_peer_id%",
    "-- c",
    "--",
    "é",
    "_a",
    "0x1",
    "#",
    "//",
    "&",
    ";",
    "\r",
    "\r\n",
    "\u{feff}",
    "u8",
    "string",
    "return",
    "elif",
    "let",
    "in",
    "while",
    "“a”",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_has_a_tree(text in any::<String>()) {
        checked(&text);
    }

    #[test]
    fn any_sequence_of_lexemes_has_a_tree(lexemes in prop::collection::vec(prop::sample::select(LEXEMES), 0..80)) {
        checked(&lexemes.concat());
    }

    #[test]
    fn mutated_programs_have_a_tree(
        program in 0..CORPUS.len(),
        mutations in prop::collection::vec((any::<prop::sample::Index>(), 0..4_u8, prop::sample::select(LEXEMES)), 1..6),
    ) {
        let source = &CORPUS[program];
        let tokens = parse(FileId(0), source).tokens;
        let text_of = |(_, span): (_, Span)| source[span.start as usize..span.end as usize].to_owned();
        let mut lexemes: Vec<String> = tokens.iter().map(text_of).collect();
        for (index, kind, lexeme) in mutations {
            let index = index.index(lexemes.len().max(2) - 1);
            match kind {
                0 => drop(lexemes.remove(index)),
                1 => lexemes.insert(index, lexeme.to_owned()),
                2 => lexemes.swap(index, index + 1),
                _ => lexemes.insert(index, lexemes[index].clone()),
            }
            if lexemes.len() < 3 {
                break;
            }
        }
        checked(&lexemes.concat());
    }
}

/// Such texts occur while a program is being typed.
#[test]
fn single_character_edits_cause_few_diagnostics() {
    let mut worst = (0, String::new());
    for source in CORPUS.iter().step_by(20) {
        for (offset, character) in source.char_indices() {
            let (before, after) = (&source[..offset], &source[offset..]);
            for text in [
                format!("{before}{}", &after[character.len_utf8()..]),
                format!("{before}({after}"),
                format!("{before}x{after}"),
            ] {
                let messages = checked(&text).diagnostics.len();
                if messages > worst.0 {
                    worst = (messages, text);
                }
            }
        }
    }
    assert!(worst.0 <= 3, "{} messages:\n{}", worst.0, worst.1);
}

#[test]
fn truncated_programs_have_a_tree() {
    for source in CORPUS.iter().step_by(31) {
        for (offset, _) in source.char_indices() {
            checked(&source[..offset]);
        }
    }
}

#[test]
fn nesting_is_bounded() {
    let deep = |open: &str, middle: &str, close: &str| {
        let text = format!(
            "aqua M\n\nfunc f():\n  x = {}{middle}{}\n  y = 1\n",
            open.repeat(100_000),
            close.repeat(100_000)
        );
        let parsed = checked(&text);
        assert_eq!(parsed.diagnostics.len(), 1, "{open}");
        assert_eq!(parsed.diagnostics[0].code, aqua_grammar::codes::TOO_DEEP, "{open}");
    };
    deep("(", "1", ")");
    deep("[", "1", "]");
    deep("f(", "1", ")");
    deep("!", "a", "");
    deep("- ", "a", "");
    deep("1 + ", "1", "");
    deep("1 ** ", "1", "");
    deep("a[0 + ", "1", "]");
    deep("", "a", " && !b");
}

#[test]
fn chains_of_operators_are_not_nested() {
    use aqua_grammar::tree::MAX_OPERATORS;
    let chain = |term: &str, operator: &str, operators: usize| {
        let value = format!("{term}{}", format!(" {operator} {term}").repeat(operators));
        parse(FileId(0), &format!("aqua M\n\nfunc f():\n  x = {value}\n  y = 1\n")).diagnostics
    };
    for (term, operator) in [
        ("a", "+"),
        ("!a", "&&"),
        ("a!", "||"),
        ("-1", "*"),
        ("(a + b)", "-"),
        ("f(a + b, -1)", "=="),
        ("a * b + c * d < e", "&&"),
    ] {
        assert!(chain(term, operator, 250).is_empty(), "{term} {operator}");
    }
    assert!(chain("a", "+", MAX_OPERATORS).is_empty());
    let messages = chain("a", "+", MAX_OPERATORS + 1);
    assert_eq!(messages.len(), 1);
    assert!(messages[0].message.contains("operators"), "{messages:?}");
    assert_eq!(chain("a", "**", 250).len(), 1);
}

#[test]
fn nesting_of_types_branches_and_blocks_is_bounded() {
    for ty in ["[]", "?", "-> ", "* ", "[]*", "[]%", "?*", "?[]* "] {
        let types = format!("aqua M\n\nalias A: {}u8\nalias B: u8\n", ty.repeat(50_000));
        assert_eq!(checked(&types).diagnostics.len(), 1, "{ty}");
    }
    let branches = format!("aqua M\n\nfunc f():\n  {}g()\n", "par ".repeat(50_000));
    assert_eq!(checked(&branches).diagnostics.len(), 1);
    let mut blocks = String::from("aqua M\n\nfunc f():\n");
    for depth in 1..1_000 {
        blocks.push_str(&" ".repeat(depth));
        blocks.push_str("if true:\n");
    }
    blocks.push_str(&" ".repeat(1_000));
    blocks.push_str("g()\n\nfunc g():\n  f()\n");
    let parsed = checked(&blocks);
    assert_eq!(
        parsed
            .diagnostics
            .iter()
            .filter(|message| message.code == aqua_grammar::codes::TOO_DEEP)
            .count(),
        1
    );
    assert_eq!(parsed.tree.items.len(), 2);
}

#[test]
fn parsing_takes_linear_time() {
    for fragment in [
        "\"\n",
        "(\n",
        "f(\n--\n",
        "(--\n",
        "x,\n",
        "\"\nfunc ",
        "é",
        "'",
        "x = (\n",
        "\n\n",
        "a +\n",
        "a.b",
        ")",
    ] {
        checked(&fragment.repeat(20_000));
    }
}

/// The bracket that closes the last line is added after the last token.
#[test]
fn an_unclosed_bracket_at_the_end_of_an_indented_line_has_a_tree() {
    checked("\nalias\n}:\non\n  (");
}
