//! Looking ahead: what a line is, told by more than its next symbol.

use super::Settling;
use crate::terminals::Terminal;

impl Settling<'_, '_> {
    /// Whether what stands at a place can follow a keyword, rather than a name. Brackets and `!` right after a word
    /// belong to it, unless the line is the head of a block.
    pub(super) fn follows_keyword(&self, at: usize) -> bool {
        let block = self
            .line
            .tokens
            .last()
            .is_some_and(|token| token.terminal == Terminal::Colon);
        let apart = at.checked_sub(1).is_none_or(|before| {
            let end = self.line.tokens[before].end;
            self.line.tokens.get(at).is_some_and(|token| token.start > end)
        });
        match self.terminal(at) {
            Some(
                Terminal::Name
                | Terminal::Class
                | Terminal::Integer
                | Terminal::Float
                | Terminal::String
                | Terminal::InitPeerId,
            ) => true,
            Some(Terminal::ParenOpen) => apart || block,
            Some(Terminal::BracketOpen | Terminal::Question | Terminal::Bang) => apart,
            Some(Terminal::Star) => self.terminal(at + 1) == Some(Terminal::BracketOpen) && self.adjacent(at),
            Some(Terminal::Minus) => apart && self.adjacent(at) && block,
            _ => false,
        }
    }

    /// Whether a `:` with a statement behind it stands at a place: a block on the line that opens it, rather than the type
    /// of a stream.
    pub(super) fn is_inline_block(&self, at: usize) -> bool {
        self.terminal(at) == Some(Terminal::Colon)
            && matches!(
                self.terminal(at + 1),
                Some(Terminal::Name | Terminal::Class | Terminal::ArrowLeft)
            )
            && self.line.tokens[at + 1..]
                .iter()
                .any(|token| !matches!(token.terminal, Terminal::Name | Terminal::Class | Terminal::Dot))
    }

    /// `name = (a: T) -> U:` and `name = func (…):`, told from values by what follows the bracket.
    pub(super) fn is_closure(&self, at: usize) -> bool {
        if !matches!(self.terminal(at), Some(Terminal::Name | Terminal::Class))
            || self.terminal(at + 1) != Some(Terminal::Equals)
        {
            return false;
        }
        let mut next = at + 2;
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

    /// `Service "id"`, `Module.Service id`: a dotted name, a space, a value.
    pub(super) fn is_service_id(&self, at: usize) -> bool {
        let mut next = at;
        let mut last = None;
        while let Some(terminal @ (Terminal::Name | Terminal::Class)) = self.terminal(next) {
            last = Some(terminal);
            next += 1;
            if self.terminal(next) != Some(Terminal::Dot) {
                break;
            }
            next += 1;
        }
        let value = match self.terminal(next) {
            Some(Terminal::Name | Terminal::Class | Terminal::String | Terminal::InitPeerId) => true,
            Some(Terminal::ParenOpen) => next > at && !self.adjacent(next - 1),
            _ => false,
        };
        last == Some(Terminal::Class) && value
    }

    /// The place after the bracket that closes the one at a place. Brackets are balanced.
    pub(super) fn after_brackets(&self, at: usize) -> usize {
        let mut depth = 0_usize;
        for (offset, token) in self.line.tokens[at..].iter().enumerate() {
            if token.terminal.closer().is_some() {
                depth += 1;
            } else if token.terminal.is_closer() {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + offset + 1;
                }
            }
        }
        self.line.tokens.len()
    }

    /// The place after the first `<-`.
    pub(super) fn after_arrow(&self, at: usize) -> usize {
        let arrow = self
            .line
            .tokens
            .iter()
            .position(|token| token.terminal == Terminal::ArrowLeft);
        arrow.map_or(self.line.tokens.len(), |arrow| arrow.max(at) + 1)
    }

    /// Tells commas between parameters from commas between types: `name:` follows.
    pub(super) fn parameter_commas(&mut self) {
        let mut depth = 0_usize;
        for at in 0..self.line.tokens.len() {
            let terminal = self.line.tokens[at].terminal;
            if terminal.closer().is_some() {
                depth += 1;
            } else if terminal.is_closer() {
                depth = depth.saturating_sub(1);
            } else if terminal == Terminal::Comma
                && depth > 0
                && matches!(self.terminal(at + 1), Some(Terminal::Name | Terminal::Class))
                && self.terminal(at + 2) == Some(Terminal::Colon)
            {
                self.line.tokens[at].terminal = Terminal::ParameterComma;
            }
        }
    }
}
