/** Placeholder. */
export async function runHeadless() {
  return 1;
}
