//! The AIR machine beside the official ones, in one run.
//!
//! Everything is processor time, because counterparts take turns with ours on a machine that does other things,
//! too: of the thread for ours and the official native machine, of the process for the official client's way (Node compiles and
//! collects garbage in threads of its own). Sets are gone through in rounds, and lowest deciles are told: the machine may be
//! slower for seconds, and that should fall on none of them.

mod arrival;
mod counterparts;
mod growth;
mod primitives;
pub(crate) mod residents;
mod sets;
mod timing;

use anyhow::Result;
use counterparts::Counterparts;
use serde_json::{Value, json};

/// Takes all figures of the machine.
///
/// `say` gets a line per case.
pub(crate) fn report(say: &dyn Fn(&str)) -> Result<Value> {
    let mut counterparts = Counterparts::start()?;
    let arrivals = arrival::arrivals(&mut counterparts, say)?;
    let reentries = sets::reentries(&mut counterparts, say)?;
    let hop = growth::hop(&mut counterparts, say)?;
    let traces = growth::reentry_by_trace(&mut counterparts, say)?;
    let folds = growth::folds(&mut counterparts, say)?;
    let scripts = growth::scripts(&mut counterparts, say)?;
    let residents = residents::measure(say)?;
    Ok(json!({
        "arrival": arrivals,
        "reentry": reentries,
        "reentry_by_trace": traces,
        "hop": hop,
        "fold": folds,
        "script": scripts,
        "resident": residents,
    }))
}
