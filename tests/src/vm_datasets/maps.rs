//! Sets with stream maps.

use super::calls::texts;
use super::play::{Play, id};
use super::{DataSet, Sizes, USUAL_ID};

/// How many texts go under one key.
const MANY: usize = 770;
/// How many keys there are, and texts under each.
const FEW: usize = 31;

/// Adds the texts of a list to `%map` under one key.
fn under_one_key(key: &str) -> String {
    format!(r#"(fold list i (seq (ap ("{key}" i) %map) (next i)))"#)
}

/// Adds each text of a list under each.
const UNDER_ALL_KEYS: &str = "(fold list i (seq (fold list j (seq (ap (i j) %map) (next j))) (next i)))";

fn play(air: String, count: usize) -> Play {
    Play::new(air, USUAL_ID, &["init", "other"], move |_, _| texts(count))
}

/// What the other peer does when the initiator's data arrives.
fn arrival(name: &'static str, official: Sizes, mut play: Play) -> DataSet {
    let next = play.begin();
    assert_eq!(next, ["other"], "the way of the particle");
    let data = play.data("init");
    DataSet::of(name, Some(official), &play, "other", Vec::new(), data)
}

fn populate(name: &'static str, official: Sizes, count: usize, fill: &str) -> DataSet {
    let other = id("other");
    let air = format!(
        r#"(new %map
 (seq
  (call %init_peer_id% ("m" "list") [] list)
  (seq
   (canon "{other}" %map #%before)
   (seq
    {fill}
    (call %init_peer_id% ("m" "end") [] end)))))"#
    );
    arrival(name, official, play(air, count))
}

pub(super) fn populate_single(name: &'static str, official: Sizes) -> DataSet {
    populate(name, official, MANY, &under_one_key("abcdefghijklmnopqrstuvwxyz"))
}

pub(super) fn populate_multiple(name: &'static str, official: Sizes) -> DataSet {
    populate(name, official, FEW, UNDER_ALL_KEYS)
}

fn canon(name: &'static str, official: Sizes, count: usize, fill: &str, target: &str) -> DataSet {
    let other = id("other");
    let air = format!(
        r#"(new %map
 (seq
  (call %init_peer_id% ("m" "list") [] list)
  (seq
   {fill}
   (canon "{other}" %map {target}))))"#
    );
    arrival(name, official, play(air, count))
}

/// The one key of the canon sets.
const LONG_KEY: &str = "abcdefghijklmnopqrstuvwxyz0123";

pub(super) fn canon_single(name: &'static str, official: Sizes) -> DataSet {
    canon(name, official, MANY, &under_one_key(LONG_KEY), "#%canon_map")
}

pub(super) fn canon_multiple(name: &'static str, official: Sizes) -> DataSet {
    canon(name, official, FEW, UNDER_ALL_KEYS, "#%canon_map")
}

pub(super) fn canon_scalar_single(name: &'static str, official: Sizes) -> DataSet {
    canon(name, official, MANY, &under_one_key(LONG_KEY), "scalar")
}

pub(super) fn canon_scalar_multiple(name: &'static str, official: Sizes) -> DataSet {
    canon(name, official, FEW, UNDER_ALL_KEYS, "scalar")
}

fn by_lens(name: &'static str, official: Sizes, lens: &str) -> DataSet {
    let (other, fill) = (id("other"), under_one_key(LONG_KEY));
    let air = format!(
        r#"(new %map
 (seq
  (call %init_peer_id% ("m" "list") [] list)
  (seq
   {fill}
   (seq
    (canon %init_peer_id% %map #%canon_map)
    (seq
     (canon "{other}" $unused #unused)
     (ap #%canon_map.$.{lens} seen))))))"#
    );
    arrival(name, official, play(air, MANY))
}

pub(super) fn key_by_lens(name: &'static str, official: Sizes) -> DataSet {
    by_lens(name, official, LONG_KEY)
}

pub(super) fn key_element_by_lens(name: &'static str, official: Sizes) -> DataSet {
    by_lens(name, official, &format!("{LONG_KEY}.[769]"))
}
