import { openXdsSecurity } from '../../access/index.js';
import { desiredGateways } from '../../infra/index.js';
import { startLeaderElection } from '../../kubernetes/index.js';
import { namedFleets } from './fleets.js';
import type { ClusterContext, ClusterPart, OpenPart } from './part.js';
import { podOf, type Pod } from './pod.js';
import { openProvisioning, xdsName } from './provisioning.js';
import { openReplicaChannel, type ReplicaChannel } from './replica-channel.js';
import { openStatuses } from './statuses.js';

/** The Lease of the replica that writes. */
const LEASE = 'windlass-controller';

/** All that acts in the cluster: lets Envoys in, provides them, writes statuses while it leads, and hears the other replicas. */
export const openCluster: OpenPart = async (context): Promise<ClusterPart> => {
  const { client, config, credentials, env, logger, metrics, plane, source, xds, closers } = context;
  const { namespace, xdsPort, xdsAddress } = config;
  const pod = podOf(env);

  const named = namedFleets(() => plane.model);
  const security = await openXdsSecurity({
    client,
    namespace,
    logger,
    metrics,
    // The second is what bootstraps of one's own ask for, wherever the control plane is.
    serverNames: [xdsName(namespace), 'windlass-xds'],
    // What was made for a Gateway counts over what somebody names.
    fleetOf: (inNamespace, account) => infra.fleetOf(inNamespace, account) ?? named(inNamespace, account),
    signal: context.ending,
  });
  closers.add(() => security.stop());
  const channel = await channelOf(context, pod, security);
  if (channel !== undefined) closers.add(() => channel.close());
  const infra = openProvisioning(context, pod, security);
  closers.add(() => infra.stop());
  // What there is has addresses already: so the first statuses have them.
  await Promise.race([infra.synced, aborted(context.ending)]);
  const statuses = openStatuses(context, pod, () => election.isLeader());
  closers.add(() => statuses.stop());
  for (const ref of source.refs()) statuses.seen(ref);
  const election = startLeaderElection({
    config: credentials,
    namespace,
    name: LEASE,
    identity: pod.name,
    onChange: (isLeader) => {
      infra.lead(isLeader);
      statuses.lead(isLeader);
    },
    logger,
    metrics,
  });
  // First of all: the next one need not wait for the Lease to run out.
  closers.add(() => election.stop());

  return {
    onModel: (model) => infra.reconcile(desiredGateways(model)),
    onStatuses: statuses.write,
    onStatusSeen: statuses.seen,
    ...(channel && { others: channel.others, onOwn: channel.publish }),
    begin: async () => {
      if (xdsPort !== undefined)
        await security.listen(xds, xdsAddress === '' ? everyAddress(pod) : xdsAddress, xdsPort);
    },
  };
};

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function everyAddress({ families }: Pod): string {
  return families.includes('IPv6') ? '::' : '0.0.0.0';
}

async function channelOf(
  context: ClusterContext,
  pod: Pod,
  security: Parameters<typeof openReplicaChannel>[3],
): Promise<ReplicaChannel | undefined> {
  const { address } = pod;
  const { replicaPort } = context.config;
  if (address === undefined || replicaPort === undefined) return undefined;
  return await openReplicaChannel(context, { ...pod, address }, replicaPort, security);
}
