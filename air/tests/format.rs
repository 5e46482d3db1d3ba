//! Formatting keeps words and comments, and formats its own output to itself.

use crate::scripts::any_script;
use aqua_air::{format, load, print};
use proptest::prelude::*;

#[test]
fn comments_stay_with_what_they_are_about() {
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
    fn formatting_is_done_after_once(script in any_script(), marks in proptest::collection::vec(any::<(u8, bool)>(), 0..10)) {
        // Comments between lines of the printed script: in the middle of instructions of several lines, too.
        let printed = print(&script);
        let mut text = String::new();
        for (at, line) in printed.split_inclusive(")\n").enumerate() {
            text.push_str(line.trim_end_matches('\n'));
            for (mark, own_line) in &marks {
                if usize::from(*mark) == at {
                    text.push_str(if *own_line { "\n ; own \"" } else { " ; (behind" });
                }
            }
            text.push('\n');
        }
        let once = format(&text).expect("valid");
        prop_assert_eq!(format(&once).expect("valid"), once.as_str());
        prop_assert_eq!(once.matches("; own \"").count(), text.matches("; own \"").count());
        prop_assert_eq!(once.matches("; (behind").count(), text.matches("; (behind").count());
        prop_assert_eq!(load(&once).expect("valid").content_id(), load(&text).expect("valid").content_id());
    }

    #[test]
    fn without_comments_it_is_the_printer(script in any_script()) {
        let printed = print(&script);
        prop_assert_eq!(format(&printed.replace(") ", ")\n")).expect("valid"), printed);
    }
}
