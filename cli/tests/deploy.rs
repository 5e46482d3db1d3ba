//! Keys, and services that a client deploys on a node: the steps of `examples/deploy/README.md`.

use crate::nodes::{Peer, examples};
use crate::transcript::Folder;
use base64::Engine as _;

/// What a successful command prints, without the end of the line.
fn printed(folder: &Folder, arguments: &[&str]) -> String {
    let output = folder.output(arguments);
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("text").trim_end().to_owned()
}

#[test]
fn a_manager_deploys_a_service_that_outlives_the_node() {
    let folder = Folder::new(&[]);
    let manager = printed(&folder, &["key", "new", "me.key"]);
    let data = folder.path().join("data");
    let key_file = folder.path().join("node.key");
    let start = || {
        let [data, key_file] = [&data, &key_file].map(|path| path.to_str().expect("a path of text"));
        Peer::start(&["--data-dir", data, "--key-file", key_file, "--manager", &manager])
    };
    let program = examples().join("deploy/main.aqua");
    let program = program.to_str().expect("a path of text");
    let wasm = std::fs::read(examples().join("quickstart/greeter/greeter.wasm")).expect("a file");
    let module = base64::prelude::BASE64_STANDARD.encode(wasm);

    let node = start();
    let deploy = ["run", program, "deploy", "hello", &module, "--relay", &node.ws];
    let refused = folder.output(&deploy);
    assert_eq!(refused.status.code(), Some(4));
    let message = String::from_utf8_lossy(&refused.stderr);
    assert!(
        message.contains("This function is only available to the host"),
        "{message}"
    );
    let id = printed(&folder, &[&deploy[..], &["--key", "me.key"]].concat());
    assert_eq!(id.len(), 38, "an id in quotes: {id}");
    let greet = |node: &Peer| printed(&folder, &["run", program, "greet", "hello", "Ada", "--relay", &node.ws]);
    let greeting = greet(&node);
    assert!(greeting.starts_with("\"Hello, Ada"), "{greeting}");
    node.stop();

    let node = start();
    assert_eq!(greet(&node), greeting);
    node.stop();
}

#[test]
fn keys_are_exported_and_imported() {
    let folder = Folder::new(&[]);
    let peer = printed(&folder, &["key", "new", "me.key"]);
    assert_eq!(printed(&folder, &["key", "show", "me.key"]), peer);
    let exported = printed(&folder, &["key", "export", "me.key"]);
    let imported = folder.run_with_input(&["key", "import", "copy.key"], &exported);
    assert!(imported.contains(&peer), "{imported}");
    assert_eq!(printed(&folder, &["key", "show", "copy.key"]), peer);
}

#[test]
fn mistakes_with_keys_are_explained() {
    let folder = Folder::new(&[("text.key", "no key\n")]);
    printed(&folder, &["key", "new", "me.key"]);
    let transcript = [
        folder.run(&["key", "new", "me.key"]),
        folder.run(&["key", "show", "missing.key"]),
        folder.run(&["key", "show", "text.key"]),
        folder.run_with_input(&["key", "import", "new.key"], "bm8ga2V5"),
        folder.run(&["run", "main.aqua", "--key", "me.key"]),
        folder.run(&["node", "run", "--manager", "me"]),
    ];
    insta::assert_snapshot!(transcript.join("\n"));
}
