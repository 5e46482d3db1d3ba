//! Call parameters, the log and mounted binaries, from modules of tests.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use aqua_services::{Config, SystemLimits};

use super::Deployed;
use super::written::{BYTES, TEXT, U32, Written};

/// Returns the first text of the call parameters: the initiator, or the particle id in newer namespaces.
fn asking(namespace: &str, is_nested: bool) -> Vec<u8> {
    let record = if is_nested {
        "(i32.load (global.get $pointer))"
    } else {
        "(global.get $pointer)"
    };
    Written::new(&format!(
        r#"(func (export "who") (local $record i32)
             (call $ask)
             (local.set $record {record})
             (global.set $pointer (i32.load (local.get $record)))
             (global.set $size (i32.load offset=4 (local.get $record))))"#
    ))
    .importing(&format!(r#"(import "{namespace}" "get_call_parameters" (func $ask))"#))
    .function("who", &[], Some(TEXT))
    .wasm()
}

#[tokio::test]
async fn all_namespaces_give_call_parameters() {
    for (namespace, is_nested, expected) in [
        ("host", false, super::PEER),
        ("__marine_host_api_v1", false, super::PEER),
        ("__marine_host_api_v2", true, "particle"),
        ("__marine_host_api_v3", true, "particle"),
    ] {
        let service = Deployed::new(&[("guest", &asking(namespace, is_nested))], |_| {}).await;
        assert!(service.host.reads_call_parameters("sid"));
        assert_eq!(service.value("who", json!([])).await, json!(expected), "{namespace}");
    }
}

/// Each call has its own parameters, and all modules of the service see them.
#[tokio::test]
async fn parameters_are_those_of_the_call() {
    let facade = Written::new(r#"(func (export "who") (call $who))"#)
        .importing(r#"(import "inner" "who" (func $who))"#)
        .foreign("inner", "who", &[], Some(TEXT))
        .function("who", &[], Some(TEXT))
        .wasm();
    let modules = [
        ("inner", &asking("__marine_host_api_v3", true)[..]),
        ("facade", &facade[..]),
    ];
    let mut service = Deployed::new(&modules, |_| {}).await;
    for particle in ["one", "two"] {
        service.parameters.particle.id = particle.into();
        assert_eq!(service.value("who", json!([])).await, json!(particle));
    }
}

/// What was logged in a test, one line for each record.
#[derive(Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no panic").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Lines {
    /// The records about services since the last time.
    pub(crate) fn take(&self) -> Vec<String> {
        let bytes = std::mem::take(&mut *self.0.lock().expect("no panic"));
        let text = String::from_utf8(bytes).expect("a text");
        text.lines()
            .filter(|line| line.contains("service="))
            .map(str::to_owned)
            .collect()
    }
}

/// Collects the log of this thread.
pub(crate) fn logging() -> (Lines, tracing::subscriber::DefaultGuard) {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(move || writer.clone())
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_target(false)
        .without_time()
        .finish();
    (lines, tracing::subscriber::set_default(subscriber))
}

/// Writes to the log and to its outputs.
fn writing() -> Vec<u8> {
    Written::new(
        r#"(func (export "log") (param i32 i32 i32 i32) (call $log (local.get 0) (local.get 1) (local.get 2) (local.get 3)))
           (func (export "log_at") (param i32 i32) (call $log (i32.const 3) (i32.const 0) (local.get 0) (local.get 1)))
           (func (export "flood") (param $count i32)
             (loop $more
               (call $log (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 1000))
               (local.set $count (i32.sub (local.get $count) (i32.const 1)))
               (br_if $more (local.get $count))))
           (func (export "print") (param $fd i32) (param $text i32) (param $length i32) (result i32)
             (i32.store (i32.const 16) (local.get $text))
             (i32.store (i32.const 20) (local.get $length))
             (call $write (local.get $fd) (i32.const 16) (i32.const 1) (i32.const 24)))"#,
    )
    .importing(
        r#"(import "__marine_host_api_v3" "log_utf8_string" (func $log (param i32 i32 i32 i32)))
           (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))"#,
    )
    .function("log", &[U32, U32, TEXT], None)
    .function("log_at", &[U32, U32], None)
    .function("flood", &[U32], None)
    .function("print", &[U32, TEXT], Some(U32))
    .wasm()
}

#[tokio::test(flavor = "current_thread")]
async fn records_have_a_level_and_a_target() {
    let (lines, _guard) = logging();
    let service = Deployed::new(&[("guest", &writing())], |service| service.modules[0].logging_mask = 6).await;
    for (level, name) in [
        (1, "ERROR"),
        (2, " WARN"),
        (3, " INFO"),
        (4, "DEBUG"),
        (5, "TRACE"),
        (9, "TRACE"),
    ] {
        service.value("log", json!([level, 0, "hello"])).await;
        assert_eq!(lines.take(), [format!("{name} hello service=\"sid\" module=\"guest\"")]);
    }
    for (target, is_logged) in [(0, true), (1, false), (2, true), (4, true), (8, false), (12, true)] {
        service.value("log", json!([3, target, "hello"])).await;
        assert_eq!(lines.take().len(), usize::from(is_logged), "{target}");
    }
    service.value("print", json!([1, "one\ntwo"])).await;
    service.value("print", json!([1, "\n"])).await;
    service.value("print", json!([2, "three\n"])).await;
    // Spans of the system interface may stand between level and text.
    let printed = lines.take();
    let expected = [(" INFO", "one"), (" INFO", "two"), (" WARN", "three")];
    assert_eq!(printed.len(), expected.len(), "{printed:?}");
    for (line, (level, text)) in printed.iter().zip(expected) {
        let end = format!(" {text} service=\"sid\" module=\"guest\"");
        assert!(line.starts_with(level) && line.ends_with(&end), "{line}");
    }
    let error = service.error("log_at", json!([65530, 100])).await;
    assert_eq!(
        error,
        "Execution error: module \"guest\", function \"log_at\": the log record of 100 bytes at 65530 is outside of the memory"
    );
}

#[tokio::test(flavor = "current_thread")]
async fn a_module_without_a_log_runs() {
    let (lines, _guard) = logging();
    let service = Deployed::new(&[("guest", &writing())], |service| {
        service.modules[0].logger_enabled = false
    })
    .await;
    service.value("log", json!([1, 0, "hello"])).await;
    assert_eq!(lines.take(), [""; 0]);
}

#[tokio::test(flavor = "current_thread")]
async fn a_flood_of_records_is_cut() {
    let (lines, _guard) = logging();
    let limits = Config {
        system: SystemLimits {
            log_rate: 20_000,
            ..SystemLimits::default()
        },
        ..Config::default()
    };
    let service = Deployed::with_limits(&[("guest", &writing())], limits, |_| {}).await;
    service.value("flood", json!([200_000])).await;
    let written = lines.take().len();
    assert!(
        (1..20_000).contains(&written),
        "{written} records of 200 MB, at 20 KB per second"
    );
}

/// Runs programs: `tool` with these arguments.
fn running() -> Vec<u8> {
    Written::new(
        r#"(func (export "code") (param i32 i32) (result i32)
             (call $tool (local.get 0) (local.get 1))
             (i32.load (global.get $pointer)))
           (func $text (param $offset i32) (local $field i32)
             (local.set $field (i32.add (global.get $pointer) (local.get $offset)))
             (global.set $pointer (i32.load (local.get $field)))
             (global.set $size (i32.load offset=4 (local.get $field))))
           (func (export "error") (param i32 i32) (call $tool (local.get 0) (local.get 1)) (call $text (i32.const 4)))
           (func (export "stdout") (param i32 i32) (call $tool (local.get 0) (local.get 1)) (call $text (i32.const 12)))
           (func (export "stderr") (param i32 i32) (call $tool (local.get 0) (local.get 1)) (call $text (i32.const 20)))
           (func (export "wild") (call $tool (i32.const 65530) (i32.const 100)))"#,
    )
    .importing(r#"(import "__marine_host_api_v2" "tool" (func $tool (param i32 i32)))"#)
    .function("code", &[TEXT.array()], Some(U32))
    .function("error", &[TEXT.array()], Some(TEXT))
    .function("stdout", &[TEXT.array()], Some(BYTES))
    .function("stderr", &[TEXT.array()], Some(TEXT))
    .function("wild", &[], None)
    .wasm()
}

/// A service whose `tool` is this program, if it is given, on a host that allows `/bin/sh`.
async fn with_tool(program: Option<&str>) -> Deployed {
    let limits = Config {
        system: SystemLimits {
            programs: vec![PathBuf::from("/bin/sh")],
            program_time: Config::TICK * 20,
            program_output: 100_000,
            ..SystemLimits::default()
        },
        ..Config::default()
    };
    Deployed::with_limits(&[("guest", &running())], limits, |service| {
        let programs = program.map(|program| ("tool".to_owned(), PathBuf::from(program)));
        service.modules[0].mounted_binaries.extend(programs);
    })
    .await
}

#[cfg(unix)]
#[tokio::test]
async fn programs_run_without_a_shell_in_a_folder_of_their_own() {
    let service = with_tool(Some("/bin/sh")).await;
    let text = |bytes: aqua_values::Value| super::text(&bytes);
    assert_eq!(service.value("code", json!([["-c", "exit 3"]])).await, json!(3));
    let printed = service
        .value(
            "stdout",
            json!([["-c", "printf '%s|' \"$@\"", "name", "a b", "", "$(echo x)", "'; exit 1"]]),
        )
        .await;
    assert_eq!(text(printed), "a b||$(echo x)|'; exit 1|");
    let environment = text(
        service
            .value(
                "stdout",
                json!([["-c", "pwd; echo $HOME $LANG ${USER-none}; env | wc -l"]]),
            )
            .await,
    );
    let folder = service.folder.path().display().to_string();
    let lines: Vec<&str> = environment.lines().collect();
    assert_eq!(lines[..2], [folder.clone(), format!("{folder} C none")]);
    assert_eq!(
        service.value("stderr", json!([["-c", "echo wrong >&2"]])).await,
        json!("wrong\n")
    );
    assert_eq!(
        service.value("code", json!([["-c", "kill -9 $$"]])).await,
        json!(100_000)
    );
}

#[cfg(unix)]
#[tokio::test]
async fn programs_have_limits_of_time_and_output() {
    let service = with_tool(Some("/bin/sh")).await;
    let script = "sleep 1000 & echo $! > child; wait";
    assert_eq!(service.value("code", json!([["-c", script]])).await, json!(100_006));
    assert_eq!(
        service.value("error", json!([["-c", "sleep 1000"]])).await,
        json!("the program was ended after 200ms")
    );
    assert_eq!(
        service
            .value("code", json!([["-c", "while true; do echo yes; done"]]))
            .await,
        json!(100_005)
    );
    assert_eq!(
        service.error("wild", json!([])).await,
        "Execution error: module \"guest\", function \"wild\": 800 bytes at 65530 are outside of the memory of 65536 bytes"
    );
}

#[tokio::test]
async fn programs_that_arent_allowed_dont_run() {
    for (program, reason) in [
        (None, "the configuration of the module mounts no binary `tool`"),
        (Some("/bin/true"), "this host doesn't allow /bin/true"),
        (Some("/bin/../bin/sh"), "this host doesn't allow /bin/../bin/sh"),
    ] {
        let service = with_tool(program).await;
        assert_eq!(service.value("code", json!([[]])).await, json!(100_001));
        assert_eq!(service.value("error", json!([[]])).await, json!(reason));
    }
}
