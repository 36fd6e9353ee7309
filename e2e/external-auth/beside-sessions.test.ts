import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startHttpAuth, type AuthServer } from '../harness/auth-server.js';
import { startBackend, type Backend } from '../harness/backend.js';
import { ask } from '../harness/request.js';
import { until } from '../harness/until.js';
import { Standalone } from '../harness/windlass.js';
import { documents, gateway, service } from '../harness/yaml.js';
import { httpAuth, httpRoute } from './objects.js';

// A session and an ExternalAuth filter are told to Envoy in one place: both have to be there.

const PORT = 8080;
let windlass: Standalone;
let a: Backend;
let web: AuthServer;
let address: string;

const SESSION = 'sessionPersistence: { type: Header, header: { name: X-Session } }';
const REWRITE = '{ type: URLRewrite, urlRewrite: { hostname: own.test } }';
const rule = (path: string, filters: string, ofBackend: string): string =>
  `{ matches: [{ path: { type: PathPrefix, value: ${path} } }], ${SESSION}, filters: [${filters}], backendRefs: [{ name: a, port: 80, filters: [${ofBackend}] }] }`;

beforeAll(async () => {
  a = await startBackend('a');
  web = await startHttpAuth('web', ({ headers }) => ({
    status: headers['authorization'] === 'ok' ? 200 : 401,
  }));
  windlass = new Standalone({
    'all.yaml': documents(
      gateway('edge', PORT),
      ...[a, web].map(({ name, port }) => service(name, port)),
      httpRoute('r', [
        rule('/rule', httpAuth('web'), ''),
        rule('/share', httpAuth('web'), REWRITE),
        rule('/backend', '', httpAuth('web')),
      ]),
    ),
  });
  await windlass.start();
  address = await windlass.address('edge');
}, 60_000);

afterAll(async () => {
  await windlass.dispose();
  await a.close();
  await web.close();
}, 60_000);

describe('a filter beside a session', () => {
  it.each([
    ['of the rule', '/rule'],
    ['of a rule whose backendRef has other filters', '/share'],
    ['of a backendRef', '/backend'],
  ])(
    '%s lets nobody pass who is denied, and whoever passes has a session',
    async (_, path) => {
      const what = { address, port: PORT, host: 'h', path };
      await until('the rule to be served', async () => ((await ask(what)).status === 404 ? undefined : true));
      expect((await ask(what)).status).toBe(401);
      const { status, headers } = await ask({ ...what, headers: [['authorization', 'ok']] });
      expect({ status, session: typeof headers['x-session'] }).toEqual({ status: 200, session: 'string' });
    },
    30_000,
  );
});
