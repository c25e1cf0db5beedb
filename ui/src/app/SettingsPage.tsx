/** Settings with what is told of alerts and the API tokens, which are features of their own. */
import { Tokens } from "../features/access/Tokens";
import { Webhook } from "../features/alerts/Webhook";
import { SettingsView } from "../features/settings/SettingsView";

export function SettingsPage() {
  return <SettingsView alerts={<Webhook />} access={<Tokens />} />;
}
