//! Deep scripts and long folds don't exhaust the thread's stack.

use crate::network::{Network, params};
use aqua_values::Value;
use aqua_vm::{Program, State, step};

#[test]
fn chains_of_ten_thousand_run() {
    for keyword in ["seq", "par", "xor"] {
        let left = format!("({keyword} ").repeat(10_000) + "(null)" + &" (null))".repeat(10_000);
        let right = format!("({keyword} (null) ").repeat(10_000) + "(null)" + &")".repeat(10_000);
        for air in [left, right] {
            let program = Program::from_air(&air).expect("valid");
            let outcome = step(&program, &State::default(), &[], &[].into(), &params(1));
            assert_eq!((outcome.code(), outcome.message()), (0, ""), "{keyword}");
            let arrived = step(
                &program,
                &State::default(),
                &outcome.state.encode(),
                &[].into(),
                &params(2),
            );
            assert_eq!(arrived.code(), 0, "{keyword}");
        }
    }
}

#[test]
fn a_fold_over_ten_thousand_items_runs() {
    let items: Vec<String> = (0..10_000).map(|item| item.to_string()).collect();
    let air = format!(
        r#"(seq (call "@1" ("s" "list") [{}] xs) (fold xs x (seq (ap x y) (next x)) (call "@1" ("s" "f") [x])))"#,
        items.join(" ")
    );
    let network = Network::new(&air, 1, 0).run();
    assert_eq!(network.errors, []);
    assert_eq!(network.calls[1], "1 f(9999)");
}

#[test]
fn what_a_run_makes_is_bounded() {
    // Each level makes a list of two times the one before.
    let levels = (0..40).rev().fold("(null)".to_owned(), |rest, level| {
        let append = format!("(ap x{level} $s{level})");
        let next = level + 1;
        format!(
            r#"(seq (seq {append} {append}) (seq (canon "@1" $s{level} #s{level}) (seq (ap #s{level} x{next}) {rest})))"#
        )
    });
    let program = crate::network::program(&format!("(seq (ap 1 x0) {levels})"));
    let mut params = params(1);
    params.limits.run_size = 1 << 20;
    let outcome = step(&program, &State::default(), &[], &[].into(), &params);
    assert_eq!(
        (outcome.code(), outcome.message()),
        (20104, "what one run makes takes more than the 1048576 bytes allowed")
    );
    assert_eq!(outcome.state, State::default());
}

#[test]
fn how_long_a_run_takes_is_bounded() {
    // Each fold multiplies the work by ten and leaves nothing behind.
    let items = (0..10).map(|item| item.to_string()).collect::<Vec<_>>().join(" ");
    let folds = (0..12).fold("(null)".to_owned(), |body, level| {
        format!("(fold xs x{level} (seq {body} (next x{level})))")
    });
    let program = crate::network::program(&format!(r#"(seq (call "@1" ("s" "list") [{items}] xs) {folds})"#));
    let asked = step(&program, &State::default(), &[], &[].into(), &params(1));
    let answer = crate::network::answer(&asked.call_requests[&1]);
    let mut params = params(1);
    params.limits.run_length = 100_000;
    let outcome = step(&program, &asked.state, &[], &[(1, answer)].into(), &params);
    assert_eq!(
        (outcome.code(), outcome.message()),
        (20106, "one run takes more than the 100000 instructions allowed")
    );
    assert_eq!(outcome.state, asked.state);
}

#[test]
fn errors_that_quote_errors_are_bounded() {
    // Each text quotes the one before, with two times the backslashes.
    let quoting = (0..60).rev().fold("(null)".to_owned(), |rest, level| {
        format!("(seq (ap :error: x{level}) (xor (fold x{level} i (next i)) {rest}))")
    });
    let program = crate::network::program(&format!(r#"(xor (fail 1 "no") {quoting})"#));
    let mut params = params(1);
    params.limits.run_size = 1 << 20;
    let outcome = step(&program, &State::default(), &[], &[].into(), &params);
    assert_eq!(outcome.code(), 20104, "{}", outcome.message());
}

#[test]
fn values_that_are_read_are_bounded_and_equal_ones_count_once() {
    let text = |last: u32| format!("[{}{last}]", "0,".repeat(1_000));
    let reads = (0..30).fold("(null)".to_owned(), |rest, at| {
        format!(r#"(seq (call "@1" ("s" "f") [] x{at}) {rest})"#)
    });
    let program = crate::network::program(&reads);
    for (differ, ret_code) in [(false, 0), (true, 20104)] {
        let mut params = params(1);
        let mut asked = step(&program, &State::default(), &[], &[].into(), &params);
        for id in 1..=30 {
            let text = text(if differ { id } else { 0 });
            let result = Ok(Value::parse(&text).expect("JSON"));
            asked = step(&program, &asked.state, &[], &[(id, result)].into(), &params);
        }
        params.limits.run_size = 100_000;
        let outcome = step(&program, &asked.state, &[], &[].into(), &params);
        assert_eq!(outcome.code(), ret_code, "{}", outcome.message());
    }
}

#[test]
fn ids_of_requests_begin_again() {
    let data = aqua_vm::ParticleData {
        last_call_request_id: u32::MAX,
        ..aqua_vm::ParticleData::default()
    };
    let program = crate::network::program(r#"(call "@1" ("s" "f") [])"#);
    let outcome = step(&program, &State::new(data), &[], &[].into(), &params(1));
    assert_eq!(outcome.call_requests.keys().copied().collect::<Vec<_>>(), [0]);
}
