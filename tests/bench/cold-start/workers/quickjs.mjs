// Workers compile no WebAssembly: the module comes with the bundle, and is put into the variant.

import variant from "@jitl/quickjs-wasmfile-release-sync";
import { newQuickJSWASMModuleFromVariant, newVariant } from "quickjs-emscripten-core";
import wasmModule from "../../../node_modules/@jitl/quickjs-wasmfile-release-sync/dist/emscripten-module.wasm";

export default {
  async fetch() {
    const context = (await newQuickJSWASMModuleFromVariant(newVariant(variant, { wasmModule }))).newContext();
    return new Response(context.unwrapResult(context.evalCode("6 * 7")).consume(context.getNumber));
  },
};
