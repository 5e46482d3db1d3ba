//! Messages about single tokens: odd names and numbers, open strings, characters without a meaning.

use crate::codes;
use crate::tokens::Kind;
use aqua_diagnostics::{Diagnostic, Span};

/// What is wrong with a token of this kind and text, if something is.
pub(crate) fn mistake(kind: Kind, text: &str, span: Span) -> Option<Diagnostic> {
    match kind {
        Kind::OddName => Some(odd_name(text, span)),
        Kind::OddNumber => Some(odd_number(text, span)),
        Kind::Integer | Kind::Float => leading_zero(text, span),
        Kind::OddString => Some(single_quotes(text, span)),
        Kind::OpenString => Some(open_string(span)),
        Kind::Unknown => Some(unknown(text, span)),
        _ => None,
    }
}

/// A comment that begins with `//` or `#`; `mark` is where.
pub(crate) fn foreign_comment(mark: Span) -> Diagnostic {
    Diagnostic::error(codes::FOREIGN_COMMENT, mark, "this is not how a comment begins")
        .label("comments begin with `--`")
        .fix("begin the comment with `--`", mark, "--")
}

fn odd_name(text: &str, span: Span) -> Diagnostic {
    let plain = text.trim_start_matches('_');
    if text.is_ascii() && plain.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return Diagnostic::error(codes::ODD_NAME, span, format!("`{text}` is not a name"))
            .label("names begin with a letter")
            .fix(format!("call it `{plain}`"), span, plain);
    }
    Diagnostic::error(codes::ODD_NAME, span, format!("`{text}` is not a name"))
        .label("names are made of the letters a to z, digits and `_`, and begin with a letter")
        .help("rename it")
}

fn odd_number(text: &str, span: Span) -> Diagnostic {
    let error = Diagnostic::error(codes::ODD_NUMBER, span, format!("`{text}` is not a number"));
    let error = error.label("numbers are written in decimal digits only");
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
        None => error.help("write it out in decimal digits"),
    }
}

fn leading_zero(text: &str, span: Span) -> Option<Diagnostic> {
    let whole = text.split('.').next().unwrap_or(text);
    if whole.len() < 2 || !whole.starts_with('0') {
        return None;
    }
    let trimmed = text[..whole.len() - 1].trim_start_matches('0').len();
    let plain = &text[whole.len() - 1 - trimmed..];
    let error = Diagnostic::error(codes::ODD_NUMBER, span, format!("`{text}` begins with a zero"));
    Some(
        error
            .label("numbers have no leading zeros")
            .fix(format!("write `{plain}`"), span, plain),
    )
}

fn single_quotes(text: &str, span: Span) -> Diagnostic {
    let error = Diagnostic::error(codes::SINGLE_QUOTES, span, "strings stand in straight double quotes");
    let inside = text.trim_matches(['\'', '“', '”', '„']);
    if inside.contains('"') {
        return error.help("put the string into `\"…\"`; there is no way to have a `\"` inside");
    }
    error.fix("use `\"`", span, format!("\"{inside}\""))
}

fn open_string(span: Span) -> Diagnostic {
    let quote = span.file.span(span.start, span.start + 1);
    Diagnostic::error(codes::OPEN_STRING, quote, "this string is not closed")
        .label("the string begins here")
        .note("strings have no escapes: a backslash is an ordinary character, and every `\"` ends the string")
        .help("close the string with `\"`")
}

fn unknown(text: &str, span: Span) -> Diagnostic {
    let error = Diagnostic::error(
        codes::UNKNOWN_CHARACTER,
        span,
        format!("`{}` means nothing in Aqua", text.escape_debug()),
    );
    match text {
        ";" => error.label("a line is a statement").fix("remove it", span, ""),
        "&" => error.fix("write `&&` for \"and\"", span, "&&"),
        "|" => error.fix("write `||` for \"or\"", span, "||"),
        "“" | "”" | "„" => error.help("strings stand in straight double quotes: `\"`"),
        _ => error.help("remove it"),
    }
}
