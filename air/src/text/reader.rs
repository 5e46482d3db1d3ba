//! The grammar of AIR, read without recursion: scripts come from strangers and nest as deep as they like.

use super::token::{Keyword, Range, Token, Tokens};
use crate::problem::{Problem, ProblemKind};
use crate::{Failure, Instruction, InstructionId, Lens, Place, Script, Span, Value, Variable, VariableKind};
use ecow::EcoString;
use rustc_hash::FxHashMap;

/// Reads a text whose names have still to be checked.
pub(crate) fn parse(text: &str) -> Result<Script, Problem> {
    if u32::try_from(text.len()).is_err() {
        return Err(Problem {
            span: Span {
                left: 0,
                right: u32::MAX,
            },
            kind: ProblemKind::TextTooLong,
        });
    }
    Reader {
        tokens: Tokens::new(text),
        peeked: None,
        script: Script::new(),
        long_texts: FxHashMap::default(),
    }
    .script()
}

struct Reader<'a> {
    tokens: Tokens<'a>,
    peeked: Option<(Token<'a>, Range)>,
    script: Script,
    /// Texts that don't fit into a value are stored once.
    long_texts: FxHashMap<&'a str, EcoString>,
}

/// An instruction whose children are being read.
struct Parent {
    left: u32,
    head: Head,
    first: Option<InstructionId>,
}

enum Head {
    Seq,
    Par,
    Xor,
    New(Variable),
    Match(Value, Value),
    Mismatch(Value, Value),
    Fold(Value, EcoString),
}

/// What the opening of an instruction turned out to be.
enum Opened {
    Leaf(Instruction),
    Parent(Head),
}

impl<'a> Reader<'a> {
    fn script(mut self) -> Result<Script, Problem> {
        let mut parents: Vec<Parent> = Vec::new();
        loop {
            let left = self.expect(Token::Open, &[OPEN])?.start;
            let mut done = match self.opening()? {
                Opened::Parent(head) => {
                    parents.push(Parent {
                        left,
                        head,
                        first: None,
                    });
                    continue;
                }
                Opened::Leaf(instruction) => self.close(left, instruction, &[CLOSE])?,
            };
            loop {
                let Some(parent) = parents.pop() else {
                    return self.end(done);
                };
                match self.add_child(parent, done)? {
                    Ok(id) => done = id,
                    Err(unfinished) => {
                        parents.push(unfinished);
                        break;
                    }
                }
            }
        }
    }

    /// Gives a parent its next child: the whole instruction if it was the last one, else the parent back.
    fn add_child(
        &mut self,
        mut parent: Parent,
        child: InstructionId,
    ) -> Result<Result<InstructionId, Parent>, Problem> {
        let mut closing: &[&str] = &[CLOSE];
        let instruction = match (parent.head, parent.first) {
            (head @ (Head::Seq | Head::Par | Head::Xor), None) => {
                (parent.head, parent.first) = (head, Some(child));
                return Ok(Err(parent));
            }
            (Head::Seq, Some(first)) => Instruction::Seq(first, child),
            (Head::Par, Some(first)) => Instruction::Par(first, child),
            (Head::Xor, Some(first)) => Instruction::Xor(first, child),
            (Head::New(variable), _) => Instruction::New { variable, body: child },
            (Head::Match(left, right), _) => Instruction::Match {
                left,
                right,
                body: child,
            },
            (Head::Mismatch(left, right), _) => Instruction::Mismatch {
                left,
                right,
                body: child,
            },
            (Head::Fold(iterable, iterator), Some(body)) => Instruction::Fold {
                iterable,
                iterator,
                body,
                last: Some(child),
            },
            (Head::Fold(iterable, iterator), None) => {
                if matches!(self.peek()?, Some((Token::Open, _))) {
                    (parent.head, parent.first) = (Head::Fold(iterable, iterator), Some(child));
                    return Ok(Err(parent));
                }
                closing = &[OPEN, CLOSE];
                Instruction::Fold {
                    iterable,
                    iterator,
                    body: child,
                    last: None,
                }
            }
        };
        self.close(parent.left, instruction, closing).map(Ok)
    }

    fn end(mut self, root: InstructionId) -> Result<Script, Problem> {
        if self.peek()?.is_some() {
            return Err(self.unexpected(&[]));
        }
        self.script.set_root(root);
        Ok(self.script)
    }

    fn close(
        &mut self,
        left: u32,
        instruction: Instruction,
        expected: &[&'static str],
    ) -> Result<InstructionId, Problem> {
        let right = self.expect(Token::Close, expected)?.end;
        Ok(self.script.push(instruction, Some(Span { left, right })))
    }

    /// Reads what stands between the opening parenthesis and the first child or the closing parenthesis.
    fn opening(&mut self) -> Result<Opened, Problem> {
        let keyword = match self.peek()? {
            Some((Token::Keyword(keyword), _)) => *keyword,
            _ => return Err(self.unexpected(INSTRUCTIONS)),
        };
        self.peeked = None;
        Ok(match keyword {
            Keyword::Call => Opened::Leaf(self.call()?),
            Keyword::Canon => Opened::Leaf(self.canon()?),
            Keyword::Ap => Opened::Leaf(self.ap()?),
            Keyword::Fail => Opened::Leaf(self.fail()?),
            Keyword::Next => Opened::Leaf(Instruction::Next {
                iterator: self.scalar()?,
            }),
            Keyword::Null => Opened::Leaf(Instruction::Null),
            Keyword::Never => Opened::Leaf(Instruction::Never),
            Keyword::Seq => Opened::Parent(Head::Seq),
            Keyword::Par => Opened::Parent(Head::Par),
            Keyword::Xor => Opened::Parent(Head::Xor),
            Keyword::New => Opened::Parent(Head::New(self.variable(ANY_VARIABLE)?)),
            Keyword::Match => Opened::Parent(Head::Match(self.argument()?, self.argument()?)),
            Keyword::Mismatch => Opened::Parent(Head::Mismatch(self.argument()?, self.argument()?)),
            Keyword::Fold => Opened::Parent(Head::Fold(self.value(Place::Iterable, &[])?, self.scalar()?)),
        })
    }

    fn call(&mut self) -> Result<Instruction, Problem> {
        let peer = self.value(Place::Peer, &[])?;
        self.expect(Token::Open, &[OPEN])?;
        let service = self.value(Place::Function, &[])?;
        let function = self.value(Place::Function, &[])?;
        self.expect(Token::Close, &[CLOSE])?;
        self.expect(Token::OpenSquare, &[OPEN_SQUARE])?;
        let mut arguments = Vec::new();
        while !matches!(self.peek()?, Some((Token::CloseSquare, _))) {
            arguments.push(self.value(Place::Argument, &[CLOSE_SQUARE])?);
        }
        self.peeked = None;
        let output = match self.peek()? {
            Some((Token::Close, _)) => None,
            _ => Some(self.variable(&[CLOSE, "Scalar", "Stream"])?),
        };
        Ok(Instruction::Call {
            peer,
            service,
            function,
            arguments,
            output,
        })
    }

    fn canon(&mut self) -> Result<Instruction, Problem> {
        let peer = self.value(Place::Peer, &[])?;
        let source = self.variable(&["Stream", "StreamMap"])?;
        let targets: &[_] = if source.kind == VariableKind::Stream {
            &["CanonStream"]
        } else {
            &["CanonStreamMap", "Scalar"]
        };
        let target = self.variable(targets)?;
        Ok(Instruction::Canon { peer, source, target })
    }

    fn ap(&mut self) -> Result<Instruction, Problem> {
        if !matches!(self.peek()?, Some((Token::Open, _))) {
            let source = self.value(Place::Source, &[OPEN])?;
            return Ok(Instruction::Ap {
                source,
                target: self.variable(&["Scalar", "Stream"])?,
            });
        }
        self.peeked = None;
        let key = self.value(Place::Key, &[])?;
        let value = self.value(Place::Source, &[])?;
        self.expect(Token::Close, &[CLOSE])?;
        Ok(Instruction::ApMap {
            key,
            value,
            target: self.variable(&["StreamMap"])?,
        })
    }

    fn fail(&mut self) -> Result<Instruction, Problem> {
        if let Some((Token::Integer(code), _)) = self.peek()? {
            let code = *code;
            self.peeked = None;
            let Some((Token::Literal(message), _)) = self.peek()? else {
                return Err(self.unexpected(&["Literal"]));
            };
            let message = *message;
            self.peeked = None;
            return Ok(Instruction::Fail(Failure::Code(code, self.text(message))));
        }
        Ok(Instruction::Fail(Failure::Value(self.value(Place::Failure, &["I64"])?)))
    }

    fn argument(&mut self) -> Result<Value, Problem> {
        self.value(Place::Argument, &[])
    }

    fn scalar(&mut self) -> Result<EcoString, Problem> {
        self.variable(&["Scalar"]).map(|variable| variable.name)
    }

    /// Reads a variable without lens whose kind is among the expected ones.
    fn variable(&mut self, expected: &[&'static str]) -> Result<Variable, Problem> {
        match self.peek()? {
            Some((Token::Variable(kind, name, None), _)) if expected.contains(&kind_name(*kind)) => {
                let (kind, name) = (*kind, *name);
                self.peeked = None;
                Ok(Variable {
                    kind,
                    name: self.text(name),
                })
            }
            _ => Err(self.unexpected(expected)),
        }
    }

    /// Reads a value that the place accepts; `also` names what else may stand there, for the message.
    fn value(&mut self, place: Place, also: &[&'static str]) -> Result<Value, Problem> {
        let Some((token, range)) = self.take()? else {
            return Err(self.unexpected(&value_names(place, also)));
        };
        let value = match token {
            Token::InitPeerId => Value::InitPeerId,
            Token::Error(lens) => Value::Error(lens),
            Token::LastError(lens) => Value::LastError(lens),
            Token::Timestamp => Value::Timestamp,
            Token::Ttl => Value::Ttl,
            Token::Boolean(value) => Value::Boolean(value),
            Token::Literal(text) => Value::Literal(self.text(text)),
            Token::Integer(number) => Value::Integer(number),
            Token::Float(number) => Value::Float(number),
            Token::Variable(kind, name, lens) => Value::Variable(
                Variable {
                    kind,
                    name: self.text(name),
                },
                lens,
            ),
            Token::OpenSquare if place.accepts(&Value::EmptyArray) => {
                self.expect(Token::CloseSquare, &[CLOSE_SQUARE])?;
                Value::EmptyArray
            }
            Token::Open | Token::Close | Token::OpenSquare | Token::CloseSquare | Token::Keyword(_) => {
                return Err(unexpected(range, &value_names(place, also)));
            }
        };
        if place.accepts(&value) {
            Ok(value)
        } else {
            Err(unexpected(range, &value_names(place, also)))
        }
    }

    fn text(&mut self, text: &'a str) -> EcoString {
        if text.len() <= EcoString::INLINE_LIMIT {
            return text.into();
        }
        self.long_texts.entry(text).or_insert_with(|| text.into()).clone()
    }

    fn expect(&mut self, token: Token<'a>, expected: &[&'static str]) -> Result<Range, Problem> {
        match self.peek()? {
            Some((found, range)) if *found == token => {
                let range = range.clone();
                self.peeked = None;
                Ok(range)
            }
            _ => Err(self.unexpected(expected)),
        }
    }

    fn peek(&mut self) -> Result<Option<&(Token<'a>, Range)>, Problem> {
        if self.peeked.is_none() {
            self.peeked = self.tokens.next().transpose()?;
        }
        Ok(self.peeked.as_ref())
    }

    fn take(&mut self) -> Result<Option<(Token<'a>, Range)>, Problem> {
        self.peek()?;
        Ok(self.peeked.take())
    }

    /// The problem that the token at hand, or the end, is not one of these.
    fn unexpected(&self, expected: &[&'static str]) -> Problem {
        let end = self.tokens.end();
        unexpected(
            self.peeked.as_ref().map_or(end..end, |(_, range)| range.clone()),
            expected,
        )
    }
}

fn unexpected(range: Range, expected: &[&'static str]) -> Problem {
    let span = Span {
        left: range.start,
        right: range.end,
    };
    Problem {
        span,
        kind: ProblemKind::UnexpectedToken(expected.to_vec()),
    }
}

fn kind_name(kind: VariableKind) -> &'static str {
    match kind {
        VariableKind::Scalar => "Scalar",
        VariableKind::Stream => "Stream",
        VariableKind::StreamMap => "StreamMap",
        VariableKind::CanonStream => "CanonStream",
        VariableKind::CanonMap => "CanonStreamMap",
    }
}

// What the official grammar expects at each place, under its names and in its order.

const OPEN: &str = "\"(\"";
const CLOSE: &str = "\")\"";
const OPEN_SQUARE: &str = "\"[\"";
const CLOSE_SQUARE: &str = "\"]\"";

const INSTRUCTIONS: &[&str] = &[
    "ap", "call", "canon", "fail", "fold", "match_", "mismatch", "never", "new", "next", "null", "par", "seq", "xor",
];
const ANY_VARIABLE: &[&str] = &["CanonStream", "CanonStreamMap", "Scalar", "Stream", "StreamMap"];

/// The names of all values that the place takes, and of what else may stand there.
fn value_names(place: Place, also: &[&'static str]) -> Vec<&'static str> {
    let lens = || Some(Lens::Length);
    let variable = |kind, lens| Value::Variable(Variable::new(kind, ""), lens);
    let values = [
        ("\"[\"", Value::EmptyArray),
        ("Boolean", Value::Boolean(true)),
        ("CanonStream", variable(VariableKind::CanonStream, None)),
        ("CanonStreamMap", variable(VariableKind::CanonMap, None)),
        ("CanonStreamMapWithLambda", variable(VariableKind::CanonMap, lens())),
        ("CanonStreamWithLambda", variable(VariableKind::CanonStream, lens())),
        ("Error", Value::Error(None)),
        ("ErrorWithLambda", Value::Error(lens())),
        ("F64", Value::Float(0.0)),
        ("I64", Value::Integer(0)),
        ("InitPeerId", Value::InitPeerId),
        ("LastError", Value::LastError(None)),
        ("LastErrorWithLambda", Value::LastError(lens())),
        ("Literal", Value::literal("")),
        ("Scalar", variable(VariableKind::Scalar, None)),
        ("ScalarWithLambda", variable(VariableKind::Scalar, lens())),
        ("Stream", variable(VariableKind::Stream, None)),
        ("StreamMap", variable(VariableKind::StreamMap, None)),
        ("TTL", Value::Ttl),
        ("Timestamp", Value::Timestamp),
    ];
    let accepted = values
        .iter()
        .filter(|(_, value)| place.accepts(value))
        .map(|(name, _)| *name);
    let mut names: Vec<&str> = accepted.chain(also.iter().copied()).collect();
    names.sort_unstable();
    names
}
