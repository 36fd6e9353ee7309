// What is made of immutable objects is made once.

/**
 * Remembers the result for each input, by its identity, for as long as the input lives (DESIGN D2).
 * @param variantOf tells apart contexts of the same input that make a difference; by default none does
 */
export function memoByIdentity<I extends object, C extends readonly unknown[], O>(
  compute: (input: I, ...context: C) => O,
  variantOf: (input: I, ...context: C) => string = () => '',
): (input: I, ...context: C) => O {
  const plain = new WeakMap<I, { readonly value: O }>();
  const varied = new WeakMap<I, Map<string, { readonly value: O }>>();
  return (input, ...context) => {
    const variant = variantOf(input, ...context);
    const before = variant === '' ? plain.get(input) : varied.get(input)?.get(variant);
    if (before !== undefined) return before.value;
    const known = { value: compute(input, ...context) };
    if (variant === '') plain.set(input, known);
    else varied.set(input, (varied.get(input) ?? new Map<string, typeof known>()).set(variant, known));
    return known.value;
  };
}

// What is made of immutable objects is made once.

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

/** Remembers the result for each pair of inputs, for as long as both live. */
export function memoByPair<A extends object, B extends object | undefined, O>(
  compute: (a: A, b: B) => O,
): (a: A, b: B) => O {
  const nothing = {};
  const results = new WeakMap<A, WeakMap<object, { readonly value: O }>>();
  return (a, b) => {
    const ofA = results.get(a) ?? new WeakMap<object, { readonly value: O }>();
    results.set(a, ofA);
    const known = ofA.get(b ?? nothing) ?? { value: compute(a, b) };
    ofA.set(b ?? nothing, known);
    return known.value;
  };
}
