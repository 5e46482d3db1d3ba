//! Diagnostic codes of the compiler. Each has a page in `docs/errors`.

use aqua_diagnostics::Code;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        $($(#[$doc])* pub const $name: Code = Code::new($code);)*

        /// All codes of the compiler, in order.
        pub const ALL: &[Code] = &[$($name),*];
    };
}

codes! {
    /// Unknown name.
    UNKNOWN_NAME = "E1001";
    /// Unknown type.
    UNKNOWN_TYPE = "E1002";
    /// A name is used before its declaration, or in it.
    USED_BEFORE_DECLARATION = "E1003";
    /// A name is defined twice.
    ALREADY_DEFINED = "E1004";
    /// Unknown method of a service or an ability, or unknown function of a stream map.
    UNKNOWN_METHOD = "E1005";
    /// Unknown field of a value.
    UNKNOWN_FIELD = "E1006";
    /// A service without an id is called.
    NO_SERVICE_ID = "E1007";

    /// An import that can't be resolved.
    UNKNOWN_IMPORT = "E1010";
    /// A module that can't be read.
    UNREADABLE = "E1011";
    /// A cycle of imports.
    IMPORT_CYCLE = "E1012";
    /// An imported name that the module does not declare.
    NOT_DECLARED = "E1013";
    /// `declares` with an unknown name.
    DECLARES_NOTHING = "E1014";
    /// `export` with an unknown name.
    EXPORTS_NOTHING = "E1015";
    /// The requested entry function is not exported.
    NOT_EXPORTED = "E1016";

    /// Type mismatch.
    WRONG_TYPE = "E2001";
    /// Wrong number of arguments.
    WRONG_ARITY = "E2002";
    /// Missing return.
    MISSING_RETURN = "E2003";
    /// Wrong number of returned values.
    WRONG_RETURN_COUNT = "E2004";
    /// A value is returned, but no result is declared.
    UNDECLARED_RETURN = "E2005";
    /// A second return in a body.
    SECOND_RETURN = "E2006";
    /// Expected a call.
    NOT_A_CALL = "E2007";
    /// More results are expected than a call returns.
    TOO_FEW_RESULTS = "E2008";
    /// A value that can't be called is called.
    NOT_CALLABLE = "E2009";
    /// A loop over a value that has no elements.
    NOT_ITERABLE = "E2010";
    /// A value that can't be indexed, or an invalid index.
    NOT_INDEXABLE = "E2011";
    /// An operand of the wrong type.
    WRONG_OPERAND = "E2012";
    /// A comparison of incompatible types.
    NOT_COMPARABLE = "E2013";
    /// A push to a value that is not a stream.
    NOT_A_STREAM = "E2014";
    /// A field without a value.
    MISSING_FIELD = "E2015";
    /// A field is set or declared twice.
    DUPLICATE_FIELD = "E2016";
    /// A literal of a type that is neither data nor an ability, or `.copy` of a value that is not data.
    NOT_A_RECORD = "E2017";
    /// Expected data.
    NOT_DATA = "E2018";
    /// A service method with more than one result.
    MULTIPLE_RESULTS = "E2019";
    /// A function or an ability that can't be exported.
    NOT_EXPORTABLE = "E2020";
    /// A type that exceeds the size limits.
    TYPE_TOO_LARGE = "E2021";
    /// A function of a stream map is called with `<-`.
    MAP_FUNCTION_ARROW = "E2022";

    /// A second definition of a constant, which has no effect.
    CONSTANT_REDEFINED = "W1001";
    /// A program that exports nothing.
    NOTHING_EXPORTED = "W1002";
    /// An import replaces a name of an earlier import.
    IMPORT_REPLACED = "W1003";
    /// The same function or service is exported twice.
    EXPORTED_TWICE = "W1004";
    /// Unused results of a call.
    UNUSED_RESULT = "W2001";
    /// A literal sets a field that the type does not have.
    UNEXPECTED_FIELD = "W2002";
    /// No integer type holds both operands of an arithmetic operation.
    UNKNOWN_RESULT_TYPE = "W2003";
    /// A literal outside the range of its type.
    OUT_OF_RANGE = "W2004";
    /// A callback with more than one result.
    CALLBACK_RESULTS = "W2005";
    /// An unused name.
    UNUSED_NAME = "W2006";
    /// An unused value.
    UNUSED_VALUE = "W2007";
    /// Unreachable code.
    UNREACHABLE = "W2008";
    /// The result of a call is assigned with `=`.
    CALL_BY_EQUALS = "W2009";

    /// An `on` block without calls.
    IDLE_ON = "W3001";
    /// A stream is read while parallel branches may still push to it.
    STREAM_NOT_JOINED = "W3002";
    /// A result of a detached branch is used.
    DETACHED_VALUE = "W3003";
    /// A value of a parallel branch is used on a peer that it may never reach.
    VALUE_ELSEWHERE = "W3004";

    /// A number that AIR can't represent.
    NUMBER_OUT_OF_RANGE = "E4001";
    /// A result of a callback after the first is used.
    SECOND_CALLBACK_RESULT = "E4002";
    /// A function that is too large after inlining.
    SCRIPT_TOO_LARGE = "E4003";
    /// A function or an ability is passed to a service or a callback.
    ONLY_DATA_LEAVES = "E4004";
}
