// What a run did, for people.

const json = (value) => JSON.stringify(value);

/** Lines of text about a result of the job. */
export function story(result, state) {
  const { status, returnValue, error, stateMutations, events, viewCommands, logs, suspensions, denials = [], metrics } = result;
  const lines = [["result", status === "success" ? json(returnValue) : `${error?.code}: ${error?.message}`]];
  for (const { key, value, operation } of stateMutations) {
    lines.push(["state", operation === "set" ? `${key}: ${json(state[key]) ?? "(none)"} -> ${json(value)}` : `${key}: deleted`]);
  }
  for (const { extensionName, method, args } of suspensions) lines.push(["call", `${extensionName}.${method}(${args.map(json).join(", ")})`]);
  for (const { name, payload } of events) lines.push(["event", `${name} ${json(payload)}`]);
  for (const { type, componentId, args } of viewCommands) lines.push(["view", `#${componentId} ${type} ${json(args)}`]);
  for (const { level, message } of logs) lines.push([level, message]);
  for (const { operation, capability } of denials) lines.push(["denied", `${operation}, which needs ${capability}`]);
  lines.push(["cost", `${metrics.fuelUsed.toLocaleString("en")} fuel, ${(metrics.durationUs / 1000).toFixed(1)} ms, ${Math.round(metrics.memoryPeakBytes / 1024)} KiB`]);
  return lines.map(([what, text]) => `  ${what.padEnd(7)} ${text}`);
}

/**
 * The result as it has to be everywhere. Left out: the names of the run and of its calls, which are random; times; and fuel and
 * memory, because the answers hold the headers that each platform shows of a response.
 */
export function comparable({ runId, metrics, suspensions, ...rest }) {
  const calls = suspensions.map(({ suspensionId, ...call }) => call);
  return { ...rest, suspensions: calls, hostCalls: metrics.hostCalls };
}
