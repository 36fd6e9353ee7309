/**
 * Waits until `look` returns something other than undefined, and returns it. After the deadline it fails with `what` and the last thing
 * that `look` threw. It looks every `everyMs`.
 */
export async function until<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
  deadlineMs = 30_000,
  everyMs = 15,
): Promise<T> {
  const end = Date.now() + deadlineMs;
  let last: unknown = 'nothing';
  for (;;) {
    try {
      const seen = await look();
      if (seen !== undefined) return seen;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`waited ${deadlineMs} ms for ${what}; last seen: ${String(last)}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
