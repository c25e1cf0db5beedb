/** What is looked at, in words. Not here: sizes and numbers (components/format). */
import { t } from "../../../i18n";

export function uptime(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  if (days > 1) return t("{{count}} days", { count: days });
  const hours = Math.floor(seconds / 3600);
  if (hours > 1) return t("{{count}} hours", { count: hours });
  return t("{{count}} minutes", { count: Math.max(1, Math.floor(seconds / 60)) });
}

/** Words of systemd that an operator reads anyway; the common ones are told as people say them. */
export function serviceWord({ active, sub }: { active: string; sub: string }): string {
  if (active === "failed") return t("failed", { context: "service" });
  if (active === "active" && sub === "running") return t("running", { context: "service" });
  if (active === "active") return t("done", { context: "service" });
  if (active === "inactive") return t("off", { context: "service" });
  return sub === "" ? active : sub;
}
