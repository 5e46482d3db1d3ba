//! Interns the literals and words of a text, so that each distinct lexeme is classified once.

use super::lexer::Lexeme;
use super::token::{Token, classify};
use crate::bytecode::Builder;
use crate::problem::Problem;
use crate::{Lens, Operand, OperandId, OperandPosition, ResolvedOperand, Slot, Variable, VariableKind};
use hashbrown::HashTable;

/// Bytes of text per distinct lexeme in typical scripts, for the initial capacity of tables.
pub(super) const BYTES_PER_DISTINCT_LEXEME: usize = 64;

/// Maps lexemes to their meaning. Indices are assigned in the order of first use.
pub(super) struct Interner<'a> {
    text: &'a str,
    indices: HashTable<u32>,
    entries: Vec<Entry<'a>>,
}

/// A distinct literal or word.
struct Entry<'a> {
    text: &'a str,
    token: Token<'a>,
    /// Bit set of the [positions](OperandPosition) where it is allowed as an operand.
    positions: u8,
    /// Set for variables without a lens.
    slot: Option<Slot>,
    /// Set on the first use as an operand.
    operand: Option<OperandId>,
}

impl<'a> Interner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let capacity = text.len() / BYTES_PER_DISTINCT_LEXEME;
        Self {
            text,
            indices: HashTable::with_capacity(capacity),
            entries: Vec::with_capacity(capacity),
        }
    }

    /// Returns the index of a lexeme that is a literal or a word.
    ///
    /// # Errors
    /// Fails if the lexeme is malformed.
    pub(super) fn intern(&mut self, lexeme: Lexeme, builder: &mut Builder) -> Result<usize, Box<Problem>> {
        let text = lexeme.slice(self.text);
        let hash = Builder::hash(text);
        let known = self
            .indices
            .find(hash, |index| self.entries[*index as usize].text == text);
        match known {
            Some(index) => Ok(*index as usize),
            None => self.insert(lexeme, text, hash, builder),
        }
    }

    #[inline(never)]
    fn insert(
        &mut self,
        lexeme: Lexeme,
        text: &'a str,
        hash: u64,
        builder: &mut Builder,
    ) -> Result<usize, Box<Problem>> {
        let token = classify(self.text, lexeme)?;
        let (positions, slot) = match &token {
            Token::Variable(kind @ VariableKind::Scalar, name, None) => {
                (ALL_POSITIONS, Some(builder.hashed_slot(*kind, name, hash)))
            }
            Token::Variable(kind, name, None) => {
                (allowed_positions(&token), Some(builder.hashed_slot(*kind, name, hash)))
            }
            _ => (allowed_positions(&token), None),
        };
        let index = self.entries.len();
        self.entries.push(Entry {
            text,
            token,
            positions,
            slot,
            operand: None,
        });
        let entries = &self.entries;
        self.indices
            .insert_unique(hash, index as u32, |index| Builder::hash(entries[*index as usize].text));
        Ok(index)
    }

    pub(super) fn token(&self, index: usize) -> &Token<'a> {
        &self.entries[index].token
    }

    /// Returns whether the lexeme is allowed as an operand at `position`.
    pub(super) fn is_allowed_at(&self, index: usize, position: OperandPosition) -> bool {
        self.entries[index].positions & bit(position) != 0
    }

    /// Returns the slot of a variable without a lens.
    pub(super) fn slot(&self, index: usize) -> Slot {
        self.entries[index].slot.expect("only variables have slots")
    }

    pub(super) fn operand(&mut self, index: usize, builder: &mut Builder) -> OperandId {
        let entry = &mut self.entries[index];
        *entry.operand.get_or_insert_with(|| {
            let operand = resolve(&entry.token, builder);
            builder.operand(operand)
        })
    }
}

fn resolve(token: &Token<'_>, builder: &mut Builder) -> ResolvedOperand {
    match token {
        Token::InitPeerId => ResolvedOperand::InitPeerId,
        Token::Timestamp => ResolvedOperand::Timestamp,
        Token::Ttl => ResolvedOperand::Ttl,
        Token::Boolean(value) => ResolvedOperand::Boolean(*value),
        Token::Integer(number) => ResolvedOperand::Integer(*number),
        Token::Float(number) => ResolvedOperand::Float(number.to_bits()),
        Token::Literal(text) => ResolvedOperand::String(builder.string(text)),
        Token::Error(lens) => ResolvedOperand::Error(lens.as_ref().map(|lens| builder.lens(lens))),
        Token::LastError(lens) => ResolvedOperand::LastError(lens.as_ref().map(|lens| builder.lens(lens))),
        Token::Variable(kind, name, lens) => {
            let slot = builder.slot(*kind, name);
            let lens = lens.as_ref().map(|lens| builder.lens(lens));
            match kind {
                VariableKind::CanonStream => ResolvedOperand::CanonStream(slot, lens),
                VariableKind::CanonMap => ResolvedOperand::CanonMap(slot, lens),
                _ => ResolvedOperand::Scalar(slot, lens),
            }
        }
        Token::Keyword(_) => unreachable!("keywords are not allowed at any position"),
    }
}

/// The bit set of scalars, which are allowed at every position.
const ALL_POSITIONS: u8 = (1 << OperandPosition::ALL.len()) - 1;

fn bit(position: OperandPosition) -> u8 {
    1 << position as u8
}

fn allowed_positions(token: &Token<'_>) -> u8 {
    let operand = representative(token);
    let accepting = OperandPosition::ALL
        .into_iter()
        .filter(|position| position.accepts(&operand));
    accepting.fold(0, |bits, position| bits | bit(position))
}

/// Returns an operand that is allowed at the same positions as the token.
fn representative(token: &Token<'_>) -> Operand {
    let shape = |lens: &Option<Box<Lens>>| lens.as_ref().map(|_| Lens::Length);
    match token {
        Token::InitPeerId => Operand::InitPeerId,
        Token::Error(lens) => Operand::Error(shape(lens)),
        Token::LastError(lens) => Operand::LastError(shape(lens)),
        Token::Timestamp => Operand::Timestamp,
        Token::Ttl => Operand::Ttl,
        Token::Boolean(value) => Operand::Boolean(*value),
        Token::Literal(_) => Operand::literal(""),
        Token::Integer(number) => Operand::Integer(*number),
        Token::Float(number) => Operand::Float(*number),
        Token::Variable(kind, _, lens) => Operand::Variable(Variable::new(*kind, ""), shape(lens)),
        // Keywords are not allowed anywhere; neither is a stream map with a lens.
        Token::Keyword(_) => Variable::stream_map("").with_lens(Lens::Length),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_are_allowed_at_every_position() {
        assert_eq!(
            allowed_positions(&Token::Variable(VariableKind::Scalar, "x", None)),
            ALL_POSITIONS
        );
    }
}
