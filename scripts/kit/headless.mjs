/** Runs the Nexus with a spore on this machine in the terminal, and says how to talk to it. */
import { relative } from "node:path";
import { watch } from "./process.mjs";
import { bold } from "./terminal.mjs";

/** `program` finds a program of ours. Resolves to the exit code when the Nexus ends. */
export async function runHeadless(program) {
  const port = process.env.NEXUS_PORT || "8765";
  const host = process.env.NEXUS_HOST || "127.0.0.1";
  const url = `http://${host === "0.0.0.0" ? "127.0.0.1" : host}:${port}`;
  const ended = watch(program("nexus"), ["serve", "--local-spore", program("spore")], { quiet: true });
  let running = true;
  ended.finally(() => {
    running = false;
  });
  const listens = () =>
    fetch(`${url}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (running && !(await listens())) await new Promise((resolve) => setTimeout(resolve, 100));
  if (running) process.stdout.write(`\n${advice(program, url)}\n\n`);
  return (await ended).code;
}

/** What to type next. Secrets are asked for when they are needed, so that none stands on the screen. */
function advice(program, url) {
  const nexus = relative(process.cwd(), program("nexus")) || program("nexus");
  const lines = [
    [`The Nexus runs at ${url}, with this machine as its first node. Ctrl C ends it.`],
    ["Open the console in a browser, and sign in with the token", url],
    ["List the nodes", `curl -H "Authorization: Bearer $(${nexus} token)" ${url}/api/v1/nodes`],
    ["Show the token", `${nexus} token`],
    ["Let a machine in (prints the line to paste there)", `${nexus} join`],
    ["Listen to other machines, over TLS", "NEXUS_HOST=0.0.0.0 npm start -- --headless"],
  ];
  const written = lines.map(([what, line]) => (line ? `${bold(what)}\n  ${line}` : bold(what)));
  return written.join("\n");
}
