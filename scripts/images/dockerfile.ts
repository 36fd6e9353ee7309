/** What a Dockerfile says of the image it ends in. */
export interface Described {
  readonly entrypoint: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly user: string;
  readonly workingDirectory: string;
  /** Paths in the image that something is copied to. */
  readonly copied: readonly string[];
  /** Values of its arguments. */
  readonly defaults: Readonly<Record<string, string>>;
}

/** Reads the last stage of a Dockerfile, as far as ours go: no continued lines there. */
export function described(text: string): Described {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const last = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')));
  const after = (word: string, among: readonly string[]): readonly string[] =>
    among.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
  const [entrypoint = '[]'] = after('ENTRYPOINT', last);
  return {
    entrypoint: JSON.parse(entrypoint) as readonly string[],
    environment: pairs(after('ENV', last)),
    user: after('USER', last)[0] ?? '',
    workingDirectory: after('WORKDIR', last)[0] ?? '',
    copied: after('COPY', last).flatMap(targets),
    defaults: pairs(after('ARG', lines)),
  };
}

function pairs(lines: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    lines
      .flatMap((line) => line.split(' '))
      .map((pair) => {
        const [name = '', ...value] = pair.split('=');
        return [name, value.join('=')];
      }),
  );
}

/** Several sources go below a directory under their own names. */
function targets(copy: string): readonly string[] {
  const words = copy.split(' ').filter((word) => !word.startsWith('--'));
  const target = words.at(-1) ?? '';
  return target.endsWith('/') ? words.slice(0, -1).map((source) => target + source) : [target];
}
