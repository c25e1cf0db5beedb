/** The name and the tags that the operator gives a node, over and beside its own. */
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { AskButton } from "../../asking/AskButton";
import type { NodeView } from "../../bridge/types";
import { Button } from "../../components/Button";
import { Notice } from "../../components/Notice";
import { TextField } from "../../components/TextField";
import { useConsole } from "../../state/hooks";
import { problemText } from "../../state/problem";
import styles from "./Trust.module.css";

/** `focus`: which of the two is wanted at once. */
export function Naming({ node, focus }: { node: NodeView; focus: "name" | "tags" | null }) {
  const { t } = useTranslation();
  const { bridge } = useConsole();
  const { trust } = node;
  const [name, setName] = useState(trust.givenName ?? "");
  const [tags, setTags] = useState(trust.givenTags.join(" "));
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const words = tags.split(/[\s,]+/).filter((tag) => tag !== "");
  const changed = name.trim() !== (trust.givenName ?? "") || words.join(" ") !== trust.givenTags.join(" ");
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await bridge.editNode(node.id, { name: name.trim(), tags: words });
    } catch (reason) {
      setProblem(problemText(reason));
    }
    setBusy(false);
  };
  return (
    <form className={styles.naming} onSubmit={(event) => void save(event)} aria-label={t("Name and tags")} noValidate>
      <h2>{t("Name and tags")}</h2>
      <TextField
        label={t("Name")}
        autoFocus={focus === "name"}
        value={name}
        onChange={setName}
        placeholder={trust.ownName}
        hint={
          name.trim() === ""
            ? t("Empty: the name that it gives itself.")
            : t("It calls itself {{name}}.", { name: trust.ownName })
        }
        testId="node-name"
      />
      <TextField
        label={t("Tags")}
        autoFocus={focus === "tags"}
        value={tags}
        onChange={setTags}
        placeholder={t("none")}
        hint={
          trust.ownTags.length > 0
            ? t("Beside its own: {{tags}}", { tags: trust.ownTags.join(" ") })
            : t("It has none of its own.")
        }
        testId="node-tags"
      />
      {problem && (
        <Notice tone="problem" testId="naming-problem">
          {problem}
        </Notice>
      )}
      {(changed || busy) && (
        <Answers
          busy={busy}
          onUndo={() => {
            setName(trust.givenName ?? "");
            setTags(trust.givenTags.join(" "));
            setProblem(null);
          }}
        />
      )}
    </form>
  );
}

function Answers({ busy, onUndo }: { busy: boolean; onUndo(): void }) {
  const { t } = useTranslation();
  return (
    <div className={styles.buttons}>
      <AskButton asks="editNode" small type="submit" look="primary" disabled={busy} data-testid="save-naming">
        {t("Save")}
      </AskButton>
      <Button small look="bare" onClick={onUndo}>
        {t("Undo")}
      </Button>
    </div>
  );
}
