import { afterAll, describe, expect, it } from '@jest/globals';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { callsTo, gateway, grpcRoute, HTTP, route, services, to } from '../routing/testing/yaml.js';
import { Folder } from './testing/run-in.js';

const folders: Folder[] = [];
const folder = (files?: Readonly<Record<string, string>>): Folder => {
  const made = new Folder(files);
  folders.push(made);
  return made;
};
afterAll(() => folders.forEach((made) => made.remove()));

const good = gateway(HTTP) + services('a') + route('r', {}, to('a'));
/** What `config` prints: by fleet and type. */
type Shown = Readonly<Record<string, Readonly<Record<string, readonly { readonly name: string }[]>>>>;

interface Document {
  readonly kind: string;
  readonly type?: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly data: Readonly<Record<string, string>>;
}

const ESCAPE = String.fromCharCode(27);

describe('windlass', () => {
  it('prints help that names every command, and exits with 0', async () => {
    const { code, stdout } = await folder().run(['--help']);
    expect({ code, usage: stdout.split('\n')[2] }).toEqual({
      code: 0,
      usage: 'Usage: windlass COMMAND [OPTION...] [PATH...]',
    });
  });

  it('says in one line what is wrong with a command line, and exits with 2', async () => {
    const { code, stdout, stderr } = await folder().run(['up']);
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr: 'windlass: USAGE: `windlass up` needs files or directories to read\n',
    });
  });

  it('exits with 3 when something around it is missing', async () => {
    const { code, stderr } = await folder().run(['check', join(folder().path, 'nowhere')]);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^windlass: SOURCE_NOT_FOUND: no such file or directory: .*nowhere\n$/);
  });

  it('shows a stack only with --log-level debug', async () => {
    const { stderr } = await folder().run(['check', '/nowhere', '--log-level', 'debug']);
    expect(stderr).toMatch(/\n {4}at /);
  });
});

describe('windlass version', () => {
  it('prints the version of the product', async () => {
    expect((await folder().run(['version'])).stdout).toMatch(
      /^windlass \d+\.\d+\.\d+ \(Gateway API v1\.7\.0, Node \d+/,
    );
    expect(JSON.parse((await folder().run(['version', '-o', 'json'])).stdout)).toMatchObject({
      gatewayApi: 'v1.7.0',
    });
  });
});

describe('windlass check', () => {
  it('exits with 0 for a valid folder and prints the sum', async () => {
    const site = folder({ 'a.yaml': good });
    expect(await site.run(['check', site.path])).toEqual({
      code: 0,
      stdout: '1 file, 4 objects: 0 errors, 0 warnings\n',
      stderr: '',
    });
  });

  it('prints every fault of every file as file:line:column, object, field and message, and exits with 1', async () => {
    const site = folder({
      'a.yaml': gateway('{ name: http, port: 0, protocol: HTTP }'),
      'b.yaml': route('r', {}, '{ matches: [{ path: { value: x } }] }') + '---\nkind: [',
    });
    const { code, stdout } = await site.run(['check', site.path]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/a\.yaml:8:25: error: Gateway default\/gw: spec\.listeners\[0\]\.port: /);
    expect(stdout).toMatch(/b\.yaml:\d+:\d+: error: HTTPRoute default\/r: spec\.rules\[0\]\.matches\[0\]/);
    expect(stdout.match(/: error: /g)).toHaveLength(3);
    expect(stdout).toMatch(/\n2 files, 0 objects: 3 errors, 0 warnings\n$/);
  });

  it('warns of what is valid and yet not served, with object, field and reason', async () => {
    const stray = route('stray', { parent: '{ name: other }' }, to('a'));
    const missing = route('missing', {}, '{ backendRefs: [{ name: nobody, port: 80 }] }');
    const calls = grpcRoute('calls', { parent: '{ name: gw }, { name: other }' }, callsTo('nobody'));
    const site = folder({ 'a.yaml': good + stray + missing + calls });
    const { code, stdout } = await site.run(['check', site.path]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^warning: HTTPRoute default\/missing: spec\.rules\[0\]\.backendRefs\[0\].*: BackendNotFound: /m,
    );
    expect(stdout).toMatch(
      /^warning: HTTPRoute default\/stray: spec\.parentRefs\[0\]: NotServed: no Gateway default\/other/m,
    );
    expect(stdout).toMatch(
      /^warning: GRPCRoute default\/calls: spec\.rules\[0\]\.backendRefs\[0\].*: BackendNotFound: /m,
    );
    expect(stdout).toMatch(/^warning: GRPCRoute default\/calls: spec\.parentRefs\[1\]: NotServed: /m);
    expect(stdout).toMatch(/0 errors, 4 warnings\n$/);
  });

  it('warns of a Gateway of another class', async () => {
    const site = folder({
      'a.yaml': gateway(HTTP).replace('gatewayClassName: windlass', 'gatewayClassName: other'),
    });
    expect((await site.run(['check', site.path])).stdout).toContain(
      'Gateway default/gw: spec.gatewayClassName: NotServed',
    );
  });

  it('prints one JSON object with -o json', async () => {
    const site = folder({ 'a.yaml': gateway('{ name: http, port: 0, protocol: HTTP }') });
    const { code, stdout } = await site.run(['check', site.path, '-o', 'json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      errors: 1,
      diagnostics: [{ line: 8, path: 'spec.listeners[0].port' }],
    });
  });

  it('is coloured on a terminal only, and not against NO_COLOR', async () => {
    const site = folder({ 'a.yaml': good });
    const coloured = async (terminal: boolean, env = {}) =>
      (await site.run(['check', site.path], { terminal, env })).stdout.includes(ESCAPE);
    expect(await coloured(false)).toBe(false);
    expect(await coloured(true)).toBe(true);
    expect(await coloured(true, { NO_COLOR: '1' })).toBe(false);
  });
});

describe('windlass config', () => {
  it('prints what Envoy would get by Gateway and type, the same every time', async () => {
    const site = folder({ 'a.yaml': good });
    const first = await site.run(['config', site.path]);
    expect(Object.keys((parse(first.stdout) as Shown)['default/gw'] ?? {})).toEqual([
      'clusters',
      'endpoints',
      'listeners',
      'routes',
      'secrets',
    ]);
    expect(first.stdout).toContain('name: default_a_80');
    expect(await site.run(['config', site.path])).toEqual(first);
  });

  it('prints one Gateway and one type when asked to', async () => {
    const site = folder({ 'a.yaml': good });
    const { stdout } = await site.run([
      'config',
      site.path,
      '--fleet',
      'default/gw',
      '--type',
      'routes',
      '-o',
      'json',
    ]);
    const shown = JSON.parse(stdout) as Shown;
    expect(Object.keys(shown['default/gw'] ?? {})).toEqual(['routes']);
    expect(shown['default/gw']?.['routes']?.[0]?.name).toBe('gateway/default/gw/80');
  });

  it('says which Gateways there are when asked for another', async () => {
    const site = folder({ 'a.yaml': good });
    const { code, stderr } = await site.run(['config', site.path, '--fleet', 'default/no']);
    expect(code).toBe(2);
    expect(stderr).toContain('served are default/gw');
  });

  it('leaves faulty objects out, names them on standard error and exits with 1', async () => {
    const site = folder({
      'a.yaml': good,
      'b.yaml': route('bad', {}, '{ matches: [{ path: { value: x } }] }'),
    });
    const { code, stdout, stderr } = await site.run(['config', site.path]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/b\.yaml:\d+:\d+: error: HTTPRoute default\/bad/);
    expect(stdout).toContain('default_a_80');
  });

  it('never prints a private key', async () => {
    const site = folder();
    site.write('cert.yaml', (await site.run(['cert', '--host', 'a.example', '--name', 'c'])).stdout);
    site.write(
      'a.yaml',
      gateway('{ name: s, port: 443, protocol: HTTPS, tls: { certificateRefs: [{ name: c }] } }'),
    );
    const { stdout } = await site.run(['config', site.path]);
    expect(stdout).toContain('secret/default/c');
    const key = parseAllDocuments(readFileSync(join(site.path, 'cert.yaml'), 'utf8'))[0]?.getIn([
      'data',
      'tls.key',
    ]);
    expect(stdout).not.toContain(String(key));
    expect(stdout).toContain('[redacted]');
  });
});

describe('windlass cert', () => {
  const issue = async (...argv: string[]) => {
    const site = folder();
    const { code, stdout } = await site.run(['cert', ...argv]);
    const [secret, ca] = parseAllDocuments(stdout).map((document) => document.toJS() as Document);
    if (secret === undefined || ca === undefined) throw new Error('not two documents');
    const pem = (value = ''): string => Buffer.from(value, 'base64').toString();
    return {
      site,
      code,
      secret,
      ca,
      certificate: new X509Certificate(pem(secret.data['tls.crt'])),
      key: createPrivateKey(pem(secret.data['tls.key'])),
    };
  };

  it('makes a certificate for every host, signed by a CA of its own', async () => {
    const { code, secret, ca, certificate, key } = await issue(
      '--host',
      'a.example',
      '--host',
      '*.B.example',
      '--host',
      '127.0.0.1',
      '--host',
      '::1',
    );
    expect(code).toBe(0);
    expect(secret).toMatchObject({
      kind: 'Secret',
      type: 'kubernetes.io/tls',
      metadata: { name: 'windlass-cert', namespace: 'default' },
    });
    expect(certificate.checkHost('x.b.example')).toBe('*.b.example');
    for (const address of ['127.0.0.1', '::1']) expect(certificate.checkIP(address)).toBeDefined();
    expect(certificate.checkPrivateKey(key)).toBe(true);
    expect(key.asymmetricKeyType).toBe('ec');
    const authority = new X509Certificate(ca.data['ca.crt'] ?? '');
    expect(authority.ca).toBe(true);
    expect(certificate.checkIssued(authority)).toBe(true);
    expect(certificate.verify(authority.publicKey)).toBe(true);
    expect(ca.metadata.name).toBe('windlass-cert-ca');
  });

  it('names and dates it as asked, with RSA and a copy of the CA', async () => {
    const { site, secret, ca, certificate, key } = await issue(
      '--host',
      'a.example',
      '--name',
      'web-tls',
      '-n',
      'web',
      '--days',
      '7',
      '--rsa',
      '--ca-out',
      'ca.pem',
    );
    expect(secret.metadata).toEqual({ name: 'web-tls', namespace: 'web' });
    expect(key.asymmetricKeyType).toBe('rsa');
    const days = (certificate.validToDate.getTime() - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(6.9);
    expect(days).toBeLessThanOrEqual(7);
    expect(readFileSync(join(site.path, 'ca.pem'), 'utf8')).toBe(ca.data['ca.crt']);
  });

  it('prints documents that can be appended to others', async () => {
    const { stdout } = await folder().run(['cert', '--host', 'a.example']);
    expect(parseAllDocuments(stdout + stdout).map((document) => document.get('kind'))).toEqual([
      'Secret',
      'ConfigMap',
      'Secret',
      'ConfigMap',
    ]);
  });

  it('refuses what is no host', async () => {
    const { code, stderr } = await folder().run(['cert', '--host', 'a_b c']);
    expect(code).toBe(2);
    expect(stderr).toContain('not "a_b c"');
  });

  it('says where it could not write', async () => {
    const { code, stderr } = await folder().run(['cert', '--host', 'a', '--ca-out', 'no/such/dir/ca.pem']);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^windlass: FILE_UNWRITABLE: .*no\/such\/dir/);
  });
});
