import { PanelsObject, fetchPanels } from "nexus-kernel/worker";
import { kernelOptions } from "../test-kernel.mjs";

export class Panels extends PanelsObject {
  options() {
    return kernelOptions(JSON.parse(this.env.OPTIONS));
  }
}

export default {
  fetch: (request, env) => fetchPanels(request, env.PANELS),
};
