/** A release of the conformance suite, as far as running it differs from others. */
export interface Release {
  /** Of the suite and of the definitions that it asks for. */
  readonly version: string;
  /** Whether it needs a Go that is newer than what systems have. */
  readonly isNewerGo: boolean;
  /** Package of the server behind its tests. */
  readonly echo: string;
  /** Whether its report says of tests that run beside others how they ended; where not, it calls all of them passed. */
  readonly isReportOfParallelTestsTrue: boolean;
}

export const RELEASES: readonly Release[] = [
  {
    version: 'v1.7.0',
    isNewerGo: true,
    echo: 'sigs.k8s.io/gateway-api-conformance-images/echo-basic',
    isReportOfParallelTestsTrue: true,
  },
  {
    version: 'v1.6.1',
    isNewerGo: false,
    echo: 'sigs.k8s.io/gateway-api/conformance/echo-basic',
    isReportOfParallelTestsTrue: false,
  },
];

/** Those of gateways; the others are of meshes. */
export const PROFILES: readonly string[] = [
  'GATEWAY-HTTP',
  'GATEWAY-GRPC',
  'GATEWAY-TLS',
  'GATEWAY-TCP',
  'GATEWAY-UDP',
];

export function releaseOf(version: string): Release {
  const found = RELEASES.find((release) => release.version === version);
  const known = RELEASES.map((release) => release.version).join(' or ');
  if (found === undefined) throw new Error(`there is no suite ${version} here: it must be ${known}`);
  return found;
}
