import type { KeyPair } from '../certificates/index.js';
import { TOKEN_AUDIENCE, type ApiClient } from '../kubernetes/index.js';
import type { Logger, Metrics } from '../telemetry/index.js';
import type { Authenticate, XdsServer } from '../xds/index.js';
import { createAuthenticate, type FleetOf } from './authenticate.js';
import { startCertificateKeeper, type CertificateLimits } from './certificate-keeper.js';
import { followIssuerKeys, type IssuerLimits } from './issuer-keys.js';
import type { ReviewLimits } from './reviews.js';

export interface XdsSecurityOptions {
  readonly client: ApiClient;
  /** Of the control plane. */
  readonly namespace: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** DNS names and IP addresses that the serving certificate carries; bootstraps ask for one of them. */
  readonly serverNames: readonly string[];
  readonly fleetOf: FleetOf;
  /** Ends the wait for an API server that cannot be reached. */
  readonly signal?: AbortSignal;
  readonly limits?: Partial<CertificateLimits & IssuerLimits & ReviewLimits>;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** From 0 to 1. */
  readonly random?: () => number;
}

/** Who may have which configuration, and the certificate that it is served with. */
export interface XdsSecurity {
  /** PEM of the CAs that Envoys must trust now. */
  bundle(): string;
  /** Called with every bundle that differs from the one before. */
  onBundle(listener: (bundle: string) => void): void;
  /** The newest serving certificate, of this replica alone. */
  certificate(): KeyPair;
  /** Called with every certificate that follows. */
  onCertificate(listener: (pair: KeyPair) => void): void;
  readonly authenticate: Authenticate;
  /** Serves on a TLS port, always with the newest certificate. Returns the port. @throws WindlassError XDS_LISTEN */
  listen(xds: Pick<XdsServer, 'listenTls'>, address: string, port: number): Promise<number>;
  /** Looks after nothing any more; what listens is the server's, and goes on. */
  stop(): void;
}

/**
 * Makes or reads the CA, makes a serving certificate, and keeps both fresh. Waits for an API server that cannot be reached yet.
 * @throws ApiError the API server refuses
 * @throws WindlassError XDS_AUTHORITY
 */
export async function openXdsSecurity(options: XdsSecurityOptions): Promise<XdsSecurity> {
  const { now = Date.now, random = Math.random, client, logger } = options;
  const bundleListeners: ((bundle: string) => void)[] = [];
  const certificateListeners: ((pair: KeyPair) => void)[] = [];
  const keeper = await startCertificateKeeper({
    ...options,
    now,
    random,
    onBundle: (bundle) => {
      for (const listener of bundleListeners) listener(bundle);
    },
    onCertificate: (pair) => {
      for (const listener of certificateListeners) listener(pair);
    },
  });
  const issuer = followIssuerKeys(client, logger, now, options.limits);
  const authenticate = createAuthenticate({
    ...options,
    audience: TOKEN_AUDIENCE,
    issuer: issuer.current,
    onUnknownKey: issuer.lookAgain,
    now,
  });
  return {
    bundle: keeper.bundle,
    onBundle: (listener) => void bundleListeners.push(listener),
    certificate: keeper.certificate,
    onCertificate: (listener) => void certificateListeners.push(listener),
    authenticate,
    listen: async (xds, address, port) => {
      const presented = keeper.certificate();
      const listening = await xds.listenTls({ address, port, ...presented, authenticate });
      certificateListeners.push(listening.setCertificate);
      // It may have been renewed while the port was bound.
      if (keeper.certificate() !== presented) listening.setCertificate(keeper.certificate());
      return listening.port;
    },
    stop: () => {
      keeper.stop();
      issuer.stop();
    },
  };
}
