/**
 * Several things with insides of their own, each on a card: added, removed, and moved up and down (Alt with the arrows).
 * Not here: what is inside (FieldView).
 */

import type { TFunction } from "i18next";
import { ArrowDown, ArrowUp, Plus, X } from "lucide-react";
import { type KeyboardEvent, useId, useRef } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "../../../components/Button";
import { begun, type Entry, entry } from "../draft";
import styles from "../Field.module.css";
import { type CardsField, under } from "../form";
import { FieldView } from "./FieldView";
import type { FieldProps } from "./props";

/** A person fills in no more by hand; more go in as JSON. */
const MOST_CARDS = 200;

export function Cards({ field, path, value, problems, bare, onChange }: FieldProps<CardsField>) {
  const { t } = useTranslation();
  const id = useId();
  const list = useRef<HTMLOListElement>(null);
  const items = typeof value === "object" && value !== null && "items" in value ? value.items : [];
  const problem = problems.get(path);
  const full = items.length >= Math.min(field.most ?? MOST_CARDS, MOST_CARDS);
  const set = (next: readonly Entry[]) => onChange({ items: next });
  const add = () => {
    set([...items, entry(begun(field.item))]);
    requestAnimationFrame(() =>
      list.current?.querySelector<HTMLElement>(":scope > li:last-child :is(input, textarea)")?.focus(),
    );
  };
  const move = (from: number, way: 1 | -1) => {
    const to = from + way;
    const next = [...items];
    const [moved] = next.splice(from, 1);
    if (!moved || to < 0 || to >= items.length) return;
    next.splice(to, 0, moved);
    set(next);
  };
  return (
    <div className={`${styles.field} ${styles.wide}`} data-problem={problem === undefined ? undefined : true}>
      <div className={`${styles.label} ${bare ? "visually-hidden" : ""}`}>
        <span id={`${id}-label`}>{field.title}</span>
        <em>{asideOf(field, items.length, t)}</em>
      </div>
      {field.description && <p className={styles.hint}>{field.description}</p>}
      <ol ref={list} className={styles.cards} aria-labelledby={`${id}-label`} data-testid={`field-${path}`}>
        {items.map((item, i) => (
          <Card
            key={item.key}
            at={i}
            of={items.length}
            title={field.title}
            fixed={items.length <= (field.required ? (field.least ?? 0) : 0)}
            onMove={(way) => move(i, way)}
            onRemove={() => set(items.filter(({ key }) => key !== item.key))}
          >
            <FieldView
              field={field.item}
              path={under(path, i)}
              value={item.value}
              problems={problems}
              bare
              onChange={(next) => set(items.map((one) => (one.key === item.key ? { ...one, value: next } : one)))}
            />
          </Card>
        ))}
      </ol>
      {problem && <p className={styles.problem}>{problem}</p>}
      <button type="button" className={styles.add} onClick={add} disabled={full} data-testid={`add-${path}`}>
        <Plus size={14} strokeWidth={1.6} aria-hidden="true" />
        {full ? t("No more than {{n}}", { n: items.length }) : t("Add one")}
      </button>
    </div>
  );
}

type CardProps = {
  at: number;
  of: number;
  title: string;
  fixed: boolean;
  onMove(way: 1 | -1): void;
  onRemove(): void;
  children: React.ReactNode;
};

function Card({ at, of, title, fixed, onMove, onRemove, children }: CardProps) {
  const { t } = useTranslation();
  const onKeyDown = (event: KeyboardEvent) => {
    if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    event.stopPropagation();
    onMove(event.key === "ArrowUp" ? -1 : 1);
  };
  return (
    <li className={styles.card} aria-label={`${title} ${at + 1}`} onKeyDown={onKeyDown} data-testid="card">
      <div className={styles.cardHead}>
        <span>{at + 1}</span>
        <IconButton label={t("Move up")} disabled={at === 0} onClick={() => onMove(-1)}>
          <ArrowUp size={13} strokeWidth={1.6} aria-hidden="true" />
        </IconButton>
        <IconButton label={t("Move down")} disabled={at === of - 1} onClick={() => onMove(1)}>
          <ArrowDown size={13} strokeWidth={1.6} aria-hidden="true" />
        </IconButton>
        <IconButton label={t("Remove {{name}}", { name: `${title} ${at + 1}` })} disabled={fixed} onClick={onRemove}>
          <X size={13} strokeWidth={1.6} aria-hidden="true" />
        </IconButton>
      </div>
      {children}
    </li>
  );
}

function asideOf({ least, most, required, either }: CardsField, count: number, t: TFunction): string {
  const bounds =
    most !== null
      ? t("{{n}} of at most {{most}}", { n: count, most })
      : least !== null && least > count
        ? t("at least {{n}}", { n: least })
        : "";
  return [bounds, required || either ? "" : t("optional")].filter((part) => part !== "").join(", ");
}
