/** The name and the tags that the operator gives a node, over and beside its own. */
import { type FormEvent, useState } from "react";
import type { NodeView } from "../../bridge/types";
import { Button } from "../../components/Button";
import { Notice } from "../../components/Notice";
import { TextField } from "../../components/TextField";
import { useConsole } from "../../state/hooks";
import { problemText } from "../../state/problem";
import styles from "./Trust.module.css";

export function Naming({ node }: { node: NodeView }) {
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
    <form className={styles.naming} onSubmit={(event) => void save(event)} aria-label="Name and tags" noValidate>
      <h2>Name and tags</h2>
      <TextField
        label="Name"
        value={name}
        onChange={setName}
        placeholder={trust.ownName}
        hint={name.trim() === "" ? "Empty: the name that it gives itself." : `It calls itself ${trust.ownName}.`}
        testId="node-name"
      />
      <TextField
        label="Tags"
        value={tags}
        onChange={setTags}
        placeholder="none"
        hint={trust.ownTags.length > 0 ? `Beside its own: ${trust.ownTags.join(" ")}` : "It has none of its own."}
        testId="node-tags"
      />
      {problem && (
        <Notice tone="problem" testId="naming-problem">
          {problem}
        </Notice>
      )}
      {(changed || busy) && (
        <div className={styles.buttons}>
          <Button small type="submit" look="primary" disabled={busy} data-testid="save-naming">
            Save
          </Button>
          <Button
            small
            look="bare"
            onClick={() => {
              setName(trust.givenName ?? "");
              setTags(trust.givenTags.join(" "));
              setProblem(null);
            }}
          >
            Undo
          </Button>
        </div>
      )}
    </form>
  );
}
