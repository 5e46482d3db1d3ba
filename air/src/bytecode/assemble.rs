//! Assembles scripts into bytecode.

use super::builder::{Builder, PLACEHOLDER};
use super::{Bytecode, CallOutput, LensId, OperandId, Operation, ResolvedOperand, Slot, StreamScopeId, StringId};
use crate::{
    Accessor, FailOperand, Instruction, Lens, Operand, OperandPosition, Script, Variable, VariableKind, spelling,
};

/// Why a script can't be assembled. Does not occur for scripts parsed from text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AssembleError {
    /// The script has no root.
    #[error("the script has no instruction")]
    Empty,
    /// An operand at a position where AIR does not allow it, such as a stream as an argument.
    #[error("`{operand}` is not allowed at this position in `{instruction}`")]
    Misplaced {
        /// The operand as AIR text.
        operand: String,
        /// The instruction's canonical text.
        instruction: String,
    },
    /// A name, string or number that AIR text can't represent: a name with the wrong tag, a string with a double quote, a
    /// number that is too long.
    #[error("AIR text can't represent the {what} `{text}`")]
    Unrepresentable {
        /// What it is, such as `name`.
        what: &'static str,
        /// The name, string or number.
        text: String,
    },
}

impl Bytecode {
    /// Assembles a script. Keeps the spans if every instruction has one.
    ///
    /// # Errors
    /// Fails if the script is not well-formed AIR. Use [`verify`](crate::verify) to check names and folds.
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
        let context = Context { instruction };
        let operation = match instruction {
            Instruction::Call {
                peer,
                service,
                function,
                arguments,
                output,
            } => {
                let peer = self.operand(&context, OperandPosition::Peer, peer)?;
                let service = self.operand(&context, OperandPosition::Function, service)?;
                let function = self.operand(&context, OperandPosition::Function, function)?;
                let operands = arguments
                    .iter()
                    .map(|it| self.operand(&context, OperandPosition::Argument, it));
                let operands = operands.collect::<Result<Vec<_>, _>>()?;
                let arguments = self.builder.list(&operands);
                let output = match output {
                    None => CallOutput::None,
                    Some(scalar) if scalar.kind == VariableKind::Scalar => CallOutput::Scalar(self.slot(scalar)?),
                    Some(stream) => CallOutput::Stream(self.scope(&context, stream, VariableKind::Stream)?),
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
                let peer = self.operand(&context, OperandPosition::Peer, peer)?;
                match (source.kind, target.kind) {
                    (VariableKind::Stream, VariableKind::CanonStream) => {
                        let source = self.scope(&context, source, VariableKind::Stream)?;
                        Operation::CanonStream {
                            peer,
                            source,
                            target: self.slot(target)?,
                        }
                    }
                    (VariableKind::StreamMap, VariableKind::CanonMap) => {
                        let source = self.scope(&context, source, VariableKind::StreamMap)?;
                        Operation::CanonMap {
                            peer,
                            source,
                            target: self.slot(target)?,
                        }
                    }
                    (VariableKind::StreamMap, VariableKind::Scalar) => {
                        let source = self.scope(&context, source, VariableKind::StreamMap)?;
                        Operation::CanonMapToScalar {
                            peer,
                            source,
                            target: self.slot(target)?,
                        }
                    }
                    _ => return Err(context.misplaced(&target.name)),
                }
            }
            Instruction::Ap { source, target } => {
                let source = self.operand(&context, OperandPosition::Source, source)?;
                if target.kind == VariableKind::Scalar {
                    Operation::ApToScalar {
                        source,
                        target: self.slot(target)?,
                    }
                } else {
                    Operation::ApToStream {
                        source,
                        target: self.scope(&context, target, VariableKind::Stream)?,
                    }
                }
            }
            Instruction::ApMap { key, value, target } => {
                let key = self.operand(&context, OperandPosition::Key, key)?;
                let value = self.operand(&context, OperandPosition::Source, value)?;
                Operation::ApToMap {
                    key,
                    value,
                    target: self.scope(&context, target, VariableKind::StreamMap)?,
                }
            }
            Instruction::Seq(..) => Operation::Seq(PLACEHOLDER, PLACEHOLDER),
            Instruction::Par(..) => Operation::Par(PLACEHOLDER, PLACEHOLDER),
            Instruction::Xor(..) => Operation::Xor(PLACEHOLDER, PLACEHOLDER),
            Instruction::Null => Operation::Null,
            Instruction::Never => Operation::Never,
            Instruction::New { variable, .. } => {
                let slot = self.slot(variable)?;
                if matches!(variable.kind, VariableKind::Stream | VariableKind::StreamMap) {
                    let scope = self.builder.new_scope(slot);
                    opens = Some((slot, scope));
                    if variable.kind == VariableKind::Stream {
                        Operation::NewStream {
                            scope,
                            body: PLACEHOLDER,
                        }
                    } else {
                        Operation::NewMap {
                            scope,
                            body: PLACEHOLDER,
                        }
                    }
                } else {
                    Operation::New {
                        slot,
                        body: PLACEHOLDER,
                    }
                }
            }
            Instruction::Fail(FailOperand::Operand(value)) => Operation::Fail {
                error: self.operand(&context, OperandPosition::Fail, value)?,
            },
            Instruction::Fail(FailOperand::Code(code, message)) => Operation::FailWith {
                code: *code,
                message: self.literal(message)?,
            },
            Instruction::Fold {
                iterable,
                iterator,
                last,
                ..
            } => {
                let last = last.map(|_| PLACEHOLDER);
                match iterable {
                    Operand::Variable(stream, None) if stream.kind == VariableKind::Stream => {
                        let stream = self.scope(&context, stream, VariableKind::Stream)?;
                        Operation::FoldStream {
                            stream,
                            iterator: self.scalar(iterator)?,
                            body: PLACEHOLDER,
                            last,
                        }
                    }
                    Operand::Variable(map, None) if map.kind == VariableKind::StreamMap => {
                        let map = self.scope(&context, map, VariableKind::StreamMap)?;
                        Operation::FoldMap {
                            map,
                            iterator: self.scalar(iterator)?,
                            body: PLACEHOLDER,
                            last,
                        }
                    }
                    _ => {
                        let iterable = self.operand(&context, OperandPosition::Iterable, iterable)?;
                        Operation::Fold {
                            iterable,
                            iterator: self.scalar(iterator)?,
                            body: PLACEHOLDER,
                            last,
                        }
                    }
                }
            }
            Instruction::Next { iterator } => Operation::Next {
                iterator: self.scalar(iterator)?,
            },
            Instruction::Match { left, right, .. } => Operation::Match {
                left: self.operand(&context, OperandPosition::Argument, left)?,
                right: self.operand(&context, OperandPosition::Argument, right)?,
                body: PLACEHOLDER,
            },
            Instruction::Mismatch { left, right, .. } => Operation::Mismatch {
                left: self.operand(&context, OperandPosition::Argument, left)?,
                right: self.operand(&context, OperandPosition::Argument, right)?,
                body: PLACEHOLDER,
            },
        };
        self.builder.push(operation, opens);
        Ok(())
    }

    fn operand(
        &mut self,
        context: &Context<'_>,
        position: OperandPosition,
        value: &Operand,
    ) -> Result<OperandId, AssembleError> {
        if !position.accepts(value) {
            return Err(context.misplaced(value));
        }
        let operand = match value {
            Operand::InitPeerId => ResolvedOperand::InitPeerId,
            Operand::LastError(lens) => ResolvedOperand::LastError(self.lens(lens.as_ref())?),
            Operand::Error(lens) => ResolvedOperand::Error(self.lens(lens.as_ref())?),
            Operand::Literal(text) => ResolvedOperand::String(self.literal(text)?),
            Operand::Timestamp => ResolvedOperand::Timestamp,
            Operand::Ttl => ResolvedOperand::Ttl,
            Operand::Integer(number) => ResolvedOperand::Integer(*number),
            Operand::Float(number) if spelling::is_float(*number) => ResolvedOperand::Float(number.to_bits()),
            Operand::Float(number) => return Err(unrepresentable("number", &number.to_string())),
            Operand::Boolean(value) => ResolvedOperand::Boolean(*value),
            Operand::EmptyArray => ResolvedOperand::EmptyArray,
            Operand::Variable(variable, lens) => {
                let slot = self.slot(variable)?;
                let lens = self.lens(lens.as_ref())?;
                match variable.kind {
                    VariableKind::Scalar => ResolvedOperand::Scalar(slot, lens),
                    VariableKind::CanonStream => ResolvedOperand::CanonStream(slot, lens),
                    VariableKind::CanonMap => ResolvedOperand::CanonMap(slot, lens),
                    VariableKind::Stream | VariableKind::StreamMap => return Err(context.misplaced(value)),
                }
            }
        };
        Ok(self.builder.operand(operand))
    }

    fn lens(&mut self, lens: Option<&Lens>) -> Result<Option<LensId>, AssembleError> {
        let Some(lens) = lens else { return Ok(None) };
        if let Lens::Path(accessors) = lens {
            if accessors.is_empty() {
                return Err(unrepresentable("lens", ".$"));
            }
            accessors.iter().try_for_each(Self::accessor)?;
        }
        Ok(Some(self.builder.lens(lens)))
    }

    fn accessor(accessor: &Accessor) -> Result<(), AssembleError> {
        match accessor {
            Accessor::Scalar(name) | Accessor::Field(name) if !spelling::is_accessor(name) => {
                Err(unrepresentable("accessor", name))
            }
            Accessor::Scalar(name) if !spelling::is_name(VariableKind::Scalar, name) => {
                Err(unrepresentable("name", name))
            }
            Accessor::Index(_) | Accessor::Scalar(_) | Accessor::Field(_) => Ok(()),
        }
    }

    fn literal(&mut self, text: &str) -> Result<StringId, AssembleError> {
        if !spelling::is_literal(text) {
            return Err(unrepresentable("string", text));
        }
        Ok(self.builder.string(text))
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
            None => Err(unrepresentable("name", name)),
        }
    }

    fn scope(
        &mut self,
        context: &Context<'_>,
        variable: &Variable,
        expected: VariableKind,
    ) -> Result<StreamScopeId, AssembleError> {
        if variable.kind != expected {
            return Err(context.misplaced(&variable.name));
        }
        let slot = self.slot(variable)?;
        Ok(self.builder.scope(slot))
    }
}

/// The current instruction, for error messages.
struct Context<'a> {
    instruction: &'a Instruction,
}

impl Context<'_> {
    fn misplaced(&self, operand: &impl ToString) -> AssembleError {
        AssembleError::Misplaced {
            operand: operand.to_string(),
            instruction: self.instruction.canonical_text(),
        }
    }
}

fn unrepresentable(what: &'static str, text: &str) -> AssembleError {
    AssembleError::Unrepresentable {
        what,
        text: text.to_owned(),
    }
}
