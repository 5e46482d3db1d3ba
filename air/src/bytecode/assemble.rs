//! From instructions to bytecode.

use super::layout::Layout;
use super::tables::Tables;
use super::{
    Bytecode, LensId, Operand, OperandId, OperandList, Operation, OperationId, Output, ResolvedLens, Scope, ScopeId,
    Slot, Step, TextId,
};
use crate::{Accessor, Failure, Instruction, Lens, Place, Script, Span, Value, Variable, VariableKind, spelling};
use ecow::EcoString;
use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;
use std::hash::Hash;

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

/// Children are filled in by the layout when they come.
const LATER: OperationId = OperationId(0);

impl Bytecode {
    /// Resolves a script. The result keeps its spans if every instruction has one.
    ///
    /// # Errors
    /// When the script is not well-formed AIR; names that are never defined are found by [`check`](crate::check).
    pub fn assemble(script: &Script) -> Result<Self, AssembleError> {
        Self::assemble_spelled(script, Spelling::Unknown)
    }

    /// [`Self::assemble`] for scripts whose names and texts may be known to be well spelled.
    pub(crate) fn assemble_spelled(script: &Script, spelling: Spelling) -> Result<Self, AssembleError> {
        let mut assembler = Assembler::new(spelling);
        let mut spans = Vec::with_capacity(script.len());
        for (id, instruction) in script.in_text_order() {
            assembler.instruction(instruction)?;
            spans.extend(script.span(id));
        }
        assembler.finish(spans)
    }
}

/// Whether names and texts need to be looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Spelling {
    /// They come from a program.
    Unknown,
    /// They come from AIR text.
    Known,
}

#[derive(Debug)]
struct Assembler {
    spelling: Spelling,
    layout: Layout,
    texts: Interned<EcoString>,
    variables: Interned<Variable>,
    scopes: Vec<Scope>,
    lenses: Interned<Lens>,
    lens_codes: Vec<ResolvedLens>,
    operands: Interned<Operand>,
    lists: Vec<OperandId>,
}

type Interned<T> = IndexSet<T, FxBuildHasher>;

fn intern<T: Hash + Eq>(set: &mut Interned<T>, entry: T) -> u32 {
    number(set.insert_full(entry).0)
}

fn number(index: usize) -> u32 {
    u32::try_from(index).expect("a script has less than 2³² of anything")
}

impl Assembler {
    fn new(spelling: Spelling) -> Self {
        Self {
            spelling,
            layout: Layout::default(),
            texts: Interned::default(),
            variables: Interned::default(),
            scopes: Vec::new(),
            lenses: Interned::default(),
            lens_codes: Vec::new(),
            operands: Interned::default(),
            lists: Vec::new(),
        }
    }

    fn finish(self, spans: Vec<Span>) -> Result<Bytecode, AssembleError> {
        if !self.layout.is_complete() {
            return Err(AssembleError::Empty);
        }
        let tables = Tables {
            texts: self.texts.into_iter().collect(),
            variables: self.variables.into_iter().collect(),
            scopes: self.scopes,
            lenses: self.lens_codes,
            operands: self.operands.into_iter().collect(),
            lists: self.lists,
        };
        Ok(Bytecode::new(tables, self.layout, spans))
    }

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
                let start = number(self.lists.len());
                for argument in arguments {
                    let argument = self.operand(&place, Place::Argument, argument)?;
                    self.lists.push(argument);
                }
                let arguments = OperandList {
                    start,
                    len: number(arguments.len()),
                };
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
                    let scope = self.add_scope(slot, Some(self.layout.next_id()));
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
        self.layout.push(operation, opens);
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
            Value::Float(number) if self.is_spelled(|| spelling::is_float(*number)) => Operand::Float(number.to_bits()),
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
        Ok(OperandId(intern(&mut self.operands, operand)))
    }

    fn is_spelled(&self, test: impl FnOnce() -> bool) -> bool {
        self.spelling == Spelling::Known || test()
    }

    fn lens(&mut self, lens: Option<&Lens>) -> Result<Option<LensId>, AssembleError> {
        let Some(lens) = lens else { return Ok(None) };
        if let Some(known) = self.lenses.get_index_of(lens) {
            return Ok(Some(LensId(number(known))));
        }
        let path = match lens {
            Lens::Length => None,
            Lens::Path(accessors) if accessors.is_empty() => return Err(unspeakable("the lens", ".$")),
            Lens::Path(accessors) => Some(accessors.iter().map(|step| self.step(step)).collect::<Result<_, _>>()?),
        };
        self.lens_codes.push(ResolvedLens {
            path,
            text: ecow::eco_format!("{lens}"),
        });
        Ok(Some(LensId(intern(&mut self.lenses, lens.clone()))))
    }

    fn step(&mut self, accessor: &Accessor) -> Result<Step, AssembleError> {
        match accessor {
            Accessor::Index(index) => Ok(Step::Index(*index)),
            Accessor::Scalar(name) if self.is_spelled(|| spelling::is_accessor(name)) => {
                Ok(Step::Scalar(self.scalar(name)?))
            }
            Accessor::Field(name) if self.is_spelled(|| spelling::is_accessor(name)) => {
                Ok(Step::Field(TextId(intern(&mut self.texts, name.clone()))))
            }
            Accessor::Scalar(name) | Accessor::Field(name) => Err(unspeakable("the accessor", name)),
        }
    }

    fn literal(&mut self, text: &EcoString) -> Result<TextId, AssembleError> {
        if !self.is_spelled(|| spelling::is_literal(text)) {
            return Err(unspeakable("the text", text));
        }
        Ok(TextId(intern(&mut self.texts, text.clone())))
    }

    fn scalar(&mut self, name: &EcoString) -> Result<Slot, AssembleError> {
        self.slot(&Variable::scalar(name.clone()))
    }

    fn slot(&mut self, variable: &Variable) -> Result<Slot, AssembleError> {
        if let Some(known) = self.variables.get_index_of(variable) {
            return Ok(Slot(number(known)));
        }
        if !self.is_spelled(|| spelling::is_name(variable)) {
            return Err(unspeakable("the name", &variable.name));
        }
        Ok(Slot(intern(&mut self.variables, variable.clone())))
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
        Ok(self.layout.scope(slot).unwrap_or_else(|| {
            let scope = self.add_scope(slot, None);
            self.layout.set_global(slot, scope);
            scope
        }))
    }

    fn add_scope(&mut self, variable: Slot, opened_by: Option<OperationId>) -> ScopeId {
        self.scopes.push(Scope { variable, opened_by });
        ScopeId(number(self.scopes.len() - 1))
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
