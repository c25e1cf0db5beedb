/** What is often wanted of a job: its name, waves, limits, trying again, offline nodes. Not here: Choosing, Place. */
import { type ReactNode, useId } from "react";
import { useTranslation } from "react-i18next";
import { Choice } from "../../components/Choice";
import { Segmented } from "../../components/Segmented";
import { TextField } from "../../components/TextField";
import { Tick } from "../../components/Tick";
import { Toggle } from "../../components/Toggle";
import type { Policy } from "../../state/policy";
import type { HowFieldsProps } from "./How";
import styles from "./How.module.css";

export function Name({ policy, set }: HowFieldsProps) {
  const { t } = useTranslation();
  return (
    <TextField
      label={t("What the job is called")}
      value={policy.label}
      onChange={(label) => set({ label })}
      placeholder={t("by its call")}
      maxLength={120}
      testId="how-label"
    />
  );
}

export function Waves({ policy, set }: HowFieldsProps) {
  const { t } = useTranslation();
  return (
    <>
      <Switch
        label={t("In waves, a few first")}
        checked={policy.waves}
        onChange={(waves) => set({ waves })}
        testId="how-waves"
      />
      {policy.waves && (
        <>
          <div className={styles.pair}>
            <TextField
              label={t("Canary, nodes")}
              value={policy.canary}
              onChange={(canary) => set({ canary })}
              inputMode="numeric"
              testId="how-canary"
            />
            <TextField
              label={t("Then up to, %")}
              value={policy.steps}
              onChange={(steps) => set({ steps })}
              testId="how-steps"
            />
          </div>
          <Switch
            label={t("Ask me before each next wave")}
            checked={policy.ask}
            onChange={(ask) => set({ ask })}
            testId="how-ask"
          />
          {!policy.ask && <Pause policy={policy} set={set} />}
        </>
      )}
    </>
  );
}

function Pause({ policy, set }: Omit<HowFieldsProps, "effect">) {
  const { t } = useTranslation();
  const pauses = [
    { value: "0", label: t("none") },
    { value: "10", label: t("{{n}} s", { n: 10 }) },
    { value: "60", label: t("{{n}} min", { n: 1 }) },
    { value: "300", label: t("{{n}} min", { n: 5 }) },
    { value: "900", label: t("{{n}} min", { n: 15 }) },
    { value: "3600", label: t("{{n}} h", { n: 1 }) },
  ];
  return (
    <Named label={t("Pause between two waves")}>
      <Choice
        label={t("Pause between two waves")}
        value={String(policy.pauseSeconds)}
        options={pauses}
        onChange={(seconds) => set({ pauseSeconds: Number(seconds) })}
        testId="how-pause"
      />
    </Named>
  );
}

export function Limits({ policy, set }: HowFieldsProps) {
  const { t } = useTranslation();
  return (
    <div className={styles.pair}>
      <TextField
        label={t("Stop after failures")}
        value={policy.stopAfter}
        onChange={(stopAfter) => set({ stopAfter })}
        placeholder={t("never; or 3, or 10 %")}
        testId="how-stop-after"
      />
      <TextField
        label={t("At once")}
        value={policy.concurrency}
        onChange={(concurrency) => set({ concurrency })}
        placeholder={t("as many as can")}
        inputMode="numeric"
        testId="how-concurrency"
      />
    </div>
  );
}

export function Again({ policy, effect, set }: HowFieldsProps) {
  const { t } = useTranslation();
  const wanted = policy.retries.trim() !== "" && policy.retries.trim() !== "0";
  return (
    <>
      <TextField
        label={t("Try again where it failed")}
        value={policy.retries}
        onChange={(retries) => set({ retries })}
        placeholder={t("not again")}
        hint={t("So many times, each a while later. What is unknown is never run again by itself.")}
        inputMode="numeric"
        testId="how-retries"
      />
      {wanted && effect !== "read" && (
        <Tick checked={policy.consent} onChange={(consent) => set({ consent })} testId="how-consent">
          {t(
            "I accept that it may do its work twice: an attempt that failed may have done a part of it, or all, before.",
          )}
        </Tick>
      )}
    </>
  );
}

export function Away({ policy, set }: HowFieldsProps) {
  const { t } = useTranslation();
  const lasts = [
    { value: "3600", label: t("{{n}} h", { n: 1 }) },
    { value: "28800", label: t("{{n}} h", { n: 8 }) },
    { value: "86400", label: t("1 day") },
    { value: "604800", label: t("1 week") },
  ];
  return (
    <div className={styles.pair}>
      <Named label={t("Offline nodes")}>
        <Segmented<Policy["offline"]>
          label={t("Offline nodes")}
          value={policy.offline}
          onChange={(offline) => set({ offline })}
          options={[
            { value: "skip", label: t("Leave out") },
            { value: "wait", label: t("Wait for") },
          ]}
        />
      </Named>
      {policy.offline === "wait" && (
        <Named label={t("At most")}>
          <Choice
            label={t("Wait at most")}
            value={String(policy.expiresInSeconds)}
            options={lasts}
            onChange={(seconds) => set({ expiresInSeconds: Number(seconds) })}
            testId="how-expires"
          />
        </Named>
      )}
    </div>
  );
}

/** A control that brings no label of its own. */
export function Named({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className={styles.named}>
      <span>{label}</span>
      {children}
    </div>
  );
}

type SwitchProps = { label: string; checked: boolean; testId: string; onChange(on: boolean): void };

function Switch({ label, checked, testId, onChange }: SwitchProps) {
  const id = useId();
  return (
    <div className={styles.switch}>
      <span id={id}>{label}</span>
      <Toggle checked={checked} onChange={onChange} labelledBy={id} testId={testId} />
    </div>
  );
}
