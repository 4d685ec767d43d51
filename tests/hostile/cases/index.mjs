// The classes of hostile handlers. Each file exports an array of cases:
//
//   name      what it tries
//   source    the handler
//   options   what `run` is given beside it; without `capabilities` everything is granted
//   stops     the code, or the codes, with which it has to end; whatever else it would do it must not get to
//   either    it may as well succeed: where that is the engine's own matter
//   check     looks at a result; without `stops` the run has to succeed
//
// Every case has `stops` or `check`, and every name is given once in its class.

import escape from "./escape.mjs";
import leftovers from "./leftovers.mjs";
import limits from "./limits.mjs";
import memory from "./memory.mjs";
import nativeLoops from "./native-loops.mjs";
import processor from "./processor.mjs";

export const classes = { processor, "native loops": nativeLoops, memory, escape, limits, leftovers };
