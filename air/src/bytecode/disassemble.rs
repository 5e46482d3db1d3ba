//! From bytecode back to instructions.

use super::tables::Tables;
use super::{Bytecode, LensId, Operand, OperandId, Operation, OperationId, Output, ScopeId, Slot, Step};
use crate::{Accessor, Failure, Instruction, InstructionId, Lens, Script, Value, Variable};

impl Bytecode {
    /// The script that this bytecode was assembled from, with its spans if there are any.
    pub fn disassemble(&self) -> Script {
        let mut script = Script::new();
        // Children have greater numbers than their parents, so from the end each finds its children done.
        let mut done = vec![InstructionId::new(0); self.operations.len()];
        for index in (0..self.operations.len()).rev() {
            let id = OperationId(index as u32);
            let instruction = self.instruction(id, &mut |child| done[child.index()]);
            done[index] = script.push(instruction, self.span(id));
        }
        script.set_root(done[0]);
        script
    }

    /// The instruction of one operation, with its children numbered by `child`.
    pub(super) fn instruction(
        &self,
        id: OperationId,
        child: &mut dyn FnMut(OperationId) -> InstructionId,
    ) -> Instruction {
        match self[id] {
            Operation::Call {
                peer,
                service,
                function,
                arguments,
                output,
            } => Instruction::Call {
                peer: self.value(peer),
                service: self.value(service),
                function: self.value(function),
                arguments: self
                    .list(arguments)
                    .iter()
                    .map(|argument| self.value(*argument))
                    .collect(),
                output: match output {
                    Output::None => None,
                    Output::Scalar(slot) => Some(self[slot].clone()),
                    Output::Stream(scope) => Some(self.stream(scope)),
                },
            },
            Operation::CanonStream { peer, source, target }
            | Operation::CanonMap { peer, source, target }
            | Operation::CanonMapToScalar { peer, source, target } => Instruction::Canon {
                peer: self.value(peer),
                source: self.stream(source),
                target: self[target].clone(),
            },
            Operation::ApToScalar { source, target } => Instruction::Ap {
                source: self.value(source),
                target: self[target].clone(),
            },
            Operation::ApToStream { source, target } => Instruction::Ap {
                source: self.value(source),
                target: self.stream(target),
            },
            Operation::ApToMap { key, value, target } => Instruction::ApMap {
                key: self.value(key),
                value: self.value(value),
                target: self.stream(target),
            },
            Operation::Seq(left, right) => Instruction::Seq(child(left), child(right)),
            Operation::Par(left, right) => Instruction::Par(child(left), child(right)),
            Operation::Xor(left, right) => Instruction::Xor(child(left), child(right)),
            Operation::Null => Instruction::Null,
            Operation::Never => Instruction::Never,
            Operation::New { slot, body } => Instruction::New {
                variable: self[slot].clone(),
                body: child(body),
            },
            Operation::NewStream { scope, body } | Operation::NewMap { scope, body } => Instruction::New {
                variable: self.stream(scope),
                body: child(body),
            },
            Operation::Fail { error } => Instruction::Fail(Failure::Value(self.value(error))),
            Operation::FailWith { code, message } => Instruction::Fail(Failure::Code(code, self[message].clone())),
            Operation::Fold {
                iterable,
                iterator,
                body,
                last,
            } => self.fold(self.value(iterable), iterator, child(body), last.map(child)),
            Operation::FoldStream {
                stream: scope,
                iterator,
                body,
                last,
            }
            | Operation::FoldMap {
                map: scope,
                iterator,
                body,
                last,
            } => self.fold(self.stream(scope).into(), iterator, child(body), last.map(child)),
            Operation::Next { iterator } => Instruction::Next {
                iterator: self.name(iterator).clone(),
            },
            Operation::Match { left, right, body } => Instruction::Match {
                left: self.value(left),
                right: self.value(right),
                body: child(body),
            },
            Operation::Mismatch { left, right, body } => Instruction::Mismatch {
                left: self.value(left),
                right: self.value(right),
                body: child(body),
            },
        }
    }

    fn fold(&self, iterable: Value, iterator: Slot, body: InstructionId, last: Option<InstructionId>) -> Instruction {
        Instruction::Fold {
            iterable,
            iterator: self.name(iterator).clone(),
            body,
            last,
        }
    }

    fn stream(&self, scope: ScopeId) -> Variable {
        self[self[scope].variable].clone()
    }

    /// The operand as a value of AIR; its text is the value's [`Display`](std::fmt::Display).
    pub fn value(&self, operand: OperandId) -> Value {
        self.tables.value(operand)
    }
}

impl Tables {
    pub(super) fn value(&self, operand: OperandId) -> Value {
        match self.operands[operand.index()] {
            Operand::InitPeerId => Value::InitPeerId,
            Operand::Timestamp => Value::Timestamp,
            Operand::Ttl => Value::Ttl,
            Operand::EmptyArray => Value::EmptyArray,
            Operand::Boolean(value) => Value::Boolean(value),
            Operand::Integer(number) => Value::Integer(number),
            Operand::Float(bits) => Value::Float(f64::from_bits(bits)),
            Operand::Text(text) => Value::Literal(self.texts[text.index()].clone()),
            Operand::LastError(lens) => Value::LastError(self.lens(lens)),
            Operand::Error(lens) => Value::Error(self.lens(lens)),
            Operand::Scalar(slot, lens) | Operand::CanonStream(slot, lens) | Operand::CanonMap(slot, lens) => {
                Value::Variable(self.variables[slot.index()].clone(), self.lens(lens))
            }
        }
    }

    fn lens(&self, lens: Option<LensId>) -> Option<Lens> {
        Some(
            self.lenses[lens?.index()]
                .path
                .as_deref()
                .map_or(Lens::Length, |steps| self.path(steps)),
        )
    }

    /// A lens by its steps.
    pub(super) fn path(&self, steps: &[Step]) -> Lens {
        let accessor = |step: &Step| match *step {
            Step::Index(index) => Accessor::Index(index),
            Step::Scalar(slot) => Accessor::Scalar(self.variables[slot.index()].name.clone()),
            Step::Field(name) => Accessor::Field(self.texts[name.index()].clone()),
        };
        Lens::Path(steps.iter().map(accessor).collect())
    }
}
