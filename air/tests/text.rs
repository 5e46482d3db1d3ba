//! Tests of the parser: the meaning of words, error texts, and arbitrary input.

use aqua_air::{Instruction, parse};
use proptest::prelude::*;

/// Parses the source of an `ap` and prints it, or returns the error texts of the official interpreter.
fn parse_word(word: &str) -> String {
    match parse(&format!("(seq (ap 1 ab) (ap {word} out))")) {
        Ok(script) => {
            let source = script.in_text_order().find_map(|(_, instruction)| match instruction {
                Instruction::Ap { source, target } if target.name == "out" => Some(source.to_string()),
                _ => None,
            });
            source.expect("an ap")
        }
        Err(error) => {
            let texts: Vec<String> = error
                .problems
                .iter()
                .map(|problem| format!("{} at {}", problem.official_text(), i64::from(problem.span.start) - 19))
                .collect();
            format!("! {}", texts.join(", "))
        }
    }
}

/// All lines were compared with the official interpreter, which has the same results, except for malformed lenses.
#[test]
fn words_match_the_official_interpreter() {
    let words = [
        "+",
        "-",
        "+abc",
        "-abc",
        "--1",
        "1a",
        "1%x",
        "a%x",
        "$%x",
        "%%x",
        "$%",
        "#$",
        "#%",
        "#",
        "$",
        "%",
        "1%",
        "a%.x",
        "#s",
        "#s.length",
        "#é.length",
        "#$s.length",
        "#%s.length",
        "#.length",
        "#$.length",
        "#%.length",
        "#1.length",
        "$ab.$.x",
        "$a.$.x",
        "ab.length",
        "ab.length!",
        "ab.length.x",
        "ab.$",
        "ab.$.",
        "ab.",
        "ab.$a",
        "ab.$.[0]",
        "ab.$[0]",
        "ab.$.[0]!",
        "ab.$.b!",
        "ab.$.b!.c",
        "ab.$.0x",
        "ab.$.x0",
        "ab.$.[ab]",
        "ab.$.[#x]",
        "ab.$.$",
        "ab.b",
        "ab.$.a-b",
        "ab.$.-b",
        "ab.$.[4294967296]",
        "ab.$.[4294967295]",
        "ab.$.[-1]",
        "ab.$.[]",
        "ab.$..b",
        "ab.$.[0][1]",
        "ab.$.a[1]",
        "ab.$.a(1)",
        "ab.$.[0",
        "ab.$.[00]",
        "ab.$.é",
        ".5",
        "-.5",
        "5.",
        "5.5",
        "1.2.3",
        "1.a",
        "1e5",
        "12345678901.",
        "1234567890.",
        "1234567.123",
        "12345678.123",
        "²",
        "1²",
        "2.²",
        "+1.",
        "-0.0",
        "-0",
        "00012",
        "+5",
        "99999999999999999999",
        "-99999999999999999999",
        "++1",
        "1+",
        "a\"b\"",
        "a;b",
        "a:b",
        "##a",
        "#$$a",
        "$#a",
        "true",
        "true.x",
        "true.$.x",
        ":error:",
        ":error:.$.a",
        ":error:x",
        ":error",
        "%last_error%.length",
        "%last_error%x",
        "%last_error",
        "%timestamp%",
        "%timestamp%.length",
        "%ttl%x",
        "%init_peer_id%x",
        "[]",
        "[ ]",
        "[0]",
        "()",
        "\"a",
        "\"\"",
        "\"a b;(\n)\"",
        "ab ;comment )\n",
        "é",
        "_a",
        "ab\u{3000}",
        "call",
        "call.$.x",
    ];
    let lines: Vec<String> = words.iter().map(|it| format!("{it:<22} {}", parse_word(it))).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

/// The official interpreter lists the same expected tokens.
#[test]
fn syntax_errors_list_the_expected_tokens() {
    let texts = [
        "",
        "(",
        "()",
        "x",
        "(ap",
        "(ap x",
        "(ap 1 1)",
        "(ap (",
        "(ap (1",
        "(ap (1 1",
        "(ap (1 1) x)",
        "(ap $x",
        "(ap [",
        "(call",
        "(call \"a\"",
        "(call \"a\" (",
        "(call \"a\" (\"b\"",
        "(call \"a\" (\"b\" \"c\"",
        "(call \"a\" (\"b\" \"c\")",
        "(call \"a\" (\"b\" \"c\") [",
        "(call \"a\" (\"b\" \"c\") [[]",
        "(call \"a\" (\"b\" \"c\") []",
        "(call \"a\" (\"b\" \"c\") [] x",
        "(canon \"a\"",
        "(canon \"a\" $s",
        "(canon \"a\" %m",
        "(seq",
        "(seq (null)",
        "(seq (null)(null)",
        "(new",
        "(new x",
        "(fail",
        "(fail 1",
        "(fail 1 \"a\"",
        "(fail :error:.$.x)",
        "(fold",
        "(fold [",
        "(fold x",
        "(fold x i",
        "(fold x i (null)",
        "(fold x i (null) (null)",
        "(fold #cc.$.x",
        "(next",
        "(match 1",
        "(match 1 2",
        "(null",
        "(null))",
        "(null) (null)",
    ];
    let line = |text: &&str| {
        let error = parse(text).expect_err("incomplete");
        let [problem] = &error.problems[..] else {
            panic!("one syntax error: {error:?}")
        };
        format!("{text:<28} {}: {}", problem.span.start, problem.official_text())
    };
    insta::assert_snapshot!(texts.iter().map(line).collect::<Vec<_>>().join("\n"));
}

/// After a syntax error, the parser continues after the instruction that contains it. The official interpreter reports the same
/// first error.
#[test]
fn each_malformed_instruction_is_reported() {
    let texts = [
        "(seq (ap 1 1) (seq (null) (call)))",
        "(seq (ap .5 x) (xor (nul) (fold x i (null) (null) (null))))",
        "(par (seq (null)) (match 1 (null)))",
        "(seq (seq (ap 1 (null)) (fail 1)) (new 1 (ap x y)))",
        "(seq (null) (null) (null) (next)) (null)",
        "(seq (ap 1 2) (ap 1 3",
        "(par (ap 1 2) (ap \"x y))",
        "x (ap 1 2)",
    ];
    let lines = |text: &&str| {
        let error = parse(text).expect_err("broken");
        let reported: Vec<String> = error
            .problems
            .iter()
            .map(|problem| {
                let source = &text[problem.span.start as usize..problem.span.end as usize];
                format!("\n  {:>3} `{source}`: {}", problem.span.start, problem.official_text())
            })
            .collect();
        assert_eq!(
            error.official_report(text).matches('^').count(),
            carets(error.problems[0].span),
            "{text}"
        );
        format!("{text}{}", reported.concat())
    };
    insta::assert_snapshot!(texts.iter().map(lines).collect::<Vec<_>>().join("\n"));
}

/// Returns the number of underlined characters.
fn carets(span: aqua_air::TextRange) -> usize {
    (span.end - span.start).max(1) as usize
}

#[test]
fn the_number_of_problems_is_limited() {
    let text = format!("{}(null){}", "(seq (ap 1 1) ".repeat(1000), ")".repeat(1000));
    assert_eq!(parse(&text).expect_err("broken").problems.len(), 50);
}

/// The deployed interpreters enforce some rules incompletely. The verifier accepts the same scripts.
#[test]
fn incomplete_checks_of_the_deployed_interpreters_are_reproduced() {
    for accepted in [
        "(seq (seq (ap 1 $s) (fold $s j (next j))) (next j))",
        "(fold i.$.[0] i (call %init_peer_id% (\"lit\" i.length) [] k))",
        "(match 1 #%nn.length (new #%nn (fold #%nn i (null))))",
    ] {
        assert!(parse(accepted).is_ok(), "{accepted}");
    }
    for rejected in [
        "(seq (next j) (seq (ap 1 $s) (fold $s j (next j))))",
        "(fold i.$.[0] i (null))",
        "(match 1 #%nn.length (new #%nn (null)))",
        "(match x 1 (seq (ap 1 x) (ap x y)))",
    ] {
        assert!(parse(rejected).is_err(), "{rejected}");
    }
}

proptest! {
    #[test]
    fn any_text_is_parsed_or_rejected(text in "\\PC{0,60}") {
        check_result(&text)?;
    }

    #[test]
    fn any_sequence_of_tokens_is_parsed_or_rejected(
        text in "(\\(|\\)|\\[|\\]| |\"|\n|;|seq|par|xor|call|fold|next|new|ap|canon|fail|null|match|%init_peer_id%|:error:|%last_error%|x|i|\\$s|%m|#cc|#%mm|\\.\\$\\.|length|0|1\\.5|!|-|é){0,40}"
    ) {
        check_result(&text)?;
    }
}

fn check_result(text: &str) -> Result<(), TestCaseError> {
    if let Err(error) = parse(text) {
        prop_assert!(!error.problems.is_empty());
        for problem in &error.problems {
            let span = problem.span.start as usize..problem.span.end as usize;
            prop_assert!(text.get(span.clone()).is_some(), "{:?} {:?}", span, text);
        }
        prop_assert!(error.official_report(text).starts_with("error: \n"));
    }
    Ok(())
}
