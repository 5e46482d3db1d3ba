//! The interfaces of the package `aqua:service` that components import from the host; `guest/wit/aqua-service.wit` declares them.

use std::sync::Arc;

use aqua_marine::{CallParameters, CallTetraplet, ProcessOutput};
use ecow::{EcoString, eco_format};
use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentType, Lift, LinkerInstance, Lower};

use super::providers::ServiceInterface;
use crate::failure::Fault;
use crate::linked::LinkedModule;
use crate::log;
use crate::program;
use crate::state::{InStore as _, StoreState};

/// Where components find the folder of the particle.
const VAULT: &str = "/tmp/vault";

/// Defines the functions of an interface that the component at `index` imports.
pub(super) fn define(
    linker: &mut LinkerInstance<'_, StoreState>,
    interface: ServiceInterface,
    index: usize,
) -> wasmtime::Result<()> {
    match interface {
        ServiceInterface::Host => define_host(linker),
        ServiceInterface::Logging => define_logging(linker, index),
        ServiceInterface::Process => define_process(linker, index),
    }
}

fn define_host(linker: &mut LinkerInstance<'_, StoreState>) -> wasmtime::Result<()> {
    linker.func_wrap(
        "get-call-parameters",
        |store: StoreContextMut<'_, StoreState>, (): ()| Ok((Parameters::from(&*store.state().parameters),)),
    )?;
    linker.func_wrap(
        "argument-origin",
        |store: StoreContextMut<'_, StoreState>, (argument,): (u32,)| {
            let origins = store.state().parameters.tetraplets.get(argument as usize);
            let origins = origins.into_iter().flatten().map(Tetraplet::from);
            Ok((origins.collect::<Vec<_>>(),))
        },
    )?;
    linker.func_wrap("vault-dir", |store: StoreContextMut<'_, StoreState>, (): ()| {
        let particle = &store.state().parameters.particle;
        Ok((format!("{VAULT}/{}-{}", particle.id, particle.token),))
    })
}

fn define_logging(linker: &mut LinkerInstance<'_, StoreState>, index: usize) -> wasmtime::Result<()> {
    linker.func_wrap(
        "log",
        move |store: StoreContextMut<'_, StoreState>, (level, target, message): (Level, u32, String)| {
            let service = &store.state().service;
            let module = service.modules.get(index).ok_or(Fault::NotStarted)?;
            module.log(&service.log, level.into(), target.cast_signed(), message.as_bytes());
            Ok(())
        },
    )
}

fn define_process(linker: &mut LinkerInstance<'_, StoreState>, index: usize) -> wasmtime::Result<()> {
    linker.func_wrap_async(
        "run",
        move |store: StoreContextMut<'_, StoreState>, (binary, arguments): (String, Vec<String>)| {
            Box::new(async move {
                let service = Arc::clone(&store.state().service);
                let module = service.modules.get(index).ok_or(Fault::NotStarted)?;
                let arguments: Vec<EcoString> = arguments.into_iter().map(EcoString::from).collect();
                let output = run(module, &binary, &arguments, &service.limits.system).await;
                Ok((Output::from(output),))
            })
        },
    )
}

async fn run(
    module: &LinkedModule,
    binary: &str,
    arguments: &[EcoString],
    limits: &crate::SystemLimits,
) -> ProcessOutput {
    match module.programs.granted.get(binary) {
        Some(Ok(path)) => program::run(path, arguments, &module.programs.folder, limits).await,
        Some(Err(reason)) => program::failure(ProcessOutput::NOT_STARTED, reason.as_str().into()),
        None => program::failure(ProcessOutput::NOT_STARTED, eco_format!("unknown binary `{binary}`")),
    }
}

/// `call-parameters`
#[derive(ComponentType, Lower)]
#[component(record)]
struct Parameters {
    particle: Particle,
    #[component(name = "service-id")]
    service_id: String,
    #[component(name = "service-creator-peer-id")]
    service_creator_peer_id: String,
    #[component(name = "host-id")]
    host_id: String,
    #[component(name = "worker-id")]
    worker_id: String,
    tetraplets: Vec<Vec<Tetraplet>>,
}

/// `particle`
#[derive(ComponentType, Lower)]
#[component(record)]
struct Particle {
    id: String,
    #[component(name = "init-peer-id")]
    init_peer_id: String,
    timestamp: u64,
    ttl: u32,
    script: String,
    signature: Vec<u8>,
    token: String,
}

/// `tetraplet`
#[derive(ComponentType, Lower)]
#[component(record)]
struct Tetraplet {
    #[component(name = "peer-pk")]
    peer_pk: String,
    #[component(name = "service-id")]
    service_id: String,
    #[component(name = "function-name")]
    function_name: String,
    lens: String,
}

/// `level`
#[expect(dead_code, reason = "values are made by lifting")]
#[derive(ComponentType, Lift, Clone, Copy)]
#[component(enum)]
#[repr(u8)]
enum Level {
    #[component(name = "error")]
    Error,
    #[component(name = "warn")]
    Warn,
    #[component(name = "info")]
    Info,
    #[component(name = "debug")]
    Debug,
    #[component(name = "trace")]
    Trace,
}

/// `output`
#[derive(ComponentType, Lower)]
#[component(record)]
struct Output {
    #[component(name = "ret-code")]
    ret_code: i32,
    error: String,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
}

impl From<&CallParameters> for Parameters {
    fn from(parameters: &CallParameters) -> Self {
        let particle = &parameters.particle;
        let origins = |list: &Vec<CallTetraplet>| list.iter().map(Tetraplet::from).collect();
        Self {
            particle: Particle {
                id: particle.id.to_string(),
                init_peer_id: particle.init_peer_id.to_string(),
                timestamp: particle.timestamp,
                ttl: particle.ttl,
                script: particle.script.to_string(),
                signature: particle.signature.clone(),
                token: particle.token.to_string(),
            },
            service_id: parameters.service_id.to_string(),
            service_creator_peer_id: parameters.service_creator_peer_id.to_string(),
            host_id: parameters.host_id.to_string(),
            worker_id: parameters.worker_id.to_string(),
            tetraplets: parameters.tetraplets.iter().map(origins).collect(),
        }
    }
}

impl From<&CallTetraplet> for Tetraplet {
    fn from(tetraplet: &CallTetraplet) -> Self {
        Self {
            peer_pk: tetraplet.peer_pk.to_string(),
            service_id: tetraplet.service_id.to_string(),
            function_name: tetraplet.function_name.to_string(),
            lens: tetraplet.lens.to_string(),
        }
    }
}

impl From<ProcessOutput> for Output {
    fn from(output: ProcessOutput) -> Self {
        Self {
            ret_code: output.ret_code,
            error: output.error.to_string(),
            stdout: output.stdout,
            stderr: output.stderr,
        }
    }
}

impl From<Level> for log::Level {
    fn from(level: Level) -> Self {
        match level {
            Level::Error => Self::Error,
            Level::Warn => Self::Warn,
            Level::Info => Self::Info,
            Level::Debug => Self::Debug,
            Level::Trace => Self::Trace,
        }
    }
}
