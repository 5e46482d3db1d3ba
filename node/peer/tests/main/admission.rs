//! Which particles are run, and what is said about the others.

use crate::driver::{Driver, EPOCH, id, particle};
use aqua_keys::KeyPair;
use aqua_particle::{Particle, RejectReason, VerifyError};
use aqua_peer::{DropReason, EventKind, Frame, Functions, Input};

fn connected() -> Driver {
    let mut driver = Driver::new();
    driver.connect(1, id(9));
    driver.kinds();
    driver
}

/// What happens to a particle after its arrival.
fn fate(driver: &mut Driver, particle: Particle) -> EventKind {
    driver.kinds();
    assert!(driver.arrive(1, particle));
    let kinds = driver.kinds();
    assert!(matches!(kinds[0], EventKind::Arrived { .. }), "{kinds:?}");
    kinds[1].clone()
}

fn dropped(reason: DropReason) -> EventKind {
    EventKind::Dropped { reason }
}

#[test]
fn particles_that_may_not_be_run_are_dropped_with_a_reason() {
    let mut driver = connected();
    let key = KeyPair::from_seed([9; 32]);
    let at = |timestamp, ttl| Particle::sign(&key, "x", timestamp, ttl, "(null)");

    assert_eq!(
        fate(&mut driver, at(EPOCH - 10_000, 5000)),
        dropped(DropReason::Expired)
    );
    assert_eq!(fate(&mut driver, at(u64::MAX, 5000)), dropped(DropReason::Expired));
    let (ttl, limit) = (u32::MAX, 24 * 60 * 60 * 1000);
    assert_eq!(
        fate(&mut driver, at(EPOCH, ttl)),
        dropped(DropReason::TooLongLived { ttl, limit })
    );
    let ahead = 3_600_000;
    assert_eq!(
        fate(&mut driver, at(EPOCH + ahead, 5000)),
        dropped(DropReason::FromTheFuture { ahead })
    );

    let forged = Particle {
        script: "(seq (null) (null))".into(),
        ..particle(9, "x", "(null)")
    };
    assert_eq!(fate(&mut driver, forged), dropped(VerifyError::Mismatch.into()));
    let hashed = Particle {
        init_peer_id: "QmdPtC3T7Kcu9iJg6hYzLBWR5XCDcYMY7HV685E3kH3EcS"
            .parse()
            .expect("a peer id"),
        ..particle(9, "x", "(null)")
    };
    assert_eq!(fate(&mut driver, hashed), dropped(VerifyError::NoKey.into()));

    let good = fate(&mut driver, particle(9, "x", "(null)"));
    assert!(matches!(good, EventKind::Stepped { .. }), "{good:?}");
}

#[test]
fn a_known_particle_is_not_verified_again() {
    let mut driver = connected();
    driver.arrive(1, particle(9, "x", "(null)"));
    driver.holds_jobs = true;
    driver.arrive(1, particle(9, "x", "(null)"));
    assert_eq!(driver.jobs.len(), 1);
    assert!(matches!(driver.jobs[0].1, aqua_peer::Job::Step(_)));
}

#[test]
fn copies_that_arrive_together_are_verified_once() {
    let mut driver = connected();
    driver.holds_jobs = true;
    for _ in 0..5 {
        driver.arrive(1, particle(9, "x", "(null)"));
    }
    assert_eq!(driver.jobs.len(), 1);
    driver.finish_jobs();
    let steps = driver
        .kinds()
        .iter()
        .filter(|kind| matches!(kind, EventKind::Stepped { .. }))
        .count();
    assert_eq!(steps, 5);
}

#[test]
fn the_number_of_particles_is_bounded_and_known_ones_still_arrive() {
    let mut driver = Driver::with(|limits| limits.particles = 1, Functions::default());
    driver.connect(1, id(9));
    let first = particle(9, "x", "(null)");
    assert!(matches!(fate(&mut driver, first.clone()), EventKind::Stepped { .. }));
    assert_eq!(
        fate(&mut driver, particle(9, "y", "(null)")),
        dropped(DropReason::Crowded(1))
    );
    assert!(matches!(fate(&mut driver, first), EventKind::Stepped { .. }));
}

#[test]
fn a_script_that_can_not_be_read_is_tried_once() {
    let mut driver = connected();
    let bad = fate(&mut driver, particle(9, "x", "(nul"));
    assert!(
        matches!(
            bad,
            EventKind::Dropped {
                reason: DropReason::BadScript(_)
            }
        ),
        "{bad:?}"
    );
    assert_eq!(fate(&mut driver, particle(9, "x", "(nul")), dropped(DropReason::Failed));
}

#[test]
fn a_frame_that_is_no_particle_leaves_nothing_behind() {
    let mut driver = connected();
    let offer = driver.offer(1, 5000);
    let reason = RejectReason::Broken("reset".to_owned());
    let frame = Err(reason.clone());
    driver.turn([Input::Received { offer, frame }]);
    let from = id(9);
    assert_eq!(driver.kinds(), [EventKind::Rejected { from, reason }]);
    let offer = driver.offer(1, 5000);
    let frame = Ok(Frame::Ignored);
    driver.turn([Input::Received { offer, frame }]);
    assert_eq!(driver.peer.status().memory, 0);
}
