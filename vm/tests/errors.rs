//! Numbers and texts of errors, each raised by a script that runs on one peer.

use crate::network::Network;

/// The error of a script, with the peer's id as `@1`.
fn error(air: &str) -> (i64, String) {
    let network = Network::new(air, 1, 0).run();
    let (code, text) = network.errors.last().cloned().unwrap_or_default();
    (code, text.replace(&network.peers[0].id, "@1"))
}

#[test]
fn catchable_errors() {
    let cases = [
        (
            r#"(call "@1" ("s" "fail") ["no"])"#,
            10000,
            "Local service error, ret_code is 1, error message is '\"no\"'",
        ),
        ("(match 1 2 (null))", 10001, "compared values do not match"),
        ("(mismatch 1 1 (null))", 10002, "compared values do not mismatch"),
        (
            r#"(seq (par (call "@1" ("s" "fail") [] x) (null)) (fail x))"#,
            10003,
            "variable with name 'x' wasn't defined during script execution",
        ),
        (
            r#"(seq (call "@1" ("s" "f") [5] x) (fold x i (next i)))"#,
            10005,
            "expression 'x' returned non-array value '5' for fold iterable",
        ),
        (
            r#"(fail 3 "m")"#,
            10006,
            r#"fail with '{"error_code":3,"instruction":"fail 3 \"m\"","message":"m","peer_id":"@1"}' is used without corresponding xor"#,
        ),
        (
            r#"(seq (ap 1 x) (ap x.$.[0] y))"#,
            10007,
            "value '1' is not an array-type to match array accessor with idx = '0'",
        ),
        (
            r#"(seq (ap 1 x) (ap x.$.f y))"#,
            10007,
            "value '1' is not an map-type to match field accessor with field_name = 'f'",
        ),
        (
            r#"(seq (canon "@1" $s #ss) (ap #ss.$.[2] y))"#,
            10007,
            "lambda is applied to a stream that have only '0' elements, but '2' requested",
        ),
        (
            "(seq (ap 1 x) (fail x))",
            10008,
            "scalar should have an object type to be converted into error object, but '1' doesn't have",
        ),
        ("(fail :error:)", 10008, "error code must be non-zero, but it is zero"),
        (
            "(new x (ap x y))",
            10009,
            "variable with name 'x' was cleared by new and then wasn't set",
        ),
        (
            "(seq (ap 1 x) (ap x.length y))",
            10010,
            "the length functor could applied only to an array-like value, but it's applied to '1'",
        ),
        (
            r#"(seq (ap 1 x) (call x ("s" "f") []))"#,
            10011,
            "call cannot resolve non-String triplet variable part `x` with value '1'",
        ),
        (
            "(seq (ap 1.5 x) (ap (x 1) %map))",
            10012,
            "unsupported type for %map map's key",
        ),
    ];
    for (air, code, text) in cases {
        assert_eq!(error(air), (code, text.to_owned()), "{air}");
    }
}

#[test]
fn uncatchable_errors() {
    let shadowing =
        |name| format!("trying to shadow variable '{name}', but shadowing is allowed only inside fold blocks");
    let cases = [
        (
            r#"(seq (call "@1" ("s" "list") [1] xs) (fold xs i (seq (call "@1" ("s" "f") [] i) (next i))))"#,
            20004,
            "variable with name 'i' can't be shadowed, shadowing isn't supported for iterables".to_owned(),
        ),
        ("(seq (ap 1 x) (ap 2 x))", 20007, shadowing("x")),
        (r#"(seq (ap 1 x) (call "@1" ("s" "f") [] x))"#, 20007, shadowing("x")),
        (
            r#"(seq (call "@1" ("s" "list") [1 2] xs) (fold xs i (fold xs j (seq (next i) (next j)))))"#,
            20005,
            "multiple iterable values found for iterable name 'j'".to_owned(),
        ),
        (
            "(seq (ap 1 $s) (fold $s i (seq (ap i $s) (next i))))",
            20013,
            "stream size goes over the allowed limit of 1024".to_owned(),
        ),
    ];
    for (air, code, text) in cases {
        assert_eq!(error(air), (code, text), "{air}");
    }
}

#[test]
fn an_uncatchable_error_undoes_the_step() {
    let network = Network::new(r#"(seq (call "@1" ("s" "f") [1] x) (seq (ap 1 y) (ap 2 y)))"#, 1, 0).run();
    assert_eq!(network.errors.len(), 1);
    let trace = format!("{:?}", network.peers[0].state.data().trace);
    assert!(
        trace.contains("PeerIdWithCallId"),
        "the call is still asked for: {trace}"
    );
}

#[test]
fn a_result_that_is_not_json_is_an_error_of_the_service() {
    let program = crate::network::program(r#"(call "@1" ("s" "f") [] x)"#);
    let params = crate::network::params(1);
    let asked = aqua_vm::step(&program, &aqua_vm::State::default(), &[], &Default::default(), &params);
    let result = aqua_vm::flat::FlatCallResult {
        ret_code: 0,
        result: "nonsense".into(),
    };
    let result = aqua_vm::CallResult::from(&result);
    let outcome = aqua_vm::step(&program, &asked.state, &[], &[(1, result.clone())].into(), &params);
    assert_eq!(
        (outcome.code(), outcome.message()),
        (
            10000,
            "Local service error, ret_code is 2147483647, error message is 'call_service result 'ret_code: 0, result: \
             'nonsense'' can't be serialized or deserialized with an error: expected ident at line 1 column 2'"
        )
    );
    // The failure is signed, so that other peers accept it.
    let mut there = crate::network::params(2);
    there.init_peer_id.clone_from(&params.init_peer_id);
    let arrived = aqua_vm::step(
        &program,
        &aqua_vm::State::default(),
        &outcome.state.encode(),
        &[].into(),
        &there,
    );
    assert_eq!(arrived.code(), 10000);

    let again = aqua_vm::step(&program, &outcome.state, &[], &[(1, result)].into(), &params);
    assert_eq!(
        again.code(),
        10000,
        "an error of the script goes before an unused result"
    );
}

#[test]
fn an_unused_result_is_reported_after_success() {
    let program = crate::network::program("(null)");
    let result = Ok(1.into());
    let outcome = aqua_vm::step(
        &program,
        &aqua_vm::State::default(),
        &[],
        &[(5, result)].into(),
        &crate::network::params(1),
    );
    assert_eq!(
        (outcome.code(), outcome.message()),
        (
            30000,
            "after finishing execution of supplied AIR, there are some unprocessed call results: `{\"5\": \
             CallServiceResult { ret_code: 0, result: \"1\" }}`, probably a wrong call_id used"
        )
    );
}
