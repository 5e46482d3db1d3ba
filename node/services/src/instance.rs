//! One running component, its limits, and the errors with which its code ends.

use std::char::{CharTryFromError, DecodeUtf16Error};
use std::str::Utf8Error;

use aqua_interface::Function;
use wasmtime::component::{ComponentExportIndex, Val};
use wasmtime::{ResourceLimiter, Store, StoreContextMut, Trap, UpdateDeadline};

use crate::config::Config;
use crate::engine::{Compiled, Engine};
use crate::error::CallError;
use crate::ticker::{Ticks, whole_ticks};

/// A component with its memory. Calls change it, so the calls of a service run one after another.
pub(crate) struct Instance {
    store: Store<Guest>,
    exports: wasmtime::component::Instance,
}

/// Host state of a component's store: the limits, and which of them was exceeded.
pub(crate) struct Guest {
    config: Config,
    ticks: Ticks,
    memory: usize,
    table_elements: usize,
    ticks_left: u64,
    deadline: u64,
    exceeded: Option<Limit>,
}

/// A limit that the component exceeded.
#[derive(Debug, Clone, Copy)]
enum Limit {
    Memory,
    Table,
    Time,
    Deadline,
}

impl Instance {
    /// Instantiates a component and runs its `init`, until tick `deadline` at most.
    pub(crate) async fn start(
        engine: &Engine,
        compiled: &Compiled,
        config: &Config,
        service: &str,
        deadline: u64,
    ) -> Result<Self, CallError> {
        let ticks = engine.ticker().ticks();
        let guest = Guest {
            config: config.clone(),
            ticks,
            memory: 0,
            table_elements: 0,
            ticks_left: 0,
            deadline,
            exceeded: None,
        };
        let mut store = Store::new(compiled.component.engine(), guest);
        store.limiter(|guest| guest);
        store.epoch_deadline_callback(Guest::on_tick);
        store.set_hostcall_fuel(config.answer);
        Guest::start_call(&mut store, deadline);
        let exports = match compiled.component.instantiate_async(&mut store).await {
            Ok(exports) => exports,
            Err(error) => return Err(store.data().failure(&error, false, service, "init")),
        };
        let mut instance = Self { store, exports };
        if let Some(init) = &compiled.exported.init {
            instance.run(init, &[], &mut [], service, "init").await?;
        }
        Ok(instance)
    }

    /// Calls a function, until tick `deadline` at most. After an error the instance is in an unknown state and must not be used again.
    pub(crate) async fn call(
        &mut self,
        service: &str,
        function: &Function,
        export: &ComponentExportIndex,
        arguments: &[Val],
        deadline: u64,
    ) -> Result<Option<Val>, CallError> {
        Guest::start_call(&mut self.store, deadline);
        let mut results = vec![Val::Bool(false); usize::from(function.result.is_some())];
        self.run(export, arguments, &mut results, service, &function.name)
            .await?;
        Ok(results.pop())
    }

    async fn run(
        &mut self,
        export: &ComponentExportIndex,
        arguments: &[Val],
        results: &mut [Val],
        service: &str,
        name: &str,
    ) -> Result<(), CallError> {
        let function = self
            .exports
            .get_func(&mut self.store, export)
            .ok_or_else(|| CallError::Trap {
                service: service.to_owned(),
                function: name.to_owned(),
                reason: "the function isn't exported".to_owned(),
            })?;
        match function.call_async(&mut self.store, arguments, results).await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.store.data().failure(&error, !results.is_empty(), service, name)),
        }
    }
}

impl Guest {
    /// Resets the limits for a new call.
    fn start_call(store: &mut Store<Self>, deadline: u64) {
        let guest = store.data_mut();
        guest.ticks_left = whole_ticks(guest.config.call_time);
        guest.deadline = deadline;
        guest.exceeded = None;
        store.set_epoch_deadline(1);
    }

    /// Called at each tick while code runs: interrupts it when its time is over, otherwise yields to other tasks.
    fn on_tick(mut context: StoreContextMut<'_, Self>) -> wasmtime::Result<UpdateDeadline> {
        let guest = context.data_mut();
        guest.ticks_left = guest.ticks_left.saturating_sub(1);
        if guest.ticks_left == 0 {
            guest.exceeded = Some(Limit::Time);
            return Ok(UpdateDeadline::Interrupt);
        }
        if guest.ticks.now() >= guest.deadline {
            guest.exceeded = Some(Limit::Deadline);
            return Ok(UpdateDeadline::Interrupt);
        }
        Ok(UpdateDeadline::YieldCustom(1, Box::pin(tokio::task::yield_now())))
    }

    /// The error of a call whose code ended with `error`. A trap after a refused request for memory counts as a lack of memory: that is
    /// how allocators of guests end.
    ///
    /// `answers`: whether the function has a result, which the host reads after the code has ended.
    fn failure(&self, error: &wasmtime::Error, answers: bool, service: &str, function: &str) -> CallError {
        tracing::debug!(service, function, "service failed: {error:?}");
        let (service, function) = (service.to_owned(), function.to_owned());
        match self.exceeded {
            Some(Limit::Time) => CallError::OutOfTime {
                service,
                function,
                limit: self.config.call_time,
            },
            Some(Limit::Deadline) => CallError::Deadline { service, function },
            Some(Limit::Memory) => CallError::OutOfMemory {
                service,
                function,
                limit: self.config.memory,
            },
            Some(Limit::Table) => CallError::OutOfTable {
                service,
                function,
                limit: self.config.table_elements,
            },
            None => match Cause::of(error, answers) {
                Cause::StackOverflow => CallError::StackOverflow { service, function },
                Cause::AnswerTooLarge => CallError::AnswerTooLarge {
                    service,
                    function,
                    limit: self.config.answer,
                },
                Cause::Trap(reason) => CallError::Trap {
                    service,
                    function,
                    reason,
                },
            },
        }
    }
}

/// Why a guest's code ended although it exceeded no [`Limit`], by the type of wasmtime's error.
#[derive(Debug, PartialEq, Eq)]
enum Cause {
    StackOverflow,
    /// The host ran out of [`Config::answer`] while it read the answer.
    AnswerTooLarge,
    /// A trap, or an answer that violates the canonical ABI.
    Trap(String),
}

impl Cause {
    /// wasmtime keeps the type of the error for an exhausted answer budget private, but every other error of a guest without imports
    /// has a public type: code ends with a [`Trap`], and an answer that violates the canonical ABI is a malformed text or a
    /// message.
    fn of(error: &wasmtime::Error, answers: bool) -> Self {
        match error.downcast_ref::<Trap>() {
            Some(Trap::StackOverflow) => return Self::StackOverflow,
            Some(trap) => return Self::Trap(trap_text(*trap)),
            None => {}
        }
        let malformed = error.is::<Utf8Error>()
            || error.is::<DecodeUtf16Error>()
            || error.is::<CharTryFromError>()
            || error.is::<String>()
            || error.is::<&'static str>();
        match answers && !malformed {
            true => Self::AnswerTooLarge,
            false => Self::Trap(error.root_cause().to_string()),
        }
    }
}

/// What happened, without the words "wasm trap" in front.
fn trap_text(trap: Trap) -> String {
    let text = trap.to_string();
    text.strip_prefix("wasm trap: ").unwrap_or(&text).to_owned()
}

/// Memory can't shrink, so sizes count until the instance ends.
impl ResourceLimiter for Guest {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let all = self.memory.saturating_add(desired.saturating_sub(current));
        if all > self.config.memory {
            self.exceeded = Some(Limit::Memory);
            return Ok(false);
        }
        self.memory = all;
        Ok(true)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let all = self.table_elements.saturating_add(desired.saturating_sub(current));
        if all > self.config.table_elements {
            self.exceeded = Some(Limit::Table);
            return Ok(false);
        }
        self.table_elements = all;
        Ok(true)
    }

    fn instances(&self) -> usize {
        self.config.instances
    }

    fn tables(&self) -> usize {
        self.config.instances
    }

    fn memories(&self) -> usize {
        self.config.instances
    }
}

impl std::fmt::Debug for Instance {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let guest = self.store.data();
        out.debug_struct("Instance")
            .field("memory", &guest.memory)
            .field("exceeded", &guest.exceeded)
            .finish_non_exhaustive()
    }
}
