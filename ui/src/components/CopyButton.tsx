/** Copies a text and says whether that worked. The text is asked for only when it is needed. */
import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { t } from "../i18n";
import { Button } from "./Button";

type CopyProps = { text: () => string; look?: "primary" | "bare" | "plain"; label?: string; testId?: string };

export function CopyButton({ text, look = "bare", label = t("Copy"), testId }: CopyProps) {
  const [told, setTold] = useState<"" | "done" | "refused">("");
  useEffect(() => {
    if (told === "") return;
    const timer = setTimeout(() => setTold(""), 2000);
    return () => clearTimeout(timer);
  }, [told]);
  const copy = () => {
    writeClipboard(text()).then(
      () => setTold("done"),
      () => setTold("refused"),
    );
  };
  const Icon = told === "done" ? Check : Copy;
  return (
    <Button look={look} onClick={copy} data-testid={testId} aria-live="polite">
      <Icon size={13} strokeWidth={1.5} aria-hidden="true" />
      {told === "" ? label : told === "done" ? t("Copied") : t("Not allowed")}
    </Button>
  );
}

/** Some web views have no clipboard without a permission; a hidden text field still works there. */
export async function writeClipboard(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "visually-hidden";
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    if (!done) throw new Error("copy was refused");
  }
}
