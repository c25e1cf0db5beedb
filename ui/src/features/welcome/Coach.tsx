/**
 * The first minute: this machine is a star already; three steps lead from it to the output of a first command. Shown
 * only while this is the only machine and nothing was ever run, until it is done or sent away. It points, the operator
 * acts: nothing runs by itself.
 * Not here: how machines join (features/join), the form it fills in (given by the caller).
 */
import { Check, Orbit, X } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "../../components/Button";
import { useEnvironments } from "../../state/environments";
import { isLive } from "../../state/executions";
import { useConsole, useExecutionsVersion, useFleet, useJobs, useUi } from "../../state/hooks";
import { fromShelf, toShelf } from "../../state/shelf";
import styles from "./Coach.module.css";

const SHELF = "welcomed";

type Step = 0 | 1 | 2 | 3;

/** `onBegin` writes a harmless command into the form of the node, where the operator may change it. */
export function Coach({ onBegin }: { onBegin(ordinal: number): void }) {
  const [over, setOver] = useState(() => fromShelf(SHELF, (kept) => kept === true));
  const own = useFleet((fleet) => (fleet.size === 1 && fleet.node(0)?.local ? 0 : null));
  const jobs = useJobs((s) => s.jobs.length);
  const page = useUi((s) => s.page);
  const { step, began } = useStep(own);
  const end = () => {
    toShelf(SHELF, true);
    setOver(true);
  };
  // Whoever has run something elsewhere needs no help.
  const fresh = began || jobs === 0;
  const shown = !over && own !== null && fresh;
  useEffect(() => {
    if (shown) onBegin(own);
  }, [shown, own, onBegin]);
  if (!shown || page !== "map") return null;
  return <Card step={step} ordinal={own} onEnd={end} />;
}

/** How far the operator is; `began` once the first run was seen from its start. */
function useStep(own: number | null): { step: Step; began: boolean } {
  const { executions } = useConsole();
  useExecutionsVersion();
  const open = useUi((s) => s.open);
  const [began, setBegan] = useState(false);
  const last = own === null ? undefined : executions.ofNode(own)[0]?.view;
  useEffect(() => {
    if (last && isLive(last.state)) setBegan(true);
  }, [last]);
  if (last && !isLive(last.state)) return { step: 3, began };
  if (last) return { step: 2, began };
  return { step: open !== null && open === own ? 1 : 0, began };
}

type CardProps = { step: Step; ordinal: number; onEnd(): void };

function Card({ step, ordinal, onEnd }: CardProps) {
  const { t } = useTranslation();
  const { ui } = useConsole();
  const name = useFleet((fleet) => fleet.node(ordinal)?.name ?? "");
  const steps = [
    t("Choose your star: {{name}}, this machine", { name }),
    t("Press Run: a harmless command stands there"),
    t("Read what it says"),
  ];
  return (
    <section className={styles.card} aria-label={t("First steps")} data-testid="coach" data-step={step}>
      <div className={styles.head}>
        <h2>{step === 3 ? t("That is all it takes") : t("Your first minute")}</h2>
        <IconButton label={t("No more first steps")} onClick={onEnd} data-testid="coach-close">
          <X size={15} strokeWidth={1.6} aria-hidden="true" />
        </IconButton>
      </div>
      <ol className={styles.steps}>
        {steps.map((text, i) => (
          <li key={text} aria-current={i === step ? "step" : undefined} data-done={i < step}>
            <i aria-hidden="true">{i < step ? <Check size={12} strokeWidth={2.4} /> : i + 1}</i>
            <span>{text}</span>
            {i < step && <span className="visually-hidden">, {t("done")}</span>}
          </li>
        ))}
      </ol>
      <div className={styles.foot}>
        {step === 0 && (
          <Button
            small
            look="primary"
            onClick={() => ui.getState().openNode(ordinal, "execute")}
            data-testid="coach-open"
          >
            {t("Open it for me")}
          </Button>
        )}
        {step === 1 && (
          <Button small look="primary" onClick={() => ui.getState().callForm()} data-testid="coach-form">
            {t("To the form")}
          </Button>
        )}
        {step === 3 && (
          <Button
            small
            look="primary"
            onClick={() => {
              onEnd();
              ui.getState().set({ adding: true });
            }}
            data-testid="coach-add"
          >
            {t("Add another machine")}
          </Button>
        )}
        <Explore />
      </div>
    </section>
  );
}

/** The quiet way to a fleet that can be tried without risk. */
export function Explore() {
  const { t } = useTranslation();
  const { simulate, visiting } = useEnvironments();
  if (!simulate || visiting) return null;
  return (
    <Button look="bare" onClick={simulate} data-testid="explore">
      <Orbit size={13} strokeWidth={1.6} aria-hidden="true" /> {t("Explore a simulated fleet")}
    </Button>
  );
}
