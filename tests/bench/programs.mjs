// The programs of `programs/`: each is the body of an async function that computes something and returns it as data.

import { readdir, readFile } from "node:fs/promises";

const AsyncFunction = (async () => {}).constructor;

/**
 * Every program, by name, with what the platform's own engine returns for it: whoever runs it has to return the same.
 * @returns {Promise<{ name: string, source: string, expected: string }[]>}
 */
export async function programs() {
  const folder = new URL("programs/", import.meta.url);
  const files = (await readdir(folder)).filter((file) => file.endsWith(".js")).sort();
  return Promise.all(
    files.map(async (file) => {
      const source = await readFile(new URL(file, folder), "utf8");
      const expected = JSON.stringify(await new AsyncFunction(`"use strict";${source}`)());
      return { name: file.slice(0, -3), source, expected };
    }),
  );
}
