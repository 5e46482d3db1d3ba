//! The published IPFS modules with a program that stands for `ipfs` (sequence E).

use std::path::{Path, PathBuf};

use aqua_services::{Config, MappedDir, SystemLimits};

use super::Deployed;

const EFFECTOR: (&str, &[u8]) = ("ipfs_effector", aqua_ipfs_distro::IPFS_EFFECTOR);
const FACADE: (&str, &[u8]) = ("ipfs_pure", aqua_ipfs_distro::IPFS_FACADE);
const API: &str = "/ip4/127.0.0.1/tcp/5001";

fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/guests/ipfs")
}

/// Modules of which the effector mounts the program; the host allows it or not.
async fn ipfs(modules: &[(&str, &[u8])], is_allowed: bool) -> Deployed {
    let limits = Config {
        system: SystemLimits {
            programs: is_allowed.then(program).into_iter().collect(),
            program_time: crate::PLENTY,
            elapsed: crate::PLENTY,
            ..SystemLimits::default()
        },
        ..Config::default()
    };
    Deployed::with_limits(modules, limits, |service| {
        for module in &mut service.modules {
            let vault = module.mapped_dirs[0].host.join("vault");
            module.mapped_dirs.push(MappedDir::new("/tmp/vault", vault));
        }
        service.modules[0].mounted_binaries.push(("ipfs".to_owned(), program()));
    })
    .await
}

impl Deployed {
    /// What the program recorded.
    fn recorded(&self, name: &str) -> Vec<String> {
        let text = std::fs::read_to_string(self.folder.path().join(name)).expect("a recording");
        text.lines().map(str::to_owned).collect()
    }
}

#[tokio::test]
async fn addresses_are_kept() {
    let service = ipfs(&[EFFECTOR, FACADE], true).await;
    let missing = service.value("get_local_api_multiaddr", json!([])).await;
    assert_eq!(missing["success"], json!(false));
    let error = missing["error"].as_str().expect("a text");
    assert!(error.contains("local api multiaddr is not set"), "{error}");
    assert_eq!(
        service.value("set_local_api_multiaddr", json!([API])).await["success"],
        json!(true)
    );
    assert_eq!(
        service.value("get_local_api_multiaddr", json!([])).await["multiaddr"],
        json!(API)
    );
}

#[cfg(unix)]
#[tokio::test]
async fn the_program_gets_the_arguments_of_the_module() {
    let service = ipfs(&[EFFECTOR], true).await;
    let result = service.value("get_peer_id", json!([API, 1])).await;
    assert_eq!(service.recorded("arguments"), ["id", "--timeout", "1s", "--api", API]);
    assert_eq!(result["success"], json!(true), "{result}");
    let environment = service.recorded("environment").join("\n");
    assert!(!environment.contains("CARGO"), "{environment}");

    // A shell would run this.
    service
        .value("get_peer_id", json!(["$(touch x); `touch y` 'a b'", 1]))
        .await;
    assert_eq!(service.recorded("arguments")[4], "$(touch x); `touch y` 'a b'");
    assert!(!service.folder.path().join("x").exists() && !service.folder.path().join("y").exists());
}

#[cfg(unix)]
#[tokio::test]
async fn files_of_the_vault_are_passed_by_their_path_on_the_host() {
    let service = ipfs(&[EFFECTOR, FACADE], true).await;
    service.value("set_local_api_multiaddr", json!([API])).await;
    let file = service.folder.path().join("vault/file");
    std::fs::write(&file, "x").expect("a new file");
    let put = service.value("put", json!(["/tmp/vault/file"])).await;
    let arguments = service.recorded("arguments");
    assert_eq!(arguments[0], "add", "{put}");
    // The module joins paths with more slashes than needed.
    assert!(
        arguments.iter().any(|argument| Path::new(argument) == file),
        "{arguments:?}"
    );
    for option in ["--cid-version=1", "--chunker=size-262144"] {
        assert!(arguments.iter().any(|argument| argument == option), "{arguments:?}");
    }
    assert_eq!(
        (&put["success"], &put["hash"]),
        (&json!(true), &json!("QmTheHash")),
        "{put}"
    );
}

#[tokio::test]
async fn a_program_that_isnt_allowed_doesnt_run() {
    let service = ipfs(&[EFFECTOR], false).await;
    let result = service.value("get_peer_id", json!([API, 1])).await;
    assert_eq!(result["success"], json!(false));
    let error = result["error"].as_str().expect("a text");
    let reason = format!("this host doesn't allow {}", program().display());
    assert!(error.contains(&reason), "{error}");
    assert!(!service.folder.path().join("arguments").exists());
}
