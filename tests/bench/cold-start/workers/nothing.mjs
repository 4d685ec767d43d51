export default { fetch: () => new Response("42") };
