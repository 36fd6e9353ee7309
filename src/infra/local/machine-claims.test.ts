import { afterEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { CLAIMED, MachineClaims, type Place } from './machine-claims.js';
import type { Probe } from './ports.js';

const opened: MachineClaims[] = [];
afterEach(async () => {
  for (const claims of opened.splice(0)) await claims.keep([]);
});

function fleet(): MachineClaims {
  const claims = new MachineClaims();
  opened.push(claims);
  return claims;
}

/** Nobody listens there: a claim needs no free port, and other runs of these tests have other places. */
const address = `127.${process.pid % 200}.${(process.pid >> 8) % 200}.9`;
const port = 1 + (process.pid % 60_000);
const free: Probe = () => Promise.resolve('free');
const inUse: Probe = () => Promise.resolve('EADDRINUSE');
const place: Place = { address, port, transport: 'tcp' };

(process.platform === 'linux' ? describe : describe.skip)('a claim that the whole machine sees', () => {
  it('is had by one, and by the next when it is given back', async () => {
    const [one, two] = [fleet(), fleet()];
    expect(await one.take(place)).toBe('free');
    expect(await two.take(place)).toBe(CLAIMED);
    await one.keep([]);
    expect(await two.take(place)).toBe('free');
  });

  it('can be taken again by who has it', async () => {
    const one = fleet();
    expect([await one.take(place), await one.take(place)]).toEqual(['free', 'free']);
  });

  it('is had by exactly one of many that ask at once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => fleet().take(place)));
    expect(answers.filter((answer) => answer === 'free')).toHaveLength(1);
    expect(answers.filter((answer) => answer === CLAIMED)).toHaveLength(19);
  });

  it('is waited for by whose Envoy serves there, since another may only try it', async () => {
    const [trial, owner] = [fleet(), fleet()];
    await trial.take(place);
    const back = owner.takeBack(place);
    await trial.keep([]);
    expect(await back).toBe('free');
    expect(await trial.takeBack(place)).toBe(CLAIMED);
  });

  it('is what a probe of a place needs, and stays if the place is free', async () => {
    const [one, two] = [fleet(), fleet()];
    const answers = [
      await one.guarding(inUse)(address, port, 'tcp'),
      await one.guarding(free)(address, port, 'tcp'),
    ];
    expect(answers).toEqual(['EADDRINUSE', 'free']);
    expect(await two.guarding(free)(address, port, 'tcp')).toBe(CLAIMED);
    expect(await two.guarding(free)(address, 0, 'tcp')).toBe('free');
    await one.guarding(inUse)(address, port, 'tcp');
    expect(await two.guarding(free)(address, port, 'tcp')).toBe('free');
  });

  it('stays while others are given back', async () => {
    const [one, two] = [fleet(), fleet()];
    const other = { ...place, port: port + 1 };
    await one.take(place);
    await one.take(other);
    await one.keep([other]);
    expect([await two.take(place), await two.take(other)]).toEqual(['free', CLAIMED]);
  });

  it('leaves other addresses, ports and transports alone', async () => {
    await fleet().take(place);
    const others = [
      { ...place, address: '127.255.255.1' },
      { ...place, port: port + 1 },
      { ...place, transport: 'udp' as const },
      { ...place, address: '::1' },
    ];
    for (const other of others) expect([other, await fleet().take(other)]).toEqual([other, 'free']);
  });

  it('on all addresses excludes those on one, of the same family, and the other way round', async () => {
    const [all, one, six] = [fleet(), fleet(), fleet()];
    const everywhere = { ...place, address: '0.0.0.0' };
    expect(await all.take(everywhere)).toBe('free');
    expect(await one.take(place)).toBe(CLAIMED);
    expect(await six.take({ ...place, address: '::1' })).toBe('free');
    await all.keep([]);
    expect(await one.take(place)).toBe('free');
    expect(await all.take(everywhere)).toBe(CLAIMED);
  });

  it('on all addresses can be had beside the own one on one', async () => {
    const one = fleet();
    expect(await one.take(place)).toBe('free');
    expect(await one.take({ ...place, address: '0.0.0.0' })).toBe('free');
  });

  it('ends with its process, however that ends', async () => {
    const name = `windlass/port/tcp/${address}/${port}`.padEnd(107, '/');
    const script = `require('net').createServer().listen({ path: '\\0${name}' }, () => console.log('taken'))`;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    expect(await fleet().take(place)).toBe(CLAIMED);
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    expect(await fleet().take(place)).toBe('free');
  });
});
