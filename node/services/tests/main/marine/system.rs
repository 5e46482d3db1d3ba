//! What modules see of the system: mapped folders only, declared environment variables only.

use aqua_services::{Config, SystemLimits};

use super::written::{BYTES, TEXT, U32, Written};
use super::{Deployed, text};
use crate::allowing;

/// Error numbers of the system interface: not permitted, no such file, too many open files or no memory for them.
const OK: u64 = 0;
const NO_ENTRY: u64 = 44;
const NOT_PERMITTED: u64 = 63;

/// Opens files and reads its environment. `/tmp` has the descriptor 3.
fn system() -> Written {
    let imports = r#"
        (import "wasi_snapshot_preview1" "path_open"
          (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "path_symlink" (func $path_symlink (param i32 i32 i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ_sizes (param i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "environ_get" (func $environ (param i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes (param i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))"#;
    let code = r#"
        ;; The error number of opening a file below descriptor `fd` for reading and writing.
        (func $open (export "open") (param $fd i32) (param $path i32) (param $length i32) (result i32)
          (call $path_open (local.get $fd) (i32.const 1) (local.get $path) (local.get $length)
            (i32.const 1) (i64.const 66) (i64.const 0) (i32.const 0) (i32.const 16)))
        (func (export "link") (param $to i32) (param $to_length i32) (param $from i32) (param $from_length i32) (result i32)
          (call $path_symlink (local.get $to) (local.get $to_length) (i32.const 3) (local.get $from) (local.get $from_length)))
        ;; Opens a file again and again, and returns how often it works.
        (func (export "hoard_files") (param $path i32) (param $length i32) (result i32)
          (local $count i32)
          (loop $more
            (if (i32.eqz (call $open (i32.const 3) (local.get $path) (local.get $length)))
              (then (local.set $count (i32.add (local.get $count) (i32.const 1))) (br $more))))
          (local.get $count))
        ;; The environment, each variable with a zero byte behind it.
        (func (export "environment")
          (drop (call $environ_sizes (i32.const 16) (i32.const 20)))
          (drop (call $environ (i32.const 2048) (i32.const 1024)))
          (global.set $pointer (i32.const 1024))
          (global.set $size (i32.load (i32.const 20))))
        (func (export "arguments") (result i32)
          (drop (call $args_sizes (i32.const 16) (i32.const 20)))
          (i32.load (i32.const 16)))
        ;; Writes to standard output.
        (func (export "print") (param $text i32) (param $length i32) (result i32)
          (i32.store (i32.const 16) (local.get $text))
          (i32.store (i32.const 20) (local.get $length))
          (call $fd_write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 24)))
        ;; Waits for an hour.
        (func (export "wait") (result i32)
          (i64.store (i32.const 128) (i64.const 0))
          (i32.store8 (i32.const 136) (i32.const 0))
          (i32.store (i32.const 144) (i32.const 1))
          (i64.store (i32.const 152) (i64.const 3600000000000))
          (i64.store (i32.const 160) (i64.const 0))
          (i32.store16 (i32.const 168) (i32.const 0))
          (call $poll (i32.const 128) (i32.const 256) (i32.const 1) (i32.const 320)))"#;
    Written::new(code)
        .importing(imports)
        .function("open", &[U32, TEXT], Some(U32))
        .function("link", &[TEXT, TEXT], Some(U32))
        .function("hoard_files", &[TEXT], Some(U32))
        .function("environment", &[], Some(BYTES))
        .function("arguments", &[], Some(U32))
        .function("print", &[TEXT], Some(U32))
        .function("wait", &[], Some(U32))
}

async fn deployed(limits: Config) -> Deployed {
    Deployed::with_limits(&[("guest", &system().wasm())], limits, |service| {
        let module = &mut service.modules[0];
        module.envs.push(("DECLARED".to_owned(), "yes".to_owned()));
        module.mapped_dirs.truncate(1);
        let inner = module.mapped_dirs[0].host.join("inner");
        module.mapped_dirs[0].host = inner;
    })
    .await
}

async fn open(service: &Deployed, path: &str) -> u64 {
    let errno = service.value("open", json!([3, path])).await;
    errno.as_u64().expect("a number")
}

#[tokio::test]
async fn paths_dont_leave_their_folder() {
    let service = deployed(Config::default()).await;
    let outside = service.folder.path();
    std::fs::write(outside.join("secret"), "secret").expect("a new file");
    std::fs::create_dir(outside.join("inner/sub")).expect("a new folder");
    assert_eq!(open(&service, "own").await, OK);
    assert!(outside.join("inner/own").exists());
    assert_eq!(open(&service, "sub/../own").await, OK);
    for path in [
        "../secret",
        "../new",
        "sub/../../secret",
        "/etc/passwd",
        "./../inner/../secret",
    ] {
        assert_eq!(open(&service, path).await, NOT_PERMITTED, "{path}");
    }
    assert!(!outside.join("new").exists());

    // Links of the host and of the module.
    #[cfg(unix)]
    {
        for (link, target) in [("absolute", "/etc/passwd"), ("relative", "../secret"), ("folder", "..")] {
            std::os::unix::fs::symlink(target, outside.join("inner").join(link)).expect("a new link");
        }
        for path in ["absolute", "relative", "folder/secret", "folder/new"] {
            assert_eq!(open(&service, path).await, NOT_PERMITTED, "{path}");
        }
        assert!(!outside.join("new").exists());
        let made = service.value("link", json!(["../secret", "made"])).await;
        if made == json!(OK) {
            assert_eq!(open(&service, "made").await, NOT_PERMITTED);
        }
        assert_ne!(
            service.value("link", json!(["/etc/passwd", "made_absolute"])).await,
            json!(OK)
        );
    }
    assert_eq!(open(&service, "missing/file").await, NO_ENTRY);
    // Descriptors that weren't given.
    for fd in [0, 1, 2, 4, 5, 1000] {
        assert_ne!(service.value("open", json!([fd, "own"])).await, json!(OK), "{fd}");
    }
}

#[tokio::test]
async fn the_environment_is_what_is_declared() {
    assert!(std::env::var_os("PATH").is_some(), "the host has an environment");
    let service = deployed(Config::default()).await;
    let bytes = service.value("environment", json!([])).await;
    assert_eq!(text(&bytes), "/tmp=/tmp\0DECLARED=yes\0service_id=sid\0");
    assert_eq!(service.value("arguments", json!([])).await, json!(0));
}

/// Such a module finds its folders on the host in its environment.
#[tokio::test]
async fn a_module_with_a_program_knows_host_paths() {
    let program = std::path::PathBuf::from("/bin/true");
    for is_allowed in [true, false] {
        let limits = allowing(is_allowed.then_some(&program));
        let wasm = system()
            .importing(r#"(import "host" "tool" (func (param i32 i32)))"#)
            .wasm();
        let service = Deployed::with_limits(&[("guest", &wasm)], limits, |service| {
            service.modules[0]
                .mounted_binaries
                .push(("tool".to_owned(), program.clone()));
        })
        .await;
        let environment = service.value("environment", json!([])).await;
        let host = service.folder.path().display().to_string();
        let expected = if is_allowed { host.as_str() } else { "/tmp" };
        assert!(text(&environment).starts_with(&format!("/storage={}", if is_allowed { &host } else { "/storage" })));
        assert!(
            text(&environment).contains(&format!("/tmp={expected}\0")),
            "{}",
            text(&environment)
        );
    }
}

#[tokio::test]
async fn open_files_are_limited() {
    let limits = Config {
        system: SystemLimits {
            open_files: 10,
            ..SystemLimits::default()
        },
        call_time: std::time::Duration::from_secs(3600),
        ..Config::default()
    };
    let service = deployed(limits).await;
    let first = service.call("hoard_files", json!(["own"])).await;
    // Where the limit is exceeded, the system interface ends the call.
    match first {
        Ok(count) => assert!(count.as_u64().expect("a number") <= 64, "{count}"),
        Err(error) => assert!(error.to_string().starts_with("Execution error: "), "{error}"),
    }
    assert_eq!(service.value("arguments", json!([])).await, json!(0));
}

#[tokio::test]
async fn waiting_ends_when_the_time_is_over() {
    let limits = Config {
        system: SystemLimits {
            elapsed: Config::TICK * 3,
            ..SystemLimits::default()
        },
        ..Config::default()
    };
    let service = deployed(limits).await;
    assert_eq!(
        service.error("wait", json!([])).await,
        "service 'sid' was stopped in 'wait' after 30ms: a call may not run longer"
    );
}
