//! Compiler options.

use crate::checked::Literal;
use ecow::EcoString;
use indexmap::IndexMap;

/// Compiler options. The default is for a client that is connected to the network through a relay.
#[derive(Debug, Clone)]
pub struct Options {
    /// The exported function to compile; `None` for all of them.
    pub entry: Option<EcoString>,
    /// Constants by name. In every module they override `const NAME ?= …` and `const NAME = …`.
    pub constants: IndexMap<EcoString, Literal>,
    /// Whether the initiator is connected through a relay. Without one, `HOST_PEER_ID` is the initiator and scripts have no
    /// hops through a relay.
    pub relay: bool,
    /// Whether errors on remote peers are propagated to the initiator, and distinguished from false conditions of `if`.
    pub carry_errors: bool,
    /// Whether a function without results sends an empty response when it is done.
    pub empty_response: bool,
    /// Whether each function call sends a tracing event to the initiator when it begins and ends.
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

/// A constant that is not of the form `NAME = VALUE`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "invalid constant `{text}`: expected NAME = VALUE with an upper-case name and a number, a \"string\", true or false"
)]
pub struct InvalidConstant {
    /// The rejected text.
    pub text: String,
}

impl Options {
    /// Whether a function of this exported name is compiled.
    pub(crate) fn is_wanted(&self, name: &EcoString) -> bool {
        self.entry.as_ref().is_none_or(|entry| entry == name)
    }

    /// Defines a constant that is given as text: `NAME = VALUE` or `NAME ?= VALUE`, spaces optional.
    ///
    /// # Errors
    /// If the name is not upper-case or the value is not a literal.
    pub fn define(&mut self, text: &str) -> Result<(), InvalidConstant> {
        let (name, literal) = parse_constant(text).ok_or_else(|| InvalidConstant { text: text.to_owned() })?;
        self.constants.insert(name, literal);
        Ok(())
    }
}

/// The name of a constant in the form of [`Options::define`]; `None` if the text is invalid.
pub fn constant_name(text: &str) -> Option<EcoString> {
    parse_constant(text).map(|(name, _)| name)
}

fn parse_constant(text: &str) -> Option<(EcoString, Literal)> {
    let (name, value) = text.split_once('=')?;
    let name = name.strip_suffix('?').unwrap_or(name).trim();
    let upper = |letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_';
    if !name.starts_with(|first: char| first.is_ascii_uppercase()) || !name.chars().all(upper) {
        return None;
    }
    Some((name.into(), parse_literal(value.trim())?))
}

fn parse_literal(text: &str) -> Option<Literal> {
    match text {
        "true" => return Some(Literal::Bool(true)),
        "false" => return Some(Literal::Bool(false)),
        _ => {}
    }
    if let Some(inner) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        return (!inner.contains('"')).then(|| Literal::String(inner.into()));
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (integer, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let decimal = |part: &str| !part.is_empty() && part.bytes().all(|digit| digit.is_ascii_digit());
    let has_no_leading_zeros = integer == "0" || !integer.starts_with('0');
    (decimal(integer) && has_no_leading_zeros && decimal(fraction)).then(|| Literal::Number(text.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_parsed_like_literals_of_the_language() {
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
