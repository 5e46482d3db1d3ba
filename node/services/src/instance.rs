//! One running component, its limits, and how its code ends.

use aqua_interface::Function;
use wasmtime::component::{ComponentExportIndex, Val};
use wasmtime::{ResourceLimiter, Store, StoreContextMut, Trap, UpdateDeadline};

use crate::config::Config;
use crate::engine::{Compiled, Engine};
use crate::error::CallError;
use crate::ticker::{Ticks, whole_ticks};

/// A component with its memory. Calls change it, so a service's calls run one after the other.
pub(crate) struct Instance {
    store: Store<Guest>,
    exports: wasmtime::component::Instance,
}

/// What the host keeps beside a component's memory: the limits, and which of them was met.
pub(crate) struct Guest {
    config: Config,
    ticks: Ticks,
    memory: usize,
    table_elements: usize,
    ticks_left: u64,
    deadline: u64,
    met: Option<Bound>,
}

/// A limit that the component met.
#[derive(Debug, Clone, Copy)]
enum Bound {
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
            met: None,
        };
        let mut store = Store::new(compiled.component.engine(), guest);
        store.limiter(|guest| guest);
        store.epoch_deadline_callback(Guest::on_tick);
        store.set_hostcall_fuel(config.answer);
        Guest::refill(&mut store, deadline);
        let exports = match compiled.component.instantiate_async(&mut store).await {
            Ok(exports) => exports,
            Err(error) => return Err(store.data().failure(&error, service, "init")),
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
        Guest::refill(&mut self.store, deadline);
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
            Err(error) => Err(self.store.data().failure(&error, service, name)),
        }
    }
}

impl Guest {
    /// Gives a new call its time.
    fn refill(store: &mut Store<Self>, deadline: u64) {
        let guest = store.data_mut();
        guest.ticks_left = whole_ticks(guest.config.call_time);
        guest.deadline = deadline;
        guest.met = None;
        store.set_epoch_deadline(1);
    }

    /// Runs at each tick that meets running code: stops it when its time is over, else lets other tasks have their turn.
    fn on_tick(mut context: StoreContextMut<'_, Self>) -> wasmtime::Result<UpdateDeadline> {
        let guest = context.data_mut();
        guest.ticks_left = guest.ticks_left.saturating_sub(1);
        if guest.ticks_left == 0 {
            guest.met = Some(Bound::Time);
            return Ok(UpdateDeadline::Interrupt);
        }
        if guest.ticks.now() >= guest.deadline {
            guest.met = Some(Bound::Deadline);
            return Ok(UpdateDeadline::Interrupt);
        }
        Ok(UpdateDeadline::YieldCustom(1, Box::pin(tokio::task::yield_now())))
    }

    /// Says why code ended. A trap after a refused request for memory is the guest giving up for want of it.
    fn failure(&self, error: &wasmtime::Error, service: &str, function: &str) -> CallError {
        tracing::debug!(service, function, "service failed: {error:?}");
        let (service, function) = (service.to_owned(), function.to_owned());
        match self.met {
            Some(Bound::Time) => {
                return CallError::OutOfTime {
                    service,
                    function,
                    limit: self.config.call_time,
                };
            }
            Some(Bound::Deadline) => return CallError::Deadline { service, function },
            Some(Bound::Memory) => {
                return CallError::OutOfMemory {
                    service,
                    function,
                    limit: self.config.memory,
                };
            }
            Some(Bound::Table) => {
                return CallError::OutOfTable {
                    service,
                    function,
                    limit: self.config.table_elements,
                };
            }
            None => {}
        }
        if error.downcast_ref::<Trap>() == Some(&Trap::StackOverflow) {
            return CallError::StackOverflow { service, function };
        }
        let reason = error.root_cause().to_string();
        if reason.contains("fuel allocated for hostcalls") {
            return CallError::AnswerTooLarge {
                service,
                function,
                limit: self.config.answer,
            };
        }
        let reason = reason.strip_prefix("wasm trap: ").unwrap_or(&reason).to_owned();
        CallError::Trap {
            service,
            function,
            reason,
        }
    }
}

/// Sizes are never given back: what a service has once had counts until its instance ends.
impl ResourceLimiter for Guest {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let all = self.memory.saturating_add(desired.saturating_sub(current));
        if all > self.config.memory {
            self.met = Some(Bound::Memory);
            return Ok(false);
        }
        self.memory = all;
        Ok(true)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let all = self.table_elements.saturating_add(desired.saturating_sub(current));
        if all > self.config.table_elements {
            self.met = Some(Bound::Table);
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
            .field("met", &guest.met)
            .finish_non_exhaustive()
    }
}
