// What the scripts that check something have in common: a line for each check, and how many failed.

export let failed = 0;

export async function check(name, run) {
  try {
    await run();
    console.log(`ok      ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}: ${error?.message ?? JSON.stringify(error)}`);
  }
}

export function expect(holds, words) {
  if (!holds) throw new Error(words);
}

// Ends the script, with 1 if a check failed.
export function finish() {
  process.exit(failed > 0 ? 1 : 0);
}
