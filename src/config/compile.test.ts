import { describe, expect, it } from '@jest/globals';
import { code, docTable } from '../errors/testing/doc-table.js';
import { compile, FLAGS, helpOf, type Flag, type Surroundings } from './index.js';
import { COMMAND_NAMES, COMMANDS } from './commands.js';

const surroundings: Surroundings = { env: { HOME: '/home/me' }, cwd: '/work', home: '/home/me' };
const compiled = (...argv: string[]) => compile(argv, surroundings);
const within = (env: Record<string, string>, ...argv: string[]) =>
  compile(argv, { ...surroundings, env: { ...surroundings.env, ...env } });

describe('a command line', () => {
  it('names a command, files and directories, and options in any order', () => {
    const { command, paths, config } = compiled('check', 'a', '-o', 'json', 'b');
    expect({ command, paths, output: config.output }).toEqual({
      command: 'check',
      paths: ['a', 'b'],
      output: 'json',
    });
  });

  it('leaves no option undefined', () => {
    const { config } = compiled('up', 'site');
    expect(config).toMatchObject({
      xdsPort: 18000,
      debugPort: 19000,
      debugAddress: '127.0.0.1',
      portOffset: 0,
      logLevel: 'info',
    });
    expect(config.cacheDir).toBe('/home/me/.cache/windlass');
    expect(config.runDir).toMatch(/^\/home\/me\/\.cache\/windlass\/run\/[0-9a-f]{12}$/);
  });

  it('beats the environment, which beats the default', () => {
    expect(within({ WINDLASS_DEBUG_PORT: '7' }, 'up', 's').config.debugPort).toBe(7);
    expect(within({ WINDLASS_DEBUG_PORT: '7' }, 'up', 's', '--debug-port', '8').config.debugPort).toBe(8);
    expect(within({ WINDLASS_DEBUG_PORT: '' }, 'up', 's').config.debugPort).toBe(19000);
  });

  it('switches a port off', () => {
    expect(compiled('up', 's', '--xds-port', 'off').config.xdsPort).toBeUndefined();
  });

  it('gives the same run directory for the same paths, and another for others', () => {
    const of = (...paths: string[]) => compiled('up', ...paths).config.runDir;
    expect(of('a', 'b')).toBe(of('/work/b', 'a'));
    expect(of('a')).not.toBe(of('b'));
    expect(within({ XDG_RUNTIME_DIR: '/run/user/1' }, 'up', 'a').config.runDir).toMatch(
      /^\/run\/user\/1\/windlass\//,
    );
  });

  it('asks the control plane of a cluster unless it has an address', () => {
    const { config } = compiled('status');
    expect(config).toMatchObject({ address: undefined, namespace: 'windlass-system', podPort: 19000 });
    expect(compiled('status', '--address', 'http://a:1').config.address?.href).toBe('http://a:1/');
    expect(compiled('cert', '--host', 'a').config.namespace).toBe('default');
  });

  it('takes NO_COLOR set to anything as no colours', () => {
    expect(within({ NO_COLOR: 'please' }, 'version').config.noColor).toBe(true);
    expect(compiled('version').config.noColor).toBe(false);
  });

  it.each([
    [['up'], /needs files or directories/],
    [[], /a command is needed/],
    [['serve', 's'], /no command "serve"/],
    [['up', 's', '--debug-port', '70000'], /--debug-port must be a port from 0/],
    [['up', 's', '--port-offset', '-1'], /port-offset/],
    [['check', 's', '--debug-port', '1'], /--debug-port is not an option of `windlass check`/],
    [['check', 's', '-o', 'yaml'], /yaml is for `windlass config` only/],
    [['check', 's', '--no-such'], /--no-such/],
    [['cert'], /at least one --host/],
    [['cert', '--host', 'a', '--days', 'x'], /--days must be a whole number from 1 to 36500, not "x"/],
    [['cert', '--host', 'a', 'b'], /takes no arguments: b/],
    [['status', 's'], /`windlass status` takes no arguments: s/],
    [['status', '--address', '127.0.0.1:1'], /--address must be a URL that begins with http/],
    [['config', 's', '--address', 'http://a'], /reads files or an --address, not both/],
    [['config', 's', '--type', 'cluster'], /--type must be one of all, clusters/],
  ])('%j is refused in one clear sentence', (argv, message) => {
    expect(() => compiled(...argv)).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringMatching(message) }),
    );
  });

  it('names the environment variable that is wrong', () => {
    expect(() => within({ WINDLASS_XDS_PORT: 'x' }, 'up', 's')).toThrow(/^WINDLASS_XDS_PORT must be a port/);
  });

  it('is not judged by the environment variables of other commands', () => {
    expect(within({ WINDLASS_XDS_PORT: 'x' }, 'check', 's').config.xdsPort).toBe(18000);
  });

  it('asks for help whatever the environment says', () => {
    expect(within({ WINDLASS_XDS_PORT: 'x' }, '--help').config.help).toBe(true);
    expect(within({ WINDLASS_LOG_LEVEL: 'x' }, 'up', '--help').config.help).toBe(true);
  });
});

describe('help', () => {
  it('of a command names each of its options and no other', () => {
    for (const command of COMMAND_NAMES) {
      const named = [...helpOf(command).matchAll(/^ {2}(?:-\w, | {4})--([a-z-]+)/gm)].map(([, name]) => name);
      const own = Object.values<Flag>(FLAGS).filter((flag) => flag.commands.includes(command));
      expect(named).toEqual(own.map(({ name }) => name));
    }
  });

  it('of windlass names every command', () => {
    for (const command of COMMAND_NAMES) expect(helpOf(undefined)).toContain(`  ${command} `);
  });

  it('needs no more than the columns it is given', () => {
    for (const line of helpOf('up', 80).split('\n').slice(0, -2)) expect(line.length).toBeLessThanOrEqual(90);
  });
});

describe('docs/reference/cli.md', () => {
  it('lists every command', () => {
    expect(docTable('cli.md', 'Commands')).toEqual(
      COMMAND_NAMES.map((name) => [
        code(`windlass ${name} ${COMMANDS[name].args}`.trim()),
        COMMANDS[name].help,
      ]),
    );
  });

  it('lists every option with its environment variable, default and commands', () => {
    expect(docTable('cli.md', 'Options')).toEqual(
      Object.values<Flag>(FLAGS).map(
        ({ name, short, env, value, kind, default: fallback, defaultText, unit, help, commands }) => [
          `${short === undefined ? '' : `\`-${short}\`, `}${code(`--${name}${value.hint === '' ? '' : ` ${value.hint}`}`)}`,
          code(env ?? ''),
          kind === 'switch' ? '' : `${defaultText ?? code(fallback)}${unit === undefined ? '' : ` ${unit}`}`,
          commands.length === COMMAND_NAMES.length ? 'all' : commands.join(', '),
          help,
        ],
      ),
    );
  });
});
