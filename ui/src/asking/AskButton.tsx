/**
 * A button that asks the Nexus for something. Where the token of whoever sits here would be refused, it stays in its
 * place, cannot be pressed and says why. Not here: asking itself, which the Nexus judges once more.
 */
import type { ComponentProps } from "react";
import type { NexusCalls } from "../bridge/types";
import { Button, IconButton } from "../components/Button";
import { useRefusal } from "../state/viewer";

type Asks = { asks: keyof NexusCalls };

export function AskButton({ asks, ...rest }: ComponentProps<typeof Button> & Asks) {
  const refusal = useRefusal(asks);
  return <Button {...rest} {...(refusal === undefined ? {} : { disabled: true, title: refusal })} />;
}

export function AskIconButton({ asks, label, ...rest }: ComponentProps<typeof IconButton> & Asks) {
  const refusal = useRefusal(asks);
  return (
    <IconButton
      {...rest}
      label={refusal === undefined ? label : `${label}. ${refusal}`}
      {...(refusal === undefined ? {} : { disabled: true })}
    />
  );
}
