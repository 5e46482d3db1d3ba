//! Parses lenses, the part of a word after the name of a variable: `.length`, or `.$` and accessors.

use crate::problem::{Problem, ProblemKind};
use crate::{Accessor, Lens, TextRange};

/// Parses a lens. `start` is its offset in the script.
pub(super) fn parse(text: &str, start: usize) -> Result<Lens, Problem> {
    let problem = |kind| Problem {
        span: TextRange {
            start: start as u32,
            end: (start + text.len()) as u32,
        },
        kind,
    };
    if text == ".length" {
        return Ok(Lens::Length);
    }
    let Some(path) = text.strip_prefix(".$") else {
        return Err(problem(ProblemKind::InvalidLens {
            from: 0,
            to: text.len() as u32,
        }));
    };
    if path.is_empty() {
        return Err(problem(ProblemKind::EmptyLens));
    }
    let mut parser = AccessorParser { text, rest: path };
    let mut accessors = Vec::new();
    while !parser.rest.is_empty() {
        accessors.push(parser.accessor().map_err(problem)?);
    }
    Ok(Lens::Path(accessors))
}

struct AccessorParser<'a> {
    text: &'a str,
    rest: &'a str,
}

impl<'a> AccessorParser<'a> {
    fn accessor(&mut self) -> Result<Accessor, ProblemKind> {
        let has_dot = self.eat('.');
        let accessor = if self.eat('[') {
            let name = self.name()?;
            let accessor = if is_number(name) {
                Accessor::Index(
                    name.parse()
                        .map_err(|_| self.problem_at(name, ProblemKind::IndexTooLarge))?,
                )
            } else {
                Accessor::Scalar(name.into())
            };
            if !self.eat(']') {
                return Err(self.invalid_lens());
            }
            accessor
        } else if has_dot {
            let name = self.name()?;
            if is_number(name) {
                return Err(self.invalid_lens());
            }
            Accessor::Field(name.into())
        } else {
            return Err(self.invalid_lens());
        };
        self.eat('!');
        Ok(accessor)
    }

    fn eat(&mut self, char: char) -> bool {
        let rest = self.rest.strip_prefix(char);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Parses an index, or a name that doesn't start with a digit.
    fn name(&mut self) -> Result<&'a str, ProblemKind> {
        let digits = self
            .rest
            .find(|char: char| !char.is_ascii_digit())
            .unwrap_or(self.rest.len());
        let len = if digits > 0 {
            digits
        } else {
            self.rest
                .find(|char: char| !is_accessor_char(char))
                .unwrap_or(self.rest.len())
        };
        let (name, rest) = self.rest.split_at(len);
        if name.is_empty() {
            return Err(self.invalid_lens());
        }
        self.rest = rest;
        Ok(name)
    }

    fn invalid_lens(&self) -> ProblemKind {
        let from = (self.text.len() - self.rest.len()) as u32;
        let to = from + self.rest.chars().next().map_or(0, |char| char.len_utf8() as u32);
        ProblemKind::InvalidLens { from, to }
    }

    fn problem_at(&self, name: &str, kind: fn(u32, u32) -> ProblemKind) -> ProblemKind {
        let to = (self.text.len() - self.rest.len()) as u32;
        kind(to - name.len() as u32, to)
    }
}

fn is_number(name: &str) -> bool {
    name.starts_with(|char: char| char.is_ascii_digit())
}

/// Returns whether a field name or a scalar in brackets may contain this character. Non-ASCII characters crash the deployed
/// interpreters, so they are rejected.
pub(crate) fn is_accessor_char(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '_' | '-')
}
