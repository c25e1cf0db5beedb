/**
 * The log of a node while somebody reads it: the newest lines at once, then what is new, every few seconds. A place in
 * the log that the node does not know any more is begun anew. Not here: drawing.
 */
import { useEffect, useRef, useState } from "react";
import { useConsole } from "../../../state/hooks";
import { problemText } from "../../../state/problem";
import { LogBuffer, type LogWish, parametersOf, readLog } from "./log";
import { SYSTEM } from "./useLook";

const EVERY_MS = 2500;

export type ReadLog = {
  buffer: LogBuffer;
  /** Nothing has been answered yet. */
  waiting: boolean;
  problem: string | null;
  /** There are older lines that were not asked for. */
  more: boolean;
  note: string;
};

export function useLog(node: string, wish: LogWish, active: boolean, follow: boolean): ReadLog {
  const { bridge } = useConsole();
  const asked = JSON.stringify(wish);
  const [read, setRead] = useState<ReadLog & { asked: string }>(() => nothing(asked));
  const cursor = useRef<{ asked: string; at: string | null }>({ asked: "", at: null });
  useEffect(() => {
    const wanted: LogWish = JSON.parse(asked);
    const unfinished = wanted.source === "file" && wanted.path.trim() === "";
    if (!active || unfinished) return;
    let over = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const known = cursor.current.asked === asked;
    if (!known) {
      cursor.current = { asked, at: null };
      setRead(nothing(asked));
    }
    const next = () => {
      if (!over && follow) timer = setTimeout(ask, EVERY_MS);
    };
    const ask = async () => {
      if (document.hidden) return next();
      const after = cursor.current.at;
      try {
        const part = readLog(await bridge.glance(node, SYSTEM, "logs", parametersOf(wanted, after)));
        if (over) return;
        if (part === null) throw { code: "unreadable", message: "unreadable" };
        cursor.current.at = part.cursor;
        setRead((before) => {
          // Without a place to go on from, everything comes again each time.
          const buffer = after === null ? new LogBuffer() : before.buffer;
          buffer.add(part.lines);
          const more = after === null ? part.more : before.more;
          return { asked, buffer, waiting: false, problem: null, more, note: part.note };
        });
      } catch (reason) {
        if (over) return;
        cursor.current.at = null;
        setRead((before) => ({ ...before, waiting: false, problem: problemText(reason) }));
      }
      next();
    };
    // What is there already needs no second look when it is not followed.
    if (!known || follow) void ask();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [bridge, node, asked, active, follow]);
  return read.asked === asked ? read : nothing(asked);
}

function nothing(asked: string) {
  return { asked, buffer: new LogBuffer(), waiting: true, problem: null, more: false, note: "" };
}
