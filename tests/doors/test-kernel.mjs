// The kernel that the tests knock at, the same behind every door.

/** Options of `createKernel`: what is given, with extensions whose methods take their time. */
export function kernelOptions(given) {
  return { logger: { level: "silent" }, ...given, extensions: [test] };
}

const test = {
  name: "test",
  methods: ["echo", "sleep", "fail"],
  async call(method, [value], { signal }) {
    await later(method === "sleep" ? value : 1, signal);
    if (method === "fail") throw new Error("failed as asked");
    return value;
  },
};

function later(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

/** Everything that a tool of these tests may need. */
const EVERYTHING = "state:read:*, state:write:*, events:emit:*, view:update:*, ext:test";

const tool = (name, code, parts = "") =>
  `<Tool name="${name}" capabilities="${EVERYTHING}">${parts}<Handler><![CDATA[${code}]]></Handler></Tool>`;

/** A panel with a tool for everything that is tested. */
export const PANEL = `<NexusPanel title="Test" description="A panel of the tests">
<Data>
  <State name="count" type="number"/>
  <State name="step" type="number"/>
  <State name="note" type="string"/>
  <State name="list" type="list"/>
  <Computed name="double" value="$state.count * 2"/>
</Data>
<Logic><Extension name="nexus.test"/>
${tool("add", "$state.count += $args.by; return $state.count;", '<Arg name="by" type="number" default="1"/>')}
${tool("tell", "$emit('told', $args.what); return 'told';", '<Arg name="what" type="string" default="it"/>')}
${tool("both", "$state.count += 1; $emit('counted', { count: $state.count, by: $args.who }); return $state.count;", '<Arg name="who" type="number" default="0"/>')}
${tool("twice", `$state.step = 1; $emit("begun", {}); const a = await $ext.test.echo("a");
  $state.step = 2; $emit("between", { a }); const b = await $ext.test.echo("b");
  $state.step = 3; $emit("done", { a, b }); $view.focus("shown"); $log("both", a, b); return a + b;`)}
${tool("wait", "await $ext.test.sleep($args.ms); return 'slept';", '<Arg name="ms" type="number" default="5"/>')}
${tool("fail", "$state.count = 99; throw new RangeError('as asked');")}
${tool("refused", "await $ext.test.fail();")}
${tool("fill", "$state.note = 'x'.repeat($args.bytes); return 'filled';", '<Arg name="bytes" type="number" default="10"/>')}
${tool("echo", "return $args.value ?? null;", '<Arg name="value" type="object" required="false"/>')}
</Logic>
<View><Layout><Text id="shown" content="{$state.count}"/><Input bind="$state.note"/></Layout></View>
</NexusPanel>`;
