//! Disassembles bytecode into a script.

use super::tables::Tables;
use super::{
    Bytecode, CallOutput, LensId, LensStep, OperandId, Operation, OperationId, ResolvedOperand, Slot, StreamScopeId,
};
use crate::{Accessor, FailOperand, Instruction, InstructionId, Lens, Operand, Script, Variable};

impl Bytecode {
    /// Returns the script that this bytecode was assembled from, with its spans if there are any.
    pub fn disassemble(&self) -> Script {
        let mut script = Script::new();
        // Children have greater ids than their parents, so in reverse order the children are converted first.
        let mut converted = vec![InstructionId::new(0); self.operations.len()];
        for index in (0..self.operations.len()).rev() {
            let id = OperationId(index as u32);
            let instruction = self.instruction(id, &mut |child| converted[child.index()]);
            converted[index] = script.push(instruction, self.span(id));
        }
        script.set_root(converted[0]);
        script
    }

    /// Returns the instruction of an operation. `child` maps the ids of its children.
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
                peer: self.operand(peer),
                service: self.operand(service),
                function: self.operand(function),
                arguments: self
                    .list(arguments)
                    .iter()
                    .map(|argument| self.operand(*argument))
                    .collect(),
                output: match output {
                    CallOutput::None => None,
                    CallOutput::Scalar(slot) => Some(self[slot].clone()),
                    CallOutput::Stream(scope) => Some(self.stream(scope)),
                },
            },
            Operation::CanonStream { peer, source, target }
            | Operation::CanonMap { peer, source, target }
            | Operation::CanonMapToScalar { peer, source, target } => Instruction::Canon {
                peer: self.operand(peer),
                source: self.stream(source),
                target: self[target].clone(),
            },
            Operation::ApToScalar { source, target } => Instruction::Ap {
                source: self.operand(source),
                target: self[target].clone(),
            },
            Operation::ApToStream { source, target } => Instruction::Ap {
                source: self.operand(source),
                target: self.stream(target),
            },
            Operation::ApToMap { key, value, target } => Instruction::ApMap {
                key: self.operand(key),
                value: self.operand(value),
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
            Operation::Fail { error } => Instruction::Fail(FailOperand::Operand(self.operand(error))),
            Operation::FailWith { code, message } => Instruction::Fail(FailOperand::Code(code, self[message].clone())),
            Operation::Fold {
                iterable,
                iterator,
                body,
                last,
            } => self.fold(self.operand(iterable), iterator, child(body), last.map(child)),
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
                left: self.operand(left),
                right: self.operand(right),
                body: child(body),
            },
            Operation::Mismatch { left, right, body } => Instruction::Mismatch {
                left: self.operand(left),
                right: self.operand(right),
                body: child(body),
            },
        }
    }

    fn fold(&self, iterable: Operand, iterator: Slot, body: InstructionId, last: Option<InstructionId>) -> Instruction {
        Instruction::Fold {
            iterable,
            iterator: self.name(iterator).clone(),
            body,
            last,
        }
    }

    fn stream(&self, scope: StreamScopeId) -> Variable {
        self[self[scope].variable].clone()
    }

    /// Returns the operand of the instruction that a resolved operand stands for. [`Display`](std::fmt::Display) gives its AIR
    /// text.
    pub fn operand(&self, operand: OperandId) -> Operand {
        self.tables.operand(operand)
    }
}

impl Tables {
    pub(super) fn operand(&self, operand: OperandId) -> Operand {
        match self.operands[operand.index()] {
            ResolvedOperand::InitPeerId => Operand::InitPeerId,
            ResolvedOperand::Timestamp => Operand::Timestamp,
            ResolvedOperand::Ttl => Operand::Ttl,
            ResolvedOperand::EmptyArray => Operand::EmptyArray,
            ResolvedOperand::Boolean(value) => Operand::Boolean(value),
            ResolvedOperand::Integer(number) => Operand::Integer(number),
            ResolvedOperand::Float(bits) => Operand::Float(f64::from_bits(bits)),
            ResolvedOperand::String(text) => Operand::Literal(self.strings[text.index()].clone()),
            ResolvedOperand::LastError(lens) => Operand::LastError(self.lens(lens)),
            ResolvedOperand::Error(lens) => Operand::Error(self.lens(lens)),
            ResolvedOperand::Scalar(slot, lens)
            | ResolvedOperand::CanonStream(slot, lens)
            | ResolvedOperand::CanonMap(slot, lens) => {
                Operand::Variable(self.variables[slot.index()].clone(), self.lens(lens))
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

    pub(super) fn path(&self, steps: &[LensStep]) -> Lens {
        let accessor = |step: &LensStep| match *step {
            LensStep::Index(index) => Accessor::Index(index),
            LensStep::Scalar(slot) => Accessor::Scalar(self.variables[slot.index()].name.clone()),
            LensStep::Field(name) => Accessor::Field(self.strings[name.index()].clone()),
        };
        Lens::Path(steps.iter().map(accessor).collect())
    }
}
