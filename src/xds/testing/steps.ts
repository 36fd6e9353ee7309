import fc from 'fast-check';

/** A step of a sequence, on what the sequence is about. */
export interface Step<S> {
  readonly take: (subject: S) => void;
}

/** Makes steps on an `S` that say in a counterexample what they do. */
export function stepsOn<S>() {
  return <A extends readonly unknown[]>(
    weight: number,
    text: string,
    given: { readonly [K in keyof A]: fc.Arbitrary<A[K]> },
    take: (subject: S, ...given: A) => unknown,
  ): { readonly weight: number; readonly arbitrary: fc.Arbitrary<Step<S>> } => {
    const arbitrary = fc.tuple<A[number][]>(...given).map((drawn) => ({
      take: (subject: S) => void take(subject, ...(drawn as unknown as A)),
      [fc.toStringMethod]: () => `${text} ${drawn.map(String).join(' ')}`,
    }));
    return { weight, arbitrary };
  };
}
