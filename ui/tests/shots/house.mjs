/**
 * Builds the console and serves it with the strict content security policy, beside a Chromium to look at it with.
 * Not here: what is looked at.
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build, preview } from "vite";

const ui = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const CSP =
  "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src ipc: http://ipc.localhost";

/** The address ends with a slash. */
export async function openHouse() {
  await build({ root: ui, logLevel: "error" });
  const server = await preview({
    root: ui,
    logLevel: "warn",
    preview: { port: 0, host: "127.0.0.1", headers: { "Content-Security-Policy": CSP } },
  });
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-quic", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
  });
  const close = async () => {
    await browser.close();
    await server.close();
  };
  return { address: server.resolvedUrls.local[0], browser, close };
}

/** What a page says that it must not say is pushed to `problems`, with the name of the picture. */
export function hear(page, name, problems) {
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(`${name}: ${message.text()}`);
  });
  page.on("pageerror", (error) => problems.push(`${name}: ${error.message}`));
}

/** Takes from the line until it is empty, a few at once: most of a picture's time is waiting for the page to rest. */
export async function inLanes(line, take, lanes = 4) {
  const lane = async () => {
    for (let next = line.shift(); next !== undefined; next = line.shift()) await take(next);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

export async function awake(page) {
  await page.getByTestId("link-state").and(page.locator('[data-state="live"]')).waitFor();
}
