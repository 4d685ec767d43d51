// The Durable Object that holds the panels.

import { httpExtension, storageExtension, type KernelOptions } from "nexus-kernel";
import { PanelsObject } from "nexus-kernel/worker";
import { hostsOf, type Environment } from "./kernel.ts";
import counter from "../panels/counter.nxml";

/** The panels, with the extensions `http`, for the hosts of this Worker's settings, and `storage`. */
export class Panels extends PanelsObject<Environment> {
  override options(): KernelOptions {
    const extensions = [httpExtension(hostsOf(this.env)), storageExtension({ backend: this.ctx.storage })];
    return { ...super.options(), extensions };
  }

  override documents(): Readonly<Record<string, string>> {
    return { counter };
  }
}
