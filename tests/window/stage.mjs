/** What nearly every scenario begins with: the window, and machines that come in. Not here: what is done with them. */
import { strict as assert } from "node:assert";
import { join as path } from "node:path";
import { until } from "./desk.mjs";
import { Page } from "./page.mjs";

export async function open(stage) {
  stage.page = new Page(await stage.desk.open(stage.binary));
  assert.equal(await stage.page.session.run("return document.title"), "Nexus");
}

/** A spore of its own joins with this line. */
export function join({ desk, spore }, line, name, environment = {}) {
  return desk.shell(line.replace(/^spore/, spore), {
    SPORE_NODE_NAME: name,
    SPORE_DATA_DIR: path(desk.home, name),
    SPORE_POLICY: "full",
    ...environment,
  });
}

/** Joins with the line that the window shows, and resolves when its star is there. */
export async function comeIn(stage, name, environment) {
  const { lines } = await stage.page.call("join");
  join(stage, lines.find(({ system }) => system === "linux").line, name, environment);
  await until(`${name} is there`, async () =>
    (await stage.page.stars()).some((star) => star.startsWith(`${name}, online`)),
  );
}

/** Resolves when a Nexus takes work at this port. */
export function ready(port) {
  return until("the Nexus takes work", () =>
    fetch(`http://127.0.0.1:${port}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
}
