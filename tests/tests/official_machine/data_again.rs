//! What happens where data that was taken in arrives once more: on both machines the same, whatever the program.
//!
//! For programs that [`air_programs::replays_identically`] nothing changes, which `machine_laws` holds for many more of them. For
//! others no machine can keep that law and be compatible: here the official one is seen to break it.

use super::shown;
use aqua_tests::machine::{Invocation, Machine as _, OurMachine, Reply};
use aqua_tests::paired_vms::{PairedVms, Rules, Seat, difference};
use aqua_tests::simulated_network::{Conditions, peers, run_with};
use aqua_tests::{air_programs, foreign};
use std::collections::BTreeMap;

/// `AQUA_PROGRAMS` says how many, `AQUA_SEED` the seed of the first.
#[test]
fn the_same_data_again_does_the_same() {
    let mut vms = match PairedVms::start() {
        Ok(vms) => vms,
        Err(reason) => return foreign::skip("the_same_data_again_does_the_same", &reason),
    };
    vms.limits.run_size = 1 << 20;
    let mut network = OurMachine {
        limits: vms.limits,
        ..OurMachine::as_official()
    };
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let (first, programs) = (number("AQUA_SEED").unwrap_or(0), number("AQUA_PROGRAMS").unwrap_or(300));
    let (mut report, mut runs, mut changed) = (String::new(), 0, Vec::new());
    for seed in first..first + programs {
        let count = 2 + (seed % 5) as u8;
        let ids: Vec<String> = peers(count).into_iter().map(|peer| peer.id).collect();
        let air = air_programs::program(seed, &ids);
        let mut has_changed = false;
        run_with(
            &air,
            &mut peers(count),
            Conditions::rough(seed),
            &mut |peer, request| air_programs::answer(peer, request),
            &mut |_, invocation| {
                let reply = network.invoke(invocation);
                if matches!(reply.ret_code, 1..10_000 | 20_000..30_000) {
                    // It was undone: nothing was taken in.
                    return reply;
                }
                for data in [&[][..], invocation.data, &reply.data] {
                    let again = vms.invoke(
                        Seat::Official,
                        Rules::Newer,
                        &Invocation {
                            prev_data: &reply.data,
                            data,
                            call_results: &BTreeMap::new(),
                            ..invocation.clone()
                        },
                    );
                    runs += 1;
                    // Data that lacks what was signed is refused, as `generated` shows.
                    has_changed |= again.ret_code != 9 && difference(&unchanged(&reply, &again), &again).is_some();
                }
                reply
            },
        );
        let differences = vms.take_differences();
        if !differences.is_empty() {
            report.push_str(&shown(&format!("seed {seed}"), &differences));
        }
        if has_changed {
            assert!(!air_programs::replays_identically(&air), "seed {seed}: {air}");
            changed.push(seed);
        }
    }
    println!("{programs} programs from seed {first}, {runs} runs compared; something changed in {changed:?}");
    assert!(report.is_empty(), "{report}");
    if programs >= 300 {
        assert!(
            !changed.is_empty(),
            "the official machine keeps the law for all programs"
        );
    }
}

/// The reply to data that was merged before and has nothing new.
fn unchanged(first: &Reply, again: &Reply) -> Reply {
    // Answers that no call waits for are not given again.
    let (ret_code, error_message) = match first.ret_code {
        30_000 => (0, String::new()),
        number => (number, first.error_message.clone()),
    };
    Reply {
        ret_code,
        error_message,
        data: first.data.clone(),
        next_peers: Vec::new(),
        call_requests: BTreeMap::new(),
        flags: again.flags,
    }
}
