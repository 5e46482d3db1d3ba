//! What is measured.

mod compile;
mod particle;

use crate::measure::Figures;
use anyhow::Result;

/// One thing that users wait for.
pub(crate) struct Case {
    /// Its name on the command line and in the results.
    pub(crate) name: &'static str,
    /// What exactly is measured.
    pub(crate) what: &'static str,
    /// Takes the figures, in this process.
    pub(crate) run: fn() -> Result<Figures>,
}

impl Case {
    /// All cases in the order they are taken.
    pub(crate) const ALL: &[Self] = &[
        Self {
            name: "compile-cold",
            what: "`aqua compile examples/quickstart/main.aqua`, a whole process",
            run: compile::ours,
        },
        Self {
            name: "compile-cold-published",
            what: "the same program through the published compiler (npm @fluencelabs/aqua-api 0.14.6), a whole process",
            run: compile::published,
        },
        Self {
            name: "local-call",
            what: "one particle with one call on its own peer: signed, three steps of the machine, a builtin, the response",
            run: particle::local_call,
        },
        Self {
            name: "round-trip",
            what: "one particle from a client to its relay, a builtin there, and home: two peers of one process over loopback TCP",
            run: particle::round_trip,
        },
    ];
}
