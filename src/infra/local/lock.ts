import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WindlassError } from '../../errors/index.js';
import { at, number, parseJson, string } from './json.js';
import { identityOf, isAlive, type ProcessIdentity } from './process-identity.js';

const ATTEMPTS = 5;

/** Ownership of a run directory by one process. */
export interface Lock {
  release(): Promise<void>;
}

/**
 * Takes the run directory for this process. A lock whose owner is gone counts for nothing, whatever its pid does now.
 *
 * Throws a WindlassError RUN_DIRECTORY_IN_USE that names the owner, RUN_DIRECTORY_UNUSABLE when nothing can be written there.
 */
export async function lockRunDirectory(directory: string, owner = identityOf(process.pid)): Promise<Lock> {
  if (owner === undefined)
    throw new WindlassError('INTERNAL', `there is no process ${process.pid} to own ${directory}`);
  const path = join(directory, 'lock');
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    if (await create(path, owner)) return { release: () => rm(path, { force: true }) };
    const text = await read(path);
    const holder = parseOwner(text);
    if (holder !== undefined && isAlive(holder)) {
      throw new WindlassError(
        'RUN_DIRECTORY_IN_USE',
        `the run directory ${directory} belongs to the running process ${holder.pid}; stop that one, or give this one another directory with --run-dir`,
      );
    }
    await discard(path, text);
  }
  throw new WindlassError(
    'RUN_DIRECTORY_IN_USE',
    `the run directory ${directory} is being taken by other processes; try again`,
  );
}

/** A link to a complete file: the lock exists with its content, or not at all. False when it exists already. */
async function create(path: string, owner: ProcessIdentity): Promise<boolean> {
  const fresh = `${path}.${randomUUID()}`;
  try {
    await writeFile(fresh, JSON.stringify(owner), { mode: 0o600 });
    await link(fresh, path);
    return true;
  } catch (thrown) {
    if (at(thrown, 'code') === 'EEXIST') return false;
    // Read-only, or full.
    const { message } = WindlassError.from(thrown);
    throw new WindlassError('RUN_DIRECTORY_UNUSABLE', `the run directory cannot be used: ${message}`, {
      cause: thrown,
    });
  } finally {
    await rm(fresh, { force: true });
  }
}

/** Removes the lock that says `stale`. One that another process made in the meantime is put back. */
async function discard(path: string, stale: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
    if ((await read(aside)) !== stale) await link(aside, path);
  } catch {
    // Somebody else was faster; the next attempt sees what is there now.
  } finally {
    await rm(aside, { force: true });
  }
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    // Released since: nobody owns it.
    return '';
  }
}

/** Undefined for a text that names no owner. */
export function parseOwner(text: string): ProcessIdentity | undefined {
  const value = parseJson(text);
  const pid = number(at(value, 'pid'));
  const startTime = string(at(value, 'startTime'));
  return pid === undefined || startTime === undefined ? undefined : { pid, startTime };
}
