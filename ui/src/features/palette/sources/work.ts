/** Jobs, runbooks and schedules in the palette: Enter shows them where they live. */
import { ago } from "../../../components/format";
import { t } from "../../../i18n";
import type { Console } from "../../../state/console";
import { titleOf } from "../../../state/jobs";
import { choice, type PaletteChoice } from "../choice";
import { score } from "../match";

export function jobChoices({ jobs, ui }: Console, words: string): PaletteChoice[] {
  return jobs.getState().jobs.flatMap((job) => {
    const title = titleOf(job);
    const call = `${job.skill}.${job.method} ${job.summary}`;
    const points = Math.max(score(title.toLowerCase(), words), call.toLowerCase().includes(words) ? 18 : 0);
    if (points === 0) return [];
    return choice({
      id: `job-${job.id}`,
      section: "jobs",
      name: title,
      hint: `${t("{{count}} targets", { count: job.total })} · ${ago(job.submittedAt)}`,
      verb: t("Open"),
      icon: "job",
      score: points,
      act: () => {
        ui.getState().go("jobs");
        ui.getState().showJob(job.id);
      },
    });
  });
}

export function planChoices({ plans, ui }: Console, words: string): PaletteChoice[] {
  const { runbooks, schedules } = plans.getState();
  const show = (jobsTab: "runbooks" | "schedules") => () => {
    ui.getState().go("jobs");
    ui.getState().set({ jobsTab, job: null });
  };
  const list: PaletteChoice[] = [];
  for (const { name, title, steps } of runbooks ?? []) {
    const points = Math.max(score(name.toLowerCase(), words), score(title.toLowerCase(), words));
    if (points > 0)
      list.push(
        choice({
          id: `runbook-${name}`,
          section: "runbooks",
          name: title || name,
          hint: t("{{count}} steps", { count: steps.length }),
          verb: t("Show"),
          icon: "runbook",
          score: points,
          act: show("runbooks"),
        }),
      );
  }
  for (const { id, name, when, paused } of schedules ?? []) {
    const points = score(name.toLowerCase(), words);
    if (points > 0)
      list.push(
        choice({
          id: `schedule-${id}`,
          section: "schedules",
          name,
          hint: paused ? t("paused") : when,
          verb: t("Show"),
          icon: "schedule",
          score: points,
          act: show("schedules"),
        }),
      );
  }
  return list;
}
