//! Two interpreters: as the engine comes, and with our builtins.

use std::cell::RefCell;

use boa_engine::{Context, Source, js_string};

pub struct Pair {
    engines: RefCell<Context>,
    ours: RefCell<Context>,
}

/// Writes a value so that all that matters about it can be compared: holes, prototypes, signs of zeros, order of
/// properties, lone surrogates.
const SHOW: &str = r#"
"use strict";
const show = (() => {
    const { ownKeys, getPrototypeOf, getOwnPropertyDescriptor } = Reflect;
    const charCodeAt = Function.prototype.call.bind(String.prototype.charCodeAt);
    const text = (value) => {
        let result = '"';
        for (let index = 0; index < value.length; index += 1) {
            const code = charCodeAt(value, index);
            result += code >= 32 && code < 127 && code !== 34 && code !== 92 ? value[index] : "<" + code + ">";
        }
        return result + '"';
    };
    const show = (value, depth = 0) => {
        if (typeof value === "string") return text(value);
        if (typeof value === "bigint") return value + "n";
        if (Object.is(value, -0)) return "-0";
        if (typeof value === "symbol" || typeof value === "function") return typeof value;
        if (typeof value !== "object" || value === null) return String(value);
        if (value instanceof Error) return value.name + ": " + value.message;
        if (depth > 300) return "...";
        const prototype = getPrototypeOf(value);
        let result = prototype === Array.prototype ? "[" : prototype === Object.prototype ? "{" : prototype === null ? "null{" : "other{";
        for (const key of ownKeys(value)) {
            const property = getOwnPropertyDescriptor(value, key);
            const flags = (property.writable ? "w" : "") + (property.enumerable ? "e" : "") + (property.configurable ? "c" : "");
            result += (typeof key === "symbol" ? "symbol" : text(key)) + (flags === "wec" ? "" : flags) + ":"
                + ("value" in property ? show(property.value, depth + 1) : "accessor") + " ";
        }
        return result + "}";
    };
    return show;
})();
"#;

impl Pair {
    pub fn new() -> Self {
        let (mut engines, mut ours) = (Context::default(), Context::default());
        nexus_sandbox::builtins::install(&mut ours).unwrap();
        for context in [&mut engines, &mut ours] {
            // Deep values are part of what is compared; neither may hang.
            context.runtime_limits_mut().set_recursion_limit(2000);
            context.runtime_limits_mut().set_loop_iteration_limit(50_000_000);
            context.eval(Source::from_bytes(SHOW)).unwrap();
        }
        Self { engines: engines.into(), ours: ours.into() }
    }

    /// Runs a function body in both and answers what both came to.
    #[track_caller]
    pub fn same(&self, body: &str) -> String {
        let engines = run(&mut self.engines.borrow_mut(), body);
        let ours = run(&mut self.ours.borrow_mut(), body);
        assert_eq!(ours, engines, "ours, and then the engine's, of: {body}");
        ours
    }

    /// As [`Self::same`], but for what the engine refuses in words that contain one of these, and the standard does not.
    #[track_caller]
    pub fn same_but_for(&self, wrongly_refused: &[&str], body: &str) {
        let engines = run(&mut self.engines.borrow_mut(), body);
        let ours = run(&mut self.ours.borrow_mut(), body);
        let excused = engines.starts_with("throws") && wrongly_refused.iter().any(|words| engines.contains(words));
        assert!(excused || ours == engines, "ours {ours}, the engine's {engines}, of: {body}");
    }

    /// Runs a function body with ours alone, where the engine's is known to be wrong.
    pub fn ours(&self, body: &str) -> String {
        run(&mut self.ours.borrow_mut(), body)
    }
}

fn run(context: &mut Context, body: &str) -> String {
    let program = format!(
        "(() => {{ try {{ return show((() => {{ {body} }})()) }} catch (error) {{ return 'throws ' + show(error) }} }})()"
    );
    match context.eval(Source::from_bytes(&program)) {
        Ok(value) => value.to_string(context).unwrap_or(js_string!("no string")).to_std_string_escaped(),
        Err(error) => format!("fails with {error}"),
    }
}
