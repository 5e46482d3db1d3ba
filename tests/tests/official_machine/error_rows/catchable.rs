//! Errors that `xor` catches, raised by scripts.

use super::Case;
use super::input::{Input, left_by, run};

pub(super) fn cases() -> Vec<Case> {
    [services(), instructions(), lenses(), error_objects()].concat()
}

/// The second run of a script, in which its first request is answered.
fn answered(air: &str, ret_code: i32, result: &str) -> Input {
    run(air).knowing(left_by(air, &[])).answered(1, ret_code, result)
}

const CALL: &str = r#"(call @A ("s" "f") [] x)"#;

fn services() -> Vec<Case> {
    vec![
        ("10000 service", answered(CALL, 1, "\"no\"")),
        ("10000 service", answered(CALL, -5, "no JSON")),
        ("10000 service", run(CALL).knowing(left_by(CALL, &["!\"no\""]))),
        ("10000 service", run(CALL).meeting(left_by(CALL, &["!\"no\""]))),
        ("10000 JSON", answered(CALL, 0, "nonsense")),
        ("10000 JSON", answered(CALL, 0, "")),
    ]
}

fn instructions() -> Vec<Case> {
    vec![
        ("10001", run("(match 1 1.0 (null))")),
        ("10002", run("(mismatch [] [] (null))")),
        ("10003", run(r#"(seq (par (call @B ("s" "f") [] x) (null)) (fail x))"#)),
        (
            "10003",
            run(r#"(seq (par (call @B ("s" "f") [] x) (ap "text" y)) (fail y.$.[x]))"#),
        ),
        ("10005 name", run("(seq (ap 5 x) (fold x i (next i)))")),
        (
            "10005 lens",
            answered(
                r#"(seq (call @A ("s" "f") [] x) (fold x.$.a i (next i)))"#,
                0,
                "{\"a\":\"é\"}",
            ),
        ),
        ("10006", run(r#"(fail 3 "a \ text")"#)),
        (
            "10006",
            answered(
                r#"(seq (call @A ("s" "f") [] x) (fail x.$.[0]))"#,
                0,
                r#"[{"message":"m","error_code":-3,"a":1.5}]"#,
            ),
        ),
        ("10006", run(r#"(xor (fail 3 "three") (fail %last_error%))"#)),
        ("10009", run("(new x (ap x y))")),
        ("10009", run("(seq (canon @A $s #s) (new #s (ap #s y)))")),
        ("10009", run("(seq (canon @A %m #%m) (new #%m (match #%m 1 (null))))")),
        ("10010", run(r#"(seq (ap "text" x) (ap x.length y))"#)),
        ("10011", run(r#"(seq (ap 1 x) (call x ("s" "f") []))"#)),
        (
            "10011",
            answered(
                r#"(seq (call @A ("s" "f") [] x) (call @A (x.$.a "f") []))"#,
                0,
                "{\"a\":null}",
            ),
        ),
        ("10011", run(r#"(seq (ap [] x) (call @A ("s" x) []))"#)),
        ("10012", run("(seq (ap 1.5 x) (ap (x 1) %map))")),
        ("10012", run("(seq (ap [] x) (ap (x 1) %map))")),
    ]
}

fn lenses() -> Vec<Case> {
    let object = |air: &str| {
        let air = format!("(seq (call @A (\"s\" \"f\") [] x) {air})");
        answered(&air, 0, r#"{"a":[1],"b":{"c":null}}"#)
    };
    let canonicalised = |air: &str| run(&format!("(seq (ap 1 $ss) (seq (canon @A $ss #ss) {air}))"));
    let map = |air: &str| run(&format!("(seq (ap (\"k\" 1) %mm) (seq (canon @A %mm #%mm) {air}))"));
    vec![
        ("10007 stream index", canonicalised("(ap #ss.$.[2] y)")),
        ("10007 stream index", run("(seq (canon @A $ss #ss) (ap #ss.$.[0] y))")),
        ("10007 stream index", map("(ap #%mm.$.k.[4] y)")),
        ("10007 stream field", canonicalised("(ap #ss.$.name y)")),
        ("10007 array", object("(ap x.$.[0] y)")),
        ("10007 array", canonicalised("(ap #ss.$.[0].[1] y)")),
        ("10007 index", object("(ap x.$.a.[1] y)")),
        ("10007 field", object("(ap x.$.b.d y)")),
        ("10007 field", run("(ap %last_error%.$.instruction y)")),
        ("10007 object", object("(ap x.$.a.d y)")),
        ("10007 number", canonicalised("(seq (ap -1 i) (ap #ss.$.[i] y))")),
        ("10007 number", object("(seq (ap 4294967296 i) (ap x.$.a.[i] y))")),
        ("10007 number", object("(seq (ap 0.5 i) (ap x.$.a.[i] y))")),
        ("10007 scalar accessor", object("(seq (ap true i) (ap x.$.[i] y))")),
        (
            "10007 stream accessor",
            canonicalised(r#"(seq (ap "text" i) (ap #ss.$.[i] y))"#),
        ),
        ("10007 map accessor", map("(seq (ap [] i) (ap #%mm.$.[i] y))")),
        (
            "10007 iterator",
            map("(fold #%mm e (seq (match #%mm.$.[e] 1 (null)) (next e)))"),
        ),
    ]
}

fn error_objects() -> Vec<Case> {
    let fail = |object: &str| answered(r#"(seq (call @A ("s" "f") [] x) (fail x))"#, 0, object);
    vec![
        ("10008 object", fail("[1]")),
        ("10008 field", fail(r#"{"message":"m"}"#)),
        ("10008 field", fail(r#"{"error_code":1}"#)),
        ("10008 type", fail(r#"{"error_code":1.0,"message":"m"}"#)),
        ("10008 type", fail(r#"{"error_code":"1","message":"m"}"#)),
        ("10008 type", fail(r#"{"error_code":1,"message":{}}"#)),
        ("10008 zero", fail(r#"{"error_code":0,"message":"m"}"#)),
        ("10008 zero", run("(fail %last_error%)")),
        ("10008 zero", run("(fail :error:)")),
    ]
}
