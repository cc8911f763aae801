// Opens the pages of a report in a browser and uses them as a person would.
//
//     node check_pages.mjs CHROMIUM IMAGES TERMINAL.svg RUN.html COMPARED.html FAULTS.html MODELS.html
//
// - Nothing is loaded beside the page, the console stays silent, and nothing is wider than the screen.
// - The filters hide what they should, a link opens what it leads to, a button copies its command.
// - Everything works with the keyboard alone; without the script all cases are there.
// - axe finds nothing to object to: light and dark, wide and narrow, closed and open.
// - The texts of the image in the README are inside of it.
// - An image of each is kept in the folder IMAGES.
//
// Prints one line per check; exits with 1 if one fails.

import axe from "axe-core";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { chromium } from "playwright-core";
import { check, expect, finish } from "../checks.mjs";

const [program, images, terminal, ...files] = process.argv.slice(2);
const names = ["run", "compared", "faults", "models"];
const sizes = { wide: { width: 1280, height: 900 }, narrow: { width: 390, height: 844 } };

// The pages by HTTP: a browser lets a page copy only where it comes from a safe place, as this machine is.
const server = createServer(async (request, response) => {
  const index = names.indexOf(request.url.slice(1));
  response.writeHead(index < 0 ? 404 : 200, { "content-type": "text/html; charset=utf-8" });
  response.end(index < 0 ? "" : await readFile(files[index]));
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const origin = `http://127.0.0.1:${server.address().port}`;
const browser = await chromium.launch({ executablePath: program, args: ["--no-sandbox"] });

// A page in a context of its own, and what it said and asked for that it should not have.
async function open(name, options = {}) {
  const context = await browser.newContext({ viewport: sizes.wide, ...options });
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin });
  const page = await context.newPage();
  const bad = [];
  page.on("console", (message) => bad.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => bad.push(`error: ${error.message}`));
  page.on("request", (request) => {
    if (request.url().split("#")[0] !== `${origin}/${name}` && !request.url().endsWith("/favicon.ico")) bad.push(`asks for ${request.url()}`);
  });
  await page.goto(`${origin}/${name}`);
  return { page, bad, close: () => context.close() };
}

const shown = (page) => page.locator("details.case:not([hidden])").count();
const said = (page) => page.locator("#shown").textContent();

async function filters(name) {
  const { page, bad, close } = await open(name);
  const all = await page.locator("details.case").count();
  expect(all > 0 && (await shown(page)) === all, "all cases are shown at first");
  for (const label of await page.locator("#filters label").all()) {
    const select = label.locator("select");
    if ((await select.count()) === 0) continue;
    const facet = await select.getAttribute("data-facet");
    const values = await select.locator("option").evaluateAll((options) => options.map((option) => option.value));
    let sum = 0;
    for (const value of values.slice(1)) {
      await select.selectOption(value);
      const visible = await shown(page);
      const of = await page.locator("details.case").evaluateAll(
        (cases, [facet, value]) => cases.filter((item) => item.dataset[facet] === value).length, [facet, value]);
      expect(visible === of, `${facet} ${value}: ${visible} shown, ${of} are so`);
      expect((await said(page)) === `${of} of ${all} shown`, `${facet} ${value}: says ${await said(page)}`);
      sum += visible;
    }
    expect(sum === all, `${facet}: the values cover ${sum} of ${all}`);
    await select.selectOption("");
  }
  const id = await page.locator("details.case summary code").last().textContent();
  await page.getByRole("searchbox", { name: "Text" }).fill(id.toUpperCase());
  const found = await shown(page);
  expect(found >= 1 && found < all, `a search for one id shows ${found}`);
  await page.getByRole("button", { name: "Clear" }).click();
  await page.waitForFunction((all) => document.querySelectorAll("details.case:not([hidden])").length === all, all);
  const tile = page.locator("a.tile").last();
  await tile.click();
  await page.waitForFunction((all) => document.querySelectorAll("details.case:not([hidden])").length < all || all, all);
  expect((await page.locator("[data-facet=verdict]").inputValue()) === (await tile.getAttribute("data-verdict")), "a count filters");
  // A link wins over a filter that hides what it leads to.
  await page.getByRole("searchbox", { name: "Text" }).fill("no such text anywhere");
  expect((await shown(page)) === 0, "nothing is shown");
  await page.locator("a.cell").first().click();
  await page.waitForFunction((all) => document.querySelectorAll("details.case:not([hidden])").length === all, all);
  expect(bad.length === 0, bad.join("; "));
  await close();
}

async function copying() {
  const { page, bad, close } = await open("run");
  const one = page.locator("details.case:has([data-copy])").first();
  await one.locator("summary").click();
  const command = await one.locator(".command pre").textContent();
  await one.locator("[data-copy]").click();
  await one.getByText("Copied").waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied === command && command.length > 20, `copied ${copied}`);
  expect(bad.length === 0, bad.join("; "));
  await close();
}

// From the search field to an open case and its command, without a mouse.
async function keyboard() {
  const { page, bad, close } = await open("run");
  await page.keyboard.press("Tab");
  expect((await page.evaluate(() => document.activeElement.className)) === "jump", "the first stop is the skip link");
  await page.getByRole("searchbox", { name: "Text" }).focus();
  await page.keyboard.type("reject");
  const on = () => page.evaluate(() => document.activeElement.tagName);
  // Two buttons of the form and a link to the documentation stand between.
  for (let step = 0; step < 4 && (await on()) !== "SUMMARY"; step += 1) await page.keyboard.press("Tab");
  expect((await on()) === "SUMMARY", `after the form comes a case, not ${await on()}`);
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  expect(outline === "solid", "focus is visible");
  await page.keyboard.press("Enter");
  expect((await page.locator("details.case[open]").count()) === 1, "Enter opens it");
  for (let step = 0; step < 8 && (await on()) !== "BUTTON"; step += 1) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByText("Copied").waitFor();
  expect(bad.length === 0, bad.join("; "));
  await close();
}

async function scriptless(name) {
  const { page, close } = await open(name, { javaScriptEnabled: false });
  expect(!(await page.locator("#filters").isVisible()), "no filter that does nothing");
  expect(await page.locator("h1").isVisible(), "the verdict");
  const one = page.locator("details.case").first();
  await one.locator("summary").click();
  expect(await one.locator("dl").isVisible(), "a case opens");
  expect((await page.locator("[data-copy]:visible").count()) === 0, "no button that does nothing");
  await close();
}

async function looks(name, size, colorScheme) {
  const { page, bad, close } = await open(name, { viewport: sizes[size], colorScheme });
  await page.screenshot({ path: `${images}/${name}-${size}-${colorScheme}.png` });
  await page.locator("details.case").evaluateAll((cases) => cases.slice(0, 3).forEach((item) => (item.open = true)));
  await page.evaluate(() => document.getElementById("matrix")?.scrollIntoView());
  await page.screenshot({ path: `${images}/${name}-${size}-${colorScheme}-matrix.png` });
  await page.evaluate(() => document.getElementById("cases").scrollIntoView());
  await page.screenshot({ path: `${images}/${name}-${size}-${colorScheme}-cases.png` });
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(over <= 0, `the page is ${over} pixels too wide`);
  const cut = await page.evaluate(() => Math.max(...[...document.querySelectorAll(".wide")].map((item) => item.scrollWidth - item.clientWidth)));
  expect(name !== "run" || cut <= 0, `${cut} pixels of the matrix are cut off`);
  // So many cases look like so few; all of them would take minutes.
  await page.evaluate(() => [...document.querySelectorAll("details.case")].slice(40).forEach((item) => item.remove()));
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run({ resultTypes: ["violations"] }));
  const told = violations.map(({ id, nodes }) => `${id} (${nodes.length}, such as ${nodes[0].html.slice(0, 150)})`);
  expect(violations.length === 0, told.join("; "));
  expect(bad.length === 0, bad.join("; "));
  await close();
}

// The image of the terminal, in a page as wide as a screen.
async function image(size) {
  const context = await browser.newContext({ viewport: sizes[size] });
  const page = await context.newPage();
  await page.setContent(await readFile(terminal, "utf8"));
  await page.screenshot({ path: `${images}/terminal-${size}.png` });
  const over = await page.evaluate(() => {
    const { width, height } = document.querySelector("svg").viewBox.baseVal;
    const boxes = [...document.querySelectorAll("text")].map((text) => text.getBBox());
    return { lines: boxes.length, outside: boxes.filter((box) => box.x + box.width > width || box.y + box.height > height).length };
  });
  expect(over.lines > 8 && over.outside === 0, `${over.outside} of ${over.lines} lines are cut off`);
  await context.close();
}

for (const name of names) {
  // The report of several models has the parts of that of one.
  const schemes = name === "models" ? ["light"] : ["light", "dark"];
  if (name !== "models") {
    await check(`${name}: filters`, () => filters(name));
    await check(`${name}: without the script`, () => scriptless(name));
  }
  for (const size of Object.keys(sizes)) {
    for (const scheme of schemes) {
      await check(`${name}: ${size}, ${scheme}`, () => looks(name, size, scheme));
    }
  }
}
for (const size of Object.keys(sizes)) await check(`terminal: ${size}`, () => image(size));
await check("run: copying", copying);
await check("run: keyboard", keyboard);
await browser.close();
server.close();
finish();
