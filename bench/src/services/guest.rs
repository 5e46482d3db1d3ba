//! A component that returns its argument, for values of several types.

use anyhow::Result;

/// The component. Its functions do nothing but give back what they get.
pub(super) fn component() -> Result<Vec<u8>> {
    Ok(wat::parse_str(
        r#"(component
             (core module $m
               (memory (export "memory") 64)
               (global $free (mut i32) (i32.const 1024))
               (func (export "realloc") (param $old i32) (param i32) (param $align i32) (param $size i32) (result i32)
                 (local $start i32)
                 (local.set $start
                   (i32.and (i32.add (global.get $free) (i32.sub (local.get $align) (i32.const 1)))
                            (i32.sub (i32.const 0) (local.get $align))))
                 (global.set $free (i32.add (local.get $start) (local.get $size)))
                 (local.get $start))
               (func (export "reset") (param i32) (global.set $free (i32.const 1024)))
               (func (export "nothing"))
               (func (export "two") (param i32 i32) (result i32)
                 (i32.store (i32.const 0) (local.get 0))
                 (i32.store (i32.const 4) (local.get 1))
                 (i32.const 0))
               (func (export "five") (param i32 i32 i32 i32 i32) (result i32)
                 (i32.store (i32.const 0) (local.get 0))
                 (i32.store (i32.const 4) (local.get 1))
                 (i32.store (i32.const 8) (local.get 2))
                 (i32.store (i32.const 12) (local.get 3))
                 (i32.store (i32.const 16) (local.get 4))
                 (i32.const 0)))
             (core instance $i (instantiate $m))
             (type $declared (record (field "name" string) (field "age" u32) (field "tags" (list string))))
             (export $person "person-record" (type $declared))
             (func (export "nothing") (canon lift (core func $i "nothing")))
             (func (export "text") (param "value" string) (result string)
               (canon lift (core func $i "two") (memory (core memory $i "memory")) (realloc (core func $i "realloc"))
                 (post-return (core func $i "reset"))))
             (func (export "numbers") (param "value" (list u32)) (result (list u32))
               (canon lift (core func $i "two") (memory (core memory $i "memory")) (realloc (core func $i "realloc"))
                 (post-return (core func $i "reset"))))
             (func (export "person") (param "value" $person) (result $person)
               (canon lift (core func $i "five") (memory (core memory $i "memory")) (realloc (core func $i "realloc"))
                 (post-return (core func $i "reset")))))"#,
    )?)
}
