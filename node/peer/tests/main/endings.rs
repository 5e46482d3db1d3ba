//! How particles and the peer end.

use crate::driver::{Driver, id, particle};
use aqua_peer::{EndReason, EventKind, Function, Functions, Input, Nanos, Panicked, Report, failure};

fn ends(driver: &Driver) -> Vec<EndReason> {
    let end = |(_, report): &(_, Report)| match report {
        Report::Ended(end) => Some(end.clone()),
        _ => None,
    };
    driver.reports.iter().filter_map(end).collect()
}

#[test]
fn a_particle_is_reaped_when_its_time_is_up() {
    let mut driver = Driver::new();
    driver.connect(1, id(9));
    driver.arrive(1, particle(9, "x", "(null)"));
    driver.kinds();
    driver.pass(Nanos::from_millis(60_000));
    assert_eq!(driver.kinds(), []);
    driver.pass(Nanos::from_millis(1));
    assert_eq!(driver.kinds(), [EventKind::Reaped]);
}

#[test]
fn a_clock_that_is_set_back_prolongs_nothing() {
    let mut driver = Driver::new();
    driver.submit("(null)");
    driver.now.unix_ms -= 3_600_000;
    driver.pass(Nanos::from_millis(10_001));
    assert_eq!(ends(&driver), [EndReason::Expired]);
}

#[test]
fn a_clock_that_is_set_forward_ends_a_particle_at_its_next_step() {
    let mut driver = Driver::new();
    driver.connect(1, id(9));
    driver.arrive(1, particle(9, "x", "(null)"));
    driver.now.unix_ms += 3_600_000;
    driver.kinds();
    driver.arrive(1, particle(9, "x", "(null)"));
    assert!(
        !driver
            .kinds()
            .iter()
            .any(|kind| matches!(kind, EventKind::Stepped { .. }))
    );
}

#[test]
fn a_script_that_can_not_be_read_ends_its_submission() {
    let mut driver = Driver::new();
    driver.submit("(seq (null)");
    assert!(
        matches!(&driver.reports[1].1, Report::StepFailed { code: 1, .. }),
        "{:?}",
        driver.reports
    );
    assert!(matches!(ends(&driver)[..], [EndReason::Failed(_)]));
}

#[test]
fn a_panic_of_a_step_fails_its_particle_only() {
    let mut driver = Driver::new();
    driver.holds_jobs = true;
    driver.submit("(null)");
    let (job, _) = driver.jobs.remove(0);
    let cpu = Nanos(0);
    driver.turn([Input::JobFinished {
        job,
        result: Err(Panicked),
        cpu,
    }]);
    assert!(matches!(ends(&driver)[..], [EndReason::Failed(_)]));
    driver.submit("(null)");
    driver.finish_jobs();
    driver.pass(Nanos::from_millis(10_001));
    assert_eq!(driver.peer.status().particles, 0);
}

#[test]
fn a_shutdown_ends_everything_and_then_stops() {
    let mut functions = Functions::default();
    functions.register("slow", "answer", Function::Embedder);
    let mut driver = Driver::with(|_| {}, functions);
    driver.connect(1, id(9));
    driver.submit(r#"(call %init_peer_id% ("slow" "answer") [])"#);
    driver.turn([Input::Shutdown]);
    assert!(!driver.is_stopped);
    driver.submit("(null)");
    let offer = driver.offer(1, 100);
    assert_eq!(driver.refused, [offer]);
    let (call, _) = driver.calls.remove(0);
    driver.answer(call, Err(failure("cancelled")));
    assert!(driver.is_stopped);
    assert_eq!(ends(&driver).len(), 2);
    let reports = driver.reports.len();
    driver.submit("(null)");
    assert_eq!(driver.reports.len(), reports, "nothing comes after the last effect");
}
