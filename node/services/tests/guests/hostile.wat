;; A service that does everything a service shouldn't, and one thing right: `add`.
(component
  (core module $m
    (memory (export "memory") 1)
    (table $t 1 funcref)
    (global $calls (mut i32) (i32.const 0))
    (func (export "add") (param i32 i32) (result i32)
      (i32.add (local.get 0) (local.get 1)))
    ;; How many calls of `count` this instance has seen.
    (func (export "count") (result i32)
      (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
      (global.get $calls))
    (func (export "trap") unreachable)
    (func (export "divide") (param i32 i32) (result i32)
      (i32.div_u (local.get 0) (local.get 1)))
    (func (export "spin") (loop (br 0)))
    (func $dive (export "dive") (param i32) (result i32)
      (i32.add (call $dive (i32.add (local.get 0) (i32.const 1))) (i32.const 1)))
    ;; Grows the memory until it is refused, then gives up as a Rust allocator does.
    (func (export "hoard")
      (loop $more
        (br_if $more (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
      unreachable)
    ;; Grows the memory until it is refused, and lives with it.
    (func (export "ask") (result i32)
      (loop $more
        (br_if $more (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
      (memory.size))
    (func (export "seat")
      (loop $more
        (br_if $more (i32.ne (table.grow $t (ref.null func) (i32.const 4096)) (i32.const -1))))
      unreachable)
    ;; A list of 16-bit numbers that covers all of the memory it has grown to.
    (func (export "flood") (result i32)
      (drop (memory.grow (i32.const 63)))
      (i32.store (i32.const 0) (i32.const 0))
      (i32.store (i32.const 4) (i32.const 2000000))
      (i32.const 0))
    ;; A string that lies outside of the memory.
    (func (export "lie") (result i32)
      (i32.store (i32.const 0) (i32.const 0x7fffffff))
      (i32.store (i32.const 4) (i32.const 100))
      (i32.const 0))
    ;; A string that isn't UTF-8.
    (func (export "babble") (result i32)
      (i32.store (i32.const 0) (i32.const 8))
      (i32.store (i32.const 4) (i32.const 2))
      (i32.store (i32.const 8) (i32.const 0xffff))
      (i32.const 0)))
  (core instance $i (instantiate $m))
  (func (export "add") (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $i "add")))
  (func (export "count") (result u32) (canon lift (core func $i "count")))
  (func (export "trap") (canon lift (core func $i "trap")))
  (func (export "divide") (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $i "divide")))
  (func (export "spin") (canon lift (core func $i "spin")))
  (func (export "dive") (param "depth" u32) (result u32) (canon lift (core func $i "dive")))
  (func (export "hoard") (canon lift (core func $i "hoard")))
  (func (export "ask") (result u32) (canon lift (core func $i "ask")))
  (func (export "seat") (canon lift (core func $i "seat")))
  (func (export "flood") (result (list u16)) (canon lift (core func $i "flood") (memory (core memory $i "memory"))))
  (func (export "lie") (result string) (canon lift (core func $i "lie") (memory (core memory $i "memory"))))
  (func (export "babble") (result string) (canon lift (core func $i "babble") (memory (core memory $i "memory")))))
