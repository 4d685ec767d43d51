import { defineConfig, loadEnv, type Plugin } from "vite";

/**
 * The built page may run its own scripts, compile WebAssembly and reach the servers that it was built for, and nothing else.
 * Inline styles are the editor's. Not in dev, where Vite's client needs more.
 * @param bases addresses of the servers; empty: there is none
 */
function contentSecurityPolicy(bases: readonly (string | undefined)[]): Plugin {
  const origins = bases.filter((base) => base).map((base) => new URL(base as string).origin);
  const sockets = origins.map((origin) => origin.replace(/^http/, "ws"));
  const policy = [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    `connect-src ${["'self'", ...origins, ...sockets].join(" ")}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return {
    name: "content-security-policy",
    apply: "build",
    transformIndexHtml: () => [
      { tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content: policy }, injectTo: "head-prepend" },
    ],
  };
}

export default defineConfig(({ mode }) => {
  const { VITE_API_BASE, VITE_SAMPLES_BASE, VITE_PANELS_BASE } = loadEnv(mode, new URL(".", import.meta.url).pathname);
  return {
    // Relative, so that the built page works under any path.
    base: "./",
    plugins: [contentSecurityPolicy([VITE_API_BASE, VITE_SAMPLES_BASE, VITE_PANELS_BASE])],
    worker: { format: "es" },
    build: {
      target: "es2023",
      // The policy above allows no data: addresses for scripts and modules.
      assetsInlineLimit: 0,
      rolldownOptions: {
        output: { codeSplitting: { groups: [{ name: "editor", test: /node_modules\/@(codemirror|lezer)\// }] } },
      },
    },
    // The package lies outside this folder, in target/npm.
    server: { host: "127.0.0.1", port: 5173, fs: { allow: [".."] } },
    preview: { host: "127.0.0.1", port: 4173, strictPort: true },
    optimizeDeps: { exclude: ["nexus-kernel"] },
  };
});
