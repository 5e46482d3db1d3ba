//! The word counter as a component in Rust.

/// Counts the words of texts, and keeps the counts between calls.
#[aqua_guest::service(package = "example:word-counter@0.1.0", interface = "counter")]
mod word_counter {
    use std::cell::RefCell;
    use std::collections::BTreeMap;

    thread_local! {
        static COUNTS: RefCell<BTreeMap<String, u32>> = const { RefCell::new(BTreeMap::new()) };
    }

    #[derive(Debug, PartialEq, Eq)]
    pub struct Count {
        pub word: String,
        pub times: u32,
    }

    /// Counts the words of a text. Returns the number of words counted so far, or an error if the text has none.
    pub fn add(text: String) -> Result<u32, String> {
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

    /// The most frequent words, the alphabet deciding between equal ones.
    pub fn top(limit: u32) -> Vec<Count> {
        let mut counts = COUNTS.with_borrow(|counts| -> Vec<Count> {
            let counts = counts.iter();
            counts
                .map(|(word, times)| Count {
                    word: word.clone(),
                    times: *times,
                })
                .collect()
        });
        counts.sort_by(|left, right| right.times.cmp(&left.times).then_with(|| left.word.cmp(&right.word)));
        counts.truncate(limit as usize);
        counts
    }

    /// The count of one word, if there is one.
    pub fn find(word: String) -> Option<Count> {
        let word = word.to_lowercase();
        let times = COUNTS.with_borrow(|counts| counts.get(&word).copied());
        times.map(|times| Count { word, times })
    }
}

#[cfg(test)]
mod tests {
    use super::word_counter::{Count, add, find, top};

    #[test]
    fn counts_are_kept_between_calls() {
        assert_eq!(add("the cat and the hat".to_owned()), Ok(5));
        assert_eq!(add("The end".to_owned()), Ok(7));
        assert_eq!(
            top(1),
            [Count {
                word: "the".to_owned(),
                times: 3
            }]
        );
        assert_eq!(find("dog".to_owned()), None);
        assert!(add(" ".to_owned()).is_err());
    }
}
