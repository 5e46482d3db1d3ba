//! What host functions pass through the memory of a guest.

use crate::guest::PlayedGuest;
use crate::{PLENTY, function, json, module_of};
use aqua_marine::{
    CallParameters, CallParticle, CallTetraplet, ExecutionError, HostFunction, HostNamespace, InterfaceType, Module,
    ProcessOutput,
};

fn any_module() -> Module {
    module_of("f", function(&[InterfaceType::String.array()], None))
}

/// Reads the fields of a record in memory.
struct Fields<'m> {
    memory: &'m [u8],
    position: usize,
}

impl<'m> Fields<'m> {
    fn at(memory: &'m [u8], pointer: u32) -> Self {
        let position = pointer as usize;
        Self { memory, position }
    }

    fn word(&mut self) -> u32 {
        let bytes = self.memory[self.position..][..4].try_into().expect("four bytes");
        self.position += 4;
        u32::from_le_bytes(bytes)
    }

    fn long(&mut self) -> u64 {
        u64::from(self.word()) | u64::from(self.word()) << 32
    }

    fn bytes(&mut self) -> &'m [u8] {
        let (pointer, length) = (self.word() as usize, self.word() as usize);
        &self.memory[pointer..][..length]
    }

    fn text(&mut self) -> &'m str {
        std::str::from_utf8(self.bytes()).expect("UTF-8")
    }

    fn texts<const N: usize>(&mut self) -> [&'m str; N] {
        std::array::from_fn(|_| self.text())
    }

    /// The pointers that an array holds.
    fn pointers(&mut self) -> Vec<u32> {
        let (pointer, count) = (self.word(), self.word());
        let mut items = Self::at(self.memory, pointer);
        (0..count).map(|_| items.word()).collect()
    }

    /// The arrays that an array holds.
    fn arrays(&mut self) -> Vec<Vec<u32>> {
        let (pointer, count) = (self.word(), self.word());
        let mut items = Self::at(self.memory, pointer);
        (0..count).map(|_| items.pointers()).collect()
    }
}

fn parameters() -> CallParameters {
    let tetraplet = CallTetraplet {
        peer_pk: "host".into(),
        service_id: "peer".into(),
        function_name: "timestamp_sec".into(),
        lens: ".$.x".into(),
    };
    CallParameters {
        particle: CallParticle {
            id: "particle".into(),
            init_peer_id: "init".into(),
            timestamp: 1_700_000_000_000,
            ttl: 7000,
            script: "(null)".into(),
            signature: vec![1, 2, 255],
            token: "token".into(),
        },
        service_id: "sid".into(),
        service_creator_peer_id: "creator".into(),
        host_id: "host".into(),
        worker_id: "worker".into(),
        tetraplets: vec![vec![tetraplet.clone(), tetraplet], vec![]],
    }
}

#[test]
fn each_namespace_has_its_record() {
    let module = any_module();
    for namespace in HostNamespace::ALL {
        let mut guest = PlayedGuest::new(&module);
        let execution = module
            .pass_call_parameters(namespace, &parameters())
            .expect("it takes results");
        assert_eq!(guest.run(execution), Ok(None));
        assert_eq!(guest.state.calls.last().map(String::as_str), Some("set_result_ptr"));
        let mut fields = Fields::at(&guest.state.memory, guest.state.result_pointer);
        match namespace {
            HostNamespace::V0 => assert_eq!(fields.texts(), ["init", "sid", "creator", "host", "particle"]),
            HostNamespace::V1 => {
                assert_eq!(fields.texts(), ["init", "sid", "creator", "host", "worker", "particle"]);
            }
            HostNamespace::V2 | HostNamespace::V3 => {
                let mut particle = Fields::at(&guest.state.memory, fields.word());
                assert_eq!(particle.texts(), ["particle", "init"]);
                assert_eq!((particle.long(), particle.word()), (1_700_000_000_000, 7000));
                assert_eq!(
                    (particle.text(), particle.bytes(), particle.text()),
                    ("(null)", &[1, 2, 255][..], "token")
                );
                assert_eq!(fields.texts(), ["sid", "creator", "host", "worker"]);
            }
        }
        let tetraplets = fields.arrays();
        assert_eq!(tetraplets.iter().map(Vec::len).collect::<Vec<_>>(), [2, 0]);
        for tetraplet in &tetraplets[0] {
            let mut tetraplet = Fields::at(&guest.state.memory, *tetraplet);
            assert_eq!(tetraplet.texts(), ["host", "peer", "timestamp_sec", ".$.x"]);
        }
    }
}

#[test]
fn programs_get_strings_and_return_a_record() {
    let module = any_module();
    let f = module.function("f").expect("the function");
    let mut guest = PlayedGuest::new(&module);
    let arguments = module
        .arguments(f, &json!([["id", "--timeout", ""]]))
        .expect("arguments");
    guest
        .run(module.call::<aqua_values::Value>(f, arguments, PLENTY))
        .expect("it returns");
    let words: Vec<i32> = guest.state.arguments.iter().map(|value| value.bits() as i32).collect();
    let read = |memory: &mut [u8], limit| module.process_arguments(words[0], words[1], memory, limit);
    let arguments = read(&mut guest.state.memory, PLENTY).expect("strings");
    assert_eq!(arguments, ["id", "--timeout", ""]);
    assert_eq!(
        read(&mut guest.state.memory, 10),
        Err(ExecutionError::TooLarge { limit: 10 })
    );
    assert!(matches!(read(&mut [], PLENTY), Err(ExecutionError::OutOfBounds { .. })));

    let output = ProcessOutput {
        ret_code: ProcessOutput::NOT_STARTED,
        error: "no such file".into(),
        stdout: vec![0, 255],
        stderr: Vec::new(),
    };
    let execution = module.pass_process_output(&output).expect("it takes results");
    assert_eq!(guest.run(execution), Ok(None));
    let mut fields = Fields::at(&guest.state.memory, guest.state.result_pointer);
    assert_eq!((fields.word(), fields.text()), (100_001, "no such file"));
    assert_eq!((fields.bytes(), fields.bytes()), (&[0, 255][..], &[][..]));
}

#[test]
fn host_functions_are_found_by_name() {
    for (name, is_host, namespace) in [
        ("host", true, Some(HostNamespace::V0)),
        ("__marine_host_api_v1", true, Some(HostNamespace::V1)),
        ("__marine_host_api_v3", true, Some(HostNamespace::V3)),
        ("__marine_host_api_v4", true, None),
        ("hosts", false, None),
        ("sqlite3", false, None),
        ("wasi_snapshot_preview1", false, None),
    ] {
        assert_eq!(HostNamespace::is_host(name), is_host, "{name}");
        assert_eq!(HostNamespace::find(name), namespace, "{name}");
    }
    for function in [
        HostFunction::CallParameters,
        HostFunction::Log,
        HostFunction::MountedBinary("curl".to_owned()),
    ] {
        assert_eq!(HostFunction::named(function.name()), function);
    }
}
