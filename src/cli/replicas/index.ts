// replicas – what the Envoys of each replica said, told to all the others over an authenticated channel, so that the leader's statuses count every Envoy.
export { startDigestServer, type DigestServer, type ServingCertificate } from './digest-server.js';
export { followReplicas, type Replicas } from './replicas.js';
export { followReplicaAddresses } from './replica-addresses.js';
