//! The execution of adapters.
//!
//! An [`Execution`] is a state machine without an engine: [`resume`](Execution::resume) runs the adapter up to the next call of
//! the guest and returns it as a [`Request`]; the caller makes the call, blocking or asynchronously, and passes the result as
//! [`Reply`]. Memory is given anew each time, since calls can let it grow. [`Execution::run`] does this for a [`Guest`] whose
//! calls return at once.
//!
//! A guest can return anything: pointers beyond its memory, lengths of gigabytes, integers out of range. Each is an
//! [`ExecutionError`].

mod convert;
mod error;
mod guest;
mod lift;
mod lifted;
mod lower;
mod memory;
mod numbers;

pub use error::ExecutionError;
pub use guest::{Guest, GuestError};
pub use lifted::Lifted;

use crate::adapter::{Adapter, Step};
use crate::{CoreType, CoreValue, GuestValue, InterfaceType, Records, ScalarType};
use lift::{Budget, Lifter, mismatch};
use lower::{Lowering, Progress};
use smallvec::SmallVec;

/// The run of an adapter. `R` is the form of the result.
#[derive(Debug)]
pub struct Execution<'m, R> {
    adapter: &'m Adapter,
    records: &'m Records,
    allocate: Option<Allocate>,
    arguments: Vec<GuestValue>,
    stack: Vec<Operand<R>>,
    /// The index of the next step.
    next: usize,
    waiting: Waiting<'m>,
    /// The arguments of the call that was requested last.
    call: SmallVec<[CoreValue; 8]>,
    budget: Budget,
}

/// What an execution needs from its caller.
#[derive(Debug, PartialEq, Eq)]
pub enum Request<'e, R> {
    /// A call of the function at this index of [`Module::core_functions`](crate::Module::core_functions).
    Call {
        /// The index.
        function: u32,
        /// The arguments, of the types of the function's parameters.
        arguments: &'e [CoreValue],
    },
    /// A call of a function of another module: the one for this index of
    /// [`Module::foreign_imports`](crate::Module::foreign_imports).
    CallForeign {
        /// The index.
        import: u32,
        /// The arguments, of the types that the import declares.
        arguments: Vec<GuestValue>,
    },
    /// The adapter has ended with this result, which is there if the function has one.
    Return(Option<R>),
}

/// The answer to a [`Request`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// Starts the execution.
    Start,
    /// The result of a call, if the function has one.
    Core(Option<CoreValue>),
    /// The result of a call of another module, if the function has one.
    Foreign(Option<GuestValue>),
}

/// The function `allocate` of a guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Allocate {
    /// The index of the function.
    pub(crate) function: u32,
    /// Whether it takes the number of the elements' type beside the size.
    pub(crate) has_tag: bool,
}

/// An operand.
#[derive(Debug)]
enum Operand<R> {
    Core(CoreValue),
    /// An argument of the adapter; the last use takes it.
    Argument {
        index: usize,
        is_last: bool,
    },
    Value(GuestValue),
    /// The result of the function.
    Result(R),
}

/// What the next reply is for.
#[derive(Debug)]
enum Waiting<'m> {
    Start,
    Core(Option<CoreType>),
    Foreign(Option<(&'m InterfaceType, Option<CoreType>)>),
    Allocation {
        lowering: Lowering<'m>,
        is_array: bool,
    },
    /// The execution has ended.
    Ended,
}

/// Why [`Execution::resume`] returns.
enum Stop<R> {
    Call(u32),
    Foreign(u32, Vec<GuestValue>),
    Return(Option<R>),
}

type Result<T> = std::result::Result<T, ExecutionError>;

impl<'m, R: Lifted> Execution<'m, R> {
    /// An execution with these arguments. Values that are read from memory may take `limit` bytes.
    pub(crate) fn new(
        adapter: &'m Adapter,
        records: &'m Records,
        allocate: Option<Allocate>,
        arguments: Vec<GuestValue>,
        limit: usize,
    ) -> Self {
        Self {
            adapter,
            records,
            allocate,
            arguments,
            stack: Vec::with_capacity(adapter.depth),
            next: 0,
            waiting: Waiting::Start,
            call: SmallVec::new(),
            budget: Budget::new(limit),
        }
    }

    /// Continues with the reply to the last request, [`Reply::Start`] at first. `memory` is the exported memory of the guest.
    ///
    /// # Errors
    /// A value can't be converted. The execution has ended then.
    pub fn resume(&mut self, reply: Reply, memory: &mut [u8]) -> Result<Request<'_, R>> {
        let waiting = std::mem::replace(&mut self.waiting, Waiting::Ended);
        let stop = match self.accept(waiting, reply, memory)? {
            Some(stop) => stop,
            None => self.steps(memory)?,
        };
        Ok(match stop {
            Stop::Call(function) => Request::Call {
                function,
                arguments: &self.call,
            },
            Stop::Foreign(import, arguments) => Request::CallForeign { import, arguments },
            Stop::Return(result) => Request::Return(result),
        })
    }

    fn accept(&mut self, waiting: Waiting<'m>, reply: Reply, memory: &mut [u8]) -> Result<Option<Stop<R>>> {
        match (waiting, reply) {
            (Waiting::Start, Reply::Start) => {
                let (expected, found) = (self.adapter.parameters, self.arguments.len());
                if expected != found {
                    return Err(ExecutionError::Arity { expected, found });
                }
            }
            (Waiting::Core(None), Reply::Core(None)) | (Waiting::Foreign(None), Reply::Foreign(None)) => {}
            (Waiting::Core(Some(ty)), Reply::Core(Some(value))) if value.ty() == ty => {
                self.stack.push(Operand::Core(value));
            }
            (Waiting::Foreign(Some((ty, core))), Reply::Foreign(Some(value))) => {
                self.stack.push(match (core, value) {
                    (None, value) => Operand::Value(value),
                    (Some(core), GuestValue::Scalar(bits)) => Operand::Core(CoreValue::from_bits(core, bits)),
                    (Some(_), _) => return Err(mismatch(ty)),
                });
            }
            (Waiting::Allocation { mut lowering, is_array }, Reply::Core(Some(CoreValue::I32(pointer)))) => {
                let progress = lowering.resume(pointer as u32, memory)?;
                return Ok(self.lowered(lowering, progress, is_array));
            }
            _ => return Err(ExecutionError::UnexpectedReply),
        }
        Ok(None)
    }

    /// Runs steps up to the next call.
    fn steps(&mut self, memory: &mut [u8]) -> Result<Stop<R>> {
        let adapter = self.adapter;
        while let Some(step) = adapter.steps.get(self.next) {
            self.next += 1;
            if let Some(stop) = self.step(step, memory)? {
                return Ok(stop);
            }
        }
        self.result().map(Stop::Return)
    }

    fn step(&mut self, step: &'m Step, memory: &mut [u8]) -> Result<Option<Stop<R>>> {
        match step {
            Step::Argument { index, is_last } => self.stack.push(Operand::Argument {
                index: *index,
                is_last: *is_last,
            }),
            Step::CoreArgument { index, ty } => {
                let Some(GuestValue::Scalar(bits)) = self.arguments.get(*index) else {
                    return Err(mismatch(&core_type(*ty)));
                };
                self.stack.push(Operand::Core(CoreValue::from_bits(*ty, *bits)));
            }
            Step::CallCore {
                function,
                parameters,
                result,
            } => {
                self.call.clear();
                let operands = self.stack.len().saturating_sub(*parameters)..;
                for operand in self.stack.drain(operands) {
                    if let Operand::Core(value) = operand {
                        self.call.push(value);
                    }
                }
                self.waiting = Waiting::Core(*result);
                return Ok(Some(Stop::Call(*function)));
            }
            Step::CallForeign {
                import,
                parameters,
                result,
            } => {
                let operands = self.stack.split_off(self.stack.len().saturating_sub(*parameters));
                let arguments = operands.into_iter().map(|operand| self.value(operand));
                let arguments = arguments.collect::<Result<_>>()?;
                self.waiting = Waiting::Foreign(result.as_ref().map(|(ty, core)| (ty, *core)));
                return Ok(Some(Stop::Foreign(*import, arguments)));
            }
            Step::Lift { to, is_result, .. } => {
                let bits = numbers::lift(*to, self.pop_core()?)?;
                self.push_lifted(*is_result, *to, bits);
            }
            Step::Lower { to, from } => {
                let operand = self.pop()?;
                let GuestValue::Scalar(bits) = self.value(operand)? else {
                    return Err(mismatch(&(*from).into()));
                };
                self.stack.push(Operand::Core(numbers::lower(*to, *from, bits)?));
            }
            Step::StringLift { is_result } => {
                let (pointer, length) = self.pop_range()?;
                let text = self.lifter(memory).string(pointer, length)?;
                self.stack.push(if *is_result {
                    Operand::Result(R::string(text))
                } else {
                    Operand::Value(GuestValue::String(text))
                });
            }
            Step::ArrayLift { ty, is_result } => {
                let (pointer, count) = self.pop_range()?;
                let mut lifter = self.lifter(memory);
                let operand = if *is_result {
                    Operand::Result(lifter.array(ty, pointer, count)?)
                } else {
                    Operand::Value(lifter.array(ty, pointer, count)?)
                };
                self.stack.push(operand);
            }
            Step::RecordLift { record, is_result } => {
                let pointer = self.pop_word()?;
                let mut lifter = self.lifter(memory);
                let operand = if *is_result {
                    Operand::Result(lifter.record(*record, pointer)?)
                } else {
                    Operand::Value(lifter.record(*record, pointer)?)
                };
                self.stack.push(operand);
            }
            Step::BytesLower => {
                let operand = self.pop()?;
                let value = self.value(operand)?;
                let bytes = bytes(&value)?;
                let pointer = self.pop_word()?;
                lower::write(memory, pointer, bytes)?;
                self.push_words(pointer, Some(bytes.len() as u32));
            }
            Step::Size => {
                let operand = self.pop()?;
                let size = self.size(&operand)?;
                self.push_words(size, None);
            }
            Step::SizeOfTop => {
                let operand = self.pop()?;
                let size = self.size(&operand)?;
                self.stack.push(operand);
                self.push_words(size, None);
            }
            Step::Duplicate => match self.pop()? {
                Operand::Core(value) => self.stack.extend([Operand::Core(value), Operand::Core(value)]),
                operand => {
                    let value = self.value(operand)?;
                    self.stack
                        .extend([Operand::Value(value.clone()), Operand::Value(value)]);
                }
            },
            Step::Swap => {
                let (top, below) = (self.pop()?, self.pop()?);
                self.stack.extend([top, below]);
            }
            Step::ArrayLower { ty } => return self.lower(ty, true, memory),
            Step::RecordLower { ty } => return self.lower(ty, false, memory),
            Step::Push(value) => self.stack.push(Operand::Core(*value)),
        }
        Ok(None)
    }

    fn lower(&mut self, ty: &'m InterfaceType, is_array: bool, memory: &mut [u8]) -> Result<Option<Stop<R>>> {
        let operand = self.pop()?;
        let value = self.value(operand)?;
        let (lowering, progress) = Lowering::start(self.records, ty, value, memory)?;
        Ok(self.lowered(lowering, progress, is_array))
    }

    fn lowered(&mut self, lowering: Lowering<'m>, progress: Progress, is_array: bool) -> Option<Stop<R>> {
        match progress {
            Progress::Allocate { size, tag } => {
                // Adapters that allocate are refused for modules without the function.
                let allocate = self.allocate?;
                self.call.clear();
                self.call.push(CoreValue::from_u32(size));
                if allocate.has_tag {
                    self.call.push(CoreValue::from_u32(tag));
                }
                self.waiting = Waiting::Allocation { lowering, is_array };
                Some(Stop::Call(allocate.function))
            }
            Progress::Done(pointer, count) => {
                self.push_words(pointer, is_array.then_some(count));
                None
            }
        }
    }

    fn lifter<'a>(&'a mut self, memory: &'a [u8]) -> Lifter<'a> {
        Lifter {
            memory,
            records: self.records,
            budget: &mut self.budget,
        }
    }

    fn push_lifted(&mut self, is_result: bool, to: ScalarType, bits: u64) {
        self.stack.push(if is_result {
            Operand::Result(R::scalar(to, bits))
        } else {
            Operand::Value(GuestValue::Scalar(bits))
        });
    }

    /// Pushes a pointer or a size, and maybe a length.
    fn push_words(&mut self, first: u32, second: Option<u32>) {
        self.stack.push(Operand::Core(CoreValue::from_u32(first)));
        self.stack
            .extend(second.map(|word| Operand::Core(CoreValue::from_u32(word))));
    }

    /// The value of an operand.
    fn value(&mut self, operand: Operand<R>) -> Result<GuestValue> {
        match operand {
            Operand::Core(value) => Ok(value.into()),
            Operand::Value(value) => Ok(value),
            Operand::Argument { index, is_last } => {
                let argument = self.arguments.get_mut(index).ok_or(ExecutionError::UnexpectedReply)?;
                Ok(if is_last {
                    std::mem::replace(argument, GuestValue::Scalar(0))
                } else {
                    argument.clone()
                })
            }
            Operand::Result(_) => Err(ExecutionError::UnexpectedReply),
        }
    }

    /// The number of bytes of a string or an array of bytes.
    fn size(&self, operand: &Operand<R>) -> Result<u32> {
        let value = match operand {
            Operand::Argument { index, .. } => self.arguments.get(*index),
            Operand::Value(value) => Some(value),
            Operand::Core(_) | Operand::Result(_) => None,
        };
        let size = bytes(value.ok_or(ExecutionError::UnexpectedReply)?)?.len();
        u32::try_from(size).map_err(|_| ExecutionError::TooLargeForGuest { size: size as u64 })
    }

    fn pop(&mut self) -> Result<Operand<R>> {
        self.stack.pop().ok_or(ExecutionError::UnexpectedReply)
    }

    fn pop_core(&mut self) -> Result<CoreValue> {
        match self.pop()? {
            Operand::Core(value) => Ok(value),
            _ => Err(ExecutionError::UnexpectedReply),
        }
    }

    /// A pointer, a size or a length.
    fn pop_word(&mut self) -> Result<u32> {
        match self.pop_core()? {
            CoreValue::I32(word) => Ok(word as u32),
            _ => Err(ExecutionError::UnexpectedReply),
        }
    }

    /// A pointer and the length above it.
    fn pop_range(&mut self) -> Result<(u32, u32)> {
        let length = self.pop_word()?;
        Ok((self.pop_word()?, length))
    }
}

/// The bytes of a string or an array of bytes.
fn bytes(value: &GuestValue) -> Result<&[u8]> {
    match value {
        GuestValue::String(text) => Ok(text.as_bytes()),
        GuestValue::Packed(bytes) => Ok(bytes),
        _ => Err(mismatch(&InterfaceType::ByteArray)),
    }
}

fn core_type(ty: CoreType) -> InterfaceType {
    InterfaceType::Scalar(match ty {
        CoreType::I32 => ScalarType::I32,
        CoreType::I64 => ScalarType::I64,
        CoreType::F32 => ScalarType::F32,
        CoreType::F64 => ScalarType::F64,
    })
}
