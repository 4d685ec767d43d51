// node brotli.mjs FILE…: how many bytes each takes, compressed with brotli at quality 11; a line each.

import { readFileSync } from "node:fs";
import { brotliCompressSync, constants } from "node:zlib";

const params = { [constants.BROTLI_PARAM_QUALITY]: 11 };
for (const file of process.argv.slice(2)) console.log(brotliCompressSync(readFileSync(file), { params }).length);
