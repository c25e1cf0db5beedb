/**
 * Says which Nexus this window looks at, and leads to others. Not here: where they are kept (the host), the dialog that
 * adds one (ConnectDialog).
 */
import { Check, ChevronDown, Orbit, Plus } from "lucide-react";
import { useRef, useState } from "react";
import type { EnvironmentView } from "../../bridge/types";
import { Menu, type MenuItem } from "../../components/Menu";
import { StatusMark } from "../../components/StatusMark";
import { t } from "../../i18n";
import { plain } from "../../state/text";
import styles from "./Environments.module.css";

type SwitchProps = {
  name: string;
  /** Nothing behind it is real. */
  simulated: boolean;
  list: readonly EnvironmentView[];
  /** Somebody is about to look at the list. */
  onLook(): void;
  onSwitch(id: string): void;
  /** Null: this host knows no others. */
  onConnect: (() => void) | null;
  onSimulate: (() => void) | null;
  onLeave: (() => void) | null;
};

export function EnvironmentSwitch(props: SwitchProps) {
  const { name, simulated, onLook } = props;
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  return (
    <>
      <button
        ref={button}
        type="button"
        className={`${styles.switch} ${simulated ? styles.simulated : ""}`}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-label={t("Environment: {{name}}", { name })}
        onClick={() => {
          onLook();
          setOpen(true);
        }}
        data-testid="environment"
      >
        {simulated && <Orbit size={13} strokeWidth={1.6} aria-hidden="true" />}
        <bdi>{name}</bdi>
        <ChevronDown size={13} strokeWidth={1.6} aria-hidden="true" />
      </button>
      <Menu
        label={t("Environments")}
        open={open}
        at={button.current}
        items={itemsOf(props)}
        onClose={() => setOpen(false)}
        back={() => button.current}
        testId="environment-list"
      />
    </>
  );
}

function itemsOf({ name, list, onSwitch, onConnect, onSimulate, onLeave }: SwitchProps): MenuItem[] {
  const items: MenuItem[] = list.map((one) => ({
    key: `environment-${one.id}`,
    icon:
      one.current && onLeave === null ? (
        <Check size={14} strokeWidth={1.8} aria-hidden="true" />
      ) : (
        <StatusMark kind={one.state === "online" ? "online" : "offline"} size={10} />
      ),
    label: (
      <>
        <bdi>{plain(one.name, 80)}</bdi>
        <span className={styles.address}>{whereOf(one)}</span>
        {one.current && <span className="visually-hidden">, {t("current")}</span>}
      </>
    ),
    onChoose: () => (one.current ? onLeave?.() : onSwitch(one.id)),
  }));
  if (list.length === 0)
    items.push({
      key: "environment-here",
      icon: <Check size={14} strokeWidth={1.8} aria-hidden="true" />,
      label: onLeave === null ? name : t("This Nexus"),
      onChoose: () => onLeave?.(),
    });
  if (onConnect || onSimulate) items.push("line");
  if (onConnect)
    items.push({
      key: "connect",
      icon: <Plus size={14} strokeWidth={1.6} aria-hidden="true" />,
      label: t("Connect to another Nexus…"),
      onChoose: onConnect,
    });
  if (onSimulate)
    items.push({
      key: "simulate",
      icon: <Orbit size={14} strokeWidth={1.6} aria-hidden="true" />,
      label: t("Explore a simulated fleet"),
      onChoose: onSimulate,
    });
  return items;
}

function whereOf({ kind, address, state }: EnvironmentView): string {
  const where = kind === "here" ? t("inside this window") : plain(address, 120);
  return state === "offline" ? `${where} · ${t("does not answer")}` : where;
}
