//! How names are spelt: small for functions and variables, with a capital for what has a type's rank.

use crate::codes;
use crate::report::Report;
use crate::tree::Name;
use aqua_diagnostics::Diagnostic;

/// A name that must begin with a small letter; `what` says of what, such as "functions".
pub(super) fn small(name: &Name, what: &str, report: &mut Report) {
    if name.text.starts_with(|first: char| first.is_ascii_uppercase()) {
        let mut other = name.text.to_lowercase();
        if let [first, rest @ ..] = name.text.as_bytes()
            && rest.iter().any(u8::is_ascii_lowercase)
        {
            other = format!("{}{}", first.to_ascii_lowercase() as char, &name.text[1..]).into();
        }
        report.push(wrong(
            name,
            format!("names of {what} begin with a small letter"),
            &other,
        ));
    }
}

/// A name that must begin with a capital letter.
pub(super) fn capital(name: &Name, what: &str, report: &mut Report) {
    if let [first, ..] = name.text.as_bytes()
        && first.is_ascii_lowercase()
    {
        let other = format!("{}{}", first.to_ascii_uppercase() as char, &name.text[1..]);
        report.push(wrong(
            name,
            format!("names of {what} begin with a capital letter"),
            &other,
        ));
    }
}

/// A name that must be all capitals.
pub(super) fn capitals(name: &Name, what: &str, report: &mut Report) {
    if name.text.bytes().any(|letter| letter.is_ascii_lowercase()) {
        let other = name.text.to_uppercase();
        report.push(wrong(name, format!("names of {what} are all capital letters"), &other));
    }
}

fn wrong(name: &Name, rule: String, other: &str) -> Diagnostic {
    Diagnostic::error(
        codes::WRONG_CASE,
        name.span,
        format!("`{name}` is not spelt as its kind of name is"),
    )
    .label(rule)
    .help(format!("call it `{other}`, here and where it is used"))
}
