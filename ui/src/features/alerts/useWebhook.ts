/**
 * Where alerts are posted and how that goes: read when it is looked at and when what fires changes. After the address was
 * set it is read again every two seconds, until the first message went through or was given up. Not here: showing it.
 */
import { useCallback, useEffect, useState } from "react";
import type { WebhookView } from "../../bridge/types";
import { useAlerts, useConsole } from "../../state/hooks";
import { problemText } from "../../state/problem";

const AGAIN_MS = 2000;
/** Three tries of ten seconds, and what lies between them. */
const READINGS = 22;

export function useWebhook() {
  const { bridge } = useConsole();
  const board = useAlerts((s) => s.board);
  const [webhook, setWebhook] = useState<WebhookView | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [left, setLeft] = useState(0);
  const read = useCallback(async () => {
    try {
      setWebhook(await bridge.alertWebhook());
    } catch (reason) {
      setProblem(problemText(reason));
    }
  }, [bridge]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another board is when something may have been posted
  useEffect(() => void read(), [read, board]);
  const under = left > 0 && webhook !== null && webhook.to !== null && webhook.delivered + webhook.failed === 0;
  useEffect(() => {
    if (!under) return;
    const timer = setTimeout(() => {
      setLeft(left - 1);
      void read();
    }, AGAIN_MS);
    return () => clearTimeout(timer);
  }, [under, left, read]);
  const set = async (url: string | null): Promise<boolean> => {
    setProblem(null);
    try {
      await bridge.setAlertWebhook(url);
    } catch (reason) {
      setProblem(problemText(reason));
      return false;
    }
    setLeft(READINGS);
    await read();
    return true;
  };
  return { webhook, problem, under, set };
}
