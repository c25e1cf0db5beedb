/**
 * Who sits at this console, what others are called to them, and which calls would be refused. All of it is for the
 * eye alone: the Nexus asks again at every call. Not here: signing in (app/SignIn).
 */
import { useCallback } from "react";
import type { NexusCalls, ViewerView } from "../bridge/types";
import { t } from "../i18n";
import { useLink } from "./hooks";
import type { LinkStore } from "./link";
import { plain } from "./text";

/** The owner of the Nexus: the desktop window beside it, or the token in its data directory. */
const OWNER = "local";

/** Until the first snapshot nobody is "you", and nothing is held back. */
const NOBODY: ViewerView = { id: "", name: "", role: "viewer", mayNot: [] };

/** A principal as the Nexus names it; where only a name is told, the name has to do. */
type Person = string | { readonly id: string; readonly name: string };

export function viewerOf(link: LinkStore): ViewerView {
  return link.getState().nexus?.you ?? NOBODY;
}

export function useViewer(): ViewerView {
  return useLink(({ nexus }) => nexus?.you ?? NOBODY);
}

export function isYou(viewer: ViewerView, who: Person): boolean {
  if (typeof who !== "string") return who.id === viewer.id;
  return who !== "" && who === viewer.name;
}

/** "you", "the owner", or the name. */
export function personWord(viewer: ViewerView, who: Person): string {
  if (isYou(viewer, who)) return t("you");
  const { id, name } = typeof who === "string" ? { id: who, name: who } : who;
  return id === OWNER ? t("the owner") : plain(name, 120);
}

/** {@link personWord} for whoever sits here. */
export function usePersonWord(): (who: Person) => string {
  const viewer = useViewer();
  return useCallback((who: Person) => personWord(viewer, who), [viewer]);
}

/** Why this call would be refused, for people; undefined when it would not. */
export function useRefusal(call: keyof NexusCalls | undefined): string | undefined {
  const { role, mayNot } = useViewer();
  if (call === undefined || !mayNot.includes(call)) return undefined;
  if (role === "viewer") return t("Your token may only look.");
  return role === "operator" ? t("This needs an admin’s token.") : t("Your token is limited to some nodes or calls.");
}
