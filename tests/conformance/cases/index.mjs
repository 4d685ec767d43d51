// Every behaviour, by subject and name. Each file exports an object of them, a function of a Trial each.

import abort from "./abort.mjs";
import calls from "./calls.mjs";
import capabilities from "./capabilities.mjs";
import compilation from "./compilation.mjs";
import effects from "./effects.mjs";
import errors from "./errors.mjs";
import extensions from "./extensions.mjs";
import hostFunctions from "./host-functions.mjs";
import http from "./http.mjs";
import kernel from "./kernel.mjs";
import language from "./language.mjs";
import limits from "./limits.mjs";
import panels from "./panels.mjs";
import parking from "./parking.mjs";
import recovery from "./recovery.mjs";
import replay from "./replay.mjs";
import results from "./results.mjs";
import segments from "./segments.mjs";
import state from "./state.mjs";
import values from "./values.mjs";

export const subjects = {
  results,
  values,
  state,
  effects,
  language,
  errors,
  capabilities,
  calls,
  segments,
  abort,
  limits,
  recovery,
  compilation,
  extensions,
  "host functions": hostFunctions,
  http,
  kernel,
  panels,
  parking,
  replay,
};
