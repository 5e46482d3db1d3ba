//! The limit of a directory's size.

use std::fs;

use super::super::ArtefactCache;
use super::guest::{Origin, answers, component, entries, id, open, start};
use super::log;
use super::processes::{Process, directory, meet};

/// A directory with space for so many entries and a half, each of a component with a number below 100.
async fn space_for(count: u64) -> (tempfile::TempDir, ArtefactCache) {
    let directory = tempfile::tempdir().expect("a temporary folder");
    let cache = ArtefactCache::new(directory.path());
    drop(start(&cache, 0).await);
    let [entry] = &entries(directory.path())[..] else {
        panic!("one entry")
    };
    let size = fs::metadata(entry).expect("the entry").len();
    fs::remove_file(entry).expect("the entry");
    let limit = size * count + size / 2;
    (directory, ArtefactCache { limit, ..cache })
}

/// The numbers of the components that are kept. Their size is within the limit.
fn kept(cache: &ArtefactCache) -> Vec<u32> {
    let paths = entries(&cache.directory);
    let sizes = paths.iter().map(|path| fs::metadata(path).expect("an entry").len());
    assert!(sizes.sum::<u64>() <= cache.limit);
    let store = open(&cache.directory);
    let numbers = 0..100;
    numbers
        .filter(|number| paths.contains(&store.path(&id(&component(*number)))))
        .collect()
}

#[tokio::test]
async fn the_least_recently_used_entry_goes_first() {
    let (directory, cache) = space_for(2).await;
    drop(start(&cache, 1).await);
    drop(start(&cache, 2).await);
    assert_eq!(kept(&cache), [1, 2]);
    assert_eq!(start(&cache, 1).await.origin, Origin::Restored);
    drop(start(&cache, 3).await);
    assert_eq!(kept(&cache), [1, 3]);
    assert_eq!(start(&cache, 1).await.origin, Origin::Restored);
    assert_eq!(start(&cache, 2).await.origin, Origin::Compiled);
    assert_eq!(kept(&cache), [1, 2]);
    assert_eq!(log::about(directory.path()), [""; 0]);
}

#[tokio::test]
async fn a_smaller_limit_applies_at_the_next_start() {
    let (_directory, cache) = space_for(3).await;
    for number in 1..=3 {
        drop(start(&cache, number).await);
    }
    let limit = cache.limit / 3;
    let smaller = ArtefactCache { limit, ..cache };
    assert_eq!(start(&smaller, 3).await.origin, Origin::Restored);
    assert_eq!(kept(&smaller), [3]);
}

#[tokio::test]
async fn entries_in_use_stay() {
    let (directory, cache) = space_for(2).await;
    let [one, two] = [start(&cache, 1).await, start(&cache, 2).await];
    let three = start(&cache, 3).await;
    assert_eq!(three.origin, Origin::Compiled);
    assert_eq!(kept(&cache), [1, 2]);
    let lines = log::about(directory.path());
    assert!(
        matches!(&lines[..], [line] if line.contains("leaves no space for") && line.contains("beside the code in use")),
        "{lines:?}"
    );
    answers(&one.host, 1).await;

    drop(one);
    assert_eq!(start(&cache, 3).await.origin, Origin::Compiled);
    assert_eq!(kept(&cache), [2, 3]);
    answers(&two.host, 2).await;
    // Restored code is in use too.
    let three = start(&cache, 3).await;
    assert_eq!(three.origin, Origin::Restored);
    drop(two);
    drop(start(&cache, 4).await);
    assert_eq!(kept(&cache), [3, 4]);
}

#[tokio::test]
async fn entries_that_another_process_uses_stay() {
    let (directory, cache) = space_for(1).await;
    let limit = cache.limit.to_string();
    let mut process = Process::start(&[], "space::uses_a_service", directory.path(), &limit);
    process.wait_for("started");
    assert_eq!(start(&cache, 2).await.origin, Origin::Compiled);
    assert_eq!(kept(&cache), [1]);
    process.send("stop");
    assert!(process.end().success());
    assert_eq!(start(&cache, 2).await.origin, Origin::Compiled);
    assert_eq!(kept(&cache), [2]);
}

#[tokio::test]
#[ignore = "a process of another test"]
async fn uses_a_service() {
    let Some(directory) = directory() else { return };
    let started = start(&ArtefactCache::new(directory), 1).await;
    meet("started");
    answers(&started.host, 1).await;
}

/// One line in the log, not one for each service.
#[tokio::test]
async fn code_larger_than_the_limit_is_not_kept() {
    let directory = tempfile::tempdir().expect("a temporary folder");
    let cache = ArtefactCache {
        directory: directory.path().to_owned(),
        limit: 1000,
    };
    let options = crate::EngineOptions {
        artefacts: Some(cache.clone()),
        ..crate::EngineOptions::default()
    };
    let engine = crate::Engine::with_options(options).expect("this machine runs Wasm");
    log::collect();
    for number in 1..=3 {
        engine
            .load_component("guest", &component(number))
            .await
            .expect("it compiles");
    }
    assert_eq!(kept(&cache), [0; 0]);
    assert_eq!(log::about(directory.path()).len(), 1);
}
