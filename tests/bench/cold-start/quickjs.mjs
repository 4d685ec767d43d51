import { getQuickJS } from "quickjs-emscripten";

export async function first() {
  const context = (await getQuickJS()).newContext();
  return context.unwrapResult(context.evalCode("6 * 7")).consume(context.getNumber);
}
