// Workers import a compiled module as a file.
declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
