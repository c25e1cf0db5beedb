/**
 * On any few of the targets instead of all: how many, by what they are chosen, who is better and who comes last.
 * Not here: who the targets are (TargetLine).
 */
import { useTranslation } from "react-i18next";
import type { Strategy } from "../../bridge/types";
import { Choice } from "../../components/Choice";
import { Completing } from "../../components/Completing";
import { TextField } from "../../components/TextField";
import { useCompletion, useTarget } from "../../state/useTarget";
import type { HowFieldsProps } from "./How";
import styles from "./How.module.css";
import { Named } from "./HowFields";

export function Choosing({ policy, set }: HowFieldsProps) {
  const { t } = useTranslation();
  const strategies: { value: Strategy; label: string; hint: string }[] = [
    { value: "least_load", label: t("Least loaded"), hint: t("as of now") },
    { value: "weighted", label: t("Weighted"), hint: t("priority, latency, success") },
    { value: "round_robin", label: t("In turn"), hint: t("one after the other") },
    { value: "two_choices", label: t("Better of two"), hint: t("drawn at random") },
    { value: "spread", label: t("Spread"), hint: t("over groups") },
  ];
  const some = policy.any.trim() !== "";
  return (
    <>
      <div className={styles.pair}>
        <TextField
          label={t("On any so many of these")}
          value={policy.any}
          onChange={(any) => set({ any })}
          placeholder={t("on all")}
          inputMode="numeric"
          testId="how-any"
        />
        {some && (
          <Named label={t("Chosen by")}>
            <Choice
              label={t("Chosen by")}
              value={policy.strategy}
              options={strategies}
              onChange={(strategy) => set({ strategy: strategy as Strategy })}
              testId="how-strategy"
            />
          </Named>
        )}
      </div>
      {some && policy.strategy === "spread" && (
        <TextField
          label={t("Spread over")}
          value={policy.spreadBy}
          onChange={(spreadBy) => set({ spreadBy })}
          placeholder={t("group; or the key of a tag, e.g. rack")}
          testId="how-spread"
        />
      )}
      {some && (
        <>
          <Who
            label={t("Rather these")}
            value={policy.prefer}
            onChange={(prefer) => set({ prefer })}
            testId="how-prefer"
          />
          <Who
            label={t("These only when nobody else can")}
            value={policy.avoid}
            onChange={(avoid) => set({ avoid })}
            testId="how-avoid"
          />
        </>
      )}
    </>
  );
}

type WhoProps = { label: string; value: string; testId: string; onChange(value: string): void };

function Who({ label, value, testId, onChange }: WhoProps) {
  const { t } = useTranslation();
  const complete = useCompletion();
  const typed = value.trim();
  const aim = useTarget(typed === "" ? null : { target: typed, nodeIds: null, skill: null, method: null });
  return (
    <Completing
      label={label}
      value={value}
      placeholder={t("nobody in particular; or tag:ssd")}
      problem={aim.problem}
      note={aim.resolved ? t("{{count}} nodes", { count: aim.resolved.count }) : null}
      complete={complete}
      onChange={onChange}
      testId={testId}
    />
  );
}
