/**
 * How a job goes about its targets, folded away until somebody wants it: waves, an end after failures, trying again,
 * a limit at once, what becomes of offline nodes, and any few of them instead of all.
 * Not here: what comes of it (state/policy).
 */
import { ChevronDown, ChevronRight } from "lucide-react";
import { useId, useState } from "react";
import type { Strategy } from "../../bridge/typesJob";
import { Choice } from "../../components/Choice";
import { Segmented } from "../../components/Segmented";
import { TextField } from "../../components/TextField";
import { Tick } from "../../components/Tick";
import { Toggle } from "../../components/Toggle";
import { type Policy, policyWords } from "../../state/policy";
import styles from "./How.module.css";

type HowProps = { policy: Policy; effect: string; problem: string | null; onChange(policy: Policy): void };

const LASTS = [
  { value: "3600", label: "1 h" },
  { value: "28800", label: "8 h" },
  { value: "86400", label: "1 day" },
  { value: "604800", label: "1 week" },
];
const STRATEGIES: { value: Strategy; label: string; hint: string }[] = [
  { value: "least_load", label: "Least loaded", hint: "as of now" },
  { value: "weighted", label: "Weighted", hint: "priority, latency, success" },
  { value: "round_robin", label: "In turn", hint: "one after the other" },
  { value: "two_choices", label: "Better of two", hint: "drawn at random" },
  { value: "spread", label: "Spread", hint: "over groups" },
];

export function How({ policy, effect, problem, onChange }: HowProps) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const Arrow = open ? ChevronDown : ChevronRight;
  return (
    <section className={styles.how} aria-label="How">
      <button
        type="button"
        className={styles.fold}
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
        data-testid="how"
      >
        <Arrow size={14} strokeWidth={1.6} aria-hidden="true" />
        <b>How</b>
        <span>{policyWords(policy)}</span>
      </button>
      {(open || problem !== null) && (
        <div id={id} className={styles.fields}>
          {open && <Fields policy={policy} effect={effect} set={(patch) => onChange({ ...policy, ...patch })} />}
          {problem !== null && (
            <p className={styles.problem} role="alert" data-testid="how-problem">
              {problem}
            </p>
          )}
        </div>
      )}
    </section>
  );
}

type FieldsProps = { policy: Policy; effect: string; set(patch: Partial<Policy>): void };

function Fields({ policy, effect, set }: FieldsProps) {
  return (
    <>
      <TextField
        label="What the job is called"
        value={policy.label}
        onChange={(label) => set({ label })}
        placeholder="by its call"
        maxLength={120}
        testId="how-label"
      />
      <Waves policy={policy} set={set} />
      <div className={styles.pair}>
        <TextField
          label="Stop after failures"
          value={policy.stopAfter}
          onChange={(stopAfter) => set({ stopAfter })}
          placeholder="never"
          inputMode="numeric"
          testId="how-stop-after"
        />
        <TextField
          label="At once"
          value={policy.concurrency}
          onChange={(concurrency) => set({ concurrency })}
          placeholder="as many as can"
          inputMode="numeric"
          testId="how-concurrency"
        />
      </div>
      <Again policy={policy} effect={effect} set={set} />
      <Away policy={policy} set={set} />
      <div className={styles.pair}>
        <TextField
          label="On any so many of these"
          value={policy.any}
          onChange={(any) => set({ any })}
          placeholder="on all"
          inputMode="numeric"
          testId="how-any"
        />
        {policy.any.trim() !== "" && (
          <div className={styles.named}>
            <span>Chosen by</span>
            <Choice
              label="Chosen by"
              value={policy.strategy}
              options={STRATEGIES}
              onChange={(strategy) => set({ strategy: strategy as Strategy })}
              testId="how-strategy"
            />
          </div>
        )}
      </div>
    </>
  );
}

function Waves({ policy, set }: Omit<FieldsProps, "effect">) {
  return (
    <>
      <Switch
        label="In waves, a few first"
        checked={policy.waves}
        onChange={(waves) => set({ waves })}
        testId="how-waves"
      />
      {policy.waves && (
        <>
          <div className={styles.pair}>
            <TextField
              label="Canary, nodes"
              value={policy.canary}
              onChange={(canary) => set({ canary })}
              inputMode="numeric"
              testId="how-canary"
            />
            <TextField
              label="Then up to, %"
              value={policy.steps}
              onChange={(steps) => set({ steps })}
              testId="how-steps"
            />
          </div>
          <Switch
            label="Ask me before each next wave"
            checked={policy.ask}
            onChange={(ask) => set({ ask })}
            testId="how-ask"
          />
        </>
      )}
    </>
  );
}

function Again({ policy, effect, set }: FieldsProps) {
  const wanted = policy.retries.trim() !== "" && policy.retries.trim() !== "0";
  return (
    <>
      <TextField
        label="Try again where it failed"
        value={policy.retries}
        onChange={(retries) => set({ retries })}
        placeholder="no"
        hint="So many times, each a while later. What is unknown is never run again by itself."
        inputMode="numeric"
        testId="how-retries"
      />
      {wanted && effect !== "read" && (
        <Tick checked={policy.consent} onChange={(consent) => set({ consent })} testId="how-consent">
          I accept that it may do its work twice: an attempt that failed may have done a part of it, or all, before.
        </Tick>
      )}
    </>
  );
}

function Away({ policy, set }: Omit<FieldsProps, "effect">) {
  return (
    <div className={styles.pair}>
      <div className={styles.named}>
        <span>Offline nodes</span>
        <Segmented<Policy["offline"]>
          label="Offline nodes"
          value={policy.offline}
          onChange={(offline) => set({ offline })}
          options={[
            { value: "skip", label: "Leave out" },
            { value: "wait", label: "Wait for" },
          ]}
        />
      </div>
      {policy.offline === "wait" && (
        <div className={styles.named}>
          <span>At most</span>
          <Choice
            label="Wait at most"
            value={String(policy.expiresInSeconds)}
            options={LASTS}
            onChange={(seconds) => set({ expiresInSeconds: Number(seconds) })}
            testId="how-expires"
          />
        </div>
      )}
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
