//! What has to wait, and whom it slows down.

use crate::driver::{Driver, id, particle};
use aqua_peer::{ConnectionId, EventKind, Functions, Input, Nanos, PauseCause};

#[test]
fn frames_beyond_the_rate_wait_at_their_connection_only() {
    let limits = |limits: &mut aqua_peer::Limits| {
        limits.connection.frames = 10;
        limits.connection.burst_seconds = 1;
    };
    let mut driver = Driver::with(limits, Functions::default());
    driver.connect(1, id(8));
    driver.connect(2, id(9));
    driver.kinds();
    let accepted = (0..15)
        .filter(|number| driver.arrive(1, particle(8, &number.to_string(), "(null)")))
        .count();
    assert_eq!(accepted, 10);
    let (connection, cause) = (ConnectionId(1), PauseCause::Rate);
    assert!(driver.kinds().contains(&EventKind::Paused { connection, cause }));
    assert!(driver.arrive(2, particle(9, "x", "(null)")));
    driver.pass(Nanos::from_millis(1000));
    assert_eq!(driver.accepted.len(), 16);
    assert!(driver.kinds().contains(&EventKind::Resumed { connection }));
}

#[test]
fn particles_that_wait_for_verification_are_bounded() {
    let mut driver = Driver::with(|limits| limits.connection.verifications = 3, Functions::default());
    driver.connect(1, id(8));
    driver.holds_jobs = true;
    let accepted = (0..10)
        .filter(|number| driver.arrive(1, particle(8, &number.to_string(), "(null)")))
        .count();
    assert_eq!(accepted, 3);
    driver.finish_jobs();
    assert!(driver.accepted.len() > 3);
}

#[test]
fn offers_wait_for_memory_and_go_on_when_there_is_some() {
    let mut driver = Driver::with(|limits| limits.memory = 40_000, Functions::default());
    driver.connect(1, id(8));
    let first = driver.offer(1, 25_000);
    let second = driver.offer(1, 25_000);
    assert_eq!(driver.accepted, [first]);
    let mut large = particle(8, "x", "(null)");
    large.script = format!("(null){}", " ".repeat(20_000)).into();
    driver.receive(first, large);
    assert_eq!(
        driver.accepted,
        [first, second],
        "a forged particle is dropped, and its memory is free"
    );
}

#[test]
fn a_closed_connection_takes_its_waiting_offers_along() {
    let mut driver = Driver::with(|limits| limits.connection.verifications = 1, Functions::default());
    driver.connect(1, id(8));
    driver.holds_jobs = true;
    driver.arrive(1, particle(8, "x", "(null)"));
    driver.offer(1, 200);
    let connection = ConnectionId(1);
    driver.turn([Input::Disconnected { connection }]);
    driver.finish_jobs();
    assert_eq!(driver.accepted.len(), 1);
    let steps = driver
        .kinds()
        .iter()
        .filter(|kind| matches!(kind, EventKind::Stepped { .. }))
        .count();
    assert_eq!(steps, 1, "what was accepted is run");
}

#[test]
fn new_initiators_of_a_connection_are_delayed_and_none_is_lost() {
    let limits = |limits: &mut aqua_peer::Limits| {
        limits.connection.initiators = 1;
        limits.connection.initiator_burst = 2;
    };
    let mut driver = Driver::with(limits, Functions::default());
    driver.connect(1, id(99));
    driver.kinds();
    for seed in 10..13 {
        driver.arrive(1, particle(seed, "x", "(null)"));
    }
    let last = driver.offer(1, 300);
    assert!(!driver.accepted.contains(&last), "the connection is paused");
    let steps = |driver: &mut Driver| {
        driver
            .kinds()
            .iter()
            .filter(|kind| matches!(kind, EventKind::Stepped { .. }))
            .count()
    };
    assert_eq!(steps(&mut driver), 2);
    driver.pass(Nanos::from_millis(1000));
    assert_eq!(steps(&mut driver), 1);
    assert!(driver.accepted.contains(&last));
    driver.receive(last, particle(13, "x", "(null)"));
    assert_eq!(steps(&mut driver), 0);
    driver.pass(Nanos::from_millis(1000));
    assert_eq!(steps(&mut driver), 1);
}

#[test]
fn waiting_particles_stay_within_the_bound_of_memory() {
    let mut driver = Driver::with(
        |limits| {
            limits.memory = 1 << 20;
            limits.initiator.memory_part = 1;
            limits.connection.frames = 1_000_000;
            limits.connection.initiators = 1_000_000;
        },
        {
            let mut functions = Functions::default();
            functions.register("slow", "answer", aqua_peer::Function::Embedder);
            functions
        },
    );
    driver.connect(1, id(99));
    let script = r#"(seq (call %init_peer_id% ("a" "b") ["text"]) (null))"#;
    let waiting = script.replace("%init_peer_id%", &format!("\"{}\"", driver.key.peer_id()));
    let waiting = waiting.replace("(\"a\" \"b\")", "(\"slow\" \"answer\")");
    let (mut accepted, mut most) = (0, 0);
    for number in 0..2000 {
        let seed = (number % 200) as u8 + 1;
        accepted += u32::from(driver.arrive(1, particle(seed, &number.to_string(), &waiting)));
        most = most.max(driver.peer.status().memory);
    }
    assert!(most <= 1 << 20, "{most}");
    assert!(driver.peer.status().particles > 100, "{:?}", driver.peer.status());
    assert!(accepted < 2000, "the bound was reached");
    driver.pass(Nanos::from_millis(70_000));
    let calls: Vec<_> = driver.calls.drain(..).map(|(call, _)| call).collect();
    for call in calls {
        driver.answer(call, Err(aqua_peer::failure("late")));
    }
    driver.pass(Nanos::from_millis(70_000));
    assert_eq!(driver.peer.status().particles, 0);
}
