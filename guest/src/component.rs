//! The peer as a component sees it: the interfaces of `aqua:service`, of which a component imports those that it uses.

use crate::call::{CallParameters, Particle, Tetraplet};
use crate::log::Level;
use crate::process::Output;
use aqua::service::{host, logging, process};

#[allow(warnings, unsafe_code, clippy::all, reason = "generated code")]
mod bindings {
    wit_bindgen::generate!({
        path: "wit",
        inline: "
            package aqua:guest;
            world imports {
                import aqua:service/host@0.1.0;
                import aqua:service/logging@0.1.0;
                import aqua:service/process@0.1.0;
            }
        ",
        world: "imports",
        generate_all,
    });
}
use bindings::aqua;

pub(crate) fn call_parameters() -> CallParameters {
    let parameters = host::get_call_parameters();
    let particle = parameters.particle;
    CallParameters {
        particle: Particle {
            id: particle.id,
            init_peer_id: particle.init_peer_id,
            timestamp: particle.timestamp,
            ttl: particle.ttl,
            script: particle.script,
            signature: particle.signature,
            token: particle.token,
        },
        service_id: parameters.service_id,
        service_creator_peer_id: parameters.service_creator_peer_id,
        host_id: parameters.host_id,
        worker_id: parameters.worker_id,
        tetraplets: parameters.tetraplets.into_iter().map(tetraplets).collect(),
    }
}

pub(crate) fn argument_origin(argument: u32) -> Vec<Tetraplet> {
    tetraplets(host::argument_origin(argument))
}

pub(crate) fn vault_dir() -> String {
    host::vault_dir()
}

pub(crate) fn log(level: Level, target: u32, message: &str) {
    let level = match level {
        Level::Error => logging::Level::Error,
        Level::Warn => logging::Level::Warn,
        Level::Info => logging::Level::Info,
        Level::Debug => logging::Level::Debug,
        Level::Trace => logging::Level::Trace,
    };
    logging::log(level, target, message);
}

pub(crate) fn run(binary: &str, arguments: &[String]) -> Output {
    let output = process::run(binary, arguments);
    Output {
        ret_code: output.ret_code,
        error: output.error,
        stdout: output.stdout,
        stderr: output.stderr,
    }
}

fn tetraplets(origins: Vec<host::Tetraplet>) -> Vec<Tetraplet> {
    let origins = origins.into_iter();
    origins
        .map(|origin| Tetraplet {
            peer_pk: origin.peer_pk,
            service_id: origin.service_id,
            function_name: origin.function_name,
            lens: origin.lens,
        })
        .collect()
}
