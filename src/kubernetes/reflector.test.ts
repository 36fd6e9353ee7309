import { afterEach, describe, expect, it } from '@jest/globals';
import { startReflector, type Reflector, type ReflectorOptions } from './reflector.js';
import {
  event,
  failing,
  list,
  scriptedServer,
  thing,
  watch,
  type ScriptedServer,
  type Step,
} from './testing/scripted-server.js';

let server: ScriptedServer | undefined;
let reflector: Reflector | undefined;

afterEach(async () => {
  reflector?.stop();
  await server?.close();
});

/** What it tells and says, in one sequence; resolves once that is `wanted`, or after a second. */
async function sequence(
  wanted: readonly string[],
  steps: readonly Step[],
  options: Partial<ReflectorOptions> = {},
): Promise<readonly string[]> {
  const seen: string[] = [];
  server = await scriptedServer(...steps);
  const { client } = server;
  return await new Promise((resolve) => {
    const timer = setTimeout(() => resolve(seen), 1000);
    const see = (line: string): void => {
      seen.push(line);
      if (seen.join() !== wanted.join()) return;
      clearTimeout(timer);
      resolve(seen);
    };
    reflector = startReflector({
      client,
      path: '/api/v1/things',
      onChange: ({ upserts, deletes }) =>
        see(
          [
            ...upserts.map(
              ({ object, before }) => `${before === undefined ? '+' : '~'}${object.metadata.name}`,
            ),
            ...deletes.map(({ metadata }) => `-${metadata.name}`),
          ].join(' '),
        ),
      onState: (state) => see(state.is === 'failing' ? `failing ${state.error.status}` : state.is),
      limits: { firstWaitMs: 1, longestWaitMs: 5, absentMs: 5 },
      random: () => 0.5,
      ...options,
    });
  });
}

async function expectSequence(
  wanted: readonly string[],
  steps: readonly Step[],
  options: Partial<ReflectorOptions> = {},
): Promise<void> {
  expect(await sequence(wanted, steps, options)).toEqual(wanted);
}

const ONE = thing('one', '1');
const TWO = thing('two', '2');

describe('a reflector', () => {
  it('asks for a long list in pages, and tells it as one change', async () => {
    await expectSequence(['+one +two', 'synced'], [list('3', [ONE], 'next'), list('3', [TWO]), watch()], {
      limits: { pageSize: 1 },
    });
    expect(server?.asked.slice(0, 3)).toEqual([
      'limit=1',
      'limit=1&continue=next',
      'watch=1&allowWatchBookmarks=true&resourceVersion=3',
    ]);
  });

  it('tells the changes of a watch, those that arrived together as one, and not what comes to nothing', async () => {
    const lines = [
      event('ADDED', TWO),
      event('MODIFIED', thing('one', '4')),
      event('ADDED', thing('gone', '5')),
      event('DELETED', thing('gone', '6')),
    ];
    await expectSequence(['+one', 'synced', '+two ~one'], [list('1', [ONE]), watch(...lines)]);
  });

  it('lets others have their turn between many events that arrive together and take long', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `t${index}`);
    const lines = names.map((name) => event('ADDED', thing(name, '2')));
    const all = names.map((name) => `+${name}`).join(' ');
    let isDone = false;
    let turns = 0;
    const count = (): void => {
      turns += 1;
      if (!isDone) setImmediate(count);
    };
    await expectSequence(['', 'synced', all], [list('1', []), watch(lines.join(''))], {
      keep: (object) => {
        if (turns === 0) count();
        const end = performance.now() + 10;
        while (performance.now() < end);
        isDone = object.metadata.name === 't19';
        return object;
      },
    });
    expect(turns).toBeGreaterThan(10);
  });

  it('says that there is nothing, so that nobody waits for it', async () => {
    await expectSequence(['', 'synced'], [list('1', []), watch()]);
  });

  it('goes on from the last bookmark when the server has ended the watch', async () => {
    const end: Step = (response) => {
      response.end(event('BOOKMARK', { metadata: { resourceVersion: '9' } }));
    };
    await expectSequence(['+one', 'synced', 'synced'], [list('1', [ONE]), end, watch()], { random: () => 0 });
    expect(server?.asked.at(-1)).toContain('resourceVersion=9');
  });

  it('lists again, and tells only what differs, when the server has forgotten where it was', async () => {
    const forgotten = watch(event('ERROR', { code: 410, reason: 'Expired', message: 'too old' }));
    const late: Step = (response, query) => {
      watch(event('ADDED', TWO))(response, query);
      response.end();
    };
    await expectSequence(
      ['+one', 'synced', '+two', 'synced', '~one -two', 'synced'],
      [list('1', [ONE]), late, forgotten, list('8', [thing('one', '7')]), watch()],
      { random: () => 0 },
    );
  });

  it('does not ask in a loop a server that forgets what it has just told', async () => {
    const forgotten = watch(event('ERROR', { code: 410, message: 'too old' }));
    await expectSequence(
      ['+one', 'synced', 'failing 410', 'synced'],
      [list('1', [ONE]), forgotten, list('1', [ONE]), watch()],
    );
  });

  it('takes an object that was made anew under the same name for a change', async () => {
    await expectSequence(
      ['+one', 'synced', '~one'],
      [list('1', [ONE]), watch(event('DELETED', ONE) + event('ADDED', thing('one', '1', 'other')))],
    );
  });

  it('keeps what it knows while the server fails, is cut off in the middle of a line, or talks nonsense', async () => {
    const cut: Step = (response) => {
      response.writeHead(200);
      response.write(event('ADDED', TWO).slice(0, 20), () => response.destroy());
    };
    const nonsense: Step = (response) => {
      response.end('nonsense\n');
    };
    await expectSequence(
      ['+one', 'synced', 'failing 0', 'synced', 'failing 0', 'failing 500', 'synced', '+two'],
      [list('1', [ONE]), cut, nonsense, failing(500, 'broken'), watch(event('ADDED', TWO))],
    );
  });

  it('waits as long as the server asks for', async () => {
    const start = performance.now();
    await expectSequence(
      ['failing 429', '+one', 'synced'],
      [failing(429, 'slow down', { 'retry-after': '0.2' }), list('1', [ONE]), watch()],
    );
    expect(performance.now() - start).toBeGreaterThan(150);
  });

  it('takes a kind that is not known for empty, and looks again until it is', async () => {
    await expectSequence(
      ['+one', 'synced', '-one', 'absent', 'absent', '+two', 'synced'],
      [
        list('1', [ONE]),
        (response, query) => {
          watch()(response, query);
          response.end();
        },
        failing(404, 'no such kind'),
        failing(404, 'no such kind'),
        list('2', [TWO]),
        watch(),
      ],
      { random: () => 0 },
    );
  });

  it('is silent once it is stopped', async () => {
    const told: unknown[] = [];
    server = await scriptedServer(list('1', [ONE]), watch());
    const stopped = startReflector({
      client: server.client,
      path: '/api/v1/things',
      onChange: (change) => told.push(change),
      onState: (state) => told.push(state),
    });
    stopped.stop();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(told).toEqual([]);
  });

  it('keeps neither managed fields nor the copy that kubectl apply leaves', async () => {
    const copied = {
      metadata: {
        ...thing('one', '1').metadata,
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', kept: 'yes' },
      },
    };
    let kept: unknown;
    server = await scriptedServer(list('1', [copied]), watch());
    const { client } = server;
    await new Promise<void>((resolve) => {
      reflector = startReflector({
        client,
        path: '/api/v1/things',
        onChange: ({ upserts }) => {
          kept = upserts[0]?.object.metadata;
          resolve();
        },
        onState: () => undefined,
      });
    });
    expect(kept).toMatchObject({ name: 'one', annotations: { kept: 'yes' } });
    expect(JSON.stringify(kept)).not.toMatch(/managedFields"|last-applied/);
  });
});
