// A kernel in a Web Worker, whose panels are shown by the page.

import { createKernel } from "nexus-kernel";

const ready = createKernel();

addEventListener("message", async ({ data: { nxml, port } }) => {
  const kernel = await ready;
  const panel = await kernel.panels.create(nxml);
  panel.accept(port);
});
