import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { WindlassError } from '../errors/index.js';
import { COMMAND_NAMES, isCommand, type CommandName } from './commands.js';
import { FLAGS, type Flag, type FlagName } from './flags.js';

type ValueOf<F> = F extends { readonly kind: infer K; readonly value: { read(text: string): infer R } }
  ? K extends 'many'
    ? readonly Exclude<R, { readonly refused: string }>[]
    : Exclude<R, { readonly refused: string }>
  : never;

/** Every option with its value; flags of other commands have their defaults. The table `FLAGS` names default and unit of each. */
export type Config = { readonly [K in FlagName]: ValueOf<(typeof FLAGS)[K]> };

export interface Invocation {
  /** Undefined: none was given (or only `--help`). */
  readonly command: CommandName | undefined;
  readonly config: Config;
  /** Files and directories, as given. */
  readonly paths: readonly string[];
}

/** What defaults depend on. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Home directory of the user, where HOME is not set. */
  readonly home: string;
}

/**
 * Compiles a command line: a flag beats its environment variable, which beats the default.
 * @throws WindlassError USAGE saying which argument is wrong and what it must be
 */
export function compile(argv: readonly string[], surroundings: Surroundings): Invocation {
  const { values, positionals } = parse(argv);
  const [first, ...paths] = positionals;
  if (first !== undefined && !isCommand(first)) {
    throw usage(`there is no command "${first}"; commands are ${COMMAND_NAMES.join(', ')}`);
  }
  // An environment variable of another command, right or wrong, is nothing to this one; and help is given whatever it says.
  const heeds = (flag: Flag) =>
    first !== undefined && flag.commands.includes(first) && values['help'] !== true;
  const given = (flag: Flag) => read(flag, values[flag.name], heeds(flag) ? surroundings.env : {});
  for (const flag of Object.values<Flag>(FLAGS)) {
    if (values[flag.name] !== undefined && first !== undefined && !flag.commands.includes(first)) {
      throw usage(`--${flag.name} is not an option of \`windlass ${first}\``);
    }
  }
  // The one place where the table's types are taken at their word: each entry was read by its own ValueType.
  const config = Object.fromEntries(
    Object.entries(FLAGS).map(([field, flag]) => [field, given(flag)]),
  ) as Config;
  const cacheDir = resolve(
    surroundings.cwd,
    config.cacheDir === '' ? defaultCacheDirectory(surroundings) : config.cacheDir,
  );
  const runDir =
    config.runDir === ''
      ? defaultRunDirectory(paths, cacheDir, surroundings)
      : resolve(surroundings.cwd, config.runDir);
  if (first === undefined && !config.help)
    throw usage(`a command is needed: ${COMMAND_NAMES.join(', ')}; see windlass --help`);
  if (!config.help) checkTogether(first, config, paths);
  // What others start dials a laptop's port only from there; in a cluster everybody does from elsewhere.
  const xdsAddress = config.xdsAddress === '' && first !== 'controller' ? '127.0.0.1' : config.xdsAddress;
  const namespace =
    config.namespace !== '' ? config.namespace : first === 'cert' ? 'default' : 'windlass-system';
  return { command: first, config: { ...config, cacheDir, runDir, xdsAddress, namespace }, paths };
}

function checkTogether(command: CommandName | undefined, config: Config, paths: readonly string[]): void {
  if (config.output === 'yaml' && command !== 'config') throw usage('-o yaml is for `windlass config` only');
  const needsPaths = command === 'up' || command === 'check';
  if (needsPaths && paths.length === 0)
    throw usage(`\`windlass ${command}\` needs files or directories to read`);
  if (!needsPaths && command !== 'config' && paths.length > 0)
    throw usage(`\`windlass ${command ?? ''}\` takes no arguments: ${paths.join(' ')}`);
  if (command === 'config' && paths.length > 0 && config.address !== undefined)
    throw usage('`windlass config` reads files or an --address, not both');
  if (command === 'cert' && config.host.length === 0)
    throw usage('`windlass cert` needs at least one --host');
}

type Given = string | boolean | readonly (string | boolean)[] | undefined;

function parse(argv: readonly string[]): {
  values: Readonly<Record<string, Given>>;
  positionals: readonly string[];
} {
  const options = Object.fromEntries(
    Object.values<Flag>(FLAGS).map((flag) => [
      flag.name,
      {
        type: flag.kind === 'switch' ? ('boolean' as const) : ('string' as const),
        multiple: flag.kind === 'many',
        ...(flag.short === undefined ? {} : { short: flag.short }),
      },
    ]),
  );
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (error) {
    // parseArgs says it in a sentence, then how to escape a dash; only the sentence is of use here.
    const [sentence = ''] = WindlassError.from(error).message.split('. ');
    throw new WindlassError('USAGE', sentence.replace(/\.$/, ''), { cause: error });
  }
}

function read(flag: Flag, given: Given, env: Surroundings['env']): unknown {
  const fromEnv = flag.env === undefined ? undefined : env[flag.env];
  if (typeof given === 'boolean') return given;
  if (Array.isArray(given)) return given.map((value) => valueOf(flag, String(value), `--${flag.name}`));
  if (typeof given === 'string') return valueOf(flag, given, `--${flag.name}`);
  // no-color.org: present and not empty, whatever the value.
  if (flag.env === 'NO_COLOR') return fromEnv !== undefined && fromEnv !== '';
  if (flag.env !== undefined && fromEnv !== undefined && fromEnv !== '')
    return valueOf(flag, fromEnv, flag.env);
  if (flag.kind === 'many') return [];
  return flag.default === '' ? unset(flag) : valueOf(flag, flag.default, `the default of --${flag.name}`);
}

/** What the type makes of nothing; '' where it takes nothing for an error: `compile` fills that in. */
function unset(flag: Flag): unknown {
  const value = flag.value.read('');
  return isRefusal(value) ? '' : value;
}

function isRefusal(value: unknown): value is { readonly refused: string } {
  return typeof value === 'object' && value !== null && 'refused' in value;
}

function valueOf(flag: Flag, text: string, source: string): unknown {
  const value = flag.value.read(text);
  if (isRefusal(value)) throw usage(`${source} must be ${value.refused}, not "${text}"`);
  return value;
}

function defaultCacheDirectory({ env, home }: Surroundings): string {
  return join(env['HOME'] ?? home, '.cache', 'windlass');
}

/** Short, since paths of unix sockets are; the same for the same paths, so that a restart finds its Envoys; in no directory of others. */
function defaultRunDirectory(paths: readonly string[], cacheDir: string, { env, cwd }: Surroundings): string {
  const absolute = paths.map((path) => resolve(cwd, path)).sort();
  const hash = createHash('sha256').update(JSON.stringify(absolute)).digest('hex').slice(0, 12);
  const runtime = env['XDG_RUNTIME_DIR'];
  return runtime === undefined || runtime === ''
    ? join(cacheDir, 'run', hash)
    : join(runtime, 'windlass', hash);
}

function usage(message: string): WindlassError {
  return new WindlassError('USAGE', message);
}
