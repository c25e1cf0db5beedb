/** What the scripts say to the person in front of them, and how long it has been. */
const colour = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code) => (text) => (colour ? `\x1b[${code}m${text}\x1b[0m` : text);

export const bold = paint(1);
export const dim = paint(2);
export const red = paint(31);
export const green = paint(32);

/** A line about what is being done. */
export function say(text) {
  process.stdout.write(`${dim("nexus")} ${text}\n`);
}

/** Seconds since `start` (from `performance.now()`), e.g. `12.3 s`, or `2 min 5 s`. */
export function since(start) {
  return duration(performance.now() - start);
}

export function duration(ms) {
  const seconds = ms / 1000;
  if (seconds < 100) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** Says what is done, does it, and says how long it took. */
export async function timed(what, work) {
  const start = performance.now();
  say(`${what} …`);
  const value = await work();
  say(`${what}: ${since(start)}`);
  return value;
}

/** Something the person has to do. Printed without a stack trace. */
export class Stop extends Error {}

/** Runs a script's main function; a failure ends the process with its sentence and code 1. */
export async function main(body) {
  try {
    process.exitCode = (await body()) ?? 0;
  } catch (error) {
    process.stderr.write(`\n${red(error instanceof Stop ? error.message : (error.stack ?? error))}\n`);
    process.exitCode = 1;
  }
}
