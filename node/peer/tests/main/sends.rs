//! Frames to other peers.

use crate::driver::{Driver, id};
use aqua_peer::{DropReason, EventKind, Functions, InFlight, Input, Limits, Nanos, SendError};

/// Goes to these peers at the same time.
fn script(seeds: impl IntoIterator<Item = u8>) -> String {
    let calls = seeds
        .into_iter()
        .map(|seed| format!(r#"(call "{}" ("op" "noop") [])"#, id(seed)));
    calls
        .reduce(|left, right| format!("(par {left} {right})"))
        .expect("some peers")
}

#[test]
fn a_particle_goes_to_many_peers_a_few_at_a_time() {
    let mut driver = Driver::with(|limits: &mut Limits| limits.sends = 2, Functions::default());
    driver.submit(&script(10..30));
    let mut seen = 0;
    while !driver.sent.is_empty() {
        assert!(driver.sent.len() <= 2);
        let send = driver.sent.remove(0).id;
        driver.turn([Input::SendFinished { send, result: Ok(100) }]);
        seen += 1;
    }
    assert_eq!(seen, 20);
    let sent = driver
        .kinds()
        .iter()
        .filter(|kind| matches!(kind, EventKind::Sent { bytes: 100, .. }))
        .count();
    assert_eq!(sent, 20);
}

#[test]
fn frames_for_one_peer_wait_for_each_other_and_keep_their_order() {
    let mut driver = Driver::with(
        |limits: &mut Limits| limits.destination.frames = 1,
        Functions::default(),
    );
    for number in 0..5 {
        driver.submit(&format!("(seq (ap {number} x) {})", script([10])));
    }
    let mut scripts = Vec::new();
    while let Some(sent) = driver.sent.pop() {
        assert!(driver.sent.is_empty(), "one frame at a time");
        scripts.push(sent.header.script.to_string());
        let (send, error) = (sent.id, SendError("lost".to_owned()));
        driver.turn([Input::SendFinished {
            send,
            result: Err(error),
        }]);
    }
    let expected: Vec<_> = (0..5)
        .map(|number| format!("(seq (ap {number} x) {})", script([10])))
        .collect();
    assert_eq!(scripts, expected);
}

#[test]
fn frames_of_an_expired_particle_are_given_up() {
    let mut driver = Driver::with(|limits: &mut Limits| limits.sends = 1, Functions::default());
    driver.submit(&script([10, 11]));
    let send = driver.sent[0].id;
    driver.kinds();
    driver.pass(Nanos::from_millis(10_001));
    assert_eq!(driver.cancelled, [InFlight::Send(send)]);
    let reason = DropReason::Expired.to_string();
    let given_up = driver.kinds();
    let not_sent = given_up
        .iter()
        .filter(|kind| matches!(kind, EventKind::NotSent { reason: why, .. } if *why == reason));
    assert_eq!(not_sent.count(), 2);
    let error = SendError("cancelled".to_owned());
    driver.turn([Input::SendFinished {
        send,
        result: Err(error),
    }]);
    assert_eq!(driver.kinds(), [EventKind::Reaped]);
}

#[test]
fn a_peer_that_a_script_names_wrongly_is_reported() {
    let mut driver = Driver::new();
    driver.submit(r#"(call "nobody" ("op" "noop") [])"#);
    let not_sent = |kind: &EventKind| matches!(kind, EventKind::NotSent { to, .. } if to == "nobody");
    assert!(driver.kinds().iter().any(not_sent));
}
