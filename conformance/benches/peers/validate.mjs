// Times Ajv, compiled, on the requests of the benches.
//
//     node validate.mjs SCHEMA CORPUS_FOLDER SECONDS
//
// Prints one line of JSON for each request: its name and the nanoseconds that a verdict takes, the median of five runs.
// The verdicts are asserted: a file's name says whether the request is valid.

import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const [schema, corpus, seconds] = process.argv.slice(2);
const ajv = new Ajv({ allErrors: true, strict: false });
addFormats(ajv);
const validate = ajv.compile(JSON.parse(readFileSync(schema, "utf8")));

function timed(value, budget) {
  const start = process.hrtime.bigint();
  const end = start + BigInt(Math.round(budget * 1e9));
  let count = 0;
  do {
    validate(value);
    count += 1;
  } while (process.hrtime.bigint() < end);
  return Number(process.hrtime.bigint() - start) / count;
}

for (const file of readdirSync(corpus).filter((file) => file.endsWith(".json")).sort()) {
  const value = JSON.parse(readFileSync(join(corpus, file), "utf8"));
  const name = file.slice(3, -5);
  if (validate(value) !== name.endsWith(", valid")) throw new Error(name);
  timed(value, seconds / 5);
  const runs = Array.from({ length: 5 }, () => timed(value, seconds / 5)).sort((a, b) => a - b);
  console.log(JSON.stringify({ name, ns: runs[2] }));
}
