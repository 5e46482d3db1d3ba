//! The generated Rust module, compiled into this test, with a client of a local network.

#[rustfmt::skip]
#[path = "program.rs"]
#[allow(dead_code, missing_docs, missing_debug_implementations, unreachable_pub, reason = "as programs get it")]
mod program;

use aqua_client::{AquaOption, Caller, LocalConfig, LocalNetwork};
use program::{Answer, Journal};
use std::sync::{Arc, Mutex};

/// Lines with their importance.
type Lines = Arc<Mutex<Vec<(String, Option<u8>)>>>;

#[derive(Default)]
struct Notebook {
    lines: Lines,
}

impl Journal for Notebook {
    async fn note(&self, line: String, importance: AquaOption<u8>) -> Result<u32, String> {
        let mut lines = self.lines.lock().map_err(|error| error.to_string())?;
        lines.push((line, importance.0));
        u32::try_from(lines.len()).map_err(|error| error.to_string())
    }

    async fn clear(&self) -> Result<(), String> {
        Err("paper is patient".to_owned())
    }

    async fn answers(&self) -> Result<Vec<AquaOption<Answer>>, String> {
        Ok(Vec::new())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rust_calls_functions_and_serves_services() {
    let network = LocalNetwork::start(LocalConfig::new(1))
        .await
        .expect("a network on loopback");
    let client = network.client().await.expect("a client");
    let mut caller = Caller::new(client);
    let notebook = Notebook::default();
    let lines = notebook.lines.clone();
    program::register_journal(&mut caller, "journal", notebook);

    assert_eq!(program::sum(&caller, 2, 3).await.expect("a sum"), 5);
    let answer = program::ask(&caller, "why".to_owned(), |text, number| async move {
        let certainty = AquaOption(Some(f64::from(number) / 4.0));
        Ok(Answer {
            text: text + "?",
            certainty,
            type_: vec![number],
        })
    });
    let answer = answer.await.expect("an answer");
    let expected = Answer {
        text: "why??".to_owned(),
        certainty: AquaOption(Some(0.5)),
        type_: vec![2],
    };
    assert_eq!(answer, expected);
    let both = program::both(&caller, "l".to_owned(), AquaOption(None), vec![answer]).await;
    assert_eq!(both.expect("two results"), ("l".to_owned(), AquaOption(Some(expected))));
    assert_eq!(program::record(&caller, "x".to_owned()).await.expect("numbers"), [1, 2]);
    let noted = lines.lock().expect("nobody panicked").clone();
    assert_eq!(noted, [("x".to_owned(), Some(3)), ("x".to_owned(), None)]);
    assert!(!program::delete(&caller, true).await.expect("a truth"));
    assert_eq!(program::far(&caller, "ab".to_owned()).await.expect("a text"), "abab");
    let told = Arc::new(Mutex::new(Vec::new()));
    let heard = told.clone();
    let tell = program::tell(&caller, move |word| {
        heard.lock().expect("nobody panicked").push(word);
        async { Ok(()) }
    });
    tell.await.expect("an end");
    assert_eq!(*told.lock().expect("nobody panicked"), ["told"]);

    let failed = program::ask(&caller, "why".to_owned(), |_, _| async { Err("no answer".to_owned()) }).await;
    let error = failed.expect_err("the callback fails").to_string();
    assert!(error.contains("no answer"), "{error}");
    caller.client().shutdown().await;
    network.shutdown().await;
}
