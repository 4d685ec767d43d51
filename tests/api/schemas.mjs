// The documents that tell what the API takes and answers, as validators.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

/** The protocol's JSON Schema, as the package has it. */
export const protocol = JSON.parse(readFileSync(fileURLToPath(import.meta.resolve("nexus-kernel/protocol.schema.json")), "utf8"));

/** A copy in which objects have no members but those that the schema tells of: what it forgets is found. */
export function closed(schema) {
  if (Array.isArray(schema)) return schema.map(closed);
  if (schema === null || typeof schema !== "object") return schema;
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  const isObject = copy.type === "object" && copy.properties && copy.additionalProperties === undefined;
  return isObject ? { ...copy, additionalProperties: false } : copy;
}

/** Makes validators for what stands at JSON pointers of a document. Each answers what is wrong, or undefined. */
export function validators(document) {
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  addFormats.default(ajv);
  ajv.addSchema({ ...document, $id: "document" });
  const compiled = new Map();
  return (...steps) => {
    const pointer = steps.map((step) => `/${encodeURIComponent(String(step).replaceAll("~", "~0").replaceAll("/", "~1"))}`).join("");
    if (!compiled.has(pointer)) compiled.set(pointer, ajv.compile({ $ref: `document#${pointer}` }));
    const validate = compiled.get(pointer);
    return (value) => (validate(value) ? undefined : ajv.errorsText(validate.errors));
  };
}
