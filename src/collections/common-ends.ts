/** How many elements two lists have in common from the start, and how many of the others from the end; by identity. */
export function commonEnds<T>(
  a: readonly T[],
  b: readonly T[],
): { readonly start: number; readonly end: number } {
  const most = Math.min(a.length, b.length);
  let start = 0;
  while (start < most && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < most - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  return { start, end };
}
