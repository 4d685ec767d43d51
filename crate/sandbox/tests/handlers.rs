//! What a handler can and cannot do, but for its state.

mod support;

use nexus_core::{Error, ErrorCode, Location, Status, Value};
use serde_json::json;
use support::{ALL, answer, json as to_json, trial};

fn at(line: u32, column: u32) -> Option<Location> {
    Some(Location { line, column })
}

#[test]
fn it_returns_data_or_nothing() {
    assert_eq!(trial("return {a: [1, 'x', null, true]}").value(), json!({"a": [1, "x", null, true]}));
    assert_eq!(trial("").run().return_value, None);
    assert_eq!(trial("return undefined").run().return_value, None);
    assert_eq!(trial("return null").run().return_value, Some(Value::Null));
}

#[test]
fn args_and_scope_are_frozen_data() {
    let source = "const t = f => { try { f(); return 'ok' } catch (e) { return e.name } };
        return [$args.a.b, t(() => { $args.a.b = 1 }), t(() => { $args = 1 }), t(() => $args.l.push(1)), t(() => { $scope.x = 1 })]";
    let value = trial(source).args(json!({"a": {"b": 7}, "l": []})).value();
    assert_eq!(value, json!([7, "TypeError", "TypeError", "TypeError", "TypeError"]));
}

#[test]
fn globals_are_frozen_and_cannot_be_replaced() {
    let source = "const t = f => { try { f(); return 'ok' } catch (e) { return 'no' } };
        return [t(() => { $emit = 1 }), t(() => { $emit.toast = 1 }), t(() => { $log.info = 1 }), t(() => { $ext.echo = 1 }),
            t(() => { $ext.echo.say = 1 }), t(() => { delete globalThis.$state }), t(() => { $view.focus.x = 1 }), t(() => { $host.double = 1 }),
            t(() => { globalThis.console = 1 }), t(() => { $time.now = 1 }), Object.isFrozen($ext), Object.isFrozen($log)]";
    let value = trial(source).value();
    assert_eq!(value, json!(["no", "no", "no", "no", "no", "no", "no", "no", "no", "no", true, true]));
}

#[test]
fn events_toasts_view_commands_and_logs_are_recorded_in_order() {
    let source = "$emit('saved', {id: 1}); $emit('bare'); $emit.toast('hi'); $emit.toast('bad', 'error');
        $view.setFilter('list', 'x'); $view.scrollTo('list', 3); $view.focus('input'); $view.command('c', 'flash', {n: 1}); $view.command(null, 'reload');
        $view.getElementById('e').setProp('label', 'L'); $view.getElementById('e').call('open', 1, 'two');
        $log('a', 1, {b: 2}, null, undefined); $log.debug('d'); $log.warn('w'); $log.error('e'); console.log('c')";
    let segment = trial(source).run();
    assert_eq!(segment.error, None);
    let wire = serde_json::to_value(&segment).unwrap();
    assert_eq!(
        wire["events"],
        json!([{"name": "saved", "payload": {"id": 1}}, {"name": "bare", "payload": null},
            {"name": "toast", "payload": {"message": "hi", "type": "info"}}, {"name": "toast", "payload": {"message": "bad", "type": "error"}}])
    );
    assert_eq!(
        wire["viewCommands"],
        json!([
            {"type": "setFilter", "componentId": "list", "args": {"value": "x"}},
            {"type": "scrollTo", "componentId": "list", "args": {"position": 3}},
            {"type": "focus", "componentId": "input", "args": {}},
            {"type": "custom", "componentId": "c", "args": {"command": "flash", "params": {"n": 1}}},
            {"type": "custom", "args": {"command": "reload", "params": {}}},
            {"type": "custom", "componentId": "e", "args": {"command": "setProp", "params": {"name": "label", "value": "L"}}},
            {"type": "custom", "componentId": "e", "args": {"command": "call", "params": {"method": "open", "args": [1, "two"]}}},
        ])
    );
    assert_eq!(
        wire["logs"],
        json!([{"level": "info", "message": "a 1 {\"b\":2} null undefined"}, {"level": "debug", "message": "d"}, {"level": "warn", "message": "w"},
            {"level": "error", "message": "e"}, {"level": "info", "message": "c"}])
    );
}

#[test]
fn every_family_is_allowed_by_name_and_wildcard_and_denied_without_or_with_another_name() {
    let cases = [
        ("return $state['a:b c.d']", "state:read:a:b c.d", "state:read:*", "state:read:a", "state.get"),
        ("$state['a:b c.d'] = 1", "state:write:a:b c.d", "state:write:*", "state:write:a:b", "state.set"),
        ("delete $state['a:b c.d']", "state:write:a:b c.d", "state:write:*", "state:read:*", "state.delete"),
        ("return 'a:b c.d' in $state", "state:read:a:b c.d", "state:read:*", "state:write:*", "state.has"),
        (
            "$emit('system:err or.x', 1)",
            "events:emit:system:err or.x",
            "events:emit:*",
            "events:emit:system",
            "events.emit",
        ),
        ("$emit.toast('x')", "events:emit:toast", "events:emit:*", "events:emit:toasts", "events.toast"),
        ("$view.focus('my list:1')", "view:update:my list:1", "view:update:*", "view:update:my list", "view.focus"),
        (
            "$view.getElementById('e.1').setProp('a', 1)",
            "view:update:e.1",
            "view:update:*",
            "view:update:e",
            "view.setProp",
        ),
        ("await $ext.echo.say(1)", "ext:echo.say", "ext:*", "ext:echo.other", "ext.echo.say"),
        ("await $ext.echo.say(1)", "ext:echo", "ext:*", "ext:my ext", "ext.echo.say"),
        ("await $ext['my ext']['do it'](1)", "ext:my ext", "ext:*", "ext:my", "ext.my ext.do it"),
        ("return $host.double(2)", "host:double", "host:*", "host:fail", "double"),
    ];
    for (source, exact, wildcard, other, operation) in cases {
        for token in [exact, wildcard] {
            assert_eq!(trial(source).granted(&[token]).run().error, None, "{source} with {token}");
        }
        for tokens in [&[][..], &[other][..]] {
            let segment = trial(source).granted(tokens).run();
            let error = segment.error.unwrap();
            assert_eq!(error.code, ErrorCode::PermissionDenied, "{source} with {tokens:?}");
            assert_eq!(segment.denials[0].operation, operation);
            assert!(error.message.contains(&segment.denials[0].capability), "{}", error.message);
        }
    }
    assert_eq!(trial("return $state.keys()").granted(&["state:read:a"]).error().code, ErrorCode::PermissionDenied);
    assert_eq!(trial("$view.command(null, 'x')").granted(&["view:update:a"]).error().code, ErrorCode::PermissionDenied);
}

#[test]
fn a_denied_permission_can_be_caught() {
    let source = "try { $state.secret } catch (e) { return [e instanceof Error, e.code, e.capability] }";
    let segment = trial(source).granted(&[]).run();
    assert_eq!(to_json(segment.return_value.unwrap()), json!([true, "PERMISSION_DENIED", "state:read:secret"]));
    assert_eq!(segment.denials.len(), 1);
}

#[test]
fn extensions_are_found_listed_and_missed_in_the_stated_order() {
    let source = "return [$ext.exists('echo'), $ext.exists('no'), $ext.methods('echo'), $ext.methods('no'), $ext.list(), 'echo' in $ext]";
    let value = trial(source).granted(&[]).value();
    assert_eq!(value, json!([true, false, ["say", "other"], [], ["echo", "my ext"], true]));
    assert_eq!(trial("await $ext.nobody.say()").granted(&[]).error().code, ErrorCode::ExtensionNotFound);
    assert_eq!(trial("await $ext.echo.nothing()").granted(&[]).error().code, ErrorCode::MethodNotFound);
    assert_eq!(trial("await $ext.echo.say()").granted(&[]).error().code, ErrorCode::PermissionDenied);
}

#[test]
fn calls_are_promises_and_suspend_together() {
    let source = "const [a, b] = await Promise.all([$ext.echo.say(1), $ext.echo.say(2)]); const c = await $ext.echo.say(3); return [a, b, c]";
    let (mut instance, first) = trial(source).start();
    assert_eq!(first.status, Status::Suspended);
    let ids: Vec<_> = first.suspensions.iter().map(|call| call.suspension_id.clone()).collect();
    assert_eq!(ids, ["r.1", "r.2"]);
    let half = answer(&mut instance, "r.2", Ok(Value::from("two")));
    assert_eq!((half.status, half.suspensions.len()), (Status::Suspended, 0));
    let third = answer(&mut instance, "r.1", Ok(Value::from("one")));
    assert_eq!(third.suspensions[0].args, [Value::from(3)]);
    let last = answer(&mut instance, "r.3", Ok(Value::from("three")));
    assert_eq!(to_json(last.return_value.unwrap()), json!(["one", "two", "three"]));
}

#[test]
fn a_hundred_awaits_in_sequence_and_at_once_give_right_results() {
    for count in [1, 2, 10, 100] {
        let sequence =
            format!("let sum = 0; for (let i = 0; i < {count}; i++) sum += await $ext.echo.say(i); return sum");
        assert_eq!(trial(&sequence).value(), json!(count * (count - 1) / 2));
        let at_once = format!("return await Promise.all(Array.from({{length: {count}}}, (_, i) => $ext.echo.say(i)))");
        assert_eq!(trial(&at_once).value(), json!((0..count).collect::<Vec<_>>()));
    }
}

#[test]
fn a_failed_call_can_be_caught_and_uncaught_tells_the_line_of_the_call() {
    let failure = || Err(Error::new(ErrorCode::ExtensionError, "no route"));
    let source = "try {\n  await $ext.echo.say(1)\n} catch (e) { return [e instanceof Error, e.message, e.code, e.extension, e.method] }";
    let (mut instance, _) = trial(source).start();
    let caught = answer(&mut instance, "r.1", failure());
    assert_eq!(to_json(caught.return_value.unwrap()), json!([true, "no route", "EXTENSION_ERROR", "echo", "say"]));

    let source = "const x = 1;\n\nconst f = async () => {\n  return await $ext.echo.say(x);\n};\nreturn await f()";
    let (mut instance, _) = trial(source).start();
    let error = answer(&mut instance, "r.1", failure()).error.unwrap();
    assert_eq!((error.code, error.message.as_str()), (ErrorCode::ExtensionError, "no route"));
    assert_eq!(error.location.map(|location| location.line), Some(4));
    assert_eq!(to_json(error.context.unwrap()), json!({"extension": "echo", "method": "say"}));
}

#[test]
fn losers_of_a_race_are_aborted_and_calls_that_nobody_awaits_are_not() {
    let source = "$ext.echo.say('forgotten'); const winner = await Promise.race([$ext.echo.say('a'), $ext.echo.say('b')]); $ext.echo.other('last'); return winner";
    let (mut instance, first) = trial(source).start();
    assert_eq!(first.suspensions.len(), 3);
    let last = answer(&mut instance, "r.2", Ok(Value::from("won")));
    assert_eq!(last.status, Status::Success);
    assert_eq!(last.aborted, ["r.3"]);
    assert_eq!(last.suspensions.len(), 1);
    assert_eq!(last.suspensions[0].method, "other");
}

#[test]
fn forgetting_await_breaks_nothing() {
    let source = "const p = $ext.echo.say(1); $state.x = 1; return typeof p.then";
    let segment = trial(source).run();
    assert_eq!(segment.error, None);
    assert_eq!(segment.return_value, Some(Value::from("function")));
    assert_eq!(segment.suspensions.len(), 1);
    let promise = trial("return {p: $ext.echo.say(1)}").error();
    assert_eq!(promise.code, ErrorCode::SerializationError);
    assert!(promise.message.contains("await"), "{}", promise.message);
    assert_eq!(trial("return $ext.echo.say(5)").value(), json!(5));
}

#[test]
fn a_promise_that_nobody_can_settle_is_an_error() {
    assert_eq!(trial("await new Promise(() => {})").error().code, ErrorCode::ExecutionError);
}

#[test]
fn errors_tell_line_and_column_on_the_first_line_and_later_ones() {
    let first = trial("undefined.x").error();
    assert_eq!((first.code, first.location.map(|l| l.line)), (ErrorCode::ExecutionError, Some(1)));
    assert!(first.location.unwrap().column <= 11, "{:?}", first.location);
    assert!(first.message.starts_with("TypeError: "), "{}", first.message);
    let later = trial("const a = 1;\nfunction inner() {\n    throw new RangeError('boom');\n}\ninner();").error();
    assert_eq!((later.message.as_str(), later.location.map(|l| l.line)), ("RangeError: boom", Some(3)));
    let stack = later.stack.unwrap();
    assert!(stack.contains("inner (handler.js:3:") && stack.contains("handler (handler.js:5:"), "{stack}");
    assert_eq!(later.snippet.unwrap().highlight_line, 3);
    let after_await = trial("await $ext.echo.say(1);\n\n  null.f()").error();
    assert_eq!(after_await.location.map(|l| l.line), Some(3));
    let denied = trial("let a;\n  $state.x = 1").granted(&[]).error();
    assert_eq!(denied.location.map(|l| l.line), Some(2));
}

#[test]
fn thrown_values_that_are_no_errors_are_told() {
    assert_eq!(trial("throw 'plain'").error().message, "plain");
    assert_eq!(trial("throw 42").error().message, "42");
    let error = trial("throw Object.assign(new Error('mine'), {code: 'TIMEOUT'})").error();
    assert_eq!((error.code, error.message.as_str()), (ErrorCode::ExecutionError, "Error: mine"));
}

#[test]
fn syntax_errors_tell_line_and_column() {
    for (source, location) in [
        ("let x = ;", at(1, 9)),
        ("let a = 1;\n  let b = +;\n", at(2, 12)),
        ("return (", at(1, 9)),
        ("if (true) {\n  $state.x = 1", at(2, 15)),
        ("const a = 1; const a = 2;", None),
        ("with ({}) {}", None),
        ("import x from 'y'", None),
        ("let s = 'open", None),
    ] {
        let error = trial(source).error();
        assert_eq!(error.code, ErrorCode::CompilationError, "{source}: {error}");
        let found = error.location.unwrap_or_else(|| panic!("{source}: no location"));
        assert!(location.is_none_or(|location| location == found), "{source}: {found:?}");
    }
}

#[test]
fn source_that_closes_the_wrapper_is_a_syntax_error_at_its_brace() {
    for (source, location) in [
        ("}); globalThis.pwn = 1; (async function(){", at(1, 1)),
        ("let a = 1;\n  }); globalThis.pwn = 1; (async function(){ return 5", at(2, 3)),
        ("}, async function(){", at(1, 1)),
        ("})(), (async function(){", at(1, 1)),
        ("}.call(), async function(){", at(1, 1)),
        ("} ? 1 : async function(){", at(1, 1)),
        ("}`x`, async function() {", at(1, 1)),
        ("} + function() {", at(1, 1)),
        ("//\u{2028}}); globalThis.pwn = 1; (async function(){", None),
        ("/* */ }\n); (function(){", None),
        ("}) //", None),
        ("<!-- \n}); (async function(){", None),
    ] {
        let error = trial(source).error();
        assert_eq!(error.code, ErrorCode::CompilationError, "{source}");
        let found = error.location.unwrap();
        assert!(location.is_none_or(|location| location == found), "{source}: {found:?}");
    }
}

#[test]
fn comments_on_the_last_line_and_odd_braces_in_text_are_fine() {
    assert_eq!(trial("return '}); (' // }").value(), json!("}); ("));
    assert_eq!(trial("return `}${'{'}` /* }) */").value(), json!("}{"));
}

#[test]
fn code_from_strings_modules_and_timers_are_gone() {
    for name in
        ["eval", "Function", "setTimeout", "fetch", "require", "process", "WebAssembly", "importScripts", "performance"]
    {
        assert_eq!(trial(&format!("return typeof {name}")).value(), json!("undefined"), "{name}");
    }
    for source in [
        "(() => {}).constructor('return 1')()",
        "(async () => {}).constructor('return 1')",
        "(function*(){}).constructor('yield 1')",
        "Object.getPrototypeOf(async function*(){}).constructor('1')",
        "Reflect.construct((() => {}).constructor, ['return this'])",
    ] {
        let value = trial(&format!("try {{ {source}; return 'ran' }} catch (e) {{ return e.name }}")).value();
        assert_eq!(value, json!("EvalError"), "{source}");
    }
    assert_eq!(
        trial("try { await import('x'); return 'ran' } catch (e) { return e.name }").value(),
        json!("TypeError")
    );
}

#[test]
fn time_stands_still_between_suspensions_and_chance_is_seeded() {
    let source = "const a = [Date.now(), $time.now(), new Date().toISOString()]; await $ext.echo.say(1); return [a, Date.now(), Math.random(), new Date(0).getTimezoneOffset()]";
    let value = trial(source).value();
    assert_eq!(value[0], json!([1000, 1000, "1970-01-01T00:00:01.000Z"]));
    assert_eq!((&value[1], &value[3]), (&json!(2000), &json!(0)));
    assert_eq!(value[2], trial(source).value()[2]);
}

#[test]
fn host_functions_answer_fail_and_miss() {
    assert_eq!(trial("return $host.double(21)").value(), json!(42));
    assert_eq!(trial("try { $host.fail() } catch (e) { return e.message }").value(), json!("it failed"));
    assert_eq!(trial("$host.nothing()").error().code, ErrorCode::MethodNotFound);
}

#[test]
fn counted_limits_hold_at_the_limit_and_stop_the_run_one_past_it() {
    let cases = [
        ("maxHostCalls", "hostCalls", "for (let i = 0; i < N; i++) $time.now()"),
        ("maxStateMutations", "stateMutations", "for (let i = 0; i < N; i++) $state.x = i"),
        ("maxEvents", "events", "for (let i = 0; i < N; i++) $emit('e', i)"),
        ("maxViewCommands", "viewCommands", "for (let i = 0; i < N; i++) $view.focus('v')"),
        ("maxPendingCalls", "pendingCalls", "await Promise.all(Array.from({length: N}, (_, i) => $ext.echo.say(i)))"),
    ];
    for (limit, resource, code) in cases {
        let source = |count: u32| {
            format!(
                "try {{ {} }} catch {{ return 'caught' }} finally {{ $log('finally') }}; return 1",
                code.replace('N', &count.to_string())
            )
        };
        assert_eq!(
            trial(&source(20)).limit(limit, 20.0).run().error.filter(|_| limit != "maxHostCalls"),
            None,
            "{limit}"
        );
        let segment = trial(&source(21)).limit(limit, 20.0).run();
        let error = segment.error.unwrap_or_else(|| panic!("{limit} is not enforced"));
        assert_eq!(error.code, ErrorCode::ResourceLimit, "{limit}");
        assert_eq!(to_json(error.context.unwrap()), json!({"resource": resource, "limit": 20, "used": 21}));
        assert!(segment.logs.is_empty(), "{limit}: finally ran");
    }
}

#[test]
fn a_passed_limit_tells_where_it_was_passed() {
    let source = "const say = (n) => {\n  $emit('e', n);\n};\nfor (let i = 0; i < 30; i++) say(i);";
    let error = trial(source).limit("maxEvents", 20.0).error();
    assert_eq!((error.code, error.location.map(|location| location.line)), (ErrorCode::ResourceLimit, Some(2)));
    let stack = error.stack.unwrap();
    assert!(stack.contains("say (handler.js:2:") && stack.contains("handler (handler.js:4:"), "{stack}");
}

#[test]
fn a_stop_after_an_await_cannot_be_caught_or_delayed() {
    let source = "await $ext.echo.say(1); try { for (let i = 0; i < 30; i++) $emit('e') } catch { } finally { $state.after = 1 } $state.more = 1";
    let segment = trial(source).limit("maxEvents", 20.0).run();
    assert_eq!(segment.error.unwrap().code, ErrorCode::ResourceLimit);
    assert_eq!((segment.events.len(), segment.state_mutations.len()), (20, 0));
}

#[test]
fn log_lines_over_the_limit_are_dropped_and_the_last_one_says_so() {
    let segment = trial("for (let i = 0; i < 10; i++) $log(i)").limit("maxLogLines", 5.0).run();
    assert_eq!(segment.error, None);
    assert_eq!(segment.logs.len(), 5);
    assert!(segment.logs[4].message.contains("dropped"));
    let exact = trial("for (let i = 0; i < 5; i++) $log(i)").limit("maxLogLines", 5.0).run();
    assert_eq!(exact.logs[4].message, "4");
    let bytes = trial("$log('x'.repeat(50)); $log('y'.repeat(60)); $log('z')").limit("maxLogBytes", 100.0).run();
    assert_eq!(bytes.logs.len(), 2);
    assert!(bytes.logs[1].message.contains("dropped"));
}

#[test]
fn values_too_deep_or_large_stop_the_run() {
    let deep = |levels: usize| format!("let v = 1; for (let i = 0; i < {levels}; i++) v = [v]; $emit('e', v)");
    assert_eq!(trial(&deep(64)).run().error, None);
    let error = trial(&deep(65)).error();
    assert_eq!(
        (error.code, &to_json(error.context.unwrap())["resource"]),
        (ErrorCode::ResourceLimit, &json!("valueDepth"))
    );
    let large = |size: usize| format!("$emit('e', 'x'.repeat({size}))");
    assert_eq!(trial(&large(1000 - 3)).limit("maxValueBytes", 1000.0).run().error, None);
    let error = trial(&large(1000 - 2)).limit("maxValueBytes", 1000.0).error();
    assert_eq!(to_json(error.context.unwrap()), json!({"resource": "valueBytes", "limit": 1000, "used": 1001}));
}

#[test]
fn source_over_the_limit_is_refused() {
    let source = format!("return 1 //{}", "x".repeat(100));
    assert_eq!(trial(&source).limit("maxSourceBytes", source.len() as f64).value(), json!(1));
    let error = trial(&source).limit("maxSourceBytes", source.len() as f64 - 1.0).error();
    assert_eq!(error.code, ErrorCode::ResourceLimit);
}

#[test]
fn state_changed_by_others_is_seen_after_an_await() {
    use nexus_core::message::ResumeRequest;
    use nexus_core::{Answer, MutationOperation, StateMutation};
    let source =
        "const before = $state.n; await $ext.echo.say(1); return [before, $state.n, $state.gone, $state.list.length]";
    let (mut instance, _) = trial(source).granted(ALL).state(json!({"n": 1, "gone": 1, "list": []})).start();
    let set = |key: &str, value| StateMutation { key: key.into(), value, operation: MutationOperation::Set };
    let state = vec![
        set("n", Value::from(2)),
        StateMutation { key: "gone".into(), value: Value::Null, operation: MutationOperation::Delete },
        set("list", Value::Array(vec![Value::Null])),
    ];
    let answers = vec![Answer { suspension_id: "r.1".into(), outcome: Ok(Value::Null) }];
    let segment = instance.resume(ResumeRequest { answers, state, now: 1.0 });
    assert_eq!(to_json(segment.return_value.unwrap()), json!([1, 2, null, 1]));
    assert!(segment.state_mutations.is_empty());
}
