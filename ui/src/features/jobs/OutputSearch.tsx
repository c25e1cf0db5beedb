/** What a search through everything that a job wrote found, by node; a hit opens the node with its output. */
import type { JobView } from "../../bridge/types";
import { count } from "../../components/format";
import { Notice } from "../../components/Notice";
import { t } from "../../i18n";
import { useConsole } from "../../state/hooks";
import { openTarget } from "../../state/jobCommands";
import { plain } from "../../state/text";
import styles from "./OutputSearch.module.css";
import page from "./RunPage.module.css";
import { useSearch } from "./useJob";

export function OutputSearch({ job, text }: { job: JobView; text: string }) {
  const console = useConsole();
  const { value, problem, loading } = useSearch(job, text);
  const hits = value?.hits ?? [];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className={styles.hits} tabIndex={0} aria-label={t("Found in the output")} data-testid="hits">
      {problem && <Notice tone="problem">{t("The output cannot be searched: {{problem}}", { problem })}</Notice>}
      {hits.map((hit) => (
        <button
          key={`${hit.executionId} ${hit.stream} ${hit.line}`}
          type="button"
          className={styles.hit}
          onClick={() => openTarget(console, job.id, hit)}
          data-testid="hit"
        >
          <bdi>{plain(hit.nodeName, 120)}</bdi>
          <i>{count(hit.line)}</i>
          <code className={hit.stream === "stderr" ? styles.error : undefined}>
            {marked(plain(hit.text, 600), text.trim())}
          </code>
        </button>
      ))}
      {value !== null && (
        <p className={page.none}>
          {hits.length === 0 ? t("Nothing was written that has “{{text}}” in it.", { text: text.trim() }) : ""}
          {!value.complete && t("There is more than is shown here; look for something narrower.")}
        </p>
      )}
      {value === null && loading && <p className={page.none}>{t("Searching…")}</p>}
    </section>
  );
}

function marked(line: string, wanted: string) {
  const at = wanted === "" ? -1 : line.toLowerCase().indexOf(wanted.toLowerCase());
  if (at < 0) return line;
  // Of a long line the part with the hit is what counts.
  const from = at > 120 ? at - 60 : 0;
  return (
    <>
      {from > 0 ? "…" : ""}
      {line.slice(from, at)}
      <mark>{line.slice(at, at + wanted.length)}</mark>
      {line.slice(at + wanted.length)}
    </>
  );
}
