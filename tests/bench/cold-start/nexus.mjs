import { createKernel } from "nexus-kernel";

export async function first() {
  const kernel = await createKernel();
  const { returnValue } = await kernel.run("return $args.a * $args.b;", { args: { a: 6, b: 7 } });
  return returnValue;
}
