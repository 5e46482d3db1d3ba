//! Resource limits of services.

use std::path::PathBuf;

use aqua_capabilities::Policy;
use std::time::Duration;

/// Resource limits of one service and of one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Linear memory of one service in bytes, all its memories together. A service that needs more to start can't be deployed; while it
    /// runs, `memory.grow` beyond the limit returns −1. A table element counts as 8 bytes of it.
    pub memory: usize,
    /// Elements of all tables of one service together. Tables contain references to functions.
    pub table_elements: usize,
    /// Core instances, memories and tables of one service; the limit applies to each kind.
    pub instances: usize,
    /// Time that one call may run. Only time in which the service's code runs counts, in steps of [`Config::TICK`].
    pub call_time: Duration,
    /// Host memory in bytes for the answer of one call. A byte of a string counts as one, any other value as its size in the host (about
    /// 32 bytes). The same limit applies to the values of one call between Marine modules, and to the data of one system call.
    pub answer: usize,
    /// Size of a WebAssembly file in bytes.
    pub component: usize,
    /// How much a service may use of the host's system.
    pub system: SystemLimits,
    /// What services may have of what they ask for. Relative paths of programs are relative to the current folder.
    pub policy: Policy,
    /// Where services have their persistent folders, one folder for each service. Without it, persistent folders are refused.
    pub data_dir: Option<PathBuf>,
}

/// How much a service may use of the host's system, and what happens after its traps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemLimits {
    /// Time from the start of a call to its end, in which the code may also wait: for a clock, files or programs. Loading a service
    /// has the same time.
    pub elapsed: Duration,
    /// Bytes per second that a service may write to the log, its standard output and error included. It may save up those of one
    /// second; what is beyond is dropped.
    pub log_rate: usize,
    /// The programs that modules may run, as absolute paths without links. A module can run those of them that its configuration
    /// mounts.
    pub programs: Vec<PathBuf>,
    /// Time that one program may run.
    pub program_time: Duration,
    /// Bytes that one program may write to its standard output, and as many to its standard error.
    pub program_output: usize,
    /// Open files and folders of one module.
    pub open_files: usize,
    /// What happens after a trap in a service of Marine modules. A service with a component is started anew always, since code of a
    /// component can't run again after a trap.
    pub on_trap: OnTrap,
}

/// What happens with the Marine modules of a service after one of them trapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnTrap {
    /// They are kept with what they have in memory, as existing services expect. After a call that exceeded a limit of memory, stack
    /// or time they are started anew all the same.
    #[default]
    Keep,
    /// They are started anew. What they had in memory is lost.
    Restart,
}

impl Config {
    /// Interval at which running code yields to other tasks and can be interrupted.
    pub const TICK: Duration = Duration::from_millis(10);
}

impl Default for Config {
    fn default() -> Self {
        Self {
            memory: 256 << 20,
            table_elements: 1 << 20,
            instances: 100,
            call_time: Duration::from_secs(5),
            answer: 64 << 20,
            component: 64 << 20,
            system: SystemLimits::default(),
            policy: Policy::default(),
            data_dir: None,
        }
    }
}

impl Default for SystemLimits {
    fn default() -> Self {
        Self {
            elapsed: Duration::from_secs(60),
            log_rate: 64 << 10,
            programs: Vec::new(),
            program_time: Duration::from_secs(10),
            program_output: 16 << 20,
            open_files: 1024,
            on_trap: OnTrap::default(),
        }
    }
}
