//! The official VMs: as a native program, and as used by the official client.

use super::timing::{self, Cost, Samples, rounded};
use crate::measure;
use anyhow::{Result, anyhow};
use aqua_tests::machine::Invocation;
use aqua_tests::official_vm::OfficialVm;
use serde_json::{Value, json};
use std::time::Duration;

/// The processes of both.
pub(super) struct Counterparts {
    native: OfficialVm,
    client: OfficialVm,
}

/// The cost of a run for each.
#[derive(Debug, Clone, Copy)]
pub(super) struct Costs {
    pub(super) native: Cost,
    /// `None` where it fails: it can't process data of ten thousand states.
    pub(super) client: Option<Cost>,
}

impl Counterparts {
    pub(super) fn start() -> Result<Self> {
        Ok(Self {
            native: OfficialVm::start().map_err(|reason| anyhow!(reason))?,
            client: OfficialVm::start_older().map_err(|reason| anyhow!(reason))?,
        })
    }

    /// The cost of a run for ours, which calls `run` with the output of `prepare`, and for both official VMs.
    pub(super) fn beside<T, R>(
        &mut self,
        invocation: &Invocation<'_>,
        prepare: impl Fn() -> T,
        run: impl Fn(T) -> R,
    ) -> Result<(Cost, Costs)> {
        let mut turns = Turns::default();
        for _ in 0..TURNS {
            self.turn(&mut turns, invocation, &prepare, &run)?;
        }
        Ok(turns.costs())
    }

    /// A round of each VM. Rounds are interleaved, so that other load affects all of them equally.
    pub(super) fn turn<T, R>(
        &mut self,
        turns: &mut Turns,
        invocation: &Invocation<'_>,
        prepare: &impl Fn() -> T,
        run: &impl Fn(T) -> R,
    ) -> Result<()> {
        turns.ours.extend(timing::samples(prepare, run, OURS)?);
        turns.native.extend(repeated(&mut self.native, invocation, NATIVE)?);
        turns.count += 1;
        if !turns.count.is_multiple_of(CLIENT_EVERY) {
            return Ok(());
        }
        turns.client = turns.client.take().and_then(|mut samples| {
            samples.extend(repeated(&mut self.client, invocation, CLIENT).ok()?);
            Some(samples)
        });
        measure::settle(self.client.process_id())
    }

    /// Runs the native VM once. Returns the cost and the output.
    pub(super) fn native(&mut self) -> &mut OfficialVm {
        &mut self.native
    }

    /// Runs the VM of the client once.
    pub(super) fn client(&mut self) -> &mut OfficialVm {
        &mut self.client
    }
}

/// The times of single runs of each VM.
#[derive(Debug)]
pub(super) struct Turns {
    count: usize,
    ours: Samples,
    native: Samples,
    client: Option<Samples>,
}

impl Default for Turns {
    fn default() -> Self {
        Self {
            count: 0,
            ours: Samples::default(),
            native: Samples::default(),
            client: Some(Samples::default()),
        }
    }
}

impl Turns {
    /// The cost of a run for ours and for both official VMs.
    pub(super) fn costs(self) -> (Cost, Costs) {
        let costs = Costs {
            native: self.native.cost(),
            client: self.client.map(Samples::cost),
        };
        (self.ours.cost(), costs)
    }
}

/// The number of rounds of our VM and the native one.
pub(super) const TURNS: usize = 15;
/// The client, which is slow, runs in every n-th round only.
const CLIENT_EVERY: usize = 5;

/// The CPU time of a round.
pub(super) const OURS: Duration = Duration::from_millis(40);
const NATIVE: Duration = Duration::from_millis(40);
const CLIENT: Duration = Duration::from_millis(200);

/// Runs until that much CPU time is used. Returns the times of single runs.
fn repeated(machine: &mut OfficialVm, invocation: &Invocation<'_>, budget: Duration) -> Result<Samples> {
    let mut timed = |repeat| machine.timed(invocation, repeat).map_err(|error| anyhow!(error));
    let warm_up = timed(2)?.cpu_ns;
    let each = warm_up.iter().sum::<u64>().max(1) / warm_up.len().max(1) as u64;
    let timed = timed((budget.as_nanos() as u64 / each).clamp(3, 200) as usize)?;
    Ok(Samples::new(timed.cpu_ns, timed.wall_ns))
}

impl Costs {
    /// The costs, and their ratios to ours.
    pub(super) fn row(&self, ours: Cost) -> Value {
        json!({
            "ours": ours.to_json(),
            "official_native": self.native.to_json(),
            "official_client": self.client.map(Cost::to_json),
            "times_native": rounded(self.native.cpu_us / ours.cpu_us),
            "times_client": self.client.map(|client| rounded(client.cpu_us / ours.cpu_us)),
        })
    }

    /// A line of text with the costs.
    pub(super) fn line(&self, name: &str, ours: Cost) -> String {
        let beside = |cost: Cost| format!("{:>12.1} µs ({:>7.1}×)", cost.cpu_us, cost.cpu_us / ours.cpu_us);
        let client = self.client.map_or_else(|| "fails".to_owned(), beside);
        format!("{name:<34} {:>12.1} µs {} {client}", ours.cpu_us, beside(self.native))
    }
}
