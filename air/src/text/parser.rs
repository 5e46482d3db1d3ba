//! Parses AIR text straight into bytecode.
//!
//! The parser does not recurse: scripts are untrusted input and may nest to any depth.

use super::expected::{ANY_VARIABLE, CLOSE, CLOSE_SQUARE, INSTRUCTIONS, OPEN, OPEN_SQUARE, kind_name, operand_names};
use super::interner::{BYTES_PER_DISTINCT_LEXEME, Interner};
use super::lexer::{Lexeme, Lexer, TokenKind};
use super::token::{Keyword, Token, classify};
use crate::bytecode::{Builder, PLACEHOLDER};
use crate::problem::{Problem, ProblemKind};
use crate::{
    Bytecode, CallOutput, Operand, OperandId, OperandPosition, Operation, OperationId, ParseError, ResolvedOperand,
    Slot, StreamScopeId, TextRange, VariableKind,
    VariableKind::{CanonMap, CanonStream, Scalar, Stream, StreamMap},
};
use ecow::EcoString;

/// Maximum number of problems reported for one script.
const MAX_PROBLEMS: usize = 50;

/// Bytes of text per operation in typical scripts, for the initial capacity of tables.
const BYTES_PER_OPERATION: usize = 16;

/// Parses a script without verifying its names and folds.
pub(crate) fn parse(text: &str) -> Result<Bytecode, ParseError> {
    if u32::try_from(text.len()).is_err() {
        let problems = vec![Problem {
            span: TextRange {
                start: 0,
                end: u32::MAX,
            },
            kind: ProblemKind::TextTooLong,
        }];
        return Err(ParseError { problems });
    }
    let mut lexer = Lexer::new(text, 0);
    Parser {
        text,
        next: lexer.next(),
        lexer,
        builder: Builder::with_capacity(text.len() / BYTES_PER_OPERATION, text.len() / BYTES_PER_DISTINCT_LEXEME),
        spans: Vec::with_capacity(text.len() / BYTES_PER_OPERATION),
        interner: Interner::new(text),
        parents: Vec::new(),
        arguments: Vec::new(),
        opening: None,
    }
    .script()
}

struct Parser<'a> {
    text: &'a str,
    lexer: Lexer<'a>,
    next: Lexeme,
    builder: Builder,
    /// Indexed by operation.
    spans: Vec<TextRange>,
    interner: Interner<'a>,
    /// Instructions whose children are being parsed, outermost first.
    parents: Vec<Parent>,
    /// Arguments of the current call. Reused between calls.
    arguments: Vec<OperandId>,
    /// Start of the current instruction, until its operation is added.
    opening: Option<u32>,
}

/// An instruction whose children are being parsed.
struct Parent {
    operation: OperationId,
    /// Number of children parsed so far.
    children: u8,
    /// Number of required children.
    arity: u8,
    /// A fold may have one more child.
    is_fold: bool,
}

/// What the parser expects next.
enum Next {
    Instruction,
    /// The next child of the parent, or its end.
    AfterInstruction,
    EndOfText,
}

/// Problems are boxed because they are rare and large.
type ParseResult<T> = Result<T, Box<Problem>>;

impl<'a> Parser<'a> {
    fn script(mut self) -> Result<Bytecode, ParseError> {
        let mut problems = Vec::new();
        let mut next = Next::Instruction;
        loop {
            let read = match next {
                Next::Instruction => self.instruction(),
                Next::AfterInstruction => self.after_instruction(),
                Next::EndOfText if problems.is_empty() => {
                    let bytecode = self.builder.finish(self.spans);
                    return Ok(bytecode.expect("an instruction was read, and all its children"));
                }
                Next::EndOfText => return Err(ParseError { problems }),
            };
            next = match read {
                Ok(next) => next,
                Err(problem) => {
                    problems.push(*problem);
                    if problems.len() == MAX_PROBLEMS || !self.recover() {
                        return Err(ParseError { problems });
                    }
                    Next::AfterInstruction
                }
            };
        }
    }

    /// Parses an instruction up to its first child, or to its end if it has none.
    fn instruction(&mut self) -> ParseResult<Next> {
        let start = self.expect(TokenKind::Open, &[OPEN])?.start();
        self.opening = Some(start);
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
            Keyword::Seq => Ok(self.parent(Operation::Seq(PLACEHOLDER, PLACEHOLDER), None)),
            Keyword::Par => Ok(self.parent(Operation::Par(PLACEHOLDER, PLACEHOLDER), None)),
            Keyword::Xor => Ok(self.parent(Operation::Xor(PLACEHOLDER, PLACEHOLDER), None)),
            Keyword::New => self.new_variable(),
            Keyword::Match => {
                let (left, right) = (self.argument()?, self.argument()?);
                let body = PLACEHOLDER;
                Ok(self.parent(Operation::Match { left, right, body }, None))
            }
            Keyword::Mismatch => {
                let (left, right) = (self.argument()?, self.argument()?);
                let body = PLACEHOLDER;
                Ok(self.parent(Operation::Mismatch { left, right, body }, None))
            }
            Keyword::Fold => self.fold(),
        }
    }

    /// Parses what follows an instruction: the next child of its parent, or the end of the parent.
    fn after_instruction(&mut self) -> ParseResult<Next> {
        let Some(parent) = self.parents.last_mut() else {
            return match self.next.kind {
                TokenKind::End => Ok(Next::EndOfText),
                _ => Err(self.unexpected(&[])),
            };
        };
        parent.children += 1;
        if parent.children < parent.arity {
            return Ok(Next::Instruction);
        }
        let may_have_another = parent.is_fold && parent.children == parent.arity;
        let operation = parent.operation;
        if may_have_another && self.next.kind == TokenKind::Open {
            return Ok(Next::Instruction);
        }
        let expected: &[_] = if may_have_another { &[OPEN, CLOSE] } else { &[CLOSE] };
        self.spans[operation.index()].end = self.expect(TokenKind::Close, expected)?.end();
        self.parents.pop();
        self.builder.end();
        Ok(Next::AfterInstruction)
    }

    /// Recovers after the innermost malformed instruction. Returns `false` if its end can't be found.
    fn recover(&mut self) -> bool {
        let start = if let Some(start) = self.opening.take() {
            self.operation(Operation::Null, None, start);
            start
        } else if let Some(parent) = self.parents.pop() {
            self.spans[parent.operation.index()].start
        } else {
            return false;
        };
        self.builder.end();
        self.lexer = Lexer::new(self.text, start as usize);
        let mut depth = 0;
        loop {
            match self.lexer.next().kind {
                TokenKind::Open => depth += 1,
                TokenKind::Close if depth == 1 => break,
                TokenKind::Close => depth -= 1,
                TokenKind::End => return false,
                TokenKind::OpenSquare
                | TokenKind::CloseSquare
                | TokenKind::Literal
                | TokenKind::Word
                | TokenKind::PlainWord => {}
            }
        }
        self.next = self.lexer.next();
        true
    }

    fn operation(&mut self, operation: Operation, opens: Option<(Slot, StreamScopeId)>, start: u32) -> OperationId {
        self.spans.push(TextRange { start, end: start });
        self.builder.begin(operation, opens)
    }

    /// Parses the end of an instruction without children and adds its operation.
    fn leaf(&mut self, operation: Operation) -> ParseResult<Next> {
        let end = self.expect(TokenKind::Close, &[CLOSE])?.end();
        if let Some(start) = self.opening.take() {
            self.spans.push(TextRange { start, end });
            self.builder.leaf(operation);
        }
        Ok(Next::AfterInstruction)
    }

    /// Adds the operation of an instruction with children.
    fn parent(&mut self, operation: Operation, opens: Option<(Slot, StreamScopeId)>) -> Next {
        if let Some(start) = self.opening.take() {
            let (arity, is_fold) = match operation {
                Operation::Seq(..) | Operation::Par(..) | Operation::Xor(..) => (2, false),
                Operation::Fold { .. } | Operation::FoldStream { .. } | Operation::FoldMap { .. } => (1, true),
                _ => (1, false),
            };
            let operation = self.operation(operation, opens, start);
            self.parents.push(Parent {
                operation,
                children: 0,
                arity,
                is_fold,
            });
        }
        Next::Instruction
    }

    fn call(&mut self) -> ParseResult<Next> {
        let peer = self.operand(OperandPosition::Peer, &[])?;
        self.expect(TokenKind::Open, &[OPEN])?;
        let service = self.operand(OperandPosition::Function, &[])?;
        let function = self.operand(OperandPosition::Function, &[])?;
        self.expect(TokenKind::Close, &[CLOSE])?;
        self.expect(TokenKind::OpenSquare, &[OPEN_SQUARE])?;
        self.arguments.clear();
        while self.next.kind != TokenKind::CloseSquare {
            let argument = self.operand(OperandPosition::Argument, &[CLOSE_SQUARE])?;
            self.arguments.push(argument);
        }
        self.advance();
        let arguments = self.builder.list(&self.arguments);
        let output = if self.next.kind == TokenKind::Close {
            CallOutput::None
        } else {
            match self.variable(&[Scalar, Stream], &[CLOSE])? {
                (VariableKind::Scalar, slot) => CallOutput::Scalar(slot),
                (_, stream) => CallOutput::Stream(self.builder.scope(stream)),
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

    fn canon(&mut self) -> ParseResult<Next> {
        let peer = self.operand(OperandPosition::Peer, &[])?;
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

    fn ap(&mut self) -> ParseResult<Next> {
        if self.next.kind != TokenKind::Open {
            let source = self.operand(OperandPosition::Source, &[OPEN])?;
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
        let key = self.operand(OperandPosition::Key, &[])?;
        let value = self.operand(OperandPosition::Source, &[])?;
        self.expect(TokenKind::Close, &[CLOSE])?;
        let (_, map) = self.variable(&[StreamMap], &[])?;
        let target = self.builder.scope(map);
        self.leaf(Operation::ApToMap { key, value, target })
    }

    fn fail(&mut self) -> ParseResult<Next> {
        if self.next.is_word() {
            let word = self.interner.intern(self.next, &mut self.builder)?;
            if let Token::Integer(code) = *self.interner.token(word) {
                self.advance();
                let TokenKind::Literal = self.next.kind else {
                    return Err(self.unexpected(&["Literal"]));
                };
                let message = self.interner.intern(self.next, &mut self.builder)?;
                self.advance();
                let Token::Literal(message) = *self.interner.token(message) else {
                    unreachable!("a quoted lexeme is a literal");
                };
                let message = self.builder.string(message);
                return self.leaf(Operation::FailWith { code, message });
            }
        }
        let error = self.operand(OperandPosition::Fail, &["I64"])?;
        self.leaf(Operation::Fail { error })
    }

    fn new_variable(&mut self) -> ParseResult<Next> {
        let (kind, slot) = self.variable(ANY_VARIABLE, &[])?;
        let body = PLACEHOLDER;
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

    fn fold(&mut self) -> ParseResult<Next> {
        let (body, last) = (PLACEHOLDER, None);
        let mut stream = None;
        if self.next.is_word() {
            let word = self.interner.intern(self.next, &mut self.builder)?;
            if let Token::Variable(kind @ (VariableKind::Stream | VariableKind::StreamMap), _, None) =
                *self.interner.token(word)
            {
                stream = Some((kind, self.interner.slot(word)));
            }
        }
        let Some((kind, slot)) = stream else {
            let iterable = self.operand(OperandPosition::Iterable, &[])?;
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

    fn keyword(&mut self) -> ParseResult<Keyword> {
        match Keyword::from_lexeme(self.text, self.next) {
            Some(keyword) => {
                self.advance();
                Ok(keyword)
            }
            None => Err(self.unexpected(INSTRUCTIONS)),
        }
    }

    fn argument(&mut self) -> ParseResult<OperandId> {
        self.operand(OperandPosition::Argument, &[])
    }

    fn scalar(&mut self) -> ParseResult<Slot> {
        self.variable(&[Scalar], &[]).map(|(_, slot)| slot)
    }

    /// Parses a variable without a lens of one of `kinds`. `also` lists the other expected tokens for the error message.
    fn variable(&mut self, kinds: &[VariableKind], also: &[&'static str]) -> ParseResult<(VariableKind, Slot)> {
        if self.next.is_word() {
            let word = self.interner.intern(self.next, &mut self.builder)?;
            if let Token::Variable(kind, _, None) = *self.interner.token(word)
                && kinds.contains(&kind)
            {
                self.advance();
                return Ok((kind, self.interner.slot(word)));
            }
        }
        let expected: Vec<&str> = also
            .iter()
            .copied()
            .chain(kinds.iter().map(|kind| kind_name(*kind)))
            .collect();
        Err(self.unexpected(&expected))
    }

    /// Parses an operand that is allowed at `position`. `also` lists the other expected tokens for the error message.
    fn operand(&mut self, position: OperandPosition, also: &[&'static str]) -> ParseResult<OperandId> {
        match self.next.kind {
            TokenKind::Literal | TokenKind::Word | TokenKind::PlainWord => {
                let word = self.interner.intern(self.next, &mut self.builder)?;
                if self.interner.is_allowed_at(word, position) {
                    self.advance();
                    return Ok(self.interner.operand(word, &mut self.builder));
                }
            }
            TokenKind::OpenSquare if position.accepts(&Operand::EmptyArray) => {
                self.advance();
                self.expect(TokenKind::CloseSquare, &[CLOSE_SQUARE])?;
                return Ok(self.builder.operand(ResolvedOperand::EmptyArray));
            }
            _ => {}
        }
        Err(self.unexpected_operand(operand_names(position, also)))
    }

    /// Returns the problem that the next lexeme is not one of the expected operands.
    fn unexpected_operand(&self, expected: Vec<&'static str>) -> Box<Problem> {
        let mut problem = self.unexpected(&expected);
        if self.next.is_word()
            && let Ok(Token::Variable(VariableKind::Stream, stream, None)) = classify(self.text, self.next)
        {
            // The words of a call are its keyword and its peer.
            let words = self.opening.map(|start| &self.text[start as usize + 1..]);
            let mut words = words.unwrap_or_default().split_whitespace();
            let is_call = words.next() == Some("call");
            problem.kind = ProblemKind::StreamAsValue {
                expected,
                stream: stream.into(),
                peer: words.next().filter(|_| is_call).map(EcoString::from),
            };
        }
        problem
    }

    // Lexemes.

    #[inline(always)]
    fn advance(&mut self) {
        self.next = self.lexer.next();
    }

    #[inline]
    fn expect(&mut self, kind: TokenKind, expected: &[&'static str]) -> ParseResult<Lexeme> {
        if self.next.kind != kind {
            return Err(self.unexpected(expected));
        }
        let lexeme = self.next;
        self.advance();
        Ok(lexeme)
    }

    /// Returns the problem that the next lexeme is malformed or is not one of the expected tokens.
    fn unexpected(&self, expected: &[&'static str]) -> Box<Problem> {
        let lexeme = self.next;
        if (lexeme.is_word() || lexeme.kind == TokenKind::Literal)
            && let Err(problem) = classify(self.text, lexeme)
        {
            return Box::new(problem);
        }
        let (start, end) = (lexeme.start(), lexeme.end());
        Box::new(Problem {
            span: TextRange { start, end },
            kind: ProblemKind::UnexpectedToken(expected.to_vec()),
        })
    }
}
