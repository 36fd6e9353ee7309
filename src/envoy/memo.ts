/** Remembers the result for each input (and variant of it) for as long as the input lives (DESIGN D2). */
export function memoByIdentity<I extends object, A extends readonly string[], O>(
  compute: (input: I, ...variant: A) => O,
): (input: I, ...variant: A) => O {
  // One table per variant: there are few of them, and many inputs.
  const variants = new Map<string, WeakMap<I, O>>();
  return (input, ...variant) => {
    const key = variant.join('\n');
    let known = variants.get(key);
    if (known === undefined) variants.set(key, (known = new WeakMap<I, O>()));
    let output = known.get(input);
    if (output === undefined) known.set(input, (output = compute(input, ...variant)));
    return output;
  };
}

/**
 * Remembers the result for each text for as long as anyone holds the result: for things built from a few values rather than from one
 * object, such as a filter chain, which must not change when the table beside it does.
 */
export function memoByContent<O extends object>(): (content: string, compute: () => O) => O {
  const known = new Map<string, WeakRef<O>>();
  const registry = new FinalizationRegistry<string>((content) => {
    if (known.get(content)?.deref() === undefined) known.delete(content);
  });
  return (content, compute) => {
    const remembered = known.get(content)?.deref();
    if (remembered !== undefined) return remembered;
    const output = compute();
    known.set(content, new WeakRef(output));
    registry.register(output, content);
    return output;
  };
}
