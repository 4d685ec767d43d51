//! Handlers, run by the kernel in a real interpreter.

use std::cell::RefCell;
use std::rc::Rc;

use nexus_core::run::Context;
use nexus_core::{Error, ErrorCode, Limits, MutationOperation, Segment, StateMutation, Status, Suspension, Value};
use nexus_kernel::{AbortController, AbortSignal, HostFunction, Kernel, ResumeOptions, RunOptions, SegmentObserver};

use crate::extensions::{Made, Notes, test_extension};
use crate::native_engine::NativeEngine;
use crate::world::World;

struct Scene {
    world: World,
    kernel: Kernel,
    notes: Notes,
}

fn scene() -> Scene {
    let (world, notes) = (World::new(), Notes::default());
    let kernel = world.kernel(Rc::new(NativeEngine::default()));
    kernel.extensions().register(test_extension(world.clock.clone(), notes.clone())).unwrap();
    Scene { world, kernel, notes }
}

const ALL: &[&str] = &["state:read:*", "state:write:*", "events:emit:*", "view:update:*", "ext:*", "host:*"];

fn options(tokens: &[&str]) -> RunOptions {
    let capabilities = tokens.iter().map(|token| token.parse().unwrap()).collect();
    let state = [("a", 1), ("b.c d:e", 2)].map(|(key, value)| (key.to_owned(), Value::from(value))).into();
    let args = Value::object([("n", Value::from(3))]);
    RunOptions { context: Context { capabilities, state, args, ..Context::default() }, ..RunOptions::default() }
}

impl Scene {
    fn run_with(&self, source: &str, options: RunOptions, observer: Option<SegmentObserver>) -> Segment {
        let (kernel, source) = (self.kernel.clone(), source.to_owned());
        self.world.run(async move { kernel.run(&source, options, observer).await }).unwrap()
    }

    fn run(&self, source: &str) -> Segment {
        self.run_with(source, options(ALL), None)
    }
}

fn value(segment: Segment) -> Value {
    assert_eq!(segment.error, None);
    segment.return_value.unwrap_or_default()
}

fn error(segment: &Segment) -> &Error {
    assert_eq!(segment.status, Status::Error, "{segment:?}");
    segment.error.as_ref().unwrap()
}

#[test]
fn one_to_a_hundred_awaits_in_sequence() {
    for count in [1, 2, 3, 10, 50, 100] {
        let scene = scene();
        let source = format!(
            "let sum = 0;
             for (let i = 1; i <= {count}; i++) {{
                 sum += await $ext.test.wait(i);
                 $state.sum = sum;
                 $emit('step', i);
             }}
             return sum;"
        );
        let segments = Rc::new(RefCell::new(0));
        let observer: SegmentObserver = {
            let segments = Rc::clone(&segments);
            Rc::new(move |segment| {
                *segments.borrow_mut() += 1;
                assert!(segment.events.len() <= 1, "each segment carries only what is new");
            })
        };
        let result = scene.run_with(&source, options(ALL), Some(observer));
        let sum = count * (count + 1) / 2;
        assert_eq!(*segments.borrow(), count + 1);
        assert_eq!(result.suspensions.len(), usize::try_from(count).unwrap());
        let steps: Vec<_> = result.events.iter().map(|event| event.payload.clone()).collect();
        assert_eq!(steps, (1..=count).map(Value::from).collect::<Vec<_>>());
        assert_eq!(result.state_mutations.last().unwrap().value, Value::from(sum));
        assert_eq!(value(result), Value::from(sum));
        assert_eq!(scene.world.clock.elapsed(), u64::try_from(sum).unwrap(), "one after the other");
    }
}

#[test]
fn a_hundred_calls_at_once_take_as_long_as_the_longest() {
    let scene = scene();
    let result = scene.run(
        "const calls = Array.from({ length: 100 }, (_, i) => $ext.test.wait(1000 - i, i));
         return await Promise.all(calls);",
    );
    assert_eq!(value(result), Value::from((0..100).collect::<Vec<i32>>()));
    assert_eq!(scene.world.clock.elapsed(), 1000);
}

#[test]
fn calls_in_sequence_may_each_hold_calls_at_once() {
    let scene = scene();
    let result = scene.run(
        "const rounds = [];
         for (let i = 0; i < 3; i++) {
             rounds.push(await Promise.all([$ext.test.wait(20, `a${i}`), $ext.test.wait(10, `b${i}`)]));
         }
         return rounds.flat().join();",
    );
    assert_eq!(value(result), Value::from("a0,b0,a1,b1,a2,b2"));
    assert_eq!(scene.world.clock.elapsed(), 60);
}

#[test]
fn one_call_more_than_may_be_pending_ends_the_run() {
    let scene = scene();
    let limits = Limits { max_pending_calls: 3, ..Limits::default() };
    let run = |count: usize| {
        let source = format!("await Promise.all(Array.from({{ length: {count} }}, () => $ext.test.wait(1)))");
        scene.run_with(&source, RunOptions { limits: Some(limits.clone()), ..options(ALL) }, None)
    };
    assert_eq!(run(3).status, Status::Success);
    assert_eq!(error(&run(4)).code, ErrorCode::ResourceLimit);
}

#[test]
fn a_rejected_call_can_be_caught() {
    let scene = scene();
    let result = scene.run(
        "try {
             await $ext.test.fail('no such row');
         } catch (error) {
             return [error instanceof Error, error.code, error.message, error.extension, error.method];
         }",
    );
    let expected = [true.into(), "EXTENSION_ERROR".into(), "no such row".into(), "test".into(), "fail".into()];
    assert_eq!(value(result), Value::Array(expected.into()));
}

#[test]
fn a_rejected_call_that_nobody_catches_tells_the_line_of_the_call() {
    let scene = scene();
    let result = scene.run(
        "$state.before = true;\n\nawait $ext.test.wait(1);\n  await $ext.test.fail('gone', 5);\n$state.after = true;",
    );
    let error = error(&result);
    assert_eq!((error.code, error.message.as_str()), (ErrorCode::ExtensionError, "gone"));
    assert_eq!(error.location.unwrap().line, 4);
    let context = Value::object([("extension", Value::from("test")), ("method", "fail".into())]);
    assert_eq!(error.context, Some(context));
    assert_eq!(result.state_mutations.len(), 1, "effects of before are kept");
}

#[test]
fn one_of_several_may_fail_and_the_others_still_count() {
    let scene = scene();
    let result = scene.run(
        "const settled = await Promise.allSettled([$ext.test.wait(5), $ext.test.fail('x', 1), $ext.test.echo('y')]);
         return settled.map((one) => one.value ?? one.reason.message);",
    );
    assert_eq!(value(result), Value::Array(vec![5.into(), "x".into(), "y".into()]));
}

#[test]
fn the_losers_of_a_race_are_aborted() {
    let scene = scene();
    let result = scene.run("return await Promise.race([$ext.test.wait(300), $ext.test.wait(10), $ext.test.never()]);");
    assert_eq!(result.aborted.len(), 2);
    assert_eq!(value(result), Value::from(10));
    assert_eq!(scene.world.clock.elapsed(), 10);
    scene.world.advance(1000);
    let notes = scene.notes.take();
    let count = |what: &str| notes.iter().filter(|note| note.contains(what)).count();
    assert_eq!((count("called"), count("answered"), count("aborted")), (3, 1, 2), "{notes:?}");
}

#[test]
fn a_call_that_is_never_awaited_is_sent_and_not_waited_for() {
    let scene = scene();
    let result = scene.run("$ext.test.wait(500); await $ext.test.wait(1); $ext.test.wait(200); return 'done';");
    assert_eq!(result.aborted, Vec::<String>::new());
    assert_eq!(value(result), Value::from("done"));
    assert_eq!(scene.world.clock.elapsed(), 1);
    scene.world.advance(1000);
    let mut notes = scene.notes.take();
    notes.sort();
    let expected = [
        "wait(1) answered",
        "wait(1) called",
        "wait(200) answered",
        "wait(200) called",
        "wait(500) answered",
        "wait(500) called",
    ];
    assert_eq!(notes, expected);
}

#[test]
fn a_call_is_sent_even_if_the_handler_then_throws() {
    let scene = scene();
    let result = scene.run("$ext.test.echo(1); throw new Error('after');");
    assert_eq!(error(&result).code, ErrorCode::ExecutionError);
    scene.world.settle();
    assert_eq!(scene.notes.take(), ["echo(1) called", "echo(1) answered"]);
}

/// Runs a statement with each list of tokens; answers with `ok`, or the code it threw, or the code the run ended with.
fn outcomes(statement: &str, tokens: &[&[&str]]) -> Vec<String> {
    let scene = scene();
    scene.kernel.host_functions().register(host_function("h.x: y", |args| Ok(Value::Array(args)))).unwrap();
    let odd = Made::new("odd name", &["do it.now"]);
    scene.kernel.extensions().register(Rc::new(odd)).unwrap();
    let source = format!("try {{ {statement}; return 'ok'; }} catch (error) {{ return error.code; }}");
    let outcome = |tokens: &&[&str]| {
        let result = scene.run_with(&source, options(tokens), None);
        match result.error {
            Some(error) => error.code.to_string(),
            None => {
                let refused = !result.denials.is_empty();
                let told = result.return_value.unwrap().as_str().unwrap().to_owned();
                assert_eq!(refused, told == "PERMISSION_DENIED", "denials are recorded even if they are caught");
                told
            }
        }
    };
    tokens.iter().map(outcome).collect()
}

fn host_function(name: &str, call: impl Fn(Vec<Value>) -> Result<Value, Error> + 'static) -> HostFunction {
    HostFunction { name: name.to_owned(), signature: String::new(), call: Rc::new(call) }
}

#[test]
fn each_capability_family_allows_what_it_names_and_nothing_else() {
    for (statement, exact, wildcard, other) in [
        ("$state.a", "state:read:a", "state:read:*", "state:read:b"),
        ("$state['b.c d:e']", "state:read:b.c d:e", "state:read:*", "state:read:b.c d"),
        ("$state.a = 1", "state:write:a", "state:write:*", "state:read:a"),
        ("$state.set('x y', 1)", "state:write:x y", "state:write:*", "state:write:x"),
        ("$emit('e:f g.h', 1)", "events:emit:e:f g.h", "events:emit:*", "events:emit:e"),
        ("$emit.toast('hello')", "events:emit:toast", "events:emit:*", "events:emit:toasts"),
        ("$view.focus('id.1: x')", "view:update:id.1: x", "view:update:*", "view:update:id"),
        ("$view.getElementById('v').setProp('p', 1)", "view:update:v", "view:update:*", "view:update:w"),
        ("await $ext.test.echo(1)", "ext:test.echo", "ext:*", "ext:test.wait"),
        ("await $ext.test.echo(1)", "ext:test", "ext:*", "ext:other"),
        ("await $ext['odd name']['do it.now'](1)", "ext:odd name.do it.now", "ext:odd name", "ext:odd name.do it"),
        ("$host['h.x: y'](1)", "host:h.x: y", "host:*", "host:h.x"),
    ] {
        let denied = "PERMISSION_DENIED";
        let told = outcomes(statement, &[&[exact], &[wildcard], &[other], &[]]);
        assert_eq!(told, ["ok", "ok", denied, denied], "{statement}");
    }
}

#[test]
fn extensions_are_looked_for_before_methods_and_methods_before_capabilities() {
    assert_eq!(outcomes("await $ext.gone.m()", &[&[], &["ext:*"]]), ["EXTENSION_NOT_FOUND"; 2]);
    assert_eq!(outcomes("await $ext.test.gone()", &[&[], &["ext:*"]]), ["METHOD_NOT_FOUND"; 2]);
    assert_eq!(outcomes("$host.gone()", &[&["host:*"]]), ["METHOD_NOT_FOUND"]);
}

#[test]
fn a_caveat_is_held_against_the_arguments_of_each_call() {
    let scene = scene();
    let files = Made { caveats: vec!["path".into()], ..Made::new("files", &["read"]) };
    scene.kernel.extensions().register(Rc::new(files)).unwrap();
    let result = scene.run_with(
        "const good = await $ext.files.read('/a');
         try { await $ext.files.read('/b'); } catch (error) { return [good, error.code, error.message]; }",
        options(&["ext:files.read?path=/a"]),
        None,
    );
    assert_eq!(result.denials[0].operation, "ext.files.read");
    let expected = ["/a", "PERMISSION_DENIED", "this needs the capability ext:files.read?path=/b"];
    assert_eq!(value(result), Value::from(expected.to_vec()));
}

#[test]
fn a_call_out_of_time_can_be_caught() {
    let scene = scene();
    let limits = Limits { suspension_timeout_ms: 250, ..Limits::default() };
    let result = scene.run_with(
        "try { await $ext.test.never(); } catch (error) { return [error.code, $time.now()]; }",
        RunOptions { limits: Some(limits), ..options(ALL) },
        None,
    );
    let expected = vec!["EXTENSION_ERROR".into(), Value::Number(crate::world::BEGINNING + 250.0)];
    assert_eq!(value(result), Value::Array(expected));
}

#[test]
fn an_abort_ends_a_waiting_handler_and_keeps_its_effects() {
    let scene = scene();
    let controller = AbortController::new();
    let options = RunOptions { signal: controller.signal(), ..options(ALL) };
    let kernel = scene.kernel.clone();
    let task = scene.world.spawn(async move {
        kernel.run("$state.x = 1; try { await $ext.test.never(); } finally { $state.x = 2; }", options, None).await
    });
    scene.world.settle();
    assert_eq!(scene.kernel.stats().engine.active_instances, 1);
    controller.abort("enough");
    scene.world.settle();
    let result = task.result().unwrap().unwrap();
    assert_eq!(error(&result).code, ErrorCode::Cancelled);
    let set = StateMutation { key: "x".into(), value: 1.into(), operation: MutationOperation::Set };
    assert_eq!(result.state_mutations, [set]);
    assert_eq!(scene.kernel.stats().engine.active_instances, 0);
}

#[test]
fn a_host_function_answers_on_the_spot_and_its_failure_can_be_caught() {
    let scene = scene();
    let functions = scene.kernel.host_functions();
    functions
        .register(host_function("sum", |args| Ok(Value::Number(args.iter().filter_map(Value::as_number).sum()))))
        .unwrap();
    functions.register(host_function("fail", |_| Err(Error::invalid_argument("not today")))).unwrap();
    let result = scene.run(
        "const sum = $host.sum(1, 2, 3);
         try { $host.fail(); } catch (error) { return [sum, error.code, error.message]; }",
    );
    let expected = vec![6.into(), "INVALID_ARGUMENT".into(), "not today".into()];
    assert_eq!(value(result), Value::Array(expected));
}

#[test]
fn the_context_given_is_not_changed_by_the_run() {
    let scene = scene();
    let given = options(ALL);
    let before = given.context.clone();
    let result =
        scene.run_with("$state.a = { nested: [1] }; $state.a.nested.push(2); return $state.a;", given.clone(), None);
    assert_eq!(value(result), Value::object([("nested", Value::from(vec![1, 2]))]));
    assert_eq!(given.context, before);
}

#[test]
fn syntax_errors_and_throws_resolve_with_their_place() {
    let scene = scene();
    let result = scene.run("const a = 1;\nconst = 2;");
    assert_eq!((error(&result).code, error(&result).location.unwrap().line), (ErrorCode::CompilationError, 2));
    let result = scene.run("\n\n  throw new TypeError('bad');");
    assert_eq!((error(&result).code, error(&result).location.unwrap().line), (ErrorCode::ExecutionError, 3));
    let result = scene.run("await new Promise(() => {});");
    assert_eq!(error(&result).code, ErrorCode::ExecutionError);
}

#[test]
fn executed_runs_are_resumed_call_by_call_and_see_what_changed() {
    let scene = scene();
    let kernel = scene.kernel.clone();
    let source = "$state.step = 1;
         const [a, b] = await Promise.all([$ext.test.echo('a'), $ext.test.echo('b')]);
         return [a, b, $state.outside, $state.step];";
    let first = scene.world.run(async move { kernel.execute(source, options(ALL)).await }).unwrap();
    assert_eq!((first.status, first.suspensions.len(), first.state_mutations.len()), (Status::Suspended, 2, 1));
    assert_eq!(scene.notes.take(), Vec::<String>::new(), "the embedder makes the calls");
    let resume = |call: &Suspension, answer: &str, state: Vec<StateMutation>| {
        let (kernel, id, answer) = (scene.kernel.clone(), call.suspension_id.clone(), Value::from(answer));
        let options = ResumeOptions { state, signal: AbortSignal::never() };
        scene.world.run(async move { kernel.resume(&id, Ok(answer), options).await }).unwrap()
    };
    let second = resume(&first.suspensions[1], "second", vec![]);
    assert_eq!((second.status, second.suspensions.len(), second.state_mutations.len()), (Status::Suspended, 0, 0));
    let outside = StateMutation { key: "outside".into(), value: 9.into(), operation: MutationOperation::Set };
    let third = resume(&first.suspensions[0], "first", vec![outside]);
    assert_eq!(value(third), Value::Array(vec!["first".into(), "second".into(), 9.into(), 1.into()]));
}

#[test]
fn what_inference_finds_is_what_the_handler_needs() {
    let scene = scene();
    let source = "$state.total = $state.a + 1; $emit('done'); return await $ext.test.echo($state.total);";
    let kernel = scene.kernel.clone();
    let tokens = scene.world.run(async move { kernel.infer_capabilities(source).await }).unwrap();
    let tokens: Vec<String> = tokens.iter().map(ToString::to_string).collect();
    let needed: Vec<&str> = tokens.iter().map(String::as_str).collect();
    assert_eq!(value(scene.run_with(source, options(&needed), None)), Value::from(2));
    for left_out in 0..needed.len() {
        let mut fewer = needed.clone();
        let token = fewer.remove(left_out);
        let result = scene.run_with(source, options(&fewer), None);
        assert_eq!(error(&result).code, ErrorCode::PermissionDenied, "without {token}");
    }
}

#[test]
fn a_source_can_be_compiled_ahead() {
    let scene = scene();
    let precompile = |source: &'static str| {
        let kernel = scene.kernel.clone();
        scene.world.run(async move { kernel.precompile(source, None).await })
    };
    assert_eq!(precompile("return 1"), Ok(()));
    assert_eq!(precompile("return (").unwrap_err().code, ErrorCode::CompilationError);
}
