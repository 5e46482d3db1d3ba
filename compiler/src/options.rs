//! What a compilation can be told.

use crate::checked::Literal;
use ecow::EcoString;
use indexmap::IndexMap;

/// How to compile. The default is for a client that talks to the network through a relay.
#[derive(Debug, Clone)]
pub struct Options {
    /// Only this exported function; all of them if none is named.
    pub entry: Option<EcoString>,
    /// Constants given from outside: in every module they win over `const NAME ?= …` and `const NAME = …`.
    pub constants: IndexMap<EcoString, Literal>,
    /// Whether there is a relay between the initiator and the network. Without one, `HOST_PEER_ID` is the initiator and no
    /// hops through a relay are made.
    pub relay: bool,
    /// Whether errors are carried home from remote peers (and told from false conditions in `if`).
    pub carry_errors: bool,
    /// Whether a function without results reports its end to the initiator.
    pub empty_response: bool,
    /// Whether each function call tells the initiator when it begins and ends.
    pub tracing: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            entry: None,
            constants: IndexMap::new(),
            relay: true,
            carry_errors: true,
            empty_response: false,
            tracing: false,
        }
    }
}

/// A text that is not `NAME = VALUE`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is not a constant: expected NAME = VALUE with an upper-case name and a number, a \"string\", true or false"
)]
pub struct InvalidConstant {
    /// The text.
    pub text: String,
}

impl Options {
    /// Takes in a constant as written on a command line: `NAME = VALUE` or `NAME ?= VALUE`, spaces optional.
    ///
    /// # Errors
    /// When the name is not upper-case or the value is not a literal.
    pub fn define(&mut self, text: &str) -> Result<(), InvalidConstant> {
        let (name, literal) = read_constant(text).ok_or_else(|| InvalidConstant { text: text.to_owned() })?;
        self.constants.insert(name, literal);
        Ok(())
    }
}

/// The name in a constant as [`Options::define`] takes it; nothing if it is none.
pub fn constant_name(text: &str) -> Option<EcoString> {
    read_constant(text).map(|(name, _)| name)
}

fn read_constant(text: &str) -> Option<(EcoString, Literal)> {
    let (name, value) = text.split_once('=')?;
    let name = name.strip_suffix('?').unwrap_or(name).trim();
    let upper = |letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_';
    if !name.starts_with(|first: char| first.is_ascii_uppercase()) || !name.chars().all(upper) {
        return None;
    }
    Some((name.into(), read_literal(value.trim())?))
}

fn read_literal(text: &str) -> Option<Literal> {
    match text {
        "true" => return Some(Literal::Bool(true)),
        "false" => return Some(Literal::Bool(false)),
        _ => {}
    }
    if let Some(inner) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        return (!inner.contains('"')).then(|| Literal::String(inner.into()));
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let decimal = |part: &str| !part.is_empty() && part.bytes().all(|digit| digit.is_ascii_digit());
    let plain = whole == "0" || !whole.starts_with('0');
    (decimal(whole) && plain && decimal(fraction)).then(|| Literal::Number(text.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_read_as_the_language_writes_them() {
        let mut options = Options::default();
        for text in ["A = 1", "B=\"x = y\"", "C ?= -1.05", "D_1 = true"] {
            options.define(text).expect("a constant");
        }
        let names: Vec<_> = options.constants.keys().map(EcoString::as_str).collect();
        assert_eq!(names, ["A", "B", "C", "D_1"]);
        assert_eq!(options.constants["B"], Literal::String("x = y".into()));
        assert_eq!(options.constants["C"], Literal::Number("-1.05".into()));
        for text in ["a = 1", "A", "A = ", "A = 01", "A = b", "A = \"a\"b\"", "A = 1e3"] {
            assert!(options.define(text).is_err(), "{text}");
        }
    }
}
