// node boot-image.mjs MODULE IMAGE: boots the sandbox module and writes the memory that it leaves to IMAGE.
// The image becomes part of the module (`nexus_passes::embed_image`), so whatever would make it wrong ends here.

import { readFileSync, writeFileSync } from "node:fs";

const [modulePath, imagePath] = process.argv.slice(2);
const module = new WebAssembly.Module(readFileSync(modulePath));

function boot() {
  const refuse = () => {
    throw new Error("the module called a host function while it booted");
  };
  const { exports } = new WebAssembly.Instance(module, { nexus: { tick: () => 1n << 40n, host_call: refuse } });
  const stackPointer = exports.__stack_pointer.value;
  exports.nexus_boot();
  if (exports.__stack_pointer.value !== stackPointer) throw new Error("booting left something on the stack");
  // What calls left below the stack pointer is nobody's: it would only make the module larger.
  const memory = Buffer.from(exports.memory.buffer.slice(0));
  memory.fill(0, 0, stackPointer);
  return memory;
}

const image = boot();
if (!image.equals(boot())) throw new Error("booting twice leaves two different memories");
writeFileSync(imagePath, image);
