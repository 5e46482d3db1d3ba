//! The simulator on a small workload: runs repeat, faults don't make wrong values, planted mistakes are found.

mod faults;
mod mistakes;
mod repetition;
mod workload;
