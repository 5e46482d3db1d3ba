//! Our AIR VM and the official ones, measured in the same run.
//!
//! All figures are CPU times, since the computer may run other programs: of the thread for our VM and the official native one, of
//! the process for the official client (Node compiles and collects garbage in other threads). The VMs are interleaved in rounds
//! and the lowest decile is reported, so that phases in which the computer is slower affect none of them. Both native VMs use the
//! same allocator, and dropping the outcome of a run belongs to the run.

mod answers;
pub(crate) mod arrival;
mod counterparts;
pub(crate) mod figures;
mod growth;
mod large;
mod primitives;
pub(crate) mod residents;
mod sets;
mod timing;

use anyhow::Result;
use counterparts::Counterparts;
use serde_json::{Value, json};

/// Runs all measurements of the VM.
///
/// `say` is called with a line for each case.
pub(crate) fn report(say: &dyn Fn(&str)) -> Result<Value> {
    let mut counterparts = Counterparts::start()?;
    let arrivals = arrival::arrivals(&mut counterparts, say)?;
    let reentries = sets::reentries(&mut counterparts, say)?;
    let large = large::large(&mut counterparts, say)?;
    let answers = answers::after_arrival(say)?;
    let pars = answers::par_over_peers(say)?;
    let hop = growth::hop(&mut counterparts, say)?;
    let traces = growth::reentry_by_trace(&mut counterparts, say)?;
    let folds = growth::folds(&mut counterparts, say)?;
    let scripts = growth::scripts(&mut counterparts, say)?;
    let residents = residents::measure(say)?;
    Ok(json!({
        "arrival": arrivals,
        "large": large,
        "reentry": reentries,
        "answer_after_arrival": answers,
        "par_over_peers": pars,
        "reentry_by_trace": traces,
        "hop": hop,
        "fold": folds,
        "script": scripts,
        "resident": residents,
    }))
}
