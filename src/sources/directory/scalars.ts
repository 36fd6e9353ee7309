import type { ScalarTag } from 'yaml';

const INT = /^[-+]?(?:0[bB][01_]+|0[xX][\da-fA-F_]+|0[oO]?[0-7_]+|0|[1-9][\d_]*)$/;

/**
 * Plain scalars as Kubernetes' tools read them (sigs.k8s.io/yaml, a YAML 1.1 reader without sexagesimal numbers): `yes`, `no`,
 * `on`, `off`, `y`, `n` are booleans, `0644` is octal, `1_000` is a number. A file that kubectl would refuse because `value: no` is
 * no string must be refused here as well, and quoting mends it in both.
 */
export const KUBERNETES_SCALARS: readonly ScalarTag[] = [
  boolean(true, /^(?:y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON)$/),
  boolean(false, /^(?:n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/),
  { tag: 'tag:yaml.org,2002:int', default: true, test: INT, resolve: toInteger },
];

function boolean(value: boolean, test: RegExp): ScalarTag {
  return { tag: 'tag:yaml.org,2002:bool', default: true, test, resolve: () => value };
}

function toInteger(source: string): number {
  const digits = source.replace(/_/g, '').replace(/^[-+]/, '').toLowerCase();
  const octal = /^0o?([0-7]+)$/.exec(digits);
  const magnitude = octal?.[1] === undefined ? Number(digits) : parseInt(octal[1], 8);
  return source.startsWith('-') && magnitude !== 0 ? -magnitude : magnitude;
}
