// access – who may have a fleet's configuration in a cluster, and the certificate it is served with: open.ts. Who a token stands for: authenticate.ts. CAs and their overlap: authorities.ts.
export type { FleetOf } from './authenticate.js';
export { externalFleets, SERVICE_ACCOUNTS_ANNOTATION } from './external-fleets.js';
export { openXdsSecurity, type XdsSecurity, type XdsSecurityOptions } from './open.js';
