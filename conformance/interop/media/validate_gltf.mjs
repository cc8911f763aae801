// Prints what the glTF validator finds in each file that is named, as JSON: nothing, or its messages.

import { readFile } from "node:fs/promises";
import validator from "gltf-validator";

const found = {};
for (const path of process.argv.slice(2)) {
  const { issues } = await validator.validateBytes(new Uint8Array(await readFile(path)));
  found[path] = issues.messages.map(({ code, message, pointer }) => `${code} at ${pointer}: ${message}`).join("; ");
}
console.log(JSON.stringify(found));
