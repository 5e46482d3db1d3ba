//! Diagnostics for malformed tokens: names, numbers, strings and unknown characters.

use crate::codes;
use crate::tokens::TokenKind;
use aqua_diagnostics::{Diagnostic, Span};

/// Returns the diagnostic for a malformed token, or `None` if the token is well-formed. `before` is the text before it.
pub(crate) fn diagnose(kind: TokenKind, text: &str, before: &str, span: Span) -> Option<Diagnostic> {
    match kind {
        TokenKind::InvalidName => Some(invalid_name(text, span)),
        TokenKind::InvalidNumber => Some(invalid_number(text, span)),
        TokenKind::Integer | TokenKind::Float => leading_zero(text, span),
        TokenKind::InvalidString => Some(single_quotes(text, span)),
        TokenKind::UnterminatedString => Some(unterminated_string(span)),
        TokenKind::Unknown => Some(unknown_character(text, before, span)),
        _ => None,
    }
}

/// Returns the diagnostic for a comment that starts with `//` or `#`.
pub(crate) fn foreign_comment(marker: Span) -> Diagnostic {
    Diagnostic::error(codes::FOREIGN_COMMENT, marker, "invalid comment syntax")
        .label("comments start with `--`")
        .fix("start the comment with `--`", marker, "--")
}

fn invalid_name(text: &str, span: Span) -> Diagnostic {
    let plain = text.trim_start_matches('_');
    if text.is_ascii() && plain.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return Diagnostic::error(codes::INVALID_NAME, span, format!("invalid name `{text}`"))
            .label("names start with a letter")
            .fix(format!("rename it to `{plain}`"), span, plain);
    }
    Diagnostic::error(codes::INVALID_NAME, span, format!("invalid name `{text}`"))
        .label("names consist of the letters a to z, digits and `_`, and start with a letter")
        .help("rename it")
}

fn invalid_number(text: &str, span: Span) -> Diagnostic {
    let error = Diagnostic::error(codes::INVALID_NUMBER, span, format!("invalid number `{text}`"));
    let error = error.label("numbers are written in decimal digits");
    let plain: String = text.chars().filter(|digit| *digit != '_').collect();
    let radix = |prefix: &str, radix| {
        plain
            .strip_prefix(prefix)
            .and_then(|digits| u64::from_str_radix(digits, radix).ok())
    };
    let decimal = radix("0x", 16)
        .or_else(|| radix("0b", 2))
        .or_else(|| radix("0o", 8))
        .map(|value| value.to_string());
    let digits = plain.bytes().all(|digit| digit.is_ascii_digit()) && !plain.starts_with('0');
    match decimal.or_else(|| digits.then(|| plain.clone())) {
        Some(decimal) => error.fix(format!("write `{decimal}`"), span, decimal),
        None => error.help("write it in decimal digits"),
    }
}

fn leading_zero(text: &str, span: Span) -> Option<Diagnostic> {
    let integer_part = text.split('.').next().unwrap_or(text);
    if integer_part.len() < 2 || !integer_part.starts_with('0') {
        return None;
    }
    let trimmed = text[..integer_part.len() - 1].trim_start_matches('0').len();
    let plain = &text[integer_part.len() - 1 - trimmed..];
    let error = Diagnostic::error(codes::INVALID_NUMBER, span, format!("`{text}` starts with a zero"));
    Some(
        error
            .label("numbers can't have leading zeros")
            .fix(format!("write `{plain}`"), span, plain),
    )
}

fn single_quotes(text: &str, span: Span) -> Diagnostic {
    let error = Diagnostic::error(codes::SINGLE_QUOTES, span, "strings must be in straight double quotes");
    let inside = text.trim_matches(['\'', '“', '”', '„']);
    if inside.contains('"') {
        return error.help("use `\"…\"`; a string can't contain `\"`");
    }
    error.fix("use `\"`", span, format!("\"{inside}\""))
}

/// Returns the diagnostic for a string without a closing quote.
pub(crate) fn unterminated_string(span: Span) -> Diagnostic {
    let quote = span.file.span(span.start, span.start + 1);
    Diagnostic::error(codes::UNTERMINATED_STRING, quote, "unterminated string")
        .label("the string that starts here is not closed")
        .note(NO_ESCAPES)
        .help("close the string with `\"`")
}

const NO_ESCAPES: &str =
    "strings have no escapes: a backslash is an ordinary character, and every `\"` ends the string";

/// Returns the diagnostic for `\"` in a string.
pub(crate) fn escaped_quote(escape: Span) -> Diagnostic {
    Diagnostic::error(codes::ESCAPE, escape, "strings have no escapes")
        .label("this `\"` ends the string")
        .note("a string can't contain `\"`; a backslash is an ordinary character")
        .help(
            "pass the text as an argument; for JSON, build the value with `data` or with `Json.obj` of `std/json.aqua`",
        )
}

/// Returns the diagnostic for spaces other than the ASCII space, such as no-break spaces. `fixed` are these spaces in the rest of
/// the line.
pub(crate) fn foreign_spaces(text: &str, span: Span, fixed: impl Iterator<Item = (Span, String)>) -> Diagnostic {
    let name = match text.chars().find(|space| is_foreign_space(*space)) {
        Some('\u{a0}' | '\u{202f}') => "no-break space",
        _ => "space other than U+0020",
    };
    let error = Diagnostic::error(codes::UNKNOWN_CHARACTER, span, format!("unexpected {name}"));
    fixed.fold(error.label("looks like a space"), |error, (span, text)| {
        error.fix("write a space", span, text)
    })
}

/// Returns whether a character is whitespace that Aqua does not accept.
pub(crate) fn is_foreign_space(character: char) -> bool {
    !character.is_ascii() && character != '\u{feff}'
}

fn unknown_character(text: &str, before: &str, span: Span) -> Diagnostic {
    let error = Diagnostic::error(
        codes::UNKNOWN_CHARACTER,
        span,
        format!("unexpected `{}`", text.escape_debug()),
    );
    match text {
        ";" => error
            .label("a statement ends at the end of its line")
            .fix("remove it", span, ""),
        "&" | "|" if before.ends_with(text) => error.help("remove it"),
        "&" => error.fix("write `&&` for \"and\"", span, "&&"),
        "|" => error.fix("write `||` for \"or\"", span, "||"),
        "←" | "⟵" | "⇐" => error.label("looks like `<-`").fix("write `<-`", span, "<-"),
        "→" | "⟶" | "⇒" => error.label("looks like `->`").fix("write `->`", span, "->"),
        "“" | "”" | "„" => error.help("strings must be in straight double quotes: `\"`"),
        "\\" => error
            .label("not part of the language")
            .help("a line continues inside brackets and after a binary operator; strings have no escapes"),
        _ if text.chars().all(is_invisible) => {
            let error = error.label("an invisible character");
            error.fix("remove it", span, "")
        }
        _ => error.help("remove it"),
    }
}

/// Returns whether a character has no width, so that its author did not see it.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
}
