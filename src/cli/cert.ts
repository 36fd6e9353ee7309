import { writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { stringify } from 'yaml';
import type { Config } from '../config/index.js';
import { WindlassError } from '../errors/index.js';
import type { Command } from './command.js';
import { EXIT } from './exit-code.js';
import { issueCertificate } from '../certificates/index.js';

/**
 * `windlass cert`: a Secret of type kubernetes.io/tls with certificate and key, and a ConfigMap `<name>-ca` with the CA's certificate
 * for clients (`ca.crt`), as two YAML documents or a JSON List. Each document has its own marker, so that the output can be appended to a file.
 */
export const cert: Command = async ({ config, io }) => {
  const hosts = config.host.map((host) => host.toLowerCase());
  for (const host of hosts) requireHost(host);
  const { ca, certificate, key } = await issueCertificate({
    hosts,
    days: config.days,
    keyType: config.rsa ? 'rsa' : 'ecdsa',
    now: new Date(),
  });
  const documents = [secret(config, certificate, key), caConfigMap(config, ca)];
  if (config.caOut !== '') await write(resolve(io.surroundings.cwd, config.caOut), ca);
  io.stdout.write(
    config.output === 'json'
      ? `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items: documents }, undefined, 2)}\n`
      : documents.map((document) => `---\n${stringify(document, { lineWidth: 0 })}`).join(''),
  );
  return EXIT.ok;
};

function secret({ name, namespace }: Config, certificate: string, key: string): object {
  const data = { 'tls.crt': base64(certificate), 'tls.key': base64(key) };
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, type: 'kubernetes.io/tls', data };
}

function caConfigMap({ name, namespace }: Config, ca: string): object {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `${name}-ca`, namespace },
    data: { 'ca.crt': ca },
  };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

const DNS_NAME = /^(\*\.)?[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$/;

function requireHost(host: string): void {
  if (isIP(host) !== 0 || (host.length <= 253 && DNS_NAME.test(host))) return;
  throw new WindlassError('USAGE', `--host must be a DNS name, *.NAME or an IP address, not "${host}"`);
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw new WindlassError('FILE_UNWRITABLE', WindlassError.from(error).message, { cause: error });
  }
}
