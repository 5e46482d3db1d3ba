//! The simulator on a small workload: runs repeat, faults don't make wrong values, planted mistakes are found.

#![allow(clippy::print_stdout, reason = "counts are shown")]
#![allow(clippy::disallowed_methods, reason = "runs are compared on several threads")]

mod faults;
mod mistakes;
mod repetition;
mod services;
mod workload;
