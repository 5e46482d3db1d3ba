//! The official machines: as a native program, and in the way of the official client.

use super::timing::{Cost, rounded};
use anyhow::{Result, anyhow};
use aqua_tests::machine::Invocation;
use aqua_tests::official_vm::OfficialVm;
use serde_json::{Value, json};

/// Both processes.
pub(super) struct Counterparts {
    native: OfficialVm,
    client: OfficialVm,
}

/// What a run costs for each.
#[derive(Debug, Clone, Copy)]
pub(super) struct Costs {
    pub(super) native: Cost,
    /// Nothing where it fails: data of ten thousand states is more than it can take.
    pub(super) client: Option<Cost>,
}

impl Counterparts {
    pub(super) fn start() -> Result<Self> {
        Ok(Self {
            native: OfficialVm::start().map_err(|reason| anyhow!(reason))?,
            client: OfficialVm::start_older().map_err(|reason| anyhow!(reason))?,
        })
    }

    /// Repeats a run in both for a while.
    pub(super) fn cost(&mut self, invocation: &Invocation<'_>) -> Result<Costs> {
        Ok(Costs {
            native: repeated(&mut self.native, invocation, 300e3)?,
            client: repeated(&mut self.client, invocation, 600e3).ok(),
        })
    }

    /// What one run costs for the native machine, and what it gives.
    pub(super) fn native(&mut self) -> &mut OfficialVm {
        &mut self.native
    }

    /// The same in the way of the client.
    pub(super) fn client(&mut self) -> &mut OfficialVm {
        &mut self.client
    }
}

/// `budget` is in microseconds.
fn repeated(machine: &mut OfficialVm, invocation: &Invocation<'_>, budget: f64) -> Result<Cost> {
    let mut timed = |repeat| {
        let timed = machine.timed(invocation, repeat).map_err(|error| anyhow!(error))?;
        anyhow::Ok(Cost::of(timed.cpu_ns, timed.wall_ns))
    };
    let warm_up = timed(3)?;
    timed(((budget / warm_up.cpu_us) as usize).clamp(5, 500))
}

impl Costs {
    /// Beside what it costs for ours.
    pub(super) fn beside(&self, ours: Cost) -> Value {
        json!({
            "ours": ours.to_json(),
            "official_native": self.native.to_json(),
            "official_client": self.client.map(Cost::to_json),
            "times_native": rounded(self.native.cpu_us / ours.cpu_us),
            "times_client": self.client.map(|client| rounded(client.cpu_us / ours.cpu_us)),
        })
    }

    /// A line about that.
    pub(super) fn line(&self, name: &str, ours: Cost) -> String {
        let beside = |cost: Cost| format!("{:>12.1} µs ({:>7.1}×)", cost.cpu_us, cost.cpu_us / ours.cpu_us);
        let client = self.client.map_or_else(|| "fails".to_owned(), beside);
        format!("{name:<34} {:>12.1} µs {} {client}", ours.cpu_us, beside(self.native))
    }
}
