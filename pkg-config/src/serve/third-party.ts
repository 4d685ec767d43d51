// What the server is made of that others keep. The build puts both packages into this file (build/bundle-serve.mjs), so that the
// package depends on nothing: whoever installs it for a page or a Worker loads no server, `npm audit` has nothing to tell of packages
// that they do not use, and Hono, which its adapter names as a peer, is not installed for the 60 KB of it that are used here. Their versions
// are pinned in this package and new ones come with it; who cannot wait writes `serve` over `kernel.fetch` and `kernel.upgrade` alone.
//
// The adapter was chosen by measurement: under 32 connections `@hono/node-server` takes 47 to 78 us of processor time a request,
// `@remix-run/node-fetch-server` 90 to 150, bare `node:http` 16 to 22.

export { RequestError, getRequestListener } from "@hono/node-server";
export { WebSocketServer } from "ws";
