//! The part of a word after a variable's name: `.length`, or `.$` and steps inwards.

use crate::problem::{Problem, ProblemKind};
use crate::{Accessor, Lens, Span};

/// Reads a lens; `start` is its place in the text.
pub(super) fn parse(text: &str, start: usize) -> Result<Lens, Problem> {
    let problem = |kind| Problem {
        span: Span {
            left: start as u32,
            right: (start + text.len()) as u32,
        },
        kind,
    };
    if text == ".length" {
        return Ok(Lens::Length);
    }
    let Some(path) = text.strip_prefix(".$") else {
        return Err(problem(ProblemKind::NotALens {
            from: 0,
            to: text.len() as u32,
        }));
    };
    if path.is_empty() {
        return Err(problem(ProblemKind::EmptyLens));
    }
    let mut steps = Steps { text, rest: path };
    let mut accessors = Vec::new();
    while !steps.rest.is_empty() {
        accessors.push(steps.next_step().map_err(problem)?);
    }
    Ok(Lens::Path(accessors))
}

struct Steps<'a> {
    text: &'a str,
    rest: &'a str,
}

impl<'a> Steps<'a> {
    fn next_step(&mut self) -> Result<Accessor, ProblemKind> {
        let point = self.eat('.');
        let accessor = if self.eat('[') {
            let name = self.name()?;
            let accessor = if is_number(name) {
                Accessor::Index(name.parse().map_err(|_| self.here(name, ProblemKind::IndexTooBig))?)
            } else {
                Accessor::Scalar(name.into())
            };
            if !self.eat(']') {
                return Err(self.not_a_lens());
            }
            accessor
        } else if point {
            let name = self.name()?;
            if is_number(name) {
                return Err(self.not_a_lens());
            }
            Accessor::Field(name.into())
        } else {
            return Err(self.not_a_lens());
        };
        self.eat('!');
        Ok(accessor)
    }

    fn eat(&mut self, char: char) -> bool {
        let rest = self.rest.strip_prefix(char);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// A number, or a name that doesn't start with a digit.
    fn name(&mut self) -> Result<&'a str, ProblemKind> {
        let digits = self
            .rest
            .find(|char: char| !char.is_ascii_digit())
            .unwrap_or(self.rest.len());
        let len = if digits > 0 {
            digits
        } else {
            self.rest
                .find(|char: char| !is_step_char(char))
                .unwrap_or(self.rest.len())
        };
        let (name, rest) = self.rest.split_at(len);
        if name.is_empty() {
            return Err(self.not_a_lens());
        }
        self.rest = rest;
        Ok(name)
    }

    fn not_a_lens(&self) -> ProblemKind {
        let from = (self.text.len() - self.rest.len()) as u32;
        let to = from + self.rest.chars().next().map_or(0, |char| char.len_utf8() as u32);
        ProblemKind::NotALens { from, to }
    }

    fn here(&self, name: &str, kind: fn(u32, u32) -> ProblemKind) -> ProblemKind {
        let to = (self.text.len() - self.rest.len()) as u32;
        kind(to - name.len() as u32, to)
    }
}

fn is_number(name: &str) -> bool {
    name.starts_with(|char: char| char.is_ascii_digit())
}

/// Whether a field name or a scalar in brackets may have this character. Others than ASCII end the deployed interpreters.
pub(crate) fn is_step_char(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '_' | '-')
}
