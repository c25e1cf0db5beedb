/**
 * Where a simulated Nexus posts alerts: nowhere really. Hosts that begin with "broken" take nothing, so that one sees how
 * that is told. Not here: what would be posted.
 */
import type { WebhookView } from "../types";
import { refusal } from "./executions";

const NOWHERE: WebhookView = {
  to: null,
  configured: false,
  delivered: 0,
  failed: 0,
  dropped: 0,
  deliveredAt: null,
  trouble: null,
  troubleSince: null,
};

export class SimulatedWebhook {
  view: WebhookView = NOWHERE;

  set(url: string | null): void {
    if (url === null) {
      this.view = NOWHERE;
      return;
    }
    const read = URL.parse(url);
    if (read === null || !/^https?:$/.test(read.protocol))
      throw refusal("invalid", "alerts cannot be posted there: only http and https are spoken");
    const now = new Date().toISOString();
    const broken = read.hostname.startsWith("broken");
    this.view = {
      ...NOWHERE,
      to: `${read.protocol}//${read.host}/…`,
      ...(broken ? { failed: 1, trouble: "it answers 500", troubleSince: now } : { delivered: 1, deliveredAt: now }),
    };
  }
}
