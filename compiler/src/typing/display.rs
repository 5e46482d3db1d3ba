//! Types in the syntax of the language, for messages.

use super::{Arrow, ScalarSet, Type};
use std::fmt;

impl fmt::Display for Type {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error => out.write_str("_"),
            Self::Top => out.write_str("⊤"),
            Self::Bottom => out.write_str("⊥"),
            Self::Scalar(scalar) => out.write_str(scalar.name()),
            Self::Literal(set) => set.fmt(out),
            Self::Array(element) => write!(out, "[]{element}"),
            Self::Option(element) => write!(out, "?{element}"),
            Self::Stream(element) => write!(out, "*{element}"),
            Self::StreamMap(element) => write!(out, "%{element}"),
            Self::Data(named) | Self::Ability(named) | Self::Service(named) => out.write_str(&named.name),
            Self::Arrow(arrow) => arrow.fmt(out),
        }
    }
}

impl fmt::Display for ScalarSet {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::INTEGER => out.write_str("integer"),
            Self::SIGNED => out.write_str("negative integer"),
            Self::FLOAT => out.write_str("fraction"),
            Self::NUMBER => out.write_str("number"),
            set => {
                for (position, scalar) in set.iter().enumerate() {
                    let separator = if position == 0 { "" } else { " or " };
                    write!(out, "{separator}{}", scalar.name())?;
                }
                Ok(())
            }
        }
    }
}

impl fmt::Display for Arrow {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = self.parameters.iter().any(|parameter| parameter.name.is_some());
        if named {
            out.write_str("(")?;
        }
        for (position, parameter) in self.parameters.iter().enumerate() {
            if position > 0 {
                out.write_str(", ")?;
            }
            match &parameter.name {
                Some(name) => write!(out, "{name}: {}", Nested(&parameter.ty))?,
                None => Nested(&parameter.ty).fmt(out)?,
            }
        }
        if named {
            out.write_str(")")?;
        }
        out.write_str(if self.parameters.is_empty() { "-> " } else { " -> " })?;
        if self.results.is_empty() {
            return out.write_str("()");
        }
        for (position, result) in self.results.iter().enumerate() {
            if position > 0 {
                out.write_str(", ")?;
            }
            Nested(result).fmt(out)?;
        }
        Ok(())
    }
}

/// A type inside of an arrow, where an arrow needs parentheses.
struct Nested<'a>(&'a Type);

impl fmt::Display for Nested<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Type::Arrow(arrow) => write!(out, "({arrow})"),
            other => other.fmt(out),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::typing::Scalar;
    use std::sync::Arc;

    #[test]
    fn arrows_are_shown_in_the_syntax_of_the_language() {
        let number = || Type::Scalar(Scalar::U32);
        let callback = Type::Arrow(Arc::new(Arrow::unnamed([number(), Type::option(Type::STRING)], [])));
        assert_eq!(callback.to_string(), "u32, ?string -> ()");
        let higher = Type::Arrow(Arc::new(Arrow::unnamed([], [Type::array(number()), callback])));
        assert_eq!(higher.to_string(), "-> []u32, (u32, ?string -> ())");
    }
}
