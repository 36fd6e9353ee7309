import { WindlassError } from '../errors/index.js';
import { readServiceAccountIssuer, type ApiClient, type ServiceAccountIssuer } from '../kubernetes/index.js';
import type { Logger } from '../telemetry/index.js';

/** Milliseconds. Default: ten minutes, and half a minute. */
export interface IssuerLimits {
  /** Between two readings. */
  readonly issuerMs: number;
  /** Between two readings that unknown keys ask for. */
  readonly unknownKeyMs: number;
}

const LIMITS: IssuerLimits = { issuerMs: 600_000, unknownKeyMs: 30_000 };

/** The keys of the cluster's issuer as they were last read. */
export interface IssuerKeys {
  readonly current: () => ServiceAccountIssuer | undefined;
  /** Reads them again, unless that was just done. */
  readonly lookAgain: () => void;
  readonly stop: () => void;
}

/** Reads the keys now and from time to time. What was read stands while the API server cannot be reached: that is what it is for. */
export function followIssuerKeys(
  client: ApiClient,
  logger: Logger,
  now: () => number,
  limits?: Partial<IssuerLimits>,
): IssuerKeys {
  const { issuerMs, unknownKeyMs } = { ...LIMITS, ...limits };
  let current: ServiceAccountIssuer | undefined;
  let readAt = -Infinity;
  const read = async (): Promise<void> => {
    readAt = now();
    try {
      current = await readServiceAccountIssuer(client);
    } catch (thrown) {
      const reason = WindlassError.from(thrown).message;
      logger.warn('keys of the ServiceAccount issuer cannot be read', { reason });
    }
  };
  const timer = setInterval(() => void read(), issuerMs).unref();
  void read();
  return {
    current: () => current,
    lookAgain: () => {
      if (now() - readAt >= unknownKeyMs) void read();
    },
    stop: () => clearInterval(timer),
  };
}
