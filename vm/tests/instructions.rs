//! Each instruction in a small network.

use crate::network::{Network, calls};

#[test]
fn seq_waits_and_data_flows() {
    let air = r#"(seq (call "@2" ("s" "f") [1] x) (seq (call "@3" ("s" "f") [x] y) (call "@1" ("s" "show") [x y])))"#;
    assert_eq!(calls(air), ["1 show(1,1)", "2 f(1)", "3 f(1)"]);
}

#[test]
fn par_waits_for_either_side() {
    let air = r#"(seq (par (call "@2" ("s" "f") [1] x) (never)) (call "@1" ("s" "show") [x]))"#;
    assert_eq!(calls(air), ["1 show(1)", "2 f(1)"]);
}

#[test]
fn an_argument_joins_both_sides_of_a_par() {
    let air = r#"(seq (par (call "@2" ("s" "f") [1] x) (call "@3" ("s" "f") [2] y)) (call "@1" ("s" "show") [x y]))"#;
    for seed in 0..8 {
        let network = Network::new(air, 3, seed).run();
        assert_eq!(network.sorted_calls(), ["1 show(1,2)", "2 f(1)", "3 f(2)"]);
    }
}

#[test]
fn never_stops_and_null_goes_on() {
    assert_eq!(calls(r#"(seq (null) (call "@1" ("s" "f") []))"#), ["1 f()"]);
    assert_eq!(calls(r#"(seq (never) (call "@1" ("s" "f") []))"#), [""; 0]);
}

#[test]
fn xor_runs_its_right_side_after_an_error() {
    let air =
        r#"(xor (call "@2" ("s" "fail") ["no"]) (call "@1" ("s" "show") [:error:.$.error_code :error:.$.message]))"#;
    let text = r#"1 show(10000,"Local service error, ret_code is 1, error message is '\"no\"'")"#;
    assert_eq!(calls(air), [text, "2 fail(\"no\")"]);
}

#[test]
fn last_error_stays_and_error_goes_with_its_handler() {
    let air =
        r#"(seq (xor (fail 7 "x") (null)) (call "@1" ("s" "show") [%last_error%.$.error_code :error:.$.error_code]))"#;
    assert_eq!(calls(air), ["1 show(7,0)"]);
}

#[test]
fn fail_raises_an_error_again() {
    let air = r#"(xor (xor (match 1 2 (null)) (fail :error:)) (call "@1" ("s" "show") [:error:]))"#;
    let text = r#"1 show({"error_code":10001,"instruction":"match 1 2","message":"compared values do not match"})"#;
    assert_eq!(calls(air), [text]);
}

#[test]
fn match_and_mismatch_compare_by_structure() {
    let air = r#"(seq (call "@1" ("s" "list") [1 "a"] x) (seq (match x.$.[0] 1 (mismatch x x.$.[1] (mismatch 1 1.0 (null))))
        (xor (match 1 1.0 (null)) (call "@1" ("s" "show") [%last_error%.$.error_code]))))"#;
    // %last_error% does not report comparisons.
    assert_eq!(calls(air), ["1 list(1,\"a\")", "1 show(0)"]);
}

#[test]
fn new_hides_a_scalar_and_a_stream() {
    let air = r#"(seq (seq (ap 1 x) (ap 1 $s)) (seq
        (new x (new $s (seq (seq (ap 2 x) (ap 2 $s)) (seq (canon "@1" $s #in) (call "@1" ("s" "inner") [x #in])))))
        (seq (canon "@1" $s #out) (call "@1" ("s" "outer") [x #out]))))"#;
    assert_eq!(calls(air), ["1 inner(2,[2])", "1 outer(1,[1])"]);
}

#[test]
fn fold_goes_through_an_array_on_other_peers() {
    let air = r#"(seq (call "@1" ("s" "list") ["@2" "@3"] peers)
        (fold peers peer (par (call peer ("s" "f") [peer] $results) (next peer)) (null)))"#;
    assert_eq!(calls(air), ["1 list(\"@2\",\"@3\")", "2 f(\"@2\")", "3 f(\"@3\")"]);
}

#[test]
fn fold_runs_its_last_instruction_innermost() {
    let air = r#"(seq (call "@1" ("s" "list") [1 2] xs)
        (fold xs x (seq (call "@1" ("s" "down") [x]) (seq (next x) (call "@1" ("s" "up") [x])))
            (call "@1" ("s" "last") [])))"#;
    let network = Network::new(air, 1, 0).run();
    assert_eq!(
        network.calls,
        [
            "1 list(1,2)",
            "1 down(1)",
            "1 down(2)",
            "1 last()",
            "1 up(2)",
            "1 up(1)"
        ]
    );
}

#[test]
fn fold_over_a_stream_takes_up_what_it_adds() {
    let air = r#"(seq (ap 1 $s) (fold $s x (seq
        (xor (match x 1 (ap 2 $s)) (xor (match x 2 (ap 3 $s)) (null)))
        (par (call "@2" ("s" "f") [x]) (next x)))))"#;
    assert_eq!(calls(air), ["2 f(1)", "2 f(2)", "2 f(3)"]);
}

#[test]
fn one_peer_canonicalises_streams_of_several() {
    let air = r#"(seq (par (call "@2" ("s" "f") [2] $s) (seq (call "@3" ("s" "f") [3] $s) (null)))
        (seq (canon "@1" $s #s1) (seq (canon "@2" $s #s2) (seq (call "@1" ("s" "one") [#s1]) (call "@2" ("s" "two") [#s2.length])))))"#;
    for seed in 0..8 {
        let network = Network::new(air, 3, seed).run();
        assert_eq!(network.errors, []);
        let calls = network.sorted_calls();
        assert_eq!(calls.len(), 4, "{calls:?}");
        assert!(
            ["1 one([2])", "1 one([3])", "1 one([2,3])", "1 one([3,2])"].contains(&calls[0].as_str()),
            "{calls:?}"
        );
    }
}

#[test]
fn stream_maps_keep_keys_apart() {
    let air = r#"(seq (seq (seq (ap (5 "int") %map) (ap ("k" "first") %map)) (ap ("k" "second") %map)) (seq
        (seq (canon "@1" %map #%canon) (canon "@1" %map object))
        (seq (call "@1" ("s" "a") [#%canon.$.k #%canon.$.k.[1] #%canon.$.[5] #%canon.$.none #%canon.length])
             (seq (call "@1" ("s" "b") [object]) (fold #%canon e (seq (call "@1" ("s" "c") [e.$.value]) (next e)))))))"#;
    assert_eq!(
        calls(air),
        [
            r#"1 a(["first","second"],"second",["int"],[],3)"#,
            r#"1 b({"5":"int","k":"first"})"#,
            r#"1 c("first")"#,
            r#"1 c("int")"#,
            r#"1 c("second")"#,
        ]
    );
}

#[test]
fn an_empty_map_is_not_looked_into() {
    let air = r#"(seq (canon "@1" %map #%empty) (fold #%empty.length x (fail 1 "there is none")))"#;
    assert_eq!(calls(air), [""; 0]);
}

#[test]
fn values_carry_their_tetraplets() {
    let air = r#"(seq (call "@1" ("srv" "list") [1] x) (seq (ap x.$.[0] $s) (seq (canon "@1" $s #s) (call "@1" ("s" "f") [x.$.[0] #s "lit"]))))"#;
    let program = crate::network::program(air);
    let params = crate::network::params(1);
    let first = aqua_vm::step(&program, &aqua_vm::State::default(), &[], &Default::default(), &params);
    let results = first
        .call_requests
        .iter()
        .map(|(id, request)| (*id, crate::network::answer(request)))
        .collect();
    let second = aqua_vm::step(&program, &first.state, &[], &results, &params);
    let request = second.call_requests.values().next().expect("the second call");
    let tetraplets: Vec<Vec<(&str, &str, &str)>> = request
        .tetraplets
        .iter()
        .map(|list| {
            list.iter()
                .map(|t| (&*t.service_id, &*t.function_name, &*t.lens))
                .collect()
        })
        .collect();
    assert_eq!(
        tetraplets,
        [[("srv", "list", ".$.[0]")], [("srv", "list", ".$.[0]")], [("", "", "")]]
    );
}
