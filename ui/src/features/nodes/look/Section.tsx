/** A part of the overview that is looked at: its heading, what it is from, and what went wrong. Not here: what is in it. */
import { RotateCw } from "lucide-react";
import type { ReactNode, Ref } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "../../../components/Button";
import { clockTime } from "../../../components/format";
import { failure } from "./obstacle";
import styles from "./Section.module.css";
import type { Look } from "./useLook";

type SectionProps = {
  title: string;
  /** Beside the heading. */
  aside?: ReactNode;
  look: Look<unknown>;
  children: ReactNode;
  ref?: Ref<HTMLElement>;
  testId?: string;
};

export function Section({ title, aside, look, children, ref, testId }: SectionProps) {
  const { t } = useTranslation();
  return (
    <section ref={ref} className={styles.section} aria-label={title} data-testid={testId}>
      <div className={styles.head}>
        <h2>{title}</h2>
        <span className={styles.aside}>{aside}</span>
        <IconButton
          label={t("Look again: {{title}}", { title })}
          className={`${styles.again} ${look.busy ? styles.busy : ""}`}
          onClick={look.again}
        >
          <RotateCw size={13} strokeWidth={1.5} aria-hidden="true" />
        </IconButton>
      </div>
      {look.problem !== null && (
        <p className={styles.problem} data-testid="look-problem">
          {failure(look.problem)}
          {look.at !== null && <span> {t("Below is how it was at {{time}}.", { time: clockTime(look.at) })}</span>}
        </p>
      )}
      {look.seen === null && look.problem === null && <p className={styles.quiet}>{t("Looking…")}</p>}
      {look.seen !== null && children}
    </section>
  );
}
