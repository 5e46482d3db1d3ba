//! From instructions to bytecode.

use super::builder::{Builder, LATER};
use super::{Bytecode, LensId, Operand, OperandId, Operation, Output, ScopeId, Slot, TextId};
use crate::{Accessor, Failure, Instruction, Lens, Place, Script, Value, Variable, VariableKind, spelling};

/// Why a script built by a program is not AIR. Scripts read from text don't have these.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AssembleError {
    /// No root was set.
    #[error("the script has no instruction")]
    Empty,
    /// An operand where AIR doesn't allow it, for instance a stream as an argument.
    #[error("`{operand}` can't stand there in `{instruction}`")]
    Misplaced {
        /// The operand as text.
        operand: String,
        /// The instruction's canonical text.
        instruction: String,
    },
    /// Something that AIR can't spell: a name with a wrong tag, a text with a double quote, a number that is too long.
    #[error("AIR has no spelling for {what} `{text}`")]
    Unspeakable {
        /// What it should be.
        what: &'static str,
        /// Its text.
        text: String,
    },
}

impl Bytecode {
    /// Resolves a script. The result keeps its spans if every instruction has one.
    ///
    /// # Errors
    /// When the script is not well-formed AIR; names that are never defined are found by [`check`](crate::check).
    pub fn assemble(script: &Script) -> Result<Self, AssembleError> {
        let mut assembler = Assembler {
            builder: Builder::default(),
        };
        let mut spans = Vec::with_capacity(script.len());
        for (id, instruction) in script.in_text_order() {
            assembler.instruction(instruction)?;
            spans.extend(script.span(id));
        }
        assembler.builder.finish(spans).ok_or(AssembleError::Empty)
    }
}

struct Assembler {
    builder: Builder,
}

impl Assembler {
    fn instruction(&mut self, instruction: &Instruction) -> Result<(), AssembleError> {
        let mut opens = None;
        let place = Placed { instruction };
        let operation = match instruction {
            Instruction::Call {
                peer,
                service,
                function,
                arguments,
                output,
            } => {
                let peer = self.operand(&place, Place::Peer, peer)?;
                let service = self.operand(&place, Place::Function, service)?;
                let function = self.operand(&place, Place::Function, function)?;
                let operands = arguments.iter().map(|it| self.operand(&place, Place::Argument, it));
                let operands = operands.collect::<Result<Vec<_>, _>>()?;
                let arguments = self.builder.list(&operands);
                let output = match output {
                    None => Output::None,
                    Some(scalar) if scalar.kind == VariableKind::Scalar => Output::Scalar(self.slot(scalar)?),
                    Some(stream) => Output::Stream(self.scope(&place, stream, VariableKind::Stream)?),
                };
                Operation::Call {
                    peer,
                    service,
                    function,
                    arguments,
                    output,
                }
            }
            Instruction::Canon { peer, source, target } => {
                let peer = self.operand(&place, Place::Peer, peer)?;
                match (source.kind, target.kind) {
                    (VariableKind::Stream, VariableKind::CanonStream) => {
                        let source = self.scope(&place, source, VariableKind::Stream)?;
                        Operation::CanonStream {
                            peer,
                            source,
                            target: self.slot(target)?,
                        }
                    }
                    (VariableKind::StreamMap, VariableKind::CanonMap) => {
                        let source = self.scope(&place, source, VariableKind::StreamMap)?;
                        Operation::CanonMap {
                            peer,
                            source,
                            target: self.slot(target)?,
                        }
                    }
                    (VariableKind::StreamMap, VariableKind::Scalar) => {
                        let source = self.scope(&place, source, VariableKind::StreamMap)?;
                        Operation::CanonMapToScalar {
                            peer,
                            source,
                            target: self.slot(target)?,
                        }
                    }
                    _ => return Err(place.misplaced(&target.name)),
                }
            }
            Instruction::Ap { source, target } => {
                let source = self.operand(&place, Place::Source, source)?;
                if target.kind == VariableKind::Scalar {
                    Operation::ApToScalar {
                        source,
                        target: self.slot(target)?,
                    }
                } else {
                    Operation::ApToStream {
                        source,
                        target: self.scope(&place, target, VariableKind::Stream)?,
                    }
                }
            }
            Instruction::ApMap { key, value, target } => {
                let key = self.operand(&place, Place::Key, key)?;
                let value = self.operand(&place, Place::Source, value)?;
                Operation::ApToMap {
                    key,
                    value,
                    target: self.scope(&place, target, VariableKind::StreamMap)?,
                }
            }
            Instruction::Seq(..) => Operation::Seq(LATER, LATER),
            Instruction::Par(..) => Operation::Par(LATER, LATER),
            Instruction::Xor(..) => Operation::Xor(LATER, LATER),
            Instruction::Null => Operation::Null,
            Instruction::Never => Operation::Never,
            Instruction::New { variable, .. } => {
                let slot = self.slot(variable)?;
                if matches!(variable.kind, VariableKind::Stream | VariableKind::StreamMap) {
                    let scope = self.builder.new_scope(slot);
                    opens = Some((slot, scope));
                    if variable.kind == VariableKind::Stream {
                        Operation::NewStream { scope, body: LATER }
                    } else {
                        Operation::NewMap { scope, body: LATER }
                    }
                } else {
                    Operation::New { slot, body: LATER }
                }
            }
            Instruction::Fail(Failure::Value(value)) => Operation::Fail {
                error: self.operand(&place, Place::Failure, value)?,
            },
            Instruction::Fail(Failure::Code(code, message)) => Operation::FailWith {
                code: *code,
                message: self.literal(message)?,
            },
            Instruction::Fold {
                iterable,
                iterator,
                last,
                ..
            } => {
                let last = last.map(|_| LATER);
                match iterable {
                    Value::Variable(stream, None) if stream.kind == VariableKind::Stream => {
                        let stream = self.scope(&place, stream, VariableKind::Stream)?;
                        Operation::FoldStream {
                            stream,
                            iterator: self.scalar(iterator)?,
                            body: LATER,
                            last,
                        }
                    }
                    Value::Variable(map, None) if map.kind == VariableKind::StreamMap => {
                        let map = self.scope(&place, map, VariableKind::StreamMap)?;
                        Operation::FoldMap {
                            map,
                            iterator: self.scalar(iterator)?,
                            body: LATER,
                            last,
                        }
                    }
                    _ => {
                        let iterable = self.operand(&place, Place::Iterable, iterable)?;
                        Operation::Fold {
                            iterable,
                            iterator: self.scalar(iterator)?,
                            body: LATER,
                            last,
                        }
                    }
                }
            }
            Instruction::Next { iterator } => Operation::Next {
                iterator: self.scalar(iterator)?,
            },
            Instruction::Match { left, right, .. } => Operation::Match {
                left: self.operand(&place, Place::Argument, left)?,
                right: self.operand(&place, Place::Argument, right)?,
                body: LATER,
            },
            Instruction::Mismatch { left, right, .. } => Operation::Mismatch {
                left: self.operand(&place, Place::Argument, left)?,
                right: self.operand(&place, Place::Argument, right)?,
                body: LATER,
            },
        };
        self.builder.push(operation, opens);
        Ok(())
    }

    fn operand(&mut self, placed: &Placed<'_>, place: Place, value: &Value) -> Result<OperandId, AssembleError> {
        if !place.accepts(value) {
            return Err(placed.misplaced(value));
        }
        let operand = match value {
            Value::InitPeerId => Operand::InitPeerId,
            Value::LastError(lens) => Operand::LastError(self.lens(lens.as_ref())?),
            Value::Error(lens) => Operand::Error(self.lens(lens.as_ref())?),
            Value::Literal(text) => Operand::Text(self.literal(text)?),
            Value::Timestamp => Operand::Timestamp,
            Value::Ttl => Operand::Ttl,
            Value::Integer(number) => Operand::Integer(*number),
            Value::Float(number) if spelling::is_float(*number) => Operand::Float(number.to_bits()),
            Value::Float(number) => return Err(unspeakable("the number", &number.to_string())),
            Value::Boolean(value) => Operand::Boolean(*value),
            Value::EmptyArray => Operand::EmptyArray,
            Value::Variable(variable, lens) => {
                let slot = self.slot(variable)?;
                let lens = self.lens(lens.as_ref())?;
                match variable.kind {
                    VariableKind::Scalar => Operand::Scalar(slot, lens),
                    VariableKind::CanonStream => Operand::CanonStream(slot, lens),
                    VariableKind::CanonMap => Operand::CanonMap(slot, lens),
                    VariableKind::Stream | VariableKind::StreamMap => return Err(placed.misplaced(value)),
                }
            }
        };
        Ok(self.builder.operand(operand))
    }

    fn lens(&mut self, lens: Option<&Lens>) -> Result<Option<LensId>, AssembleError> {
        let Some(lens) = lens else { return Ok(None) };
        if let Lens::Path(accessors) = lens {
            if accessors.is_empty() {
                return Err(unspeakable("the lens", ".$"));
            }
            accessors.iter().try_for_each(Self::accessor)?;
        }
        Ok(Some(self.builder.lens(lens)))
    }

    fn accessor(accessor: &Accessor) -> Result<(), AssembleError> {
        match accessor {
            Accessor::Scalar(name) | Accessor::Field(name) if !spelling::is_accessor(name) => {
                Err(unspeakable("the accessor", name))
            }
            Accessor::Scalar(name) if !spelling::is_name(VariableKind::Scalar, name) => {
                Err(unspeakable("the name", name))
            }
            Accessor::Index(_) | Accessor::Scalar(_) | Accessor::Field(_) => Ok(()),
        }
    }

    fn literal(&mut self, text: &str) -> Result<TextId, AssembleError> {
        if !spelling::is_literal(text) {
            return Err(unspeakable("the text", text));
        }
        Ok(self.builder.text(text))
    }

    fn scalar(&mut self, name: &str) -> Result<Slot, AssembleError> {
        self.named(VariableKind::Scalar, name)
    }

    fn slot(&mut self, variable: &Variable) -> Result<Slot, AssembleError> {
        self.named(variable.kind, &variable.name)
    }

    fn named(&mut self, kind: VariableKind, name: &str) -> Result<Slot, AssembleError> {
        match self.builder.known_slot(kind, name) {
            Some(known) => Ok(known),
            None if spelling::is_name(kind, name) => Ok(self.builder.slot(kind, name)),
            None => Err(unspeakable("the name", name)),
        }
    }

    fn scope(
        &mut self,
        placed: &Placed<'_>,
        variable: &Variable,
        expected: VariableKind,
    ) -> Result<ScopeId, AssembleError> {
        if variable.kind != expected {
            return Err(placed.misplaced(&variable.name));
        }
        let slot = self.slot(variable)?;
        Ok(self.builder.scope(slot))
    }
}

/// The instruction at hand, for messages.
struct Placed<'a> {
    instruction: &'a Instruction,
}

impl Placed<'_> {
    fn misplaced(&self, operand: &impl ToString) -> AssembleError {
        AssembleError::Misplaced {
            operand: operand.to_string(),
            instruction: self.instruction.canonical_text(),
        }
    }
}

fn unspeakable(what: &'static str, text: &str) -> AssembleError {
    AssembleError::Unspeakable {
        what,
        text: text.to_owned(),
    }
}
