/**
 * The pages beside the map, each in a file of its own that is read when it is first needed, or when the window has
 * nothing else to do: so the map is there sooner, and a Nexus that is away for a moment takes no page with it.
 * Not here: which page is shown (App).
 */
import { type ComponentType, lazy } from "react";

function page<P extends object>(read: () => Promise<ComponentType<P>>) {
  const View = lazy(() => read().then((view) => ({ default: view })));
  return { View, read };
}

const pages = {
  Alerts: page(() => import("../features/alerts/AlertsView").then((m) => m.AlertsView)),
  Approvals: page(() => import("../features/approvals/ApprovalsView").then((m) => m.ApprovalsView)),
  Audit: page(() => import("../features/audit/AuditView").then((m) => m.AuditView)),
  Jobs: page(() => import("./PlanPages").then((m) => m.JobsPage)),
  Joining: page(() => import("../features/join/JoiningView").then((m) => m.JoiningView)),
  Nodes: page(() => import("../features/table/NodeTable").then((m) => m.NodeTable)),
  Settings: page(() => import("./SettingsPage").then((m) => m.SettingsPage)),
  Skills: page(() => import("./SkillsPage").then((m) => m.SkillsPage)),
};

export const AlertsPage = pages.Alerts.View;
export const ApprovalsPage = pages.Approvals.View;
export const AuditPage = pages.Audit.View;
export const JobsPage = pages.Jobs.View;
export const JoiningPage = pages.Joining.View;
export const NodesPage = pages.Nodes.View;
export const SettingsPage = pages.Settings.View;
export const SkillsPage = pages.Skills.View;

/** Reads them all. One that cannot be read now is asked for again when it is shown. */
export async function readPages(): Promise<void> {
  await Promise.allSettled(Object.values(pages).map(({ read }) => read()));
}
