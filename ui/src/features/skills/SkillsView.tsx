/**
 * The page of skills: all that the fleet can do on the left, by skill, and one method as a whole beside it.
 * Not here: reading schemas (given by the caller), running anything (the side panel).
 */
import { Box, Search } from "lucide-react";
import { useDeferredValue, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { count } from "../../components/format";
import { useConsole, useFleet } from "../../state/hooks";
import { found, type MethodsOf, type Offer, offersOf, worstEffect } from "./catalogue";
import { type Describe, MethodPage } from "./MethodPage";
import styles from "./SkillsView.module.css";
import { EffectMark } from "./words";

export type SkillsViewProps = { methodsOf: MethodsOf; describe: Describe };

export function SkillsView({ methodsOf, describe }: SkillsViewProps) {
  const { t } = useTranslation();
  const { fleet } = useConsole();
  const version = useFleet((f) => f.versions.structure);
  const size = useFleet((f) => f.size);
  const [search, setSearch] = useState("");
  const [chosen, setChosen] = useState<string | null>(null);
  const wanted = useDeferredValue(search);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for what the fleet holds
  const offers = useMemo(() => offersOf(fleet, methodsOf), [fleet, methodsOf, version]);
  const shown = useMemo(() => found(offers, wanted), [offers, wanted]);
  const offer = shown.find(({ name }) => name === chosen) ?? shown[0] ?? null;
  if (offers.length === 0) return <Nothing />;
  return (
    <div className={styles.page} data-testid="skills-page">
      <div className={styles.list}>
        <div className={styles.head}>
          <h1>{t("Skills")}</h1>
          <span>{t("{{count}} methods", { count: offers.length })}</span>
        </div>
        <label className={styles.find}>
          <Search size={14} strokeWidth={1.5} aria-hidden="true" />
          <input
            type="search"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
            placeholder={t("Find a skill")}
            aria-label={t("Find a skill")}
            data-testid="skill-search"
          />
        </label>
        <nav className={styles.offers} aria-label={t("Skills")}>
          {bySkill(shown).map(([skill, list]) => (
            <section key={skill} aria-label={skill}>
              <h2>{skill}</h2>
              <ul>
                {list.map((one) => (
                  <OfferRow
                    key={one.name}
                    offer={one}
                    size={size}
                    current={one === offer}
                    onChoose={() => setChosen(one.name)}
                  />
                ))}
              </ul>
            </section>
          ))}
          {shown.length === 0 && <p className={styles.none}>{t("No skill is called that.")}</p>}
        </nav>
      </div>
      {offer && <MethodPage key={offer.name} offer={offer} size={size} describe={describe} />}
    </div>
  );
}

type OfferRowProps = { offer: Offer; size: number; current: boolean; onChoose(): void };

function OfferRow({ offer, size, current, onChoose }: OfferRowProps) {
  const { t } = useTranslation();
  const { method, total, variants } = offer;
  return (
    <li>
      <button
        type="button"
        className={styles.offer}
        aria-current={current ? "true" : undefined}
        onClick={onChoose}
        data-testid="skill-row"
      >
        <EffectMark effect={worstEffect(offer)} />
        <b>{method}</b>
        <span className={styles.title}>{variants[0]?.title}</span>
        {variants.length > 1 && (
          <span className={styles.drift} title={t("{{count}} versions", { count: variants.length })}>
            ×{variants.length}
          </span>
        )}
        <span className={styles.count}>{total === size ? t("all") : count(total)}</span>
      </button>
    </li>
  );
}

function bySkill(offers: readonly Offer[]): [string, Offer[]][] {
  const skills = new Map<string, Offer[]>();
  for (const offer of offers) skills.set(offer.skill, [...(skills.get(offer.skill) ?? []), offer]);
  return [...skills];
}

function Nothing() {
  const { t } = useTranslation();
  return (
    <div className={`${styles.page} ${styles.empty}`} data-testid="skills-page">
      <Box size={28} strokeWidth={1.2} aria-hidden="true" />
      <h1>{t("Nobody can do anything yet")}</h1>
      <p>{t("Skills come with the machines: as soon as one has joined, what it can do stands here.")}</p>
    </div>
  );
}
