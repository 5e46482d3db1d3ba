//! The official machines: as a native program, and in the way of the official client.

use super::timing::{self, Cost, Samples, rounded};
use crate::measure;
use anyhow::{Result, anyhow};
use aqua_tests::machine::Invocation;
use aqua_tests::official_vm::OfficialVm;
use serde_json::{Value, json};
use std::time::Duration;

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

    /// What a run costs for ours, which does `run` on what `prepare` gives, and for both.
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

    /// A turn of each. They take turns, so that what else the machine does falls on all of them alike.
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

    /// What one run costs for the native machine, and what it gives.
    pub(super) fn native(&mut self) -> &mut OfficialVm {
        &mut self.native
    }

    /// The same in the way of the client.
    pub(super) fn client(&mut self) -> &mut OfficialVm {
        &mut self.client
    }
}

/// What single runs of each took so far.
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
    /// What a run costs for ours and for both.
    pub(super) fn costs(self) -> (Cost, Costs) {
        let costs = Costs {
            native: self.native.cost(),
            client: self.client.map(Samples::cost),
        };
        (self.ours.cost(), costs)
    }
}

/// How often ours and the native machine have their turn.
pub(super) const TURNS: usize = 15;
/// The client, which takes long, has one in so many.
const CLIENT_EVERY: usize = 5;

/// How long the turn of each is, in processor time.
pub(super) const OURS: Duration = Duration::from_millis(40);
const NATIVE: Duration = Duration::from_millis(40);
const CLIENT: Duration = Duration::from_millis(200);

/// The single runs of so much processor time.
fn repeated(machine: &mut OfficialVm, invocation: &Invocation<'_>, budget: Duration) -> Result<Samples> {
    let mut timed = |repeat| machine.timed(invocation, repeat).map_err(|error| anyhow!(error));
    let warm_up = timed(2)?.cpu_ns;
    let each = warm_up.iter().sum::<u64>().max(1) / warm_up.len().max(1) as u64;
    let timed = timed((budget.as_nanos() as u64 / each).clamp(3, 200) as usize)?;
    Ok(Samples::new(timed.cpu_ns, timed.wall_ns))
}

impl Costs {
    /// The figures, and how many times what it costs for ours.
    pub(super) fn row(&self, ours: Cost) -> Value {
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
