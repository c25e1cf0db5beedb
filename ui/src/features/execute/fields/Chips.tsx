/**
 * Several short things beside each other: typed, then Enter or a comma; Backspace in the empty line takes the last one
 * back. Pasting several brings several. Not here: texts of any length (Typed, one in each line).
 */

import type { TFunction } from "i18next";
import { X } from "lucide-react";
import { type ClipboardEvent, type KeyboardEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { isTexts } from "../draft";
import styles from "../Field.module.css";
import type { ChipsField } from "../form";
import { describedBy, FieldFrame } from "./Frame";
import { useNodeNames } from "./NodeLine";
import type { FieldProps } from "./props";

export function Chips({ field, path, value, problems, bare, onChange }: FieldProps<ChipsField>) {
  const { t } = useTranslation();
  const id = useId();
  const names = useNodeNames();
  const [typed, setTyped] = useState("");
  const problem = [...problems].find(([at]) => at === path || at.startsWith(`${path}/`))?.[1];
  const list = isTexts(value ?? "") ? (value as readonly string[]) : [];
  const nodes = field.item.kind === "text" && field.item.look === "node";
  const full = field.most !== null && list.length >= field.most;
  const add = (texts: readonly string[]) => {
    const wanted = texts.map((one) => (nodes ? names.idOf(one) : one.trim())).filter((one) => one !== "");
    const next = field.unique ? [...new Set([...list, ...wanted])] : [...list, ...wanted];
    setTyped("");
    if (wanted.length > 0) onChange(next);
  };
  const { onKeyDown, onPaste } = useKeys(typed, list, add, onChange);
  return (
    <FieldFrame
      title={field.title}
      id={id}
      wide
      bare={bare === true}
      aside={asideOf(field, t)}
      description={field.description}
      problem={problem}
    >
      <div className={styles.chips} data-invalid={problem === undefined ? undefined : true}>
        {list.map((one, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same may be there twice, and chips have no state
          <span key={`${one} ${i}`} className={styles.chip} data-testid="chip">
            {nodes ? names.nameOf(one) : one}
            <button
              type="button"
              aria-label={t("Remove {{name}}", { name: nodes ? names.nameOf(one) : one })}
              onClick={() => onChange(list.filter((_, at) => at !== i))}
            >
              <X size={11} strokeWidth={1.8} aria-hidden="true" />
            </button>
          </span>
        ))}
        <input
          id={id}
          value={typed}
          disabled={full}
          placeholder={
            list.length === 0 ? t("Type, then Enter") : full ? t("No more than {{n}}", { n: list.length }) : ""
          }
          inputMode={field.item.kind === "number" ? "decimal" : undefined}
          aria-invalid={problem !== undefined}
          aria-required={field.required}
          aria-describedby={describedBy(id, field.description, problem)}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
          // What was typed counts, also without Enter.
          onBlur={() => add([typed])}
          data-testid={`field-${path}`}
        />
      </div>
    </FieldFrame>
  );
}

function useKeys(
  typed: string,
  list: readonly string[],
  add: (texts: readonly string[]) => void,
  onChange: (list: readonly string[]) => void,
) {
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if ((event.key === "Enter" || event.key === ",") && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      add([typed]);
    } else if (event.key === "Backspace" && typed === "" && list.length > 0) onChange(list.slice(0, -1));
  };
  const onPaste = (event: ClipboardEvent) => {
    const parts = event.clipboardData.getData("text").split(/[\s,;]+/);
    if (parts.length < 2) return;
    event.preventDefault();
    add(parts);
  };
  return { onKeyDown, onPaste };
}

function asideOf({ least, most, required, either }: ChipsField, t: TFunction): string {
  const bounds =
    least !== null && most !== null && least > 0
      ? `${least}–${most}`
      : most !== null
        ? t("at most {{n}}", { n: most })
        : least !== null && least > 1
          ? t("at least {{n}}", { n: least })
          : "";
  return [bounds, required || either ? "" : t("optional")].filter((part) => part !== "").join(", ");
}
