// Shows an emitted OpenAPI document to the readers that the Node world has, unchanged.
//
//     node check_documents.mjs OPENAPI.json VALID_BODY
//
// - @apidevtools/swagger-parser validates it against the OpenAPI 3.1 schema.
// - swagger-client resolves it; it is the reader of Swagger UI.
// - Prism serves it: a valid body must be answered with 200, broken ones with 400 or 422, one without a key with 401.
//
// Prints one line per check; exits with 1 if one fails.

import SwaggerParser from "@apidevtools/swagger-parser";
import SwaggerClient from "swagger-client";
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { check, expect, finish } from "../checks.mjs";

const [path, valid] = process.argv.slice(2);

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

// Prism, once it says that it listens.
async function prism() {
  const port = await freePort();
  const program = "node_modules/@stoplight/prism-cli/dist/index.js";
  const child = spawn(process.execPath, [program, "mock", "--host", "127.0.0.1", "--port", port, path]);
  let said = "";
  const ready = new Promise((resolve, reject) => {
    const listen = (bytes) => {
      said += bytes;
      if (said.includes("listening")) resolve();
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    child.on("exit", () => reject(new Error(said)));
    setTimeout(() => reject(new Error(`it does not start: ${said}`)), 60_000).unref();
  });
  return { child, ready, url: `http://127.0.0.1:${port}/` };
}

async function status(url, body, headers) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  return { status: answer.status, text: await answer.text() };
}

await check("swagger-parser", () => SwaggerParser.validate(path));

await check("swagger-client", async () => {
  const spec = JSON.parse(await readFile(path, "utf8"));
  const { errors } = await SwaggerClient.resolve({ spec });
  expect(errors.length === 0, JSON.stringify(errors));
});

const { child, ready, url } = await prism();
await check("prism", async () => {
  await ready;
  const key = { authorization: "Bearer any" };
  const [task] = JSON.parse(valid);
  const good = await status(url, [task], key);
  expect(good.status === 200, `a valid body: ${good.status} ${good.text}`);
  const names = Object.keys(task);
  const broken = [...names.map((name) => ({ ...task, [name]: undefined })), { ...task, stranger: 1 }];
  for (const body of [...broken.map((one) => [one]), [], {}]) {
    const answer = await status(url, body, key);
    const isRefused = answer.status === 400 || answer.status === 422;
    expect(isRefused, `${JSON.stringify(body)}: ${answer.status} ${answer.text}`);
  }
  const keyless = await status(url, [task], {});
  expect(keyless.status === 401, `no key: ${keyless.status} ${keyless.text}`);
});
child.removeAllListeners("exit");
child.kill();

finish();
