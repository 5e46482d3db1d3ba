//! Paired runs: our VM and an official one run each input, and their replies must be equal.

use crate::machine::{CRASH, Invocation, Machine, OurMachine, Reply};
use crate::official_vm::OfficialVm;
use aqua_vm::{CanonMapFold, Limits, State};
use std::collections::{BTreeMap, HashMap};

/// Which VM plays a peer: its replies continue in the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Seat {
    /// Our VM.
    Ours,
    /// The official one, 0.64.1.
    Official,
    /// The official one, 0.62.0.
    Older,
}

/// The rule for `fold` over whole canonical maps in a network. Official versions differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rules {
    /// That of 0.64.1, which every run is compared with.
    Newer,
    /// That of 0.62.0, which every run is compared with.
    Older,
}

/// Our VM and official ones.
#[derive(Debug)]
pub struct PairedVms {
    newer: OfficialVm,
    older: Option<OfficialVm>,
    /// Of our machine. Runs beyond its `run_size` are not compared.
    pub limits: Limits,
    /// The VM that wrote each data.
    written: HashMap<Vec<u8>, Seat>,
    differences: Vec<Difference>,
    tally: Tally,
}

/// What was compared so far.
#[derive(Debug, Default)]
pub struct Tally {
    /// Runs compared with 0.64.1 and 0.62.0.
    pub runs: BTreeMap<Seat, usize>,
    /// How often each number was returned.
    pub codes: BTreeMap<i64, usize>,
    /// How often data of the first was taken in by the second.
    pub accepted: BTreeMap<(Seat, Seat), usize>,
    /// Runs that were too large to be compared.
    pub too_large: usize,
    /// What official machines said when they crashed, and what ours answered. Such runs are not compared.
    pub crashes: Vec<(String, i64)>,
}

impl Tally {
    /// Adds what was counted elsewhere.
    pub fn add(&mut self, other: Self) {
        fn add<K: Ord>(to: &mut BTreeMap<K, usize>, from: BTreeMap<K, usize>) {
            for (key, count) in from {
                *to.entry(key).or_default() += count;
            }
        }
        add(&mut self.runs, other.runs);
        add(&mut self.codes, other.codes);
        add(&mut self.accepted, other.accepted);
        self.too_large += other.too_large;
        self.crashes.extend(other.crashes);
    }
}

/// One run that machines disagree about.
#[derive(Debug, Clone)]
pub struct Difference {
    /// What differs, ours first.
    pub what: String,
    /// The script.
    pub air: String,
    /// The run, in the form that the official machine's process reads.
    pub request: serde_json::Value,
}

impl PairedVms {
    /// Starts the official machine 0.64.1.
    ///
    /// # Errors
    /// A sentence that says why it can't be built or started.
    pub fn start() -> Result<Self, String> {
        Ok(Self {
            newer: OfficialVm::start()?,
            older: None,
            limits: Limits::default(),
            written: HashMap::new(),
            differences: Vec::new(),
            tally: Tally::default(),
        })
    }

    /// Starts both official machines.
    ///
    /// # Errors
    /// A sentence that says which can't be built or started, and why.
    pub fn start_both() -> Result<Self, String> {
        Ok(Self {
            older: Some(OfficialVm::start_older()?),
            ..Self::start()?
        })
    }

    /// What was compared so far.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Ends the machines.
    pub fn into_tally(self) -> Tally {
        self.tally
    }

    /// Takes out what was found so far.
    pub fn take_differences(&mut self) -> Vec<Difference> {
        self.written.clear();
        std::mem::take(&mut self.differences)
    }

    /// Makes one run on our machine and, to compare, on official ones. The reply is that of the machine on the seat.
    pub fn invoke(&mut self, seat: Seat, rules: Rules, invocation: &Invocation<'_>) -> Reply {
        let fold = match rules {
            Rules::Newer => CanonMapFold::LastOfEachKey,
            Rules::Older => CanonMapFold::EveryEntry,
        };
        let ours = OurMachine {
            canon_map_fold: fold,
            limits: self.limits,
        }
        .invoke(invocation);
        if ours.ret_code == RUN_TOO_LARGE {
            self.tally.too_large += 1;
            return ours;
        }
        let mut reply = ours.clone();
        if rules == Rules::Newer {
            let official = self.newer.invoke(invocation);
            let official = self.compare(Seat::Official, &ours, official, invocation);
            if seat == Seat::Official {
                reply = official;
            }
        }
        if seat == Seat::Older || rules == Rules::Older {
            let older = self.older.as_mut().expect("started with both").invoke(invocation);
            let older = self.compare(Seat::Older, &ours, older, invocation);
            if seat == Seat::Older {
                reply = older;
            }
        }
        self.note(seat, &reply, invocation);
        reply
    }

    /// The official reply, or ours if there is none.
    fn compare(&mut self, with: Seat, ours: &Reply, official: Reply, invocation: &Invocation<'_>) -> Reply {
        if official.ret_code == CRASH {
            self.tally.crashes.push((official.error_message, ours.ret_code));
            return ours.clone();
        }
        *self.tally.runs.entry(with).or_default() += 1;
        if let Some(what) = difference(ours, &official) {
            self.differences.push(Difference {
                what: format!("compared with {with:?}: {what}"),
                air: invocation.air.to_owned(),
                request: OfficialVm::request(invocation),
            });
        }
        official
    }

    fn note(&mut self, seat: Seat, reply: &Reply, invocation: &Invocation<'_>) {
        *self.tally.codes.entry(reply.ret_code).or_default() += 1;
        let was_refused = (1..=10).contains(&reply.ret_code);
        if let (false, Some(writer)) = (was_refused, self.written.get(invocation.data)) {
            *self.tally.accepted.entry((*writer, seat)).or_default() += 1;
        }
        self.written.insert(reply.data.clone(), seat);
    }
}

/// The number of a run that makes more than it may.
const RUN_TOO_LARGE: i64 = 20_104;

/// The number of a reply to results that no call waits for.
const UNPROCESSED_RESULTS: i64 = 30_000;

/// Whether both refuse data for the same fault of a signer and name different ones: where several signers are at fault, the
/// official machine names any of them.
fn blame_different_peers(ours: &Reply, official: &Reply) -> bool {
    const BAD_SIGNATURE: i64 = 9;
    let [ours_parts, official_parts] = [ours, official].map(|reply| {
        let mut parts = reply.error_message.split('"');
        (parts.next(), parts.next())
    });
    [ours.ret_code, official.ret_code] == [BAD_SIGNATURE; 2]
        && ours_parts.0 == official_parts.0
        && ours_parts.1 != official_parts.1
}

/// Names the first thing that differs. Data is compared by what it says: the official one has no fixed order of stores.
pub fn difference(ours: &Reply, official: &Reply) -> Option<String> {
    fn shown<T: std::fmt::Debug + PartialEq>(name: &str, ours: &T, official: &T) -> Option<String> {
        (ours != official).then(|| format!("{name}\n  ours:     {ours:?}\n  official: {official:?}"))
    }
    let code = |reply: &Reply| {
        let mut message = reply.error_message.clone().into_bytes();
        if reply.ret_code == UNPROCESSED_RESULTS {
            // It lists them in random order.
            message.sort_unstable();
        }
        (reply.ret_code, String::from_utf8_lossy(&message).into_owned())
    };
    let code_differs = if blame_different_peers(ours, official) {
        None
    } else {
        shown("return code", &code(ours), &code(official))
    };
    code_differs
        .or_else(|| shown("call requests", &ours.call_requests, &official.call_requests))
        .or_else(|| shown("next peers", &ours.next_peers, &official.next_peers))
        .or_else(|| shown("limit flags", &ours.flags, &official.flags))
        .or_else(|| {
            if ours.data == official.data {
                return None;
            }
            let (ours, official) = match (State::decode(&ours.data), State::decode(&official.data)) {
                (Ok(ours), Ok(official)) => (ours, official),
                (ours, official) => {
                    return Some(format!(
                        "data that can't be read: {:?} {:?}",
                        ours.err(),
                        official.err()
                    ));
                }
            };
            let (ours, official) = (ours.data(), official.data());
            let (our_info, their_info) = (&ours.cid_info, &official.cid_info);
            let unlike = (0..ours.trace.len().max(official.trace.len()))
                .find(|at| ours.trace.get(*at) != official.trace.get(*at))
                .map(|at| {
                    format!(
                        "trace at {at}\n  ours:     {:?}\n  official: {:?}",
                        ours.trace.get(at),
                        official.trace.get(at)
                    )
                });
            let values: Vec<String> = [
                entries("value", &our_info.value_store, &their_info.value_store),
                entries("tetraplet", &our_info.tetraplet_store, &their_info.tetraplet_store),
                entries(
                    "canon element",
                    &our_info.canon_element_store,
                    &their_info.canon_element_store,
                ),
                entries(
                    "canon result",
                    &our_info.canon_result_store,
                    &their_info.canon_result_store,
                ),
                entries(
                    "service result",
                    &our_info.service_result_store,
                    &their_info.service_result_store,
                ),
                entries("signature", &ours.signatures, &official.signatures),
            ]
            .into_iter()
            .flatten()
            .chain(unlike)
            .collect();
            if values.is_empty() {
                shown(
                    "last call request id",
                    &ours.last_call_request_id,
                    &official.last_call_request_id,
                )
            } else {
                Some(values.join("\n"))
            }
        })
}

/// Entries that are in one store only or have different values.
fn entries<'s, K: Ord + std::fmt::Debug + 's, V: PartialEq + std::fmt::Debug + 's>(
    name: &str,
    ours: impl IntoIterator<Item = (&'s K, &'s V)>,
    official: impl IntoIterator<Item = (&'s K, &'s V)>,
) -> Option<String> {
    let ours: BTreeMap<&K, &V> = ours.into_iter().collect();
    let official: BTreeMap<&K, &V> = official.into_iter().collect();
    let only = |these: &BTreeMap<&K, &V>, those: &BTreeMap<&K, &V>| -> Vec<String> {
        these
            .iter()
            .filter(|(key, value)| those.get(*key) != Some(value))
            .map(|(key, value)| format!("{key:?}: {value:?}"))
            .collect()
    };
    (ours != official).then(|| {
        format!(
            "{name} store\n  only ours:     {:#?}\n  only official: {:#?}",
            only(&ours, &official),
            only(&official, &ours)
        )
    })
}
