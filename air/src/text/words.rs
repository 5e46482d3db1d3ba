//! The literals and words of a text. The same one, wherever it stands, is looked at once.

use super::token::{Piece, Token, token};
use crate::bytecode::Builder;
use crate::problem::Problem;
use crate::{Lens, Operand, OperandId, Place, Slot, Value, Variable, VariableKind};
use hashbrown::HashTable;

/// Usual scripts have one new word in so many bytes or more.
pub(super) const BYTES_OF_A_NEW_WORD: usize = 64;

/// Everything that was looked at, by number.
pub(super) struct Words<'a> {
    text: &'a str,
    numbers: HashTable<u32>,
    words: Vec<Word<'a>>,
}

/// A literal or word that was looked at.
struct Word<'a> {
    text: &'a str,
    token: Token<'a>,
    /// A bit for each place that takes it as a value.
    places: u8,
    /// Of a variable without lens.
    slot: Option<Slot>,
    operand: Option<OperandId>,
}

impl<'a> Words<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let room = text.len() / BYTES_OF_A_NEW_WORD;
        Self {
            text,
            numbers: HashTable::with_capacity(room),
            words: Vec::with_capacity(room),
        }
    }

    /// The number of a piece that is a literal or a word.
    ///
    /// # Errors
    /// When it means nothing.
    pub(super) fn look(&mut self, piece: Piece, builder: &mut Builder) -> Result<usize, Box<Problem>> {
        let text = piece.of(self.text);
        let hash = Builder::hash(text);
        let known = self
            .numbers
            .find(hash, |number| self.words[*number as usize].text == text);
        match known {
            Some(number) => Ok(*number as usize),
            None => self.add(piece, text, hash, builder),
        }
    }

    #[inline(never)]
    fn add(&mut self, piece: Piece, text: &'a str, hash: u64, builder: &mut Builder) -> Result<usize, Box<Problem>> {
        let token = token(self.text, piece)?;
        let (places, slot) = match &token {
            Token::Variable(kind @ VariableKind::Scalar, name, None) => {
                (EVERYWHERE, Some(builder.hashed_slot(*kind, name, hash)))
            }
            Token::Variable(kind, name, None) => (places(&token), Some(builder.hashed_slot(*kind, name, hash))),
            _ => (places(&token), None),
        };
        let number = self.words.len();
        self.words.push(Word {
            text,
            token,
            places,
            slot,
            operand: None,
        });
        let words = &self.words;
        self.numbers.insert_unique(hash, number as u32, |number| {
            Builder::hash(words[*number as usize].text)
        });
        Ok(number)
    }

    /// What it is.
    pub(super) fn token(&self, number: usize) -> &Token<'a> {
        &self.words[number].token
    }

    /// Whether it can stand there as a value.
    pub(super) fn can_stand(&self, number: usize, place: Place) -> bool {
        self.words[number].places & bit(place) != 0
    }

    /// The slot of a variable without lens.
    pub(super) fn slot(&self, number: usize) -> Slot {
        self.words[number].slot.expect("only variables have slots")
    }

    /// The operand that it stands for.
    pub(super) fn operand(&mut self, number: usize, builder: &mut Builder) -> OperandId {
        let word = &mut self.words[number];
        *word.operand.get_or_insert_with(|| {
            let operand = operand(&word.token, builder);
            builder.operand(operand)
        })
    }
}

fn operand(token: &Token<'_>, builder: &mut Builder) -> Operand {
    match token {
        Token::InitPeerId => Operand::InitPeerId,
        Token::Timestamp => Operand::Timestamp,
        Token::Ttl => Operand::Ttl,
        Token::Boolean(value) => Operand::Boolean(*value),
        Token::Integer(number) => Operand::Integer(*number),
        Token::Float(number) => Operand::Float(number.to_bits()),
        Token::Literal(text) => Operand::Text(builder.text(text)),
        Token::Error(lens) => Operand::Error(lens.as_ref().map(|lens| builder.lens(lens))),
        Token::LastError(lens) => Operand::LastError(lens.as_ref().map(|lens| builder.lens(lens))),
        Token::Variable(kind, name, lens) => {
            let slot = builder.slot(*kind, name);
            let lens = lens.as_ref().map(|lens| builder.lens(lens));
            match kind {
                VariableKind::CanonStream => Operand::CanonStream(slot, lens),
                VariableKind::CanonMap => Operand::CanonMap(slot, lens),
                _ => Operand::Scalar(slot, lens),
            }
        }
        Token::Keyword(_) => unreachable!("no place accepts a keyword"),
    }
}

const PLACES: [Place; 7] = [
    Place::Peer,
    Place::Function,
    Place::Argument,
    Place::Source,
    Place::Key,
    Place::Iterable,
    Place::Failure,
];

/// A bit for each place; scalars can stand in all of them.
const EVERYWHERE: u8 = (1 << PLACES.len()) - 1;

fn bit(place: Place) -> u8 {
    1 << place as u8
}

fn places(token: &Token<'_>) -> u8 {
    let value = alike(token);
    let accepting = PLACES.into_iter().filter(|place| place.accepts(&value));
    accepting.fold(0, |bits, place| bits | bit(place))
}

/// A value of the same kind, for the question where it can stand. A keyword can't stand anywhere, as a map with a lens.
fn alike(token: &Token<'_>) -> Value {
    let shape = |lens: &Option<Box<Lens>>| lens.as_ref().map(|_| Lens::Length);
    match token {
        Token::InitPeerId => Value::InitPeerId,
        Token::Error(lens) => Value::Error(shape(lens)),
        Token::LastError(lens) => Value::LastError(shape(lens)),
        Token::Timestamp => Value::Timestamp,
        Token::Ttl => Value::Ttl,
        Token::Boolean(value) => Value::Boolean(*value),
        Token::Literal(_) => Value::literal(""),
        Token::Integer(number) => Value::Integer(*number),
        Token::Float(number) => Value::Float(*number),
        Token::Variable(kind, _, lens) => Value::Variable(Variable::new(*kind, ""), shape(lens)),
        Token::Keyword(_) => Variable::stream_map("").with(Lens::Length),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_can_stand_everywhere() {
        assert_eq!(places(&Token::Variable(VariableKind::Scalar, "x", None)), EVERYWHERE);
    }
}
