import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type NamespaceBase, Type } from 'protobufjs/light.js';
import codecs from './gen/codecs.js';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const built = join(repository, 'src/proto/gen');
let made: string;

beforeAll(async () => {
  made = await mkdtemp(join(tmpdir(), 'windlass-proto-'));
  const bin = join(repository, 'node_modules/.bin');
  const env = { ...process.env, PATH: `${bin}:${process.env['PATH'] ?? ''}` };
  const args = ['generate', '--template', 'proto/buf.gen.yaml', '--output', made];
  await promisify(execFile)(join(bin, 'buf'), args, { cwd: repository, env });
}, 60_000);

afterAll(() => rm(made, { recursive: true }));

describe('the generated codecs', () => {
  it('are what the pipeline makes of proto/', async () => {
    const fresh = join(made, 'src/proto/gen');
    const files = (await readdir(built)).sort();
    expect(files).toEqual((await readdir(fresh)).sort());
    for (const file of files) {
      const same = (await readFile(join(built, file))).equals(await readFile(join(fresh, file)));
      expect({ file, same }).toEqual({ file, same: true });
    }
  });

  it('call every message and field by the name that the types give it', async () => {
    const types = await readFile(join(built, 'envoy.d.ts'), 'utf8');
    const messages = [...codecMessages(codecs)];
    const listed = [...types.matchAll(/^ {2}'([\w.]+)': \1;$/gm)].map(([, name]) => name);
    expect(listed).toEqual(messages.map((type) => type.fullName.slice(1)).sort());

    // Names with a dot are extensions of the option messages: annotations of the definitions, which no one sends.
    const fields = messages.flatMap((type) => type.fieldsArray).map((field) => field.name);
    const ofCodecs = new Set(fields.filter((name) => !name.startsWith('.')));
    const ofTypes = new Set([...types.matchAll(/^ +(?:readonly )?'?(\w+)'?\??: .+ \| undefined;$/gm)].map(([, name]) => name));
    expect([...ofTypes].sort()).toEqual([...ofCodecs].sort());
  });
});

function* codecMessages(namespace: NamespaceBase): Generator<Type> {
  for (const nested of namespace.nestedArray) {
    if (nested instanceof Type) yield nested;
    if ('nestedArray' in nested) yield* codecMessages(nested);
  }
}
