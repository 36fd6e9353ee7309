// `windlass controller` as the product composes it, except that every Gateway has this address at once, as if proxies had been provided.
import { controllerOf } from '../../src/cli/controller/index.js';
import { processIo } from '../../src/cli/io.js';
import { compile } from '../../src/config/index.js';

const ADDRESS = '198.18.0.10';

const assigned = controllerOf([
  ({ plane }) =>
    Promise.resolve({
      onModel: ({ gateways }) => {
        const observations = gateways.map(({ gateway: { metadata } }) => ({
          fleet: `${metadata.namespace ?? ''}/${metadata.name}`,
          addresses: [ADDRESS],
          ports: {},
          portOffset: 0,
        }));
        plane.apply({ observations });
      },
      close: () => Promise.resolve(),
    }),
]);

const io = processIo();
const { config, paths } = compile(process.argv.slice(2), io.surroundings);
process.exitCode = await assigned({ config, paths, io });
