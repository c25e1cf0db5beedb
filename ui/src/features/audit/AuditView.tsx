/**
 * The audit log: search and filters on top, then every entry that fits, newest first; choosing one shows all that it
 * says. Verify proves the chain, or says where it breaks. Not here: how entries are proved (the Nexus does it).
 */
import { FileDown, RotateCw, ShieldCheck } from "lucide-react";
import { useState } from "react";
import { AskButton } from "../../asking/AskButton";
import type { AuditEntryView, AuditVerdict } from "../../bridge/types";
import { Button } from "../../components/Button";
import { Notice } from "../../components/Notice";
import { t } from "../../i18n";
import { useConsole, useUi } from "../../state/hooks";
import { problemText } from "../../state/problem";
import styles from "./AuditView.module.css";
import { EntryDetail } from "./EntryDetail";
import { EntryList } from "./EntryList";
import { FilterBar } from "./FilterBar";
import { type Filter, useEntries } from "./useEntries";
import { Verdict } from "./Verdict";

const ANYTHING = { search: "", action: null, who: "", instance: null };

export function AuditView() {
  const { fleet } = useConsole();
  const node = useUi((s) => s.auditNode);
  const [words, setWords] = useState<Omit<Filter, "node">>(ANYTHING);
  const read = useEntries({ ...words, node: node === "" ? null : (idOf(fleet, node) ?? node) });
  const [chosen, setChosen] = useState<AuditEntryView | null>(null);
  const proof = useProof();
  const choose = (number: number, instance: string | null) => {
    const known = read.entries.find((entry) => entry.number === number && (entry.instance?.id ?? null) === instance);
    if (known) setChosen(known);
    else void proof.find(number, instance).then((entry) => entry && setChosen(entry));
  };
  return (
    <div className={styles.page} data-testid="audit-page">
      <div className={styles.main}>
        <div className={styles.head}>
          <h1>{t("Audit")}</h1>
          {read.stale && (
            <Button small look="bare" onClick={read.renew} data-testid="audit-newer">
              <RotateCw size={13} strokeWidth={1.5} aria-hidden="true" /> {t("New entries")}
            </Button>
          )}
          <span className={styles.space} />
          <AskButton asks="audit" onClick={() => void proof.save()} disabled={proof.busy} data-testid="export-audit">
            <FileDown size={15} strokeWidth={1.5} aria-hidden="true" /> {t("Export")}
          </AskButton>
          <AskButton
            asks="verifyAudit"
            look="primary"
            onClick={() => void proof.verify()}
            disabled={proof.busy}
            data-testid="verify-audit"
          >
            <ShieldCheck size={15} strokeWidth={1.5} aria-hidden="true" /> {proof.busy ? t("Verifying…") : t("Verify")}
          </AskButton>
        </div>
        <FilterBar words={words} instances={read.instances} onWords={setWords} />
        {proof.verdict && <Verdict verdict={proof.verdict} onChoose={choose} onClose={proof.clear} />}
        {proof.told && (
          <div className={styles.told}>
            <Notice tone={proof.told.tone} testId="audit-told">
              {proof.told.text}
            </Notice>
          </div>
        )}
        {read.problem && (
          <div className={styles.told}>
            <Notice tone="problem" testId="audit-problem">
              {t("The log cannot be read: {{problem}}", { problem: read.problem })}
            </Notice>
          </div>
        )}
        <EntryList
          entries={read.entries}
          chosen={chosen?.hash ?? null}
          several={read.instances.length > 1}
          loading={read.loading}
          more={read.before !== null}
          onOlder={read.older}
          onChoose={setChosen}
        />
      </div>
      {chosen && <EntryDetail entry={chosen} onChoose={choose} onClose={() => setChosen(null)} />}
    </div>
  );
}

/** The id of the node that is called so. */
function idOf(fleet: ReturnType<typeof useConsole>["fleet"], name: string): string | undefined {
  const wanted = name.trim().toLowerCase();
  for (const ordinal of fleet.ordinals()) {
    const node = fleet.node(ordinal);
    if (node?.name.toLowerCase() === wanted) return node.id;
  }
  return undefined;
}

type Told = { tone: "plain" | "problem"; text: string };

/** Verifying and exporting: one at a time, each answer in its place. */
function useProof() {
  const { bridge } = useConsole();
  const [busy, setBusy] = useState(false);
  const [verdict, setVerdict] = useState<AuditVerdict | null>(null);
  const [told, setTold] = useState<Told | null>(null);
  const during = async (work: () => Promise<void>, failed: string) => {
    setBusy(true);
    setTold(null);
    try {
      await work();
    } catch (reason) {
      setTold({ tone: "problem", text: `${failed}: ${problemText(reason)}` });
    }
    setBusy(false);
  };
  const verify = () => during(async () => setVerdict(await bridge.verifyAudit()), t("The log could not be verified"));
  const save = () =>
    during(async () => {
      const file = await bridge.saveExport({ kind: "audit" });
      setTold({
        tone: "plain",
        text: t("Exported to {{file}}. Check it anywhere with: nexus audit verify --file {{file}}", { file }),
      });
    }, t("The log could not be exported"));
  const find = async (number: number, instance: string | null) => {
    const below = { ...ANYTHING, node: null, instance, before: String(number + 1), limit: 1 };
    const page = await bridge.audit(below).catch(() => null);
    return page?.entries.find((entry) => entry.number === number) ?? null;
  };
  return { busy, verdict, told, verify, save, find, clear: () => setVerdict(null) };
}
