//! Sets with many calls.

use super::play::{Play, id};
use super::{DataSet, PARTICLE_ID, Sizes, USUAL_ID};
use crate::simulated_network::json_arguments;
use aqua_vm::CallRequest;
use aqua_vm::flat::FlatCallResult;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// `val0` and so on.
pub(super) fn texts(count: usize) -> Value {
    (0..count).map(|number| json!(format!("val{number}"))).collect()
}

/// The list at first, then the first argument of each call.
fn echo(list: Value) -> impl Fn(&str, &CallRequest) -> Value {
    move |_, request| match &json_arguments(request)[..] {
        [] if request.function_name == "list" => list.clone(),
        [] => json!("done"),
        [first, ..] => first.clone(),
    }
}

/// Two nested folds over ten texts: a hundred calls at another peer, one after the other.
pub(super) fn multiple_cids(name: &'static str, official: Sizes) -> DataSet {
    let air = format!(
        r#"(seq (call %init_peer_id% ("m" "list") [] vals)
 (seq (fold vals i (seq
   (fold vals j (seq (call "{}" ("m" "f") [i j] $stream) (next j)))
   (next i)))
  (call %init_peer_id% ("m" "end") [] end)))"#,
        id("other")
    );
    let mut play = Play::new(air, USUAL_ID, &["init", "other"], echo(texts(10)));
    play.begin();
    let prev_data = play.data("init");
    play.deliver("init", "other");
    let data = play.data("other");
    DataSet::of(name, Some(official), &play, "init", prev_data, data)
}

/// Three nested folds over eight peers, 64 calls at each.
pub(super) fn multiple_peers(name: &'static str, official: Sizes) -> DataSet {
    let names = ["p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7"];
    let air = format!(
        r#"(seq (call %init_peer_id% ("m" "list") [] peers)
 (seq (fold peers i (seq
   (fold peers j (seq
    (fold peers k (seq (call i ("m" "f") [i j k] $stream) (next k)))
    (next j)))
   (next i)))
  (seq (call "{}" ("m" "unused") []) (call %init_peer_id% ("m" "end") [] end))))"#,
        id("other")
    );
    let cast = [&["init", "other"][..], &names].concat();
    let list = names.iter().map(|name| json!(id(name))).collect();
    let mut play = Play::new(air, USUAL_ID, &cast, echo(list));
    let mut next = play.begin();
    let prev_data = play.data("init");
    let mut from = "init".to_owned();
    while let Some(to) = next.pop().filter(|to| to != "init") {
        next = play.deliver(&from, &to);
        from = to;
    }
    assert_eq!(from, "other", "the way of the particle");
    let data = play.data("other");
    DataSet::of(name, Some(official), &play, "init", prev_data, data)
}

/// 900 calls at the initiator side by side, then a canon of their results.
pub(super) fn multiple_sigs(name: &'static str, official: Sizes) -> DataSet {
    let air = format!(
        r#"(seq (call %init_peer_id% ("m" "list") [] vals)
 (seq (fold vals i (seq
   (fold vals j (par (call %init_peer_id% ("m" "f") [i j] $stream) (next j)))
   (next i)))
  (seq (call "{}" ("m" "unused") []) (canon %init_peer_id% $stream #canon))))"#,
        id("other")
    );
    let mut play = Play::new(air, USUAL_ID, &["init", "other"], echo(texts(30)));
    play.begin();
    let prev_data = play.data("init");
    play.deliver("init", "other");
    let data = play.data("other");
    DataSet::of(name, Some(official), &play, "init", prev_data, data)
}

const REQUESTS: usize = 500;

fn requests_play() -> (Play, BTreeMap<u32, FlatCallResult>) {
    let iterators = ["i"; 24].join(" ");
    let air = format!(
        r#"(seq (call %init_peer_id% ("m" "list") [] list)
 (fold list i (par
   (call %init_peer_id% ("m" "f") [{iterators}] $stream)
   (next i))))"#
    );
    let list: Value = (0..REQUESTS).map(|number| json!(number.to_string())).collect();
    let mut play = Play::new(air, PARTICLE_ID, &["init"], move |_, request| {
        match &json_arguments(request)[..] {
            [] => list.clone(),
            arguments => arguments.into(),
        }
    });
    let requests = play.step("init", &[], &BTreeMap::new()).call_requests;
    let results = play.answers("init", &requests);
    (play, results)
}

/// A step that asks for 500 calls of 24 arguments.
pub(super) fn call_requests(name: &'static str, official: Sizes) -> DataSet {
    let (play, call_results) = requests_play();
    DataSet {
        call_results,
        ..DataSet::of(name, Some(official), &play, "init", play.data("init"), Vec::new())
    }
}

/// A step that takes in the results of 500 calls.
pub(super) fn call_results(name: &'static str, official: Sizes) -> DataSet {
    let (mut play, results) = requests_play();
    let requests = play.step("init", &[], &results).call_requests;
    DataSet {
        call_results: play.answers("init", &requests),
        ..DataSet::of(name, Some(official), &play, "init", play.data("init"), Vec::new())
    }
}
