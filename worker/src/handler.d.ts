// wrangler.jsonc bundles handlers as text: they run in the sandbox, not here.
declare module "*.handler.js" {
  const source: string;
  export default source;
}
