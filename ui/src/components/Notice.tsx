/** A message that stays where it belongs: beside the thing that did not work. */
import { CircleAlert, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import styles from "./Notice.module.css";

type Tone = "plain" | "warning" | "problem";
const ICONS = { plain: Info, warning: TriangleAlert, problem: CircleAlert };

export function Notice({ tone = "plain", children, testId }: { tone?: Tone; children: ReactNode; testId?: string }) {
  const Icon = ICONS[tone];
  return (
    <div
      className={`${styles.notice} ${tone === "plain" ? "" : styles[tone]}`}
      role={tone === "problem" ? "alert" : undefined}
      data-testid={testId}
    >
      <Icon size={15} strokeWidth={1.6} aria-hidden="true" />
      <div>{children}</div>
    </div>
  );
}
