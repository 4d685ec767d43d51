// wrangler.jsonc bundles these as text: handlers run in the sandbox, not here, and panels are made of documents.
declare module "*.handler.js" {
  const source: string;
  export default source;
}
declare module "*.nxml" {
  const document: string;
  export default document;
}
