//! Well-typed Aqua programs out of a seed, to run the scripts of two compilers side by side.
//!
//! A program is one exported function with what it needs: data, services, abilities, constants and functions that it calls.
//! Statements are made from what is in scope, so that every name is known and every type fits. Programs end. Results of
//! services depend on the peer, the method and the arguments only, so what a program gives depends on the order of deliveries
//! only where it races: [`Program::races`] says whether it was allowed to. Else streams that several branches push to are
//! joined before they are read, and only read where order doesn't matter; a branch can't fail; and what a branch binds is used
//! on the peer where branches meet first.
//!
//! Not made, since the published compiler is known to get it wrong, or to word errors in names of its own making:
//! - branches that do nothing (specification §5.8, F36: the other branch takes their place; §5.5 for `try`);
//! - callbacks with two results (§10.2, 7), data where an ability is wanted (§10.2, 17), two constants of one name (§10.2, 13);
//! - parameters of methods called `id`, comparisons of `PARTICLE_TTL` with literals, and services with an id of their own in
//!   braces (§10.3); `parseq … via` a peer that is not the relay (§10.3), and names bound by one branch and used on another
//!   peer (§10.3) unless the program may race;
//! - numbers that AIR can't read and strings with backslashes (§1.4), `*` of floats (§10.2, 11);
//! - one service that was given an id, or one ability, used twice in a statement, and an ability whose values are computed in
//!   its literal: the published compiler mostly ends with an error of its own there, which no section lists yet. Where it
//!   does so on what is made here, there is nothing to compare;
//! - calls in data that a function or a closure returns: where nobody uses the result, the published compiler leaves them out;
//!   `<<-` in a closure to a stream that the function around it was given: the published compiler pushes to a stream of its own;
//!   `.copy` in a program in which data stands for data with fewer fields: after inlining the published compiler copies fields
//!   that the type of the value does not have. No section lists these yet;
//! - numbers of several kinds in one collection literal (§3.3): it may find no common kind;
//! - what the published compiler does not have (§0): stream maps, re-exports, dotted names of modules.
//!
//! Indices and `!` out of range are made where they are evaluated at once only: a value that is named but never used need not
//! fail (§5.3). Texts of errors and instructions in them are not looked at (§10.3).

mod constructs;
mod declarations;
mod functions;
mod kinds;
mod loops;
mod maker;
mod parallel;
mod scope;
mod services;
mod shrinking;
mod statements;
mod streams;
mod values;

pub use constructs::Construct;
pub use services::answer;
pub use shrinking::smaller;

use serde_json::Value;
use std::collections::BTreeMap;

/// A generated program.
#[derive(Debug, Clone)]
pub struct Program {
    /// What it was made from.
    pub seed: u64,
    /// Its declarations. Names end in the seed, so that many programs can share a module.
    pub text: String,
    /// The function to export.
    pub function: String,
    /// Data arguments by name; `"@2"` in them stands for the id of that peer.
    pub arguments: BTreeMap<String, Value>,
    /// Whether results may depend on the order of deliveries.
    pub races: bool,
    /// How often it has each construct.
    pub constructs: BTreeMap<Construct, usize>,
}

impl Program {
    /// The program of that seed. It is meant for a network of [`PEERS`] peers, the second of which is the relay.
    pub fn new(seed: u64) -> Self {
        maker::Maker::new(seed).program()
    }

    /// The header of a module with these programs.
    pub fn header<'a>(programs: impl IntoIterator<Item = &'a Self>) -> String {
        let names: Vec<&str> = programs.into_iter().map(|program| &program.function[..]).collect();
        format!("aqua Generated\n\nexport {}\n", names.join(", "))
    }

    /// A module with this program alone.
    pub fn module(&self) -> String {
        Self::header([self]) + &self.text
    }
}

/// How many peers the network of a program has.
pub const PEERS: u8 = 5;
