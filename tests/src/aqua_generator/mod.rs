//! Generates well-typed Aqua programs from seeds, to compare the scripts of two compilers.
//!
//! A program is one exported function with the data, services, abilities, constants and functions that it uses. Statements use
//! only names in scope, so all names are known and all types match. Programs terminate. The results of services depend on the
//! peer, the method and the arguments only, so the result of a program depends on the order of deliveries only if it races:
//! [`Program::races`] says whether it may. In other programs, streams that several branches push to are joined before they are
//! read, and read only where order doesn't matter; branches can't fail; and values of branches are used first on the peer on which
//! the branches join.
//!
//! The following is not generated, since the published compiler is known to compile it incorrectly, or to report errors with
//! generated names:
//! - branches without effect (specification §5.8, F36: the other branch takes their place; §5.5 for `try`);
//! - callbacks with two results (§10.2, 7), data where an ability is expected (§10.2, 17), two constants of one name (§10.2, 13);
//! - method parameters named `id`, comparisons of `PARTICLE_TTL` with literals, and services with an assigned id in braces
//!   (§10.3); `parseq … via` a peer that is not the relay (§10.3), and names that are assigned in one branch and used on another
//!   peer (§10.3) unless the program may race;
//! - numbers that AIR can't represent and strings with backslashes (§1.4), `*` of floats (§10.2, 11);
//! - a service with an assigned id, or an ability, that is used twice in a statement, and an ability whose values are computed in
//!   its literal: the published compiler mostly fails with an internal error, which no section lists yet. Programs for which it
//!   does so anyway are not compared;
//! - calls in data that a function or a closure returns: the published compiler drops them if the result is unused;
//!   `<<-` in a closure to a stream parameter of the enclosing function: the published compiler pushes to another stream;
//!   `.copy` in a program in which data is used as data with fewer fields: after inlining, the published compiler copies fields
//!   that the type of the value does not have. No section lists these yet;
//! - numbers of several kinds in one collection literal (§3.3), which may have no common kind;
//! - features that the published compiler does not have (§0): stream maps, re-exports, dotted module names. [`ModuleGraph`] is
//!   generated apart: graphs of small modules that import each other. So are [`ConstantProgram`], whose operands are mostly literals, and
//!   [`FaultProgram`], whose calls can fail one by one.
//!
//! Indices and `!` out of range are generated only where they are evaluated immediately: an unused value need not fail (§5.3).
//! Error messages and instructions in them are not compared (§10.3).

mod constant_programs;
mod constructs;
mod declarations;
mod fault_programs;
mod functions;
mod generator;
mod kinds;
mod loops;
mod module_graphs;
mod parallel;
mod scope;
mod services;
mod shrinking;
mod statements;
mod streams;
mod values;

pub use constant_programs::ConstantProgram;
pub use constructs::Construct;
pub use fault_programs::FaultProgram;
pub use module_graphs::{Feature, ModuleGraph};
pub use services::answer;
pub use shrinking::smaller;

use serde_json::Value;
use std::collections::BTreeMap;

/// A generated program.
#[derive(Debug, Clone)]
pub struct Program {
    /// Its seed.
    pub seed: u64,
    /// Its declarations. Names end in the seed, so that many programs can share a module.
    pub text: String,
    /// The name of the exported function.
    pub function: String,
    /// Data arguments by name; `"@2"` is replaced by the id of the second peer.
    pub arguments: BTreeMap<String, Value>,
    /// Whether results may depend on the order of deliveries.
    pub races: bool,
    /// The number of occurrences of each construct.
    pub constructs: BTreeMap<Construct, usize>,
}

impl Program {
    /// Generates the program of a seed, for a network of [`PEERS`] peers, the second of which is the relay.
    pub fn new(seed: u64) -> Self {
        generator::Generator::new(seed).program()
    }

    /// The header of a module that contains these programs.
    pub fn header<'a>(programs: impl IntoIterator<Item = &'a Self>) -> String {
        let names: Vec<&str> = programs.into_iter().map(|program| &program.function[..]).collect();
        format!("aqua Generated\n\nexport {}\n", names.join(", "))
    }

    /// A module with this program only.
    pub fn module(&self) -> String {
        Self::header([self]) + &self.text
    }
}

/// The number of peers of a network.
pub const PEERS: u8 = 5;
