//! The data sets of the benches are what they should be.

use aqua_tests::foreign;
use aqua_tests::machine::{Machine as _, OurMachine, Reply};
use aqua_tests::paired_vms::{PairedVms, Rules, Seat};
use aqua_tests::vm_datasets::{DataSet, Sizes};

/// Sizes within a fifth of the official ones; of the script, which is given to a tenth of a KiB, within that, too. An outcome may
/// be smaller: our writer shares more.
fn check_sizes(set: &DataSet, reply: &Reply) {
    let Sizes {
        air,
        prev_data,
        data,
        outcome,
    } = set.official.expect("an equivalent of an official set");
    for (what, ours, official, slack) in [
        ("script", set.air.len(), air, 52.0),
        ("previous data", set.prev_data.len(), prev_data, 0.0),
        ("current data", set.data.len(), data, 0.0),
        ("outcome", reply.data.len().max(outcome), outcome, 0.0),
    ] {
        let (ours, official) = (ours as f64, official as f64);
        assert!(
            (ours - official).abs() <= 0.2 * official + slack,
            "{}: {what}: {ours} bytes, the official set has {official}",
            set.name
        );
    }
}

/// The benches use a hundred times more.
const LARGE: usize = 1_000_000;

#[test]
fn large_sets_run_alike_on_both_machines() {
    let mut vms = match PairedVms::start() {
        Ok(vms) => vms,
        Err(reason) => return foreign::skip("large_sets_run_alike_on_both_machines", &reason),
    };
    for name in DataSet::large_names() {
        let set = DataSet::large(name, LARGE).expect("a name of a large set");
        let reply = vms.invoke(Seat::Ours, Rules::Newer, &set.invocation());
        assert_eq!((reply.ret_code, &*reply.error_message), (0, ""), "{name}");
        let texts = set.call_results.values().map(|result| result.result.len());
        let bytes = set.air.len() + texts.sum::<usize>() + reply.data.len();
        assert!(bytes >= LARGE * 4 / 5, "{name}: {bytes} bytes");
    }
    let differences = vms.take_differences();
    assert!(differences.is_empty(), "{}", differences[0].what);
}

#[test]
fn sets_run_alike_on_both_machines_and_have_official_sizes() {
    let mut vms = PairedVms::start();
    assert_eq!(DataSet::names().count(), 20);
    for set in DataSet::all() {
        let invocation = set.invocation();
        let reply = match &mut vms {
            Ok(vms) => vms.invoke(Seat::Ours, Rules::Newer, &invocation),
            Err(_) => OurMachine::as_official().invoke(&invocation),
        };
        println!(
            "{}: {} {} {} → {}",
            set.name,
            set.air.len(),
            set.prev_data.len(),
            set.data.len(),
            reply.data.len()
        );
        assert_eq!((reply.ret_code, &*reply.error_message), (0, ""), "{}", set.name);
        check_sizes(&set, &reply);
    }
    match vms {
        Ok(mut vms) => {
            assert_eq!(vms.tally().runs.get(&Seat::Official), Some(&20));
            assert!(vms.tally().crashes.is_empty());
            let differences = vms.take_differences();
            assert!(differences.is_empty(), "{}", differences[0].what);
        }
        Err(reason) => foreign::skip("sets_run_alike_on_both_machines_and_have_official_sizes", &reason),
    }
}
