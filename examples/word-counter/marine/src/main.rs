//! The word counter as a Marine module in Rust. Marine has neither options nor results: a list has no or one count, and a record
//! says whether a call succeeded.

use marine_rs_sdk::{marine, module_manifest};
use std::cell::RefCell;
use std::collections::BTreeMap;

module_manifest!();

thread_local! {
    static COUNTS: RefCell<BTreeMap<String, u32>> = RefCell::new(BTreeMap::new());
}

#[marine]
pub struct Count {
    pub word: String,
    pub times: u32,
}

#[marine]
pub struct Added {
    pub success: bool,
    pub total: u32,
    pub error: String,
}

pub fn main() {}

#[marine]
pub fn add(text: String) -> Added {
    if text.split_whitespace().next().is_none() {
        return Added { success: false, total: 0, error: "the text has no words".to_owned() };
    }
    COUNTS.with(|counts| {
        let mut counts = counts.borrow_mut();
        for word in text.split_whitespace() {
            *counts.entry(word.to_lowercase()).or_default() += 1;
        }
        Added { success: true, total: counts.values().sum(), error: String::new() }
    })
}

#[marine]
pub fn top(limit: u32) -> Vec<Count> {
    let mut counts: Vec<Count> = COUNTS.with(|counts| {
        let counts = counts.borrow();
        counts.iter().map(|(word, times)| Count { word: word.clone(), times: *times }).collect()
    });
    counts.sort_by(|left, right| right.times.cmp(&left.times).then_with(|| left.word.cmp(&right.word)));
    counts.truncate(limit as usize);
    counts
}

#[marine]
pub fn find(word: String) -> Vec<Count> {
    let word = word.to_lowercase();
    let times = COUNTS.with(|counts| counts.borrow().get(&word).copied());
    times.into_iter().map(|times| Count { word: word.clone(), times }).collect()
}
