// The built package, as an embedder's `import "nexus-kernel"` finds it in Node.

export * from "../../target/npm/nexus-kernel/dist/entry/node.js";
