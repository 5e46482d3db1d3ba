//! Errors that undo the run, apart from those about traces; what is left over after a run; and inputs that leave the
//! official machine without an outcome.

use super::Case;
use super::input::{Input, changed, left_by, left_by_peer, run};
use aqua_vm::{CallState, ParticleData, TraceState, ValueRef};

const CALL: &str = r#"(call @A ("s" "f") [1] x)"#;
const CANON: &str = "(seq (ap 1 $s) (canon @A $s #s))";

/// Only the canonicalised element has a tetraplet with a lens.
const SEEN: &str = r#"(seq (call @A ("s" "f") [1] x) (seq (ap x.$.[0] $s) (canon @A $s #s)))"#;

pub(super) fn cases() -> Vec<Case> {
    [scripts(), stored(), missing(), left_over()].concat()
}

fn scripts() -> Vec<Case> {
    let list = |air: &str| {
        let air = format!("(seq (call @A (\"s\" \"f\") [] l) {air})");
        run(&air).knowing(left_by(&air, &[])).answered(1, 0, "[1,2]")
    };
    vec![
        ("20004", list(r#"(fold l i (seq (call @A ("s" "f") [] i) (next i)))"#)),
        ("20005", list("(fold l i (fold l j (seq (next i) (next j))))")),
        ("20007", run("(seq (ap 1 x) (ap 2 x))")),
        ("20007", run(r#"(seq (ap 1 x) (call @B ("s" "f") [] x))"#)),
        ("20007", run("(seq (canon @A $s #s) (canon @A $s #s))")),
        ("20013", run("(seq (ap 1 $s) (fold $s i (seq (ap i $s) (next i))))")),
        (
            "20013",
            run(r#"(seq (ap ("k" 1) %m) (fold %m i (seq (ap ("k" i) %m) (next i))))"#),
        ),
    ]
}

/// Results of another script.
fn stored() -> Vec<Case> {
    let known = |air: &str, other: &str, answers: &[&str]| run(air).knowing(left_by(other, answers));
    let object = r#"(call @A ("s" "f") [] o)"#;
    let entry = |answer: &str| {
        run(&format!(
            "(seq {object} (seq (ap (\"k\" o) %mm) (seq (canon @A %mm #%mm) (match #%mm.$.k.[0] 1 (null)))))"
        ))
        .knowing(left_by(
            &format!("(seq {object} (seq (ap o $s) (canon @A $s #s)))"),
            &[answer],
        ))
    };
    vec![
        ("20006", known(r#"(call @A ("s" "f") [1] $x)"#, CALL, &["1"])),
        ("20006", known(CALL, r#"(call @A ("s" "f") [1] $x)"#, &["1"])),
        ("20006", known(CALL, r#"(call @A ("s" "f") [1])"#, &["1"])),
        (
            "20012",
            run(CALL).knowing(changed(left_by(CALL, &["{\"message\":\"m\"}"]), failed)),
        ),
        ("20012", run(CALL).meeting(changed(left_by(CALL, &["1"]), failed))),
        ("20014 key", entry("1")),
        ("20014 key", entry("{\"value\":1}")),
        ("20014 key", entry("{\"key\":1.5,\"value\":1}")),
        ("20014 value", entry("{\"key\":\"k\"}")),
        ("20016", known("(canon @A %m x)", "(canon @A $s #s)", &[])),
        ("20017 arguments", known(r#"(call @A ("s" "f") [2] x)"#, CALL, &["1"])),
        ("20017 arguments", known(r#"(call @A ("s" "f") [2] x)"#, CALL, &["!1"])),
        ("20017 call", known(r#"(call @A ("s" "g") [1] x)"#, CALL, &["1"])),
        ("20017 call", known(r#"(call @B ("s" "f") [1] x)"#, CALL, &["!1"])),
        (
            "20017 call",
            run(CALL).meeting(left_by_peer(1, r#"(call @B ("s" "f") [1] x)"#, &["1"])),
        ),
        ("20017 canon", known("(canon @B $s #s)", "(canon @A $s #s)", &[])),
    ]
}

/// The call failed with the value that it gave.
fn failed(data: &mut ParticleData) {
    let TraceState::Call(CallState::Executed(ValueRef::Scalar(cid))) = &data.trace[0] else {
        panic!("no scalar: {:?}", data.trace);
    };
    data.trace[0] = TraceState::Call(CallState::Failed(cid.clone()));
}

/// Former data lacks what its trace names.
fn missing() -> Vec<Case> {
    let call = |change: fn(&mut ParticleData)| run(CALL).knowing(changed(left_by(CALL, &["1"]), change));
    let canon = |change: fn(&mut ParticleData)| run(CANON).knowing(changed(left_by(CANON, &[]), change));
    vec![
        ("20010 value", call(|data| data.cid_info.value_store.clear())),
        ("20010 value", canon(|data| data.cid_info.value_store.clear())),
        (
            "20010 tetraplet",
            run(SEEN).knowing(changed(left_by(SEEN, &["[1]"]), |data| {
                let store = std::mem::take(&mut data.cid_info.tetraplet_store);
                let bare = store.into_iter().filter(|(_, tetraplet)| tetraplet.lens.is_empty());
                data.cid_info.tetraplet_store = bare.collect();
            })),
        ),
        (
            "20010 canon aggregate",
            canon(|data| data.cid_info.canon_element_store.clear()),
        ),
    ]
}

fn left_over() -> Vec<Case> {
    vec![
        ("30000", run("(null)").answered(5, 0, "1")),
        (
            "30000",
            run(CALL).knowing(left_by(CALL, &["1"])).answered(1, 1, "é\"\n"),
        ),
    ]
}

/// Inputs that leave the official machine without an outcome.
pub(super) fn panics() -> Vec<Case> {
    let fail = r#"(seq (call @A ("s" "f") [] x) (fail x))"#;
    let other = r#"(par (call @B ("s" "f") [] y) (call @A ("s" "f") [1] x))"#;
    let unknown = r#"(par (call @B ("s" "f") [] y) (call @A ("s" "f") [y] x))"#;
    let code = "{\"error_code\":18446744073709551615,\"message\":\"m\"}";
    let unnamed = |change: fn(&mut ParticleData), is_canon: bool| -> [Input; 2] {
        let (air, answers): (_, &[&str]) = if is_canon { (CANON, &[]) } else { (CALL, &["1"]) };
        let data = changed(left_by(air, answers), change);
        [run(air).knowing(data.clone()), run(air).meeting(data)]
    };
    let [service_known, service_met] = unnamed(|data| data.cid_info.service_result_store.clear(), false);
    let [canon_known, canon_met] = unnamed(|data| data.cid_info.canon_result_store.clear(), true);
    vec![
        (
            "panic error code",
            run(fail).knowing(left_by(fail, &[])).answered(1, 0, code),
        ),
        ("panic arguments", run(unknown).knowing(left_by(other, &["1"]))),
        ("panic service result", service_known),
        ("panic service result", service_met),
        ("panic canon result", canon_known),
        ("panic canon result", canon_met),
        (
            "panic tetraplet",
            unnamed(|data| data.cid_info.tetraplet_store.clear(), false)[0].clone(),
        ),
        ("panic CID", shortened()),
    ]
}

/// Arriving data whose trace names a service result twice: by the store's own text, and by one letter less of it.
///
/// The official reader copies a text as long as its first name says. Were that the shorter one, the others would reach
/// beyond the copy, and what comes of that differs from run to run.
fn shortened() -> Input {
    let air = r#"(seq (call @A ("s" "f") [1] x) (call @A ("s" "f") [1] y))"#;
    let mut input = run(air).meeting(left_by(air, &["1", "1"]));
    let number = |data: &[u8], at: usize| u32::from_be_bytes(data[at..at + 4].try_into().expect("four bytes"));
    let target = |data: &[u8], at: usize| {
        (at + 4)
            .wrapping_add_signed(number(data, at) as i32 as isize)
            .wrapping_sub(4)
    };
    let data = &mut input.data;
    // Where texts of content ids are pointed to: distance and length.
    let is_id = |data: &[u8], at: usize| {
        data.get(target(data, at)..)
            .is_some_and(|text| text.starts_with(b"bagaaihra"))
    };
    let pointers: Vec<usize> = (0..data.len() - 8)
        .filter(|at| number(data, at + 4) == 61 && is_id(data, *at))
        .collect();
    let same: Vec<usize> = pointers
        .iter()
        .copied()
        .filter(|at| target(data, *at) == target(data, pointers[0]))
        .collect();
    assert_eq!(same.len(), 3, "two states and the store share the text");
    data[same[1] + 4..same[1] + 8].copy_from_slice(&60_u32.to_be_bytes());
    input
}
