/**
 * Where a method is to run: an expression, begun with everybody who has it, or one of the sites. The form itself opens
 * beside the page for those that were chosen. Not here: running anything.
 */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { AskButton } from "../../asking/AskButton";
import { Completing } from "../../components/Completing";
import { count } from "../../components/format";
import { Modal } from "../../components/Modal";
import { Notice } from "../../components/Notice";
import { useConsole } from "../../state/hooks";
import { useCompletion, useTarget } from "../../state/useTarget";
import type { Offer } from "./catalogue";
import styles from "./MethodPage.module.css";

const MOST_SITES = 8;

type RunWhereProps = { offer: Offer; open: boolean; onClose(): void };

export function RunWhere({ offer, open, onClose }: RunWhereProps) {
  const { t } = useTranslation();
  return (
    <Modal title={t("Where to run {{name}}", { name: offer.name })} open={open} onClose={onClose} testId="run-where">
      {open && <Body offer={offer} onClose={onClose} />}
    </Modal>
  );
}

function Body({ offer, onClose }: Omit<RunWhereProps, "open">) {
  const { t } = useTranslation();
  const { ui } = useConsole();
  const { skill, method } = offer;
  const [text, setText] = useState(`skill:${skill}`);
  const complete = useCompletion();
  const typed = text.trim();
  const aim = useTarget(typed === "" ? null : { target: typed, nodeIds: null, skill, method });
  const go = (ordinals: readonly number[], target: string) => {
    const state = ui.getState();
    state.set({ method: offer.name });
    const [only] = ordinals;
    if (ordinals.length === 1 && only !== undefined) state.openNode(only, "execute");
    else state.select(ordinals, false, target);
    state.callForm();
    onClose();
  };
  const { resolved } = aim;
  const proceed = () => {
    if (resolved) go(resolved.ordinals, resolved.target);
  };
  return (
    <div className={styles.where}>
      <Completing
        label={t("On")}
        value={text}
        placeholder="site=paris and skill:ShellSkill"
        problem={aim.problem}
        note={
          resolved
            ? [
                t("{{count}} nodes", { count: resolved.count }),
                resolved.offline > 0 ? t("{{count}} offline", { count: resolved.offline }) : "",
              ]
                .filter(Boolean)
                .join(", ")
            : null
        }
        complete={complete}
        onChange={setText}
        onEnter={proceed}
        testId="where-target"
      />
      {resolved !== null && resolved.refused.length > 0 && (
        <Notice tone="warning" testId="where-refused">
          {t("{{count}} nodes cannot take this.", { count: resolved.refused.length })} {resolved.refused[0]?.nodeName}:{" "}
          {resolved.refused[0]?.why}
        </Notice>
      )}
      <Sites offer={offer} onChoose={(ordinals) => go(ordinals, "")} />
      <div className={styles.whereFoot}>
        <span className={styles.quiet}>{t("Nothing runs yet: the form opens next.")}</span>
        <AskButton
          asks="submitJob"
          look="primary"
          disabled={resolved === null}
          onClick={proceed}
          data-testid="where-go"
        >
          {t("Fill in")}
        </AskButton>
      </div>
    </div>
  );
}

function Sites({ offer, onChoose }: { offer: Offer; onChoose(ordinals: readonly number[]): void }) {
  const { t } = useTranslation();
  const { fleet } = useConsole();
  return (
    <ul className={styles.sites} aria-label={t("Sites")}>
      {sitesOf(offer, (ordinal) => fleet.groupLabel(ordinal)).map(([site, list]) => (
        <li key={site}>
          <button type="button" onClick={() => onChoose(list)} data-testid="where-site">
            {site} <b>{count(list.length)}</b>
          </button>
        </li>
      ))}
    </ul>
  );
}

function sitesOf(offer: Offer, siteOf: (ordinal: number) => string): [string, number[]][] {
  const sites = new Map<string, number[]>();
  for (const ordinal of offer.variants.flatMap(({ ordinals }) => ordinals)) {
    const site = siteOf(ordinal);
    const list = sites.get(site);
    if (list) list.push(ordinal);
    else sites.set(site, [ordinal]);
  }
  return [...sites].sort((a, b) => b[1].length - a[1].length).slice(0, MOST_SITES);
}
