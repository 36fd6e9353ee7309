/** How the text of a flag becomes its value. `hint` stands behind the flag in the help; a refusal is the sentence's end after "must be". */
export interface ValueType<T> {
  readonly hint: string;
  read(text: string): T | { readonly refused: string };
}

export const text: ValueType<string> = { hint: 'TEXT', read: (value) => value };

export const path: ValueType<string> = {
  hint: 'PATH',
  read: (value) => (value === '' ? { refused: 'a path' } : value),
};

export function named(hint: string): ValueType<string> {
  return { hint, read: (value) => (value === '' ? { refused: 'not empty' } : value) };
}

/** A DNS label or subdomain, as names of Kubernetes objects are. */
export const objectName: ValueType<string> = {
  hint: 'NAME',
  read: (value) =>
    value.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(value)
      ? value
      : { refused: 'a name of lower-case letters, digits, "-" and "."' },
};

export function integer(minimum: number, maximum: number): ValueType<number> {
  return {
    hint: 'N',
    read: (value) => {
      const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
      return number >= minimum && number <= maximum
        ? number
        : { refused: `a whole number from ${minimum} to ${maximum}` };
    },
  };
}

/** An address of a debug endpoint; undefined when nothing is said. */
export const httpUrl: ValueType<URL | undefined> = {
  hint: 'URL',
  read: (value) => {
    if (value === '') return undefined;
    const url = URL.parse(value);
    return url?.protocol === 'http:' || url?.protocol === 'https:'
      ? url
      : { refused: 'a URL that begins with http:// or https://' };
  },
};

/** A TCP port; `off` is no port at all. */
export const portOrOff: ValueType<number | undefined> = {
  hint: 'PORT',
  read: (value) => {
    if (value === 'off') return undefined;
    const port = integer(0, 65535).read(value);
    return typeof port === 'number' ? port : { refused: 'a port from 0 (any free one) to 65535, or "off"' };
  },
};

export function oneOf<const T extends string>(...members: readonly T[]): ValueType<T> {
  return {
    hint: members.join('|'),
    read: (value) =>
      members.find((member) => member === value) ?? { refused: `one of ${members.join(', ')}` },
  };
}
