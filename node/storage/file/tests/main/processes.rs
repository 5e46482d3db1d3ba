//! Processes that use the same store, and processes with a full or read-only file system.

use crate::batches::{after, all, batch, last_batch};
use crate::process::{Process, directory, print};
use crate::refusals::files;
use aqua_file_storage::{FILE_NAME, FileStorage, OpenError};
use aqua_storage::Storage as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// What the operating system reported.
fn cause(error: &OpenError) -> String {
    std::error::Error::source(error)
        .map(ToString::to_string)
        .unwrap_or_default()
}

#[test]
fn a_store_that_another_process_uses() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut process = Process::start(&[], "processes::holds_the_store", folder.path());
    assert_eq!(process.line().as_deref(), Some("open"));
    let before = files(folder.path());
    let error = FileStorage::open(folder.path()).expect_err("it is locked");
    assert!(matches!(error, OpenError::Locked { .. }), "{error}");
    let path = folder.path().join(FILE_NAME);
    assert_eq!(
        error.to_string(),
        format!("{} is in use by another process", path.display())
    );
    assert_eq!(files(folder.path()), before);
    process.end();
    FileStorage::open(folder.path()).expect("it is free");
}

#[test]
#[ignore = "a process of another test"]
fn holds_the_store() {
    let Some(directory) = directory() else { return };
    let storage = FileStorage::open(&directory).expect("a store");
    print("open");
    // Until the parent closes its end.
    std::io::stdin()
        .read_line(&mut String::new())
        .expect("a parent process");
    drop(storage);
}

/// All start at the same moment, without a store: each opens it in turn, or finds it locked.
#[test]
fn processes_that_create_the_same_store() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut all_of_them = [(); 4].map(|()| Process::start(&[], "processes::opens_the_store_often", folder.path()));
    let opened: usize = all_of_them
        .iter_mut()
        .map(|process| process.line().expect("a count").parse::<usize>().expect("a number"))
        .sum();
    all_of_them.into_iter().for_each(Process::end);
    let storage = FileStorage::open(folder.path()).expect("the store");
    assert_eq!(
        last_batch(&all(&storage)),
        opened as u64,
        "no commit of any process is lost"
    );
    assert_eq!(files(folder.path()).len(), 1);
}

#[test]
#[ignore = "a process of another test"]
fn opens_the_store_often() {
    let Some(directory) = directory() else { return };
    let mut opened = 0;
    for _ in 0..20 {
        match FileStorage::open(&directory) {
            Ok(mut storage) => {
                let number = last_batch(&all(&storage)) + 1;
                storage.commit(&batch(0, number)).expect("space");
                opened += 1;
            }
            Err(OpenError::Locked { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
    print(&opened.to_string());
}

/// A file system of one's own, made by a shell script in `$AQUA_TEST_DIRECTORY`. `None` without user namespaces.
#[cfg(target_os = "linux")]
fn mounted(script: &str) -> Option<Vec<String>> {
    let unshare = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"];
    let mut command = Command::new(unshare[0]);
    command.args(&unshare[1..]).arg("mount -t tmpfs tmpfs /tmp");
    let works = command
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    let script = format!("{script}; exec \"$@\"");
    let words = unshare.iter().map(|word| (*word).to_owned());
    works.then(|| words.chain([script, "sh".to_owned()]).collect())
}

#[cfg(target_os = "linux")]
fn run_mounted(script: &str, test: &str, directory: &Path) {
    let Some(wrapper) = mounted(script) else { return };
    let wrapper: Vec<&str> = wrapper.iter().map(String::as_str).collect();
    Process::start(&wrapper, &format!("processes::{test}"), directory).end();
}

/// A file system that is too small for a store, and one that is too small for its records.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk() {
    for (size, test) in [("4k", "finds_no_space_for_a_store"), ("1m", "fills_the_disk")] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let script = format!("mount -t tmpfs -o size={size} tmpfs \"$AQUA_TEST_DIRECTORY\" || exit 1");
        run_mounted(&script, test, folder.path());
    }
}

#[test]
#[ignore = "a process of another test"]
fn finds_no_space_for_a_store() {
    let Some(directory) = directory() else { return };
    let error = FileStorage::open(&directory).expect_err("no space");
    assert!(cause(&error).contains("No space left on device"), "{error}");
    let path = directory.join("state.redb.new");
    assert_eq!(error.to_string(), format!("can't create {}", path.display()));
    assert!(files(&directory).is_empty());
}

#[test]
#[ignore = "a process of another test"]
fn fills_the_disk() {
    let Some(directory) = directory() else { return };
    let mut storage = FileStorage::open(&directory).expect("space");
    let failed = (1..).find(|number| storage.commit(&batch(0, *number)).is_err());
    let failed = failed.expect("batches need space");
    assert!(storage.commit(&[]).is_err());
    drop(storage);
    let storage = FileStorage::open(&directory).expect("the store");
    let last = last_batch(&all(&storage));
    assert!(last == failed - 1 || last == failed, "{last} of {failed}");
    assert_eq!(all(&storage), all(&after(0, last)));
}

/// Without a store, and with one.
#[cfg(target_os = "linux")]
#[test]
fn a_read_only_folder() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let script = "mount --bind -o ro \"$AQUA_TEST_DIRECTORY\" \"$AQUA_TEST_DIRECTORY\" \
                  && mount -o remount,bind,ro \"$AQUA_TEST_DIRECTORY\" || exit 1";
    run_mounted(script, "finds_a_read_only_folder", folder.path());
    drop(FileStorage::open(folder.path()).expect("a new store"));
    run_mounted(script, "finds_a_read_only_folder", folder.path());
}

#[test]
#[ignore = "a process of another test"]
fn finds_a_read_only_folder() {
    let Some(directory) = directory() else { return };
    let before = files(&directory);
    let error = FileStorage::open(&directory).expect_err("it can't be written");
    assert!(matches!(error, OpenError::Io { .. }), "{error}");
    assert!(
        error.to_string().contains(directory.to_str().expect("Unicode")),
        "{error}"
    );
    assert!(cause(&error).contains("Read-only file system"), "{error}");
    assert_eq!(files(&directory), before);
}

/// Permissions do not apply to root, which the test above is for.
#[cfg(unix)]
#[test]
fn a_folder_without_permissions() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).expect("the folder's owner");
    if fs::write(folder.path().join("file"), "").is_ok() {
        return;
    }
    let error = FileStorage::open(folder.path()).expect_err("it can't be written");
    assert!(matches!(error, OpenError::Io { .. }), "{error}");
    assert!(files(folder.path()).is_empty());
}
