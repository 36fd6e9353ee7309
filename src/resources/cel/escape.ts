// Field names in CEL: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#escaping
const RESERVED = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

const SYMBOLS: Readonly<Record<string, string>> = {
  __: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
};

/** All names under which CEL sees a field: since Kubernetes 1.32 a reserved word stands for itself, too (kubernetes/kubernetes#126188). */
export function celFieldNames(name: string): readonly string[] {
  return RESERVED.has(name) ? [celFieldName(name), name] : [celFieldName(name)];
}

/** The name under which CEL has always seen a field of a schema: `namespace` is `__namespace__`, `x-y` is `x__dash__y`. */
export function celFieldName(name: string): string {
  if (RESERVED.has(name)) return `__${name}__`;
  return name.replace(/__|[.\-/]/g, (symbol) => SYMBOLS[symbol] ?? symbol);
}
