//! What the sandbox carries and never runs: the engine has it, and what we gave the engine for a host keeps it from it.
//!
//! It is cut out of the finished module (`nexus_passes::prune`). Reached after all, it would trap, and the run would end with
//! `INTERNAL_ERROR`. Names are the engine's: a new version of it has to be looked through again, and one that cannot be found is
//! an error of the build.

use nexus_passes::Cut;

/// What the parser is made of.
const PARSER: &[&str] = &["boa_parser::", "boa_ast::"];

/// Functions that panic with a message.
const PANICS: &[&str] = &[
    "core::panicking::",
    "core::option::expect_failed",
    "core::option::unwrap_failed",
    "core::result::unwrap_failed",
    "core::cell::panic_already",
    "core::slice::index::slice_",
    "core::str::slice_error_fail",
    "len_mismatch_fail",
    "::assert_failed",
];

/// Of every build.
pub const CUTS: &[Cut] = &[
    // `HostHooks::ensure_can_compile_strings` refuses first.
    Cut::Calls { from: "builtins::eval::Eval::perform_eval", to: PARSER },
    Cut::Calls { from: "create_dynamic_function", to: PARSER },
    // Ours have taken the places of these before a handler comes.
    Cut::Calls { from: "builtins::json::Json::parse", to: &["boa_parser::", "boa_ast::", "serde_json"] },
    Cut::Function("builtins::array::Array::sort"),
    Cut::Function("builtins::array::Array::join"),
    Cut::Function("builtins::string::String::split"),
    Cut::Function("builtins::string::String::index_of"),
    Cut::Function("builtins::string::String::last_index_of"),
    Cut::Function("builtins::string::String::includes"),
    Cut::Function("builtins::string::String::replace"),
    // We give the engine another; it is only the default.
    Cut::Function("SimpleJobExecutor"),
    // The module loader refuses every module, and nothing else makes one.
    Cut::Function("boa_engine::module::Module::"),
    Cut::Function("boa_engine::module::source::SourceTextModule"),
    Cut::Function("boa_engine::module::synthetic::SyntheticModule"),
    // A panic traps, and what it says is heard by nobody but a hook that knows those of too large allocations.
    Cut::Ends { of: PANICS, but_in: "overflow" },
];

/// What runs once for a handler or once for a run, and not for what a handler computes: it pays in fewer bytes (`nexus_passes::Charge`).
pub const SELDOM: &[&str] = &[
    "boa_ast::",
    "boa_parser::",
    "boa_engine::bytecompiler::",
    "nexus_core::",
    "nexus_sandbox::infer::",
    "nexus_sandbox::position::",
    "regress::parse::",
    "rmp_serde::",
    "serde_core::",
];
