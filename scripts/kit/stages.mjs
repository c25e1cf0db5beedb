/** Runs stages one after the other, stops at the first that fails, and sums up. */
import { watch } from "./process.mjs";
import { bold, duration, green, red, say } from "./terminal.mjs";

/**
 * A stage: `{ name, what, run }`, where `run` resolves to `{ passed, failed, note? }`.
 * `only`: names of the stages to run; all without it. Resolves to the exit code.
 */
export async function runStages(stages, only) {
  const rows = [];
  for (const stage of stages.filter(({ name }) => !only || only.includes(name))) {
    process.stdout.write(`\n${bold(`── ${stage.name}`)}: ${stage.what}\n`);
    const start = performance.now();
    const outcome = await stage.run().catch((error) => ({ passed: 0, failed: 1, note: error.message }));
    rows.push({ name: stage.name, ms: performance.now() - start, ...outcome });
    if (outcome.failed > 0) break;
    say(`${stage.name}: ${duration(rows.at(-1).ms)}`);
  }
  return sumUp(rows);
}

/**
 * A stage that is one program. `count` finds `[passed, failed, note?]` in what it said; without it, or when it finds
 * nothing, the program counts as one check.
 */
export async function check({ command, args, env, shell }, count = () => null) {
  const { code, said } = await watch(command, args, { env, shell });
  const [passed, failed, note] = count(plain(said)) ?? [code === 0 ? 1 : 0, 0];
  return { passed, failed: code === 0 ? failed : Math.max(failed, 1), note };
}

/** Without colours. */
function plain(text) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colours are
  return text.replace(/\x1b\[[0-9;]*m/g, "");
}

function sumUp(rows) {
  const sum = (field) => rows.reduce((total, row) => total + row[field], 0);
  const width = Math.max(...rows.map(({ name }) => name.length));
  process.stdout.write("\n");
  for (const { name, ms, passed, failed, note } of rows) {
    const word = failed > 0 ? red("failed") : passed > 0 ? green("passed") : "skipped";
    const counts = failed > 0 ? `${passed} passed, ${failed} failed` : `${passed} passed`;
    process.stdout.write(
      `  ${name.padEnd(width)}  ${word}  ${duration(ms).padStart(12)}  ${counts}${note ? `  (${note})` : ""}\n`,
    );
  }
  const broken = rows.find(({ failed }) => failed > 0);
  if (broken) process.stdout.write(`\n${red(`Stopped at: ${broken.name}`)}\n`);
  process.stdout.write(`\n${sum("passed")} passed, ${sum("failed")} failed in ${duration(sum("ms"))}\n`);
  return broken ? 1 : 0;
}
