//! The interfaces `aqua:service`: call parameters, the log, and programs of the host.

use std::path::PathBuf;

use super::{HOST, deployed};
use crate::allowing;
use crate::marine::host_functions::logging;
use crate::marine::{Deployed, PEER, origin};

#[tokio::test]
async fn parameters_are_those_of_the_call() {
    let mut service = deployed().await;
    assert!(service.host.reads_call_parameters("sid"));
    service.parameters.particle.token = "secret".into();
    service.parameters.particle.signature = vec![1, 2];
    for particle in ["one", "two"] {
        service.parameters.particle.id = particle.into();
        let parameters = service.value("parameters", json!([])).await;
        assert_eq!(parameters["particle"]["id"], json!(particle));
        assert_eq!(parameters["particle"]["init_peer_id"], json!(PEER));
        assert_eq!(parameters["particle"]["signature"], json!([1, 2]));
        assert_eq!(parameters["service_id"], json!("sid"));
        assert_eq!(parameters["host_id"], json!(PEER));
        let vault = format!("/tmp/vault/{particle}-secret");
        assert_eq!(service.value("vault", json!([])).await, json!(vault));
    }
}

#[tokio::test]
async fn origins_are_those_of_the_argument() {
    let service = deployed().await;
    let origins = [(1, origin(PEER, "op", "identity"))];
    for (argument, expected) in [
        (0, json!([])),
        (
            1,
            json!([{"peer_pk": PEER, "service_id": "op", "function_name": "identity", "lens": ""}]),
        ),
        (9, json!([])),
    ] {
        let value = service.call_with("origin", json!([argument, "x"]), &origins).await;
        assert_eq!(value, Ok(expected), "argument {argument}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn records_and_prints_go_to_the_log() {
    let (lines, _guard) = logging();
    let service = Deployed::new(&[("guest", HOST)], |service| service.modules[0].logging_mask = 6).await;
    for (target, is_logged) in [(0, true), (1, false), (2, true), (8, false)] {
        service.value("note", json!([target, "hello"])).await;
        let expected = is_logged.then_some(" WARN hello service=\"sid\" module=\"guest\"");
        assert_eq!(lines.take(), Vec::from_iter(expected), "{target}");
    }
    service.value("print", json!(["printed"])).await;
    let printed = lines.take();
    assert_eq!(printed.len(), 1, "{printed:?}");
    assert!(
        printed[0].ends_with(" printed service=\"sid\" module=\"guest\""),
        "{printed:?}"
    );
}

#[tokio::test]
async fn programs_run_if_they_are_mounted_and_allowed() {
    let program = PathBuf::from("/bin/echo");
    for is_allowed in [true, false] {
        let limits = allowing(is_allowed.then_some(&program));
        let service = Deployed::with_limits(&[("guest", HOST)], limits, |service| {
            service.modules[0]
                .mounted_binaries
                .push(("say".to_owned(), program.clone()));
        })
        .await;
        let output = service.value("run", json!(["say", ["a b", "c"]])).await;
        let expected = match is_allowed {
            true => json!({"ret_code": 0, "error": "", "stdout": b"a b c\n", "stderr": []}),
            false => {
                json!({"ret_code": 100_001, "error": "this host doesn't allow /bin/echo", "stdout": [], "stderr": []})
            }
        };
        assert_eq!(output, expected);
        let other = service.value("run", json!(["other", []])).await;
        assert_eq!(other["error"], json!("unknown binary `other`"));
    }
}
