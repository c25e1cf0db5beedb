/** The place of a job among others: what it needs for itself, who goes first, whether an older result will do. */
import { useTranslation } from "react-i18next";
import { Choice } from "../../components/Choice";
import { TextField } from "../../components/TextField";
import type { HowFieldsProps } from "./How";
import styles from "./How.module.css";
import { Named } from "./HowFields";

export function Place({ policy, set }: HowFieldsProps) {
  const { t } = useTranslation();
  const priorities = Array.from({ length: 10 }, (_, i) => 9 - i).map((n) => ({
    value: String(n),
    label: String(n),
    ...(n === 9 ? { hint: t("first") } : n === 5 ? { hint: t("as usual") } : n === 0 ? { hint: t("last") } : {}),
  }));
  const ages = [
    { value: "0", label: t("no, always anew") },
    { value: "60", label: t("up to {{n}} min old", { n: 1 }) },
    { value: "600", label: t("up to {{n}} min old", { n: 10 }) },
    { value: "3600", label: t("up to {{n}} h old", { n: 1 }) },
    { value: "86400", label: t("up to {{n}} h old", { n: 24 }) },
  ];
  return (
    <>
      <div className={styles.pair}>
        <Named label={t("Priority")}>
          <Choice
            label={t("Priority")}
            value={String(policy.priority)}
            options={priorities}
            onChange={(priority) => set({ priority: Number(priority) })}
            testId="how-priority"
          />
        </Named>
        <TextField
          label={t("Needs for itself")}
          value={policy.resource}
          onChange={(resource) => set({ resource })}
          placeholder={t("nothing; or gpu")}
          testId="how-resource"
        />
      </div>
      <Named label={t("An older result will do")}>
        <Choice
          label={t("An older result will do")}
          value={String(policy.cacheSeconds)}
          options={ages}
          onChange={(seconds) => set({ cacheSeconds: Number(seconds) })}
          testId="how-cache"
        />
      </Named>
      <p className={styles.hint}>
        {t(
          "One execution of a resource at a time on each node, or as many as its tag says (slots.gpu=2). Older results are taken only of methods that say they may be.",
        )}
      </p>
    </>
  );
}
