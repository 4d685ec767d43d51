// The core package: who needs one variant does not take the others along.

import variant from "@jitl/quickjs-ng-wasmfile-release-sync";
import { newQuickJSWASMModuleFromVariant } from "quickjs-emscripten-core";

export async function first() {
  const context = (await newQuickJSWASMModuleFromVariant(variant)).newContext();
  return context.unwrapResult(context.evalCode("6 * 7")).consume(context.getNumber);
}
