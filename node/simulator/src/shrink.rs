//! Smaller plans that still fail.

use crate::plan::{Calls, Links, Plan};

/// The smallest plan found that still fails: without the faults, starts and disturbances that don't matter.
///
/// Faults are removed by delta debugging (Zeller and Hildebrandt 2002). Choices don't depend on each other, so what remains
/// happens as before.
pub fn shrink(plan: &Plan, fails: &mut dyn FnMut(&Plan) -> bool) -> Plan {
    let mut plan = plan.clone();
    loop {
        let before = size(&plan);
        let faults = minimised(&plan.faults, &mut |faults| fails(&Plan { faults, ..plan.clone() }));
        plan.faults = faults;
        let starts = minimised(&plan.starts, &mut |starts| fails(&Plan { starts, ..plan.clone() }));
        plan.starts = starts;
        for simpler in simplifications(&plan) {
            if fails(&simpler) {
                plan = simpler;
            }
        }
        if size(&plan) == before {
            return plan;
        }
    }
}

fn simplifications(plan: &Plan) -> Vec<Plan> {
    let links = |links: Links| Plan { links, ..plan.clone() };
    let calls = |calls: Calls| Plan { calls, ..plan.clone() };
    let mut exact = plan.clone();
    for peer in &mut exact.peers {
        (peer.drift, peer.offset) = (0, 0);
    }
    vec![
        links(Links {
            loss: 0,
            ..plan.links.clone()
        }),
        links(Links {
            duplicates: 0,
            ..plan.links.clone()
        }),
        links(Links {
            latencies: Links::default().latencies,
            ..plan.links.clone()
        }),
        links(Links {
            bandwidth: Links::default().bandwidth,
            ..plan.links.clone()
        }),
        calls(Calls {
            failures: 0,
            ..plan.calls.clone()
        }),
        calls(Calls {
            silent: 0,
            ..plan.calls.clone()
        }),
        exact,
    ]
}

/// How much there is in a plan that can be removed.
fn size(plan: &Plan) -> (usize, usize, u32, u32, usize, u32, u32, usize) {
    (
        plan.faults.len(),
        plan.starts.len(),
        plan.links.loss,
        plan.links.duplicates,
        plan.links.latencies.len(),
        plan.calls.failures,
        plan.calls.silent,
        plan.peers
            .iter()
            .filter(|peer| (peer.drift, peer.offset) != (0, 0))
            .count(),
    )
}

/// A list without parts that don't matter: first halves are left out, then ever smaller parts.
fn minimised<T: Clone>(items: &[T], fails: &mut dyn FnMut(Vec<T>) -> bool) -> Vec<T> {
    let mut items = items.to_vec();
    let mut part = items.len().div_ceil(2);
    while part > 0 && !items.is_empty() {
        let mut start = 0;
        while start < items.len() {
            let end = (start + part).min(items.len());
            let rest = [&items[..start], &items[end..]].concat();
            if fails(rest.clone()) {
                items = rest;
            } else {
                start = end;
            }
        }
        part = if part == 1 { 0 } else { part.div_ceil(2) };
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_matter_is_left_out() {
        let numbers: Vec<u32> = (0..100).collect();
        let mut tries = 0;
        let left = minimised(&numbers, &mut |rest| {
            tries += 1;
            rest.contains(&17) && rest.contains(&83)
        });
        assert_eq!(left, [17, 83]);
        assert!(tries < 100, "{tries}");
    }
}
