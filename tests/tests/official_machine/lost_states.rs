//! The smallest programs whose data is refused at a hop, found by making generated ones smaller.
//!
//! They are a fault of the protocol, not of one machine: official peers among themselves refuse the same data.

use aqua_tests::corpus::with_peers;
use aqua_tests::machine::{Machine, OurMachine};
use aqua_tests::official_vm::OfficialVm;
use aqua_tests::simulated_network::{Conditions, peers, run};
use aqua_tests::{air_programs, foreign};

/// Peer `@B` freezes the map at each of three values, two that were there and one that came meanwhile. For `@A`, which then
/// goes through the same data, they come in other groups, and it meets two of the three states.
const FROZEN_WHILE_FOLDED: &str = r#"
(seq
  (seq
    (seq (ap ("key" 1) %m) (call @B ("op" "where") []))
    (seq
      (ap ("key" 2) %m)
      (fold %m i
        (seq
          (canon @B %m #%now)
          (match #%now.length 2 (ap ("key" i) %m))))))
  (seq
    (call @A ("op" "numbers") [] x)
    (call @B ("op" "identity") [x])))
"#;

#[test]
fn official_peers_refuse_what_official_peers_lost() {
    if let Err(reason) = OfficialVm::start() {
        return foreign::skip("official_peers_refuse_what_official_peers_lost", &reason);
    }
    let air = with_peers(FROZEN_WHILE_FOLDED);
    assert!(!air_programs::replays_identically(&air));
    let refused_on = |is_ours: &dyn Fn(usize) -> bool| {
        let mut machine_of = |peer| -> Box<dyn Machine> {
            if is_ours(peer) {
                Box::new(OurMachine::as_official())
            } else {
                Box::new(OfficialVm::start().expect("it started before"))
            }
        };
        let services = &mut |peer: &str, request: &_| air_programs::answer(peer, request);
        run(&air, &mut peers(2), Conditions::default(), services, &mut machine_of).failures
    };
    let expected = refused_on(&|_| false);
    assert_eq!(expected.len(), 1, "{expected:?}");
    assert_eq!((expected[0].ret_code, &expected[0].peer_id), (9, &peers(2)[1].id));
    assert!(
        expected[0].message.starts_with("signature mismatch for "),
        "{expected:?}"
    );
    for is_ours in [|_| true, |peer| peer == 0, |peer| peer == 1] as [fn(usize) -> bool; 3] {
        assert_eq!(refused_on(&is_ours), expected);
    }
}
