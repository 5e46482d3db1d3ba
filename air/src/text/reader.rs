//! The grammar of AIR, read straight into bytecode and without recursion: scripts come from strangers and nest as deep as
//! they like.
//!
//! Nothing is copied that was seen before.

use super::expected::{ANY_VARIABLE, CLOSE, CLOSE_SQUARE, INSTRUCTIONS, OPEN, OPEN_SQUARE, kind_name, value_names};
use super::token::{Keyword, Piece, Pieces, Sign, Token, token};
use super::words::{BYTES_OF_A_NEW_WORD, Words};
use crate::bytecode::{Builder, LATER};
use crate::problem::{Problem, ProblemKind};
use crate::{
    Bytecode, Operand, OperandId, Operation, OperationId, Output, Place, ReadError, ScopeId, Slot, Span, Value,
    VariableKind,
    VariableKind::{CanonMap, CanonStream, Scalar, Stream, StreamMap},
};

/// Broken scripts are told about so many mistakes at most.
const MOST_PROBLEMS: usize = 50;

/// Usual scripts have one operation in so many bytes or more.
const BYTES_OF_AN_OPERATION: usize = 16;

/// Reads a text whose names have still to be checked.
pub(crate) fn parse(text: &str) -> Result<Bytecode, ReadError> {
    if u32::try_from(text.len()).is_err() {
        let (left, right) = (0, u32::MAX);
        let problems = vec![Problem {
            span: Span { left, right },
            kind: ProblemKind::TextTooLong,
        }];
        return Err(ReadError { problems });
    }
    let mut pieces = Pieces::from(text, 0);
    Reader {
        text,
        next: pieces.next(),
        pieces,
        builder: Builder::with_capacity(text.len() / BYTES_OF_AN_OPERATION, text.len() / BYTES_OF_A_NEW_WORD),
        spans: Vec::with_capacity(text.len() / BYTES_OF_AN_OPERATION),
        words: Words::new(text),
        parents: Vec::new(),
        arguments: Vec::new(),
        opening: None,
    }
    .script()
}

struct Reader<'a> {
    text: &'a str,
    pieces: Pieces<'a>,
    next: Piece,
    builder: Builder,
    /// By operation.
    spans: Vec<Span>,
    words: Words<'a>,
    /// Instructions whose children are being read, outermost first.
    parents: Vec<Parent>,
    /// Of the call at hand.
    arguments: Vec<OperandId>,
    /// Where the instruction at hand begins, as long as it has no operation.
    opening: Option<u32>,
}

/// An instruction whose children are being read.
struct Parent {
    operation: OperationId,
    /// How many children it has had.
    children: u8,
    /// How many it must have.
    arity: u8,
    /// Whether one more may come.
    is_fold: bool,
}

/// What comes next.
enum Next {
    /// An instruction.
    Instruction,
    /// Whatever follows an instruction.
    Rest,
    /// Nothing.
    End,
}

/// Problems are rare and large.
type Read<T> = Result<T, Box<Problem>>;

impl<'a> Reader<'a> {
    fn script(mut self) -> Result<Bytecode, ReadError> {
        let mut problems = Vec::new();
        let mut next = Next::Instruction;
        loop {
            let read = match next {
                Next::Instruction => self.instruction(),
                Next::Rest => self.rest(),
                Next::End if problems.is_empty() => {
                    let bytecode = self.builder.finish(self.spans);
                    return Ok(bytecode.expect("an instruction was read, and all its children"));
                }
                Next::End => return Err(ReadError { problems }),
            };
            next = match read {
                Ok(next) => next,
                Err(problem) => {
                    problems.push(*problem);
                    if problems.len() == MOST_PROBLEMS || !self.skip_broken() {
                        return Err(ReadError { problems });
                    }
                    Next::Rest
                }
            };
        }
    }

    /// Reads an instruction up to its first child, or to its end if it has none.
    fn instruction(&mut self) -> Read<Next> {
        let left = self.expect(Sign::Open, &[OPEN])?.start();
        self.opening = Some(left);
        match self.keyword()? {
            Keyword::Call => self.call(),
            Keyword::Canon => self.canon(),
            Keyword::Ap => self.ap(),
            Keyword::Fail => self.fail(),
            Keyword::Next => {
                let iterator = self.scalar()?;
                self.leaf(Operation::Next { iterator })
            }
            Keyword::Null => self.leaf(Operation::Null),
            Keyword::Never => self.leaf(Operation::Never),
            Keyword::Seq => Ok(self.parent(Operation::Seq(LATER, LATER), None)),
            Keyword::Par => Ok(self.parent(Operation::Par(LATER, LATER), None)),
            Keyword::Xor => Ok(self.parent(Operation::Xor(LATER, LATER), None)),
            Keyword::New => self.fresh(),
            Keyword::Match => {
                let (left, right) = (self.argument()?, self.argument()?);
                let body = LATER;
                Ok(self.parent(Operation::Match { left, right, body }, None))
            }
            Keyword::Mismatch => {
                let (left, right) = (self.argument()?, self.argument()?);
                let body = LATER;
                Ok(self.parent(Operation::Mismatch { left, right, body }, None))
            }
            Keyword::Fold => self.fold(),
        }
    }

    /// Reads what stands behind an instruction: the next child of its parent, or the end of that.
    fn rest(&mut self) -> Read<Next> {
        let Some(parent) = self.parents.last_mut() else {
            return match self.next.sign {
                Sign::End => Ok(Next::End),
                _ => Err(self.unexpected(&[])),
            };
        };
        parent.children += 1;
        if parent.children < parent.arity {
            return Ok(Next::Instruction);
        }
        let may_go_on = parent.is_fold && parent.children == parent.arity;
        let operation = parent.operation;
        if may_go_on && self.next.sign == Sign::Open {
            return Ok(Next::Instruction);
        }
        let expected: &[_] = if may_go_on { &[OPEN, CLOSE] } else { &[CLOSE] };
        self.spans[operation.index()].right = self.expect(Sign::Close, expected)?.end();
        self.parents.pop();
        self.builder.end();
        Ok(Next::Rest)
    }

    /// Goes on behind the innermost instruction at fault, as if it were whole; `false` if its end can't be found.
    fn skip_broken(&mut self) -> bool {
        let left = if let Some(left) = self.opening.take() {
            self.operation(Operation::Null, None, left);
            left
        } else if let Some(parent) = self.parents.pop() {
            self.spans[parent.operation.index()].left
        } else {
            return false;
        };
        self.builder.end();
        self.pieces = Pieces::from(self.text, left as usize);
        let mut open = 0;
        loop {
            match self.pieces.next().sign {
                Sign::Open => open += 1,
                Sign::Close if open == 1 => break,
                Sign::Close => open -= 1,
                Sign::End => return false,
                Sign::OpenSquare | Sign::CloseSquare | Sign::Literal | Sign::Word | Sign::PlainWord => {}
            }
        }
        self.next = self.pieces.next();
        true
    }

    fn operation(&mut self, operation: Operation, opens: Option<(Slot, ScopeId)>, left: u32) -> OperationId {
        self.spans.push(Span { left, right: left });
        self.builder.begin(operation, opens)
    }

    /// Reads the end of an instruction without children.
    fn leaf(&mut self, operation: Operation) -> Read<Next> {
        let right = self.expect(Sign::Close, &[CLOSE])?.end();
        if let Some(left) = self.opening.take() {
            self.spans.push(Span { left, right });
            self.builder.leaf(operation);
        }
        Ok(Next::Rest)
    }

    /// Begins an instruction with children.
    fn parent(&mut self, operation: Operation, opens: Option<(Slot, ScopeId)>) -> Next {
        if let Some(left) = self.opening.take() {
            let (arity, is_fold) = match operation {
                Operation::Seq(..) | Operation::Par(..) | Operation::Xor(..) => (2, false),
                Operation::Fold { .. } | Operation::FoldStream { .. } | Operation::FoldMap { .. } => (1, true),
                _ => (1, false),
            };
            let operation = self.operation(operation, opens, left);
            self.parents.push(Parent {
                operation,
                children: 0,
                arity,
                is_fold,
            });
        }
        Next::Instruction
    }

    fn call(&mut self) -> Read<Next> {
        let peer = self.operand(Place::Peer, &[])?;
        self.expect(Sign::Open, &[OPEN])?;
        let service = self.operand(Place::Function, &[])?;
        let function = self.operand(Place::Function, &[])?;
        self.expect(Sign::Close, &[CLOSE])?;
        self.expect(Sign::OpenSquare, &[OPEN_SQUARE])?;
        self.arguments.clear();
        while self.next.sign != Sign::CloseSquare {
            let argument = self.operand(Place::Argument, &[CLOSE_SQUARE])?;
            self.arguments.push(argument);
        }
        self.advance();
        let arguments = self.builder.list(&self.arguments);
        let output = if self.next.sign == Sign::Close {
            Output::None
        } else {
            match self.variable(&[Scalar, Stream], &[CLOSE])? {
                (VariableKind::Scalar, slot) => Output::Scalar(slot),
                (_, stream) => Output::Stream(self.builder.scope(stream)),
            }
        };
        self.leaf(Operation::Call {
            peer,
            service,
            function,
            arguments,
            output,
        })
    }

    fn canon(&mut self) -> Read<Next> {
        let peer = self.operand(Place::Peer, &[])?;
        let (source_kind, source) = self.variable(&[Stream, StreamMap], &[])?;
        let source = self.builder.scope(source);
        let targets: &[_] = if source_kind == VariableKind::Stream {
            &[CanonStream]
        } else {
            &[CanonMap, Scalar]
        };
        let (target_kind, target) = self.variable(targets, &[])?;
        self.leaf(match target_kind {
            VariableKind::CanonStream => Operation::CanonStream { peer, source, target },
            VariableKind::CanonMap => Operation::CanonMap { peer, source, target },
            _ => Operation::CanonMapToScalar { peer, source, target },
        })
    }

    fn ap(&mut self) -> Read<Next> {
        if self.next.sign != Sign::Open {
            let source = self.operand(Place::Source, &[OPEN])?;
            let operation = match self.variable(&[Scalar, Stream], &[])? {
                (VariableKind::Scalar, target) => Operation::ApToScalar { source, target },
                (_, target) => {
                    let target = self.builder.scope(target);
                    Operation::ApToStream { source, target }
                }
            };
            return self.leaf(operation);
        }
        self.advance();
        let key = self.operand(Place::Key, &[])?;
        let value = self.operand(Place::Source, &[])?;
        self.expect(Sign::Close, &[CLOSE])?;
        let (_, map) = self.variable(&[StreamMap], &[])?;
        let target = self.builder.scope(map);
        self.leaf(Operation::ApToMap { key, value, target })
    }

    fn fail(&mut self) -> Read<Next> {
        if self.next.is_word() {
            let word = self.words.look(self.next, &mut self.builder)?;
            if let Token::Integer(code) = *self.words.token(word) {
                self.advance();
                let Sign::Literal = self.next.sign else {
                    return Err(self.unexpected(&["Literal"]));
                };
                let message = self.words.look(self.next, &mut self.builder)?;
                self.advance();
                let Token::Literal(message) = *self.words.token(message) else {
                    unreachable!("what stands in quotes is a literal");
                };
                let message = self.builder.text(message);
                return self.leaf(Operation::FailWith { code, message });
            }
        }
        let error = self.operand(Place::Failure, &["I64"])?;
        self.leaf(Operation::Fail { error })
    }

    fn fresh(&mut self) -> Read<Next> {
        let (kind, slot) = self.variable(ANY_VARIABLE, &[])?;
        let body = LATER;
        Ok(match kind {
            VariableKind::Stream => {
                let scope = self.builder.new_scope(slot);
                self.parent(Operation::NewStream { scope, body }, Some((slot, scope)))
            }
            VariableKind::StreamMap => {
                let scope = self.builder.new_scope(slot);
                self.parent(Operation::NewMap { scope, body }, Some((slot, scope)))
            }
            _ => self.parent(Operation::New { slot, body }, None),
        })
    }

    fn fold(&mut self) -> Read<Next> {
        let (body, last) = (LATER, None);
        let mut growing = None;
        if self.next.is_word() {
            let word = self.words.look(self.next, &mut self.builder)?;
            if let Token::Variable(kind @ (VariableKind::Stream | VariableKind::StreamMap), _, None) =
                *self.words.token(word)
            {
                growing = Some((kind, self.words.slot(word)));
            }
        }
        let Some((kind, slot)) = growing else {
            let iterable = self.operand(Place::Iterable, &[])?;
            let iterator = self.scalar()?;
            let fold = Operation::Fold {
                iterable,
                iterator,
                body,
                last,
            };
            return Ok(self.parent(fold, None));
        };
        self.advance();
        let scope = self.builder.scope(slot);
        let iterator = self.scalar()?;
        let fold = if kind == VariableKind::Stream {
            Operation::FoldStream {
                stream: scope,
                iterator,
                body,
                last,
            }
        } else {
            Operation::FoldMap {
                map: scope,
                iterator,
                body,
                last,
            }
        };
        Ok(self.parent(fold, None))
    }

    // Operands.

    fn keyword(&mut self) -> Read<Keyword> {
        match Keyword::at(self.text, self.next) {
            Some(keyword) => {
                self.advance();
                Ok(keyword)
            }
            None => Err(self.unexpected(INSTRUCTIONS)),
        }
    }

    fn argument(&mut self) -> Read<OperandId> {
        self.operand(Place::Argument, &[])
    }

    fn scalar(&mut self) -> Read<Slot> {
        self.variable(&[Scalar], &[]).map(|(_, slot)| slot)
    }

    /// Reads a variable without lens of one of these kinds; `also` names what else may stand there, for the message.
    fn variable(&mut self, kinds: &[VariableKind], also: &[&'static str]) -> Read<(VariableKind, Slot)> {
        if self.next.is_word() {
            let word = self.words.look(self.next, &mut self.builder)?;
            if let Token::Variable(kind, _, None) = *self.words.token(word)
                && kinds.contains(&kind)
            {
                self.advance();
                return Ok((kind, self.words.slot(word)));
            }
        }
        let expected: Vec<&str> = also
            .iter()
            .copied()
            .chain(kinds.iter().map(|kind| kind_name(*kind)))
            .collect();
        Err(self.unexpected(&expected))
    }

    /// Reads a value that the place accepts; `also` names what else may stand there, for the message.
    fn operand(&mut self, place: Place, also: &[&'static str]) -> Read<OperandId> {
        match self.next.sign {
            Sign::Literal | Sign::Word | Sign::PlainWord => {
                let word = self.words.look(self.next, &mut self.builder)?;
                if self.words.can_stand(word, place) {
                    self.advance();
                    return Ok(self.words.operand(word, &mut self.builder));
                }
            }
            Sign::OpenSquare if place.accepts(&Value::EmptyArray) => {
                self.advance();
                self.expect(Sign::CloseSquare, &[CLOSE_SQUARE])?;
                return Ok(self.builder.operand(Operand::EmptyArray));
            }
            _ => {}
        }
        Err(self.unexpected(&value_names(place, also)))
    }

    // Pieces.

    #[inline(always)]
    fn advance(&mut self) {
        self.next = self.pieces.next();
    }

    #[inline]
    fn expect(&mut self, sign: Sign, expected: &[&'static str]) -> Read<Piece> {
        if self.next.sign != sign {
            return Err(self.unexpected(expected));
        }
        let piece = self.next;
        self.advance();
        Ok(piece)
    }

    /// The problem that the piece at hand is not one of these, or means nothing at all.
    fn unexpected(&self, expected: &[&'static str]) -> Box<Problem> {
        let piece = self.next;
        if (piece.is_word() || piece.sign == Sign::Literal)
            && let Err(problem) = token(self.text, piece)
        {
            return Box::new(problem);
        }
        let (left, right) = (piece.start(), piece.end());
        Box::new(Problem {
            span: Span { left, right },
            kind: ProblemKind::UnexpectedToken(expected.to_vec()),
        })
    }
}
