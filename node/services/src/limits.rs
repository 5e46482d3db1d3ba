//! What a running guest has used of its limits, and which of them it exceeded.

use wasmtime::{ResourceLimiter, UpdateDeadline};

use crate::config::Config;
use crate::error::CallError;
use crate::ticker::{Ticks, whole_ticks};

/// The bytes that an element of a table counts as memory (§6.2 of the Marine format).
const TABLE_ELEMENT: usize = 8;

/// The use of one store. Sizes count until the store is dropped, since memory can't shrink.
#[derive(Debug)]
pub(crate) struct Limits {
    config: Config,
    ticks: Ticks,
    memory: usize,
    table_elements: usize,
    ticks_left: u64,
    deadline: u64,
    exceeded: Option<Limit>,
}

/// A limit that a guest exceeded.
#[derive(Debug, Clone, Copy)]
enum Limit {
    Memory,
    Table,
    Time,
    Deadline,
}

impl Limits {
    /// The limits of a new store.
    pub(crate) fn new(config: &Config, ticks: Ticks) -> Self {
        Self {
            config: config.clone(),
            ticks,
            memory: 0,
            table_elements: 0,
            ticks_left: 0,
            deadline: 0,
            exceeded: None,
        }
    }

    /// Begins a call that ends at tick `deadline` at the latest.
    pub(crate) fn start_call(&mut self, deadline: u64) {
        self.ticks_left = whole_ticks(self.config.call_time);
        self.deadline = deadline;
        self.exceeded = None;
    }

    /// Called at each tick while code runs: interrupts it when its time is over, otherwise yields to other tasks.
    pub(crate) fn tick(&mut self) -> UpdateDeadline {
        self.ticks_left = self.ticks_left.saturating_sub(1);
        if self.ticks_left == 0 {
            self.exceeded = Some(Limit::Time);
            return UpdateDeadline::Interrupt;
        }
        if self.ticks.now() >= self.deadline {
            self.exceeded = Some(Limit::Deadline);
            return UpdateDeadline::Interrupt;
        }
        UpdateDeadline::YieldCustom(1, Box::pin(tokio::task::yield_now()))
    }

    /// The size of all memories in bytes, without tables.
    pub(crate) fn memory(&self) -> usize {
        self.memory
    }

    fn is_within_limits(&mut self, memory: usize, table_elements: usize) -> bool {
        let all = memory.saturating_add(table_elements.saturating_mul(TABLE_ELEMENT));
        if all > self.config.memory {
            self.exceeded = Some(Limit::Memory);
        }
        all <= self.config.memory
    }

    /// The configured limits.
    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// The error of a call that failed after it exceeded a limit. A trap after a refused request for memory counts as a lack of
    /// memory: that is how allocators of guests end.
    pub(crate) fn exceeded(&self, service: &str, function: &str) -> Option<CallError> {
        let (service, function) = (service.to_owned(), function.to_owned());
        Some(match self.exceeded? {
            Limit::Time => CallError::OutOfTime {
                service,
                function,
                limit: self.config.call_time,
            },
            Limit::Deadline => CallError::Deadline { service, function },
            Limit::Memory => CallError::OutOfMemory {
                service,
                function,
                limit: self.config.memory,
            },
            Limit::Table => CallError::OutOfTable {
                service,
                function,
                limit: self.config.table_elements,
            },
        })
    }
}

impl ResourceLimiter for Limits {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let memory = self.memory.saturating_add(desired.saturating_sub(current));
        let is_within_limits = self.is_within_limits(memory, self.table_elements);
        if is_within_limits {
            self.memory = memory;
        }
        Ok(is_within_limits)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let elements = self.table_elements.saturating_add(desired.saturating_sub(current));
        if elements > self.config.table_elements {
            self.exceeded = Some(Limit::Table);
            return Ok(false);
        }
        let is_within_limits = self.is_within_limits(self.memory, elements);
        if is_within_limits {
            self.table_elements = elements;
        }
        Ok(is_within_limits)
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
