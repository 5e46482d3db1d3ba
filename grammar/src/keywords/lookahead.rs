//! Recognises forms that need more than one token of lookahead.

use super::KeywordResolver;
use crate::terminals::Terminal;

impl KeywordResolver<'_, '_> {
    /// Returns whether the token at an index can follow a keyword, as opposed to a name. A bracket or `!` directly after a word
    /// belongs to that word, unless the line is a block header.
    pub(super) fn follows_keyword(&self, index: usize) -> bool {
        let is_block_header = self
            .line
            .tokens
            .last()
            .is_some_and(|token| token.terminal == Terminal::Colon);
        let is_separated = index.checked_sub(1).is_none_or(|before| {
            let end = self.line.tokens[before].end;
            self.line.tokens.get(index).is_some_and(|token| token.start > end)
        });
        match self.terminal(index) {
            Some(
                Terminal::Name
                | Terminal::UpperName
                | Terminal::Integer
                | Terminal::Float
                | Terminal::String
                | Terminal::InitPeerId,
            ) => true,
            Some(Terminal::ParenOpen) => is_separated || is_block_header,
            Some(Terminal::BracketOpen | Terminal::Question | Terminal::Bang) => is_separated,
            Some(Terminal::Star) => self.terminal(index + 1) == Some(Terminal::BracketOpen) && self.adjacent(index),
            Some(Terminal::Minus) => is_separated && self.adjacent(index) && is_block_header,
            _ => false,
        }
    }

    /// Returns whether the token at an index is a `:` followed by a statement, as opposed to the type of a stream.
    pub(super) fn is_inline_block(&self, index: usize) -> bool {
        self.terminal(index) == Some(Terminal::Colon)
            && matches!(
                self.terminal(index + 1),
                Some(Terminal::Name | Terminal::UpperName | Terminal::ArrowLeft)
            )
            && self.line.tokens[index + 1..]
                .iter()
                .any(|token| !matches!(token.terminal, Terminal::Name | Terminal::UpperName | Terminal::Dot))
    }

    /// Returns whether a closure starts at an index: `name = (a: T) -> U:` or `name = func (…):`. The token after the closing
    /// parenthesis distinguishes it from a value.
    pub(super) fn is_closure(&self, index: usize) -> bool {
        if !matches!(self.terminal(index), Some(Terminal::Name | Terminal::UpperName))
            || self.terminal(index + 1) != Some(Terminal::Equals)
        {
            return false;
        }
        let mut next = index + 2;
        if self.terminal(next) == Some(Terminal::Name) && self.word(next) == "func" {
            next += 1;
        }
        if self.terminal(next) == Some(Terminal::BraceOpen) {
            next = self.after_brackets(next);
        }
        self.terminal(next) == Some(Terminal::ParenOpen)
            && matches!(
                self.terminal(self.after_brackets(next)),
                Some(Terminal::ArrowRight | Terminal::Colon)
            )
    }

    /// Returns whether a service id statement starts at an index: `Service "id"` or `Module.Service id`.
    pub(super) fn is_service_id(&self, index: usize) -> bool {
        let mut next = index;
        let mut last = None;
        while let Some(terminal @ (Terminal::Name | Terminal::UpperName)) = self.terminal(next) {
            last = Some(terminal);
            next += 1;
            if self.terminal(next) != Some(Terminal::Dot) {
                break;
            }
            next += 1;
        }
        let has_value = match self.terminal(next) {
            Some(Terminal::Name | Terminal::UpperName | Terminal::String | Terminal::InitPeerId) => true,
            Some(Terminal::ParenOpen) => next > index && !self.adjacent(next - 1),
            _ => false,
        };
        last == Some(Terminal::UpperName) && has_value
    }

    /// Returns the index after the bracket that closes the one at an index.
    pub(super) fn after_brackets(&self, index: usize) -> usize {
        let mut depth = 0_usize;
        for (offset, token) in self.line.tokens[index..].iter().enumerate() {
            if token.terminal.closing_bracket().is_some() {
                depth += 1;
            } else if token.terminal.is_closing_bracket() {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return index + offset + 1;
                }
            }
        }
        self.line.tokens.len()
    }

    /// Returns the index after the first `<-`.
    pub(super) fn after_arrow(&self, index: usize) -> usize {
        let arrow = self
            .line
            .tokens
            .iter()
            .position(|token| token.terminal == Terminal::ArrowLeft);
        arrow.map_or(self.line.tokens.len(), |arrow| arrow.max(index) + 1)
    }

    /// Distinguishes commas before parameters, which are followed by `name:`, from commas between types.
    pub(super) fn resolve_parameter_commas(&mut self) {
        let mut depth = 0_usize;
        for index in 0..self.line.tokens.len() {
            let terminal = self.line.tokens[index].terminal;
            if terminal.closing_bracket().is_some() {
                depth += 1;
            } else if terminal.is_closing_bracket() {
                depth = depth.saturating_sub(1);
            } else if terminal == Terminal::Comma
                && depth > 0
                && matches!(self.terminal(index + 1), Some(Terminal::Name | Terminal::UpperName))
                && self.terminal(index + 2) == Some(Terminal::Colon)
            {
                self.line.tokens[index].terminal = Terminal::ParameterComma;
            }
        }
    }
}
