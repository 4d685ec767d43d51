// One section, in a process that nothing was measured in before: what others leave to the collector of garbage would slow it down.

process.once("message", async ({ name, options }) => {
  const { measure } = await import(`./${name}.mjs`);
  process.send(await measure(options), () => process.exit());
});
