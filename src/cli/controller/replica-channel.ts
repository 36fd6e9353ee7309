import { readFile } from 'node:fs/promises';
import type { XdsSecurity } from '../../access/index.js';
import { reviewToken, type ApiClient } from '../../kubernetes/index.js';
import type { FleetAcknowledgements, OtherReplicas } from '../../status/index.js';
import { followReplicaAddresses, followReplicas, startDigestServer } from '../replicas/index.js';
import type { ClusterContext } from './part.js';
import type { Pod } from './pod.js';
import { xdsName } from './provisioning.js';

/** Audience of the tokens that replicas show to each other. */
const AUDIENCE = 'windlass-replica';
/** The headless Service whose Pods are the replicas. */
const SERVICE = 'windlass-replicas';

export interface ReplicaChannel {
  readonly others: (fleet: string) => OtherReplicas;
  readonly publish: (own: ReadonlyMap<string, FleetAcknowledgements>) => void;
  readonly close: () => Promise<void>;
}

/** What the Envoys of every replica said, known to all replicas. @throws WindlassError PORT_UNAVAILABLE */
export async function openReplicaChannel(
  { client, config, plane, logger, metrics }: ClusterContext,
  pod: Pod & { readonly address: string },
  port: number,
  security: XdsSecurity,
): Promise<ReplicaChannel> {
  const { namespace, replicaToken } = config;
  const token = async (): Promise<string> => (await readFile(replicaToken, 'utf8')).trim();
  const isReplica = replicaTest(client, token);
  const { certificate: cert, key } = security.certificate();
  const server = await startDigestServer({
    // The address at which the others are told to find it, and no other.
    host: pod.address,
    port,
    certificate: { cert, key },
    authenticate: isReplica,
    logger,
  });
  security.onCertificate(({ certificate, key: next }) =>
    server.setCertificate({ cert: certificate, key: next }),
  );
  const replicas = followReplicas({
    port: server.port,
    serverName: xdsName(namespace),
    ca: () => Promise.resolve(security.bundle()),
    token,
    onChange: () => plane.acknowledged(),
    logger,
    metrics,
  });
  const addresses = followReplicaAddresses({
    client,
    namespace,
    service: SERVICE,
    own: pod.address,
    onChange: (others) => replicas.follow(others),
    logger,
  });
  return {
    others: (fleet) => replicas.others(fleet),
    publish: (own) => server.publish(own),
    close: async () => {
      addresses.stop();
      replicas.stop();
      await server.close();
    },
  };
}

/** Whoever has a token of the ServiceAccount that this replica has is one. */
function replicaTest(client: ApiClient, own: () => Promise<string>): (token: string) => Promise<boolean> {
  let account: string | undefined;
  const accountOf = async (token: string): Promise<string | undefined> => {
    const review = await reviewToken(client, token, [AUDIENCE]);
    return review.kind === 'accepted' ? review.username : undefined;
  };
  return async (token) => {
    account ??= await accountOf(await own());
    return account !== undefined && (await accountOf(token)) === account;
  };
}
