//! Checks adapters by running them over types.

use super::{Adapter, AdapterError, AdapterProblem, Step};
use crate::{
    AdapterInstruction, CoreSignature, CoreType, CoreValue, FunctionType, IntegerWidth, InterfaceType, Records,
    ScalarType,
};

/// What the adapters of a module refer to.
pub(crate) struct Environment<'e> {
    pub(crate) records: &'e Records,
    /// The exported core functions of the index space.
    pub(crate) core: Vec<&'e CoreSignature>,
    /// The functions of other modules, which follow in the index space.
    pub(crate) foreign: Vec<&'e FunctionType>,
    pub(crate) can_allocate: bool,
    pub(crate) has_memory: bool,
}

/// The type of an operand.
#[derive(Debug, Clone, PartialEq, Eq)]
enum OperandType {
    Core(CoreType),
    /// Another type than those of core values.
    Interface(InterfaceType),
}

/// An operand, and the step that made it if nothing else refers to it.
#[derive(Debug, Clone)]
struct Slot {
    ty: OperandType,
    step: Option<usize>,
}

type Result<T> = std::result::Result<T, AdapterProblem>;

/// Checks the adapter of a function of type `ty`.
pub(crate) fn validate(
    instructions: &[AdapterInstruction],
    ty: &FunctionType,
    environment: &Environment<'_>,
) -> std::result::Result<Adapter, AdapterError> {
    let mut simulation = Simulation {
        environment,
        ty,
        steps: Vec::with_capacity(instructions.len()),
        stack: Vec::new(),
        depth: 0,
    };
    for (position, instruction) in instructions.iter().enumerate() {
        let step = simulation
            .step(instruction)
            .map_err(|problem| AdapterError::Instruction {
                position,
                instruction: instruction.to_string(),
                problem,
            })?;
        simulation.steps.push(step);
        simulation.depth = simulation.depth.max(simulation.stack.len());
    }
    simulation.finish(instructions)
}

struct Simulation<'e> {
    environment: &'e Environment<'e>,
    ty: &'e FunctionType,
    steps: Vec<Step>,
    stack: Vec<Slot>,
    depth: usize,
}

impl Simulation<'_> {
    /// The step of an instruction; does to the stack of types what the step does to that of values.
    fn step(&mut self, instruction: &AdapterInstruction) -> Result<Step> {
        let is_result = false;
        Ok(match instruction {
            AdapterInstruction::ArgumentGet(index) => self.argument(*index as usize)?,
            AdapterInstruction::CallCore(index) => self.call(*index)?,
            AdapterInstruction::Lift { to, from } => {
                let (to, from) = (*to, *from);
                if CoreType::of(&to.into()).is_some() {
                    return Err(AdapterProblem::NoConversion);
                }
                self.pop_core(from.into())?;
                self.push(OperandType::Interface(to.into()));
                Step::Lift { to, from, is_result }
            }
            AdapterInstruction::Lower { to, from } => self.lower(*to, *from)?,
            AdapterInstruction::BoolLift => {
                self.pop_core(CoreType::I32)?;
                self.push(OperandType::Interface(ScalarType::Bool.into()));
                Step::Lift {
                    to: ScalarType::Bool,
                    from: IntegerWidth::I32,
                    is_result,
                }
            }
            AdapterInstruction::BoolLower => self.lower(IntegerWidth::I32, ScalarType::Bool)?,
            AdapterInstruction::StringLift => {
                self.pop_range()?;
                self.push(OperandType::Interface(InterfaceType::String));
                Step::StringLift { is_result }
            }
            AdapterInstruction::ByteArrayLift => self.array_lift(InterfaceType::ByteArray)?,
            AdapterInstruction::ArrayLift(element) => self.array_lift(element.clone().array())?,
            AdapterInstruction::StringLower => self.bytes_lower(&InterfaceType::String)?,
            AdapterInstruction::ByteArrayLower => self.bytes_lower(&InterfaceType::ByteArray)?,
            AdapterInstruction::StringSize => self.size(&InterfaceType::String)?,
            AdapterInstruction::ByteArraySize => self.size(&InterfaceType::ByteArray)?,
            AdapterInstruction::ArrayLower(element) => {
                let ty = element.clone().array();
                self.allocates(&ty)?;
                self.pop_interface(&ty)?;
                self.push(OperandType::Core(CoreType::I32));
                self.push(OperandType::Core(CoreType::I32));
                Step::ArrayLower { ty }
            }
            AdapterInstruction::RecordLift(record) => {
                let ty = self.record(*record)?;
                self.uses_memory()?;
                self.pop_core(CoreType::I32)?;
                self.push(OperandType::Interface(ty));
                Step::RecordLift {
                    record: *record,
                    is_result,
                }
            }
            AdapterInstruction::RecordLower(record) => {
                let ty = self.record(*record)?;
                self.allocates(&ty)?;
                self.pop_interface(&ty)?;
                self.push(OperandType::Core(CoreType::I32));
                Step::RecordLower { ty }
            }
            AdapterInstruction::Duplicate => {
                let mut slot = self.pop("an operand")?;
                slot.step = None;
                self.stack.push(slot.clone());
                self.stack.push(slot);
                Step::Duplicate
            }
            AdapterInstruction::Swap => {
                let top = self.pop("an operand")?;
                let below = self.pop("a second operand")?;
                self.stack.push(top);
                self.stack.push(below);
                Step::Swap
            }
            AdapterInstruction::PushI32(value) => {
                self.push(OperandType::Core(CoreType::I32));
                Step::Push(CoreValue::I32(*value as i32))
            }
            AdapterInstruction::PushI64(value) => {
                self.push(OperandType::Core(CoreType::I64));
                Step::Push(CoreValue::I64(*value as i64))
            }
        })
    }

    fn argument(&mut self, index: usize) -> Result<Step> {
        let count = self.ty.parameters.len();
        let ty = &self
            .ty
            .parameters
            .get(index)
            .ok_or(AdapterProblem::NoArgument(count))?
            .ty;
        let ty = OperandType::of(ty);
        let step = match &ty {
            OperandType::Core(ty) => Step::CoreArgument { index, ty: *ty },
            OperandType::Interface(_) => {
                for step in &mut self.steps {
                    if let Step::Argument { index: known, is_last } = step
                        && *known == index
                    {
                        *is_last = false;
                    }
                }
                Step::Argument { index, is_last: true }
            }
        };
        self.push(ty);
        Ok(step)
    }

    fn call(&mut self, index: u32) -> Result<Step> {
        let core = &self.environment.core;
        if let Some(signature) = core.get(index as usize) {
            for parameter in signature.parameters.iter().rev() {
                self.pop_core(*parameter)?;
            }
            if let Some(result) = signature.result {
                self.push(OperandType::Core(result));
            }
            return Ok(Step::CallCore {
                function: index,
                parameters: signature.parameters.len(),
                result: signature.result,
            });
        }
        let import = index - core.len() as u32;
        let count = core.len() + self.environment.foreign.len();
        let function = self.environment.foreign.get(import as usize);
        let function = *function.ok_or(AdapterProblem::NoFunction(count))?;
        for parameter in function.parameters.iter().rev() {
            self.pop_operand(&OperandType::of(&parameter.ty))?;
        }
        let result = function.results.first();
        if let Some(result) = result {
            self.push(OperandType::of(result));
        }
        Ok(Step::CallForeign {
            import,
            parameters: function.parameters.len(),
            result: result.map(|ty| (ty.clone(), CoreType::of(ty))),
        })
    }

    fn lower(&mut self, to: IntegerWidth, from: ScalarType) -> Result<Step> {
        if CoreType::of(&from.into()).is_some() {
            return Err(AdapterProblem::NoConversion);
        }
        self.pop_interface(&from.into())?;
        self.push(OperandType::Core(to.into()));
        Ok(Step::Lower { to, from })
    }

    fn array_lift(&mut self, ty: InterfaceType) -> Result<Step> {
        self.check_type(&ty)?;
        self.pop_range()?;
        self.push(OperandType::Interface(ty.clone()));
        Ok(Step::ArrayLift { ty, is_result: false })
    }

    fn bytes_lower(&mut self, ty: &InterfaceType) -> Result<Step> {
        self.uses_memory()?;
        self.pop_interface(ty)?;
        self.pop_core(CoreType::I32)?;
        self.push(OperandType::Core(CoreType::I32));
        self.push(OperandType::Core(CoreType::I32));
        Ok(Step::BytesLower)
    }

    fn size(&mut self, ty: &InterfaceType) -> Result<Step> {
        self.pop_interface(ty)?;
        // Without a copy of the value.
        let is_duplicate = matches!(self.steps.last(), Some(Step::Duplicate));
        if is_duplicate {
            self.steps.pop();
        }
        self.push(OperandType::Core(CoreType::I32));
        Ok(if is_duplicate { Step::SizeOfTop } else { Step::Size })
    }

    /// Checks what is left, and marks the step whose value is the result.
    fn finish(mut self, instructions: &[AdapterInstruction]) -> std::result::Result<Adapter, AdapterError> {
        let result = self.ty.results.first();
        let is_result = match (self.stack.as_slice(), self.ty.results.as_slice()) {
            ([], []) => true,
            ([slot], [result]) => self.accepts(&slot.ty, &OperandType::of(result)),
            _ => false,
        };
        if !is_result {
            let expected: Vec<String> = self.ty.results.iter().map(ToString::to_string).collect();
            let found: Vec<String> = self.stack.iter().map(|slot| slot.ty.describe()).collect();
            return Err(AdapterError::Results {
                expected: expected.join(", "),
                found: found.join(", "),
            });
        }
        if let Some(step) = self.stack.pop().and_then(|slot| slot.step) {
            match &mut self.steps[step] {
                Step::Lift { is_result, .. }
                | Step::StringLift { is_result }
                | Step::ArrayLift { is_result, .. }
                | Step::RecordLift { is_result, .. } => *is_result = true,
                _ => {}
            }
        }
        Ok(Adapter {
            instructions: instructions.to_vec(),
            steps: self.steps,
            parameters: self.ty.parameters.len(),
            depth: self.depth,
            result: result.cloned(),
        })
    }

    /// Pushes what the step of the current instruction makes.
    fn push(&mut self, ty: OperandType) {
        let step = Some(self.steps.len());
        self.stack.push(Slot { ty, step });
    }

    fn pop(&mut self, expected: &str) -> Result<Slot> {
        self.stack
            .pop()
            .ok_or_else(|| AdapterProblem::Missing(expected.to_owned()))
    }

    /// A pointer and a length.
    fn pop_range(&mut self) -> Result<()> {
        self.uses_memory()?;
        self.pop_core(CoreType::I32)?;
        self.pop_core(CoreType::I32)
    }

    fn pop_core(&mut self, ty: CoreType) -> Result<()> {
        self.pop_operand(&OperandType::Core(ty))
    }

    fn pop_interface(&mut self, ty: &InterfaceType) -> Result<()> {
        self.pop_operand(&OperandType::of(ty))
    }

    fn pop_operand(&mut self, expected: &OperandType) -> Result<()> {
        let slot = self.pop(&expected.describe())?;
        if self.accepts(&slot.ty, expected) {
            return Ok(());
        }
        Err(AdapterProblem::Operand {
            expected: expected.describe(),
            found: slot.ty.describe(),
        })
    }

    fn accepts(&self, found: &OperandType, expected: &OperandType) -> bool {
        let records = self.environment.records;
        match (found, expected) {
            (OperandType::Interface(found), OperandType::Interface(expected)) => {
                records.is_assignable(found, records, expected)
            }
            (found, expected) => found == expected,
        }
    }

    fn record(&self, index: u32) -> Result<InterfaceType> {
        let record = self.environment.records.get(index);
        record
            .map(|_| InterfaceType::Record(index))
            .ok_or(AdapterProblem::NotARecord)
    }

    fn allocates(&self, ty: &InterfaceType) -> Result<()> {
        self.check_type(ty)?;
        self.uses_memory()?;
        if self.environment.can_allocate {
            Ok(())
        } else {
            Err(AdapterProblem::NoAllocate)
        }
    }

    fn uses_memory(&self) -> Result<()> {
        if self.environment.has_memory {
            Ok(())
        } else {
            Err(AdapterProblem::NoMemory)
        }
    }

    /// Checks the records that a type of an instruction refers to.
    fn check_type(&self, ty: &InterfaceType) -> Result<()> {
        let mut ty = ty;
        let mut depth = 0;
        while let InterfaceType::Array(element) = ty {
            (ty, depth) = (element, depth + 1);
        }
        match ty {
            InterfaceType::Record(index) if self.environment.records.get(*index).is_none() => {
                Err(AdapterProblem::InvalidType)
            }
            _ if depth >= InterfaceType::MAX_DEPTH => Err(AdapterProblem::InvalidType),
            _ => Ok(()),
        }
    }
}

impl OperandType {
    fn of(ty: &InterfaceType) -> Self {
        CoreType::of(ty).map_or_else(|| Self::Interface(ty.clone()), Self::Core)
    }

    fn describe(&self) -> String {
        match self {
            Self::Core(ty) => ty.to_string(),
            Self::Interface(ty) => ty.to_string(),
        }
    }
}

impl From<IntegerWidth> for CoreType {
    fn from(width: IntegerWidth) -> Self {
        match width {
            IntegerWidth::I32 => Self::I32,
            IntegerWidth::I64 => Self::I64,
        }
    }
}
