//! Deep scripts and long folds don't exhaust the thread's stack.

use crate::network::{Network, params};
use aqua_vm::{Program, State, step};

#[test]
fn chains_of_ten_thousand_run() {
    for keyword in ["seq", "par", "xor"] {
        let left = format!("({keyword} ").repeat(10_000) + "(null)" + &" (null))".repeat(10_000);
        let right = format!("({keyword} (null) ").repeat(10_000) + "(null)" + &")".repeat(10_000);
        for air in [left, right] {
            let program = Program::from_air(&air).expect("valid");
            let outcome = step(&program, &State::default(), &[], &[].into(), &params(1));
            assert_eq!((outcome.ret_code, &*outcome.error_message), (0, ""), "{keyword}");
            let arrived = step(
                &program,
                &State::default(),
                &outcome.state.encode(),
                &[].into(),
                &params(2),
            );
            assert_eq!(arrived.ret_code, 0, "{keyword}");
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
        (outcome.ret_code, &*outcome.error_message),
        (20104, "what one run makes takes more than the 1048576 bytes allowed")
    );
    assert_eq!(outcome.state, State::default());
}
