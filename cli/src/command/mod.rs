//! One file for each command.

mod air;
mod build;
mod check;
mod compile;
mod data;
mod explain;
mod file;
mod key;
mod node;
mod run;
mod service;

pub(crate) use air::{AirCommand, air};
use build::{build, locate, warn_unused_constants};
pub(crate) use check::check;
pub(crate) use compile::compile;
pub(crate) use data::{DataCommand, data};
pub(crate) use explain::explain;
pub(crate) use key::{KeyCommand, key};
pub(crate) use node::run_node;
pub(crate) use run::run;
pub(crate) use service::{ServiceCommand, service};
