//! The measured cases.

mod compile;
mod particle;
mod project;

use crate::measure::Figures;
use anyhow::Result;
use compile::{Compiler, Program};

/// A measurement of something that users wait for.
pub(crate) struct Case {
    /// Its name on the command line and in the results.
    pub(crate) name: &'static str,
    /// A description of what is measured.
    pub(crate) what: &'static str,
    /// Runs the measurement in this process.
    pub(crate) run: fn() -> Result<Figures>,
}

const fn case(name: &'static str, what: &'static str, run: fn() -> Result<Figures>) -> Case {
    Case { name, what, run }
}

impl Case {
    /// All cases in the order in which they run, by the file in which their results are stored.
    pub(crate) const GROUPS: &[(&str, &[Self])] = &[("compiler", COMPILER), ("node", NODE)];
}

const COMPILER: &[Case] = &[
    case("hello", "`aqua compile` of a greeting, a whole process", || {
        compile::cold(Program::Hello, Compiler::Ours)
    }),
    case(
        "hello-published",
        "the same by npm @fluencelabs/aqua-api 0.14.6, a whole process",
        || compile::cold(Program::Hello, Compiler::Published),
    ),
    case("hello-warm", "the same in a process that compiled it before", || {
        compile::warm(Program::Hello, Compiler::Ours)
    }),
    case("hello-warm-published", "the same by the published compiler", || {
        compile::warm(Program::Hello, Compiler::Published)
    }),
    case(
        "registry-api",
        "all functions of registry's registry-api.aqua, a corrected copy, including process start",
        || compile::cold(Program::RegistryApi, Compiler::Ours),
    ),
    case("registry-api-published", "the same by the published compiler", || {
        compile::cold(Program::RegistryApi, Compiler::Published)
    }),
    case(
        "registry-api-warm",
        "the same in a process that compiled it before",
        || compile::warm(Program::RegistryApi, Compiler::Ours),
    ),
    case(
        "registry-api-warm-published",
        "the same by the published compiler",
        || compile::warm(Program::RegistryApi, Compiler::Published),
    ),
    case(
        "registry-scheduled",
        "all of registry's registry-scheduled-scripts.aqua, a corrected copy, including process start",
        || compile::cold(Program::RegistryScheduled, Compiler::Ours),
    ),
    case(
        "registry-scheduled-published",
        "the same by the published compiler",
        || compile::cold(Program::RegistryScheduled, Compiler::Published),
    ),
    case(
        "packages",
        "all functions and methods of the four packages (mended copies), file by file in one process",
        || compile::cold(Program::Packages, Compiler::Ours),
    ),
    case("packages-published", "the same by the published compiler", || {
        compile::cold(Program::Packages, Compiler::Published)
    }),
    case(
        "deep-inlining",
        "a function that calls a function twice, which calls a function twice, nine levels: 512 calls",
        || compile::cold(Program::Doubling, Compiler::Ours),
    ),
    case("deep-inlining-published", "the same by the published compiler", || {
        compile::cold(Program::Doubling, Compiler::Published)
    }),
    case(
        "project",
        "`aqua check` of 500 modules with 100,000 lines, a whole process",
        || project::check(project::Size::MEDIUM),
    ),
    case(
        "project-large",
        "`aqua check` of 2,500 modules with 1,060,000 lines, a whole process",
        || project::check(project::Size::LARGE),
    ),
    case(
        "project-large-exports",
        "the same with an exported function in each module, which is lowered",
        || project::check(project::Size::LARGE_WITH_EXPORTS),
    ),
    case(
        "project-edit",
        "the same project checked again after one edit in a body, in process, reading the file included",
        || project::check_again(project::Edit::Body),
    ),
    case(
        "project-edit-above",
        "the same after an empty line at the top of a module: its importers are checked, too",
        || project::check_again(project::Edit::Above),
    ),
];

const NODE: &[Case] = &[
    case(
        "local-call",
        "one particle with one call on its own peer: signed, three steps of the machine, a builtin, the response",
        particle::local_call,
    ),
    case(
        "round-trip",
        "one particle from a client to its relay, a builtin there, and home: two peers of one process over loopback TCP",
        particle::round_trip,
    ),
];
