/**
 * What other instances ran on a node. No events come of it, so it is read again while somebody looks, and what was under way is
 * let go when nobody does. Not here: drawing it (Executions.tsx).
 */
import { useEffect, useState } from "react";
import { fetchOutput } from "../../state/commands";
import { useConsole } from "../../state/hooks";

/** Between two looks. */
const LOOK_MS = 1500;
const NONE: readonly string[] = [];

/** The names of instances that do not answer. `shown` is the execution whose output somebody reads. */
export function useElsewhere(nodeId: string, shown: string | null): readonly string[] {
  const console = useConsole();
  const [missing, setMissing] = useState(NONE);
  useEffect(() => {
    let wanted = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const { bridge, executions } = console;
    const read = async () => {
      // An older Nexus does not know the call.
      const told = await bridge.nodeExecutions(nodeId).catch(() => null);
      if (!wanted || told === null || told.alone) return;
      executions.applyFar(told.executions);
      executions.commit();
      setMissing((before) => (before.join("\n") === told.missing.join("\n") ? before : told.missing));
      timer = setTimeout(() => void read(), LOOK_MS);
    };
    void read();
    return () => {
      wanted = false;
      clearTimeout(timer);
      executions.leaveFar();
      executions.commit();
      setMissing(NONE);
    };
  }, [console, nodeId]);
  useEffect(() => {
    if (shown === null) return;
    let bytes = -1;
    const look = () => {
      const execution = console.executions.get(shown);
      if (!execution || !console.executions.isFar(shown) || execution.view.outputBytes === bytes) return;
      bytes = execution.view.outputBytes;
      execution.output.headMissing = true;
      void fetchOutput(console, shown);
    };
    look();
    return console.executions.subscribe(look);
  }, [console, shown]);
  return missing;
}
