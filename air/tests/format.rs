//! Tests of the formatter.

use crate::scripts::any_script;
use aqua_air::{Bytecode, format, print};
use proptest::prelude::*;

#[test]
fn comments_are_kept_at_their_instruction() {
    let text = "\
; the whole
;   script
(seq ; both
  ; the left side
  (call \"p\" (\"a;b\" \"f\") ; whom
    ; with nothing
    [] ; at all
    x) ; done
  (par (null) (never)
  ; nothing more
  ) ; of par
) ; of seq
; the end";
    insta::assert_snapshot!(format(text).expect("valid"));
}

proptest! {
    #[test]
    fn formatting_is_idempotent(script in any_script(), marks in proptest::collection::vec(any::<(u8, bool)>(), 0..10)) {
        // Inserts comments between the lines of a printed script, also inside of nested instructions.
        let printed = print(&script);
        let mut text = String::new();
        for (index, line) in printed.split_inclusive(")\n").enumerate() {
            text.push_str(line.trim_end_matches('\n'));
            for (mark, own_line) in &marks {
                if usize::from(*mark) == index {
                    text.push_str(if *own_line { "\n ; own \"" } else { " ; (behind" });
                }
            }
            text.push('\n');
        }
        let once = format(&text).expect("valid");
        prop_assert_eq!(format(&once).expect("valid"), once.as_str());
        prop_assert_eq!(once.matches("; own \"").count(), text.matches("; own \"").count());
        prop_assert_eq!(once.matches("; (behind").count(), text.matches("; (behind").count());
        prop_assert_eq!(Bytecode::parse(&once).expect("valid").content_hash(), Bytecode::parse(&text).expect("valid").content_hash());
    }

    #[test]
    fn formatting_without_comments_equals_printing(script in any_script()) {
        let printed = print(&script);
        prop_assert_eq!(format(&printed.replace(") ", ")\n")).expect("valid"), printed);
    }
}
