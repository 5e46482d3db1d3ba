//! What host functions give to modules and take from them (§2.4 of the Marine format).

use crate::adapter::{Adapter, Step};
use crate::execution::Allocate;
use crate::{
    CoreType, CoreValue, Execution, ExecutionError, GuestValue, HostNamespace, InterfaceType, Module, ModuleError,
    NamedType, RecordType, Records, ScalarType, TypeEntry,
};
use ecow::EcoString;

/// Who calls a service, and with which particle. All namespaces give this value; earlier ones leave parts out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CallParameters {
    /// The particle.
    pub particle: CallParticle,
    /// The service id.
    pub service_id: EcoString,
    /// The peer that created the service.
    pub service_creator_peer_id: EcoString,
    /// The peer that runs the service.
    pub host_id: EcoString,
    /// The worker that runs the service, or the peer itself.
    pub worker_id: EcoString,
    /// The origins of each argument: one for each value that it is made of.
    pub tetraplets: Vec<Vec<CallTetraplet>>,
}

/// The particle of a call.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CallParticle {
    /// The particle id.
    pub id: EcoString,
    /// The peer that created the particle.
    pub init_peer_id: EcoString,
    /// When the particle was created, in milliseconds since 1970.
    pub timestamp: u64,
    /// The lifetime of the particle in milliseconds.
    pub ttl: u32,
    /// The script.
    pub script: EcoString,
    /// The signature of the particle.
    pub signature: Vec<u8>,
    /// The secret that names the folder of the particle.
    pub token: EcoString,
}

/// The origin of a value: which peer, service and function made it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CallTetraplet {
    /// The peer.
    pub peer_pk: EcoString,
    /// The service; empty for literals.
    pub service_id: EcoString,
    /// The function; empty for literals.
    pub function_name: EcoString,
    /// The path into the result of the function.
    pub lens: EcoString,
}

/// The result of a program of the host.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProcessOutput {
    /// The exit code, or one of [`Self::KILLED`] and the following.
    pub ret_code: i32,
    /// Why the program was not run or did not end by itself.
    pub error: EcoString,
    /// What the program wrote to its standard output.
    pub stdout: Vec<u8>,
    /// What the program wrote to its standard error.
    pub stderr: Vec<u8>,
}

impl ProcessOutput {
    /// The code of a program that a signal ended.
    pub const KILLED: i32 = 100_000;
    /// The code of a program that could not be started.
    pub const NOT_STARTED: i32 = 100_001;
    /// The code where the arguments are not a single list.
    pub const ARGUMENT_COUNT: i32 = 100_002;
    /// The code where the argument is no array.
    pub const NOT_AN_ARRAY: i32 = 100_003;
    /// The code where an element of the argument is no string.
    pub const NOT_A_STRING: i32 = 100_004;
    /// The code of a program that was ended since it wrote too much.
    pub const TOO_MUCH_OUTPUT: i32 = 100_005;
    /// The code of a program that was ended since it ran for too long.
    pub const TIMED_OUT: i32 = 100_006;
}

/// The programs that pass the values of host functions through the memory of one module.
#[derive(Debug, Clone)]
pub(crate) struct HostAdapters {
    records: Records,
    /// By namespace.
    parameters: [Adapter; 4],
    arguments: Adapter,
    output: Adapter,
    allocate: Allocate,
}

/// Indices of the types below.
const TETRAPLET: u32 = 0;
const PARTICLE: u32 = 1;
const PARAMETERS: [u32; 4] = [2, 3, 4, 4];
const OUTPUT: u32 = 5;

impl HostAdapters {
    /// The programs for a module with these functions.
    pub(crate) fn new(allocate: Allocate, set_result_pointer: u32) -> Result<Self, ModuleError> {
        let lowering = |record: u32| Adapter {
            instructions: Vec::new(),
            steps: vec![
                Step::Argument {
                    index: 0,
                    is_last: true,
                },
                Step::RecordLower {
                    ty: InterfaceType::Record(record),
                },
                Step::CallCore {
                    function: set_result_pointer,
                    parameters: 1,
                    result: None,
                },
            ],
            parameters: 1,
            depth: 1,
            result: None,
        };
        let strings = InterfaceType::String.array();
        Ok(Self {
            records: Records::new(&record_types())?,
            parameters: PARAMETERS.map(&lowering),
            arguments: Adapter {
                instructions: Vec::new(),
                steps: vec![
                    Step::CoreArgument {
                        index: 0,
                        ty: CoreType::I32,
                    },
                    Step::CoreArgument {
                        index: 1,
                        ty: CoreType::I32,
                    },
                    Step::ArrayLift {
                        ty: strings.clone(),
                        is_result: true,
                    },
                ],
                parameters: 2,
                depth: 2,
                result: Some(strings),
            },
            output: lowering(OUTPUT),
            allocate,
        })
    }
}

impl Module {
    /// Starts to pass call parameters to this module in the form of a namespace, as the result of `get_call_parameters`. `None` if
    /// the module imports no host function with a result.
    #[must_use]
    pub fn pass_call_parameters(
        &self,
        namespace: HostNamespace,
        parameters: &CallParameters,
    ) -> Option<Execution<'_, GuestValue>> {
        let host = self.host()?;
        let adapter = &host.parameters[namespace as usize];
        Some(self.pass(host, adapter, parameters.in_namespace(namespace)))
    }

    /// Starts to pass the result of a program of the host to this module.
    #[must_use]
    pub fn pass_process_output(&self, output: &ProcessOutput) -> Option<Execution<'_, GuestValue>> {
        let host = self.host()?;
        let record = vec![
            GuestValue::Scalar(i64::from(output.ret_code) as u64),
            GuestValue::String(output.error.clone()),
            GuestValue::Packed(output.stdout.clone()),
            GuestValue::Packed(output.stderr.clone()),
        ];
        Some(self.pass(host, &host.output, GuestValue::Record(record)))
    }

    /// Reads the arguments of a program of the host, which `pointer` and `count` of an import refer to. The strings may take `limit`
    /// bytes.
    ///
    /// # Errors
    /// The arguments are outside of the memory, too large or not UTF-8.
    pub fn process_arguments(
        &self,
        pointer: i32,
        count: i32,
        memory: &mut [u8],
        limit: usize,
    ) -> Result<Vec<EcoString>, ExecutionError> {
        let host = self.host().ok_or(ExecutionError::UnexpectedReply)?;
        let arguments = [pointer, count]
            .map(|word| GuestValue::from(CoreValue::I32(word)))
            .to_vec();
        let mut execution: Execution<'_, GuestValue> =
            Execution::new(&host.arguments, &host.records, Some(host.allocate), arguments, limit);
        match execution.resume(crate::Reply::Start, memory)? {
            crate::Request::Return(Some(GuestValue::Array(items))) => items
                .into_iter()
                .map(|item| match item {
                    GuestValue::String(text) => Ok(text),
                    _ => Err(ExecutionError::Mismatch {
                        expected: InterfaceType::String,
                    }),
                })
                .collect(),
            _ => Err(ExecutionError::UnexpectedReply),
        }
    }

    fn pass<'m>(
        &'m self,
        host: &'m HostAdapters,
        adapter: &'m Adapter,
        value: GuestValue,
    ) -> Execution<'m, GuestValue> {
        Execution::new(adapter, &host.records, Some(host.allocate), vec![value], 0)
    }
}

impl CallParameters {
    /// The record that a namespace gives.
    fn in_namespace(&self, namespace: HostNamespace) -> GuestValue {
        let particle = &self.particle;
        let string = |text: &EcoString| GuestValue::String(text.clone());
        let tetraplets = self.tetraplets.iter().map(|origins| {
            let origins = origins.iter().map(|it| {
                GuestValue::Record(
                    [&it.peer_pk, &it.service_id, &it.function_name, &it.lens]
                        .map(string)
                        .to_vec(),
                )
            });
            GuestValue::Array(origins.collect())
        });
        let tetraplets = GuestValue::Array(tetraplets.collect());
        let service = [&self.service_id, &self.service_creator_peer_id, &self.host_id].map(string);
        let mut fields = Vec::with_capacity(7);
        match namespace {
            HostNamespace::V0 => {
                fields.push(string(&particle.init_peer_id));
                fields.extend(service);
                fields.push(string(&particle.id));
            }
            HostNamespace::V1 => {
                fields.push(string(&particle.init_peer_id));
                fields.extend(service);
                fields.extend([&self.worker_id, &particle.id].map(string));
            }
            HostNamespace::V2 | HostNamespace::V3 => {
                fields.push(GuestValue::Record(vec![
                    string(&particle.id),
                    string(&particle.init_peer_id),
                    GuestValue::Scalar(particle.timestamp),
                    GuestValue::Scalar(particle.ttl.into()),
                    string(&particle.script),
                    GuestValue::Packed(particle.signature.clone()),
                    string(&particle.token),
                ]));
                fields.extend(service);
                fields.push(string(&self.worker_id));
            }
        }
        fields.push(tetraplets);
        GuestValue::Record(fields)
    }
}

/// The records of host functions. Names of fields don't reach guests, which know the layout.
fn record_types() -> Vec<TypeEntry> {
    let scalar = |name, ty: ScalarType| (name, InterfaceType::Scalar(ty));
    let string = |name| (name, InterfaceType::String);
    let bytes = |name| (name, InterfaceType::ByteArray);
    let tetraplets = ("tetraplets", InterfaceType::Record(TETRAPLET).array().array());
    let particle = ("particle", InterfaceType::Record(PARTICLE));
    let (init, id) = (string("init_peer_id"), string("particle_id"));
    let service = [
        string("service_id"),
        string("service_creator_peer_id"),
        string("host_id"),
    ];
    let [service_id, creator, host] = service;
    let worker = string("worker_id");
    [
        record(
            "Tetraplet",
            &["peer_pk", "service_id", "function_name", "lens"].map(string),
        ),
        record(
            "Particle",
            &[
                string("id"),
                init.clone(),
                scalar("timestamp", ScalarType::U64),
                scalar("ttl", ScalarType::U32),
                string("script"),
                bytes("signature"),
                string("token"),
            ],
        ),
        record(
            "CallParametersV0",
            &[
                init.clone(),
                service_id.clone(),
                creator.clone(),
                host.clone(),
                id.clone(),
                tetraplets.clone(),
            ],
        ),
        record(
            "CallParametersV1",
            &[
                init,
                service_id.clone(),
                creator.clone(),
                host.clone(),
                worker.clone(),
                id,
                tetraplets.clone(),
            ],
        ),
        record(
            "CallParameters",
            &[particle, service_id, creator, host, worker, tetraplets],
        ),
        record(
            "ProcessOutput",
            &[
                scalar("ret_code", ScalarType::S32),
                string("error"),
                bytes("stdout"),
                bytes("stderr"),
            ],
        ),
    ]
    .into()
}

fn record(name: &str, fields: &[(&str, InterfaceType)]) -> TypeEntry {
    let fields = fields.iter().map(|(name, ty)| NamedType {
        name: (*name).to_owned(),
        ty: ty.clone(),
    });
    TypeEntry::Record(RecordType {
        name: name.to_owned(),
        fields: fields.collect(),
    })
}
