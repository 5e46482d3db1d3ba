//! Words for what the grammar could not take.
//!
//! The parser knows every symbol that could have stood at a place, usually twenty operators. What is said is the kind of
//! thing that was missing.

use crate::codes;
use crate::terminals::Terminal;
use crate::tokens::Tokens;
use aqua_diagnostics::Diagnostic;
use lalrpop_util::ParseError;
use std::convert::Infallible;

type Error = ParseError<u32, Terminal, Infallible>;

/// The raw tokens that could not be taken.
pub(crate) fn place(error: &Error) -> (u32, u32) {
    match error {
        ParseError::UnrecognizedToken { token, .. } | ParseError::ExtraToken { token } => (token.0, token.2),
        ParseError::UnrecognizedEof { location, .. } | ParseError::InvalidToken { location } => (*location, *location),
        ParseError::User { error } => match *error {},
    }
}

/// The message about what could not be taken, and the token it is about.
pub(crate) fn explain(error: &Error, tokens: &Tokens, text: &str) -> (u32, Diagnostic) {
    let (start, end) = place(error);
    let (found, expected) = match error {
        ParseError::UnrecognizedToken { token, expected } => (Some(token.1), expected.as_slice()),
        ParseError::UnrecognizedEof { expected, .. } => (None, expected.as_slice()),
        _ => (None, [].as_slice()),
    };
    let wanted = wanted(expected);
    let error = if start == end || matches!(found, None | Some(Terminal::Newline)) {
        let span = tokens.span_of(start as usize..start as usize);
        Diagnostic::error(codes::UNEXPECTED, span, "this line ends too early")
    } else {
        let span = tokens.span_of(start as usize..end as usize);
        let word = &text[span.start as usize..span.end as usize];
        Diagnostic::error(codes::UNEXPECTED, span, format!("`{word}` can't stand here"))
    };
    let error = match wanted {
        Wanted::Declaration => error
            .label("expected a declaration")
            .help("outside functions stand headers and `func`, `service`, `data`, `ability`, `alias` and `const`"),
        Wanted::These(words) => error.label(format!("expected {words}")),
        Wanted::Nothing => error,
    };
    let error = hint(error, found, text);
    // The end of a line belongs to the line.
    (
        if found == Some(Terminal::Newline) {
            start.saturating_sub(1)
        } else {
            start
        },
        error,
    )
}

/// What people mean who write this here.
fn hint(error: Diagnostic, found: Option<Terminal>, text: &str) -> Diagnostic {
    let before = text[..error.span.start as usize].trim_end();
    match found {
        Some(Terminal::Colon) if before.ends_with("catch") => {
            let end = before.len() as u32;
            let word = error.span.file.span(end - "catch".len() as u32, end);
            error
                .label("expected a name for the error")
                .help("give the error a name, `catch e:`; or do without it, `otherwise:`")
                .fix("write `otherwise`", word, "otherwise")
        }
        Some(Terminal::ArrowRight) => error.help("results get their names on the left: `name <- call()`"),
        Some(Terminal::BraceOpen) => error.help("blocks have no braces: end the line above with `:`, and indent"),
        _ => error,
    }
}

enum Wanted {
    Declaration,
    These(String),
    Nothing,
}

/// What was missing, from all that could have stood there.
fn wanted(expected: &[String]) -> Wanted {
    let has = |symbol: &str| expected.iter().any(|one| one.trim_matches('"') == symbol);
    let words = if has("func") && has("alias") {
        return Wanted::Declaration;
    } else if has("join") && has("if") {
        "a statement".to_owned()
    } else if has("%init_peer_id%") {
        "a value".to_owned()
    } else if has("⊤") {
        "a type".to_owned()
    } else {
        let names = [
            ("name", "a name"),
            ("string", "a file in quotes"),
            ("integer", "a number"),
        ];
        let signs = [":", "<-", "=", ")", "]", "}", "(", "->", "from", "on"].map(|sign| (sign, ""));
        let named = names.into_iter().chain(signs).filter(|(symbol, _)| has(symbol));
        let mut list: Vec<String> = named
            .map(|(symbol, words)| {
                if words.is_empty() {
                    format!("`{symbol}`")
                } else {
                    words.to_owned()
                }
            })
            .take(3)
            .collect();
        match list.pop() {
            None if has("newline") => "the end of the line".to_owned(),
            None => return Wanted::Nothing,
            Some(last) if list.is_empty() => last,
            Some(last) => format!("{} or {last}", list.join(", ")),
        }
    };
    Wanted::These(words)
}
