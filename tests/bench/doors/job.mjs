// The work that both servers do: a counter that is asked and changed.

/** A panel with the counter. */
export const COUNTER = `<NexusPanel id="counter" title="Counter">
  <Data><State name="count" type="number"/></Data>
  <Logic>
    <Tool name="add" capabilities="state:read:count, state:write:count">
      <Arg name="by" type="number" default="1"/>
      <Handler>$state.count += $args.by; return $state.count;</Handler>
    </Tool>
  </Logic>
</NexusPanel>`;

/** What is asked of a server, by name: what `fetch` takes. */
export const REQUESTS = {
  "the state": { method: "GET", path: "/panels/counter/state" },
  "a tool": {
    method: "POST",
    path: "/panels/counter/trigger/add",
    headers: { "content-type": "application/json" },
    body: '{"by":1}',
  },
};

/** What is told to a socket to have the tool run. */
export const trigger = (requestId) => JSON.stringify({ type: "TRIGGER", tool: "add", args: { by: 1 }, requestId });
