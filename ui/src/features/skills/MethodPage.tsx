/**
 * One method as a whole: what it may do, who has it, in which versions, its parameters to read, and a call to begin
 * with. Not here: its form (the side panel shows it for those that are chosen).
 */
import { List, MapPinned } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { AskButton } from "../../asking/AskButton";
import type { JsonValue } from "../../bridge/types";
import { Button } from "../../components/Button";
import { CopyButton } from "../../components/CopyButton";
import { useConsole } from "../../state/hooks";
import type { Offer } from "./catalogue";
import { Holders } from "./Holders";
import styles from "./MethodPage.module.css";
import { Parameters, type ParametersRow } from "./Parameters";
import { RunWhere } from "./RunWhere";
import { Variants } from "./Variants";
import { EffectMark, useEffectWords } from "./words";

export type Describe = (schema: JsonValue) => {
  description: string;
  rows: readonly ParametersRow[];
  unknown: boolean;
  example: string;
};

type MethodPageProps = { offer: Offer; size: number; describe: Describe };

export function MethodPage({ offer, size, describe }: MethodPageProps) {
  const { t } = useTranslation();
  const { ui } = useConsole();
  const words = useEffectWords();
  const [at, setAt] = useState(0);
  const [asking, setAsking] = useState(false);
  const variant = offer.variants[at] ?? offer.variants[0];
  const told = useMemo(() => describe(variant?.schema ?? null), [describe, variant?.schema]);
  if (!variant) return null;
  const all = offer.variants.flatMap(({ ordinals }) => ordinals);
  const show = (page: "map" | "nodes") => {
    ui.getState().set({ method: offer.name });
    ui.getState().select(all);
    ui.getState().go(page);
  };
  return (
    <article className={styles.method} aria-label={offer.name} data-testid="skill-method">
      <header className={styles.head}>
        <div className={styles.name}>
          <h2>{variant.title || offer.method}</h2>
          <code>{offer.name}</code>
        </div>
        <span className={styles.effect} data-effect={variant.effect}>
          <EffectMark effect={variant.effect} /> {words[variant.effect]}
        </span>
        <AskButton asks="submitJob" look="primary" onClick={() => setAsking(true)} data-testid="skill-run">
          {t("Run…")}
        </AskButton>
      </header>
      {told.description && <p className={styles.lead}>{told.description}</p>}
      <Holders ordinals={all} size={size} method={offer.name}>
        <Button small onClick={() => show("map")} data-testid="skill-map">
          <MapPinned size={14} strokeWidth={1.5} aria-hidden="true" /> {t("On the map")}
        </Button>
        <Button small onClick={() => show("nodes")} data-testid="skill-table">
          <List size={14} strokeWidth={1.5} aria-hidden="true" /> {t("In the table")}
        </Button>
      </Holders>
      {offer.variants.length > 1 && <Variants offer={offer} at={at} describe={describe} onShow={setAt} />}
      <Parameters rows={told.rows} unknown={told.unknown} />
      <section className={styles.part} aria-label={t("A call to begin with")}>
        <div className={styles.partHead}>
          <h3>{t("A call to begin with")}</h3>
          <CopyButton text={() => callText(offer, told.example)} testId="copy-example" />
        </div>
        <pre className={styles.example}>{callText(offer, told.example)}</pre>
      </section>
      <RunWhere offer={offer} open={asking} onClose={() => setAsking(false)} />
    </article>
  );
}

/** As it is sent to POST /api/v1/jobs. */
function callText({ skill, method }: Offer, parameters: string): string {
  const inside = parameters.split("\n").join("\n  ");
  return `{\n  "target": "skill:${skill}",\n  "skill_name": "${skill}",\n  "method_name": "${method}",\n  "parameters": ${inside}\n}`;
}
