import { createAuthority } from '../certificates/index.js';
import { WindlassError } from '../errors/index.js';
import { ApiError, type ApiClient } from '../kubernetes/index.js';
import { isDue, lasting, parseAuthorities, parseAuthority, type Authorities } from './authorities.js';

/** Name of the Secret with the CAs and their keys, and of the ConfigMap with the CAs alone, in the namespace of the control plane. */
const AUTHORITY_NAME = 'windlass-xds-ca';

/** In Secret and ConfigMap: PEM of the CAs, oldest first; it is what Envoys trust. */
const BUNDLE_KEY = 'ca.crt';
/** In the Secret: PEM of their keys, in the same order. */
const KEYS_KEY = 'ca.key';

const LABELS = { 'app.kubernetes.io/managed-by': 'windlass' };

export interface AuthoritySecretOptions {
  readonly client: ApiClient;
  readonly namespace: string;
  /** Of a new CA. Milliseconds. */
  readonly lifeMs: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Attempts to write what another replica wrote at the same moment. */
const TRIES = 5;

/**
 * Reads the CAs; makes the first one, and the next when it is time. Replicas may do so at once: the Secret is created, or replaced in the version that was read, by
 * one of them, and the others take what that one made.
 * @throws ApiError
 * @throws WindlassError XDS_AUTHORITY what is in the Secret cannot be read; it is left as it is
 */
export async function keepAuthorities(options: AuthoritySecretOptions): Promise<Authorities> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await keptAuthorities(options);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409 || tries >= TRIES) throw error;
    }
  }
}

async function keptAuthorities({
  client,
  namespace,
  lifeMs,
  now,
}: AuthoritySecretOptions): Promise<Authorities> {
  const collection = `/api/v1/namespaces/${namespace}/secrets`;
  const path = `${collection}/${AUTHORITY_NAME}`;
  const found = await readSecret(client, path);
  const authorities = found === undefined ? [] : authoritiesIn(found, namespace);
  if (!isDue(authorities, now())) return authorities;
  const validity = { now: new Date(now()), notAfter: new Date(now() + lifeMs) };
  const { certificate, key } = await createAuthority('ecdsa', validity);
  const renewed = [...lasting(authorities, now()), parseAuthority(certificate, key)];
  const body = {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: {
      ...(found?.metadata ?? { labels: LABELS }),
      name: AUTHORITY_NAME,
      namespace,
    },
    data: {
      ...found?.data,
      [BUNDLE_KEY]: base64(renewed.map((one) => one.certificate)),
      [KEYS_KEY]: base64(renewed.map((one) => one.key)),
    },
  };
  await client.call(
    found === undefined
      ? { method: 'POST', path: collection, body }
      : { method: 'PUT', path, body: { ...body, type: found.type } },
  );
  return renewed;
}

interface FoundSecret {
  /** With the version that was read: a PUT replaces that one only. */
  readonly metadata: object;
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
}

async function readSecret(client: ApiClient, path: string): Promise<FoundSecret | undefined> {
  try {
    return (await client.call({ path })) as FoundSecret;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

/** A Secret that holds nothing is one that somebody made so that we need no right to create Secrets. */
function authoritiesIn({ data = {} }: FoundSecret, namespace: string): Authorities {
  if (data[BUNDLE_KEY] === undefined && data[KEYS_KEY] === undefined) return [];
  const text = (key: string): string => Buffer.from(data[key] ?? '', 'base64').toString();
  try {
    return parseAuthorities(text(BUNDLE_KEY), text(KEYS_KEY));
  } catch (cause) {
    const { message } = WindlassError.from(cause);
    throw new WindlassError(
      'XDS_AUTHORITY',
      `Secret ${namespace}/${AUTHORITY_NAME} holds no usable CA in ${BUNDLE_KEY} and ${KEYS_KEY}: ${message}; restore it, or delete it to have a new one made`,
      { cause },
    );
  }
}

function base64(pems: readonly string[]): string {
  return Buffer.from(pems.join('')).toString('base64');
}

/** Writes the bundle into the ConfigMap of the same name, for Envoys that the control plane does not provision. @throws ApiError */
export async function publishBundle(client: ApiClient, namespace: string, bundle: string): Promise<void> {
  const metadata = { name: AUTHORITY_NAME, namespace, labels: LABELS };
  await client.call({
    method: 'PATCH',
    path: `/api/v1/namespaces/${namespace}/configmaps/${AUTHORITY_NAME}?fieldManager=windlass&force=true`,
    contentType: 'application/apply-patch+yaml',
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { [BUNDLE_KEY]: bundle } },
  });
}
