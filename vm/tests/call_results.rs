//! Results of services that the machine has to defend itself against.

use crate::network::{params, program};
use aqua_values::Value;
use aqua_vm::{CallError, CallResult, Outcome, State, step};

const CALL: &str = r#"(call "@1" ("s" "f") [] x)"#;

/// The step in which a service answers the only call.
fn answered(air: &str, result: CallResult, change: impl FnOnce(&mut aqua_vm::Params)) -> Outcome {
    let (program, mut params) = (program(air), params(1));
    change(&mut params);
    let asked = step(&program, &State::default(), &[], &[].into(), &params);
    step(&program, &asked.state, &[], &[(1, result)].into(), &params)
}

fn nested(depth: usize) -> Value {
    (0..depth).fold(Value::Null, |value, _| Value::array([value]))
}

#[test]
fn a_value_that_nests_too_deep_is_an_error_of_the_service() {
    for air in [CALL, r#"(call "@1" ("s" "f") [])"#, r#"(call "@1" ("s" "f") [] $x)"#] {
        assert_eq!(answered(air, Ok(nested(128)), |_| {}).error, None, "{air}");
        let outcome = answered(air, Ok(nested(129)), |_| {});
        assert_eq!(
            (outcome.code(), outcome.message()),
            (
                10_000,
                "Local service error, ret_code is 2147483647, error message is 'call_service result 'ret_code: 0, result: \
                 ''' can't be serialized or deserialized with an error: value nests too deep'"
            ),
            "{air}"
        );
        assert!(outcome.state != State::default(), "the failure is data");
    }
}

#[test]
fn a_value_that_shares_its_parts_is_bounded_by_its_text() {
    let bomb = (0..100).fold(Value::Null, |value, _| Value::array([value.clone(), value]));
    let limited = |hard: bool| {
        move |params: &mut aqua_vm::Params| {
            (params.limits.run_size, params.limits.call_result_size) = (1 << 20, 1 << 10);
            params.limits.hard = hard;
        }
    };
    let outcome = answered(CALL, Ok(bomb.clone()), limited(false));
    assert_eq!(
        (outcome.code(), outcome.flags.call_result_size_exceeded),
        (20_104, true)
    );
    let outcome = answered(CALL, Ok(bomb), limited(true));
    assert_eq!(
        (outcome.code(), outcome.message()),
        (10, "Call result size is bigger than the limit allowed: 1024 bytes")
    );
}

#[test]
fn sizes_of_results_are_those_of_their_texts() {
    let value = Value::object([("text", "\n\u{e4}\"".into()), ("n", (-1.5).into())]);
    let size = value.to_string().len() as u64;
    let exceeded = |result: CallResult, limit| {
        let outcome = answered(CALL, result, |params| params.limits.call_result_size = limit);
        outcome.flags.call_result_size_exceeded
    };
    assert!(!exceeded(Ok(value.clone()), size));
    assert!(exceeded(Ok(value), size - 1));
    let error = CallError {
        code: 1,
        message: "four".into(),
    };
    assert!(!exceeded(Err(error.clone()), 4));
    assert!(exceeded(Err(error), 3));
}

#[test]
fn an_error_without_a_number_gets_one() {
    let error = CallError {
        code: 0,
        message: "no".into(),
    };
    let outcome = answered(CALL, Err(error), |_| {});
    assert_eq!(
        (outcome.code(), outcome.message()),
        (
            10_000,
            "Local service error, ret_code is 2147483647, error message is 'no'"
        )
    );
}
