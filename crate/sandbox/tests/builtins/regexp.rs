//! Regular expressions: `exec`, and what goes through it.

use proptest::prelude::*;

use crate::pair::Pair;
use crate::values::string;

/// Runs an expression in all the ways there are.
fn all_ways(pair: &Pair, pattern: &str, flags: &str, text: &str) -> String {
    let pattern = crate::values::literal(&pattern.encode_utf16().collect::<Vec<_>>());
    pair.same(&format!(
        "const text = {text}, make = () => new RegExp({pattern}, '{flags}'), r = make(), found = [];
         for (let n = 0; n < 6; n += 1) found.push(r.exec(text), r.lastIndex);
         for (const at of [1, 3, 100]) {{ const s = make(); s.lastIndex = at; found.push(s.exec(text), s.lastIndex, s.test(text)) }}
         found.push(text.match(make()), text.search(make()), text.split(make()), text.split(make(), 2), text.replace(make(), '[$&$1$2$<n>]'),
             text.replace(make(), (...all) => JSON.stringify(all.length)));
         if ('{flags}'.includes('g')) found.push([...text.matchAll(make())], text.replaceAll(make(), '<$`>'));
         return found"
    ))
}

/// A pattern in the reach of our matcher, mostly.
fn pattern() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        6 => prop::sample::select(vec!["a", "b", "ab", "A", ",", "1", "\\n", "é", "-", "\\/", "/", "}", "]"]),
        3 => prop::sample::select(vec![".", "\\d", "\\w", "\\s", "\\D", "\\W", "\\S", "[ab]", "[^a]", "[a-b,]", "[\\w-]", "[^\\s\\d]", "[]", "[^]", "[-a]", "[a-]", "[\\b]", "[/]"]),
        2 => prop::sample::select(vec!["^", "$", "\\b", "\\B", "", "\\x61", "\\u0062", "\\t", "\\0", "\\$", "\\.", "\\\\"]),
    ]
    .prop_map(str::to_owned);
    leaf.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            3 => prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| parts.concat()),
            2 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("(?:{a}|{b})")),
            2 => inner.clone().prop_map(|a| format!("({a})")),
            3 => (inner.clone(), prop::sample::select(vec!["*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{0,2}?", "{1,}", "{0}"]))
                .prop_map(|(a, count)| format!("(?:{a}){count}")),
            2 => (inner, prop::sample::select(vec!["*", "+", "?", "*?", "{0,3}", "{2,}"])).prop_map(|(a, count)| format!("({a}){count}")),
        ]
    })
}

fn flags() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "", "", "g", "g", "y", "gy", "i", "gi", "m", "gm", "s", "d", "gd", "u", "gu", "iu", "v", "ims",
    ])
}

#[test]
fn expressions_match_as_the_engines_do() {
    let pair = Pair::new();
    proptest!(ProptestConfig::with_cases(200), |(pattern in pattern(), flags in flags(), text in string(9))| {
        all_ways(&pair, &pattern, flags, &text);
    });
}

#[test]
fn expressions_that_look_around_and_back_match_as_the_engines_do() {
    let pair = Pair::new();
    let pattern = (
        prop::sample::select(vec![
            "(?=a)",
            "(?!a)",
            "(?<=a)",
            "(?<!b)",
            "(a)\\1",
            "(?<n>a)\\k<n>",
            "(?i:a)",
            "\\p{L}",
            "(?<n>a)|(?<n>b)",
            "\\u{61}",
            "[\\p{L}]",
            "(?=(a))b?",
            "\\cA",
            "\\k",
            "(?<n>b)(?<m>a)?",
        ]),
        prop::sample::select(vec!["", "a", "b", ".", "a*", "(b)?"]),
        any::<bool>(),
    )
        .prop_map(|(a, b, first)| if first { format!("{a}{b}") } else { format!("{b}{a}") });
    proptest!(ProptestConfig::with_cases(300), |(pattern in pattern, flags in flags(), text in string(9))| {
        all_ways(&pair, &pattern, flags, &text);
    });
}

#[test]
fn usual_expressions_match_as_the_engines_do() {
    let pair = Pair::new();
    let text = "'2024-01-31T10:20:30Z, John Smith <john.smith@example.org>, {{name}} is {{ age }} years; /path/to/file.txt?x=1&y=%20#top \\n\\tcall(a, [1, 2.50, -3e10], \"quoted \\\\\" text\") Ünïcödé 𝒳 ﬀ K'";
    for pattern in [
        r"(\d{4})-(\d{2})-(\d{2})",
        r"(?<year>\d{4})-(?<month>\d{2})",
        r"[\w.+-]+@[\w-]+\.[\w.]+",
        r"\{\{\s*(\w+)\s*\}\}",
        r"{{(\w+)}}",
        r"\s+",
        r"^\s+|\s+$",
        r"[^a-z0-9]+",
        r"([A-Z])([a-z]+)",
        r#""(?:[^"\\]|\\.)*""#,
        r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?",
        r"(\w+)=(\w+)",
        r"%([0-9A-F]{2})",
        r"\/",
        r"[,;]",
        r"(a)|(b)|(c)",
        r".+?,",
        r".*",
        r"$",
        r"^",
        r"",
        r"\bcall\(",
        r"[\s\S]+",
        r"[^]",
        r"\u00dc|\xef",
        r"[Ü-ü]",
        r"(?:a|ab)(?:c|bcd)(?:d*)",
        r"((a)|b)*",
        r"(z)((a+)?(b+)?(c))*",
        r"(?:(a)|b)*",
        r"(a*)*",
        r"(a*)+",
        r"(?:a*?)*?b",
        r"(?:){3}x?",
        r"x{0}",
        r"a{2,1000}",
        r"(a{0,2}){0,3}",
        r"ſ",
        r"[ſ]",
        r"k",
        r"[^k]",
        r"\w+$",
        r"\W",
        r"𝒳",
        r"[𝒳]",
    ] {
        for flags in ["g", "i", "gmd", "yu"] {
            all_ways(&pair, pattern, flags, text);
        }
    }
}

/// The engine's folds by the rules of Unicode even where the expression is not in Unicode mode.
#[test]
fn letters_beyond_ascii_are_no_case_of_those_in_it() {
    let pair = Pair::new();
    assert_eq!(pair.ours("return /[^a-z]/i.test('\\u017f') && !/s/i.test('\\u017f') && !/k/i.test('\\u212a')"), "true");
}

#[test]
fn classic_cases_of_the_standard() {
    let pair = Pair::new();
    assert!(pair.same("return /(z)((a+)?(b+)?(c))*/.exec('zaacbbbcac')").contains("\"5\":\"c\" \"length\"w:6"));
    pair.same("return [/((a)|(ab))((c)|(bc))/.exec('abc'), /a[a-z]{2,4}?/.exec('abcdefghi'), /(aa|aabaac|ba|b|c)*/.exec('aabaac'), /(?:(a)|(b))+/.exec('ab')]");
    pair.same("return ['aaba'.match(/(a*)*/), 'b'.match(/(?:a*?)*?b/), 'x'.match(/(?:(?:)|x)*/), 'aXbX'.replace(/(?:(X)|a)*/g, '<$1>')]");
}

#[test]
fn last_index_is_read_and_written_as_by_the_engine() {
    let pair = Pair::new();
    for flags in ["", "g", "y", "gy", "u", "gu"] {
        for index in [
            "0",
            "1",
            "2",
            "3",
            "-1",
            "1.9",
            "NaN",
            "Infinity",
            "'1'",
            "null",
            "2 ** 53",
            "{valueOf() { log.push('valueOf'); return 1 }}",
            "{valueOf() { throw 'thrown' }}",
            "Symbol()",
        ] {
            for text in ["'aba'", "'\\ud83d\\ude00a'", "'a\\ud83d'", "''"] {
                pair.same(&format!("const log = [], r = /a/{flags}; r.lastIndex = {index}; const m = r.exec({text}); return [m, typeof r.lastIndex === 'object' ? 'object' : r.lastIndex, log]"));
                pair.same(&format!("const log = [], r = /(?:)/{flags}; r.lastIndex = {index}; const m = r.exec({text}); return [m, typeof r.lastIndex === 'object' ? 'object' : r.lastIndex, log]"));
                pair.same(&format!("const r = /./{flags}; r.lastIndex = {index}; return [{text}.match(r), {text}.replace(r, 'x'), {text}.search(r), {text}.split(r)]").replace("log.push('valueOf'); ", ""));
            }
        }
    }
    for flags in ["", "g", "y"] {
        pair.same(&format!("return Object.freeze(/a/{flags}).exec('a')"));
        pair.same(&format!("return Object.freeze(/a/{flags}).exec('b')"));
        pair.same(&format!(
            "return Object.defineProperty(/a/{flags}, 'lastIndex', {{writable: false, value: 5}}).exec('a')"
        ));
    }
}

#[test]
fn changed_methods_and_properties_are_seen() {
    let pair = Pair::new();
    pair.same("const r = /a/g; r.exec = () => null; return [r.test('a'), 'a'.match(r), 'a'.replace(r, 'b')]");
    pair.same("const exec = RegExp.prototype.exec; RegExp.prototype.exec = function (text) { const found = exec.call(this, text); if (found) found[0] = 'changed'; return found }; try { return ['ab'.match(/a/), 'ab'.replace(/a/, '[$&]'), /a/.test('a')] } finally { RegExp.prototype.exec = exec }");
    pair.same("const exec = RegExp.prototype.exec; RegExp.prototype.exec = null; try { return ['ab'.match(/a/g), /b/.test('a')] } finally { RegExp.prototype.exec = exec }");
    pair.same("const r = /a/; Object.defineProperty(r, 'global', {value: true}); Object.defineProperty(r, 'source', {get() { throw 'source' }}); return [r.exec('aa'), r.lastIndex]");
    pair.same("const r = /a/; Object.defineProperty(r, 'flags', {value: 'g'}); r.lastIndex = 1; return [r.exec('aa').index, r[Symbol.split]('bab')]");
    pair.same("class R extends RegExp { exec(text) { const found = super.exec(text); if (found) found.mine = true; return found } } const r = new R('a', 'g'); return ['aa'.match(r), 'aa'.split(r), r.exec('a'), [...'aa'.matchAll(r)].length]");
    pair.same("Object.defineProperty(Array.prototype, 0, {set() { throw 'set' }, configurable: true}); Object.defineProperty(Object.prototype, 'index', {set() { throw 'set' }, configurable: true}); try { return /a/d.exec('a') } finally { delete Array.prototype[0]; delete Object.prototype.index }");
    pair.same("return RegExp.prototype.exec.call({}, 'a')");
    pair.same("return RegExp.prototype.exec.call(undefined, 'a')");
    pair.same("return RegExp.prototype.exec.call(new Proxy(/a/, {}), 'a')");
    pair.same("return [/undefined/.exec(), /5/.exec(5), /null/.exec(null)]");
    pair.same("return /a/.exec({toString() { throw 'thrown' }})");
    pair.same("return /a/.exec(Symbol())");
}

/// What could be changed so that a shorter way through `match`, `replace` and `split` would be seen.
#[test]
fn shorter_ways_are_taken_only_where_nobody_can_tell() {
    let pair = Pair::new();
    const USES: &str = "[r[Symbol.match]('a1b22'), r[Symbol.replace]('a1b22', '<$&>'), r[Symbol.replace]('a1b22', (...all) => all.length), r[Symbol.split]('a1b22c'), r[Symbol.split]('a1b22c', 2), r.lastIndex]";
    for flags in ["", "g", "y", "gy", "d", "i"] {
        for change in [
            "",
            "r.lastIndex = 3",
            "r.lastIndex = '2'",
            "r.lastIndex = { valueOf() { log.push('valueOf'); return 1 } }",
            "Object.freeze(r)",
            "r.own = 1",
            "r.exec = function (text) { log.push(text, this.lastIndex); return null }",
            "Object.defineProperty(r, 'flags', { get() { log.push('flags'); return '' } })",
            "Object.defineProperty(r, 'global', { get() { log.push('global'); return false } })",
            "Object.defineProperty(r, 'unicode', { get() { log.push('unicode'); return true } })",
            "Object.defineProperty(r, 'constructor', { get() { log.push('constructor') } })",
            "r.constructor = { [Symbol.species]: function (regexp, flags) { log.push(regexp === r, flags); return new RegExp(regexp, flags) } }",
            "Object.defineProperty(r, Symbol.match, { get() { log.push('match'); return true } })",
            "Object.setPrototypeOf(r, class extends RegExp { get flags() { log.push('flags of class'); return super.flags } }.prototype)",
        ] {
            pair.same(&format!("const log = [], r = /\\d+/{flags}; {change}; try {{ return [{USES}, log] }} catch (e) {{ return [e.name, log] }}"));
        }
    }
    for (key, holder) in [
        ("'exec'", "RegExp.prototype"),
        ("'flags'", "RegExp.prototype"),
        ("'global'", "RegExp.prototype"),
        ("'hasIndices'", "RegExp.prototype"),
        ("'ignoreCase'", "RegExp.prototype"),
        ("'multiline'", "RegExp.prototype"),
        ("'dotAll'", "RegExp.prototype"),
        ("'unicode'", "RegExp.prototype"),
        ("'unicodeSets'", "RegExp.prototype"),
        ("'sticky'", "RegExp.prototype"),
        ("'constructor'", "RegExp.prototype"),
        ("Symbol.match", "RegExp.prototype"),
        ("Symbol.species", "RegExp"),
    ] {
        for flags in ["", "g"] {
            pair.same(&format!(
                "const log = [], r = /\\d+/{flags}, old = Object.getOwnPropertyDescriptor({holder}, {key});
                 Object.defineProperty({holder}, {key}, {{ get() {{ log.push(this === r); return old.get ? old.get.call(this) : old.value }}, configurable: true }});
                 try {{ return [{USES}, log.length] }} finally {{ Object.defineProperty({holder}, {key}, old) }}"
            ));
        }
    }
}

#[test]
fn arguments_are_converted_in_the_order_of_the_standard() {
    let pair = Pair::new();
    const SPY: &str = "const log = [], spy = (name, value) => ({ toString() { log.push(name); return value }, valueOf() { log.push(name + ' number'); return value } });";
    for flags in ["", "g", "y"] {
        pair.same(&format!("{SPY} const r = /b/{flags}; return [r[Symbol.match](spy('text', 'abb')), r[Symbol.replace](spy('text', 'abb'), spy('with', '-$&-')), r[Symbol.split](spy('text', 'abb'), spy('limit', 2)), log]"));
        pair.same(&format!("{SPY} const r = /b/{flags}; const exec = RegExp.prototype.exec; try {{ return r[Symbol.replace]('abb', {{ toString() {{ RegExp.prototype.exec = () => null; return 'x' }} }}) }} finally {{ RegExp.prototype.exec = exec }}"));
        pair.same(&format!("const r = /b/{flags}; const exec = RegExp.prototype.exec; try {{ return r[Symbol.split]('abb', {{ valueOf() {{ RegExp.prototype.exec = () => null; return 5 }} }}) }} finally {{ RegExp.prototype.exec = exec }}"));
        pair.same(&format!("const r = /(b)(c)?/{flags}, seen = []; return ['abcb'.replace(r, function (...all) {{ 'use strict'; seen.push(this, r.lastIndex); r.lastIndex = 9; r.compile('x', 'g'); return all.join() }}), seen, r.lastIndex]"));
        pair.same(&format!("try {{ 'abb'.replace(/b/{flags}, () => {{ throw 'thrown' }}) }} catch (e) {{ return e }}"));
        pair.same(&format!("return 'abb'.replace(/b/{flags}, () => Symbol())"));
    }
    for receiver in ["undefined", "5", "{}", "RegExp.prototype", "'a'"] {
        for method in ["match", "replace", "split"] {
            pair.same(&format!("return RegExp.prototype[Symbol.{method}].call({receiver}, 'a', 'b')"));
        }
    }
    for limit in ["0", "1", "2", "3", "-1", "2 ** 32 + 1", "NaN", "undefined", "null", "'2'", "1.9"] {
        pair.same(&format!("return ['a1b2c'.split(/\\d/, {limit}), 'a1b2c'.split(/(\\d)/, {limit}), ''.split(/x/, {limit}), ''.split(/x*/, {limit})]"));
    }
}

#[test]
fn templates_stand_for_what_the_standard_says() {
    let pair = Pair::new();
    for template in [
        "$", "$$", "$$1", "$&", "$`", "$'", "$0", "$00", "$1", "$01", "$10", "$11", "$2", "$3", "$99", "$x", "$<",
        "$<n", "$<n>", "$<none>", "$<m>$1", "<$1>$", "é$1𝒳",
    ] {
        for pattern in ["b", "(b)", "(b)|(c)", "(?<n>b)|(?<m>c)", "(a)?b", "(.)(.)(.)(.)(.)(.)(.)(.)(.)(.)(.)", "()"] {
            for flags in ["", "g"] {
                pair.same(&format!("return ['abcbcabcabc'.replace(/{pattern}/{flags}, '{template}'), '𝒳abc'.replace(/{pattern}/{flags}, '{template}')]"));
            }
        }
    }
}

#[test]
fn testing_asks_exec() {
    let pair = Pair::new();
    for exec in [
        "null",
        "undefined",
        "5",
        "() => null",
        "() => ({})",
        "() => 1",
        "() => undefined",
        "() => { throw 'thrown' }",
        "function (text) { return [this === r, text, arguments.length] }",
    ] {
        pair.same(&format!("const r = Object.assign(/a/g, {{exec: {exec}}}); return [r.test('ba'), r.lastIndex]"));
        pair.same(&format!("const r = {{exec: {exec}}}; return RegExp.prototype.test.call(r, 'a')"));
    }
    pair.same("const log = []; const r = /a/; Object.defineProperty(r, 'exec', {get() { log.push('exec') }}); return [r.test({toString() { log.push('text'); return 'a' }}), log]");
    pair.same("return RegExp.prototype.test.call(5, 'a')");
    pair.same("return RegExp.prototype.test.call({exec: RegExp.prototype.exec}, 'a')");
    pair.same("return [/undefined/.test(), /a/y.test('ba'), /(?=a)/.test('ba'), /\\u{61}/u.test('a\\u0100')]");
}

#[test]
fn an_expression_may_become_another_one() {
    let pair = Pair::new();
    pair.same("const r = /a/g; const found = [r.exec('ab')]; r.compile('b'); found.push(r.exec('ab'), r.lastIndex, r.source, r.flags); r.compile(/(c)/y); found.push(r.exec('c')); return found");
    pair.same("const r = /a/g; r.exec('a'); try { r.compile('(') } catch (error) { return [error.name, r.lastIndex, r.exec('aa')] }");
    pair.same("return RegExp.prototype.compile.call({}, 'a')");
    pair.same("const found = []; for (let n = 0; n < 50; n += 1) { const r = new RegExp('x' + n % 40, n % 3 ? 'g' : 'i'); found.push(r.exec('X1x' + n % 40)) } return found");
}

/// Their source does not tell how they were written.
#[test]
fn patterns_with_slashes_and_line_ends_match_what_they_say() {
    let pair = Pair::new();
    for pattern in [
        "/",
        "\\\\/",
        "\\\\\\\\/",
        "[/]",
        "[\\\\/]",
        "\\n",
        "\\\\n",
        "\\\\\\n",
        "\\\\\\\\n",
        "\\\\\\\\r",
        "\\u2028",
        "\\\\u2028",
        "\\\\\\\\u2028",
        "\\ud800",
        "",
        "a\\\\\\\\nb",
        "\\r\\n",
    ] {
        for text in ["a/b", "a\\\\/b", "a\\nb", "a\\\\nb", "a\\rb", "\\u2028", "\\ud800", "\\\\u2028", "a\\r\\nb"] {
            pair.same(&format!("const r = new RegExp('{pattern}'); return [r.exec('{text}'), r.source]"));
        }
    }
}

/// The engine's take exponential or quadratic time.
#[test]
fn hard_expressions_and_long_texts_take_time_in_proportion() {
    let pair = Pair::new();
    for pattern in [
        "(a+)+$",
        "(a|a)*b",
        "(a*)*b",
        "(a|aa)+$",
        "(?:a?){30}a{30}b",
        "(.*)(.*)(.*)(.*)=",
        "^(([a-z])+.)+[A-Z]([a-z])+$",
        "(?:(a)|a)*?b",
        "(a??)*b",
    ] {
        assert_eq!(pair.ours(&format!("return /{pattern}/.test('a'.repeat(20000) + '!')")), "false", "{pattern}");
    }
    assert_eq!(pair.ours("return /[^]*x/.test('ab'.repeat(500000))"), "false");
    let seen = pair.ours(
        "const text = 'key=value; '.repeat(40000);
         return [text.match(/\\w+/g).length, text.replace(/=/g, ': ').length, text.split(/;\\s*/).length, [...text.matchAll(/(\\w+)=(\\w+)/g)].length,
             text.match(/\\w+(?==)/g).length, (() => { const r = /\\w+|\\W/y; let n = 0; while (r.test(text)) n += 1; return n })()]",
    );
    assert!(seen.contains(r#""0":80000 "1":480000 "2":40001 "3":40000 "4":40000 "5":200000"#), "{seen}");
}
