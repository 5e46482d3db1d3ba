//! Diagnostics for errors of the generated parser.
//!
//! The parser reports all terminals that it would have accepted, often twenty operators. The diagnostic names the construct that
//! was expected instead.

use crate::terminals::Terminal;
use crate::tokens::{TokenKind, Tokens};
use crate::{codes, lexical_errors};
use aqua_diagnostics::Diagnostic;
use lalrpop_util::ParseError;
use std::convert::Infallible;

type Error = ParseError<u32, Terminal, Infallible>;

/// Returns the raw tokens that the parser rejected, as start and end.
pub(crate) fn rejected_tokens(error: &Error) -> (u32, u32) {
    match error {
        ParseError::UnrecognizedToken { token, .. } | ParseError::ExtraToken { token } => (token.0, token.2),
        ParseError::UnrecognizedEof { location, .. } | ParseError::InvalidToken { location } => (*location, *location),
        ParseError::User { error } => match *error {},
    }
}

/// Returns the diagnostic for a parse error, and the raw token whose line it belongs to.
pub(crate) fn diagnose(error: &Error, tokens: &Tokens, text: &str) -> (u32, Diagnostic) {
    let (start, end) = rejected_tokens(error);
    let (found, expected) = match error {
        ParseError::UnrecognizedToken { token, expected } => (Some(token.1), expected.as_slice()),
        ParseError::UnrecognizedEof { expected, .. } => (None, expected.as_slice()),
        _ => (None, [].as_slice()),
    };
    // A newline belongs to the line that it ends.
    let line = if found == Some(Terminal::Newline) {
        start.saturating_sub(1)
    } else {
        start
    };
    let before = (0..start as usize).rev();
    let line_start = before
        .take_while(|token| tokens.kind(*token) != TokenKind::Newline)
        .last();
    if let Some(string) = tokens.string_over_lines(line_start.unwrap_or(start as usize)..start as usize, text) {
        return (line, lexical_errors::unterminated_string(tokens.span(string)));
    }
    let expected = Expected::from_terminals(expected);
    let error = if start == end || matches!(found, None | Some(Terminal::Newline)) {
        let span = tokens.span_of(start as usize..start as usize);
        Diagnostic::error(codes::UNEXPECTED, span, "unexpected end of line")
    } else {
        let span = tokens.span_of(start as usize..end as usize);
        let word = &text[span.start as usize..span.end as usize];
        Diagnostic::error(codes::UNEXPECTED, span, format!("unexpected `{word}`"))
    };
    let error = match expected {
        Expected::Declaration => error
            .label("expected a declaration")
            .help("the top level consists of headers and `func`, `service`, `data`, `ability`, `alias` and `const` declarations"),
        Expected::Constructs(names) => error.label(format!("expected {names}")),
        Expected::Unknown => error,
    };
    (line, add_hint(error, found, text))
}

/// Adds hints for common mistakes.
fn add_hint(error: Diagnostic, found: Option<Terminal>, text: &str) -> Diagnostic {
    let before = text[..error.span.start as usize].trim_end();
    match found {
        Some(Terminal::Colon) if before.ends_with("catch") => {
            let end = before.len() as u32;
            let word = error.span.file.span(end - "catch".len() as u32, end);
            error
                .label("expected a name for the error")
                .help("name the error, as in `catch e:`, or use `otherwise:`")
                .fix("write `otherwise`", word, "otherwise")
        }
        Some(Terminal::ArrowRight) => error.help("results are bound on the left: `name <- call()`"),
        Some(Terminal::BraceOpen) => {
            error.help("blocks are not written with braces: end the line above with `:` and indent the block")
        }
        _ => error,
    }
}

/// What the parser expected.
enum Expected {
    Declaration,
    /// Names of one or more constructs.
    Constructs(String),
    Unknown,
}

impl Expected {
    fn from_terminals(terminals: &[String]) -> Self {
        let has = |symbol: &str| terminals.iter().any(|terminal| terminal.trim_matches('"') == symbol);
        let names = if has("func") && has("alias") {
            return Self::Declaration;
        } else if has("join") && has("if") {
            "a statement".to_owned()
        } else if has("%init_peer_id%") {
            "a value".to_owned()
        } else if has("⊤") {
            "a type".to_owned()
        } else {
            let names = [
                ("name", "a name"),
                ("string", "a file name in quotes"),
                ("integer", "a number"),
            ];
            let symbols = [":", "<-", "=", ")", "]", "}", "(", "->", "from", "on"].map(|symbol| (symbol, ""));
            let named = names.into_iter().chain(symbols).filter(|(symbol, _)| has(symbol));
            let mut list: Vec<String> = named
                .map(|(symbol, name)| {
                    if name.is_empty() {
                        format!("`{symbol}`")
                    } else {
                        name.to_owned()
                    }
                })
                .take(3)
                .collect();
            match list.pop() {
                None if has("newline") => "the end of the line".to_owned(),
                None => return Self::Unknown,
                Some(last) if list.is_empty() => last,
                Some(last) => format!("{} or {last}", list.join(", ")),
            }
        };
        Self::Constructs(names)
    }
}
