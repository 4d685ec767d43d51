// The command line, as the built package has it, in processes of its own.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../target/npm/nexus-kernel/dist/cli/main.js", import.meta.url));
const COMMANDS = ["serve", "run", "check", "infer", "replay", "verify"];

const COUNTER = `<NexusPanel title="Counter">
  <Data>
    <State name="count" type="number" default="1"/>
    <Computed name="double" value="$state.count * 2"/>
  </Data>
  <Logic>
    <Tool name="add" capabilities="state:read:count, state:write:count, events:emit:added, view:update:shown">
      <Arg name="by" type="number" default="1"/>
      <Handler>
        if ($args.by < 0) throw new RangeError("downwards");
        $state.count += $args.by;
        $emit("added", { by: $args.by });
        $view.focus("shown");
        $log.warn("it is", $state.count);
        return [$state.count, $scope.from];
      </Handler>
    </Tool>
  </Logic>
  <View><Button id="shown" label="{$state.count}, {$state.double}" trigger="add"/></View>
</NexusPanel>
`;

const BAD = `<NexusPanel>
  <Data>
\t<State name="count" type="numbr"/>
  </Data>
  <View><Text content="{$state.count}"/></View>
</NexusPanel>
`;

let folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "nexus-kernel-cli-"));
});
after(() => rm(folder, { recursive: true, force: true }));

/** Writes a file into the folder of the tests, and answers its name. */
async function file(name, content) {
  await writeFile(join(folder, name), content);
  return name;
}

/** Runs a command there. */
async function cli(args, { input = "", env = {}, node = [] } = {}) {
  const child = spawn(process.execPath, [...node, MAIN, ...args], { cwd: folder, env: { ...process.env, NO_COLOR: "", ...env } });
  child.stdin.end(input);
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise((resolve) => child.on("close", resolve)),
  ]);
  return { stdout, stderr, code };
}

/** Runs a command with `--json`, which prints one document and nothing else. */
async function json(args, options) {
  const { stdout, stderr, code } = await cli([...args, "--json"], options);
  assert.equal(stderr, "");
  return { ...JSON.parse(stdout), code };
}

describe("every command", () => {
  test("tells how it is called", async () => {
    const general = await cli(["--help"]);
    assert.equal(general.code, 0);
    for (const command of COMMANDS) {
      assert.match(general.stdout, new RegExp(`^  ${command} `, "m"));
      const { stdout, stderr, code } = await cli([command, "--help"]);
      assert.deepEqual([code, stderr], [0, ""]);
      assert.ok(stdout.startsWith(`Usage: nexus-kernel ${command} `), stdout);
      assert.equal((await json([command, "-h"])).help, stdout.trimEnd());
    }
  });

  test("refuses what it cannot understand, and ends with 2", async () => {
    const good = await file("good.nxml", COUNTER);
    const wrong = [
      [[], "a command is missing"],
      [["chek"], 'no command "chek"'],
      [["constructor"], 'no command "constructor"'],
      [["check"], "a file is missing"],
      [["check", "--strict", good], "--strict"],
      [["infer"], "a file is missing"],
      [["infer", good, good], "one operand too many"],
      [["infer", good, "--capabilities"], "--capabilities"],
      [["replay"], "a record is missing"],
      [["run"], "a file is missing"],
      [["run", good, "add", "more"], "one operand too many"],
      [["run", good, "add", "--args", "{"], "--args is no JSON"],
      [["run", good, "add", "--args", "5"], "--args has to be"],
      [["run", good, "add", "--args", "@nowhere.json"], "nowhere.json cannot be read"],
      [["run", good, "add", "--state", "[]"], "--state has to be an object"],
      [["run", good, "add", "--timeout", "1s"], "--timeout has to be"],
      [["run", good, "add", "--capabilities", "state:read:*"], "--capabilities is for handlers"],
      [["run", good, "add", "--args", '{ "bye": 1 }'], "bye"],
      [["run", good, "subtract"], "subtract"],
      [["run", good, "add", "--state", '{ "cuont": 1 }'], "cuont"],
      [["run", good, "add", "--allow-host", "a b"], "allowedDomains"],
      [["verify"], "a file is missing"],
      [["verify", "--last-hash", "1", good], "64 hexadecimal digits"],
      ...COMMANDS.map((command) => [[command, "nowhere.nxml"], "nowhere.nxml cannot be read"]),
    ];
    await Promise.all(
      wrong.map(async ([args, said]) => {
        const { stdout, stderr, code } = await cli(args);
        assert.deepEqual([code, stdout], [2, ""], args.join(" "));
        assert.ok(stderr.includes(said), `${args.join(" ")}: ${stderr}`);
        const { error, code: jsonCode } = await json(args);
        assert.equal(jsonCode, 2);
        assert.ok(error.message.includes(said), error.message);
        assert.match(error.code, /^[A-Z_]+$/);
      }),
    );
  });

  test("tells its version", async () => {
    const { version } = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8"));
    assert.deepEqual(await cli(["--version"]), { stdout: `${version}\n`, stderr: "", code: 0 });
    assert.equal((await json(["--version"])).version, version);
  });
});

describe("check", () => {
  test("says nothing but the count of a good document", async () => {
    assert.deepEqual(await cli(["check", await file("good.nxml", COUNTER)]), { stdout: "0 errors, 0 warnings\n", stderr: "", code: 0 });
  });

  test("shows the line with a caret and a hint, tabs as they are", async () => {
    const { stdout, code } = await cli(["check", await file("bad.nxml", BAD)]);
    assert.equal(code, 1);
    assert.equal(
      stdout,
      `bad.nxml:3:22: error INVALID_TYPE: there is no type "numbr"
  3 | \t<State name="count" type="numbr"/>
    | \t                    ^
  hint: did you mean "number"?
1 error, 0 warnings
`,
    );
  });

  test("warnings are no errors", async () => {
    const { stdout, code } = await cli(["check", await file("warned.nxml", '<NexusPanel><Data><State name="a"/></Data></NexusPanel>')]);
    assert.match(stdout, /warning UNUSED_STATE/);
    assert.match(stdout, /0 errors, 1 warning\n$/);
    assert.equal(code, 0);
  });

  test("takes several files, and handlers", async () => {
    const files = [await file("good.nxml", COUNTER), await file("bad.nxml", BAD), await file("bad.js", "const a = 1;\nconst = 2;")];
    const { valid, errors, warnings, files: checked, code } = await json(["check", ...files]);
    assert.deepEqual([code, valid, errors, warnings], [1, false, 2, 0]);
    assert.deepEqual(checked.map((one) => [one.file, one.valid]), [["good.nxml", true], ["bad.nxml", false], ["bad.js", false]]);
    const [diagnostic] = checked[2].diagnostics;
    assert.deepEqual([diagnostic.code, diagnostic.severity, diagnostic.location], ["COMPILATION_ERROR", "error", { line: 2, column: 7 }]);
    assert.equal(checked[1].diagnostics[0].path, "/NexusPanel/Data/State/@type");
  });

  test("reads standard input, a document or a handler", async () => {
    assert.match((await cli(["check", "-"], { input: BAD })).stdout, /^<stdin>:3:22: error/);
    assert.equal((await cli(["check", "-"], { input: "return 1 < 2" })).code, 0);
    assert.match((await cli(["check", "-"], { input: "return 1 <" })).stdout, /COMPILATION_ERROR/);
  });

  test("cuts long lines to what is near the mistake", async () => {
    const long = `<NexusPanel><View><Text content="${"a".repeat(5000)}{$state.b}${"c".repeat(5000)}"/></View></NexusPanel>`;
    const [, line, caret] = (await cli(["check", "-"], { input: long })).stdout.split("\n");
    assert.ok(line.length < 150, line);
    assert.equal(line.slice(caret.indexOf("^")).slice(0, 2), "b}");
  });

  test("lets no document steer the terminal", async () => {
    const { stdout } = await cli(["check", "-"], { input: '<NexusPanel><View><Text variant="\x1b[2J\x07\u009b1m" content="a"/></View></NexusPanel>' });
    assert.match(stdout, /\\x1b\[2J\\x07\\x9b1m/);
    assert.doesNotMatch(stdout, /[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
  });

  test("is coloured on a terminal, unless NO_COLOR is set", async () => {
    const terminal = { node: ["--import", "data:text/javascript,process.stdout.isTTY = true"] };
    await file("bad.nxml", BAD);
    assert.match((await cli(["check", "bad.nxml"], terminal)).stdout, /\x1b\[31merror INVALID_TYPE\x1b\[39m/);
    assert.doesNotMatch((await cli(["check", "bad.nxml"], { ...terminal, env: { NO_COLOR: "1" } })).stdout, /\x1b/);
    assert.doesNotMatch((await cli(["check", "bad.nxml"])).stdout, /\x1b/);
  });
});

describe("infer", () => {
  const source = `<NexusPanel><Data><State name="a" type="number"/></Data><Logic><Extension name="nexus.http"/>
    <Tool name="t" capabilities="state:read:*, ext:http?host=a.example, events:emit:x"><Trigger type="manual"/>
      <Handler>$state.a = (await $ext.http.get("https://a.example")).data + $state.a</Handler></Tool>
    <Lifecycle on="mount"><Handler>return 1</Handler></Lifecycle></Logic></NexusPanel>`;

  test("tells what each handler needs, lacks and declares in vain", async () => {
    const { handlers, code } = await json(["infer", await file("infer.nxml", source)]);
    assert.equal(code, 0);
    const [tool, mount] = handlers;
    assert.deepEqual([tool.name, tool.kind, tool.location], ["t", "tool", { line: 3, column: 7 }]);
    assert.deepEqual([...tool.inferred].sort(), ["ext:http.get", "state:read:a", "state:write:a"]);
    assert.deepEqual([tool.missing, tool.unused], [["state:write:a"], ["events:emit:x"]]);
    assert.deepEqual([mount.kind, mount.inferred, mount.missing, mount.unused], ["mount", [], [], []]);
    const { stdout } = await cli(["infer", "infer.nxml"]);
    assert.match(stdout, /^t\n(  declared .*\n|  missing  state:write:a\n){3}  unused   events:emit:x\n<mount>\n  needs nothing\n$/);
  });

  test("compares a handler in a file with what it is given", async () => {
    const given = ["infer", "-", "--capabilities", "state:read:b, host:x"];
    const { handlers: [handler] } = await json(given, { input: "return $state.a + $state.b" });
    assert.deepEqual([handler.missing, handler.unused], [["state:read:a"], ["host:x"]]);
    assert.equal((await json(["infer", "-", "--capabilities", "state:reed:b"], { input: "return 1" })).error.code, "INVALID_CAPABILITY");
  });

  test("ends with 1 if code cannot be parsed", async () => {
    const { handlers: [handler], diagnostics, code } = await json(["infer", "-"], { input: "return (" });
    assert.deepEqual([code, handler.inferred, handler.missing], [1, undefined, []]);
    assert.equal(diagnostics[0].code, "COMPILATION_ERROR");
  });
});

describe("run", () => {
  test("prints what came of a tool", async () => {
    await file("counter.nxml", COUNTER);
    const { stdout, stderr, code } = await cli(["run", "counter.nxml", "add", "--args", '{ "by": 2 }', "--scope", '{ "from": "here" }']);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.equal(
      stdout,
      `returned
  [3,"here"]
state
  count = 3
events
  added {"by":2}
view
  focus shown {}
log
  warn it is 3
`,
    );
  });

  test("takes arguments by position, out of files, and another state; the only tool needs no name", async () => {
    await file("counter.nxml", COUNTER);
    await file("args.json", "[3]");
    const result = await json(["run", "counter.nxml", "--args", "@args.json", "--state", "@-"], { input: '{ "count": 10 }' });
    assert.deepEqual([result.code, result.status, result.returnValue], [0, "success", [13, null]]);
    assert.deepEqual([result.state, result.computed], [{ count: 13 }, { double: 26 }]);
    assert.deepEqual(result.stateMutations, [{ key: "count", value: 13, operation: "set" }]);
    assert.deepEqual(result.logs, [{ level: "warn", message: "it is 13" }]);
  });

  test("shows where a tool failed, and ends with 1", async () => {
    await file("counter.nxml", COUNTER);
    const { stdout, stderr, code } = await cli(["run", "counter.nxml", "add", "--args", "[-1]"]);
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, /^counter\.nxml:10:\d+: error EXECUTION_ERROR: RangeError: downwards\n  10 \|         if \(\$args\.by < 0\) throw/);
    const result = await json(["run", "counter.nxml", "add", "--args", "[-1]"]);
    assert.deepEqual([result.code, result.status, result.error.code, result.state], [1, "error", "EXECUTION_ERROR", { count: 1 }]);
  });

  test("says that the panel's mount failed, and runs the tool", async () => {
    const input = `<NexusPanel><Logic><Tool name="t" trigger="manual"><Handler>return 1</Handler></Tool>
      <Lifecycle on="mount"><Handler>throw new Error("no")</Handler></Lifecycle></Logic></NexusPanel>`;
    const { stdout, stderr, code } = await cli(["run", "-"], { input });
    assert.deepEqual([code, stdout, stderr], [0, "returned\n  1\n", "warning: the panel's mount failed before\n"]);
    const { mountFailed, returnValue } = await json(["run", "-"], { input });
    assert.deepEqual([mountFailed, returnValue], [true, 1]);
  });

  test("refuses a document that is not valid, with all diagnostics", async () => {
    await file("bad.nxml", BAD);
    const { stderr, code } = await cli(["run", "bad.nxml"]);
    assert.equal(code, 1);
    assert.match(stderr, /^bad\.nxml:3:22: error INVALID_TYPE/);
    const refused = await json(["run", "bad.nxml"]);
    assert.deepEqual([refused.code, refused.error.code, refused.diagnostics.length], [1, "INVALID_TYPE", 1]);
  });

  test("runs a handler with what it may do, and that alone", async () => {
    await file("handler.js", "$state.n++; return $args");
    const { stdout } = await cli(["run", "handler.js", "--state", '{ "n": 1 }', "--args", "5", "--capabilities", "state:read:n,state:write:n"]);
    assert.equal(stdout, "returned\n  5\nstate\n  n = 2\n");
    const denied = await json(["run", "handler.js", "--state", '{ "n": 1 }']);
    assert.deepEqual([denied.code, denied.error.code], [1, "PERMISSION_DENIED"]);
    assert.equal((await cli(["run", "handler.js", "tool"])).code, 2);
  });

  test("stops what takes too long", async () => {
    const started = performance.now();
    const result = await json(["run", "-", "--timeout", "100"], { input: "for (;;);" });
    assert.deepEqual([result.code, result.error.code], [1, "TIMEOUT"]);
    assert.ok(performance.now() - started < 10_000);
  });

  test("asks no host but those that are named", async () => {
    const server = createServer((request, response) => response.setHeader("content-type", "application/json").end('{"n":7}'));
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const host = `127.0.0.1:${server.address().port}`;
      const handler = { input: `return (await $ext.http.get("http://${host}/")).data.n` };
      const run = ["run", "-", "--capabilities", "ext:http.get"];
      for (const allowed of [[], ["--allow-host", host], ["--allow-host", "example.com", "--allow-private"]]) {
        assert.equal((await json([...run, ...allowed], handler)).error.code, "EXTENSION_ERROR", allowed.join(" "));
      }
      assert.equal((await json([...run, "--allow-host", `example.com,${host}`, "--allow-private"], handler)).returnValue, 7);
    } finally {
      server.close();
    }
  });
});

describe("replay", () => {
  test("does what was recorded once more", async () => {
    await file("counter.nxml", COUNTER);
    const ran = await json(["run", "counter.nxml", "add", "--record", "counter.record"]);
    const { status, result, code } = await json(["replay", "counter.record"]);
    assert.deepEqual([code, status, result.returnValue], [0, "same", ran.returnValue]);
    assert.deepEqual(await cli(["replay", "counter.record"]), { stdout: "same: 1 segment, success\n", stderr: "", code: 0 });
  });

  test("what JSON cannot say survives the file", async () => {
    const input = 'return [NaN, -0, Infinity, { $number: "1" }, { $object: [] }, { ["__proto__"]: 1 }]';
    await cli(["run", "-", "--record", "odd.record"], { input });
    assert.equal((await cli(["replay", "odd.record"])).stdout, "same: 1 segment, success\n");
  });

  test("tells where a run diverges from its record, and ends with 1", async () => {
    await cli(["run", "-", "--record", "a.record", "--capabilities", "events:emit:a"], { input: "$emit('a', 1); return 1" });
    const record = await readFile(join(folder, "a.record"), "utf8");
    await file("changed.record", record.replace('"payload":1', '"payload":2'));
    const { stdout, code } = await cli(["replay", "changed.record"]);
    assert.equal(code, 1);
    assert.match(stdout, /^diverged: .*\n  segment   1 of 1\n  at        segment\.events\[0\]\.payload\n  expected  2\n  found     1\n$/);
    const { status, divergence } = await json(["replay", "changed.record"]);
    assert.deepEqual([status, divergence.expected, divergence.found], ["diverged", 2, 1]);
  });

  test("refuses what is no record", async () => {
    for (const content of ["", "{}", "[1]", '{"version":2}', '{"$bytes":"AA=="}']) {
      assert.equal((await cli(["replay", await file("none.record", content)])).code, 2, content);
    }
  });
});

describe("verify", () => {
  /** The audit log of a run, line by line. */
  async function audit() {
    await file("counter.nxml", COUNTER);
    await cli(["run", "counter.nxml", "add", "--audit", "audit.jsonl"]);
    return (await readFile(join(folder, "audit.jsonl"), "utf8")).trimEnd().split("\n");
  }
  const verified = async (lines, ...options) => json(["verify", "-", ...options], { input: lines.map((line) => `${line}\n`).join("") });

  test("an audit log is as it was written", async () => {
    const lines = await audit();
    assert.ok(lines.length > 5, `${lines.length} entries`);
    const { valid, entries, lastHash, code } = await verified(lines);
    assert.deepEqual([code, valid, entries], [0, true, lines.length]);
    assert.equal(lastHash, JSON.parse(lines.at(-1)).hash);
    assert.deepEqual(await cli(["verify", "audit.jsonl", "--last-hash", lastHash]), {
      stdout: `valid: ${entries} entries, 1 to ${entries}\n`,
      stderr: "",
      code: 0,
    });
  });

  test("finds what was changed, taken out, moved or cut off", async () => {
    const lines = await audit();
    const [a, b, c, ...rest] = lines;
    const changes = [
      [[a, b.replace('"allowed"', '"altered"'), c, ...rest], 2, "changed"],
      [[a, c, ...rest], 2, "missing"],
      [[a, c, b, ...rest], 2, "reordered"],
      [[a, b, b, c, ...rest], 3, "duplicated"],
      [[a, "no entry", c], 2, "unreadable"],
    ];
    for (const [changed, line, kind] of changes) {
      const { valid, firstProblem, code } = await verified(changed);
      assert.deepEqual([code, valid, firstProblem.line, firstProblem.kind], [1, false, line, kind]);
    }
    const cut = lines.slice(0, -1);
    assert.equal((await verified(cut)).code, 0);
    const { firstProblem, code } = await verified(cut, "--last-hash", JSON.parse(lines.at(-1)).hash);
    assert.deepEqual([code, firstProblem.line, firstProblem.kind], [1, lines.length, "missing"]);
    const { stdout } = await cli(["verify", "-"], { input: `${a}\n${c}\n` });
    assert.match(stdout, /^-:2: missing: the entry 2 is missing before it\n$/);
  });
});
