/**
 * A text as a file, by the browser and into its downloads: for hosts that have no files of this machine.
 * Not here: what is in it.
 */
export function download(name: string, content: string | Blob): string {
  const file = typeof content === "string" ? new Blob([content], { type: "text/plain;charset=utf-8" }) : content;
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // Not at once: some engines read it only after the click has been handled.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
  return name;
}
