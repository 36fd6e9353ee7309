import { parseAllDocuments, stringify } from 'yaml';
import { ingest, type KnownObject } from '../../src/resources/index.js';
import { createTranslator, type Fleet } from '../../src/routing/index.js';
import { emptyStore } from '../../src/store/index.js';
import { documents } from '../harness/yaml.js';
import type { Configuration } from './configurations.js';
import { withListenerSet } from './listener-sets.js';
import { objectsOf } from './objects.js';

const parseAll = (yaml: string): readonly unknown[] =>
  parseAllDocuments(yaml)
    .map((document) => document.toJS() as unknown)
    .filter((object) => object !== null);

export const yamlOf = (random: Configuration): string =>
  documents(...withListenerSet(objectsOf(random)).map((object) => stringify(object)));

/** What the product should serve for these objects by Gateway, translated here from the same files. @param fixed YAML @param addresses by Gateway */
export function expectedFleets(
  random: Configuration,
  fixed: string,
  addresses: ReadonlyMap<string, string>,
): ReadonlyMap<string, Fleet> {
  const objects = [...parseAll(yamlOf(random)), ...parseAll(fixed)].map((raw): KnownObject => {
    const { object, faults } = ingest(raw);
    if (object === undefined) throw new Error(JSON.stringify(faults));
    return object;
  });
  const store = emptyStore().apply({
    upserts: objects,
    observations: [...addresses].map(([name, address]) => ({
      fleet: `default/${name}`,
      addresses: [address],
      ports: {},
      portOffset: 0,
    })),
  });
  const translator = createTranslator({
    controllerName: 'windlass.io/gateway-controller',
    gatewayClassName: 'windlass',
    implicitClass: true,
    allowExternalName: true,
  });
  return new Map(
    translator.translate(store).gateways.map(({ gateway, fleet }) => {
      if (fleet === undefined) throw new Error(`${gateway.metadata.name} serves nothing`);
      return [gateway.metadata.name, fleet];
    }),
  );
}
