/**
 * A method that nodes announce in more than one way: how many each, by which spores, and what the odd ones have more,
 * less or otherwise than most. Not here: hiding that.
 */
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useConsole } from "../../state/hooks";
import { type Difference, differences, type Offer, type Variant } from "./catalogue";
import type { Describe } from "./MethodPage";
import styles from "./MethodPage.module.css";

const MOST_TOLD = 6;
const MOST_SPORES = 3;

type VariantsProps = { offer: Offer; at: number; describe: Describe; onShow(at: number): void };

export function Variants({ offer, at, describe, onShow }: VariantsProps) {
  const { t } = useTranslation();
  const { ui } = useConsole();
  const [most] = offer.variants;
  const usual = useMemo(() => describe(most?.schema ?? null).rows, [describe, most]);
  return (
    <section className={styles.part} aria-label={t("Versions")} data-testid="skill-variants">
      <div className={styles.partHead}>
        <h3>{t("{{count}} versions", { count: offer.variants.length })}</h3>
        <span className={styles.quiet}>{t("Nodes do not agree on it; a job is checked on each node by its own.")}</span>
      </div>
      <ul className={styles.variants}>
        {offer.variants.map((variant, i) => (
          <li key={variant.key} data-testid="skill-variant" data-shown={i === at || undefined}>
            <button type="button" onClick={() => onShow(i)} aria-pressed={i === at}>
              <b>{t("{{count}} nodes", { count: variant.ordinals.length })}</b>
              <span>{sporesOf(variant, t("prototype"))}</span>
              <em>
                {i === 0 ? (
                  t("most have this one")
                ) : (
                  <Told list={differences(usual, describe(variant.schema).rows)} variant={variant} most={most} />
                )}
              </em>
            </button>
            <button
              type="button"
              className={styles.choose}
              onClick={() => {
                ui.getState().set({ method: offer.name });
                ui.getState().select(variant.ordinals);
              }}
            >
              {t("Select")}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function sporesOf({ spores }: Variant, prototype: string): string {
  const named = spores.map((version) => version || prototype);
  const shown = named.slice(0, MOST_SPORES).join(", ");
  return named.length > MOST_SPORES ? `${shown} …` : shown;
}

function Told({ list, variant, most }: { list: readonly Difference[]; variant: Variant; most: Variant | undefined }) {
  const { t } = useTranslation();
  if (most && variant.effect !== most.effect && list.length === 0) return <>{t("says another effect")}</>;
  if (list.length === 0) return <>{t("other words, the same parameters")}</>;
  const sign = { more: "+", less: "−", other: "≠" };
  const word = { more: t("more"), less: t("less"), other: t("otherwise") };
  return (
    <>
      {list.slice(0, MOST_TOLD).map(({ kind, path }) => (
        <code key={`${kind} ${path}`} data-kind={kind} title={word[kind]}>
          {sign[kind]} {path}
        </code>
      ))}
      {list.length > MOST_TOLD && <> +{list.length - MOST_TOLD}</>}
    </>
  );
}
