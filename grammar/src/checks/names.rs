//! Checks the case of names: lowercase for functions and variables, capitalised for types and services, uppercase for constants.

use crate::codes;
use crate::sink::DiagnosticSink;
use crate::tree::Name;
use aqua_diagnostics::Diagnostic;

/// Checks that a name starts with a lowercase letter. `what` names the kind of declaration, such as "functions".
pub(super) fn check_lowercase(name: &Name, what: &str, sink: &mut DiagnosticSink) {
    if name.text.starts_with(|first: char| first.is_ascii_uppercase()) {
        let mut other = name.text.to_lowercase();
        if let [first, rest @ ..] = name.text.as_bytes()
            && rest.iter().any(u8::is_ascii_lowercase)
        {
            other = format!("{}{}", first.to_ascii_lowercase() as char, &name.text[1..]).into();
        }
        sink.push(wrong_case(
            name,
            format!("names of {what} start with a lowercase letter"),
            &other,
        ));
    }
}

/// Checks that a name starts with an uppercase letter.
pub(super) fn check_capitalised(name: &Name, what: &str, sink: &mut DiagnosticSink) {
    if let [first, ..] = name.text.as_bytes()
        && first.is_ascii_lowercase()
    {
        let other = format!("{}{}", first.to_ascii_uppercase() as char, &name.text[1..]);
        sink.push(wrong_case(
            name,
            format!("names of {what} start with an uppercase letter"),
            &other,
        ));
    }
}

/// Checks that a name has no lowercase letters.
pub(super) fn check_uppercase(name: &Name, what: &str, sink: &mut DiagnosticSink) {
    if name.text.bytes().any(|letter| letter.is_ascii_lowercase()) {
        let other = name.text.to_uppercase();
        sink.push(wrong_case(
            name,
            format!("names of {what} are written in uppercase letters"),
            &other,
        ));
    }
}

fn wrong_case(name: &Name, rule: String, other: &str) -> Diagnostic {
    Diagnostic::error(codes::WRONG_CASE, name.span, format!("wrong case of the name `{name}`"))
        .label(rule)
        .help(format!("rename it to `{other}`, here and where it is used"))
}
