// Exercises the official JavaScript SDK, unchanged but for its address, against a mock that is already running.
//
//     node check_sdk.mjs ws://127.0.0.1:8080/v1 KEY
//
// The mock must accept that key and no other. Prints one line per check; exits with 1 if one fails.

import { Runware } from "@runware/sdk-js";
import { check, expect, failed, finish } from "./checks.mjs";

const [url, apiKey] = process.argv.slice(2);
const wanted = { positivePrompt: "a lighthouse", model: "openai:gpt-image@2", width: 64, height: 48 };

async function refusal(run) {
  try {
    await run();
  } catch (error) {
    return JSON.stringify(error) + String(error?.message ?? "");
  }
  throw new Error("it was not refused");
}

const client = await Runware.initialize({ apiKey, url });

await check("javascript one result", async () => {
  const images = await client.requestImages({ ...wanted, numberResults: 1 });
  expect(images.length === 1 && images[0].imageURL.startsWith("http://"), JSON.stringify(images));
  const file = await fetch(images[0].imageURL);
  expect(file.ok && file.headers.get("content-type") === "image/jpeg", `${file.status}`);
});

await check("javascript several results", async () => {
  const images = await client.requestImages({ ...wanted, numberResults: 3 });
  expect(new Set(images.map((image) => image.imageUUID)).size === 3, JSON.stringify(images));
});

await check("javascript refused request", async () => {
  const words = await refusal(() => client.requestImages({ ...wanted, width: 17 }));
  expect(words.includes("invalidWidth"), words);
});

console.log(`javascript: ${failed} failed`);
finish();
