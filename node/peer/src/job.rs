//! Work that takes processor time: it is described by the core and run by the driver, on whichever thread it likes.

use crate::functions::Call;
use crate::time::Nanos;
use aqua_particle::{Header, VerifyError};
use aqua_vm::{CallResult, Outcome, Params, Program, State, step};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// A pure computation. Equal jobs have equal results.
#[derive(Debug)]
pub enum Job {
    /// Check a particle's signature.
    Verify(Arc<Header>),
    /// Run a step of the virtual machine.
    Step(Box<StepJob>),
    /// Answer a call with many arguments.
    Function(Box<FunctionJob>),
}

/// A step of the virtual machine.
#[derive(Debug)]
pub struct StepJob {
    /// What to run.
    pub program: Source,
    /// The state before the step. It moves through the job, so that large states are freed outside of the core.
    pub state: State,
    /// Data that arrived; empty if there are only results.
    pub incoming: Bytes,
    /// Answers of calls that former steps requested.
    pub results: BTreeMap<u32, CallResult>,
    /// Parameters of the particle.
    pub params: Arc<Params>,
    /// What the core expects it to take.
    pub(crate) expected: Nanos,
}

/// A call of a [`Function::Pure`](crate::Function::Pure).
pub struct FunctionJob {
    pub(crate) answer: fn(&Call) -> CallResult,
    pub(crate) call: Call,
    pub(crate) expected: Nanos,
}

impl fmt::Debug for FunctionJob {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("FunctionJob").field(&self.call).finish()
    }
}

/// A script, read or not.
#[derive(Debug, Clone)]
pub enum Source {
    /// AIR text.
    Text(Arc<str>),
    /// A program.
    Program(Program),
}

/// The result of a job.
#[derive(Debug)]
pub enum JobResult {
    /// Of [`Job::Verify`].
    Verified(Result<(), VerifyError>),
    /// Of [`Job::Step`].
    Stepped(Box<Result<StepDone, String>>),
    /// Of [`Job::Function`].
    Answered(CallResult),
}

/// A step that was made.
#[derive(Debug)]
pub struct StepDone {
    /// What the virtual machine returned.
    pub outcome: Outcome,
    /// The encoded state, if the particle goes to other peers.
    pub data: Option<Bytes>,
    /// The program that ran.
    pub program: Program,
}

/// A job panicked: a defect of the code that it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Panicked;

impl Job {
    /// Runs the job on this thread.
    pub fn run(self) -> JobResult {
        match self {
            Self::Verify(header) => JobResult::Verified(header.verify()),
            Self::Step(job) => JobResult::Stepped(Box::new(job.run())),
            Self::Function(job) => JobResult::Answered((job.answer)(&job.call)),
        }
    }

    /// About how much processor time it takes.
    pub fn expected(&self) -> Nanos {
        match self {
            Self::Verify(_) => VERIFICATION,
            Self::Step(job) => job.expected,
            Self::Function(job) => job.expected,
        }
    }
}

/// Checking a signature, measured on a 2.4 GHz server core.
pub(crate) const VERIFICATION: Nanos = Nanos::from_micros(50);

impl StepJob {
    /// The outcome, or why the script can't be read.
    fn run(self) -> Result<StepDone, String> {
        let program = match self.program {
            Source::Program(program) => program,
            Source::Text(text) => Program::from_air(&text).map_err(|error| error.to_string())?,
        };
        let outcome = step(&program, &self.state, &self.incoming, &self.results, &self.params);
        let data = (!outcome.next_peers.is_empty()).then(|| outcome.state.encode().into());
        Ok(StepDone { outcome, data, program })
    }
}
