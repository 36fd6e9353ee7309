import { expect } from '@jest/globals';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import type { InfraObject } from '../objects/infra-object.js';

/**
 * Holds objects against `golden/<name>.yaml`; with UPDATE_GOLDEN=1 in the environment the file is written instead, to be reviewed like code. Metadata is shown
 * whole once; of the others what differs.
 */
export function expectGolden(name: string, objects: readonly InfraObject[]): void {
  const file = new URL(`golden/${name}.yaml`, import.meta.url).pathname;
  const [first] = objects;
  const text = objects
    .map((object) => (first === undefined || object === first ? object : brief(object, first)))
    .map((object) => stringify(object, { aliasDuplicateObjects: false, lineWidth: 0, singleQuote: true }))
    .join('---\n');
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const documents = (from: string): readonly unknown[] =>
    [...parseAllDocuments(from)].map((document): unknown => document.toJS());
  expect(documents(text)).toEqual(documents(readFileSync(file, 'utf8')));
}

function brief(object: InfraObject, { metadata: usual }: InfraObject): object {
  const { metadata } = object;
  const differing = (own: Readonly<Record<string, string>>, common: typeof own): object | undefined => {
    const entries = Object.entries(own).filter(([key, value]) => common[key] !== value);
    return entries.length > 0 ? Object.fromEntries(entries) : undefined;
  };
  const labels = differing(metadata.labels, usual.labels);
  const annotations = differing(metadata.annotations, usual.annotations);
  return {
    ...object,
    metadata: { name: metadata.name, ...(labels && { labels }), ...(annotations && { annotations }) },
  };
}
