/**
 * What the targets wrote, grouped by equal endings: odd ones first, the majority last, so that the one that is
 * different is what is seen. Not here: reading them (useJob.ts), one group (GroupCard).
 */
import type { JobView, OutputGroupsView, TargetState } from "../../bridge/types";
import { Notice } from "../../components/Notice";
import { t } from "../../i18n";
import { isOver } from "../../state/jobs";
import { GroupCard } from "./GroupCard";
import own from "./Groups.module.css";
import styles from "./RunPage.module.css";

type GroupsProps = {
  job: JobView;
  groups: { value: OutputGroupsView; problem: string | null; loading: boolean };
  chosen: ReadonlySet<TargetState>;
};

export function Groups({ job, groups, chosen }: GroupsProps) {
  const { groups: all, omitted } = groups.value;
  const shown = all.filter(({ state }) => chosen.size === 0 || chosen.has(state));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className={own.groups} tabIndex={0} aria-label={t("Output in groups")} data-testid="groups">
      {groups.problem && (
        <Notice tone="problem" testId="groups-problem">
          {t("The output cannot be read: {{problem}}", { problem: groups.problem })}
        </Notice>
      )}
      {shown.map((group) => (
        <GroupCard
          key={`${group.state} ${group.exitCode} ${group.sha256} ${group.error}`}
          job={job.id}
          group={group}
          alone={all.length === 1}
        />
      ))}
      {omitted > 0 && (
        <p className={styles.none}>
          {t("And {{count}} more groups: nearly every target wrote something else.", { count: omitted })}
        </p>
      )}
      {shown.length === 0 && groups.problem === null && (
        <p className={styles.none}>
          {groups.loading
            ? t("Reading the output…")
            : all.length > 0
              ? t("No output of targets in these states.")
              : isOver(job)
                ? t("Nothing was written.")
                : t("Nothing ended yet; what runs is under Targets.")}
        </p>
      )}
    </section>
  );
}
