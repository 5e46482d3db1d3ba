//! A process that is killed while it writes an entry.

use super::super::ArtefactCache;
use super::super::store::WriteStep;
use super::guest::{NO_FILES, Origin, component, entries, files, id, open, start};
use super::log;
use super::processes::{DETAIL, Process, directory, meet};
use crate::engine::profile;

/// Until the file has its name there is no entry; from then on there is a complete one.
#[tokio::test]
async fn kill_during_a_write() {
    let steps = [
        (WriteStep::Created, Origin::Compiled),
        (WriteStep::WroteHeader, Origin::Compiled),
        (WriteStep::WroteCode, Origin::Compiled),
        (WriteStep::Synced, Origin::Compiled),
        (WriteStep::Renamed, Origin::Restored),
    ];
    for (step, origin) in steps {
        let directory = tempfile::tempdir().expect("a temporary folder");
        let detail = format!("{step:?}");
        let mut process = Process::start(&[], "interruption::stops_while_writing", directory.path(), &detail);
        process.wait_for("stopped");
        process.kill();
        let left = files(directory.path(), ".tmp").len();
        assert_eq!(left, usize::from(origin == Origin::Compiled), "{step:?}");

        let cache = ArtefactCache::new(directory.path());
        assert_eq!(start(&cache, 1).await.origin, origin, "{step:?}");
        assert_eq!(files(directory.path(), ".tmp"), NO_FILES, "{step:?}");
        let lines = log::about(directory.path());
        assert_eq!(lines.len(), left, "{step:?}: {lines:?}");
        assert!(
            lines
                .iter()
                .all(|line| line.contains("which an interrupted write left")),
            "{lines:?}"
        );
        assert_eq!(entries(directory.path()).len(), 1);
        assert_eq!(start(&cache, 1).await.origin, Origin::Restored, "{step:?}");
    }
}

#[test]
#[ignore = "a process of another test"]
fn stops_while_writing() {
    let Some(directory) = directory() else { return };
    let detail = std::env::var(DETAIL).expect("a step");
    let wasm = component(1);
    let engine = wasmtime::Engine::new(&profile()).expect("this machine runs Wasm");
    let compiled = wasmtime::component::Component::from_binary(&engine, &wasm).expect("a component");
    let code = compiled.serialize().expect("code");
    let written = open(&directory).try_write(&id(&wasm), &code, &mut |step| {
        if format!("{step:?}") == detail {
            meet("stopped");
        }
    });
    unreachable!("it is killed before the write ends: {}", written.is_ok());
}
