//! A guest that tests play: memory as a vector, and an `allocate` that never frees.

use aqua_marine::{CoreValue, Execution, Guest, GuestError, GuestValue, Lifted, Module};

/// What a function of the guest does.
pub(crate) type Body<'b> = Box<dyn FnMut(&mut GuestState, &[CoreValue]) -> Option<CoreValue> + 'b>;
type ForeignBody<'b> = Box<dyn FnMut(u32, Vec<GuestValue>) -> Option<GuestValue> + 'b>;

/// A guest whose functions other than those of every module do what `body` says.
pub(crate) struct PlayedGuest<'b> {
    /// The names of functions and whether they have a result.
    functions: Vec<(String, bool)>,
    pub(crate) state: GuestState,
    body: Body<'b>,
    foreign: ForeignBody<'b>,
}

/// The memory and the registers of a guest.
#[derive(Debug, Clone)]
pub(crate) struct GuestState {
    pub(crate) memory: Vec<u8>,
    /// The first byte that is not allocated.
    pub(crate) end: u32,
    pub(crate) result_pointer: u32,
    pub(crate) result_size: u32,
    /// The sizes and types of all allocations.
    pub(crate) allocations: Vec<(u32, u32)>,
    /// Whether `allocate` lets the memory grow each time, so that earlier views of it are invalid.
    pub(crate) grows: bool,
    /// What `allocate` returns instead of memory.
    pub(crate) pointer: Option<u32>,
    /// The names of all functions that were called.
    pub(crate) calls: Vec<String>,
    /// The arguments of the last call of another function than those of every module.
    pub(crate) arguments: Vec<CoreValue>,
}

/// A trap.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("trap: {0}")]
pub(crate) struct Trap(pub(crate) &'static str);

impl<'b> PlayedGuest<'b> {
    pub(crate) fn new(module: &Module) -> Self {
        let functions = module.core_functions().iter();
        let functions = functions.map(|function| (function.name.clone(), function.signature.result.is_some()));
        Self {
            functions: functions.collect(),
            state: GuestState {
                memory: vec![0; 1024],
                end: 16,
                result_pointer: 0,
                result_size: 0,
                allocations: Vec::new(),
                grows: false,
                pointer: None,
                calls: Vec::new(),
                arguments: Vec::new(),
            },
            body: Box::new(|_, _| None),
            foreign: Box::new(|_, _| None),
        }
    }

    /// A guest whose functions return their only argument, wherever it is.
    pub(crate) fn echo(module: &Module) -> Self {
        Self::new(module).with_body(|state, arguments| {
            let word = |value: &CoreValue| value.bits() as u32;
            if let [pointer, size] = arguments {
                state.result_size = word(size);
                state.result_pointer = word(pointer);
                return None;
            }
            state.result_pointer = arguments.first().map_or(0, word);
            arguments.first().copied()
        })
    }

    pub(crate) fn with_body(
        mut self,
        body: impl FnMut(&mut GuestState, &[CoreValue]) -> Option<CoreValue> + 'b,
    ) -> Self {
        self.body = Box::new(body);
        self
    }

    pub(crate) fn with_foreign(mut self, body: impl FnMut(u32, Vec<GuestValue>) -> Option<GuestValue> + 'b) -> Self {
        self.foreign = Box::new(body);
        self
    }

    pub(crate) fn run<R: Lifted>(&mut self, execution: Execution<'_, R>) -> Result<Option<R>, GuestError<Trap>> {
        execution.run(self)
    }
}

impl GuestState {
    pub(crate) fn allocate(&mut self, size: u32, tag: u32) -> u32 {
        self.allocations.push((size, tag));
        if let Some(pointer) = self.pointer {
            return pointer;
        }
        if size == 0 {
            return 0;
        }
        let pointer = self.end;
        self.end += size;
        if self.grows || self.end as usize > self.memory.len() {
            let length = self.memory.len().max(self.end as usize) + 64;
            self.memory.resize(length, 0);
        }
        pointer
    }

    /// Puts bytes where no allocation is. Returns their pointer.
    pub(crate) fn put(&mut self, bytes: &[u8]) -> u32 {
        let pointer = self.allocate(bytes.len() as u32, 1);
        self.memory[pointer as usize..][..bytes.len()].copy_from_slice(bytes);
        pointer
    }
}

impl Guest for PlayedGuest<'_> {
    type Error = Trap;

    fn memory(&mut self) -> &mut [u8] {
        &mut self.state.memory
    }

    fn call(&mut self, function: u32, arguments: &[CoreValue]) -> Result<Option<CoreValue>, Trap> {
        let (name, has_result) = self.functions.get(function as usize).ok_or(Trap("no such function"))?;
        self.state.calls.push(name.clone());
        let word = |index: usize| arguments.get(index).map_or(0, |value: &CoreValue| value.bits() as u32);
        Ok(match name.as_str() {
            "allocate" => Some(CoreValue::from_u32(self.state.allocate(word(0), word(1)))),
            "release_objects" => None,
            "get_result_size" => Some(CoreValue::from_u32(self.state.result_size)),
            "get_result_ptr" => Some(CoreValue::from_u32(self.state.result_pointer)),
            "set_result_size" => {
                self.state.result_size = word(0);
                None
            }
            "set_result_ptr" => {
                self.state.result_pointer = word(0);
                None
            }
            "trap" => return Err(Trap("unreachable")),
            _ => {
                self.state.arguments = arguments.to_vec();
                (self.body)(&mut self.state, arguments).filter(|_| *has_result)
            }
        })
    }

    fn call_foreign(&mut self, import: u32, arguments: Vec<GuestValue>) -> Result<Option<GuestValue>, Trap> {
        Ok((self.foreign)(import, arguments))
    }
}
