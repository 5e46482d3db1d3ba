//! The dimensions of the input that are doubled.

use crate::programs::{self, Input};

/// A dimension: a family of inputs by size.
pub(crate) struct Dimension {
    /// Its name in the results.
    pub(crate) name: &'static str,
    /// What is counted.
    pub(crate) what: &'static str,
    /// The largest size: the documented limit of the compiler, or what a large generated program may reach.
    largest: usize,
    /// Makes the input of a size.
    pub(crate) input: fn(usize) -> Input,
}

/// How often the size is doubled.
const DOUBLINGS: u32 = 4;

impl Dimension {
    /// The measured sizes, in order.
    pub(crate) fn sizes(&self) -> Vec<usize> {
        (0..=DOUBLINGS).rev().map(|doubling| self.largest >> doubling).collect()
    }
}

const fn dimension(name: &'static str, what: &'static str, largest: usize, input: fn(usize) -> Input) -> Dimension {
    Dimension {
        name,
        what,
        largest,
        input,
    }
}

/// All dimensions.
pub(crate) const DIMENSIONS: &[Dimension] = &[
    dimension(
        "parameters",
        "parameters of an exported function",
        32_000,
        programs::parameters,
    ),
    dimension(
        "results",
        "results of a function, assigned by its caller",
        32_000,
        programs::results,
    ),
    dimension("arguments", "arguments of a call", 32_000, programs::arguments),
    dimension(
        "terms",
        "terms of a sum, up to the limit of operators",
        2_000,
        programs::terms,
    ),
    dimension(
        "constant-terms",
        "numbers in a sum, up to the limit of operators",
        2_000,
        programs::constant_terms,
    ),
    dimension(
        "conditions",
        "conditions joined by `&&`, up to the limit of operators",
        2_000,
        programs::conditions,
    ),
    dimension(
        "brackets",
        "nested brackets, up to the limit of nesting",
        192,
        programs::brackets,
    ),
    dimension(
        "blocks",
        "nested `if`s, up to the limit of blocks",
        96,
        programs::blocks,
    ),
    dimension("loops", "nested `for`s, up to the limit of blocks", 96, programs::loops),
    dimension(
        "nested-on",
        "nested `on`s, up to the limit of blocks",
        96,
        programs::nested_on,
    ),
    dimension("chain", "steps of a chain, up to their limit", 256, programs::chain),
    dimension("statements", "calls in sequence", 16_000, programs::statements),
    dimension("unused", "warnings about values", 16_000, programs::unused),
    dimension("line", "elements of an array on one line", 64_000, programs::line),
    dimension("string", "bytes of a string", 8 << 20, programs::string),
    dimension("comment", "bytes of comments", 8 << 20, programs::comments),
    dimension("modules", "modules that one module imports", 4_000, programs::modules),
    dimension(
        "module-chain",
        "modules that import each other in a chain",
        4_000,
        programs::module_chain,
    ),
    dimension("imports", "names imported from a module", 16_000, programs::imports),
    dimension("exports", "exported functions", 8_000, programs::exports),
    dimension(
        "functions",
        "functions that are called once",
        16_000,
        programs::functions,
    ),
    dimension(
        "call-depth",
        "functions that call each other in a chain, up to the limit of inlining",
        2_000,
        programs::call_depth,
    ),
    dimension("inlined", "calls of one function", 16_000, programs::inlined),
    dimension("fields", "fields of a record", 32_000, programs::fields),
    dimension(
        "copied-fields",
        "fields that are replaced by `.copy`",
        16_000,
        programs::copied_fields,
    ),
    dimension("types", "declared types", 16_000, programs::types),
    dimension("methods", "methods of a service", 16_000, programs::methods),
    dimension(
        "service-ids",
        "services with an assigned id",
        8_000,
        programs::service_ids,
    ),
    dimension("abilities", "functions of an ability", 8_000, programs::abilities),
    dimension("constants", "constants", 16_000, programs::constants),
    dimension("closures", "closures of a function", 8_000, programs::closures),
    dimension(
        "captures",
        "variables that a closure captures",
        8_000,
        programs::captures,
    ),
    dimension("par", "`par` branches", 8_000, programs::par),
    dimension(
        "par-values",
        "`par` branches whose results are used afterwards",
        8_000,
        programs::par_values,
    ),
    dimension("on", "`on` blocks in sequence", 8_000, programs::on),
    dimension("choices", "`if`s with `else` in sequence", 8_000, programs::choices),
    dimension("tries", "`try`s with `catch` in sequence", 8_000, programs::tries),
    dimension("streams", "streams", 8_000, programs::streams),
    dimension("pushes", "pushes to a stream", 16_000, programs::pushes),
    dimension("entries", "pushes to a stream map", 16_000, programs::entries),
    dimension("joined", "values of a `join`", 8_000, programs::joined),
    dimension(
        "errors",
        "unknown names on lines of their own",
        16_000,
        programs::errors,
    ),
    dimension(
        "errors-in-line",
        "unknown names on one line",
        16_000,
        programs::errors_in_line,
    ),
    dimension("repeated", "uses of one unknown name", 16_000, programs::repeated),
    dimension("duplicates", "definitions of one name", 8_000, programs::duplicates),
    dimension(
        "syntax-errors",
        "lines with syntax errors",
        16_000,
        programs::syntax_errors,
    ),
    dimension("air", "nested instructions of a script", 256_000, programs::air),
    dimension("air-par", "parallel calls of a script", 128_000, programs::air_par),
];
