//! Services on the host: their functions are called, and what they ask the peer is what the test says.

#[path = "every-type/src/lib.rs"]
#[allow(unreachable_pub, reason = "it is the root of a crate")]
mod service;

use aqua_guest::log::Level;
use aqua_guest::process::Output;
use aqua_guest::testing::{Record, take_log, with_call_parameters, with_programs, with_vault_dir};
use aqua_guest::{CallParameters, Particle, Tetraplet};
use service::every_type;

fn parameters(init_peer_id: &str) -> CallParameters {
    let origin = |function: &str| Tetraplet {
        service_id: "peer".to_owned(),
        function_name: function.to_owned(),
        ..Tetraplet::default()
    };
    CallParameters {
        particle: Particle {
            id: "particle".to_owned(),
            init_peer_id: init_peer_id.to_owned(),
            token: "token".to_owned(),
            ..Particle::default()
        },
        service_id: "counter".to_owned(),
        tetraplets: vec![Vec::new(), vec![origin("timestamp_sec"), origin("identify")]],
        ..CallParameters::default()
    }
}

fn caller() -> (String, String, Vec<String>) {
    every_type::caller(1, "second".to_owned())
}

#[test]
fn call_parameters_are_those_of_the_test() {
    assert_eq!(caller(), (String::new(), String::new(), Vec::new()));
    with_call_parameters(parameters("Ada"), || {
        let origins = vec!["peer.timestamp_sec".to_owned(), "peer.identify".to_owned()];
        assert_eq!(caller(), ("Ada".to_owned(), "counter".to_owned(), origins));
        with_call_parameters(parameters("Grace"), || assert_eq!(caller().0, "Grace"));
        assert_eq!(caller().0, "Ada");
        assert_eq!(aqua_guest::argument_origin(2), Vec::new());
    });
    assert_eq!(caller().0, "");
}

#[test]
fn a_panic_restores_the_call_parameters() {
    let result = std::panic::catch_unwind(|| with_call_parameters(parameters("Ada"), || panic!("on purpose")));
    assert!(result.is_err());
    assert_eq!(caller().0, "");
}

#[test]
fn the_folder_of_the_particle_has_a_name_or_is_given() {
    with_call_parameters(parameters("Ada"), || {
        assert_eq!(every_type::folder(), "/tmp/vault/particle-token");
        with_vault_dir("elsewhere", || assert_eq!(every_type::folder(), "elsewhere"));
    });
}

#[test]
fn records_are_collected() {
    let record = |level, target, message: &str| Record {
        level,
        target,
        message: message.to_owned(),
    };
    every_type::record("text".to_owned());
    assert_eq!(
        take_log(),
        [
            record(Level::Error, 0, "text"),
            record(Level::Warn, 0, "text"),
            record(Level::Info, 4, "text"),
            record(Level::Debug, 12, "text, 2"),
            record(Level::Trace, 0, "text"),
        ]
    );
    assert_eq!(take_log(), []);
}

#[test]
fn programs_are_functions_of_the_test() {
    assert_eq!(every_type::run("curl".to_owned()), "unknown binary `curl`");
    let programs = |binary: &str, arguments: &[String]| Output {
        error: format!("{binary} {}", arguments.join(" ")),
        ..Output::default()
    };
    with_programs(programs, || {
        assert_eq!(every_type::run("curl".to_owned()), "curl --version")
    });
}

#[test]
fn functions_are_called_as_they_are_written() {
    every_type::init();
    assert_eq!(every_type::starts(), 1);
    assert_eq!(every_type::digit(0), Err(every_type::Problem::Missing));
    assert_eq!(every_type::nothing(), Ok(()));
}
