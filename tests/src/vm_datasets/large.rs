//! Sets of any size, for runs over very large values, maps and scripts.

use super::play::{Play, id};
use super::scripts::calls;
use super::written::modules;
use super::{DataSet, USUAL_ID};
use crate::simulated_network::json_arguments;
use serde_json::{Value, json};

/// A stream map has fewer entries than this.
const ENTRIES: usize = 1000;

/// Makes a set of about that many bytes.
type Recipe = fn(&'static str, usize) -> DataSet;

const RECIPES: &[(&str, Recipe)] = &[
    ("large-result", result),
    ("large-map", map),
    ("large-canon-map", canon_map),
    ("large-lens", lens),
    ("large-mix", mix),
    ("large-script", script),
];

impl DataSet {
    /// Names of the sets of any size.
    pub fn large_names() -> impl Iterator<Item = &'static str> {
        RECIPES.iter().map(|(name, _)| *name)
    }

    /// Makes the set of that name with about that many bytes.
    pub fn large(name: &str, bytes: usize) -> Option<Self> {
        let (name, recipe) = RECIPES.iter().find(|(candidate, _)| *candidate == name)?;
        Some(recipe(name, bytes))
    }
}

/// A list of records of about that many bytes.
fn records(bytes: usize) -> Value {
    const EACH: usize = 350;
    modules(1, bytes / EACH)
}

/// A list of long texts of about that many bytes.
fn texts(bytes: usize) -> Value {
    let length = bytes / ENTRIES;
    let text = |number: usize| {
        let words = (0..).map(|word: usize| format!("word{:x} ", number * 31 + word * word));
        let mut text = String::with_capacity(length + 16);
        for word in words {
            if text.len() >= length {
                break;
            }
            text.push_str(&word);
        }
        json!(text)
    };
    (0..ENTRIES).map(text).collect()
}

/// The initiator's service returns the value, and the other peer gets the data.
fn arrival(name: &'static str, air: String, value: Value) -> DataSet {
    let mut play = Play::new(air, USUAL_ID, &["init", "other"], move |_, _| value.clone());
    let next = play.begin();
    assert_eq!(next, ["other"], "the way of the particle");
    let data = play.data("init");
    DataSet::of(name, None, &play, "other", Vec::new(), data)
}

/// A service has returned a long list.
fn result(name: &'static str, bytes: usize) -> DataSet {
    let air = r#"(seq (call %init_peer_id% ("m" "list") [] list) (call %init_peer_id% ("m" "end") [] end))"#;
    let value = records(bytes);
    let mut play = Play::new(air, USUAL_ID, &["init"], move |_, _| value.clone());
    let requests = play.step("init", &[], &Default::default()).call_requests;
    DataSet {
        call_results: play.answers("init", &requests),
        ..DataSet::of(name, None, &play, "init", play.data("init"), Vec::new())
    }
}

/// Adds the texts of a list to `%map` under two keys.
const FILL: &str = r#"(fold list i (seq (ap ("key" i) %map) (next i)))"#;

/// A map is filled with long texts.
fn map(name: &'static str, bytes: usize) -> DataSet {
    let other = id("other");
    let air = format!(
        r#"(new %map
 (seq
  (call %init_peer_id% ("m" "list") [] list)
  (seq
   (canon "{other}" %map #%before)
   (seq {FILL} (call %init_peer_id% ("m" "end") [] end)))))"#
    );
    arrival(name, air, texts(bytes))
}

/// A map of long texts is canonicalised. The texts are in the data twice then, so they have half of the bytes.
fn canon_map(name: &'static str, bytes: usize) -> DataSet {
    let other = id("other");
    let air = format!(
        r#"(new %map
 (seq
  (call %init_peer_id% ("m" "list") [] list)
  (seq {FILL} (canon "{other}" %map #%canon_map))))"#
    );
    arrival(name, air, texts(bytes / 2))
}

/// One field of a record of a long list is read.
fn lens(name: &'static str, bytes: usize) -> DataSet {
    let other = id("other");
    let air = format!(
        r#"(seq
 (call %init_peer_id% ("m" "list") [] list)
 (call "{other}" ("m" "f") [list.$.[7].config.logger_enabled] seen))"#
    );
    arrival(name, air, records(bytes))
}

/// All of it: a service has returned a long list, a list of long texts arrives and becomes a map that is canonicalised, and
/// the script is long.
fn mix(name: &'static str, bytes: usize) -> DataSet {
    let (other, third) = (id("other"), id("third"));
    let mut tree = String::new();
    calls(0, instructions(bytes / 5), &mut tree);
    let air = format!(
        r#"(par
 (call "{other}" ("m" "records") [] records)
 (par
  (seq
   (call %init_peer_id% ("m" "list") [] list)
   (new %map (seq {FILL} (canon "{other}" %map #%canon_map))))
  (seq (call "{third}" ("" "") [] var0) {tree})))"#
    );
    let values = [records(bytes / 5), texts(bytes / 5)];
    let mut play = Play::new(air, USUAL_ID, &["init", "other", "third"], move |_, request| {
        assert_eq!(json_arguments(request), [] as [Value; 0]);
        values[usize::from(request.function_name == "list")].clone()
    });
    let requests = play.step("other", &[], &Default::default()).call_requests;
    let prev_data = play.data("other");
    play.begin();
    let data = play.data("init");
    DataSet {
        call_results: play.answers("other", &requests),
        ..DataSet::of(name, None, &play, "other", prev_data, data)
    }
}

/// A long script that asks another peer at once.
fn script(name: &'static str, bytes: usize) -> DataSet {
    let mut tree = String::new();
    calls(0, instructions(bytes), &mut tree);
    let air = format!(r#"(seq (call "{}" ("" "") [] var0) {tree})"#, id("other"));
    let play = Play::new(air, USUAL_ID, &["init", "other"], |_, _| Value::Null);
    DataSet::of(name, None, &play, "init", Vec::new(), Vec::new())
}

/// Calls of a script of that many bytes.
fn instructions(bytes: usize) -> usize {
    (bytes / 44).max(2)
}
