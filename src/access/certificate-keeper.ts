import { setTimeout as sleep } from 'node:timers/promises';
import type { KeyPair } from '../certificates/index.js';
import { WindlassError } from '../errors/index.js';
import { ApiError, type ApiClient } from '../kubernetes/index.js';
import type { Logger, Metrics } from '../telemetry/index.js';
import { bundleOf, type Authorities } from './authorities.js';
import { keepAuthorities, publishBundle } from './authority-secret.js';
import { servingCertificate } from './serving-certificate.js';

export interface CertificateLimits {
  /** Of a CA. Milliseconds. */
  readonly authorityLifeMs: number;
  /** Of a serving certificate. Milliseconds. */
  readonly servingLifeMs: number;
  /** Between two looks at both. Milliseconds. */
  readonly lookMs: number;
}

const DAY_MS = 86_400_000;

/** A year; a day; a minute. */
const LIMITS: CertificateLimits = { authorityLifeMs: 365 * DAY_MS, servingLifeMs: DAY_MS, lookMs: 60_000 };

/** Waits for an API server that cannot be reached yet, doubled each time. Milliseconds. */
const [FIRST_WAIT_MS, LONGEST_WAIT_MS] = [200, 5_000];

export interface CertificateKeeperOptions {
  readonly client: ApiClient;
  readonly namespace: string;
  readonly serverNames: readonly string[];
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly onBundle: (bundle: string) => void;
  readonly onCertificate: (pair: KeyPair) => void;
  readonly limits?: Partial<CertificateLimits> | undefined;
  /** Ends the wait for an API server that cannot be reached. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly random: () => number;
}

/** Keeps the CAs, and a serving certificate that one of them signed, fresh until it is stopped. */
export interface CertificateKeeper {
  readonly bundle: () => string;
  readonly certificate: () => KeyPair;
  readonly stop: () => void;
}

/**
 * Every replica has a serving certificate of its own: its key is nowhere but in its memory, nobody waits for anybody to renew it, and with the CA at hand it is
 * renewed also while the API server is away.
 * @throws ApiError the API server refuses
 * @throws WindlassError XDS_AUTHORITY
 */
export async function startCertificateKeeper(options: CertificateKeeperOptions): Promise<CertificateKeeper> {
  const { client, namespace, serverNames, logger, metrics, now, random } = options;
  const limits = { ...LIMITS, ...options.limits };
  const read = (): Promise<Authorities> =>
    keepAuthorities({ client, namespace, lifeMs: limits.authorityLifeMs, now });
  const serving = { serverNames, lifeMs: limits.servingLifeMs, random };

  let authorities = await patiently(read, options);
  let bundle = bundleOf(authorities, now());
  const first = await servingCertificate(undefined, authorities, serving, now());
  if (first === undefined) throw new WindlassError('XDS_AUTHORITY', 'the CA ended as soon as it was read');
  let certificate = first;

  const renew = async (): Promise<void> => {
    authorities = await read();
    const nextBundle = bundleOf(authorities, now());
    if (nextBundle === bundle) return;
    bundle = nextBundle;
    logger.info('xds CAs have changed', { count: authorities.length });
    options.onBundle(bundle);
  };
  const renewCertificate = async (): Promise<void> => {
    const next = await servingCertificate(certificate, authorities, serving, now());
    if (next === undefined) throw new WindlassError('XDS_AUTHORITY', 'every CA has ended');
    if (next === certificate) return;
    certificate = next;
    logger.info('xds serving certificate renewed', { notAfter: new Date(next.notAfter).toISOString() });
    options.onCertificate(certificate);
  };
  /** What fails is said, and tried again with the next look; what is there goes on serving. */
  const tried = async (what: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (thrown) {
      logger.error(what, { reason: WindlassError.from(thrown).message });
    }
  };
  const measure = (): void => {
    const name = 'windlass_xds_certificate_expiry_timestamp_seconds';
    metrics.set(name, { certificate: 'serving' }, certificate.notAfter / 1000);
    metrics.set(name, { certificate: 'authority' }, (authorities.at(-1)?.notAfter ?? 0) / 1000);
  };
  const publish = (): Promise<void> => publishBundle(client, namespace, bundle);

  const ended = new AbortController();
  const run = async (): Promise<void> => {
    await tried('xds CA cannot be published', publish);
    measure();
    for (;;) {
      // Not all replicas in the same moment.
      const waitMs = limits.lookMs * (0.9 + 0.2 * random());
      await sleep(waitMs, undefined, { signal: ended.signal, ref: false }).catch(() => undefined);
      if (ended.signal.aborted) return;
      await tried('xds CAs cannot be read', renew);
      await tried('xds serving certificate cannot be renewed', renewCertificate);
      await tried('xds CA cannot be published', publish);
      measure();
    }
  };
  void run();
  return { bundle: () => bundle, certificate: () => certificate, stop: () => ended.abort() };
}

/** Tries again while the API server cannot be reached, or is busy. */
async function patiently<T>(
  work: () => Promise<T>,
  { logger, signal }: Pick<CertificateKeeperOptions, 'logger' | 'signal'>,
): Promise<T> {
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
    try {
      return await work();
    } catch (error) {
      const isPassing =
        error instanceof ApiError && (error.status === 0 || error.status === 429 || error.status >= 500);
      if (!isPassing) throw error;
      logger.warn('xds CA cannot be read yet', { reason: error.message });
      await sleep(waitMs, undefined, { signal });
    }
  }
}
