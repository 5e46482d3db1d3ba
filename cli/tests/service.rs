//! `aqua service`.

use crate::nodes::examples;
use crate::transcript::Folder;

/// A component with a record, a variant and an import.
const STORE: &str = include_str!("../../node/services/component/tests/main/store.wat");

/// A folder with services of both kinds, and with files that are none.
fn folder() -> Folder {
    let folder = Folder::new(&[("store.wat", STORE), ("main.aqua", "func f():\n    x <- 1\n")]);
    let text = |text: &str| wat::parse_str(text).expect("valid");
    // Without the second interface the functions go by their bare names.
    folder.write(
        "store.wasm",
        text(&STORE.replace("(export \"acme:kv/archive@1.0.0\" (instance $api))", "")),
    );
    folder.write("ambiguous.wasm", text(STORE));
    folder.write("plain.wasm", text("(module)"));
    folder.write("registry.wasm", registry_distro::REGISTRY_WASM);
    folder.write("spell.wasm", fluence_spell_distro::SPELL_WASM);
    folder
}

#[test]
fn services_are_inspected() {
    let folder = folder();
    let transcripts = ["registry.wasm", "store.wasm"].map(|file| folder.run(&["service", "inspect", file]));
    insta::assert_snapshot!("inspect", transcripts.join("\n"));
    insta::assert_snapshot!(
        "inspect_json",
        folder.run(&["service", "inspect", "--json", "store.wasm"])
    );
}

#[test]
fn declarations_are_printed() {
    let folder = folder();
    let lines: &[&[&str]] = &[
        &["service", "interface", "store.wasm", "--id", "store"],
        &["service", "interface", "ambiguous.wasm"],
        &["service", "interface", "spell.wasm", "--name", "Spell"],
    ];
    let transcripts: Vec<_> = lines.iter().map(|line| folder.run(line)).collect();
    insta::assert_snapshot!("interface", transcripts.join("\n"));
}

#[test]
fn mistakes_are_explained() {
    let folder = folder();
    let lines: &[&[&str]] = &[
        &["service", "inspect", "missing.wasm"],
        &["service", "inspect", "main.aqua"],
        &["service", "inspect", "store.wat"],
        &["service", "interface", "plain.wasm"],
        &["service", "interface", "store.wasm", "--name", "my-store"],
        &["service"],
    ];
    let transcripts: Vec<_> = lines.iter().map(|line| folder.run(line)).collect();
    insta::assert_snapshot!("service_mistakes", transcripts.join("\n"));
}

/// The declarations of each module compile, so a program can import them.
#[test]
fn printed_declarations_compile() {
    let folder = folder();
    for file in ["registry.wasm", "spell.wasm", "store.wasm"] {
        let output = folder.output(&["service", "interface", file]);
        let name = file.replace(".wasm", ".aqua");
        std::fs::write(folder.path().join(&name), output.stdout).expect("a new file");
        let transcript = folder.run(&["check", &name]);
        assert!(transcript.ends_with("exit 0\n"), "{transcript}");
    }
}

/// A program imports the declarations of a service of its manifest.
#[test]
fn programs_import_declarations() {
    let folder = folder();
    folder.write(
        "aqua.toml",
        "[package]\nname = \"keys\"\n\n[services.store]\nwasm = \"store.wasm\"\n\n[services.plain]\nwasm = \"plain.wasm\"\n",
    );
    folder.write(
        "keys.aqua",
        "aqua Keys\n\nimport Store, Key from \"service:store\"\n\nexport size\n\nfunc size(key: Key) -> string:\n    \
         found <- Store.get(key)\n    if found.tag == \"nothing\":\n        Store.get(Key(user_name = \"b\", marks = []))\n    \
         kind <- Store.size()\n    <- kind\n",
    );
    folder.write(
        "wrong.aqua",
        "aqua Wrong\n\nimport \"service:stoer\"\nimport \"service:none-like-it\"\nimport \"service:plain\"\n",
    );
    let lines: &[&[&str]] = &[&["compile", "keys.aqua", "-o", "out"], &["check", "-q", "wrong.aqua"]];
    let transcripts: Vec<_> = lines.iter().map(|line| folder.run(line)).collect();
    let air = std::fs::read_to_string(folder.path().join("out/size.air")).unwrap_or_default();
    insta::assert_snapshot!("declared_services", transcripts.join("\n") + "\n" + &air);
}

/// The registry on SQLite, as its authors configure it.
const REGISTRY: &str = r#"
modules_dir = "."
total_memory_limit = "64 MiB"

[[module]]
name = "sqlite3"

[module.wasi]
mapped_dirs = { "tmp" = "tmp" }

[[module]]
name = "registry"

[module.wasi]
mapped_dirs = { "tmp" = "tmp" }
"#;

fn registry() -> Folder {
    let folder = folder();
    std::fs::write(folder.path().join("sqlite3.wasm"), registry_distro::SQLITE_WASM).expect("a new file");
    std::fs::write(folder.path().join("Config.toml"), REGISTRY).expect("a new file");
    folder
}

/// The figures of §7.2 of the Marine format.
#[test]
fn functions_are_called() {
    let folder = registry();
    let peer = "12D3KooWAKNos2KogexTXhrkMZzFYpLHuWJ4PgoAhurSAv7o5CWA";
    let greeter = examples().join("quickstart/greeter/greeter.wasm");
    let greeter = greeter.to_str().expect("a path in Unicode");
    let lines: &[&[&str]] = &[
        &[
            "service",
            "call",
            "--artefacts",
            "code",
            "Config.toml",
            "get_key_id",
            "some_key",
            peer,
        ],
        &[
            "service",
            "call",
            "--artefacts",
            "code",
            "Config.toml",
            "get_key_metadata",
            "nokey",
            "--json",
        ],
        &[
            "service",
            "call",
            "--artefacts",
            "code",
            "Config.toml",
            "merge_two",
            "[]",
            "[]",
        ],
        &[
            "service",
            "call",
            "--artefacts",
            "code",
            greeter,
            "greet",
            "Ada",
            "peer",
        ],
    ];
    let transcripts: Vec<_> = lines
        .iter()
        .map(|line| folder.run(line).replace(greeter, "greeter.wasm"))
        .collect();
    insta::assert_snapshot!("call", transcripts.join("\n"));
}

#[test]
fn mistakes_in_calls_are_explained() {
    let folder = registry();
    std::fs::write(folder.path().join("Wrong.toml"), "[[module]]\nfile_name = 1\n").expect("a new file");
    std::fs::write(folder.path().join("Empty.toml"), "").expect("a new file");
    let lines: &[&[&str]] = &[
        &["service", "call", "--artefacts", "code", "Config.toml", "get_key"],
        &[
            "service",
            "call",
            "--artefacts",
            "code",
            "Config.toml",
            "get_key_id",
            "some_key",
        ],
        &[
            "service",
            "call",
            "--artefacts",
            "code",
            "Config.toml",
            "set_expired_timeout",
            "soon",
        ],
        &[
            "service",
            "call",
            "--artefacts",
            "code",
            "Config.toml",
            "set_expired_timeout",
            "-1",
        ],
        &[
            "service",
            "call",
            "Config.toml",
            "get_key_id",
            "a",
            "b",
            "--params",
            "{\"service\": 1}",
        ],
        &[
            "service",
            "call",
            "--artefacts",
            "code",
            "registry.wasm",
            "get_key_id",
            "a",
            "b",
        ],
        &["service", "call", "--artefacts", "code", "plain.wasm", "f"],
        &["service", "call", "--artefacts", "code", "Wrong.toml", "f"],
        &["service", "call", "--artefacts", "code", "Empty.toml", "f"],
    ];
    let transcripts: Vec<_> = lines.iter().map(|line| folder.run(line)).collect();
    insta::assert_snapshot!("call_mistakes", transcripts.join("\n"));
}

#[test]
fn a_session_keeps_the_state_of_the_service() {
    let folder = registry();
    let transcript = folder.run_with_input(
        &["service", "repl", "--artefacts", "code", "Config.toml"],
        "call get_key_metadata nokey\nmemory\ncall nothing\nwhat\nnew\ncall merge_two [] []\nquit\ncall never\n",
    );
    insta::assert_snapshot!("repl", transcript);
}

/// Each transcript of the page is what the command prints.
#[test]
fn the_page_shows_what_is_printed() {
    let page = include_str!("../../docs/services.md");
    let folder = registry();
    let mut compared = 0;
    for block in page.split("```console\n$ aqua ").skip(1) {
        let block = block.split("```").next().expect("a block");
        let (line, expected) = block.split_once('\n').expect("a command");
        let mut words: Vec<&str> = line.split(' ').collect();
        if words[1] == "call" {
            words.extend(["--artefacts", "code"]);
        }
        let output = folder.output(&words);
        let printed = [output.stdout, output.stderr].concat();
        assert_eq!(String::from_utf8_lossy(&printed), expected, "{line}");
        compared += 1;
    }
    assert!(compared > 5, "{compared}");
}

/// A program calls a service of several modules on the relay.
#[test]
fn a_service_of_several_modules_is_run() {
    let folder = registry();
    folder.write(
        "aqua.toml",
        "[package]\nname = \"keys\"\nmain = \"main.aqua\"\n\n[services.registry]\nconfig = \"Config.toml\"\n",
    );
    folder.write(
        "main.aqua",
        "aqua Main\n\nimport Registry from \"service:registry\"\n\nexport id\n\nfunc id(label: string, owner: string) -> string:\n    \
         on HOST_PEER_ID:\n        id <- Registry.get_key_id(label, owner)\n    <- id\n",
    );
    let peer = "12D3KooWAKNos2KogexTXhrkMZzFYpLHuWJ4PgoAhurSAv7o5CWA";
    let call = [
        "run",
        "main.aqua",
        "id",
        "some_key",
        peer,
        "--peers",
        "1",
        "--artefacts",
        "code",
    ];
    let expected = "out| \"HVVREgQzzwWPRhzfQ7ESY2ggkWGqUscSDQww7BytP44E\"\nexit 0\n";
    let transcript = folder.run(&call);
    assert!(transcript.ends_with(expected), "{transcript}");

    folder.write(
        "Config.toml",
        "[[module]]\nname = \"registry\"\nload_from = 1\nmapped_dirs = { tmp = \"tmp\" }\n",
    );
    folder.write(
        "aqua.toml",
        "[package]\nname = \"keys\"\n\n[services.registry]\nconfig = \"Config.toml\"\nwasm = \"a.wasm\"\n\n[services.lost]\n\
         config = \"Lost.toml\"\n",
    );
    insta::assert_snapshot!("service_configuration", folder.run(&["check", "-q"]));
}
