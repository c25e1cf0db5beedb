/**
 * What else can be done about a node. Everything that asks something leads to where it is asked; nothing is done by the
 * menu alone but copying. Not here: asking (Naming, Standing).
 */
import { Menu } from "@base-ui/react/menu";
import { Ellipsis } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { NodeView } from "../../bridge/types";
import { IconButton } from "../../components/Button";
import { writeClipboard } from "../../components/CopyButton";
import { useConsole } from "../../state/hooks";
import styles from "./NodeMenu.module.css";

/** What the trust tab is opened for. */
export type Purpose = "name" | "tags" | "revoke" | "remove";

type NodeMenuProps = {
  node: NodeView;
  ordinal: number;
  onPurpose(purpose: Purpose): void;
  /** Null where there are no more windows. */
  onWindow: (() => void) | null;
};

export function NodeMenu({ node, ordinal, onPurpose, onWindow }: NodeMenuProps) {
  const { t } = useTranslation();
  const { ui, news } = useConsole();
  const copy = (text: string) =>
    writeClipboard(text).then(
      () => news.toast(t("Copied")),
      () => news.toast(t("The clipboard cannot be used here."), "problem"),
    );
  const audit = () => {
    ui.getState().set({ auditNode: node.id });
    ui.getState().go("audit");
  };
  return (
    <Menu.Root>
      <Menu.Trigger
        render={<IconButton label={t("More about {{name}}", { name: node.name })} data-testid="node-menu" />}
        className={styles.trigger ?? ""}
      >
        <Ellipsis size={16} strokeWidth={1.5} aria-hidden="true" />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner className={styles.positioner} sideOffset={4} align="end">
          <Menu.Popup className={styles.popup} data-testid="node-menu-list">
            <Item onClick={() => onPurpose("name")}>{t("Rename…")}</Item>
            <Item onClick={() => onPurpose("tags")}>{t("Tags…")}</Item>
            <Line />
            <Item onClick={() => ui.getState().fly("star", ordinal)}>{t("Show on the map")}</Item>
            {onWindow && <Item onClick={onWindow}>{t("Open in a window of its own")}</Item>}
            <Item onClick={audit}>{t("What was done about it")}</Item>
            <Line />
            <Item onClick={() => void copy(node.id)}>{t("Copy its id")}</Item>
            {node.address !== "" && <Item onClick={() => void copy(node.address)}>{t("Copy its address")}</Item>}
            <Line />
            {node.trust.standing !== "revoked" && (
              <Item danger onClick={() => onPurpose("revoke")}>
                {t("Revoke…")}
              </Item>
            )}
            <Item danger disabled={node.state !== "offline"} onClick={() => onPurpose("remove")}>
              {t("Remove…")}
            </Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

type ItemProps = { danger?: boolean; disabled?: boolean; onClick(): void; children: string };

function Item({ danger = false, disabled = false, onClick, children }: ItemProps) {
  return (
    <Menu.Item
      className={`${styles.item} ${danger ? styles.danger : ""}`}
      disabled={disabled}
      onClick={onClick}
      data-testid="node-menu-item"
    >
      {children}
    </Menu.Item>
  );
}

function Line() {
  return <Menu.Separator className={styles.line} />;
}
