//! The word counter as a component in Rust.

wit_bindgen::generate!({ path: "../wit", world: "service" });

use exports::example::word_counter::counter::{Count, Guest};
use std::cell::RefCell;
use std::collections::BTreeMap;

thread_local! {
    static COUNTS: RefCell<BTreeMap<String, u32>> = const { RefCell::new(BTreeMap::new()) };
}

struct WordCounter;

impl Guest for WordCounter {
    fn add(text: String) -> Result<u32, String> {
        if text.split_whitespace().next().is_none() {
            return Err("the text has no words".to_owned());
        }
        COUNTS.with_borrow_mut(|counts| {
            for word in text.split_whitespace() {
                *counts.entry(word.to_lowercase()).or_default() += 1;
            }
            Ok(counts.values().sum())
        })
    }

    fn top(limit: u32) -> Vec<Count> {
        let mut counts = COUNTS.with_borrow(|counts| -> Vec<Count> {
            let counts = counts.iter();
            counts.map(|(word, times)| Count { word: word.clone(), times: *times }).collect()
        });
        counts.sort_by(|left, right| right.times.cmp(&left.times).then_with(|| left.word.cmp(&right.word)));
        counts.truncate(limit as usize);
        counts
    }

    fn find(word: String) -> Option<Count> {
        let word = word.to_lowercase();
        let times = COUNTS.with_borrow(|counts| counts.get(&word).copied());
        times.map(|times| Count { word, times })
    }
}

export!(WordCounter);
